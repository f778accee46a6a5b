import Foundation
package import SirdarCore

/// Tells the time; the one seam through which it enters.
package protocol Clock: Sendable {
    func now() -> Timestamp
    /// Calls `body` once, when `moment` has come, on a thread of the clock's own.
    func wake(at moment: Timestamp, _ body: @escaping @Sendable () -> Void)
}

/// The machine's clock.
package struct SystemClock: Clock {
    private let queue = DispatchQueue(label: "sirdar.clock")

    package init() {}

    package func now() -> Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }

    package func wake(at moment: Timestamp, _ body: @escaping @Sendable () -> Void) {
        let delay = max(0, moment.since(now()).milliseconds)
        // Long waits are cut: a clock that is set forward must not be noticed a day late.
        let cut = min(delay, 60_000)
        queue.asyncAfter(deadline: .now() + .milliseconds(Int(cut)), execute: body)
    }
}
