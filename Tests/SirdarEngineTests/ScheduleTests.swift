import Foundation
import JSON
import SirdarCore
import SirdarEngine
import SirdarTestKit
import Testing

@Suite("Instances start on schedule, once for each time")
struct ScheduleTests {
    private static let steps = "  - note: { set: { ran: true } }"

    /// Deploys a scheduled workflow and puts it in force.
    private func schedule(_ bench: EngineBench, _ schedule: String, _ steps: String = steps) throws {
        let number = try bench.define(steps, head: "schedule: \(schedule)")
        bench.library.set(inForce: [number])
        try bench.restart()
        _ = try eventually { try bench.store.record("schedule", "test/sample") }
    }

    private func instances(_ bench: EngineBench, count: Int) throws -> [Identifier] {
        try eventually {
            let found = try bench.store.instances(InstanceQuery())
            return found.count >= count ? found.map(\.id).sorted() : nil
        }
    }

    /// The schedule, once it is to start something next at this time.
    private func wait(_ bench: EngineBench, next: String) throws {
        _ = try eventually {
            try bench.store.record("schedule", "test/sample")?.body["next"] == .string(next) ? true : nil
        }
    }

    @Test("every so often, whether or not the last one has ended, and the journal says why")
    func every() throws {
        let bench = try EngineBench()
        try schedule(bench, "{ every: PT1H }", "  - hold: { wait: PT5H }")
        try wait(bench, next: "2026-11-23T10:00:00.000Z")
        #expect(try bench.store.instances(InstanceQuery()).isEmpty)
        for hour in 1...3 {
            bench.clock.advance(by: .hours(1))
            try wait(bench, next: "2026-11-23T1\(hour):00:00.000Z")
        }
        let ids = try instances(bench, count: 3)
        #expect(ids.count == 3)
        let started = try #require(try bench.story(ids[1]).first)
        #expect(started["actor"]?["id"] == "schedule" && started["channel"] == "timer")
        #expect(started["detail"]?["cause"]?["schedule"] == "test/sample")
        #expect(started["detail"]?["cause"]?["for"] == "2026-11-23T11:00:00.000Z")
        #expect(started["detail"]?["cause"]?["missed"] == nil)
        #expect(try bench.store.instance(ids[0])?.origin.requester == "schedule")
    }

    @Test("a server that was down starts one instance for all the times that it missed")
    func down() throws {
        let bench = try EngineBench()
        try schedule(bench, "{ cron: 'TZ=UTC */10 * * * *' }")
        try wait(bench, next: "2026-11-23T09:10:00.000Z")
        bench.engine.stop()
        bench.clock.advance(by: .minutes(125))
        try bench.restart()
        try wait(bench, next: "2026-11-23T11:10:00.000Z")
        let ids = try instances(bench, count: 1)
        #expect(ids.count == 1)
        let cause = try #require(try bench.story(ids[0]).first?["detail"]?["cause"])
        #expect(cause["for"] == "2026-11-23T11:00:00.000Z" && cause["missed"] == 11)
        // Started again and again, it starts nothing more for these times.
        for _ in 0..<3 { try bench.restart() }
        #expect(try bench.store.instances(InstanceQuery()).count == 1)
    }

    @Test("after the end of the last one, however that ended")
    func after() throws {
        let bench = try EngineBench()
        try schedule(
            bench,
            "{ after: PT10M }",
            "  - fail: { raise: { error: { type: 'https://e.org/x', status: 500, title: X } } }"
        )
        try wait(bench, next: "2026-11-23T09:10:00.000Z")
        bench.clock.advance(by: .minutes(15))
        try wait(bench, next: "2026-11-23T09:25:00.000Z")
        bench.clock.advance(by: .minutes(10))
        #expect(try instances(bench, count: 2).count == 2)
        #expect(try bench.ended(try instances(bench, count: 2)[1]).status == .faulted)
    }

    @Test("after waits for the end")
    func afterRunning() throws {
        let bench = try EngineBench()
        try schedule(bench, "{ after: PT10M }", "  - hold: { wait: PT1H }")
        bench.clock.advance(by: .minutes(10))
        let id = try instances(bench, count: 1)[0]
        _ = try eventually {
            try bench.store.record("schedule", "test/sample")?.body["instance"] == .string("\(id)") ? true : nil
        }
        #expect(try bench.store.record("schedule", "test/sample")?.body["next"] == nil)
        bench.clock.advance(by: .hours(1))
        _ = try bench.ended(id)
        try wait(bench, next: "2026-11-23T10:20:00.000Z")
    }

    @Test("an event starts an instance with it for its input, once")
    func onOne() throws {
        let bench = try EngineBench()
        try schedule(
            bench,
            "{ on: { one: { with: { type: image.lost } } } }",
            "  - show: { set: { lost: '${ $workflow.input[0].image }' } }"
        )
        #expect(try bench.bring("image.built", "1", ["image": 4]).reached == 0)
        #expect(try bench.bring("image.lost", "2", ["image": 5]).reached == 1)
        #expect(try bench.bring("image.lost", "2", ["image": 5]).isRepeated)
        #expect(try bench.bring("image.lost", "3", ["image": 6]).reached == 1)
        let ids = try instances(bench, count: 2)
        #expect(try ids.map(bench.output) == [["lost": 5], ["lost": 6]])
        let cause = try bench.story(ids[0]).first?["detail"]?["cause"]
        #expect(cause?["event"]?["id"] == "2" && cause?["schedule"] == "test/sample")
    }

    @Test("all of several events start one instance, also when the server stops in between")
    func onAll() throws {
        let bench = try EngineBench()
        let on = "{ on: { all: [ { with: { type: a } }, { with: { type: b } } ] }, read: envelope }"
        try schedule(bench, on, "  - show: { set: { ids: '${ [ $workflow.input[].id ] }' } }")
        #expect(try bench.bring("b", "1").reached == 0)
        try bench.restart()
        #expect(try bench.bring("b", "2").reached == 0)
        #expect(try bench.bring("a", "3").reached == 1)
        #expect(try bench.output(instances(bench, count: 1)[0]) == ["ids": ["1", "3"]])
        #expect(try bench.bring("a", "4").reached == 0)
        #expect(try bench.bring("b", "5").reached == 1)
    }

    @Test("a changed schedule begins anew; what is no longer in force starts nothing")
    func changed() throws {
        let bench = try EngineBench()
        try schedule(bench, "{ every: PT1H }")
        try wait(bench, next: "2026-11-23T10:00:00.000Z")
        bench.engine.stop()
        let changed = try bench.define(Self.steps, head: "schedule: { every: PT2H }", version: "1.1.0")
        bench.library.set(inForce: [changed])
        bench.clock.advance(by: .minutes(30))
        try bench.restart()
        try wait(bench, next: "2026-11-23T11:30:00.000Z")
        bench.engine.stop()
        bench.library.set(inForce: [])
        bench.clock.advance(by: .hours(5))
        try bench.restart()
        #expect(try bench.store.instances(InstanceQuery()).isEmpty)
    }
}
