import SirdarEngine
import SirdarImages

/// A wish, which others look at, that some work should stop.
final class Cancellation: Sendable {
    private let wished = Locked(false)

    var isCancelled: Bool { wished.withLock { $0 } }

    func cancel() {
        wished.withLock { $0 = true }
    }
}

extension CloudError {
    static let cancelled = CloudError(.transient, "The work was stopped; it goes on when it is asked for again.")
}
