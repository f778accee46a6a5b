import SirdarCore
import SirdarEngine
import SirdarImages

struct ProfilesContent {
    let groups: [ProfileGroup]
    let projects: [TaskListContent.Choice]
    let showsRetired: Bool
    let isEmpty: Bool
}

/// A project's build profiles.
struct ProfileGroup {
    let title: String
    let code: String
    let location: String
    let profiles: [ProfileRow]
    let hasProfiles: Bool
    let mayAdd: Bool

    init(_ project: StudioProject, _ profiles: [ProfileRow], _ principal: Principal) {
        title = project.title
        code = project.code
        location = project.location
        self.profiles = profiles
        hasProfiles = !profiles.isEmpty
        mayAdd = principal.may(.keepProfiles, in: .project(project.code))
    }
}

struct ProfileRow {
    let id: String
    let name: String
    let description: String?
    let type: String
    let isRetired: Bool
    let image: ImageLink?
    /// Why no machines can be made from it now; of one that is retired nothing is said.
    let refusal: String?

    /// An image, with its address where whoever looks may follow it.
    struct ImageLink {
        let name: String
        let badge: Badge
        let isGolden: Bool
    }

    init(_ profile: BuildProfile, _ reading: Reading) throws {
        id = profile.id.description
        name = profile.name
        description = profile.description.isEmpty ? nil : profile.description
        type = Show.words(profile.type)
        isRetired = profile.isRetired
        image = try reading.profileBook.image(profile.image).map {
            ImageLink(name: $0.name, badge: .image($0.state.rawValue), isGolden: $0.isGolden)
        }
        refusal = profile.isRetired ? nil : try reading.refusal(of: profile)
    }
}

struct ProfileContent {
    let profile: ProfileRow
    let facts: [EntryRow.Fact]
    let mayChange: Bool
    let mayCreate: Bool
    let error: String?
    let token: String
    let seen: String
    let entries: [EntryRow]
    let hasHistory: Bool

    static func facts(_ profile: BuildProfile, _ reading: Reading) throws -> [EntryRow.Fact] {
        var facts = [
            EntryRow.Fact(key: "Project", value: profile.project),
            EntryRow.Fact(key: "Type", value: Show.words(profile.type)),
            EntryRow.Fact(key: "Image", value: try reading.profileBook.image(profile.image)?.name ?? "–"),
            EntryRow.Fact(key: "Made by", value: try reading.name(profile.madeBy)),
            EntryRow.Fact(key: "Made", value: Show.time(profile.createdAt)),
        ]
        if let time = profile.retiredAt { facts.append(EntryRow.Fact(key: "Retired", value: Show.time(time))) }
        return facts
    }
}

/// The form in which machines are asked for.
struct MachineFormContent {
    let profile: ProfileRow
    let project: String
    let location: String
    let prefix: String
    let count: String
    let first: String
    let countMax = MachineNames.countMax
    let firstMax = MachineNames.firstMax
    let error: String?
    let prefixError: String?
    let countError: String?
    let firstError: String?
    let token: String

    init(
        _ profile: BuildProfile,
        _ project: StudioProject,
        _ reading: Reading,
        typed: FormData,
        trouble: Trouble?,
        token: String
    ) throws {
        self.profile = try ProfileRow(profile, reading)
        self.project = project.title
        location = project.location
        prefix = typed["prefix"] ?? ""
        count = typed["count"] ?? "1"
        first = typed["first"] ?? "1"
        let errors = trouble?.errors ?? []
        error = trouble.map(\.detail)
        prefixError = errors.first { $0.pointer == "/prefix" }?.detail
        countError = errors.first { $0.pointer == "/count" }?.detail
        firstError = errors.first { $0.pointer == "/first" }?.detail
        self.token = token
    }
}

/// The form in which a build profile is made or changed.
struct ProfileFormContent {
    let title: String
    let action: String
    let back: String
    /// `nil`: there is no project in which this person may.
    let place: Place?
    let isNew: Bool
    let projects: [TaskListContent.Choice]
    let types: [TaskListContent.Choice]
    let name: String
    let description: String
    let images: [TaskListContent.Choice]
    let hasImages: Bool
    let others: [Other]
    let hasOthers: Bool
    /// Why nothing can be chosen.
    let emptiness: String
    let seen: String
    let token: String
    let error: String?
    let nameError: String?
    let imageError: String?

    struct Place {
        let code: String
        let title: String
        let type: String
        let typeWords: String
        let location: String
    }

    /// An image that is there and cannot be chosen.
    struct Other {
        let name: String
        let project: String
        let refusal: String
    }

    init(
        title: String,
        action: String,
        back: String,
        project: StudioProject?,
        type: String,
        projects: [TaskListContent.Choice] = [],
        choices: [ImageChoice],
        chosen: String,
        seen: String = "",
        typed: FormData,
        trouble: Trouble?,
        token: String
    ) {
        self.title = title
        self.action = action
        self.back = back
        let words = ImageChoice.word(type)
        place = project.map {
            Place(code: $0.code, title: $0.title, type: type, typeWords: words, location: $0.location)
        }
        isNew = seen.isEmpty
        self.projects = projects
        types = BuildProfile.types.map {
            .init(name: $0, title: Show.capitalised(ImageChoice.word($0)), isSelected: $0 == type)
        }
        name = typed["name"] ?? ""
        description = typed["description"] ?? ""
        images = choices.filter(\.isEligible).map { choice in
            let image = choice.image
            let origin = image.project == project?.code ? "" : ", golden, of \(image.project)"
            return .init(
                name: image.id.description,
                title: "\(image.name)\(image.isGolden && origin.isEmpty ? ", golden" : origin)",
                isSelected: image.id.description == chosen
            )
        }
        others = choices.compactMap { choice in
            choice.refusal.map { Other(name: choice.image.name, project: choice.image.project, refusal: $0) }
        }
        hasImages = !images.isEmpty
        hasOthers = !others.isEmpty
        emptiness =
            others.isEmpty
            ? "The project has no images yet, and no golden image is shared with it."
            : "None of the images that there are can be chosen for a \(words) in \(project?.location ?? "")."
        self.seen = seen
        self.token = token
        let errors = trouble?.errors ?? []
        error = trouble.map(\.detail)
        nameError = errors.first { $0.pointer == "/name" }?.detail
        imageError = errors.first { $0.pointer == "/image" }?.detail
    }
}
