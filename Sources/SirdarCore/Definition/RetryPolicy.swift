package import JQ

/// How often, how soon and how long to try again.
package struct RetryPolicy: Sendable, Hashable {
    package enum Backoff: String, Sendable, Hashable, CaseIterable { case constant, linear, exponential }

    package enum Jitter: Sendable, Hashable {
        case none
        /// Anywhere between nothing and the whole delay: spreads a crowd best.
        case full
        /// The delay, plus something between these two.
        case between(Interval, Interval)
    }

    package var delay: Interval
    package var backoff: Backoff
    package var delayMax: Interval
    package var jitter: Jitter
    /// Attempts in all, the first included; `nil`: no limit.
    package var attemptsMax: Int?
    /// An attempt that takes longer has failed; `nil`: no limit.
    package var attemptMax: Interval?
    /// No new attempt starts later than this after the first.
    package var durationMax: Interval?
    package var when: JQ.Program?
    package var exceptWhen: JQ.Program?

    package init(
        delay: Interval,
        backoff: Backoff = .constant,
        delayMax: Interval = .minutes(5),
        jitter: Jitter = .none,
        attemptsMax: Int? = nil,
        attemptMax: Interval? = nil,
        durationMax: Interval? = nil,
        when: JQ.Program? = nil,
        exceptWhen: JQ.Program? = nil
    ) {
        self.delay = delay
        self.backoff = backoff
        self.delayMax = delayMax
        self.jitter = jitter
        self.attemptsMax = attemptsMax
        self.attemptMax = attemptMax
        self.durationMax = durationMax
        self.when = when
        self.exceptWhen = exceptWhen
    }

    /// What an action gets that says nothing else: 2 s doubling to 5 min, full jitter, 8 attempts.
    package static let standard = RetryPolicy(
        delay: .seconds(2),
        backoff: .exponential,
        delayMax: .minutes(5),
        jitter: .full,
        attemptsMax: 8
    )

    /// How long to wait before the attempt after `attempt` (1 is the first); `random` decides the jitter.
    package func delay(after attempt: Int, random: UInt64) -> Interval {
        let grown: Interval
        switch backoff {
        case .constant: grown = delay
        case .linear: grown = delay * Int64(attempt)
        case .exponential: grown = delay * (Int64(1) << Int64(min(attempt - 1, 40)))
        }
        let capped = min(grown, delayMax)
        switch jitter {
        case .none: return capped
        case .full: return Interval(milliseconds: Int64(random % UInt64(max(capped.milliseconds, 0) + 1)))
        case .between(let least, let most):
            let width = UInt64(max(0, most.milliseconds - least.milliseconds) + 1)
            return Interval(milliseconds: capped.milliseconds + least.milliseconds + Int64(random % width))
        }
    }

    /// Whether another attempt may follow the given one, `elapsed` after the first began.
    package func allows(anotherAfter attempt: Int, elapsed: Interval) -> Bool {
        if let attemptsMax, attempt >= attemptsMax { return false }
        if let durationMax, elapsed >= durationMax { return false }
        return true
    }
}
