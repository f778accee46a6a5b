package import SirdarCore

/// Which images somebody wants to see, the newest first.
package struct ImageQuery: Sendable, Hashable {
    package var projects: [String]
    package var states: States
    /// Part of a name or a description, in letters of either case; empty: all.
    package var text: String
    /// Golden ones alone.
    package var isGolden: Bool
    /// Only older than this one.
    package var before: Identifier?
    package var limit: Int

    package enum States: Sendable, Hashable {
        case all
        /// Without those that are deleted or were withdrawn.
        case present
        case only(String)

        /// Reads `all`, a state's name, or nothing; `nil` for what is none of these.
        package init?(_ text: String, otherwise: States) {
            switch text {
            case "": self = otherwise
            case "all": self = .all
            case "present": self = .present
            default:
                guard Image.State(rawValue: text) != nil else { return nil }
                self = .only(text)
            }
        }
    }

    package init(
        projects: [String],
        states: States = .all,
        text: String = "",
        isGolden: Bool = false,
        before: Identifier? = nil,
        limit: Int
    ) {
        self.projects = projects
        self.states = states
        self.text = text.lowercased()
        self.isGolden = isGolden
        self.before = before
        self.limit = limit
    }

    package func matches(_ image: StudioImage) -> Bool {
        let isShown =
            switch states {
            case .all: true
            case .present: image.state != "deleted" && image.state != "withdrawn"
            case .only(let state): image.state == state
            }
        guard isShown, image.isGolden || !isGolden else { return false }
        return text.isEmpty || image.name.lowercased().contains(text) || image.description.lowercased().contains(text)
    }
}

extension Studio {
    private static var stride: Int { 200 }

    /// The images of a query, of all its projects together; as many as its limit, when there are as many.
    package func images(_ query: ImageQuery) throws -> [StudioImage] {
        var found: [StudioImage] = []
        for project in query.projects {
            var (before, matching) = (query.before, [StudioImage]())
            while matching.count < query.limit {
                let page = try images(of: project, before: before, limit: Self.stride)
                matching += page.filter(query.matches)
                guard page.count == Self.stride, let last = page.last else { break }
                before = last.id
            }
            found += matching
        }
        return Array(found.sorted { $0.id > $1.id }.prefix(query.limit))
    }
}
