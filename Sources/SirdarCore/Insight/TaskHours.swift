/// Where a task's time has gone: each change of its state adds what passed since the one before.
///
/// Whoever counts says how much passed, on the calendar that the task is due by: a night is no work.
package struct TaskHours: Sendable, Hashable {
    /// Until somebody began it, and while it was checked or waited for a second person.
    package var waiting = Interval.zero
    /// In its owner's hands, until it was first sent back.
    package var working = Interval.zero
    package var onHold = Interval.zero
    /// In somebody's hands again after a check, a reviewer or a supervisor sent it back.
    package var rework = Interval.zero
    /// How often it was sent back.
    package var returns = 0
    /// Up to when it has been counted: since then the task is as it is.
    package var countedUntil: Timestamp

    package init(from start: Timestamp) { countedUntil = start }
}

extension ManualTask {
    /// Whether a change ends a stretch of time that is counted by itself.
    package func endsStretch(of before: ManualTask) -> Bool { state != before.state || queue != before.queue }

    /// Adds the stretch that the change from `before` has ended; `passed` is its length.
    package mutating func count(_ passed: Interval, since before: ManualTask, at now: Timestamp) {
        switch before.state {
        case .unroutable, .ready, .claimed, .verifying, .awaitingReview: hours.waiting += passed
        case .inProgress where before.hours.returns > 0: hours.rework += passed
        case .inProgress: hours.working += passed
        case .onHold: hours.onHold += passed
        case .completed, .failed, .skipped, .cancelled, .expired: break
        }
        if isSentBack(from: before) { hours.returns += 1 }
        hours.countedUntil = now
    }

    /// A check that could not be made says nothing against the work.
    private func isSentBack(from before: ManualTask) -> Bool {
        guard case .inProgress = state else { return false }
        return switch before.state {
        case .verifying: lastCheck?.result == .failed
        case .awaitingReview, .completed: true
        case .unroutable, .ready, .claimed, .inProgress, .onHold, .failed, .skipped, .cancelled, .expired: false
        }
    }
}

/// What is kept of a task that has ended, to be added up.
package struct TaskEnding: Sendable, Hashable {
    package let task: Identifier
    package let at: Timestamp
    package let subject: Subject
    /// Whether the work was done: not given up, skipped, cancelled or too late.
    package let isCompleted: Bool
    /// Whether it ended in time; `nil`: it was never due.
    package let isInTime: Bool?
    package let hours: TaskHours

    /// What hours are added up by.
    package struct Subject: Sendable, Hashable {
        /// `namespace/name`, whatever its version.
        package let workflow: String
        /// The step's name in it.
        package let step: String
        package let kind: ManualTask.Kind
        /// The queue in which it ended.
        package let queue: String

        package init(workflow: String, step: String, kind: ManualTask.Kind, queue: String) {
            self.workflow = workflow
            self.step = step
            self.kind = kind
            self.queue = queue
        }
    }

    /// `nil` while the task is open.
    package init?(_ task: ManualTask, of workflow: Workflow, at now: Timestamp) {
        guard task.state.isFinal else { return nil }
        self.task = task.id
        at = now
        subject = Subject(
            workflow: "\(workflow.document.namespace)/\(workflow.document.name)",
            step: workflow[task.node].name,
            kind: task.kind,
            queue: task.queue
        )
        if case .completed = task.state { isCompleted = true } else { isCompleted = false }
        isInTime = task.dueAt.map { now <= $0 }
        hours = task.hours
    }
}
