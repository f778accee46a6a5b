import JSON

/// Whether a person may do something with a task now, and if not, why not.
package struct TaskOffer: Sendable, Hashable {
    package let operation: TaskOperation
    package let refusal: TaskRefusal?

    package var isAllowed: Bool { refusal == nil }
}

/// What people do with tasks.
package enum TaskOperation: String, Sendable, Hashable, CaseIterable {
    case claim, start, draft, complete, release, fail
    case hold, resume, ask, escalate, comment, attach
    case confirm
    case pushBack = "push-back"
    /// To another, by who holds it.
    case delegate
    case takeOver = "take-over"
    case transfer

    // By supervisors.
    case assign, prioritise, skip
    case waiveCheck = "waive-check"
    case reopen
}

extension TaskMachine {
    /// Every operation, tried on the machine that also guards it: the buttons cannot promise what it refuses.
    ///
    /// What a person would have to add (a reason, a date, another person) counts as given. `hasGoneOn`: whether the
    /// steps after the task have begun.
    package static func operations(
        on task: ManualTask,
        for worker: Worker,
        isTakeOverReserved: Bool = false,
        hasGoneOn: Bool = true,
        at now: Timestamp
    ) -> [TaskOffer] {
        TaskOperation.allCases.map { operation in
            let event =
                operation == .reopen
                ? TaskEvent.reopened(by: worker, reason: "-", hasGoneOn: hasGoneOn)
                : event(of: operation, on: task, for: worker, isTakeOverReserved, now)
            do throws(TaskRefusal) {
                // Assigning is a supervisor's; who holds a task delegates it.
                if operation == .assign, !task.state.isFinal { try worker.expectSupervisor() }
                if operation == .delegate, !task.state.isFinal { try expectOwner(worker, task) }
                _ = try apply(event, to: task, at: now)
                return TaskOffer(operation: operation, refusal: nil)
            } catch {
                return TaskOffer(operation: operation, refusal: error)
            }
        }
    }

    private static func event(
        of operation: TaskOperation,
        on task: ManualTask,
        for worker: Worker,
        _ isTakeOverReserved: Bool,
        _ now: Timestamp
    ) -> TaskEvent {
        let given = "-"
        var someone = Worker(person: given, queues: [task.queue], skills: Set(task.spec.skills), isSupervisor: false)
        someone.stop = worker.stop
        return switch operation {
        case .claim: .claimed(by: worker)
        case .start: .started(by: worker)
        // Whether somebody may complete it is whether they may work on it; what they enter is judged later.
        case .draft, .complete: .drafted(by: worker, values: [:])
        case .release: .released(by: worker, note: given)
        case .fail: .failed(by: worker, code: given, text: given)
        case .hold: .held(by: worker, awaiting: .vendor, reason: given, until: nil)
        case .resume: .resumed(by: worker, due: DueTimes(dueAt: task.dueAt, atRiskAt: task.atRiskAt))
        // Whoever may put it aside may also ask.
        case .ask: .held(by: worker, awaiting: .vendor, reason: given, until: nil)
        case .escalate: .escalated(by: worker, comment: given, priority: nil)
        case .comment: .commented(by: worker.person, text: given)
        case .attach:
            .attached(by: worker, Attachment(name: given, type: "text/plain", bytes: 1, digest: ContentHash(hex: "")))
        case .confirm: .confirmed(by: worker, note: "")
        case .pushBack: .pushedBack(by: worker, comment: given)
        case .delegate, .assign: .assigned(by: worker, to: someone, note: given)
        case .takeOver: .takenOver(by: worker, reason: given, isReserved: isTakeOverReserved)
        case .transfer: .transferred(by: worker, to: given, reason: given, isRoutable: true)
        case .prioritise: .prioritised(by: worker, task.priority)
        case .skip: .skipped(by: worker, output: .null, reason: given)
        case .waiveCheck: .checkWaived(by: worker, reason: given)
        case .reopen: .reopened(by: worker, reason: given, hasGoneOn: true)
        }
    }
}
