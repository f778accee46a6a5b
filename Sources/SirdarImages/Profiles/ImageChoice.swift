/// An image that somebody of a project could think of, and why it cannot be chosen for new machines, where it cannot.
package struct ImageChoice: Sendable, Hashable {
    package let image: Image
    /// What is in the way and what to do, in a sentence; `nil` when it can be chosen.
    package let refusal: String?

    package var isEligible: Bool { refusal == nil }

    /// `place`: the project in which the machines would be, and where it is.
    package init(_ image: Image, for place: (project: String, location: String), type: String) {
        self.image = image
        refusal = Self.refusal(image, place, type)
    }

    /// What a profile has already: it may stay, whatever has become of it.
    package init(keeping image: Image) { (self.image, refusal) = (image, nil) }

    private static func refusal(_ image: Image, _ place: (project: String, location: String), _ type: String) -> String?
    {
        if !image.isSeen(in: place.project) { return "It is not shared with \(place.project)." }
        if let refusal = refusal(image.state) { return refusal }
        if image.type != type { return "It is of a \(word(image.type)), and the profile is for a \(word(type))." }
        guard image.location != place.location else { return nil }
        let remedy = image.project == place.project ? " Request a copy to \(place.location)." : ""
        return "It is in \(image.location), and the project in \(place.location).\(remedy)"
    }

    private static func refusal(_ state: Image.State) -> String? {
        switch state {
        case .built: nil
        case .saved: "It is Saved: nobody works on it yet. It can be chosen when it is Built."
        case .building: "It is Building. It can be chosen when it is Built."
        case .deletionRequested: "Its deletion has been requested."
        case .deleting: "It is being deleted."
        case .deleted: "It is deleted."
        case .failed: "It could not be made."
        case .withdrawn: "Its request was withdrawn."
        case .lost: "It is Lost: the cloud no longer has it."
        }
    }

    /// A machine type as people read it.
    package static func word(_ type: String) -> String { type == "renderNode" ? "render node" : type }
}

extension Image {
    /// Whether a project has it: as its own, or golden and shared with it.
    package func isSeen(in project: String) -> Bool {
        guard !isInternal else { return false }
        return self.project == project || isShared(with: project)
    }

    package func isShared(with project: String) -> Bool {
        isGolden && (sharedWith.map { $0.contains(project) } ?? true)
    }
}
