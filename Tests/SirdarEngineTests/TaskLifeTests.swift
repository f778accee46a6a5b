import JSON
import SirdarCore
import SirdarEngine
import SirdarJournal
import SirdarTestKit
import Testing

@Suite("The life of a task: what people do with it, and what comes of it by itself")
struct TaskLifeTests {
    private static let other = Samples.worker("operator2")
    private static let supervisor = Samples.worker("supervisor", isSupervisor: true)

    private static func bench(_ policy: QueuePolicy? = nil) throws -> (EngineBench, ManualTask) {
        let bench = try EngineBench()
        if let policy { bench.library.set(queues: [policy]) }
        let id = try bench.start(bench.deploy(Samples.workflow()))
        return (bench, try bench.task(of: id))
    }

    private static func add(_ name: String, to bench: EngineBench, queues: Set<String> = ["ops"]) throws -> Person {
        let person = Person(
            id: bench.engine.identifiers.next(),
            name: name,
            roles: [.operator],
            queues: queues,
            skills: ["storage"]
        )
        let entry = Entry(
            at: bench.clock.now(),
            actor: .system("test"),
            channel: .setup,
            action: "person.added",
            object: .init(kind: "person", id: person.id)
        )
        let engine = bench.engine
        try answer { then in engine.write([person.added], entry: entry, then: then) }
        return person
    }

