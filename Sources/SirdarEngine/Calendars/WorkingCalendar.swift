import Foundation
package import SirdarCore

/// When a team works: what due times are counted on.
///
/// A duration on it is working time: four hours from Friday 16:00 with hours from 9 to 17 end on Monday at 12:00.
/// Hours are the clock's on the wall of `timeZone`; how long they last is counted in real time, so that a night in
/// which the clock is changed is as long as it was. An hour that the change leaves out begins when the clock has gone
/// on; one that comes twice is meant the first time.
package final class WorkingCalendar: Sendable {
    package let name: String
    package let title: String
    let timeZone: TimeZone
    /// The hours of the days of a week, Monday first.
    let week: [[Hours]]
    /// Days with hours of their own; holidays have none.
    let exceptions: [Day: [Hours]]
    private let calendar: Calendar
    private let known = Locked<[Int64: [Range<Int64>]]>([:])

    /// Days whose hours are kept in memory.
    private static let knownMax = 4000
    /// How far ahead a working hour is looked for: a calendar without one in ten years has none.
    static let daysMax: Int64 = 3653

    /// A part of a day, in minutes after its midnight.
    struct Hours: Sendable, Hashable {
        let from: Int
        let to: Int
    }

    struct Day: Sendable, Hashable {
        let year: Int
        let month: Int
        let day: Int
    }

    init(name: String, title: String, timeZone: TimeZone, week: [[Hours]], exceptions: [Day: [Hours]]) {
        precondition(week.count == 7, "a week has seven days")
        self.name = name
        self.title = title
        self.timeZone = timeZone
        self.week = week
        self.exceptions = exceptions
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = timeZone
        self.calendar = calendar
    }

    /// The moment at which `interval` of working time will have passed after `start`; `nil` when the calendar has not
    /// that much in ten years.
    package func moment(_ interval: Interval, after start: Timestamp) -> Timestamp? {
        var left = max(0, interval.milliseconds)
        let first = day(of: start)
        for day in first...(first + Self.daysMax) {
            for hours in hours(of: day) where hours.upperBound > start.milliseconds {
                let from = max(hours.lowerBound, start.milliseconds)
                if left <= hours.upperBound - from { return Timestamp(milliseconds: from + left) }
                left -= hours.upperBound - from
            }
        }
        return nil
    }

    /// How much working time lies between two moments; zero when `end` comes first.
    package func workingTime(from start: Timestamp, to end: Timestamp) -> Interval {
        guard start < end else { return .zero }
        var sum: Int64 = 0
        for day in day(of: start)...day(of: end) {
            for hours in hours(of: day) {
                sum += max(
                    0,
                    min(hours.upperBound, end.milliseconds) - max(hours.lowerBound, start.milliseconds)
                )
            }
        }
        return Interval(milliseconds: sum)
    }

    package func isWorking(at moment: Timestamp) -> Bool {
        hours(of: day(of: moment)).contains { $0.contains(moment.milliseconds) }
    }

    // MARK: Days

    /// The number of the local day, counted from 1 January 1970.
    private func day(of moment: Timestamp) -> Int64 {
        let date = Date(timeIntervalSince1970: Double(moment.milliseconds) / 1000)
        let offset = Int64(timeZone.secondsFromGMT(for: date)) * 1000
        return Int64((Double(moment.milliseconds + offset) / 86_400_000).rounded(.down))
    }

    /// The working hours of a local day as moments in UTC, in their order.
    private func hours(of day: Int64) -> [Range<Int64>] {
        if let hours = known.withLock({ $0[day] }) { return hours }
        let (year, month, dayOfMonth) = Timestamp.civil(fromDays: day)
        let date = Day(year: Int(year), month: Int(month), day: Int(dayOfMonth))
        // 1 January 1970 was a Thursday.
        let weekday = Int(((day + 3) % 7 + 7) % 7)
        let hours = (exceptions[date] ?? week[weekday]).compactMap { hours -> Range<Int64>? in
            guard let from = moment(date, minute: hours.from), let to = moment(date, minute: hours.to), from < to else {
                return nil
            }
            return from..<to
        }
        known.withLock { known in
            if known.count > Self.knownMax { known = [:] }
            known[day] = hours
        }
        return hours
    }

    private func moment(_ day: Day, minute: Int) -> Int64? {
        // The end of a day is the beginning of the next.
        var components = DateComponents(year: day.year, month: day.month, day: day.day + minute / 1440)
        components.hour = minute % 1440 / 60
        components.minute = minute % 60
        guard let date = calendar.date(from: components) else { return nil }
        return Int64((date.timeIntervalSince1970 * 1000).rounded())
    }
}
