import JSON
import SirdarCore
import SirdarTestKit
import Testing

@Suite("Tasks: every state and every operation")
struct TaskMachineTests {
    private static let now = ManualClock.start
    private static let owner = Samples.worker("operator")
    private static let other = Samples.worker("operator2")
    private static let supervisor = Samples.worker("supervisor", isSupervisor: true)
    private static let id = Identifier(milliseconds: now.milliseconds, counter: 1, node: 0)
    private static let instance = Identifier(milliseconds: now.milliseconds, counter: 2, node: 0)

    private static func submission(_ outcome: String = "done", verifies: Bool = false) -> Submission {
        Submission(outcome: outcome, values: ["address": "10.57.0.20"], verifies: verifies)
    }

    /// A task in each of its states, held by `operator` where it is held.
    private static func tasks() throws -> [String: ManualTask] {
        let ready = Samples.task(id, of: instance)
        let claimed = try apply(.claimed(by: owner), ready)
        let started = try apply(.started(by: owner), claimed)
        return [
            "ready": ready, "claimed": claimed, "in_progress": started,
            "verifying": try apply(.completed(by: owner, submission(verifies: true)), started),
            "completed": try apply(.completed(by: owner, submission()), started),
            "failed": try apply(.failed(by: owner, code: "no", text: "It cannot be done."), started),
            "cancelled": try apply(.closed(expired: false), ready), "expired": try apply(.closed(expired: true), ready),
        ]
    }

    private static func apply(_ event: TaskEvent, _ task: ManualTask) throws -> ManualTask {
        try TaskMachine.apply(event, to: task, at: now).task
    }

    private static let events: [(String, TaskEvent)] = [
        ("claim", .claimed(by: owner)), ("claim by another", .claimed(by: other)), ("start", .started(by: owner)),
        ("release", .released(by: owner, note: "Needs a part.")),
        ("release by supervisor", .released(by: supervisor, note: "Reassigned.")),
        ("draft", .drafted(by: owner, values: [:])),
        ("tick", .ticked(by: owner, item: "one", evidence: nil)), ("complete", .completed(by: owner, submission())),
        ("complete by another", .completed(by: other, submission())),
        ("fail", .failed(by: owner, code: "no", text: "It cannot be done.")),
        ("check passed", .checked(.init(.passed, output: .null, at: now))),
        ("check failed", .checked(.init(.failed, output: .null, at: now))), ("cancel", .closed(expired: false)),
    ]

    /// What comes of each operation in each state: the state after it, or the refusal's code.
    private static let table: [String: [String: String]] = [
        "ready": [
            "claim": "claimed", "claim by another": "claimed", "start": "in_progress", "release": "task-not-claimed",
            "release by supervisor": "task-not-claimed", "draft": "task-not-claimed", "tick": "task-not-claimed",
            "complete": "task-not-claimed", "complete by another": "task-not-claimed", "fail": "task-not-claimed",
            "check passed": "not-verifying", "check failed": "not-verifying", "cancel": "cancelled",
        ],
        "claimed": [
            "claim": "task-held", "claim by another": "task-held", "start": "in_progress", "release": "ready",
            "release by supervisor": "ready", "draft": "claimed", "tick": "claimed", "complete": "completed",
            "complete by another": "task-held", "fail": "failed", "check passed": "not-verifying",
            "check failed": "not-verifying", "cancel": "cancelled",
        ],
        "in_progress": [
            "claim": "task-held", "claim by another": "task-held", "start": "task-already-started", "release": "ready",
            "release by supervisor": "ready", "draft": "in_progress", "tick": "in_progress", "complete": "completed",
            "complete by another": "task-held", "fail": "failed", "check passed": "not-verifying",
            "check failed": "not-verifying", "cancel": "cancelled",
        ],
        "verifying": [
            "claim": "task-held", "claim by another": "task-held", "start": "task-held", "release": "being-verified",
            "release by supervisor": "being-verified", "draft": "being-verified", "tick": "being-verified",
            "complete": "being-verified", "complete by another": "being-verified", "fail": "being-verified",
            "check passed": "completed", "check failed": "in_progress", "cancel": "cancelled",
        ],
    ]

