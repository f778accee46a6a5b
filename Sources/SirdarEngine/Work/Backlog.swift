/// Whether due steps lie in the store that are nobody's: then a new step stands behind them, and not before the pool.
///
/// Only a claim that found less than it had room for says that nothing is left, and only if nothing was left behind
/// while it was on its way.
final class Backlog: Sendable {
    private struct State {
        var exists = false
        /// Grows with each step that was left behind.
        var marks = 0
    }

    private let state = Locked(State())

    var exists: Bool { state.withLock { $0.exists } }
    var marks: Int { state.withLock { $0.marks } }

    func mark() {
        state.withLock { state in
            state.exists = true
            state.marks += 1
        }
    }

    /// Nothing is left, as of a claim that was made when `marks` were.
    func clear(since marks: Int) {
        state.withLock { state in if state.marks == marks { state.exists = false } }
    }
}
