import JSON
import SirdarCore
import SirdarEngine
import SirdarTestKit
import Testing

@Suite("The road: what happens is decided, committed, and then performed")
struct RoadTests {
    @Test("automatic steps run, a person's step waits, and its completion goes on")
    func wholeRoad() throws {
        let bench = try EngineBench()
        let id = try bench.start(bench.deploy(Samples.workflow()))
        let task = try bench.task(of: id)
        #expect(task.queue == "ops" && task.spec.title == "Reconfigure")
        #expect(try bench.instance(id) { $0.status == .waiting }.leaves.count == 1)
        try bench.act(.claim, task.id)
        let done = try bench.complete(task)
        #expect(done.state.name == "completed")
        let instance = try bench.ended(id)
        #expect(instance.progress == .ended(.output(["did": ["step": "publish"]])))
        #expect(
            try bench.actions(id) == [
                "instance.started", "task.opened", "step.succeeded", "task.claimed", "task.completed", "task.ended",
                "step.succeeded",
            ]
        )
        #expect(try bench.store.work(of: id).isEmpty)
    }

    @Test("the journal tells each step with its input and output")
    func story() throws {
        let bench = try EngineBench()
        let id = try bench.start(bench.deploy(Samples.workflow()))
        try bench.act(.start, bench.task(of: id).id)
        _ = try bench.complete(bench.task(of: id, in: "in_progress"))
        _ = try bench.ended(id)
        let steps = try bench.story(id).flatMap { $0["detail"]?["steps"]?.asArray ?? [] }
        let told = steps.map { "\($0["at"]?.asString ?? "") \($0["is"]?.asString ?? "")" }
        #expect(
            told == [
                "/do/0/check running", "/do/0/check completed", "/do/1/work waiting", "/do/1/work completed",
                "/do/2/publish running", "/do/2/publish completed",
            ]
        )
        #expect(steps[1]["output"] == ["did": ["step": "check"]])
        #expect(steps[3]["output"]?["values"] == ["address": "10.57.0.20"])
        #expect(steps[3]["output"]?["completedBy"] == "operator")
    }

    @Test("a wrong value is refused with every field's error, and the refusal is in the journal")
    func refused() throws {
        let bench = try EngineBench()
        let id = try bench.start(bench.deploy(Samples.workflow()))
        let task = try bench.task(of: id)
        try bench.act(.start, task.id)
        #expect {
            try bench.complete(task, "done", ["address": "10.57.0.300", "colour": "red"])
        } throws: { error in
            guard case .invalid(let errors)? = error as? TaskRefusal else { return false }
            return errors.map(\.pointer) == ["/values/colour", "/values/address"]
        }
        let refusal = try eventually { try bench.story(id).first { $0["refusal"] != nil } }
        #expect(refusal["refusal"] == "invalid" && refusal["action"] == "task.complete")
        #expect(try bench.store.task(task.id)?.state.name == "in_progress")
    }

    @Test("of twenty who claim at once, one has it and the others are told who")
    func race() throws {
        let bench = try EngineBench()
        let id = try bench.start(bench.deploy(Samples.workflow()))
        let task = try bench.task(of: id)
        let promises = (0..<20).map { _ in Promise<Result<ManualTask, any Error>>() }
        for (number, promise) in promises.enumerated() {
            bench.engine.act(
                .claim,
                on: task.id,
                worker: Samples.worker("operator\(number)"),
                by: EngineBench.operation
            ) { promise.fulfil($0) }
        }
        let results = try promises.map { try $0.wait() }
        let winners = results.compactMap { try? $0.get().owner?.person }
        #expect(winners.count == 1)
        for case .failure(let error) in results {
            guard case .heldBy(let holder, _)? = error as? TaskRefusal else {
                Issue.record("\(error)")
                continue
            }
            #expect(holder == winners.first)
        }
    }

    @Test("claim-next gives each person another task, and none to who lacks the skill")
    func claimNext() throws {
        let bench = try EngineBench()
        let workflow = try bench.deploy(Samples.workflow())
        let ids = try (0..<3).map { _ in try bench.start(workflow) }
        for id in ids { _ = try bench.task(of: id) }
        let next = { (worker: Worker) throws -> ManualTask? in
            let engine = bench.engine
            return try answer { then in
                engine.claimNext(queue: nil, worker: worker, by: EngineBench.operation, then: then)
            }
        }
        let tasks = try (0..<3).compactMap { try next(Samples.worker("operator\($0)")) }
        #expect(Set(tasks.map(\.instance)) == Set(ids))
        #expect(tasks.allSatisfy { $0.state == .inProgress })
        #expect(try next(Samples.worker("late")) == nil)
        #expect(try next(Samples.worker("late", skills: [])) == nil)
        #expect(throws: TaskRefusal.notInQueue("other")) {
            let engine = bench.engine
            _ =
                try answer { then in
                    engine.claimNext(queue: "other", worker: Samples.worker(), by: EngineBench.operation, then: then)
                } as ManualTask?
        }
    }

    @Test("a passed check completes the task; a failed one gives it back to the same person with its output")
    func verification() throws {
        let answers = Locked<[JSON]>([["passed": false, "hits": ["/etc/fstab:3"]], ["passed": true]])
        let verify = ScriptedAction("verify") { _ in .done(answers.withLock { $0.removeFirst() }) }
        let bench = try EngineBench(actions: [EngineBench.note, verify])
        let id = try bench.start(bench.deploy(Samples.workflow(verify: true)))
        let task = try bench.task(of: id)
        try bench.act(.start, task.id)
        #expect(try bench.complete(task).state.name == "verifying")
        let back = try bench.task(of: id, in: "in_progress")
        #expect(back.owner?.person == "operator")
        #expect(back.lastCheck?.result == .failed)
        #expect(back.lastCheck?.output["hits"] == ["/etc/fstab:3"])
        #expect(back.draft["address"] == "10.57.0.20")
        _ = try bench.complete(task)
        #expect(try bench.ended(id).status == .completed)
    }

    @Test("what was waiting goes on after a restart, and what was running is performed again under the same key")
    func restart() throws {
        let keys = Locked<[String]>([])
        let gate = Locked(false)
        let note = ScriptedAction("note") { call in
            keys.withLock { $0.append(call.key) }
            return gate.withLock { $0 } ? .done(.null) : .pending(checkAfter: .seconds(5))
        }
        let bench = try EngineBench(actions: [note])
        let id = try bench.start(bench.deploy(Samples.workflow()))
        _ = try eventually { try bench.store.work(of: id).first { $0.leasedUntil == nil } }
        try bench.restart()
        gate.withLock { $0 = true }
        bench.clock.advance(by: .seconds(5))
        let task = try bench.task(of: id)
        #expect(Set(keys.withLock { $0 }).count == 1)
        try bench.restart()
        try bench.act(.start, task.id)
        _ = try bench.complete(task)
        #expect(try bench.ended(id).status == .completed)
    }
}
