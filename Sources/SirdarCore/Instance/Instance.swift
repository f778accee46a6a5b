package import JSON

/// A run of a workflow: everything that the machine needs to decide what happens next, and nothing else.
///
/// Its task rows, due steps and timers are written from the machine's effects in the same transaction; they are
/// found by the number of the step that they belong to.
package struct Instance: Sendable, Hashable {
    package let id: Identifier
    /// Grows by one with each decision; what a commit expects.
    package var version: Int64
    /// The number under which the store keeps the workflow's version that this instance is pinned to; only a migration
    /// changes it.
    package var workflow: Int
    package let parent: Parent?
    package let origin: Origin
    package let startedAt: Timestamp
    /// The workflow's input as it was given, `$workflow.input`; it never changes.
    package let input: JSON
    /// `$context`.
    package var context: JSON
    package var status: Status
    package var progress: Progress
    /// What has begun and declares how to undo it, in the order of beginning.
    package var undos: [Undo]
    /// A person holds it.
    package var suspension: Suspension?
    /// The steps that it can be rewound to, in the order of entering.
    package var marks: [Mark]
    /// The number that the next step gets. Numbers are never used twice within an instance.
    package var nextStep: Int

    package init(id: Identifier, workflow: Int, parent: Parent?, origin: Origin, startedAt: Timestamp, input: JSON) {
        self.id = id
        version = 0
        self.workflow = workflow
        self.parent = parent
        self.origin = origin
        self.startedAt = startedAt
        self.input = input
        context = .null
        status = .pending
        progress = .notStarted
        undos = []
        suspension = nil
        marks = []
        nextStep = 1
    }
}

extension Instance {
    package enum Status: Int, Sendable, Hashable, CaseIterable {
        /// Stored, nothing done. Can go to running, cancelled.
        case pending = 0
        /// Automatic work is going on. Can go to waiting, suspended, compensating, or an end.
        case running = 1
        /// Only people, events or time can move it. Can go to running, suspended, compensating, or an end.
        case waiting = 2
        /// Held by a person: no new step starts. Can go to what it was before, or compensating.
        case suspended = 3
        /// What had begun is being undone. Can go to faulted or cancelled, and after a rewind to what it was before.
        case compensating = 4
        /// Ended well; final.
        case completed = 5
        /// Ended by a problem that nobody caught; final.
        case faulted = 6
        /// Ended by a person's wish; final.
        case cancelled = 7

        /// The state's name, as the API and the journal write it.
        package var name: String {
            switch self {
            case .pending: "pending"
            case .running: "running"
            case .waiting: "waiting"
            case .suspended: "suspended"
            case .compensating: "compensating"
            case .completed: "completed"
            case .faulted: "faulted"
            case .cancelled: "cancelled"
            }
        }

        package var isFinal: Bool { rawValue >= Status.completed.rawValue }
    }

    /// The step of another instance that waits for this one to end.
    package struct Parent: Sendable, Hashable {
        package let instance: Identifier
        package let step: Int

        package init(instance: Identifier, step: Int) {
            self.instance = instance
            self.step = step
        }
    }

    /// For whom, on account of what and where an instance runs; what its access rules look at.
    package struct Origin: Sendable, Hashable {
        /// The request that it carries out; `nil` when started directly.
        package let request: Identifier?
        /// The person who asked.
        package let requester: String
        /// What limits who may see it: the project's code.
        package let scope: String

        package init(request: Identifier?, requester: String, scope: String) {
            self.request = request
            self.requester = requester
            self.scope = scope
        }
    }

    package indirect enum Progress: Sendable, Hashable {
        case notStarted
        /// The definition is being carried out.
        case body(Step)
        /// What had begun is being undone, the latest first.
        case unwinding(Unwinding)
        case ended(Ending)
    }

    package enum Ending: Sendable, Hashable {
        case output(JSON)
        case problem(Problem)
        case cancelled(reason: String)
    }

    /// A step that has begun and can be undone.
    package struct Undo: Sendable, Hashable {
        package let step: Int
        package let node: Int
        package let input: JSON
        /// What the step gave; `nil` while it has not answered: its answer may have been lost, so it is undone all the
        /// same.
        package var output: JSON?

        package init(step: Int, node: Int, input: JSON, output: JSON? = nil) {
            self.step = step
            self.node = node
            self.input = input
            self.output = output
        }
    }

    package struct Unwinding: Sendable, Hashable {
        package var cause: Cause
        /// Steps whose work is still going on and is undone only when it has answered.
        package var draining: [Step]
        /// The undo in progress.
        package var current: Step?

        package enum Cause: Sendable, Hashable {
            case problem(Problem)
            case cancelled(reason: String)
            /// The instance goes on from an earlier step.
            case rewind(Rewind)
        }

        package init(cause: Cause, draining: [Step], current: Step? = nil) {
            self.cause = cause
            self.draining = draining
            self.current = current
        }
    }
}

extension Instance {
    /// Every step that waits for something outside the machine, in the order of their numbers.
    package var leaves: [Step] {
        switch progress {
        case .notStarted, .ended: []
        case .body(let root): root.leaves
        case .unwinding(let unwinding): unwinding.draining + (unwinding.current.map { [$0] } ?? [])
        }
    }

    package func leaf(_ number: Int) -> Step? { leaves.first { $0.number == number } }
}
