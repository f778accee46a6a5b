package import SirdarCore
import SirdarEngine

/// From when on a deletion cannot be recalled.
package struct PointOfNoReturn: Sendable, Hashable {
    package let isPassed: Bool
    /// When it will be passed, where that is known: once a person has confirmed the deletion.
    package let at: Timestamp?

    package init(isPassed: Bool, at: Timestamp?) {
        self.isPassed = isPassed
        self.at = at
    }

    package var sentence: String {
        if isPassed { return "It cannot be recalled any more: the image is being deleted." }
        guard let at else { return "It can be recalled until its bytes begin to go; then there is no way back." }
        let time = at.description.prefix(16).replacing("T", with: " ")
        return "It can be recalled until \(time) UTC. Then the image is deleted, and there is no way back."
    }
}

extension ImageStudio {
    func pointOfNoReturn(of request: Identifier) throws -> PointOfNoReturn? {
        try engine.store.record(ImageRequest.kind, request.description).flatMap(ImageRequest.init)
            .flatMap { try pointOfNoReturn($0) }
    }

    /// `nil` for what is no deletion, or has ended.
    func pointOfNoReturn(_ request: ImageRequest) throws -> PointOfNoReturn? {
        guard request.kind == .delete, request.state.isOpen, let id = request.instance,
            let instance = try engine.store.instance(id)
        else { return nil }
        let image = try engine.store.record(Image.kind, request.image.description).flatMap(Image.init)
        if image?.isDeregistered == true { return PointOfNoReturn(isPassed: true, at: nil) }
        let workflow = try engine.library.workflow(instance.workflow)
        var at: Timestamp?
        for leaf in instance.leaves {
            switch leaf.state {
            // One that gave up, and changed nothing that could not be kept, waits for a person: it can be recalled.
            case .calling where workflow[leaf.node].call?.action == "deleteImage":
                return PointOfNoReturn(isPassed: true, at: nil)
            case .waiting(until: let time): at = time
            case .calling, .entering, .pending, .concluding, .sequence, .loop, .parallel, .attempt, .attemptLater,
                .handling, .manual, .needsPerson, .child, .listening:
                break
            }
        }
        return PointOfNoReturn(isPassed: false, at: at)
    }
}
