import JSON
import SirdarCore
import SirdarEngine
import SirdarTestKit
import Testing

@Suite("Absences and closed accounts, on a real store, over restarts")
struct AbsenceTests {
    private func person(
        _ name: String,
        _ bench: EngineBench,
        role: Role = .operator,
        skills: Set<String> = ["storage"]
    ) throws -> Person {
        let person = Person(
            id: bench.engine.identifiers.next(),
            name: name,
            roles: [role],
            projects: ["*"],
            queues: ["ops"],
            skills: skills
        )
        try bench.write([person.added])
        return person
    }

    @discardableResult
    private func away(_ person: Person, _ substitute: String?, _ bench: EngineBench, days: Int64 = 3) throws -> Absence
    {
        let (engine, now) = (bench.engine, bench.clock.now())
        return try answer { then in
            engine.setAbsence(
                of: person,
                from: now,
                until: now.advanced(by: .days(days)),
                substitute: substitute,
                by: EngineBench.operation,
                then: then
            )
        }
    }

    private func close(_ person: Person, _ bench: EngineBench) throws {
        let record = try #require(try bench.store.record(Person.kind, person.id.description))
        var closed = person
        closed.isDisabled = true
        try bench.write([record.changed(to: closed.body)])
    }

    private func task(_ bench: EngineBench, verify: Bool = false, in state: String = "ready") throws -> ManualTask {
        let name = verify ? "verified" : "sample"
        return try bench.task(of: try bench.start(try bench.deploy(Samples.workflow(name, verify: verify))), in: state)
    }

    private func assign(
        _ task: ManualTask,
        to name: String,
        by person: Person,
        _ bench: EngineBench
    ) throws -> ManualTask {
        try bench.act(.assign(to: name, note: ""), task.id, person.worker)
    }

    @Test("what is assigned to somebody who is away goes to the substitute, who is told why; after it, to them again")
    func assigned() throws {
        let bench = try EngineBench()
        let (sue, ann, ben) = (
            try person("sue", bench, role: .supervisor), try person("ann", bench), try person("ben", bench)
        )
        try away(ann, "ben", bench)
        try bench.restart()
        let task = try task(bench)
        #expect(try assign(task, to: "ann", by: sue, bench).owner?.person == ben.id.description)
        let comments = try Comment.all(of: task.id, bench.store)
        #expect(comments.first?.comment.text == "In place of ann, who is away.")
        bench.clock.advance(by: .days(3))
        #expect(try assign(try self.task(bench), to: "ann", by: sue, bench).owner?.person == ann.id.description)
    }

    @Test("where nobody stands in, or the substitute may not have this task, it is refused")
    func refused() throws {
        let bench = try EngineBench()
        let (sue, ann, ben) = (
            try person("sue", bench, role: .supervisor), try person("ann", bench),
            try person("ben", bench, skills: [])
        )
        let absence = try away(ann, nil, bench)
        let task = try task(bench)
        #expect(throws: TaskRefusal.absent(ann.id.description, until: absence.until)) {
            try assign(task, to: "ann", by: sue, bench)
        }
        try away(ann, "ben", bench)
        #expect(throws: TaskRefusal.notTheirs(ben.id.description, .lacksSkills(["storage"]))) {
            try assign(task, to: "ann", by: sue, bench)
        }
        #expect(throws: AbsenceRefusal.unknownPerson("zed")) { try away(ann, "zed", bench) }
        let engine = bench.engine
        try answer { then in engine.endAbsence(of: ann, by: EngineBench.operation, then: then) } as Void
        #expect(throws: AbsenceRefusal.none) {
            try answer { then in engine.endAbsence(of: ann, by: EngineBench.operation, then: then) } as Void
        }
        let told = try eventually { () -> [String]? in
            let story = try bench.story(ann.id)
            let told = story.filter { $0["action"]?.asString?.hasPrefix("absence.") == true }.map { entry in
                "\(entry["action"]?.asString ?? "") \(entry["refusal"]?.asString ?? "-")"
            }
            return told.count == 5 ? told : nil
        }
        #expect(
            told.sorted() == [
                "absence.ended -", "absence.ended no-absence", "absence.set -", "absence.set -",
                "absence.set unknown-person",
            ]
        )
    }

    @Test("a task that only somebody who is away could do is the supervisors' until they are back, over restarts")
    func routed() throws {
        let bench = try EngineBench()
        bench.library.set(queues: [QueuePolicy(name: "ops", title: "Operations")])
        let ann = try person("ann", bench)
        try away(ann, nil, bench)
        let task = try task(bench, in: "unroutable")
        try bench.restart()
        bench.clock.advance(by: .days(3))
        _ = try eventually { try bench.store.task(task.id)?.state == .ready ? true : nil }
    }

    @Test("the tasks of a closed account go back to their queue with what was done, and the journal says so")
    func closed() throws {
        let bench = try EngineBench()
        let (ann, _) = (try person("ann", bench), try person("ben", bench))
        let (begun, claimed) = (try task(bench), try task(bench))
        _ = try bench.act(.start, begun.id, ann.worker)
        _ = try bench.act(.draft(["address": "10.57.0.20"]), begun.id, ann.worker)
        _ = try bench.act(.claim, claimed.id, ann.worker)
        try close(ann, bench)
        for task in [begun, claimed] {
            let back = try eventually { try bench.store.task(task.id).flatMap { $0.owner == nil ? $0 : nil } }
            #expect(back.state == .ready)
            let entry = try #require(try bench.story(task.instance).last { $0["action"] == "task.returned" })
            #expect(entry["actor"]?["id"] == "accounts")
        }
        #expect(try bench.store.task(begun.id)?.draft == ["address": "10.57.0.20"])
    }

    @Test("work that a check sends back to a closed account goes on to the queue")
    func closedWhileChecked() throws {
        let opens = Locked(false)
        let verify = ScriptedAction("verify") { _ in
            opens.withLock { $0 } ? .done(["passed": false]) : .pending(checkAfter: .seconds(30))
        }
        let bench = try EngineBench(actions: [EngineBench.note, verify])
        let (ann, _) = (try person("ann", bench), try person("ben", bench))
        let task = try task(bench, verify: true)
        _ = try bench.act(.start, task.id, ann.worker)
        let values: JSON.Object = ["address": "10.57.0.20"]
        _ = try bench.act(.complete(outcome: "done", values: values, ticks: [], fence: nil), task.id, ann.worker)
        try close(ann, bench)
        #expect(try bench.store.task(task.id)?.state.name == "verifying")
        opens.withLock { $0 = true }
        bench.clock.advance(by: .seconds(31))
        let back = try eventually { try bench.store.task(task.id).flatMap { $0.owner == nil ? $0 : nil } }
        #expect(back.state == .ready && back.lastCheck?.result == .failed)
    }
}
