package import SirdarCore
package import SirdarEngine

/// Reads the build profiles of an installation, and what can be chosen for them.
package struct ProfileBook: Sendable {
    let records: any RecordReader

    package init(_ records: any RecordReader) { self.records = records }

    /// By name, those that are retired at the end.
    package func profiles(of project: String) throws -> [BuildProfile] {
        try all(BuildProfile.kind, scope: project).compactMap(BuildProfile.init).sorted { left, right in
            (left.isRetired ? 1 : 0, left.name, left.id) < (right.isRetired ? 1 : 0, right.name, right.id)
        }
    }

    package func profile(_ id: Identifier) throws -> BuildProfile? {
        try records.record(BuildProfile.kind, id.description).flatMap(BuildProfile.init)
    }

    package func image(_ id: Identifier) throws -> Image? {
        try records.record(Image.kind, id.description).flatMap(Image.init)
    }

    /// The profiles, of whatever project, that make machines of an image.
    package func profiles(naming image: Identifier) throws -> [BuildProfile] {
        try all(BuildProfile.kind, scope: nil).compactMap(BuildProfile.init).filter {
            $0.image == image && !$0.isRetired
        }
    }

    /// What a project has of images, its own and those shared with it, each with why it cannot be chosen; those that
    /// can come first, the newest of them before the others.
    package func choices(for place: (project: String, location: String), type: String) throws -> [ImageChoice] {
        let images = try all(Image.kind, scope: nil).compactMap(Image.init)
            .filter { $0.isSeen(in: place.project) && !$0.state.freesName }
        let choices = images.map { ImageChoice($0, for: place, type: type) }
        return choices.sorted { left, right in
            (left.isEligible ? 0 : 1, right.image.id) < (right.isEligible ? 0 : 1, left.image.id)
        }
    }

    /// Why a profile can make no machines now; `nil` when it can.
    package func refusal(of profile: BuildProfile, in location: String) throws -> String? {
        if profile.isRetired { return "The build profile \(profile.name) is retired." }
        guard let image = try image(profile.image) else { return "There is no image \(profile.image) any more." }
        return ImageChoice(image, for: (profile.project, location), type: profile.type).refusal
            .map { "The image \(image.name) cannot be used: \(Self.lowered($0))" }
    }

    private static func lowered(_ sentence: String) -> String { sentence.prefix(1).lowercased() + sentence.dropFirst() }

    func all(_ kind: String, scope: String?) throws -> [Record] {
        var query = RecordQuery(kind: kind, scope: scope, limit: RecordQuery.limitMax)
        var found: [Record] = []
        while true {
            let page = try records.records(query)
            found += page
            guard page.count == query.limit, let last = page.last else { return found }
            query.after = last.key
        }
    }
}
