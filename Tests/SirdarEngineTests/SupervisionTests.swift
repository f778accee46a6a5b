import JSON
import SirdarCore
import SirdarEngine
import SirdarJournal
import SirdarTestKit
import Testing

@Suite("Supervision and versions, on a real store, over restarts")
struct SupervisionTests {
    private static let failing = ScriptedAction("note", retry: .init(delay: .seconds(1), attemptsMax: 1)) { call in
        call.input["step"]?.asString == "check"
            ? .failed(Failure(Problem(.communication, "No answer."), remedy: .permanent))
            : .done(["did": call.input])
    }

    private func supervise(
        _ event: Event,
        _ id: Identifier,
        _ bench: EngineBench,
        reason: String = "Because."
    )
        throws -> Instance
    {
        let engine = bench.engine
        var actuation = EngineBench.operation
        actuation.reason = reason
        let by = actuation
        return try answer { then in engine.supervise(event, id, by: by, then: then) }
    }

    @Test("a suspended instance keeps what comes, over restarts, and goes on when it is resumed")
    func suspended() throws {
        let bench = try EngineBench()
        let id = try bench.start(try bench.deploy(Samples.workflow()))
        let task = try bench.task(of: id)
        #expect(try supervise(.suspended, id, bench).status == .suspended)
        try bench.restart()
        _ = try bench.act(.start, task.id)
        _ = try bench.complete(task)
        let held = try bench.instance(id) { $0.leaves.first?.phase == .pending }
        #expect(held.status == .suspended && held.leaves.count == 1)
        try bench.restart()
        _ = try supervise(.resumed, id, bench)
        #expect(try bench.ended(id).status == .completed)
        let actions = try bench.actions(id)
        #expect(actions.contains("instance.suspended") && actions.contains("instance.resumed"))
    }

    @Test("a refusal to mend what runs is in the journal, with who tried")
    func refused() throws {
        let bench = try EngineBench()
        let id = try bench.start(try bench.deploy(Samples.workflow()))
        _ = try bench.task(of: id)
        #expect(throws: Refusal.notStopped) { try supervise(.dataEdited(.context([:])), id, bench) }
        let entry = try eventually {
            try bench.story(id).first { $0["refusal"]?.asString == "not-stopped" }
        }
        #expect(entry["action"]?.asString == "instance.edited" && entry["actor"]?["id"]?.asString == "operator")
    }

    @Test("a step that gave up is tried again with another input, and the journal has both inputs")
    func retried() throws {
        let bench = try EngineBench(actions: [Self.failing])
        let id = try bench.start(try bench.deploy(Samples.workflow()))
        let triage = try bench.task(of: id)
        #expect(triage.kind == .triage)
        let step = try #require(try bench.store.instance(id)?.leaves.first)
        try bench.restart()
        _ = try supervise(.dataEdited(.context(["note": "mended"])), id, bench)
        _ = try supervise(.stepDecided(step: step.number, end: .retry(input: ["step": "better"])), id, bench)
        #expect(try bench.task(of: id).kind == .manual)
        #expect(try bench.store.task(triage.id)?.state == .cancelled)
        let story = try bench.story(id)
        let decided = try #require(story.first { $0["action"]?.asString == "step.decided" })
        #expect(decided["detail"]?["input"] == ["after": ["step": "better"], "before": ["step": "check"]])
        let edited = try #require(story.first { $0["action"]?.asString == "instance.edited" })
        #expect(edited["detail"]?["context"] == ["after": ["note": "mended"], "before": nil])
    }

    @Test("an edited input is what the next attempt gets, after a restart too")
    func edited() throws {
        let bench = try EngineBench(actions: [Self.failing])
        let id = try bench.start(try bench.deploy(Samples.workflow()))
        _ = try bench.task(of: id)
        let step = try #require(try bench.store.instance(id)?.leaves.first).number
        _ = try supervise(.dataEdited(.input(step: step, ["step": "mended"])), id, bench)
        try bench.restart()
        _ = try supervise(.stepDecided(step: step, end: .retry(input: nil)), id, bench)
        #expect(try bench.instance(id) { $0.leaves.first?.phase == .waiting }.context == .null)
    }

