import JSON
import SirdarCore
import SirdarEngine
import SirdarTestKit
import Testing

@Suite("What had begun is undone, the latest first, and what cannot be undone gets a person")
struct CompensationTests {
    private static let steps = """
          - each:
              for: { each: n, in: '${ [range(3)] }' }
              do:
                - make:
                    call: createMachine
                    with: { image: '${ "image \\($n)" }', project: x }
                    metadata: { compensation: { call: deleteMachine, with: { machine: '${ $output.machine }' } } }
          - hear:
              listen: { to: { any: [ { with: { type: go } } ] } }
              timeout: { after: PT1H }
          - bad: { raise: { error: { type: 'https://e.org/x', status: 500, title: Bad } } }
        """

    private let undone = Locked<[String]>([])

    private func bench(
        undo: @escaping @Sendable (ActionCall) -> ActionOutcome = { _ in .done(.null) }
    ) throws -> EngineBench {
        let undone = undone
        return try EngineBench(actions: [
            ScriptedAction("createMachine") { .done(["machine": $0.input["image"] ?? .null]) },
            ScriptedAction("deleteMachine") { call in
                undone.withLock { $0.append(call.input["machine"]?.asString ?? "") }
                return undo(call)
            },
        ])
    }

    private static let refused = Failure(Problem(.authorization, "The cloud does not let us."), remedy: .permanent)

    @Test("on a fault, each round of a loop on its own")
    func fault() throws {
        let bench = try bench()
        let id = try bench.start(Self.steps)
        _ = try bench.instance(id) { $0.status == .waiting }
        try bench.bring("go", "1")
        #expect(try bench.problem(id).title == "Bad")
        #expect(undone.withLock { $0 } == ["image 2", "image 1", "image 0"])
        var ended = 0
        for entry in try bench.story(id) {
            for step in entry["detail"]?["steps"]?.asArray ?? [] {
                let isMake = step["at"] == .string("/do/0/each/do/0/make")
                if isMake, step["is"] == .string("completed") { ended += 1 }
            }
        }
        #expect(ended == 6)
    }

    @Test("on a cancel in the midst of listening, and nothing is heard any more")
    func cancel() throws {
        let bench = try bench()
        let id = try bench.start(Self.steps)
        _ = try bench.instance(id) { $0.status == .waiting }
        try bench.handle(.cancelRequested(reason: "Enough."), id)
        #expect(try bench.ended(id).progress == .ended(.cancelled(reason: "Enough.")))
        #expect(undone.withLock { $0 } == ["image 2", "image 1", "image 0"])
        #expect(try bench.bring("go", "1").reached == 0)
        #expect(
            try bench.store.listeners(.init(address: .init(topic: "go", form: "", key: ""), sequence: .max)).isEmpty
        )
    }

    @Test("an undo that fails waits for a person; tried again, it goes on with the others")
    func triage() throws {
        let isMended = Locked(false)
        let bench = try bench { call in
            guard call.input["machine"] == "image 1", !isMended.withLock({ $0 }) else { return .done(.null) }
            return .failed(Self.refused)
        }
        let id = try bench.start(Self.steps)
        _ = try bench.instance(id) { $0.status == .waiting }
        try bench.bring("go", "1")
        let task = try bench.task(of: id)
        #expect(task.kind == .triage && task.queue == "triage")
        #expect(task.spec.title == "Undo of make: needs a person")
        #expect(task.spec.about["problem"]?["detail"] == "The cloud does not let us.")
        #expect(try bench.store.instance(id)?.status == .compensating)
        #expect(undone.withLock { $0 } == ["image 2", "image 1"])
        isMended.withLock { $0 = true }
        let person = Samples.worker(queues: ["triage"])
        try bench.act(.start, task.id, person)
        try bench.act(.complete(outcome: "retry", values: [:], ticks: [], fence: nil), task.id, person)
        #expect(try bench.problem(id).title == "Bad")
        #expect(undone.withLock { $0 } == ["image 2", "image 1", "image 1", "image 0"])
    }

    @Test("an undo that a person gives up is left, and the others are undone all the same, also after a restart")
    func givenUp() throws {
        let bench = try bench { $0.input["machine"] == "image 2" ? .failed(Self.refused) : .done(.null) }
        let id = try bench.start(Self.steps)
        _ = try bench.instance(id) { $0.status == .waiting }
        try bench.handle(.cancelRequested(reason: "Enough."), id)
        _ = try bench.task(of: id)
        try bench.restart()
        let task = try bench.task(of: id)
        let person = Samples.worker(queues: ["triage"])
        try bench.act(.start, task.id, person)
        try bench.act(
            .complete(outcome: "giveUp", values: ["reason": "By hand."], ticks: [], fence: nil),
            task.id,
            person
        )
        #expect(try bench.ended(id).progress == .ended(.cancelled(reason: "Enough.")))
        #expect(undone.withLock { $0 } == ["image 2", "image 1", "image 0"])
    }

    @Test("a workflow that is not waited for goes its own way, and what undoes its start is called all the same")
    func notAwaited() throws {
        let bench = try bench()
        let child = try bench.define("  - hold: { wait: PT1H }", name: "child")
        #expect(child > 0)
        let parent = Workflow(
            document: .init(namespace: "test", name: "parent", version: "1.0.0"),
            nodes: [
                Node(index: 0, parent: nil, name: "", pointer: "/do", kind: .sequence([1, 2])),
                Node(
                    index: 1,
                    parent: 0,
                    name: "run",
                    pointer: "/do/0/run",
                    kind: .workflow(
                        .init(namespace: "test", name: "child", version: "1.0.0", input: .null, isAwaited: false)
                    ),
                    compensation: .init(action: "deleteMachine", with: .constant(["machine": "the child's"]))
                ),
                Node(
                    index: 2,
                    parent: 0,
                    name: "bad",
                    pointer: "/do/1/bad",
                    kind: .raise(
                        .init(type: .constant("https://e.org/x"), status: .constant(500), title: .null, detail: nil)
                    )
                ),
            ],
            hash: Sample.hash
        )
        let id = try bench.start(bench.deploy(parent), ["n": 1])
        #expect(try bench.ended(id).status == .faulted)
        #expect(undone.withLock { $0 } == ["the child's"])
        let other = try #require(try bench.store.instances(InstanceQuery(isOpen: true)).first)
        #expect(other.parent == nil)
        let cause = try bench.story(other.id).first?["detail"]?["cause"]
        #expect(cause?["instance"] == .string(id.description))
    }
}
