package import Foundation
package import SirdarCore

/// A clock on the wall of some place: what it shows at a moment, and when it shows something.
package struct WallClock: Sendable {
    private let zone: TimeZone

    package init(_ zone: TimeZone) { self.zone = zone }

    /// The names of all time zones.
    package static let names = Set(TimeZone.knownTimeZoneIdentifiers + ["UTC", "GMT"])

    /// When a cron comes next after a moment; `nil`: never.
    ///
    /// Where the clocks are set forward, a time that they skip comes at the very moment of the change. Where they are
    /// set back, a time that they show twice comes the first time. A cron that is meant for every hour, or every so
    /// many, comes as often as the hours themselves: not for one that is skipped, twice for one that comes twice.
    package func next(_ cron: Cron, after moment: Timestamp) -> Timestamp? {
        // What the clock showed some hours ago it may show again: it looks from there.
        var time = CivilMinute(count: shown(at: moment).count - Self.lookBackMinutes)
        var best: Timestamp?
        for _ in 0..<Self.candidatesMax {
            guard let candidate = cron.next(after: time) else { return best }
            time = candidate
            let moments = moments(of: candidate)
            if let best, let first = moments.all.first ?? moments.change, first > best { return best }
            let wanted = cron.isHourly ? moments.all : [moments.all.first ?? moments.change].compactMap(\.self)
            if let found = wanted.first(where: { $0 > moment }) { best = min(best ?? found, found) }
            if best != nil, !cron.isHourly { return best }
        }
        return best
    }

    private static let lookBackMinutes: Int64 = 180
    private static let candidatesMax = 10_000

    /// What the clock shows.
    package func shown(at moment: Timestamp) -> CivilMinute {
        let local = moment.milliseconds + offset(moment) * 1000
        return CivilMinute(count: (local >= 0 ? local : local - 59_999) / 60_000)
    }

    /// The moments at which the clock shows a minute for the first time, in their order: one, two where it is set
    /// back, none where it is set forward over it; then the moment at which it is.
    private func moments(of time: CivilMinute) -> (all: [Timestamp], change: Timestamp?) {
        let guess = time.count * 60_000
        let (before, after) = (
            Timestamp(milliseconds: guess - Self.day), Timestamp(milliseconds: guess + Self.day)
        )
        let offsets = Set([offset(before), offset(after)])
        let all = offsets.map { Timestamp(milliseconds: guess - $0 * 1000) }.filter { shown(at: $0) == time }.sorted()
        return all.isEmpty ? ([], change(between: before, and: after)) : (all, nil)
    }

    private static let day: Int64 = 86_400_000

    /// The first moment at which the clock goes as it does at `end`, and no longer as at `start`.
    private func change(between start: Timestamp, and end: Timestamp) -> Timestamp? {
        let later = offset(end)
        var (low, high) = (start.milliseconds / 1000, end.milliseconds / 1000)
        while high - low > 1 {
            let middle = (low + high) / 2
            if offset(Timestamp(milliseconds: middle * 1000)) == later { high = middle } else { low = middle }
        }
        return Timestamp(milliseconds: high * 1000)
    }

    /// Seconds by which the clock is ahead of UTC.
    private func offset(_ moment: Timestamp) -> Int64 {
        Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(moment.milliseconds) / 1000)))
    }
}