    @Test("an instance goes back to an earlier step, and its open task is closed")
    func rewound() throws {
        let bench = try EngineBench()
        let id = try bench.start(try bench.deploy(Samples.workflow()))
        let task = try bench.task(of: id)
        _ = try supervise(.suspended, id, bench)
        let check = try #require(try bench.store.instance(id)?.marks.first).step
        _ = try supervise(.rewound(to: check), id, bench)
        try bench.restart()
        _ = try supervise(.resumed, id, bench)
        let again = try bench.task(of: id)
        #expect(again.id != task.id)
        #expect(try bench.store.task(task.id)?.state == .cancelled)
    }

    // MARK: Migration

    private func migrate(_ id: Identifier, _ bench: EngineBench, _ from: Int, _ to: Int) throws -> Migration.Plan {
        let engine = bench.engine
        let migration = try Migration(
            from: bench.library.workflow(from),
            to: bench.library.workflow(to),
            number: to
        )
        return try answer { then in
            engine.migrate(id, by: migration, from: from, EngineBench.operation, then: then)
        }
    }

    /// `announce` before everything, so that every step has another node than before.
    private static func next(manual opening: JSON = Samples.taskSpec, verify: Bool = false) -> Workflow {
        Workflow(
            document: .init(namespace: "test", name: "sample", version: "1.1.0"),
            nodes: [
                Node(index: 0, parent: nil, name: "", pointer: "/do", kind: .sequence([1, 2, 3, 4, 5])),
                Samples.call(1, "announce", "note"), Samples.call(2, "check", "note"),
                Node(
                    index: 3,
                    parent: 0,
                    name: "work",
                    pointer: "/do/2/work",
                    kind: .manual(
                        ManualWork(
                            opening: .constant(opening),
                            verify: verify ? .init(action: "verify", with: .null) : nil
                        )
                    )
                ),
                Samples.call(4, "second", "note"), Samples.call(5, "publish", "note"),
            ],
            hash: ContentHash(hex: String(repeating: "b", count: 64))
        )
    }

    @Test("an instance moves with its open task and the draft in it, and goes on in the new version")
    func migrated() throws {
        let bench = try EngineBench()
        let (old, new) = (try bench.deploy(Samples.workflow()), try bench.deploy(Self.next()))
        let id = try bench.start(old)
        let task = try bench.task(of: id)
        _ = try bench.act(.start, task.id)
        _ = try bench.act(.draft(["address": "10.57.0.20"]), task.id)
        #expect(try bench.store.workflowCounts() == [.init(workflow: old, status: .waiting, count: 1)])
        let plan = try migrate(id, bench, old, new)
        #expect(plan.moves && plan.passed == ["announce"])
        try bench.restart()
        let moved = try #require(try bench.store.instance(id))
        #expect(moved.workflow == new && moved.leaves.map(\.node) == [3])
        let kept = try #require(try bench.store.task(task.id))
        #expect(kept.node == 3 && kept.draft == ["address": "10.57.0.20"] && kept.owner?.person == "operator")
        #expect(try bench.store.workflowCounts() == [.init(workflow: new, status: .waiting, count: 1)])
        _ = try bench.complete(task)
        #expect(try bench.ended(id).status == .completed)
        let story = try bench.story(id)
        let entry = try #require(story.first { $0["action"]?.asString == "instance.migrated" })
        #expect(entry["detail"]?["from"]?["hash"]?.asString == String(repeating: "a", count: 64))
        #expect(entry["detail"]?["to"]?["version"]?.asString == "1.1.0")
        #expect(entry["detail"]?["moved"] == [["from": "work", "step": 3, "to": "work"]])
        let performed = story.compactMap { $0["detail"]?["steps"]?.asArray }.flatMap(\.self)
        #expect(performed.contains { $0["at"]?.asString == "/do/3/second" }, "the new version's step ran")
        #expect(throws: OtherVersion(id: id)) { try migrate(id, bench, old, new) }
    }

    @Test(
        "an instance moves while the check of its task runs, and what the check says counts",
        arguments: [true, false]
    )
    func checked(passes: Bool) throws {
        let isOver = Locked(false)
        let verify = ScriptedAction("verify") { _ in
            isOver.withLock { $0 } ? .done(["passed": .bool(passes)]) : .pending(checkAfter: .seconds(5))
        }
        let bench = try EngineBench(actions: [EngineBench.note, verify])
        let old = try bench.deploy(Samples.workflow(verify: true))
        let new = try bench.deploy(Self.next(verify: true))
        let id = try bench.start(old)
        let task = try bench.task(of: id)
        _ = try bench.act(.start, task.id)
        #expect(try bench.complete(task).state.name == "verifying")
        _ = try eventually { try bench.store.work(of: id).first { $0.leasedUntil == nil } }
        #expect(try migrate(id, bench, old, new).moves)
        try bench.restart()
        isOver.withLock { $0 = true }
        bench.clock.advance(by: .seconds(5))
        guard passes else {
            #expect(try bench.task(of: id, in: "in_progress").lastCheck?.result == .failed)
            return
        }
        #expect(try bench.ended(id).status == .completed)
    }

