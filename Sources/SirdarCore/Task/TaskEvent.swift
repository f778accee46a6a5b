package import JSON

/// What has happened to a task, in the past tense.
package enum TaskEvent: Sendable, Hashable {
    // Owning.
    case claimed(by: Worker)
    case started(by: Worker)
    case released(by: Worker, note: String)
    /// Given to another, by a supervisor or by its owner.
    case assigned(by: Worker, to: Worker, note: String)
    /// `isReserved`: the queue leaves it to supervisors.
    case takenOver(by: Worker, reason: String, isReserved: Bool)
    /// To another queue; `isRoutable`: somebody there may work on it.
    case transferred(by: Worker, to: String, reason: String, isRoutable: Bool)
    /// Somebody has come to be eligible.
    case routed
    /// A claim that was never begun is over.
    case lapsed
    /// Its owner's account was closed: it goes back to its queue.
    case returned

    // Working.
    case drafted(by: Worker, values: JSON.Object)
    case ticked(by: Worker, item: String, evidence: String?)
    case unticked(by: Worker, item: String)
    /// A file was kept for it.
    case attached(by: Worker, Attachment)
    /// By anybody who may see it.
    case commented(by: String, text: String)
    case completed(by: Worker, Submission)
    case failed(by: Worker, code: String, text: String)
    case checked(ManualTask.Check)
    case confirmed(by: Worker, note: String)
    case pushedBack(by: Worker, comment: String)

    // Waiting.
    case held(by: Worker, awaiting: ManualTask.Hold.Awaiting, reason: String, until: Timestamp?)
    case asked(by: Worker, ManualTask.Question)
    /// By the requester; `due`: what is left of its time, from now on.
    case answered(by: String, text: String, values: JSON.Object, due: DueTimes)
    /// `by`: `nil` when its time has come.
    case resumed(by: Worker?, due: DueTimes)

    // Supervising.
    /// `by`: `nil` when the ladder of its queue says so.
    case escalated(by: Worker?, comment: String, priority: TaskSpec.Priority?)
    case prioritised(by: Worker, TaskSpec.Priority)
    case skipped(by: Worker, output: JSON, reason: String)
    case checkWaived(by: Worker, reason: String)
    /// What was completed is not right after all; `hasGoneOn`: the steps after it have begun.
    case reopened(by: Worker, reason: String, hasGoneOn: Bool)

    // What becomes of it by itself.
    /// What it was for is over.
    case closed(expired: Bool)
    /// It has come to be at risk, or overdue.
    case aged
    /// Nothing was heard of begun work for long.
    case reminded

    /// The event's name, as the journal writes it.
    package var name: String {
        switch self {
        case .claimed: "task.claimed"
        case .started: "task.started"
        case .released: "task.released"
        case .assigned: "task.assigned"
        case .takenOver: "task.takenOver"
        case .transferred: "task.transferred"
        case .routed: "task.routed"
        case .lapsed: "task.lapsed"
        case .returned: "task.returned"
        case .drafted: "task.drafted"
        case .ticked: "task.ticked"
        case .unticked: "task.unticked"
        case .attached: "task.attached"
        case .commented: "task.commented"
        case .completed: "task.completed"
        case .failed: "task.failed"
        case .checked: "task.checked"
        case .confirmed: "task.confirmed"
        case .pushedBack: "task.pushedBack"
        case .held: "task.held"
        case .asked: "task.asked"
        case .answered: "task.answered"
        case .resumed: "task.resumed"
        case .escalated: "task.escalated"
        case .prioritised: "task.prioritised"
        case .skipped: "task.skipped"
        case .checkWaived: "task.checkWaived"
        case .reopened: "task.reopened"
        case .closed: "task.closed"
        case .aged: "task.aged"
        case .reminded: "task.reminded"
        }
    }
}

extension TaskEvent {
    /// Whether somebody did it, and it did not come about by itself.
    var isByPerson: Bool {
        switch self {
        case .claimed, .started, .released, .assigned, .takenOver, .transferred, .drafted, .ticked, .unticked,
            .attached,
            .commented, .completed, .failed, .confirmed, .pushedBack, .held, .asked, .answered, .prioritised, .skipped,
            .checkWaived, .reopened:
            true
        case .resumed(let worker, due: _), .escalated(let worker, comment: _, priority: _): worker != nil
        case .routed, .lapsed, .returned, .checked, .closed, .aged, .reminded: false
        }
    }
}

/// By when a task is due, and from when on at risk; counted on its calendar by whoever tells the event.
package struct DueTimes: Sendable, Hashable {
    package var dueAt: Timestamp?
    package var atRiskAt: Timestamp?

    package init(dueAt: Timestamp?, atRiskAt: Timestamp?) {
        self.dueAt = dueAt
        self.atRiskAt = atRiskAt
    }
}

/// Something said about a task, kept beside it.
package struct TaskComment: Sendable, Hashable {
    package let kind: Kind
    package let by: String
    package let text: String
    /// What was filled in with an answer.
    package let values: JSON.Object

    package enum Kind: String, Sendable, Hashable, CaseIterable {
        case comment, note, question, answer
        case pushBack = "push-back"
        case escalation
    }

    package init(_ kind: Kind, by: String, _ text: String, values: JSON.Object = [:]) {
        self.kind = kind
        self.by = by
        self.text = text
        self.values = values
    }
}
