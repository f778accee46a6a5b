package import SirdarCore
import SirdarEngine

/// A clock that a test moves. Whoever wanted to be woken is woken, in order, when its time has come.
package final class ManualClock: Clock {
    private struct State {
        var now: Timestamp
        var waiting: [(at: Timestamp, body: @Sendable () -> Void)] = []
        var haste: Timestamp?
    }

    private let state: Locked<State>

    /// 23 November 2026, 09:00 UTC, a Monday.
    package static let start = Timestamp(milliseconds: 1_795_424_400_000)

    package init(_ start: Timestamp = ManualClock.start) { state = Locked(State(now: start)) }

    package func now() -> Timestamp { state.withLock { $0.now } }

    package func wake(at moment: Timestamp, _ body: @escaping @Sendable () -> Void) {
        let isDue = state.withLock { state in
            if state.haste == moment { (state.now, state.haste) = (max(state.now, moment), nil) }
            if moment <= state.now { return true }
            state.waiting.append((moment, body))
            return false
        }
        if isDue { body() }
    }

    /// Whoever next wants to be woken at `moment` finds that it has come while asking, as it may on any machine.
    package func hurry(to moment: Timestamp) { state.withLock { $0.haste = moment } }

    /// Lets time pass.
    package func advance(by interval: Interval) {
        let due = state.withLock { state in
            state.now = state.now.advanced(by: interval)
            let due = state.waiting.filter { $0.at <= state.now }.sorted { $0.at < $1.at }
            state.waiting.removeAll { $0.at <= state.now }
            return due
        }
        for waiter in due { waiter.body() }
    }

    /// Lets time pass until the next one who wants to be woken; `false` when nobody does.
    package func advanceToNext() -> Bool {
        let next = state.withLock { state in state.waiting.map(\.at).min().map { ($0, state.now) } }
        guard let (next, now) = next else { return false }
        advance(by: next.since(now))
        return true
    }
}
