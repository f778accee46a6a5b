import JSON
import SirdarCore
import SirdarEngine
import Testing

@Suite("Working calendars")
struct CalendarTests {
    private static func calendars(_ text: String) throws -> (calendars: [WorkingCalendar], told: [String]) {
        let findings = Findings()
        switch YAMLSource.read(text) {
        case .failure(let diagnostic): return ([], [diagnostic.text(in: "calendars.yaml")])
        case .success(let root):
            let calendars = WorkingCalendar.read(root, findings)
            return (calendars, findings.inOrder.map { $0.text(in: "calendars.yaml") })
        }
    }

    private static func calendar(_ zone: String, days: String) throws -> WorkingCalendar {
        let read = try calendars("calendars: [{ name: c, timeZone: \(zone), hours: { \(days) } }]")
        #expect(read.told == [])
        return try #require(read.calendars.first)
    }

    private static let week = ["monday", "tuesday", "wednesday", "thursday", "friday"]
        .map { "\($0): 09:00-17:00" }.joined(separator: ", ")
    private static let always = (["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"])
        .map { "\($0): 00:00-24:00" }.joined(separator: ", ")

    private static func moment(_ text: String) throws -> Timestamp { try #require(Timestamp(text)) }

    /// The changes of the clock in autumn 2026 and spring 2027, as they are published.
    static let officeHours: [(zone: String, from: String, hours: Int64, to: String)] = [
        // London goes back on 25 October 2026, and forward on 28 March 2027.
        ("Europe/London", "2026-10-23T15:00:00Z", 4, "2026-10-26T12:00:00Z"),
        ("Europe/London", "2027-03-26T16:00:00Z", 4, "2027-03-29T11:00:00Z"),
        // Los Angeles goes back on 1 November 2026, and forward on 14 March 2027.
        ("America/Los_Angeles", "2026-10-30T23:00:00Z", 4, "2026-11-02T20:00:00Z"),
        ("America/Los_Angeles", "2027-03-13T00:00:00Z", 4, "2027-03-15T19:00:00Z"),
        // Within a day, over a night, and from outside the hours.
        ("Europe/London", "2026-11-25T09:00:00Z", 8, "2026-11-25T17:00:00Z"),
        ("Europe/London", "2026-11-25T16:30:00Z", 1, "2026-11-26T09:30:00Z"),
        ("Europe/London", "2026-11-28T12:00:00Z", 1, "2026-11-30T10:00:00Z"),
        ("Europe/London", "2026-11-25T03:00:00Z", 40, "2026-12-01T17:00:00Z"),
    ]

    @Test("working hours are counted over nights, weekends and both changes of the clock", arguments: officeHours)
    func adds(_ line: (zone: String, from: String, hours: Int64, to: String)) throws {
        let calendar = try Self.calendar(line.zone, days: Self.week)
        let (from, to) = (try Self.moment(line.from), try Self.moment(line.to))
        #expect(calendar.moment(.hours(line.hours), after: from) == to)
        #expect(calendar.workingTime(from: from, to: to) == .hours(line.hours))
        #expect(calendar.workingTime(from: to, to: from) == .zero)
    }

    static let nights: [(zone: String, from: String, to: String, hours: Int64)] = [
        ("Europe/London", "2026-10-24T23:00:00Z", "2026-10-26T00:00:00Z", 25),
        ("Europe/London", "2027-03-28T00:00:00Z", "2027-03-28T23:00:00Z", 23),
        ("America/Los_Angeles", "2026-11-01T07:00:00Z", "2026-11-02T08:00:00Z", 25),
        ("America/Los_Angeles", "2027-03-14T08:00:00Z", "2027-03-15T07:00:00Z", 23),
    ]

    @Test("the day on which the clock is changed is as long as it is", arguments: nights)
    func longDays(_ line: (zone: String, from: String, to: String, hours: Int64)) throws {
        let days = try Self.calendar(line.zone, days: Self.always)
        #expect(
            days.workingTime(from: try Self.moment(line.from), to: try Self.moment(line.to)) == .hours(line.hours)
        )
    }

    @Test("nobody works on a holiday, and an exception has hours of its own")
    func holidays() throws {
        let read = try Self.calendars(
            """
            calendars:
              - name: c
                timeZone: Europe/London
                hours: { monday: [09:00-12:00, 13:00-17:00], thursday: 09:00-17:00, friday: 09:00-17:00 }
                holidays: [{ date: 2026-12-25, title: Christmas Day }, { date: 2026-12-28 }]
                exceptions: [{ date: 2026-12-24, hours: 09:00-12:00 }]
            """
        )
        #expect(read.told == [])
        let calendar = try #require(read.calendars.first)
        let eve = try Self.moment("2026-12-24T11:00:00Z")
        #expect(calendar.moment(.hours(2), after: eve) == (try Self.moment("2026-12-31T10:00:00Z")))
        #expect(calendar.isWorking(at: eve))
        #expect(!calendar.isWorking(at: try Self.moment("2026-12-24T12:00:00Z")))
        let monday = try Self.moment("2027-01-04T11:30:00Z")
        #expect(calendar.moment(.hours(1), after: monday) == (try Self.moment("2027-01-04T13:30:00Z")))
    }

    @Test("each mistake in the file is told at its place")
    func mistakes() throws {
        let read = try Self.calendars(
            """
            calendars:
              - name: c
                timeZone: Europe/Londn
                hours: { monday: 9-17, tuesday: [13:00-17:00, 09:00-12:00] }
                holidays: [{ date: 2026-02-30 }]
              - { name: d, timeZone: UTC, hours: {} }
            """
        )
        #expect(read.told.count == 5)
        #expect(read.told.first?.contains("calendars.yaml:3:") == true)
        #expect(read.told.first?.contains("Europe/London") == true)
        #expect(read.told.contains { $0.contains("09:00-17:00") })
    }

    @Test("a duration that the calendar never has is no moment, and the search ends")
    func never() throws {
        let calendar = try Self.calendar("UTC", days: "monday: 09:00-09:01")
        #expect(calendar.moment(.days(3000), after: try Self.moment("2026-11-25T00:00:00Z")) == nil)
    }
}
