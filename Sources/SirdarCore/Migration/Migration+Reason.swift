extension Migration {
    /// Why an instance stays with its version.
    package enum Reason: Sendable, Hashable {
        case ended(Instance.Status)
        /// What it had begun is being undone.
        case undoing
        case stepGone(String)
        /// The step lies in another one now.
        case stepMoved(String)
        case kindChanged(String, from: String, to: String)
        case actionChanged(String, from: String, to: String)
        /// A loop's variables, a fork's branches or an attempt's parts are others.
        case shapeChanged(String)
        case formChanged(String)
        /// It waits for other events, or reads them in another way.
        case eventsChanged(String)
        case outcomesChanged(String)
        /// Something that began could not be undone any more.
        case undoGone(String)
        case undoChanged(String, from: String, to: String)
        case inputUnfit([String])
        case contextUnfit(String, [String])
        case timeoutUnfit(String, String)

        /// What programs look at.
        package var code: String {
            switch self {
            case .ended: "ended"
            case .undoing: "undoing"
            case .stepGone: "step-gone"
            case .stepMoved: "step-moved"
            case .kindChanged: "kind-changed"
            case .actionChanged: "action-changed"
            case .shapeChanged: "shape-changed"
            case .formChanged: "form-changed"
            case .eventsChanged: "events-changed"
            case .outcomesChanged: "outcomes-changed"
            case .undoGone: "compensation-gone"
            case .undoChanged: "compensation-changed"
            case .inputUnfit: "input-unfit"
            case .contextUnfit: "context-unfit"
            case .timeoutUnfit: "timeout-unfit"
            }
        }

        package var sentence: String {
            switch self {
            case .ended(let status): "It has ended: \(status.name)."
            case .undoing: "What it had begun is being undone."
            case .stepGone(let path):
                "Its step \(path) is not in the new version. Let it end first, or say what it is called now."
            case .stepMoved(let path): "Its step \(path) lies in another step in the new version."
            case .kindChanged(let path, let from, let to): "Its step \(path) was a \(from) and is a \(to) now."
            case .actionChanged(let path, let from, let to): "Its step \(path) called \(from) and calls \(to) now."
            case .shapeChanged(let path):
                "Its step \(path) is in progress, and its branches, variables or parts are others now."
            case .formChanged(let path):
                "The form of its open task \(path) has changed: what is being filled in would not fit."
            case .eventsChanged(let path):
                "Its step \(path) listens, and the new version's would listen for other events."
            case .outcomesChanged(let path): "The outcomes of its open task \(path) have changed."
            case .undoGone(let path):
                "Its step \(path) has begun and can be undone; the new version would not undo it."
            case .undoChanged(let path, let from, let to):
                "Its step \(path) has begun and is undone by \(from); the new version would undo it by \(to)."
            case .inputUnfit(let what): "Its input breaks the new version's schema: \(what.joined(separator: "; "))"
            case .contextUnfit(let path, let what):
                "Its context is not what \(path) leaves in the new version: \(what.joined(separator: "; "))"
            case .timeoutUnfit(let path, let what): "The new timeout of \(path) cannot be computed: \(what)"
            }
        }
    }
}

extension Node.Kind {
    /// What people call the kind.
    package var name: String {
        switch self {
        case .sequence: "sequence"
        case .set: "set"
        case .choice: "switch"
        case .loop: "loop"
        case .parallel: "fork"
        case .attempt: "try"
        case .raise: "raise"
        case .wait: "wait"
        case .call: "call"
        case .manual: "manual step"
        case .workflow: "workflow"
        case .emit: "emit"
        case .listen: "listen"
        }
    }
}