    @Test("a claim that is not begun goes back to its queue; begun work never does, but its owner is reminded")
    func unstarted() throws {
        let policy = QueuePolicy(
            name: "ops",
            title: "Ops",
            releaseUnstartedAfter: .minutes(30),
            remindAfter: .hours(1)
        )
        let (bench, task) = try Self.bench(policy)
        try bench.act(.claim, task.id)
        bench.clock.advance(by: .minutes(31))
        _ = try bench.task(of: task.instance, in: "ready")
        try bench.act(.start, task.id)
        bench.clock.advance(by: .minutes(50))
        try bench.act(.draft(["address": "10.57.0.20"]), task.id)
        bench.clock.advance(by: .minutes(11))
        bench.clock.advance(by: .minutes(50))
        let reminded = try eventually { try bench.store.task(task.id).flatMap { $0.reminders == 1 ? $0 : nil } }
        #expect(reminded.state == .inProgress && reminded.owner?.person == "operator")
        bench.clock.advance(by: .hours(1))
        let told = try eventually { try bench.store.task(task.id).flatMap { $0.escalation == 1 ? $0 : nil } }
        #expect(told.reminders == 2 && told.state == .inProgress)
        #expect(
            try bench.actions(task.instance).filter { $0.hasPrefix("task.") }.suffix(3) == [
                "task.reminded", "task.reminded", "task.escalated",
            ]
        )
    }

    @Test("a hold ends when its time comes, after a restart too")
    func hold() throws {
        let (bench, task) = try Self.bench()
        try bench.act(.start, task.id)
        let until = bench.clock.now().advanced(by: .hours(2))
        let held = try bench.act(.hold(awaiting: .time, reason: "The array is being rebuilt.", until: until), task.id)
        #expect(held.hold?.reason == "The array is being rebuilt.")
        try bench.restart()
        bench.clock.advance(by: .hours(2))
        _ = try bench.task(of: task.instance, in: "in_progress")
        let entries = try bench.story(task.instance)
        let entry = try #require(entries.last { $0["action"] == "task.held" })
        #expect(entry["detail"]?["until"] == .string(until.description))
        // A person's own words are where they can be erased.
        #expect(!entry.text.contains("rebuilt"))
    }

    @Test("the wait for an answer of whoever asked does not count; the answer lands as a comment")
    func question() throws {
        let due = TaskSpec.Due(after: .hours(4), atRisk: .hours(1), calendar: nil)
        let (bench, task) = try Self.bench(QueuePolicy(name: "ops", title: "Ops", due: due))
        let opened = bench.clock.now()
        #expect(task.dueAt == opened.advanced(by: .hours(4)))
        bench.clock.advance(by: .hours(1))
        try bench.act(.start, task.id)
        try bench.act(.ask(.init(text: "Which share?")), task.id)
        bench.clock.advance(by: .hours(10))
        let waiting = try #require(try bench.store.task(task.id))
        #expect(waiting.urgency == .inTime && waiting.state.name == "on_hold")
        let requester = Samples.worker("requester", queues: [])
        let answered = try bench.act(.answer(text: "/exports/a", values: [:]), task.id, requester)
        #expect(answered.state == .inProgress)
        #expect(answered.dueAt == bench.clock.now().advanced(by: .hours(3)))
        #expect(answered.atRiskAt == bench.clock.now().advanced(by: .hours(2)))
        let comments = try Comment.all(of: task.id, bench.store)
        #expect(comments.map(\.comment.kind) == [.question, .answer])
        bench.clock.advance(by: .hours(3))
        _ = try eventually { try bench.store.task(task.id).flatMap { $0.urgency == .overdue ? $0 : nil } }
    }

    @Test("an overdue task climbs its ladder, once for each rung")
    func ladder() throws {
        let policy = QueuePolicy(
            name: "ops",
            title: "Ops",
            due: .init(after: .hours(1), atRisk: nil, calendar: nil),
            escalation: [.init(after: .minutes(30), priority: .high), .init(after: .hours(2), priority: .urgent)]
        )
        let (bench, task) = try Self.bench(policy)
        bench.clock.advance(by: .hours(1))
        _ = try eventually { try bench.store.task(task.id).flatMap { $0.urgency == .overdue ? $0 : nil } }
        bench.clock.advance(by: .minutes(30))
        let first = try eventually { try bench.store.task(task.id).flatMap { $0.escalation == 1 ? $0 : nil } }
        #expect(first.priority == .high)
        bench.clock.advance(by: .minutes(90))
        let second = try eventually { try bench.store.task(task.id).flatMap { $0.escalation == 2 ? $0 : nil } }
        #expect(second.priority == .urgent)
        bench.clock.advance(by: .days(1))
        #expect(try bench.actions(task.instance).count { $0 == "task.escalated" } == 2)
    }

    @Test("a task that nobody may do is unroutable, and is offered as soon as somebody may")
    func routing() throws {
        let bench = try EngineBench()
        bench.library.set(queues: [QueuePolicy(name: "ops", title: "Ops")])
        _ = try Self.add("elsewhere", to: bench, queues: ["other"])
        let id = try bench.start(bench.deploy(Samples.workflow()))
        let task = try bench.task(of: id, in: "unroutable")
        let person = try Self.add("storage", to: bench)
        _ = try bench.task(of: id, in: "ready")
        let moved = try bench.act(.assign(to: "storage", note: "You know this array."), task.id, Self.supervisor)
        #expect(moved.owner?.person == person.id.description)
        #expect(throws: TaskRefusal.unknownPerson("storag")) {
            try bench.act(.assign(to: "storag", note: ""), task.id, Self.supervisor)
        }
        let refusal = try eventually { try bench.story(id).first { $0["refusal"] == "unknown-person" } }
        #expect(refusal["action"] == "task.assign")
    }

    @Test("one may hold as many tasks of a queue as it says, and claim-next says so too")
    func claimLimit() throws {
        let bench = try EngineBench()
        bench.library.set(queues: [QueuePolicy(name: "ops", title: "Ops", claimLimit: 1)])
        let workflow = try bench.deploy(Samples.workflow())
        let tasks = try (0..<2).map { _ in try bench.task(of: bench.start(workflow)) }
        try bench.act(.claim, tasks[0].id)
        try bench.act(.start, tasks[0].id)
        #expect(throws: TaskRefusal.claimLimit("ops", 1)) { try bench.act(.claim, tasks[1].id) }
        #expect(throws: TaskRefusal.claimLimit("ops", 1)) {
            let engine = bench.engine
            _ =
                try answer { then in
                    engine.claimNext(queue: nil, worker: Samples.worker(), by: EngineBench.operation, then: then)
                } as ManualTask?
        }
        #expect(try bench.act(.claim, tasks[1].id, Self.other).owner?.person == "operator2")
    }

    @Test("a queue may leave taking over to supervisors, and a transfer needs a queue that exists")
    func takeOver() throws {
        let queues = [
            QueuePolicy(name: "ops", title: "Ops", takeOver: .supervisors), QueuePolicy(name: "other", title: "Other"),
        ]
        let (bench, task) = try Self.bench()
        bench.library.set(queues: queues)
        try bench.act(.start, task.id)
        #expect(throws: TaskRefusal.reservedToSupervisors("ops")) {
            try bench.act(.takeOver(reason: "Their shift is over."), task.id, Self.other)
        }
        let mine = try bench.act(.takeOver(reason: "Their shift is over."), task.id, Self.supervisor)
        #expect(mine.owner?.person == "supervisor" && mine.fence == 2)
        #expect(throws: TaskRefusal.unknownQueue("othr")) {
            try bench.act(.transfer(queue: "othr", reason: "Not ours."), task.id, Self.supervisor)
        }
        let moved = try bench.act(.transfer(queue: "other", reason: "Not ours."), task.id, Self.supervisor)
        #expect(moved.queue == "other" && moved.state == .ready && moved.owner == nil)
        #expect(
            try bench.store.queueCounts() == [
                .init(queue: "ops", ready: 0, held: 0), .init(queue: "other", ready: 1, held: 0),
            ]
        )
    }
}
