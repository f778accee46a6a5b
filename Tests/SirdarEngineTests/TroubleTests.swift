import JSON
import SirdarCore
import SirdarEngine
import SirdarTestKit
import Testing

@Suite("When things go wrong, nothing is lost and somebody is asked")
struct TroubleTests {
    private static let broken = Failure(Problem(.communication, "The cloud does not answer."), remedy: .tryAgain)
    private static let wrong = Failure(Problem(.configuration, "There is no such place."), remedy: .permanent)

    @Test("a failed attempt is made again later, and the second answer counts")
    func retried() throws {
        let attempts = Locked(0)
        let note = ScriptedAction("note") { call in
            attempts.withLock { $0 += 1 }
            return call.attempt == 1 ? .failed(Self.broken) : .done(.null)
        }
        let bench = try EngineBench(actions: [note])
        let id = try bench.start(bench.deploy(Samples.workflow()))
        _ = try bench.instance(id) { instance in
            guard case .calling(let calling)? = instance.leaves.first?.state else { return false }
            return calling.attempt == 2
        }
        bench.clock.advance(by: .seconds(2))
        _ = try bench.task(of: id)
        #expect(attempts.withLock { $0 } == 2)
    }

    @Test("a moment that comes while the clock is asked to wake is not missed, and holds nothing up")
    func hasty() throws {
        let bench = try EngineBench()
        bench.clock.hurry(to: ManualClock.start.advanced(by: .hours(1)))
        let id = try bench.start(bench.define("  - rest: { wait: PT1H }"))
        _ = try bench.instance(id) { $0.status == .completed }
    }

    @Test("a step that gave up waits for a person, whose retry begins again")
    func needsPerson() throws {
        let isMended = Locked(false)
        let note = ScriptedAction("note") { _ in isMended.withLock { $0 } ? .done(.null) : .failed(Self.wrong) }
        let bench = try EngineBench(actions: [note])
        let id = try bench.start(bench.deploy(Samples.workflow()))
        let triage = try bench.task(of: id)
        #expect(triage.kind == .triage && triage.queue == "triage")
        #expect(triage.spec.about["problem"]?["detail"] == "There is no such place.")
        #expect(try bench.instance(id) { $0.status == .waiting }.leaves.first?.phase == .needsPerson)
        isMended.withLock { $0 = true }
        let person = Samples.worker(queues: ["triage"])
        try bench.act(.start, triage.id, person)
        try bench.act(.complete(outcome: "retry", values: [:], ticks: [], fence: nil), triage.id, person)
        let work = try bench.task(of: id)
        #expect(work.kind == .manual)
    }

    @Test("a retry may have another input, which is held to what the step's action takes and told beside the old one")
    func anotherInput() throws {
        let copies = ScriptedAction("note", input: ["type": "object", "properties": ["from": ["type": "string"]]]) {
            $0.input["from"] == "here" ? .done(.null) : .failed(Self.wrong)
        }
        let bench = try EngineBench(actions: [copies])
        let id = try bench.start(
            bench.define("  - copy: { call: note, with: { from: there } }", onExhausted: "askPerson")
        )
        let triage = try bench.task(of: id)
        let person = Samples.worker(queues: ["triage"])
        try bench.act(.start, triage.id, person)
        func retry(_ input: JSON) throws {
            try bench.act(
                .complete(outcome: "retry", values: ["input": input], ticks: [], fence: nil),
                triage.id,
                person
            )
        }
        for (wrong, pointer) in [("{", "/values/input"), ("{\"from\": 7}", "/values/input/from")] {
            do {
                try retry(.string(wrong))
                Issue.record("it was accepted")
            } catch TaskRefusal.invalid(let errors) {
                #expect(errors.map(\.pointer) == [pointer])
            }
        }
        try retry(["from": "here"])
        #expect(try bench.ended(id).status == .completed)
        let told = try bench.story(id).compactMap { $0["detail"]?["input"] }
        #expect(told == [["after": ["from": "here"], "before": ["from": "there"]]])
    }

    @Test("a step that is given up faults the instance, and what had begun is undone, the latest first")
    func compensation() throws {
        let undone = Locked<[JSON]>([])
        let actions: [any Action] = [
            ScriptedAction("make") { .done(["made": $0.input]) },
            ScriptedAction("unmake") { call in
                undone.withLock { $0.append(call.input) }
                return .done(.null)
            },
            ScriptedAction("fail") { _ in .failed(Self.wrong) },
        ]
        let bench = try EngineBench(actions: actions)
        let id = try bench.start(bench.deploy(Self.compensated))
        let triage = try bench.task(of: id)
        let person = Samples.worker(queues: ["triage"])
        try bench.act(.start, triage.id, person)
        try bench.act(
            .complete(outcome: "giveUp", values: ["reason": "No place."], ticks: [], fence: nil),
            triage.id,
            person
        )
        let instance = try bench.ended(id)
        #expect(instance.status == .faulted)
        #expect(undone.withLock { $0 } == ["second", "first"])
        guard case .ended(.problem(let problem)) = instance.progress else {
            Issue.record("no problem")
            return
        }
        #expect(problem.detail == "There is no such place. Given up: No place.")
        #expect(problem.instance == "/do/2/fails")
        #expect(try bench.store.work(of: id).isEmpty)
    }

