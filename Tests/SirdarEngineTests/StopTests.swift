import JSON
import SirdarCore
import SirdarEngine
import SirdarJournal
import SirdarTestKit
import Testing

@Suite("Stopping the line, on a real store, over restarts")
struct StopTests {
    private static let supervisor = Actuation(
        actor: .init(id: "supervisor", kind: .person),
        channel: .cli,
        reason: "The storage is being moved."
    )

    private func stop(_ kind: Stop.Part.Kind, _ name: String, _ bench: EngineBench) throws -> Stop {
        let engine = bench.engine
        return try answer { then in engine.stop(.init(kind, name), by: Self.supervisor, then: then) }
    }

    private func lift(_ kind: Stop.Part.Kind, _ name: String, _ bench: EngineBench) throws {
        let engine = bench.engine
        try answer { then in engine.lift(.init(kind, name), by: Self.supervisor, then: then) }
    }

    private func aside(_ id: Identifier, _ bench: EngineBench) throws -> HeldWork {
        try eventually {
            try bench.store.work(of: id).first { $0.notBefore == .distantFuture && $0.leasedUntil == nil }
        }
    }

    private static let elsewhere = ScriptedAction("note", lane: Lane("local/oregon")) { .done(["did": $0.input]) }

    @Test(
        "a new step waits while its action, place or workflow is stopped, over restarts, and then goes on",
        arguments: [
            (Stop.Part.Kind.action, "note"), (.location, "oregon"), (.cloud, "local"), (.workflow, "test/sample"),
        ]
    )
    func stepsWait(_ kind: Stop.Part.Kind, _ name: String) throws {
        let bench = try EngineBench(actions: [Self.elsewhere])
        let workflow = try bench.deploy(Samples.workflow())
        _ = try stop(kind, name, bench)
        let id = try bench.start(workflow)
        let work = try aside(id, bench)
        let instance = try #require(try bench.store.instance(id))
        #expect(try bench.engine.stop(of: work, in: instance)?.part == .init(kind, name))
        try bench.restart()
        #expect(bench.engine.stops[.init(kind, name)]?.reason == "The storage is being moved.")
        _ = try aside(id, bench)
        try lift(kind, name, bench)
        let task = try bench.task(of: id)
        _ = try bench.act(.start, task.id)
        _ = try bench.complete(task)
        #expect(try bench.ended(id).status == .completed)
    }

    @Test("what is stopped twice goes on only when both stops are lifted")
    func twoStops() throws {
        let bench = try EngineBench(actions: [Self.elsewhere])
        let workflow = try bench.deploy(Samples.workflow())
        _ = try stop(.action, "note", bench)
        _ = try stop(.location, "oregon", bench)
        let id = try bench.start(workflow)
        _ = try aside(id, bench)
        try lift(.action, "note", bench)
        _ = try aside(id, bench)
        #expect(try bench.store.tasks(TaskQuery(instance: id)).isEmpty)
        try lift(.location, "oregon", bench)
        _ = try bench.task(of: id)
    }

    @Test("what runs finishes: a step that was begun, and work that goes on outside")
    func runningFinishes() throws {
        let looks = Locked(0)
        let slow = ScriptedAction("note") { call in
            guard call.input["step"]?.asString == "check" else { return .done([:]) }
            let look = looks.withLock { looks in
                looks += 1
                return looks
            }
            return look < 2 ? .pending(checkAfter: .seconds(30)) : .done([:])
        }
        let bench = try EngineBench(actions: [slow])
        let id = try bench.start(try bench.deploy(Samples.workflow()))
        _ = try bench.instance(id) { instance in
            guard case .calling(let calling)? = instance.leaves.first?.state, case .polling = calling.phase else {
                return false
            }
            return true
        }
        _ = try stop(.action, "note", bench)
        bench.clock.advance(by: .seconds(31))
        let task = try bench.task(of: id)
        _ = try bench.act(.start, task.id)
        _ = try bench.complete(task)
        #expect(try aside(id, bench).action == "note", "the next step is a new one")
    }

    @Test("tasks of a stopped queue or workflow are not begun; begun ones are finished; claim-next passes them over")
    func tasksWait() throws {
        let bench = try EngineBench()
        bench.library.set(queues: [QueuePolicy(name: "ops", title: "Operations")])
        let (first, second) = (
            try bench.deploy(Samples.workflow()), try bench.deploy(Samples.workflow("other"))
        )
        let begun = try bench.task(of: try bench.start(first))
        _ = try bench.act(.start, begun.id)
        let waits = try bench.task(of: try bench.start(first))
        let goes = try bench.task(of: try bench.start(second))
        let stop = try stop(.workflow, "test/sample", bench)
        #expect(throws: TaskRefusal.stopped(stop)) { try bench.act(.claim, waits.id) }
        let engine = bench.engine
        let next: ManualTask? = try answer { then in
            engine.claimNext(queue: nil, worker: Samples.worker("operator2"), by: EngineBench.operation, then: then)
        }
        #expect(next?.id == goes.id)
        _ = try bench.complete(begun)
        let queue = try self.stop(.queue, "ops", bench)
        #expect(throws: TaskRefusal.stopped(queue)) {
            let _: ManualTask? = try answer { then in
                engine.claimNext(queue: nil, worker: Samples.worker("x"), by: EngineBench.operation, then: then)
            }
        }
        try lift(.workflow, "test/sample", bench)
        try lift(.queue, "ops", bench)
        #expect(try bench.act(.claim, waits.id).state == .claimed)
    }

    @Test("stopping, lifting and their refusals are in the journal, with who and why")
    func journalled() throws {
        let bench = try EngineBench()
        _ = try stop(.action, "note", bench)
        #expect(throws: StopRefusal.self) { try stop(.action, "note", bench) }
        #expect(throws: StopRefusal.unknown(.init(.action, "nota"), known: ["note"])) {
            try stop(.action, "nota", bench)
        }
        try lift(.action, "note", bench)
        #expect(throws: StopRefusal.notStopped(.init(.action, "note"))) { try lift(.action, "note", bench) }
        let told = try eventually { () -> [String]? in
            let entries = try bench.store.entries(EntryQuery()).map { try JSON(parsing: $0.entry.canonical) }
            let told = entries.filter { $0["action"]?.asString?.hasPrefix("stop.") == true }.map { entry in
                "\(entry["action"]?.asString ?? "") \(entry["refusal"]?.asString ?? "-")"
            }
            return told.count == 5 ? told : nil
        }
        #expect(
            told.sorted() == [
                "stop.lifted -", "stop.lifted not-stopped-here", "stop.set -", "stop.set already-stopped",
                "stop.set unknown-part",
            ]
        )
    }
}
