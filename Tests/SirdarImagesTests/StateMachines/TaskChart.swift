import JSON
import SirdarCore
import SirdarTestKit

/// Asks `TaskMachine` what each operation does in each state of a task.
enum TaskChart {
    private static let now = ManualClock.start
    private static let owner = Samples.worker("operator")
    private static let other = Samples.worker("operator2")
    private static let supervisor = Samples.worker("supervisor", isSupervisor: true)

    private static func submission(verifies: Bool = false, review: [String]? = nil) -> Submission {
        var submission = Submission(outcome: "done", values: ["address": "10.57.0.20"], verifies: verifies)
        submission.review = review
        return submission
    }

    private static let question: ManualTask.Question = {
        do { return try .init(text: "Which share?") } catch { preconditionFailure("a text alone is a question") }
    }()

    private static let due = DueTimes(dueAt: nil, atRiskAt: nil)

    /// What moves a completed task.
    static let reopening = "open again, by a supervisor"

    private static let operations: [(name: String, event: TaskEvent)] = [
        ("claim", .claimed(by: owner)), ("claim by another", .claimed(by: other)), ("start", .started(by: owner)),
        ("release", .released(by: owner, note: "Needs a part.")),
        ("release without a word", .released(by: owner, note: "")),
        ("release by a supervisor", .released(by: supervisor, note: "Reassigned.")),
        ("assign, by a supervisor", .assigned(by: supervisor, to: other, note: "")),
        ("delegate", .assigned(by: owner, to: other, note: "")),
        ("take over", .takenOver(by: other, reason: "Their shift is over.", isReserved: false)),
        ("transfer", .transferred(by: owner, to: "other", reason: "Not ours.", isRoutable: true)),
        (
            "transfer to where nobody is, by a supervisor",
            .transferred(by: supervisor, to: "other", reason: "Not ours.", isRoutable: false)
        ), ("somebody comes to be eligible", .routed), ("an unstarted claim lapses", .lapsed),
        ("save what was typed", .drafted(by: owner, values: [:])),
        ("tick an item", .ticked(by: owner, item: "one", evidence: nil)),
        ("untick an item", .unticked(by: owner, item: "one")),
        (
            "attach a file",
            .attached(
                by: owner,
                Attachment(name: "fstab.txt", type: "text/plain", bytes: 1, digest: ContentHash(hex: ""))
            )
        ), ("comment, by anybody", .commented(by: "auditor", text: "Seen.")),
        ("hold", .held(by: owner, awaiting: .vendor, reason: "A disk is on its way.", until: nil)),
        ("ask the requester", .asked(by: owner, question)),
        ("answer, by the requester", .answered(by: "requester", text: "That one.", values: [:], due: due)),
        ("resume", .resumed(by: owner, due: due)), ("its time to resume comes", .resumed(by: nil, due: due)),
        ("complete", .completed(by: owner, submission())),
        ("complete, with a check", .completed(by: owner, submission(verifies: true))),
        ("complete, with a review", .completed(by: owner, submission(review: []))),
        ("confirm, by another", .confirmed(by: other, note: "")),
        ("confirm one's own", .confirmed(by: owner, note: "")),
        ("push back, by another", .pushedBack(by: other, comment: "The mount is missing.")),
        ("escalate", .escalated(by: owner, comment: "I am stuck.", priority: nil)),
        ("prioritise, by a supervisor", .prioritised(by: supervisor, .urgent)),
        ("skip, by a supervisor", .skipped(by: supervisor, output: .null, reason: "No need.")),
        ("waive the check, by a supervisor", .checkWaived(by: supervisor, reason: "Seen.")),
        (reopening, .reopened(by: supervisor, reason: "The old mount is still there.", hasGoneOn: false)),
        (
            "the same, when what follows has begun",
            .reopened(by: supervisor, reason: "The old mount is still there.", hasGoneOn: true)
        ),
        ("complete by another", .completed(by: other, submission())),
        ("fail", .failed(by: owner, code: "no", text: "It cannot be done.")),
        ("the check passes", .checked(.init(.passed, output: .null, at: now))),
        ("the check fails", .checked(.init(.failed, output: .null, at: now))),
        ("the check cannot be made", .checked(.init(.impossible, output: .null, at: now))),
        ("what it was for is over", .closed(expired: false)), ("it takes too long", .closed(expired: true)),
        ("it comes to be due", .aged), ("nothing is heard of it", .reminded),
        ("its owner's account is closed", .returned),
    ]

    /// A task in each of its states, in the order of its life, held by `operator` where it is held.
    private static func tasks() throws -> [ManualTask] {
        let ids = (1...2).map { Identifier(milliseconds: now.milliseconds, counter: $0, node: 0) }
        let ready = Samples.task(ids[0], of: ids[1], isSkippable: true)
        var unroutable = ready
        unroutable.state = .unroutable
        let claimed = try apply(.claimed(by: owner), ready)
        let started = try apply(.started(by: owner), claimed)
        return [
            unroutable, ready, claimed, started, try apply(.asked(by: owner, question), started),
            try apply(.completed(by: owner, submission(verifies: true)), started),
            try apply(.completed(by: owner, submission(review: [])), started),
            try apply(.completed(by: owner, submission()), started),
            try apply(.failed(by: owner, code: "no", text: "It cannot be done."), started),
            try apply(.skipped(by: supervisor, output: .null, reason: "No need."), ready),
            try apply(.closed(expired: false), ready), try apply(.closed(expired: true), ready),
        ]
    }

    private static func apply(_ event: TaskEvent, _ task: ManualTask) throws -> ManualTask {
        try TaskMachine.apply(event, to: task, at: now).task
    }

    static func chart() throws -> Chart {
        let tasks = try tasks()
        var chart = Chart(
            "Tasks",
            "A person's work item. *operator* holds it where it is held; *another* is a colleague with the same "
                + "rights. A refusal is given by the code that the API answers with, and is an entry of the journal.",
            events: "operation",
            states: tasks.map(\.state.name)
        )
        for operation in operations {
            for task in tasks {
                do throws(TaskRefusal) {
                    let after = try TaskMachine.apply(operation.event, to: task, at: now).task
                    chart.put(operation.name, to: task.state.name, .goes(to: after.state.name))
                } catch {
                    chart.put(operation.name, to: task.state.name, .refused(error.code))
                }
            }
        }
        return chart
    }

    /// The kinds of event that are put to the machine.
    static var kinds: Set<String> { Set(operations.map(\.event.name)) }
}
