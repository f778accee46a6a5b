import Foundation
import JSON
import SirdarCore
import SirdarEngine
import SirdarTestKit
import Testing

@Suite("What only looks need not wait for the disk, and nobody is told before it")
struct AheadTests {
    private static let broken = Failure(Problem(.communication, "The cloud does not answer."), remedy: .tryAgain)

    /// An engine whose syncs can be held up, and how often its one action was performed.
    private struct Scene {
        let bench: EngineBench
        let watch: SyncWatch
        let performed: Locked<Int>

        init(
            onlyLooks: Bool = true,
            _ body: @escaping @Sendable (ActionCall) -> ActionOutcome = { _ in .done([:]) }
        )
            throws
        {
            let folder = FileManager.default.temporaryDirectory.appending(path: "sirdar-ahead-\(UUID().uuidString)")
            let (watch, performed) = (SyncWatch(folder: folder.path), Locked(0))
            let note = ScriptedAction("note", onlyLooks: onlyLooks) { call in
                performed.withLock { $0 += 1 }
                return body(call)
            }
            bench = try EngineBench(in: folder, actions: [note, ScriptedAction("flaky") { _ in .done([:]) }])
            (self.watch, self.performed) = (watch, performed)
            // A step is born in an engine's hands once that has seen that nothing older waits.
            let first = try bench.define("  - first: { call: flaky }", name: "first")
            for _ in 0..<2 { _ = try bench.ended(bench.start(first)) }
        }

        var count: Int { performed.withLock { $0 } }

        /// Starts an instance, and does not wait for the answer.
        func begin(_ workflow: Int) -> (id: Identifier, answer: Promise<Result<Instance, any Error>>) {
            let answer = Promise<Result<Instance, any Error>>()
            let start = InstanceStart(
                id: bench.engine.identifiers.next(),
                workflow: workflow,
                input: [:],
                origin: Samples.origin
            )
            bench.engine.start(start, by: EngineBench.operation) { answer.fulfil($0) }
            return (start.id, answer)
        }

        /// Until a sync is held up: all that was written is there but for it.
        func waitForTheDisk() throws { _ = try eventually { watch.held > 0 ? true : nil } }
    }

    private static func steps(_ count: Int) -> String {
        (0..<count).map { "  - look\($0): { call: note }" }.joined(separator: "\n")
    }

    @Test("a step that only looks is performed while the disk is busy with what made it due")
    func ahead() throws {
        let scene = try Scene()
        let workflow = try scene.bench.define(Self.steps(1))
        scene.watch.hold()
        let (id, answer) = scene.begin(workflow)
        try scene.waitForTheDisk()
        _ = try eventually { scene.count == 1 ? true : nil }
        #expect(try scene.bench.store.instance(id) == nil)
        scene.watch.letGo()
        #expect(try answer.wait().get().version == 1)
        #expect(try scene.bench.ended(id).status == .completed)
        #expect(scene.count == 1)
        #expect(try scene.bench.actions(id) == ["instance.started", "step.succeeded"])
        #expect(try scene.bench.store.work(of: id).isEmpty)
    }

    @Test("a step of which nobody says that it only looks is performed when what made it due is on the disk")
    func ordinary() throws {
        let scene = try Scene(onlyLooks: false)
        let workflow = try scene.bench.define(Self.steps(1))
        scene.watch.hold()
        let (id, answer) = scene.begin(workflow)
        try scene.waitForTheDisk()
        #expect(scene.count == 0)
        scene.watch.letGo()
        _ = try answer.wait().get()
        #expect(try scene.bench.ended(id).status == .completed)
    }

    @Test("when the disk refuses what made a step due, nothing that was decided on top of it is there")
    func lost() throws {
        let scene = try Scene()
        let workflow = try scene.bench.define(Self.steps(3))
        scene.watch.hold()
        scene.watch.failNext()
        let (id, answer) = scene.begin(workflow)
        try scene.waitForTheDisk()
        _ = try eventually { scene.count == 3 ? true : nil }
        scene.watch.letGo()
        #expect(throws: StoreError.self) { try answer.wait().get() }
        // Another one goes the whole way behind it.
        let (next, _) = scene.begin(workflow)
        #expect(try scene.bench.ended(next).status == .completed)
        #expect(try scene.bench.store.instance(id) == nil)
        #expect(try scene.bench.store.entries(EntryQuery(object: id)).isEmpty)
    }

    @Test("a long row of looks lets others in between, and comes to its end")
    func row() throws {
        let scene = try Scene()
        let workflow = try scene.bench.define(Self.steps(20))
        scene.watch.hold()
        let (id, answer) = scene.begin(workflow)
        try scene.waitForTheDisk()
        _ = try eventually { scene.count == 8 ? true : nil }
        scene.watch.letGo()
        _ = try answer.wait().get()
        #expect(try scene.bench.ended(id).status == .completed)
        #expect(scene.count == 20)
        let versions = try scene.bench.story(id).compactMap { $0["detail"]?["version"]?.asInt }
        #expect(versions == Array(1...21))
    }

    @Test("a look that fails is made again later, as any step")
    func failed() throws {
        let scene = try Scene { call in call.attempt == 1 ? .failed(Self.broken) : .done([:]) }
        let workflow = try scene.bench.deploy(Samples.workflow())
        scene.watch.hold()
        let (id, _) = scene.begin(workflow)
        try scene.waitForTheDisk()
        _ = try eventually { scene.count == 1 ? true : nil }
        scene.watch.letGo()
        _ = try scene.bench.instance(id) { instance in
            guard case .calling(let calling)? = instance.leaves.first?.state else { return false }
            return calling.attempt == 2
        }
        scene.bench.clock.advance(by: .seconds(2))
        _ = try scene.bench.task(of: id)
        #expect(scene.count == 2)
    }

    @Test("who completed a task is known to the task after the look that followed it")
    func separation() throws {
        let scene = try Scene()
        let manual = "call: manual, with: { title: One, queue: triage, outcomes: [done]"
        let workflow = try scene.bench.define(
            """
              - first: { \(manual) } }
              - look: { call: note }
              - second: { \(manual), separation: { not: [first] } } }
            """
        )
        let id = try scene.bench.start(workflow)
        let (task, worker) = (try scene.bench.task(of: id), Samples.worker(queues: ["triage"]))
        try scene.bench.act(.start, task.id, worker)
        scene.watch.hold()
        let answer = Promise<Result<ManualTask, any Error>>()
        scene.bench.engine.act(
            .complete(outcome: "done", values: [:], ticks: [], fence: nil),
            on: task.id,
            worker: worker,
            by: EngineBench.operation
        ) { answer.fulfil($0) }
        try scene.waitForTheDisk()
        _ = try eventually { scene.count == 1 ? true : nil }
        scene.watch.letGo()
        _ = try answer.wait().get()
        let second = try scene.bench.task(of: id)
        #expect(second.id != task.id)
        #expect(second.excluded.map(\.person) == [worker.person])
    }
}
