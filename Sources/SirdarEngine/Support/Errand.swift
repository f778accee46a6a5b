import Dispatch
import SirdarCore

/// Work that is done on a thread of its own: soon after it was rung for, once however often that was, and when a time
/// has come that it named itself.
final class Errand: Sendable {
    private struct State {
        /// `nil` while it does not run.
        var work: (@Sendable () -> Void)?
        var isRung = false
        var wakeAt = Timestamp.distantFuture
    }

    private let queue: DispatchQueue
    private let clock: any Clock
    private let state = Locked(State())

    init(_ label: String, clock: any Clock) {
        queue = DispatchQueue(label: label)
        self.clock = clock
    }

    var isRunning: Bool { state.withLock { $0.work != nil } }

    func run(_ work: @escaping @Sendable () -> Void) {
        state.withLock { state in (state.work, state.isRung) = (work, false) }
        ring()
    }

    /// Answers when it is not being done any more. Never from within the work.
    func stop() {
        state.withLock { $0.work = nil }
        queue.sync {}
    }

    /// There may be something to do.
    func ring() {
        let rings = state.withLock { state in
            guard state.work != nil, !state.isRung else { return false }
            state.isRung = true
            return true
        }
        guard rings else { return }
        queue.async {
            let work = self.state.withLock { state in
                state.isRung = false
                return state.work
            }
            work?()
        }
    }

    /// There is something to do then, at the latest.
    func ring(at moment: Timestamp) {
        let isEarlier = state.withLock { state in
            guard moment < state.wakeAt else { return false }
            state.wakeAt = moment
            return true
        }
        guard isEarlier else { return }
        clock.wake(at: moment) { [weak self] in
            self?.state.withLock { state in if state.wakeAt <= moment { state.wakeAt = .distantFuture } }
            self?.ring()
        }
    }
}
