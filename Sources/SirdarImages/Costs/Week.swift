package import SirdarCore

/// A date of the calendar, in UTC.
package struct Day: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// Since 1 January 1970.
    package let number: Int64

    package init(number: Int64) { self.number = number }

    package init(_ time: Timestamp) {
        let (quotient, remainder) = time.milliseconds.quotientAndRemainder(dividingBy: Self.milliseconds)
        number = remainder < 0 ? quotient - 1 : quotient
    }

    /// Reads `2026-11-25`.
    package init?(_ text: String) {
        guard text.utf8.count == 10, let time = Timestamp("\(text)T00:00:00Z") else { return nil }
        self.init(time)
    }

    static let milliseconds: Int64 = 86_400_000

    package static func < (left: Day, right: Day) -> Bool { left.number < right.number }

    package var start: Timestamp { Timestamp(milliseconds: number * Self.milliseconds) }
    package var next: Day { Day(number: number + 1) }
    package func advanced(by days: Int64) -> Day { Day(number: number + days) }
    package var description: String { String(start.description.prefix(10)) }
}

/// A week of ISO 8601, in UTC: from Monday 00:00 up to and without the next Monday's. It always has 168 hours.
package struct Week: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let monday: Day

    package init(containing day: Day) {
        // The first day of 1970 was a Thursday.
        let remainder = (day.number + 3) % 7
        monday = Day(number: day.number - (remainder < 0 ? remainder + 7 : remainder))
    }

    package init(containing time: Timestamp) { self.init(containing: Day(time)) }

    /// Reads `2026-W53`; `nil` too for a week that its year does not have.
    package init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard text.utf8.count == 8, parts.count == 2, parts[1].first == "W", let year = Int64(parts[0]), year >= 1,
            let number = Int64(parts[1].dropFirst()), number >= 1
        else { return nil }
        // The fourth of January is always in the year's first week.
        let first = Week(containing: Day(number: Timestamp.days(fromCivil: year, 1, 4)))
        self.init(containing: first.monday.advanced(by: (number - 1) * 7))
        guard self.year == year else { return nil }
    }

    package static func < (left: Week, right: Week) -> Bool { left.monday < right.monday }

    package var start: Timestamp { monday.start }
    package var end: Timestamp { next.start }
    package var next: Week { Week(containing: monday.advanced(by: 7)) }
    package var previous: Week { Week(containing: monday.advanced(by: -7)) }
    package var sunday: Day { monday.advanced(by: 6) }

    /// The year of the week, which is its Thursday's: not always its Monday's.
    package var year: Int64 { Timestamp.civil(fromDays: monday.number + 3).year }

    package var number: Int64 {
        let thursday = monday.number + 3
        return (thursday - Timestamp.days(fromCivil: year, 1, 1)) / 7 + 1
    }

    package var description: String { "\(year)-W\(number < 10 ? "0" : "")\(number)" }
}

/// A stretch of time, from its beginning up to and without its end.
package struct Span: Hashable, Sendable {
    package let from: Timestamp
    package let to: Timestamp

    package init(from: Timestamp, to: Timestamp) {
        self.from = from
        self.to = max(from, to)
    }

    package init(_ week: Week) { self.init(from: week.start, to: week.end) }

    package var isEmpty: Bool { to <= from }
    package var length: Interval { to.since(from) }
    package func contains(_ time: Timestamp) -> Bool { from <= time && time < to }

    package func intersection(_ other: Span) -> Span { Span(from: max(from, other.from), to: min(to, other.to)) }

    /// The weeks that it touches.
    package var weeks: [Week] {
        guard !isEmpty else { return [] }
        var weeks = [Week(containing: from)]
        while let last = weeks.last, last.end < to { weeks.append(last.next) }
        return weeks
    }

    /// Cut where a month begins: each part lies in one month of UTC.
    package var months: [Span] {
        var parts: [Span] = []
        var start = from
        while start < to {
            let end = min(to, Month(containing: start).end)
            parts.append(Span(from: start, to: end))
            start = end
        }
        return parts
    }
}

/// A month of the calendar, in UTC: 672 to 744 hours, by which a monthly price is spread.
package struct Month: Hashable, Sendable {
    package let start: Timestamp
    package let end: Timestamp

    package init(containing time: Timestamp) {
        let (year, month, _) = Timestamp.civil(fromDays: Day(time).number)
        start = Day(number: Timestamp.days(fromCivil: year, month, 1)).start
        let next = month == 12 ? (year + 1, 1) : (year, month + 1)
        end = Day(number: Timestamp.days(fromCivil: next.0, next.1, 1)).start
    }

    var milliseconds: UInt64 { UInt64(end.milliseconds - start.milliseconds) }
}
