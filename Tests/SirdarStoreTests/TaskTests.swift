import JSON
import SirdarCore
import SirdarEngine
import SirdarTestKit
import Testing

@Suite("A store keeps tasks in the order in which they are to be done")
struct TaskTests {
    @Test("a task is read back as it was written, also after it changed", arguments: StoreUnderTest.allCases)
    func roundTrip(_ store: StoreUnderTest) throws {
        let bench = try store.open()
        let instance = try bench.instance()
        let due = bench.clock.now().advanced(by: .hours(4))
        let task = Samples.task(
            bench.identifiers.next(),
            of: instance.id,
            due: due,
            excluded: [.init(person: "requester", why: "Asked.")]
        )
        try bench.open(task)
        #expect(try bench.store.task(task.id) == task)
        var changed = try TaskMachine.apply(.started(by: Samples.worker()), to: task, at: bench.clock.now()).task
        changed.draft = ["address": "10.57.0.20"]
        changed.ticks = [.init(item: "one", evidence: "seen", by: "operator", at: bench.clock.now())]
        changed.lastCheck = .init(.failed, output: ["hits": [1, 2]], at: bench.clock.now())
        try write(bench, changed, was: task)
        #expect(try bench.store.task(task.id) == changed)
        #expect(throws: StoreError.conflict) { try self.write(bench, changed, was: task) }
    }

    @Test("a step has one open task", arguments: StoreUnderTest.allCases)
    func oneOpenTask(_ store: StoreUnderTest) throws {
        let bench = try store.open()
        let instance = try bench.instance()
        try bench.open(Samples.task(bench.identifiers.next(), of: instance.id))
        #expect(throws: StoreError.self) { try bench.open(Samples.task(bench.identifiers.next(), of: instance.id)) }
    }

    @Test("the next task is the most urgent that the person may do", arguments: StoreUnderTest.allCases)
    func next(_ store: StoreUnderTest) throws {
        let bench = try store.open()
        let instance = try bench.instance()
        let now = bench.clock.now()
        let make = { (step: Int, priority: TaskSpec.Priority, hours: Int64?, skills: [String], excluded: Bool) in
            Samples.task(
                bench.identifiers.next(),
                of: instance.id,
                step: step,
                skills: skills,
                priority: priority,
                due: hours.map { now.advanced(by: .hours($0)) },
                excluded: excluded ? [.init(person: "operator", why: "Asked.")] : []
            )
        }
        let tasks = [
            make(1, .normal, nil, ["storage"], false), make(2, .normal, 4, ["storage"], false),
            make(3, .normal, 2, ["storage"], false), make(4, .urgent, nil, ["windows"], false),
            make(5, .high, nil, [], false), make(6, .high, 1, ["storage"], true),
        ]
        for task in tasks { try bench.open(task) }
        var order: [Int] = []
        let query = NextTaskQuery(queues: ["ops", "unknown"], skills: ["storage"], person: "operator")
        while let task = try bench.store.nextTask(query) {
            order.append(task.step)
            let claimed = try TaskMachine.apply(.claimed(by: Samples.worker()), to: task, at: now).task
            try write(bench, claimed, was: task)
        }
        #expect(order == [5, 3, 2, 1])
        let other = NextTaskQuery(queues: ["ops"], skills: ["storage", "windows"], person: "operator2")
        #expect(try bench.store.nextTask(other)?.step == 4)
        #expect(try bench.store.nextTask(NextTaskQuery(queues: [], skills: ["storage"], person: "x")) == nil)
    }

    @Test("an overdue task goes before an untroubled one of the same priority", arguments: StoreUnderTest.allCases)
    func urgency(_ store: StoreUnderTest) throws {
        let bench = try store.open()
        let instance = try bench.instance()
        let soon = bench.clock.now().advanced(by: .hours(1))
        let calm = Samples.task(bench.identifiers.next(), of: instance.id, step: 1, due: soon)
        let late = Samples.task(bench.identifiers.next(), of: instance.id, step: 2, due: soon.advanced(by: .hours(1)))
        try bench.open(calm)
        try bench.open(late)
        let aged = try TaskMachine.apply(.aged, to: late, at: soon.advanced(by: .hours(2))).task
        #expect(aged.urgency == .overdue)
        try write(bench, aged, was: late)
        let query = NextTaskQuery(queues: ["ops"], skills: ["storage"], person: "operator")
        #expect(try bench.store.nextTask(query)?.id == late.id)
    }

