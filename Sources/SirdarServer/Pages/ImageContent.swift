import SirdarCore
import SirdarEngine
import SirdarImages

struct ImagesContent {
    /// Golden ones of other projects.
    let shared: [ImageRow]
    let hasShared: Bool
    let groups: [ImageGroup]
    let projects: [TaskListContent.Choice]
    let states: [TaskListContent.Choice]
    let text: String
    let isGolden: Bool
    let isEmpty: Bool
    let findsNothing: Bool
    let next: String?

    static func states(_ chosen: String) -> [TaskListContent.Choice] {
        let whole = [("", "Not deleted or withdrawn"), ("all", "All states")]
        let each = Image.State.allCases.map { ($0.rawValue, Badge.image($0.rawValue).word) }
        return (whole + each).map { .init(name: $0.0, title: $0.1, isSelected: $0.0 == chosen) }
    }

    /// The same list, further on.
    static func address(_ query: FormData, cursor: String) -> String {
        let kept = ["project", "state", "q", "golden"].compactMap { name in
            query.text(name).isEmpty ? nil : "\(name)=\(query.text(name).urlEscaped)"
        }
        return "?" + (kept + ["cursor=\(cursor.urlEscaped)"]).joined(separator: "&")
    }
}

struct ImageContent {
    let image: ImageRow
    let facts: [EntryRow.Fact]
    /// Not only shared with whoever looks.
    let isOwn: Bool
    let mayMark: Bool
    let mayUnmark: Bool
    let token: String
    let entries: [EntryRow]
    let hasHistory: Bool
}

/// A project's images.
struct ImageGroup {
    let title: String
    let code: String
    let location: String
    let images: [ImageRow]
    let hasImages: Bool

    init(_ project: StudioProject, _ images: [ImageRow]) {
        title = project.title
        code = project.code
        location = project.location
        self.images = images
        hasImages = !images.isEmpty
    }
}

struct ImageRow {
    let id: String
    let name: String
    let description: String?
    let badge: Badge
    let isGolden: Bool
    let type: String
    let project: String
    let location: String
    let source: String
    let cost: String
    let note: String?
    let request: String?
    let mayAsk: Bool

    init(_ image: StudioImage, _ now: Timestamp, _ principal: Principal) {
        id = image.id.description
        name = image.name
        description = image.description.isEmpty ? nil : image.description
        badge = .image(image.state)
        isGolden = image.isGolden
        type = Show.words(image.type)
        project = image.project
        location = image.location
        source = image.source
        cost = image.cost ?? "–"
        note = image.note
        request = image.request?.description
        mayAsk = image.state == "built" && principal.may(.requestImage, in: .project(image.project))
    }

    static func facts(_ image: StudioImage, _ now: Timestamp) -> [EntryRow.Fact] {
        var facts = [
            EntryRow.Fact(key: "Project", value: image.project),
            EntryRow.Fact(key: "Location", value: image.location),
            EntryRow.Fact(key: "Type", value: Show.words(image.type)),
            EntryRow.Fact(key: "From", value: image.source.isEmpty ? "–" : image.source),
            EntryRow.Fact(key: "Asked for", value: Show.time(image.createdAt)),
            EntryRow.Fact(key: "Cost this week so far", value: image.cost ?? "–"),
            EntryRow.Fact(key: "Digest", value: image.digest ?? "–"),
        ]
        switch image.sharing {
        case .all: facts.append(EntryRow.Fact(key: "Shared with", value: "all projects"))
        case .projects(let codes):
            facts.append(EntryRow.Fact(key: "Shared with", value: codes.joined(separator: ", ")))
        case nil: break
        }
        return facts
    }
}

struct MachinesContent {
    let groups: [MachineGroup]
    let projects: [TaskListContent.Choice]
    let token: String
    let isEmpty: Bool
}

struct MachineGroup {
    let title: String
    let code: String
    let location: String
    let machines: [MachineRow]
    let hasMachines: Bool

    init(_ project: StudioProject, _ machines: [MachineRow]) {
        title = project.title
        code = project.code
        location = project.location
        self.machines = machines
        hasMachines = !machines.isEmpty
    }
}

struct MachineRow {
    let name: String
    let path: String
    let badge: Badge
    let type: String
    let os: String
    let address: String
    let profile: ProfileLink?
    let mayTurnOn: Bool
    let mayTurnOff: Bool
    let mayAsk: Bool
    /// Why no image of it can be asked for now.
    let refusal: String?

    /// What it was made from.
    struct ProfileLink {
        let id: String
        let name: String
        let image: String
    }

    init(_ machine: StudioMachine, _ principal: Principal) {
        name = machine.name
        path = machine.name.urlEscaped
        badge = .power(machine.power)
        type = Show.words(machine.type)
        os = machine.os
        address = machine.address ?? "–"
        profile = machine.madeFrom.map {
            ProfileLink(id: $0.profile.description, name: $0.profileName, image: $0.imageName)
        }
        let mayControl = principal.may(.controlMachine, in: .project(machine.project))
        mayTurnOn = mayControl && machine.power == "off"
        mayTurnOff = mayControl && machine.power == "on"
        let mayRequest = principal.may(.requestImage, in: .project(machine.project))
        mayAsk = mayRequest && machine.imagingRefusal == nil
        refusal = mayRequest ? machine.imagingRefusal : nil
    }
}

