import JSON
import SirdarCore
import SirdarEngine
import SirdarTestKit
import Testing

@Suite("Where the hours went is kept when a task ends")
struct InsightTests {
    private static let other = Samples.worker("operator2")

    /// From 9 to 17 on weekdays in London; the clock of the tests begins on a Monday at nine.
    private static func calendar() throws -> WorkingCalendar {
        let week = ["monday", "tuesday", "wednesday", "thursday", "friday"].map { "\($0): 09:00-17:00" }
        let text = "calendars: [{ name: office, timeZone: Europe/London, hours: { \(week.joined(separator: ", ")) } }]"
        let root = try YAMLSource.read(text).get()
        return try #require(WorkingCalendar.read(root, Findings()).first)
    }

    private static func bench() throws -> (EngineBench, ManualTask) {
        let bench = try EngineBench()
        let due = TaskSpec.Due(after: .hours(12), atRisk: nil, calendar: "office")
        bench.library.set(calendars: [try calendar()])
        bench.library.set(queues: [QueuePolicy(name: "ops", title: "Ops", due: due)])
        let id = try bench.start(bench.deploy(Samples.workflow(verify: false)))
        return (bench, try bench.task(of: id))
    }

    private static func lines(_ bench: EngineBench) throws -> [HoursLine] {
        let start = ManualClock.start.advanced(by: .hours(-9))
        return try bench.store.hours(HoursQuery(from: start, to: start.advanced(by: .days(70))))
    }

    @Test("hours are the calendar's over nights, take-overs, holds and a restart, and stand in the commit of the end")
    func calendarHours() throws {
        let (bench, task) = try Self.bench()
        bench.clock.advance(by: .hours(1))
        try bench.act(.start, task.id)
        // From ten to five, and from nine to eleven on Tuesday.
        bench.clock.advance(by: .hours(25))
        try bench.act(.takeOver(reason: "Their shift is over."), task.id, Self.other)
        bench.clock.advance(by: .hours(1))
        try bench.act(.start, task.id, Self.other)
        try bench.act(.hold(awaiting: .vendor, reason: "A disk is on its way.", until: nil), task.id, Self.other)
        try bench.restart()
        bench.clock.advance(by: .hours(24))
        try bench.act(.resume, task.id, Self.other)
        bench.clock.advance(by: .minutes(30))
        #expect(try Self.lines(bench).isEmpty)
        try bench.act(
            .complete(outcome: "done", values: ["address": "10.57.0.20"], ticks: [], fence: nil),
            task.id,
            Self.other
        )
        let line = try #require(try Self.lines(bench).first)
        #expect(line.subject == .init(workflow: "test/sample", step: "work", kind: .manual, queue: "ops"))
        #expect(line.week == ManualClock.start.advanced(by: .hours(-9)))
        #expect(line.sum.waiting == .hours(2) && line.sum.working == .hours(9) + .minutes(30))
        #expect(line.sum.onHold == .hours(8) && line.sum.rework == .zero)
        // Due after twelve working hours, done after nineteen and a half.
        #expect(line.sum.due == 1 && line.sum.inTime == 0 && line.sum.firstTimeRight == 1)
    }

    @Test("what is done wholly outside of the calendar's hours was work all the same; waiting there was none")
    func overtime() throws {
        let (bench, task) = try Self.bench()
        bench.clock.advance(by: .hours(8))
        bench.clock.advance(by: .hours(2))
        try bench.act(.start, task.id)
        bench.clock.advance(by: .minutes(40))
        _ = try bench.complete(task)
        let sum = try #require(try Self.lines(bench).first?.sum)
        #expect(sum.waiting == .hours(8) && sum.working == .minutes(40) && sum.inTime == 1)
    }

    @Test("a task that ends with its instance has taken its hours, and was not completed")
    func cancelled() throws {
        let (bench, task) = try Self.bench()
        try bench.act(.start, task.id)
        bench.clock.advance(by: .hours(3))
        try bench.handle(.cancelRequested(reason: "Not needed."), task.instance)
        let sum = try #require(try Self.lines(bench).first?.sum)
        #expect(sum.tasks == 1 && sum.completed == 0 && sum.working == .hours(3) && sum.due == 0)
    }
}
