/// The times of a calendar, in the five fields of cron: minute, hour, day of the month, month, day of the week.
///
/// Lists, ranges, steps and English names, as in crontab(5). Where both a day of the month and a day of the week are
/// named, either will do. `TZ=Europe/London` before the fields names the time zone. It speaks of times as a clock on
/// the wall shows them; what these are where the clocks change is not its business.
package struct Cron: Sendable, Hashable {
    package let source: String
    /// The time zone, when it is named.
    package let zone: String?
    private let minutes: Set<Int>
    private let hours: Set<Int>
    private let days: Set<Int>
    private let months: Set<Int>
    private let weekdays: Set<Int>
    /// Whether days of the month, of the week, are named at all.
    private let namesDays: Bool
    private let namesWeekdays: Bool
    /// Whether it is meant for every hour, or every so many: such a time comes as often as the hour does.
    package let isHourly: Bool

    /// What is wrong with a text that is to be one.
    package struct Mistake: Error, Sendable, Hashable {
        package let sentence: String

        package init(sentence: String) { self.sentence = sentence }
    }

    package init(_ text: String) throws(Mistake) {
        var words = text.split { $0 == " " || $0 == "\t" }
        var zone: String?
        if let first = words.first {
            for prefix in ["TZ=", "CRON_TZ="] where first.hasPrefix(prefix) {
                zone = String(first.dropFirst(prefix.count))
                words.removeFirst()
            }
        }
        guard words.count == Field.allCases.count else {
            let count = words.count == 1 ? "1 field" : "\(words.count) fields"
            throw Mistake(sentence: "has \(count), and needs 5: minute, hour, day of the month, month, day of the week")
        }
        minutes = try Field.minute.values(words[0])
        hours = try Field.hour.values(words[1])
        days = try Field.day.values(words[2])
        months = try Field.month.values(words[3])
        weekdays = Set(try Field.weekday.values(words[4]).map { $0 % 7 })
        isHourly = words[1].hasPrefix("*")
        namesDays = !words[2].hasPrefix("*")
        namesWeekdays = !words[4].hasPrefix("*")
        source = text
        self.zone = zone
        if next(after: CivilMinute(year: 2000, month: 1, day: 1, hour: 0, minute: 0)) == nil {
            throw Mistake(sentence: "never comes: no such day is in any of these months")
        }
    }

    /// The next time on the wall clock, within the years in which every date comes round; `nil`: never.
    package func next(after start: CivilMinute) -> CivilMinute? {
        var time = start.next
        for _ in 0..<Self.daysMax {
            if isDay(time) {
                if let found = next(withinDayOf: time) { return found }
            }
            time = time.nextDay
        }
        return nil
    }

    /// 29 February can be eight years away.
    private static let daysMax = 366 * 9

    private func isDay(_ time: CivilMinute) -> Bool {
        guard months.contains(time.month) else { return false }
        let (isDay, isWeekday) = (days.contains(time.day), weekdays.contains(time.weekday))
        return namesDays && namesWeekdays ? isDay || isWeekday : isDay && isWeekday
    }

    private func next(withinDayOf time: CivilMinute) -> CivilMinute? {
        for hour in time.hour..<24 where hours.contains(hour) {
            let first = hour == time.hour ? time.minute : 0
            for minute in first..<60 where minutes.contains(minute) {
                return CivilMinute(year: time.year, month: time.month, day: time.day, hour: hour, minute: minute)
            }
        }
        return nil
    }
}

extension Cron {
    private enum Field: String, CaseIterable {
        case minute
        case hour
        case day = "day of the month"
        case month
        case weekday = "day of the week"

        var range: ClosedRange<Int> {
            switch self {
            case .minute: 0...59
            case .hour: 0...23
            case .day: 1...31
            case .month: 1...12
            case .weekday: 0...7
            }
        }

        private var names: [String] {
            switch self {
            case .month: ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
            case .weekday: ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
            case .minute, .hour, .day: []
            }
        }

        func values(_ text: Substring) throws(Mistake) -> Set<Int> {
            var values: Set<Int> = []
            for part in text.split(separator: ",", omittingEmptySubsequences: false) {
                let halves = part.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
                let step = halves.count == 2 ? Int(halves[1]) : 1
                guard let step, step > 0 else { throw wrong(part, "no step: write */15") }
                let span = try span(halves[0], isOpen: halves.count == 2)
                values.formUnion(stride(from: span.lowerBound, through: span.upperBound, by: step))
            }
            return values
        }

        /// A number, a range, or all of them; a number with a step after it stands for all from there on.
        private func span(_ text: Substring, isOpen: Bool) throws(Mistake) -> ClosedRange<Int> {
            if text == "*" { return self == .weekday ? 0...6 : range }
            let ends = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
            let first = try number(ends[0])
            guard ends.count == 2 else { return first...(isOpen ? range.upperBound : first) }
            let last = try number(ends[1])
            guard first <= last else { throw wrong(text, "no range: write the lesser first, 1-5") }
            return first...last
        }

        private func number(_ text: Substring) throws(Mistake) -> Int {
            if let position = names.firstIndex(of: text.lowercased()) { return range.lowerBound + position }
            let isNumber = !text.isEmpty && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
            guard isNumber, let number = Int(text), range.contains(number) else {
                let words = names.isEmpty ? "" : ", or \(names.joined(separator: " "))"
                throw wrong(text, "\(range.lowerBound) to \(range.upperBound)\(words)")
            }
            return number
        }

        private func wrong(_ text: Substring, _ instead: String) -> Mistake {
            Mistake(sentence: "has `\(text)` for its \(rawValue), which is \(instead)")
        }
    }
}

/// A minute as a clock and a calendar on the wall show it, wherever they hang.
package struct CivilMinute: Sendable, Hashable, Comparable {
    package let year: Int
    package let month: Int
    package let day: Int
    package let hour: Int
    package let minute: Int

    package init(year: Int, month: Int, day: Int, hour: Int, minute: Int) {
        self.year = year
        self.month = month
        self.day = day
        self.hour = hour
        self.minute = minute
    }

    /// The minute that a clock shows which counts `minutes` from 1970-01-01 00:00 without ever being set.
    package init(count minutes: Int64) {
        let days = (minutes >= 0 ? minutes : minutes - 1439) / 1440
        let date = Timestamp.civil(fromDays: days)
        let rest = Int(minutes - days * 1440)
        self.init(
            year: Int(date.year),
            month: Int(date.month),
            day: Int(date.day),
            hour: rest / 60,
            minute: rest % 60
        )
    }

    package var count: Int64 { dayCount * 1440 + Int64(hour * 60 + minute) }

    private var dayCount: Int64 { Timestamp.days(fromCivil: Int64(year), Int64(month), Int64(day)) }

    /// 0 is Sunday. 1 January 1970 was a Thursday.
    var weekday: Int { Int(((dayCount + 4) % 7 + 7) % 7) }

    var next: CivilMinute { CivilMinute(count: count + 1) }
    var nextDay: CivilMinute { CivilMinute(count: (dayCount + 1) * 1440) }

    package static func < (left: CivilMinute, right: CivilMinute) -> Bool { left.count < right.count }
}
