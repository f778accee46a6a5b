package import JSON

/// What has happened to an instance, in the past tense: a person, a worker, a timer or another instance says so.
package enum Event: Sendable, Hashable {
    case started
    case stepSucceeded(step: Int, attempt: Int, output: JSON)
    case stepFailed(step: Int, attempt: Int, failure: Failure)
    /// The action has started long work outside, and wants to look again at `checkAt`.
    case stepPending(step: Int, attempt: Int, checkAt: Timestamp)
    case timerFired(step: Int, timer: TimerKind)
    case taskEnded(step: Int, end: TaskEnd)
    case childEnded(step: Int, ending: Instance.Ending)
    case cancelRequested(reason: String)
    /// An event of the world has come; `sequence` is its number among all of them.
    case eventCame(CloudEvent, sequence: Int64)

    // What a supervisor does to an instance: see `Interpreter+Supervision`.
    case suspended
    case resumed
    /// A supervisor decides about a step of an instance that has stopped.
    case stepDecided(step: Int, end: TaskEnd)
    case dataEdited(DataEdit)
    /// The instance goes back to a step that it has been at.
    case rewound(to: Int)
    /// The completed task of a step that has ended was opened again.
    case taskReopened(step: Int)

    /// The event's name, as the journal writes it.
    package var name: String {
        switch self {
        case .started: "instance.started"
        case .stepSucceeded: "step.succeeded"
        case .stepFailed: "step.failed"
        case .stepPending: "step.pending"
        case .timerFired: "timer.fired"
        case .taskEnded: "task.ended"
        case .childEnded: "child.ended"
        case .cancelRequested: "instance.cancelRequested"
        case .eventCame: "event.came"
        case .suspended: "instance.suspended"
        case .resumed: "instance.resumed"
        case .stepDecided: "step.decided"
        case .dataEdited: "instance.edited"
        case .rewound: "instance.rewound"
        case .taskReopened: "instance.reopened"
        }
    }
}

/// Why an attempt failed, as its action says.
package struct Failure: Sendable, Hashable {
    package var problem: Problem
    package var remedy: Remedy

    package enum Remedy: Sendable, Hashable {
        /// It may work later: the step's retry policy decides when.
        case tryAgain
        /// It may work, but not before this long has passed (a throttled cloud says so).
        case tryAgainAfter(Interval)
        /// Trying again changes nothing.
        case permanent
    }

    package init(_ problem: Problem, remedy: Remedy) {
        self.problem = problem
        self.remedy = remedy
    }
}

/// How a task ended.
package enum TaskEnd: Sendable, Hashable {
    /// A person completed it; the document is `{ outcome, values, completedBy, completedAt, evidence }`.
    case completed(JSON)
    /// A person says that it cannot be done, with a code of their own.
    case failed(code: String, text: String)
    /// A supervisor skipped it, with an output in its stead.
    case skipped(output: JSON)

    // What a person decides about a step that gave up.
    /// Call it again; with another input when one is given.
    case retry(input: JSON?)
    /// Give the step up: the problem is caught, or the instance faults.
    case giveUp(reason: String)
}

/// A value that a supervisor puts in the place of another.
package enum DataEdit: Sendable, Hashable {
    /// `$context`.
    case context(JSON)
    /// What a step that waits for a decision, or has not begun yet, is to be given.
    case input(step: Int, JSON)
}

package enum TimerKind: Int, Sendable, Hashable, CaseIterable {
    /// A `wait` is over.
    case wait = 0
    /// The step has taken longer than it may.
    case timeout = 1
    /// A failed body begins again.
    case retry = 2
    /// A task is due, or at risk: the task's row moves, not the instance.
    case deadline = 3
    /// Another instance, which a step waited for, has ended.
    case childEnded = 4
    /// What the instance runs for is over, and it is to be cancelled.
    case cancel = 5
    /// Something is due about who holds a task: an unstarted claim lapses, a hold ends, a reminder.
    case holder = 6
}

/// The machine says no: the event does not apply, and nothing changes.
package enum Refusal: Error, Sendable, Hashable {
    /// The instance has ended.
    case ended(Instance.Status)
    /// It has already been started.
    case alreadyStarted
    /// There is no such step in progress: it has ended, or never was.
    case noSuchStep(Int)
    /// The result is of another attempt than the one awaited.
    case staleAttempt(step: Int, awaited: Int)
    /// The step waits for something else than this event.
    case notAwaited(step: Int, awaiting: String)
    /// What had begun is already being undone.
    case unwinding
    /// No step listens for this event, or none any more.
    case notListening
    /// A task's rules forbid it.
    case task(TaskRefusal)
    case alreadySuspended(since: Timestamp)
    case notSuspended
    /// Only an instance that stands still can be mended.
    case notStopped
    /// The workflow does not allow the step to be skipped.
    case notSkippable(step: Int)
    /// What stands in for a step's output breaks its schema.
    case outputUnfit([FieldError])
    /// What a step is to be given is nothing that its action takes.
    case inputUnfit([FieldError])
    /// The step has nothing that can be changed now.
    case notEditable(step: Int)
    /// There is no way back to this step.
    case notRewindable(step: Int)
    /// What follows the step has begun.
    case notReopenable(step: Int)
}