    @Test("each operation in each state does what the table says, or is refused by name")
    func everything() throws {
        for (state, task) in try Self.tasks() {
            for (name, event) in Self.events {
                let expected = task.state.isFinal ? "task-ended" : Self.table[state]?[name]
                let found: String
                do {
                    let after = try TaskMachine.apply(event, to: task, at: Self.now).task
                    #expect(after.version == task.version + 1, "\(name) in \(state)")
                    #expect(after.fence >= task.fence, "\(name) in \(state)")
                    found = after.state.name
                } catch { found = error.code }
                #expect(found == expected, "\(name) in \(state)")
            }
        }
    }

    @Test("the fence grows with each owner, and what carries an old one is refused")
    func fences() throws {
        let first = try Self.apply(.claimed(by: Self.owner), Samples.task(Self.id, of: Self.instance))
        let free = try Self.apply(.released(by: Self.owner, note: ""), first)
        let second = try Self.apply(.claimed(by: Self.other), free)
        #expect(first.fence == 1 && free.fence == 1 && second.fence == 2)
        var late = Self.submission()
        late.fence = 1
        #expect(throws: TaskRefusal.staleFence(awaited: 2)) {
            try TaskMachine.apply(.completed(by: Self.other, late), to: second, at: Self.now)
        }
    }

    @Test("whoever asked for it, lacks a skill or is in another queue cannot claim it, and is told why")
    func guards() throws {
        let excluded = ManualTask.Exclusion(person: "operator", why: "You asked for this yourself.")
        let task = Samples.task(Self.id, of: Self.instance, excluded: [excluded])
        #expect(throws: TaskRefusal.excluded(why: excluded.why)) { try Self.apply(.claimed(by: Self.owner), task) }
        let unskilled = Samples.worker("x", skills: [])
        #expect(throws: TaskRefusal.lacksSkills(["storage"])) { try Self.apply(.claimed(by: unskilled), task) }
        let elsewhere = Samples.worker("x", queues: ["other"])
        #expect(throws: TaskRefusal.notInQueue("ops")) { try Self.apply(.claimed(by: elsewhere), task) }
    }

    @Test("required items and their evidence gate completion, every gap told at once")
    func checklist() throws {
        var submission = Self.submission()
        submission.checklist = Checklist(items: [
            .init(id: "look", text: "Look.", isRequired: true, evidence: nil),
            .init(id: "note", text: "Note it.", isRequired: true, evidence: "text"),
            .init(id: "extra", text: "If it applies.", isRequired: false, evidence: nil),
        ])
        submission.ticks = [.init(item: "note", evidence: nil), .init(item: "nothing", evidence: nil)]
        submission.values = [:]
        let claimed = try Self.apply(.claimed(by: Self.owner), Samples.task(Self.id, of: Self.instance))
        #expect {
            try Self.apply(.completed(by: Self.owner, submission), claimed)
        } throws: { error in
            guard case .invalid(let errors)? = error as? TaskRefusal else { return false }
            return errors.map(\.pointer) == ["/values/address", "/ticks/look", "/ticks/note", "/ticks/nothing"]
        }
        submission.ticks = [.init(item: "look", evidence: nil), .init(item: "note", evidence: "seen")]
        submission.values = ["address": "10.57.0.20"]
        let done = try Self.apply(.completed(by: Self.owner, submission), claimed)
        #expect(done.ticks.map(\.item) == ["look", "note"])
    }

    @Test("a failed check gives the task back to who did the work, with everything they entered")
    func failedCheck() throws {
        let verifying = try #require(try Self.tasks()["verifying"])
        let check = ManualTask.Check(.failed, output: ["findings": []], at: Self.now)
        let back = try Self.apply(.checked(check), verifying)
        #expect(back.owner?.person == "operator" && back.lastCheck == check && back.draft["address"] == "10.57.0.20")
    }
}