    @Test("an instance that cannot move stays as it is, and the journal says why")
    func stays() throws {
        let bench = try EngineBench()
        var spec = Samples.taskSpec.asObject ?? [:]
        spec["outcomes"] = ["done"]
        let old = try bench.deploy(Samples.workflow())
        let new = try bench.deploy(Self.next(manual: .object(spec)))
        let id = try bench.start(old)
        let before = try bench.task(of: id)
        let plan = try migrate(id, bench, old, new)
        #expect(plan.reasons == [.outcomesChanged("work")])
        #expect(try bench.store.instance(id)?.workflow == old && bench.store.task(before.id) == before)
        let refusal = try eventually { try bench.story(id).first { $0["refusal"]?.asString == "cannot-migrate" } }
        #expect(refusal["detail"]?["reasons"] == ["outcomes-changed"])
    }

    // MARK: Deploying

    private static func source(_ version: String, step: String = "note", extra: String = "") -> String {
        """
        document: { dsl: '1.0.3', namespace: test, name: deployed, version: \(version) }
        metadata: { onExhausted: fault }
        do:
          - first: { call: \(step), with: {} }
        \(extra)
        """
    }

    @Test("a version is deployed while the program runs; another content under it is refused")
    func deployed() throws {
        let bench = try EngineBench()
        let versions = Versions(engine: bench.engine)
        let upload = Versions.Upload(file: "deployed.yaml", source: Self.source("1.0.0"))
        let examined = try versions.examine(upload)
        #expect(examined.standing == .new && examined.files.allSatisfy { $0.diagnostics.isEmpty })
        let definition = try #require(examined.definition)
        let number: Int = try answer { then in versions.deploy(definition, by: EngineBench.operation, then: then) }
        #expect(try bench.ended(try bench.start(number)).status == .completed)
        #expect(try versions.examine(upload).standing == .same(number))
        let other = Versions.Upload(
            file: "deployed.yaml",
            source: Self.source("1.0.0", extra: "  - second: { call: note, with: {} }")
        )
        let taken = try versions.examine(other)
        #expect(taken.standing == .taken)
        let changed = try #require(taken.definition)
        #expect(throws: StoreError.self) {
            try answer { then in versions.deploy(changed, by: EngineBench.operation, then: then) } as Int
        }
        let wrong = try versions.examine(.init(file: "wrong.yaml", source: Self.source("1.2.0", step: "noet")))
        #expect(wrong.standing == .wrong && wrong.files.flatMap(\.diagnostics).contains(where: \.isError))
        let entries = try bench.store.entries(EntryQuery()).map { try JSON(parsing: $0.entry.canonical) }
        let entry = try #require(entries.first { $0["action"]?.asString == "workflow.deployed" })
        #expect(entry["detail"]?["hash"]?.asString == definition.workflow.hash.hex)
    }

    @Test("new instances get the newest version, or the one that was chosen, after a restart too")
    func activated() throws {
        let bench = try EngineBench()
        let versions = Versions(engine: bench.engine)
        var numbers: [Int] = []
        for version in ["1.9.0", "1.10.0"] {
            let examined = try versions.examine(.init(file: "deployed.yaml", source: Self.source(version)))
            let definition = try #require(examined.definition)
            numbers.append(try answer { then in versions.deploy(definition, by: EngineBench.operation, then: then) })
        }
        let document = try bench.library.workflow(numbers[0]).document
        #expect(bench.library.current("test", "deployed")?.number == numbers[1])
        try answer { then in versions.activate(numbers[0], of: document, by: EngineBench.operation, then: then) }
        #expect(bench.library.current("test", "deployed")?.number == numbers[0])
        bench.library.choose(nil, of: "test", "deployed")
        try Versions.restore(bench.library, from: bench.store)
        #expect(bench.library.chosen("test", "deployed") == numbers[0])
        try answer { then in versions.activate(nil, of: document, by: EngineBench.operation, then: then) }
        #expect(bench.library.current("test", "deployed")?.number == numbers[1])
    }
}
