import Foundation
package import SirdarCore

extension WorkingCalendar {
    private static let keys = ["name", "title", "timeZone", "hours", "holidays", "exceptions"]
    private static let weekdays = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
    private static let rangesMax = 8

    /// Reads `config/calendars.yaml`: `calendars`, a list. What is wrong with one does not hide the others.
    package static func read(_ root: Located, _ findings: Findings) -> [WorkingCalendar] {
        guard let file = Fields(root, "the file of calendars", keys: ["calendars"], findings),
            let list = file.required("calendars")
        else { return [] }
        guard let nodes = list.list else {
            findings.mismatch(list, "`calendars`", wants: "a list of calendars")
            return []
        }
        var seen: [String: Int] = [:]
        return nodes.compactMap { node in
            guard let fields = Fields(node, "a calendar", keys: keys, findings), let calendar = read(fields) else {
                return nil
            }
            let place = fields["name"]?.place ?? node.place
            if let line = seen[calendar.name] {
                findings.error(
                    .duplicateName,
                    at: place,
                    "the calendar `\(calendar.name)` is here already, in line \(line)"
                )
            }
            seen[calendar.name] = place.line
            return calendar
        }
    }

    private static func read(_ fields: Fields) -> WorkingCalendar? {
        let name = fields.requiredText("name")
        let zone = readZone(fields)
        let week = readWeek(fields)
        var exceptions: [Day: [Hours]] = [:]
        readDays(fields, "exceptions", keys: ["date", "title", "hours"]) { day, node in
            exceptions[day] = readHours(node.required("hours"), fields.findings) ?? []
        }
        readDays(fields, "holidays", keys: ["date", "title"]) { day, _ in exceptions[day] = [] }
        guard let name, let zone, let week else { return nil }
        return WorkingCalendar(
            name: name,
            title: fields.text("title") ?? name,
            timeZone: zone,
            week: week,
            exceptions: exceptions
        )
    }

    private static func readZone(_ fields: Fields) -> TimeZone? {
        guard let name = fields.requiredText("timeZone") else { return nil }
        if TimeZone.knownTimeZoneIdentifiers.contains(name) || name == "UTC", let zone = TimeZone(identifier: name) {
            return zone
        }
        fields.findings.unknown(
            "time zone",
            name,
            at: fields["timeZone"]?.place ?? fields.place,
            known: TimeZone.knownTimeZoneIdentifiers
        )
        return nil
    }

    private static func readWeek(_ fields: Fields) -> [[Hours]]? {
        guard let node = fields.required("hours"),
            let days = Fields(node, "`hours`", keys: weekdays, fields.findings)
        else { return nil }
        let week = weekdays.map { readHours(days[$0], fields.findings) ?? [] }
        if week.allSatisfy(\.isEmpty) {
            fields.findings.error(.wrongValue, at: node.place, "a calendar has working hours on one day at least")
        }
        return week
    }

    private static func readDays(
        _ fields: Fields,
        _ key: String,
        keys: [String],
        _ body: (Day, Fields) -> Void
    ) {
        guard let node = fields[key] else { return }
        guard let elements = node.list else {
            fields.findings.mismatch(node, "`\(key)`", wants: "a list of days")
            return
        }
        for element in elements {
            guard let day = Fields(element, "a day of `\(key)`", keys: keys, fields.findings),
                let text = day.requiredText("date")
            else { continue }
            _ = day.text("title")
            guard let date = Day(text) else {
                fields.findings.error(
                    .wrongValue,
                    at: day["date"]?.place ?? day.place,
                    "`date` is \(text), which is no day: write 2026-12-25"
                )
                continue
            }
            body(date, day)
        }
    }

    /// `09:00-17:00`, or a list of such; empty: nobody works.
    private static func readHours(_ node: Located?, _ findings: Findings) -> [Hours]? {
        guard let node else { return nil }
        let parts = node.list ?? [node]
        if parts.count > rangesMax {
            findings.error(.wrongValue, at: node.place, "a day has at most \(rangesMax) parts")
            return nil
        }
        var hours: [Hours] = []
        for part in parts {
            guard let text = part.text, let range = Hours(text) else {
                findings.error(.wrongValue, at: part.place, "hours are written 09:00-17:00, to 24:00 at the latest")
                continue
            }
            if let last = hours.last, range.from < last.to {
                findings.error(.wrongValue, at: part.place, "the parts of a day follow one another")
            }
            hours.append(range)
        }
        return hours
    }
}

extension WorkingCalendar.Hours {
    init?(_ text: String) {
        let ends = text.split(separator: "-", omittingEmptySubsequences: false)
        guard ends.count == 2, let from = Self.minute(ends[0]), let to = Self.minute(ends[1]), from < to else {
            return nil
        }
        self.init(from: from, to: to)
    }

    private static func minute(_ text: Substring) -> Int? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].utf8.count == 2, parts[1].utf8.count == 2, let hour = Int(parts[0]),
            let minute = Int(parts[1]),
            (0...23).contains(hour) && (0...59).contains(minute) || (hour, minute) == (24, 0)
        else { return nil }
        return hour * 60 + minute
    }
}

extension WorkingCalendar.Day {
    /// `2026-12-25`.
    init?(_ text: String) {
        guard text.utf8.count == 10, Timestamp("\(text)T00:00:00Z") != nil else { return nil }
        let parts = text.split(separator: "-").compactMap { Int($0) }
        guard parts.count == 3 else { return nil }
        self.init(year: parts[0], month: parts[1], day: parts[2])
    }
}
