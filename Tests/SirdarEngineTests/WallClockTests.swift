import Foundation
import SirdarCore
import SirdarEngine
import Testing

/// Clocks in London go forward on 28 March 2027 at 01:00 UTC and back on 31 October 2027 at 01:00 UTC; those in Los
/// Angeles forward on 14 March at 10:00 UTC and back on 7 November at 09:00 UTC.
@Suite("Where the clocks are set forward and back, cron does what people mean")
struct WallClockTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let zone: String
        let cron: String
        let after: String
        let times: [String]

        init(_ zone: String, _ cron: String, after: String, _ times: [String]) {
            (self.zone, self.cron, self.after, self.times) = (zone, cron, after, times)
        }

        var testDescription: String { "\(cron) in \(zone) after \(after)" }
    }

    private static let inLondon: [Case] = [
        // 01:30 is skipped: it comes at the moment of the change, and the next day at its own time again.
        .init(
            "Europe/London",
            "30 1 * * *",
            after: "2027-03-27T00:00:00Z",
            [
                "2027-03-27T01:30:00Z", "2027-03-28T01:00:00Z", "2027-03-29T00:30:00Z",
            ]
        ),
        // 01:30 is shown twice: it comes the first time.
        .init(
            "Europe/London",
            "30 1 * * *",
            after: "2027-10-30T00:00:00Z",
            [
                "2027-10-30T00:30:00Z", "2027-10-31T00:30:00Z", "2027-11-01T01:30:00Z",
            ]
        ),
        // Every hour, and so not in one that is not there, and twice in the one that is there twice.
        .init(
            "Europe/London",
            "0 * * * *",
            after: "2027-03-27T23:30:00Z",
            [
                "2027-03-28T00:00:00Z", "2027-03-28T01:00:00Z", "2027-03-28T02:00:00Z",
            ]
        ),
        .init(
            "Europe/London",
            "*/30 * * * *",
            after: "2027-10-30T23:45:00Z",
            [
                "2027-10-31T00:00:00Z", "2027-10-31T00:30:00Z", "2027-10-31T01:00:00Z", "2027-10-31T01:30:00Z",
                "2027-10-31T02:00:00Z",
            ]
        ),
        // Several times in the hour that is skipped are one.
        .init(
            "Europe/London",
            "*/20 1 * * *",
            after: "2027-03-27T12:00:00Z",
            [
                "2027-03-28T01:00:00Z", "2027-03-29T00:00:00Z", "2027-03-29T00:20:00Z",
            ]
        ),
        // Asked within the hour that is shown the second time.
        .init("Europe/London", "30 1 * * *", after: "2027-10-31T01:10:00Z", ["2027-11-01T01:30:00Z"]),
        .init(
            "Europe/London",
            "0 9 * * mon-fri",
            after: "2027-03-26T10:00:00Z",
            [
                "2027-03-29T08:00:00Z", "2027-03-30T08:00:00Z",
            ]
        ),
    ]

    private static let inLosAngeles: [Case] = [
        .init(
            "America/Los_Angeles",
            "30 2 * * *",
            after: "2027-03-13T00:00:00Z",
            [
                "2027-03-13T10:30:00Z", "2027-03-14T10:00:00Z", "2027-03-15T09:30:00Z",
            ]
        ),
        .init(
            "America/Los_Angeles",
            "30 1 * * *",
            after: "2027-11-06T12:00:00Z",
            [
                "2027-11-07T08:30:00Z", "2027-11-08T09:30:00Z",
            ]
        ),
        .init(
            "America/Los_Angeles",
            "15 */1 * * *",
            after: "2027-11-07T07:30:00Z",
            [
                "2027-11-07T08:15:00Z", "2027-11-07T09:15:00Z", "2027-11-07T10:15:00Z",
            ]
        ),
        .init(
            "America/Los_Angeles",
            "15 * * * *",
            after: "2027-03-14T09:00:00Z",
            [
                "2027-03-14T09:15:00Z", "2027-03-14T10:15:00Z", "2027-03-14T11:15:00Z",
            ]
        ),
        .init(
            "America/Los_Angeles",
            "0 0 1 * *",
            after: "2027-03-01T09:00:00Z",
            [
                "2027-04-01T07:00:00Z", "2027-05-01T07:00:00Z",
            ]
        ),
    ]

    @Test("in London", arguments: inLondon)
    func london(_ given: Case) throws { try expect(given) }

    @Test("in Los Angeles", arguments: inLosAngeles)
    func losAngeles(_ given: Case) throws { try expect(given) }

    private func expect(_ given: Case) throws {
        let clock = WallClock(try #require(TimeZone(identifier: given.zone)))
        let cron = try Cron(given.cron)
        var moment = try #require(Timestamp(given.after))
        var times: [Timestamp?] = []
        for _ in given.times {
            guard let next = clock.next(cron, after: moment) else { break }
            times.append(next)
            moment = next
        }
        #expect(times == given.times.map(Timestamp.init))
    }

    @Test("without daylight saving a wall clock is the clock, to the minute")
    func utc() throws {
        let clock = WallClock(try #require(TimeZone(identifier: "UTC")))
        let moment = try #require(Timestamp("2026-11-25T04:41:59.999Z"))
        #expect(clock.shown(at: moment) == CivilMinute(year: 2026, month: 11, day: 25, hour: 4, minute: 41))
        #expect(clock.next(try Cron("42 4 * * *"), after: moment) == Timestamp("2026-11-25T04:42:00Z"))
    }

    @Test("the names of time zones are known")
    func names() {
        #expect(WallClock.names.isSuperset(of: ["Europe/London", "America/Los_Angeles", "UTC"]))
    }
}
