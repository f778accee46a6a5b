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

    private static func submission(
        _ outcome: String = "done",
        verifies: Bool = false,
        review: [String]? = nil
    ) -> Submission {
        var submission = Submission(outcome: outcome, values: ["address": "10.57.0.20"], verifies: verifies)
        submission.review = review
        return submission
    }

    private static func apply(_ event: TaskEvent, _ task: ManualTask) throws -> ManualTask {
        try TaskMachine.apply(event, to: task, at: now).task
    }

    /// The open states, in the order of the table's columns; what is held is held by `operator`.
    private static func open() throws -> [ManualTask] {
        let ready = Samples.task(id, of: instance)
        var unroutable = ready
        unroutable.state = .unroutable
        let claimed = try apply(.claimed(by: owner), ready)
        let started = try apply(.started(by: owner), claimed)
        return [
            unroutable, ready, claimed, started,
            try apply(.held(by: owner, awaiting: .vendor, reason: "A disk is on its way.", until: nil), started),
            try apply(.completed(by: owner, submission(verifies: true)), started),
            try apply(.completed(by: owner, submission(review: [])), started),
        ]
    }

    private static func ended() throws -> [ManualTask] {
        let started = try apply(.started(by: owner), Samples.task(id, of: instance))
        var skipped = started
        skipped.state = .skipped(output: .null)
        return [
            try apply(.completed(by: owner, submission()), started),
            try apply(.failed(by: owner, code: "no", text: "It cannot be done."), started), skipped,
            try apply(.closed(expired: false), started), try apply(.closed(expired: true), started),
        ]
    }

    private static let question: ManualTask.Question = {
        do { return try .init(text: "Which share?") } catch { preconditionFailure("a text alone is a question") }
    }()

    private static let due = DueTimes(dueAt: nil, atRiskAt: nil)

    /// What comes of each operation in each state: the state after it, or the refusal's code. The columns: unroutable,
    /// ready, claimed, in progress, on hold, verifying, awaiting review.
    private static let table: [(String, TaskEvent, String)] = [
        ("claim", .claimed(by: owner), "claimed claimed task-held task-held task-held task-held task-held"),
        ("claim by another", .claimed(by: other), "claimed claimed task-held task-held task-held task-held task-held"),
        (
            "start", .started(by: owner),
            "in_progress in_progress in_progress task-already-started task-on-hold task-held task-held"
        ),
        (
            "release", .released(by: owner, note: "Needs a part."),
            "task-not-claimed task-not-claimed ready ready ready being-verified in-review"
        ),
        (
            "release by another", .released(by: other, note: "Needs a part."),
            "task-not-claimed task-not-claimed task-held task-held task-held being-verified in-review"
        ),
        (
            "release by a supervisor", .released(by: supervisor, note: "Reassigned."),
            "task-not-claimed task-not-claimed ready ready ready being-verified in-review"
        ),
        (
            "assign by a supervisor", .assigned(by: supervisor, to: other, note: ""),
            "claimed claimed claimed claimed claimed being-verified in-review"
        ),
        (
            "delegate", .assigned(by: owner, to: other, note: ""),
            "task-not-claimed task-not-claimed claimed claimed claimed being-verified in-review"
        ),
        (
            "delegate by another", .assigned(by: other, to: supervisor, note: ""),
            "task-not-claimed task-not-claimed task-held task-held task-held being-verified in-review"
        ),
        (
            "take over", .takenOver(by: other, reason: "Their shift is over.", isReserved: false),
            "task-not-claimed task-not-claimed claimed claimed claimed being-verified in-review"
        ),
        (
            "take over one's own", .takenOver(by: owner, reason: "Mine.", isReserved: false),
            "task-not-claimed task-not-claimed task-already-yours task-already-yours task-already-yours "
                + "being-verified in-review"
        ),
        (
            "take over what is reserved", .takenOver(by: other, reason: "Mine.", isReserved: true),
            "task-not-claimed task-not-claimed reserved-to-supervisors reserved-to-supervisors "
                + "reserved-to-supervisors being-verified in-review"
        ),
        (
            "transfer", .transferred(by: owner, to: "other", reason: "Not ours.", isRoutable: true),
            "task-not-claimed task-not-claimed ready ready ready being-verified in-review"
        ),
        (
            "transfer by a supervisor to where nobody is",
            .transferred(by: supervisor, to: "other", reason: "Not ours.", isRoutable: false),
            "unroutable unroutable unroutable unroutable unroutable being-verified in-review"
        ),
        ("route", .routed, "ready task-not-claimed task-held task-held task-held task-held task-held"),
        (
            "lapse", .lapsed,
            "task-not-claimed task-not-claimed ready task-already-started task-already-started "
                + "task-already-started task-already-started"
        ),
        (
            "draft", .drafted(by: owner, values: [:]),
            "task-not-claimed task-not-claimed claimed in_progress task-on-hold being-verified in-review"
        ),
        (
            "tick", .ticked(by: owner, item: "one", evidence: nil),
            "task-not-claimed task-not-claimed claimed in_progress task-on-hold being-verified in-review"
        ),
        (
            "untick", .unticked(by: owner, item: "one"),
            "task-not-claimed task-not-claimed claimed in_progress task-on-hold being-verified in-review"
        ),
        (
            "attach",
            .attached(by: owner, Attachment(name: "a.txt", type: "text/plain", bytes: 1, digest: ContentHash(hex: ""))),
            "task-not-claimed task-not-claimed claimed in_progress on_hold being-verified in-review"
        ),
        (
            "comment", .commented(by: "auditor", text: "Seen."),
            "unroutable ready claimed in_progress on_hold verifying awaiting_review"
        ),
        (
            "complete", .completed(by: owner, submission()),
            "task-not-claimed task-not-claimed completed completed task-on-hold being-verified in-review"
        ),
        (
            "complete what is reviewed", .completed(by: owner, submission(review: [])),
            "task-not-claimed task-not-claimed awaiting_review awaiting_review task-on-hold being-verified in-review"
        ),
        (
            "complete by another", .completed(by: other, submission()),
            "task-not-claimed task-not-claimed task-held task-held task-held being-verified in-review"
        ),
        (
            "fail", .failed(by: owner, code: "no", text: "It cannot be done."),
            "task-not-claimed task-not-claimed failed failed task-on-hold being-verified in-review"
        ),
        (
            "check passed", .checked(.init(.passed, output: .null, at: now)),
            "not-verifying not-verifying not-verifying not-verifying not-verifying completed not-verifying"
        ),
        (
            "check failed", .checked(.init(.failed, output: .null, at: now)),
            "not-verifying not-verifying not-verifying not-verifying not-verifying in_progress not-verifying"
        ),
        (
            "confirm", .confirmed(by: other, note: ""),
            "not-in-review not-in-review not-in-review not-in-review not-in-review not-in-review completed"
        ),
        (
            "confirm one's own", .confirmed(by: owner, note: ""),
            "not-in-review not-in-review not-in-review not-in-review not-in-review not-in-review own-work"
        ),
        (
            "push back", .pushedBack(by: other, comment: "The mount is missing."),
            "not-in-review not-in-review not-in-review not-in-review not-in-review not-in-review in_progress"
        ),
        (
            "hold", .held(by: owner, awaiting: .vendor, reason: "A disk is on its way.", until: nil),
            "task-not-claimed task-not-claimed on_hold on_hold task-on-hold being-verified in-review"
        ),
        (
            "ask", .asked(by: owner, question),
            "task-not-claimed task-not-claimed on_hold on_hold task-on-hold being-verified in-review"
        ),
        (
            "answer what was not asked", .answered(by: "requester", text: "That one.", values: [:], due: due),
            "task-not-on-hold task-not-on-hold task-not-on-hold task-not-on-hold task-not-on-hold task-not-on-hold "
                + "task-not-on-hold"
        ),
        (
            "resume", .resumed(by: owner, due: due),
            "task-not-on-hold task-not-on-hold task-not-on-hold task-not-on-hold in_progress task-not-on-hold "
                + "task-not-on-hold"
        ),
        (
            "escalate", .escalated(by: owner, comment: "I am stuck.", priority: .high),
            "task-not-claimed task-not-claimed claimed in_progress on_hold verifying awaiting_review"
        ),
        (
            "prioritise by a supervisor", .prioritised(by: supervisor, .urgent),
            "unroutable ready claimed in_progress on_hold verifying awaiting_review"
        ),
        (
            "prioritise by its owner", .prioritised(by: owner, .urgent),
            "not-supervisor not-supervisor not-supervisor not-supervisor not-supervisor not-supervisor not-supervisor"
        ),
        (
            "skip what may not be skipped", .skipped(by: supervisor, output: .null, reason: "No need."),
            "not-skippable not-skippable not-skippable not-skippable not-skippable not-skippable not-skippable"
        ),
        (
            "waive where nothing failed", .checkWaived(by: supervisor, reason: "Seen."),
            "nothing-to-waive nothing-to-waive nothing-to-waive nothing-to-waive nothing-to-waive nothing-to-waive "
                + "nothing-to-waive"
        ),
        (
            "cancel", .closed(expired: false),
            "cancelled cancelled cancelled cancelled cancelled cancelled cancelled"
        ),
        ("age", .aged, "unroutable ready claimed in_progress on_hold verifying awaiting_review"),
        ("remind", .reminded, "unroutable ready claimed in_progress on_hold verifying awaiting_review"),
        (
            "return", .returned,
            "task-not-claimed task-not-claimed ready ready ready being-verified in-review"
        ),
    ]

    @Test("each operation in each state does what the table says, or is refused by name")
    func everything() throws {
        let open = try Self.open()
        for (name, event, row) in Self.table {
            let found = open.map { task in
                do throws(TaskRefusal) {
                    let after = try TaskMachine.apply(event, to: task, at: Self.now).task
                    #expect(after.version == task.version + 1, "\(name) in \(task.state.name)")
                    #expect(after.fence >= task.fence, "\(name) in \(task.state.name)")
                    return after.state.name
                } catch {
                    return error.code
                }
            }
            #expect(found.joined(separator: " ") == row, "\(name)")
        }
    }

    @Test("nothing is done to a task that has ended")
    func endedTasks() throws {
        for task in try Self.ended() {
            for (name, event, _) in Self.table {
                #expect(throws: TaskRefusal.ended(task.state.name, outcome: task.completion?.outcome), "\(name)") {
                    try TaskMachine.apply(event, to: task, at: Self.now)
                }
            }
        }
    }

    @Test("what was completed is opened again by a supervisor, with a reason, while nothing that follows has begun")
    func reopened() throws {
        func reopen(
            _ task: ManualTask,
            _ worker: Worker,
            _ reason: String = "Wrong mount.",
            gone: Bool = false
        )
            throws(TaskRefusal) -> TaskMachine.Decision
        {
            try TaskMachine.apply(
                .reopened(by: worker, reason: reason, hasGoneOn: gone),
                to: task,
                at: Self.now.advanced(by: .hours(9))
            )
        }
        var completed = try Self.ended()[0]
        completed.waiver = .init(by: "supervisor", at: Self.now)
        completed.dueAt = Self.now.advanced(by: .hours(4))
        let decision = try reopen(completed, Self.supervisor)
        let task = decision.task
        #expect(decision.reopens && decision.end == nil && task.state == .inProgress && task.waiver == nil)
        #expect(task.owner == completed.owner && task.fence == completed.fence + 1 && task.urgency == .overdue)
        #expect(task.draft["address"] == "10.57.0.20" && task.version == completed.version + 1)
        #expect(decision.comments.map(\.kind) == [.pushBack])
        #expect(throws: TaskRefusal.notSupervisor) { try reopen(completed, Self.owner) }
        #expect(throws: TaskRefusal.goneOn) { try reopen(completed, Self.supervisor, gone: true) }
        #expect(throws: TaskRefusal.noteNeeded) { try reopen(completed, Self.supervisor, " ") }
        for task in try Self.ended().dropFirst() {
            #expect(throws: TaskRefusal.ended(task.state.name, outcome: nil)) { try reopen(task, Self.supervisor) }
        }
        for task in try Self.open() {
            #expect(throws: TaskRefusal.notCompleted) { try reopen(task, Self.supervisor) }
        }
        let offers = TaskMachine.operations(on: completed, for: Self.supervisor, hasGoneOn: false, at: Self.now)
        #expect(offers.filter(\.isAllowed).map(\.operation) == [.reopen])
    }

    @Test("what is offered on a page is what the machine allows, and each refusal says why")
    func offers() throws {
        let tasks = try Self.open()
        func allowed(_ task: ManualTask, _ worker: Worker) -> String {
            TaskMachine.operations(on: task, for: worker, at: Self.now).filter(\.isAllowed)
                .map(\.operation.rawValue).joined(separator: " ")
        }
        #expect(allowed(tasks[1], Self.owner) == "claim start comment")
        #expect(
            allowed(tasks[3], Self.owner)
                == "draft complete release fail hold ask escalate comment attach delegate transfer"
        )
        #expect(allowed(tasks[3], Self.other) == "comment take-over")
        #expect(
            allowed(tasks[3], Self.supervisor)
                == "release hold ask escalate comment take-over transfer assign prioritise"
        )
        #expect(allowed(tasks[4], Self.owner) == "release resume escalate comment attach delegate transfer")
        #expect(allowed(tasks[6], Self.other) == "comment confirm push-back")
        for offer in TaskMachine.operations(on: tasks[0], for: Self.other, at: Self.now) {
            if let refusal = offer.refusal { #expect(refusal.sentence().hasSuffix("."), "\(offer.operation)") }
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
        let verifying = try Self.open()[5]
        let check = ManualTask.Check(.failed, output: ["findings": []], at: Self.now)
        let back = try Self.apply(.checked(check), verifying)
        #expect(back.owner?.person == "operator" && back.lastCheck == check && back.draft["address"] == "10.57.0.20")
    }

    @Test("a question rests the task until who asked for it answers, with the fields that it asks for")
    func question() throws {
        let fields: JSON = ["share": ["type": "path", "label": "Share", "required": true]]
        let question = try ManualTask.Question(text: "Which share?", fields: fields)
        let started = try Self.open()[3]
        let asked = try TaskMachine.apply(.asked(by: Self.owner, question), to: started, at: Self.now)
        #expect(asked.comments == [TaskComment(.question, by: "operator", "Which share?")])
        let later = DueTimes(dueAt: Self.now.advanced(by: .hours(4)), atRiskAt: nil)
        func answer(_ person: String, _ values: JSON.Object) throws -> TaskMachine.Decision {
            try TaskMachine.apply(
                .answered(by: person, text: "", values: values, due: later),
                to: asked.task,
                at: Self.now
            )
        }
        #expect(throws: TaskRefusal.notRequester) { try answer("operator", ["share": "/exports/a"]) }
        #expect {
            try answer("requester", ["share": "exports"])
        } throws: { error in
            guard case .invalid(let errors)? = error as? TaskRefusal else { return false }
            return errors.map(\.pointer) == ["/values/share"]
        }
        let answered = try answer("requester", ["share": "/exports/a"])
        #expect(answered.task.state == .inProgress && answered.task.owner == started.owner)
        #expect(answered.task.dueAt == later.dueAt)
        #expect(answered.comments.first?.values == ["share": "/exports/a"])
    }

    @Test("a hold needs a reason and a time to come, told at once, and gives back what it took")
    func hold() throws {
        let claimed = try Self.open()[2]
        #expect {
            try Self.apply(.held(by: Self.owner, awaiting: .time, reason: " ", until: nil), claimed)
        } throws: { error in
            guard case .invalid(let errors)? = error as? TaskRefusal else { return false }
            return errors.map(\.pointer) == ["/reason", "/until"]
        }
        let until = Self.now.advanced(by: .hours(1))
        let held = try Self.apply(.held(by: Self.owner, awaiting: .time, reason: "Lunch.", until: until), claimed)
        #expect(held.hold?.until == until)
        #expect(try Self.apply(.resumed(by: nil, due: Self.due), held).state == .claimed)
        let moved = try Self.apply(.takenOver(by: Self.other, reason: "Urgent.", isReserved: false), held)
        #expect(moved.owner?.person == "operator2" && moved.fence == held.fence + 1)
    }

    @Test("a waived check does not run again; only a supervisor waives, and only what has failed")
    func waiver() throws {
        let back = try Self.apply(.checked(.init(.impossible, output: .null, at: Self.now)), Self.open()[5])
        #expect(throws: TaskRefusal.notSupervisor) {
            try Self.apply(.checkWaived(by: Self.owner, reason: "Seen."), back)
        }
        let waived = try Self.apply(.checkWaived(by: Self.supervisor, reason: "Seen by hand."), back)
        let done = try Self.apply(.completed(by: Self.owner, Self.submission(verifies: true)), waived)
        #expect(done.state.name == "completed" && done.waiver?.by == "supervisor")
    }

    @Test("whoever did it or asked for it cannot confirm it, and who confirms is named in the output")
    func fourEyes() throws {
        let review = try Self.open()[6]
        #expect(throws: TaskRefusal.ownWork) {
            try Self.apply(.confirmed(by: Samples.worker("requester"), note: ""), review)
        }
        let decision = try TaskMachine.apply(.confirmed(by: Self.other, note: "Looked."), to: review, at: Self.now)
        guard case .completed(let document)? = decision.end else {
            Issue.record("it has ended")
            return
        }
        #expect(document["reviewedBy"] == "operator2" && document["completedBy"] == "operator")
    }

    @Test("who holds as many tasks of a queue as one may is told so")
    func claimLimit() throws {
        var full = Self.other
        full.fullQueues = ["ops": 3]
        #expect(throws: TaskRefusal.claimLimit("ops", 3)) { try Self.apply(.claimed(by: full), Self.open()[1]) }
        #expect(throws: TaskRefusal.notTheirs("operator2", .claimLimit("ops", 3))) {
            try Self.apply(.assigned(by: Self.supervisor, to: full, note: ""), Self.open()[2])
        }
    }
}
