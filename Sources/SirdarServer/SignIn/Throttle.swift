package import SirdarCore
import SirdarEngine

/// Slows down guessing: some attempts are free, then each failure doubles the wait, for the account and for the
/// address.
///
/// Nobody is locked out for good: who knows the password waits a quarter of an hour at worst. Only failures count; a
/// success clears the account's, and never the address's.
package final class Throttle: Sendable {
    package static let freeAttempts = 5
    static let waitMax = Interval.minutes(15)
    /// How many accounts and addresses are remembered; the longest quiet are forgotten first.
    static let countMax = 10_000

    private let failures = Locked<[String: Failures]>([:])

    private struct Failures: Sendable {
        var count = 0
        var last: Timestamp

        /// When the next attempt is looked at.
        var freeAt: Timestamp {
            guard count >= Throttle.freeAttempts else { return last }
            let doublings = Int64(min(count - Throttle.freeAttempts, 20))
            return last.advanced(by: min(Interval.seconds(1) * (1 << doublings), Throttle.waitMax))
        }

        func isForgotten(at now: Timestamp) -> Bool { now.since(last) > Throttle.waitMax * 4 }
    }

    /// How long to wait before the next attempt is looked at.
    package struct TooEarly: Error, Sendable, Hashable {
        package let seconds: Int
    }

    package init() {}

    /// Counts an attempt that is about to be looked at as failed, so that many at once are not all free.
    ///
    /// - Throws: how long to wait, when it is too early; such an attempt is not looked at, and does not count.
    package func begin(account: String, address: String, at now: Timestamp) throws(TooEarly) {
        let wait = failures.withLock { failures -> Interval? in
            let keys = Self.keys(account, address)
            let freeAt = keys.compactMap { failures[$0] }.filter { !$0.isForgotten(at: now) }.map(\.freeAt).max()
            if let freeAt, now < freeAt { return freeAt.since(now) }
            for key in keys {
                var found = failures[key] ?? Failures(last: now)
                if found.isForgotten(at: now) { found.count = 0 }
                found.count += 1
                found.last = now
                failures[key] = found
            }
            if failures.count > Self.countMax { Self.forget(&failures, now) }
            return nil
        }
        guard let wait else { return }
        throw TooEarly(seconds: max(1, Int((wait.milliseconds + 999) / 1000)))
    }

    /// The password was right: the account's failures are over, and the attempt is taken back from the address.
    func succeeded(account: String, address: String) {
        failures.withLock { failures in
            let keys = Self.keys(account, address)
            failures[keys[0]] = nil
            if var found = failures[keys[1]] {
                found.count -= 1
                failures[keys[1]] = found.count > 0 ? found : nil
            }
        }
    }

    private static func keys(_ account: String, _ address: String) -> [String] {
        ["account \(account.lowercased().prefix(64))", "address \(address)"]
    }

    private static func forget(_ failures: inout [String: Failures], _ now: Timestamp) {
        failures = failures.filter { !$0.value.isForgotten(at: now) }
        guard failures.count > countMax else { return }
        let oldest = failures.sorted { $0.value.last < $1.value.last }.prefix(failures.count - countMax * 9 / 10)
        for (key, _) in oldest { failures[key] = nil }
    }
}