    @Test("a cancelled instance closes its task, undoes what had begun, and ends as cancelled")
    func cancelled() throws {
        let undone = Locked(0)
        let actions: [any Action] = [
            ScriptedAction("note") { _ in .done(.null) },
            ScriptedAction("unmake") { _ in
                undone.withLock { $0 += 1 }
                return .done(.null)
            },
        ]
        let bench = try EngineBench(actions: actions)
        var nodes = Samples.workflow().nodes
        nodes[1] = Node(
            index: 1,
            parent: 0,
            name: "check",
            pointer: "/do/0/check",
            kind: .call(.init(action: "note", with: .null)),
            compensation: .init(action: "unmake", with: .null)
        )
        let workflow = Workflow(
            document: .init(namespace: "test", name: "sample", version: "1.0.0"),
            nodes: nodes,
            hash: ContentHash(hex: String(repeating: "a", count: 64))
        )
        let id = try bench.start(bench.deploy(workflow))
        let task = try bench.task(of: id)
        try bench.handle(.cancelRequested(reason: "No longer needed."), id)
        #expect(try bench.ended(id).progress == .ended(.cancelled(reason: "No longer needed.")))
        #expect(try bench.store.task(task.id)?.state == .cancelled)
        #expect(undone.withLock { $0 } == 1)
        #expect(throws: TaskRefusal.ended("cancelled", outcome: nil)) { try bench.act(.claim, task.id) }
        #expect(throws: Refusal.ended(.cancelled)) { try bench.handle(.cancelRequested(reason: "Again."), id) }
    }

    @Test("long work outside holds no thread: it is looked at again when it said")
    func pending() throws {
        let looks = Locked(0)
        let note = ScriptedAction("note") { _ in
            let look = looks.withLock { looks in
                looks += 1
                return looks
            }
            return look < 3 ? .pending(checkAfter: .seconds(10)) : .done(.null)
        }
        let bench = try EngineBench(actions: [note])
        let id = try bench.start(bench.deploy(Samples.workflow()))
        for look in 1...2 {
            _ = try eventually { looks.withLock { $0 } == look ? true : nil }
            _ = try eventually { try bench.store.work(of: id).first { $0.leasedUntil == nil } }
            bench.clock.advance(by: .seconds(10))
        }
        _ = try bench.task(of: id)
        #expect(looks.withLock { $0 } == 3)
    }

    @Test("a workflow that runs another waits for its end, and gets its output")
    func child() throws {
        let bench = try EngineBench()
        try bench.deploy(Samples.workflow())
        let parent = Workflow(
            document: .init(namespace: "test", name: "parent", version: "1.0.0"),
            nodes: [
                Node(index: 0, parent: nil, name: "", pointer: "/do", kind: .sequence([1])),
                Node(
                    index: 1,
                    parent: 0,
                    name: "copy",
                    pointer: "/do/0/copy",
                    kind: .workflow(.init(namespace: "test", name: "sample", version: "1.0.0", input: .null))
                ),
            ],
            hash: ContentHash(hex: String(repeating: "a", count: 64))
        )
        let id = try bench.start(bench.deploy(parent))
        let child = try eventually { try bench.store.child(of: .init(instance: id, step: 2)) }
        let task = try bench.task(of: child)
        try bench.act(.start, task.id)
        _ = try bench.complete(task)
        #expect(try bench.ended(id).progress == .ended(.output(["did": ["step": "publish"]])))
        let second = try bench.start(bench.deploy(parent))
        let secondChild = try eventually { try bench.store.child(of: .init(instance: second, step: 2)) }
        try bench.handle(.cancelRequested(reason: "Enough."), second)
        #expect(try bench.ended(secondChild).status == .cancelled)
    }

    @Test("a task that nobody did in time expires, and the step fails with a timeout")
    func timeout() throws {
        let bench = try EngineBench()
        var nodes = Samples.workflow().nodes
        nodes[2] = Node(
            index: 2,
            parent: 0,
            name: "work",
            pointer: "/do/1/work",
            timeout: .init(after: .constant("PT1H")),
            kind: .manual(ManualWork(opening: .constant(Samples.taskSpec)))
        )
        let workflow = Workflow(
            document: .init(namespace: "test", name: "sample", version: "1.0.0"),
            nodes: nodes,
            hash: ContentHash(hex: String(repeating: "a", count: 64))
        )
        let id = try bench.start(bench.deploy(workflow))
        let task = try bench.task(of: id)
        bench.clock.advance(by: .hours(1))
        let instance = try bench.ended(id)
        guard case .ended(.problem(let problem)) = instance.progress else {
            Issue.record("no problem")
            return
        }
        #expect(problem.status == 408 && problem.instance == "/do/1/work")
        #expect(try bench.store.task(task.id)?.state == .expired)
    }

    private static let compensated = Workflow(
        document: .init(namespace: "test", name: "sample", version: "1.0.0"),
        nodes: [
            Node(index: 0, parent: nil, name: "", pointer: "/do", kind: .sequence([1, 2, 3])),
            made(1, "first"),
            made(2, "second"),
            Node(
                index: 3,
                parent: 0,
                name: "fails",
                pointer: "/do/2/fails",
                kind: .call(.init(action: "fail", with: .null))
            ),
        ],
        hash: ContentHash(hex: String(repeating: "a", count: 64))
    )

    private static func made(_ index: Int, _ name: String) -> Node {
        Node(
            index: index,
            parent: 0,
            name: name,
            pointer: "/do/\(index - 1)/\(name)",
            kind: .call(.init(action: "make", with: .constant(.string(name)))),
            compensation: .init(action: "unmake", with: .constant(.string(name)))
        )
    }
}