    @Test("queues are counted as tasks move", arguments: StoreUnderTest.allCases)
    func counts(_ store: StoreUnderTest) throws {
        let bench = try store.open()
        let instance = try bench.instance()
        let tasks = (1...3).map { Samples.task(bench.identifiers.next(), of: instance.id, step: $0) }
        for task in tasks { try bench.open(task) }
        try bench.open(Samples.task(bench.identifiers.next(), of: instance.id, step: 4, queue: "triage", skills: []))
        let claimed = try TaskMachine.apply(.claimed(by: Samples.worker()), to: tasks[0], at: bench.clock.now()).task
        try write(bench, claimed, was: tasks[0])
        let closed = try TaskMachine.apply(.closed(expired: false), to: tasks[1], at: bench.clock.now()).task
        try write(bench, closed, was: tasks[1])
        #expect(
            try bench.store.queueCounts() == [
                QueueCount(queue: "ops", ready: 1, held: 1), QueueCount(queue: "triage", ready: 1, held: 0),
            ]
        )
    }

    @Test("lists are by queue, by owner and by instance, a page at a time", arguments: StoreUnderTest.allCases)
    func lists(_ store: StoreUnderTest) throws {
        let bench = try store.open()
        let instance = try bench.instance()
        let other = try bench.instance()
        let tasks = (1...4).map { Samples.task(bench.identifiers.next(), of: instance.id, step: $0) }
        for task in tasks { try bench.open(task) }
        try bench.open(Samples.task(bench.identifiers.next(), of: other.id, queue: "triage"))
        let claimed = try TaskMachine.apply(.claimed(by: Samples.worker()), to: tasks[2], at: bench.clock.now()).task
        try write(bench, claimed, was: tasks[2])
        let page = try bench.store.tasks(TaskQuery(queue: "ops", limit: 3))
        #expect(page.map(\.step) == [1, 2, 3])
        #expect(try bench.store.tasks(TaskQuery(queue: "ops", after: page.last?.id)).map(\.step) == [4])
        #expect(try bench.store.tasks(TaskQuery(owner: "operator")).map(\.step) == [3])
        #expect(try bench.store.tasks(TaskQuery(instance: other.id)).map(\.queue) == ["triage"])
        #expect(try bench.store.tasks(TaskQuery(isOpen: false)).isEmpty)
    }

    @Test(
        "hours are added up by week, step and queue, within a span and of some queues",
        arguments: StoreUnderTest.allCases
    )
    func hours(_ store: StoreUnderTest) throws {
        let bench = try store.open()
        let instance = try bench.instance()
        let monday = ManualClock.start.advanced(by: .hours(-9))
        // Two in one week, of which one was sent back and late; one in the last millisecond of it; others elsewhere.
        let ends: [(at: Timestamp, step: String, queue: String, isInTime: Bool?, returns: Int)] = [
            (monday, "storage", "ops", true, 0), (monday.advanced(by: .hours(30)), "storage", "ops", false, 1),
            (monday.advanced(by: Interval(milliseconds: 604_799_999)), "manager", "night", nil, 0),
            (monday.advanced(by: .days(7)), "storage", "ops", true, 0),
            (monday.advanced(by: .days(-1)), "storage", "ops", true, 0),
        ]
        for (step, end) in ends.enumerated() {
            var task = Samples.task(bench.identifiers.next(), of: instance.id, step: step + 1, queue: end.queue)
            try bench.open(task)
            let before = task
            task.state = .completed(.init(outcome: "done", values: [:], by: "operator", at: end.at))
            task.dueAt = end.isInTime.map { end.at.advanced(by: .minutes($0 ? 1 : -1)) }
            task.hours.working = .minutes(10)
            task.hours.returns = end.returns
            task.version += 1
            var commit = Commit()
            commit.tasks = [TaskWrite(task, before: before)]
            commit.endings = [try #require(TaskEnding(task, of: Self.workflow(end.step), at: end.at))]
            try bench.commit(commit)
        }
        let week = HoursQuery(from: monday, to: monday.advanced(by: .days(7)))
        let lines = try bench.store.hours(week)
        #expect(lines.map(\.subject.step) == ["manager", "storage"] && lines.map(\.week) == [monday, monday])
        let storage = lines[1].sum
        #expect(storage.tasks == 2 && storage.completed == 2 && storage.firstTimeRight == 1 && storage.returns == 1)
        #expect(storage.due == 2 && storage.inTime == 1 && storage.working == .minutes(20))
        #expect(lines[0].sum.due == 0 && lines[0].subject.workflow == "test/sample")
        var narrow = week
        narrow.queues = ["night", "nowhere"]
        #expect(try bench.store.hours(narrow).map(\.subject.queue) == ["night"])
        narrow.queues = []
        #expect(try bench.store.hours(narrow).isEmpty)
        let whole = HoursQuery(from: monday.advanced(by: .days(-7)), to: monday.advanced(by: .days(14)), limit: 3)
        #expect(try bench.store.hours(whole).count == 3)
    }

    /// A workflow whose manual step has this name.
    private static func workflow(_ step: String) -> Workflow {
        let sample = Samples.workflow()
        var nodes = sample.nodes
        nodes[2] = Node(index: 2, parent: 0, name: step, pointer: "/do/1/\(step)", kind: sample.nodes[2].kind)
        return Workflow(document: sample.document, nodes: nodes, hash: sample.hash)
    }

    private func write(_ bench: Bench, _ task: ManualTask, was before: ManualTask) throws {
        var commit = Commit()
        commit.tasks = [TaskWrite(task, before: before)]
        try bench.commit(commit)
    }
}
