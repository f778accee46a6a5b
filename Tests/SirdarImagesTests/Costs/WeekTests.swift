import SirdarCore
import SirdarImages
import Testing

@Suite("Weeks of ISO 8601, in UTC")
struct WeekTests {
    private func time(_ text: String) throws -> Timestamp { try #require(Timestamp(text)) }

    @Test(
        "the year of a week is its Thursday's: 2026 has 53",
        arguments: [
            ("2026-12-31T00:00:00Z", "2026-W53"), ("2027-01-01T12:00:00Z", "2026-W53"),
            ("2027-01-03T23:59:59Z", "2026-W53"),
            ("2027-01-04T00:00:00Z", "2027-W01"), ("2026-11-16T00:00:00Z", "2026-W47"),
            ("2026-11-22T23:59:59Z", "2026-W47"),
            ("2025-12-29T00:00:00Z", "2026-W01"), ("2024-12-30T00:00:00Z", "2025-W01"),
            ("1970-01-01T00:00:00Z", "1970-W01"),
        ]
    )
    func numbers(_ moment: String, _ week: String) throws {
        #expect(Week(containing: try time(moment)).description == week)
    }

    @Test("a week is read as it is written, in every week of sixty years")
    func roundTrip() throws {
        var week = try #require(Week("1990-W01"))
        for _ in 0..<(60 * 53) {
            #expect(Week(week.description) == week)
            #expect(week.next.previous == week && week.end == week.next.start)
            #expect(week.end.since(week.start) == .hours(168))
            week = week.next
        }
    }

    @Test(
        "what is no week is refused",
        arguments: [
            "2026-W54", "2027-W53", "2026-W00", "2026-53", "2026W53", "26-W53", "", "2026-Wxx", "0000-W01",
        ]
    )
    func noWeek(_ text: String) { #expect(Week(text) == nil) }

    @Test("what is no date is refused", arguments: ["2026-02-29", "2026-13-01", "26-01-01", "2026-1-1", "tomorrow"])
    func noDay(_ text: String) { #expect(Day(text) == nil) }

    @Test("a span touches the weeks that it has a moment of, and no other")
    func touched() throws {
        let span = Span(from: try time("2026-12-31T00:00:00Z"), to: try time("2027-01-04T00:00:00Z"))
        #expect(span.weeks.map(\.description) == ["2026-W53"])
        let longer = Span(from: span.from, to: try time("2027-01-04T00:00:00.001Z"))
        #expect(longer.weeks.map(\.description) == ["2026-W53", "2027-W01"])
        #expect(Span(from: span.from, to: span.from).weeks.isEmpty)
    }
}
