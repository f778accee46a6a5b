import JSON

/// Decides about tasks, as `Machine` does about instances: pure, one function an operation, no default.
package enum TaskMachine {
    /// What becomes of the task, and whether its step ends with it.
    package struct Decision: Sendable {
        package var task: ManualTask
        /// The task has ended, and the instance goes on with this.
        package var end: TaskEnd?
        /// The automatic check is to be made.
        package var verifies = false
        /// The check that was being made is over.
        package var checkEnded = false
        /// Its step, which has ended, waits for it again.
        package var reopens = false
        /// What was said with it.
        package var comments: [TaskComment] = []
    }

    package static func apply(
        _ event: TaskEvent,
        to task: ManualTask,
        at now: Timestamp
    ) throws(TaskRefusal) -> Decision {
        var decision = try task.state.isFinal ? decideEnded(event, task, now) : decide(event, task, now)
        decision.task.version += 1
        if event.isByPerson {
            decision.task.activeAt = now
            decision.task.reminders = 0
        }
        return decision
    }

    /// What has ended stays so, but for a completion that turns out to be wrong.
    private static func decideEnded(
        _ event: TaskEvent,
        _ task: ManualTask,
        _ now: Timestamp
    ) throws(TaskRefusal) -> Decision {
        guard case .reopened(let worker, let reason, let hasGoneOn) = event else {
            throw .ended(task.state.name, outcome: task.completion?.outcome)
        }
        return try reopened(worker, reason, hasGoneOn: hasGoneOn, task, now)
    }

    private static func decide(
        _ event: TaskEvent,
        _ task: ManualTask,
        _ now: Timestamp
    ) throws(TaskRefusal) -> Decision {
        switch event {
        case .claimed(let worker): try claimed(worker, task, now)
        case .started(let worker): try started(worker, task, now)
        case .released(let worker, let note): try released(worker, note, task)
        case .assigned(let worker, let other, let note): try assigned(worker, to: other, note, task, now)
        case .takenOver(let worker, let reason, let isReserved):
            try takenOver(worker, reason, isReserved: isReserved, task, now)
        case .transferred(let worker, let queue, let reason, let isRoutable):
            try transferred(worker, to: queue, reason, isRoutable: isRoutable, task)
        case .routed: try routed(task)
        case .lapsed: try lapsed(task)
        case .returned: try returned(task)
        case .drafted(let worker, let values): try drafted(worker, values, task)
        case .ticked(let worker, let item, let evidence): try ticked(worker, item, evidence, task, now)
        case .unticked(let worker, let item): try unticked(worker, item, task)
        case .attached(let worker, let file): try attached(worker, file, task)
        case .commented(let person, let text): try commented(person, text, task)
        case .completed(let worker, let submission): try completed(worker, submission, task, now)
        case .failed(let worker, let code, let text): try failed(worker, code, text, task)
        case .checked(let check): try checked(check, task)
        case .confirmed(let worker, let note): try confirmed(worker, note, task)
        case .pushedBack(let worker, let comment): try pushedBack(worker, comment, task)
        case .held(let worker, let awaiting, let reason, let until):
            try held(worker, .init(awaiting, reason, until), task, now)
        case .asked(let worker, let question): try asked(worker, question, task, now)
        case .answered(let person, let text, let values, let due): try answered(person, text, values, due, task)
        case .resumed(let worker, let due): try resumed(worker, due, task)
        case .escalated(let worker, let comment, let priority): try escalated(worker, comment, priority, task)
        case .prioritised(let worker, let priority): try prioritised(worker, priority, task)
        case .skipped(let worker, let output, let reason): try skipped(worker, output, reason, task)
        case .checkWaived(let worker, let reason): try checkWaived(worker, reason, task, now)
        case .reopened: throw .notCompleted
        case .closed(let expired): closed(expired: expired, task)
        case .aged: aged(task, now)
        case .reminded: reminded(task)
        }
    }

    // MARK: What becomes of it by itself

    private static func closed(expired: Bool, _ task: ManualTask) -> Decision {
        var closed = task
        closed.state = expired ? .expired : .cancelled
        var decision = Decision(task: closed)
        if case .verifying = task.state { decision.checkEnded = true }
        return decision
    }

    private static func aged(_ task: ManualTask, _ now: Timestamp) -> Decision {
        var aged = task
        aged.urgency = task.urgency(at: now)
        return Decision(task: aged)
    }

    private static func reminded(_ task: ManualTask) -> Decision {
        var reminded = task
        reminded.reminders += 1
        return Decision(task: reminded)
    }

    // MARK: Guards

    static func expectOwner(_ worker: Worker, _ task: ManualTask) throws(TaskRefusal) {
        guard task.owner?.person == worker.person else { throw heldBy(task) }
    }

    static func expectOwnerOrSupervisor(_ worker: Worker, _ task: ManualTask) throws(TaskRefusal) {
        if !worker.isSupervisor { try expectOwner(worker, task) }
    }

    static func expectNote(_ note: String) throws(TaskRefusal) {
        if note.allSatisfy(\.isWhitespace) { throw .noteNeeded }
    }

    /// Only its owner works on a task, and only while nobody and nothing else is at it.
    static func expectWorkable(_ worker: Worker, _ task: ManualTask) throws(TaskRefusal) {
        switch task.standing {
        case .offered: throw .notClaimed
        case .held: try expectOwner(worker, task)
        case .onHold(let hold):
            try expectOwner(worker, task)
            throw .onHold(until: hold.until)
        case .verifying: throw .beingVerified
        case .inReview: throw .inReview
        }
    }

    /// A task that somebody works on or has put aside, and that can pass into other hands.
    static func expectMovable(_ task: ManualTask) throws(TaskRefusal) {
        switch task.standing {
        case .offered, .held, .onHold: break
        case .verifying: throw .beingVerified
        case .inReview: throw .inReview
        }
    }

    static func heldBy(_ task: ManualTask) -> TaskRefusal {
        guard let owner = task.owner else { return .notClaimed }
        return .heldBy(owner.person, since: owner.since)
    }
}

extension ManualTask {
    /// An open task, as the operations look at it.
    enum Standing {
        case offered
        case held(isBegun: Bool)
        case onHold(Hold)
        case verifying(Completion)
        case inReview(Completion)
    }

    /// - Precondition: the task is open.
    var standing: Standing {
        switch state {
        case .unroutable, .ready: .offered
        case .claimed: .held(isBegun: false)
        case .inProgress: .held(isBegun: true)
        case .onHold(let hold): .onHold(hold)
        case .verifying(let completion): .verifying(completion)
        case .awaitingReview(let completion): .inReview(completion)
        case .completed, .failed, .skipped, .cancelled, .expired: preconditionFailure("an ended task does nothing")
        }
    }

    package var completion: Completion? {
        switch state {
        case .verifying(let completion), .awaitingReview(let completion), .completed(let completion): completion
        case .unroutable, .ready, .claimed, .inProgress, .onHold, .failed, .skipped, .cancelled, .expired: nil
        }
    }

    package var hold: Hold? { if case .onHold(let hold) = state { hold } else { nil } }
}
