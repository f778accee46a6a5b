import SirdarCore
import Testing

@Suite("The five fields of cron")
struct CronTests {
    private static let monday = CivilMinute(year: 2026, month: 11, day: 23, hour: 9, minute: 0)

    @Test(
        "the next time on the wall",
        arguments: [
            ("30 6 * * mon-fri", "2026-11-24 06:30"), ("*/15 * * * *", "2026-11-23 09:15"),
            ("0 9 * * *", "2026-11-24 09:00"), ("0 0 1 * *", "2026-12-01 00:00"),
            ("0 0 29 2 *", "2028-02-29 00:00"), ("5,10,50-55/2 9-17/4 * * *", "2026-11-23 09:05"),
            ("0 12 13 * fri", "2026-11-27 12:00"), ("0 12 24 * fri", "2026-11-24 12:00"),
            ("0 0 * jan,JUL sun", "2027-01-03 00:00"), ("0 0 * * 7", "2026-11-29 00:00"),
            ("59 23 31 12 *", "2026-12-31 23:59"), ("10/20 * * * *", "2026-11-23 09:10"),
            ("TZ=Europe/London 0 9 * * 1", "2026-11-30 09:00"),
        ]
    )
    func next(_ text: String, _ expected: String) throws {
        let next = try #require(try Cron(text).next(after: Self.monday))
        #expect(Self.text(next) == expected)
    }

    @Test("the fields keep the time zone that stands before them")
    func zone() throws {
        #expect(try Cron("TZ=Europe/London 0 9 * * 1").zone == "Europe/London")
        #expect(try Cron("CRON_TZ=UTC 0 9 * * 1").zone == "UTC")
        #expect(try Cron("0 9 * * 1").zone == nil)
    }

    @Test(
        "a mistake is told with what would do",
        arguments: [
            ("0 9 * *", "has 4 fields, and needs 5: minute, hour, day of the month, month, day of the week"),
            ("@daily", "has 1 field, and needs 5: minute, hour, day of the month, month, day of the week"),
            ("60 9 * * *", "has `60` for its minute, which is 0 to 59"),
            ("0 24 * * *", "has `24` for its hour, which is 0 to 23"),
            ("0 9 0 * *", "has `0` for its day of the month, which is 1 to 31"),
            (
                "0 9 * foo *",
                "has `foo` for its month, which is 1 to 12, or jan feb mar apr may jun jul aug sep oct nov dec"
            ),
            ("0 9 * * 5-1", "has `5-1` for its day of the week, which is no range: write the lesser first, 1-5"),
            ("*/0 9 * * *", "has `*/0` for its minute, which is no step: write */15"),
            ("0 9 30 2 *", "never comes: no such day is in any of these months"),
            ("0,,5 9 * * *", "has `` for its minute, which is 0 to 59"),
        ]
    )
    func mistakes(_ text: String, _ sentence: String) {
        #expect(throws: Cron.Mistake(sentence: sentence)) { try Cron(text) }
    }

    @Test("a minute is the same after it was counted, before and after the first of 1970")
    func civil() {
        for count in stride(from: Int64(-80_000_000), through: 80_000_000, by: 123_457) {
            #expect(CivilMinute(count: count).count == count)
        }
        #expect(CivilMinute(count: 0) == CivilMinute(year: 1970, month: 1, day: 1, hour: 0, minute: 0))
    }

    private static func text(_ time: CivilMinute) -> String {
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(time.year)-\(two(time.month))-\(two(time.day)) \(two(time.hour)):\(two(time.minute))"
    }
}
