import JSON

// What supervisors do, and what brings a task to their attention.
extension TaskMachine {
    static func escalated(
        _ worker: Worker?,
        _ comment: String,
        _ priority: TaskSpec.Priority?,
        _ task: ManualTask
    ) throws(TaskRefusal) -> Decision {
        if let worker {
            try expectOwnerOrSupervisor(worker, task)
            try expectNote(comment)
        }
        var raised = task
        raised.escalation += 1
        if let priority, priority > task.priority { raised.priority = priority }
        return Decision(task: raised, comments: worker.map { said(.escalation, by: $0, comment) } ?? [])
    }

    static func prioritised(
        _ worker: Worker,
        _ priority: TaskSpec.Priority,
        _ task: ManualTask
    ) throws(TaskRefusal) -> Decision {
        try worker.expectSupervisor()
        var task = task
        task.priority = priority
        return Decision(task: task)
    }

    /// The workflow goes on without it, where its definition allows that.
    static func skipped(
        _ worker: Worker,
        _ output: JSON,
        _ reason: String,
        _ task: ManualTask
    ) throws(TaskRefusal) -> Decision {
        try worker.expectSupervisor()
        guard task.spec.skippable else { throw .notSkippable }
        switch task.standing {
        case .offered, .held, .onHold, .inReview: break
        case .verifying: throw .beingVerified
        }
        try expectNote(reason)
        var task = task
        task.state = .skipped(output: output)
        return Decision(task: task, end: .skipped(output: output), comments: said(.note, by: worker, reason))
    }

    /// What the last check found wrong, or could not see, is no obstacle any more.
    static func checkWaived(
        _ worker: Worker,
        _ reason: String,
        _ task: ManualTask,
        _ now: Timestamp
    ) throws(TaskRefusal) -> Decision {
        try worker.expectSupervisor()
        switch task.lastCheck?.result {
        case .failed, .impossible: break
        case .passed, nil: throw .nothingToWaive
        }
        if case .verifying = task.standing { throw .beingVerified }
        try expectNote(reason)
        var task = task
        task.waiver = .init(by: worker.person, at: now)
        return Decision(task: task, comments: said(.note, by: worker, reason))
    }

    /// Back to whoever completed it, with all that they entered; a check that was waived is made again.
    static func reopened(
        _ worker: Worker,
        _ reason: String,
        hasGoneOn: Bool,
        _ task: ManualTask,
        _ now: Timestamp
    ) throws(TaskRefusal) -> Decision {
        guard case .completed = task.state else { throw .ended(task.state.name, outcome: nil) }
        try worker.expectSupervisor()
        if hasGoneOn { throw .goneOn }
        try expectNote(reason)
        var task = task
        task.state = .inProgress
        task.waiver = nil
        task.fence += 1
        task.urgency = task.urgency(at: now)
        var decision = Decision(task: task, comments: said(.pushBack, by: worker, reason))
        decision.reopens = true
        return decision
    }
}