/// The dialog in which somebody asks for something about an image.
struct AskContent {
    let title: String
    let lead: String
    let action: String
    let back: String
    let token: String
    let button: String
    let refusal: String?
    let estimates: [Estimate]
    let error: String?
    let nameError: String?
    let name: String
    let description: String
    let reason: String
    let hasName: Bool
    let hasDescription: Bool
    let hasLocation: Bool
    let hasProject: Bool
    let hasReason: Bool
    let hasSharing: Bool
    let isForSome: Bool
    let choices: [TaskListContent.Choice]
    let choiceError: String?

    /// What it would cost, and how that was found.
    struct Estimate {
        /// For which of the choices; `nil` where there is nothing to choose.
        let choice: String?
        let words: String
    }

    init(
        _ subject: ImagePages.Subject,
        _ kind: RequestKind,
        _ reading: Reading,
        _ principal: Principal,
        typed: FormData,
        trouble: Trouble?,
        token: String
    ) throws {
        self.token = token
        switch subject {
        case .machine(let machineName):
            let machine = try reading.machine(machineName, for: principal, to: .requestImage)
            title = "Request image creation"
            lead =
                "Of \(machine.name), a \(Show.words(machine.type)) of \(machine.project) in \(machine.location)."
            action = "/machines/\(machine.name.urlEscaped)/image"
            back = "/machines"
            refusal = machine.imagingRefusal
            estimates = try [reading.studio.estimate(of: machine)].compactMap {
                $0.map { Estimate(choice: nil, words: $0.words) }
            }
            choices = []
            name = typed.text("name")
        case .image(let id):
            let image = try reading.image(id, for: principal, to: kind == .golden ? .markGolden : .requestImage)
            title = Self.title(kind)
            lead = Self.lead(kind, image, coolingOff: reading.studio.coolingOff)
            action = "/images/\(id)/\(kind.rawValue)"
            back = "/images"
            refusal =
                image.state == "built"
                ? nil : "Only an image that is Built can be asked about; this one is \(Badge.image(image.state).word)."
            let choices = try Self.choices(kind, image, reading, principal, typed)
            estimates = kind == .copy ? try choices.compactMap { try Self.estimate($0, image, reading) } : []
            self.choices = choices
            name = typed["name"]?.trimmed ?? (kind == .delete || kind == .golden ? "" : image.name)
        }
        let errors = trouble?.errors ?? []
        nameError = errors.first { $0.pointer == "/name" }?.detail
        choiceError = errors.first { ["/location", "/project", "/shared_with"].contains($0.pointer) }?.detail
        error = trouble.map(\.detail)
        description = typed["description"] ?? ""
        reason = typed["reason"] ?? ""
        button = kind == .create ? "Create" : title
        hasName = kind != .delete && kind != .golden
        hasSharing = kind == .golden
        isForSome = typed.text("sharing") == "some"
        hasDescription = kind == .create
        hasLocation = kind == .copy
        hasProject = kind == .adapt
        hasReason = kind == .delete
    }

    private static func estimate(
        _ choice: TaskListContent.Choice,
        _ image: StudioImage,
        _ reading: Reading
    ) throws -> Estimate? {
        let estimate = try reading.studio.estimate(ofCopying: image.id, to: choice.name)
        return estimate.map { Estimate(choice: choice.title, words: $0.words) }
    }

    private static func title(_ kind: RequestKind) -> String {
        switch kind {
        case .create: "Request image creation"
        case .copy: "Request copy to location"
        case .adapt: "Use in another project"
        case .delete: "Request deletion"
        case .machines: "Create machines"
        case .golden: "Mark as golden"
        }
    }

    private static func lead(_ kind: RequestKind, _ image: StudioImage, coolingOff: Interval) -> String {
        switch kind {
        case .create, .copy, .machines: "A copy of \(image.name), which is in \(image.location)."
        case .adapt:
            "A new image from \(image.name), with the addresses of the other project: a machine is made from it there, "
                + "an engineer adjusts shared storage and render manager, and an image is made of the result."
        case .golden:
            "\(image.name) of \(image.project). Every byte of it is searched first for the addresses and the name of "
                + "its project: what is found is told, and the image stays as it is."
        case .delete:
            "\(image.name) in \(image.location). It can no longer be chosen from this moment on. "
                + "If it is golden, or in use by a build profile, a copy or machines on the way, an engineer confirms "
                + "it, and it can be recalled for \(Show.length(coolingOff)) after that. Otherwise it goes at once."
        }
    }

    private static func choices(
        _ kind: RequestKind,
        _ image: StudioImage,
        _ reading: Reading,
        _ principal: Principal,
        _ typed: FormData
    ) throws -> [TaskListContent.Choice] {
        switch kind {
        case .create, .delete, .machines: []
        case .copy:
            try reading.studio.locations().filter { $0 != image.location }.map {
                .init(name: $0, title: $0, isSelected: $0 == typed.text("location"))
            }
        case .golden:
            try reading.studio.projects().filter { $0.code != image.project }.map {
                .init(name: $0.code, title: $0.title, isSelected: typed.all("project").contains($0.code))
            }
        case .adapt:
            try reading.studio.projects()
                .filter { $0.code != image.project && principal.may(.requestImage, in: .project($0.code)) }
                .map {
                    .init(
                        name: $0.code,
                        title: "\($0.title) (\($0.location))",
                        isSelected: $0.code == typed.text("project")
                    )
                }
        }
    }
}
