package import JSON

/// What the machine decided: the instance as it is now, what is to be written with it, and what to tell the journal.
package struct Decision: Sendable {
    package var instance: Instance
    package var effects: [Effect]
    package var changes: [StepChange]

    package init(instance: Instance, effects: [Effect] = [], changes: [StepChange] = []) {
        self.instance = instance
        self.effects = effects
        self.changes = changes
    }
}

/// What is to be written in the same transaction as the instance; in the imperative.
package enum Effect: Sendable, Hashable {
    /// Have an action performed: a due step.
    case perform(Work)
    /// Have the due step of `step` performed again, not before a time.
    case performAgain(step: Int, attempt: Int, notBefore: Timestamp)
    /// Keep the due step, but let nobody perform it: a person decides.
    case park(step: Int)
    /// The due step is over.
    case dropWork(step: Int)
    /// The due step, which nobody performs now, is to be performed with another input.
    case amendWork(step: Int, action: String, input: JSON)
    case openTask(OpenTask)
    /// The step is over: its task, if it is open, ends as `cancelled` or `expired`.
    case closeTask(step: Int, expired: Bool)
    case setTimer(step: Int, kind: TimerKind, at: Timestamp)
    case dropTimer(step: Int, kind: TimerKind)
    case startChild(step: Int, subflow: SubflowStart)
    case cancelChild(step: Int, reason: String)
    /// Tell the world an event.
    case emit(step: Int, event: CloudEvent)
    /// Let events of these addresses find the step, and of no others: those after the event of the given number, or
    /// those after this decision.
    case listen(step: Int, addresses: [EventAddress], after: Int64?)
    case stopListening(step: Int)
    /// The instance has ended: tell the step that waits for it.
    case tellParent(Instance.Parent, Instance.Ending)

    package struct Work: Sendable, Hashable {
        package let step: Int
        package let node: Int
        package let attempt: Int
        package let action: String
        package let input: JSON
        package let notBefore: Timestamp
        /// `true` when this undoes a step instead of carrying one out.
        package let undoes: Bool

        package init(
            step: Int,
            node: Int,
            attempt: Int,
            action: String,
            input: JSON,
            notBefore: Timestamp,
            undoes: Bool = false
        ) {
            self.step = step
            self.node = node
            self.attempt = attempt
            self.action = action
            self.input = input
            self.notBefore = notBefore
            self.undoes = undoes
        }
    }

    package struct OpenTask: Sendable, Hashable {
        package let step: Int
        package let node: Int
        package let kind: ManualTask.Kind
        /// The task's description, evaluated: see `TaskSpec`.
        package let spec: TaskSpec

        package init(step: Int, node: Int, kind: ManualTask.Kind, spec: TaskSpec) {
            self.step = step
            self.node = node
            self.kind = kind
            self.spec = spec
        }
    }

    package struct SubflowStart: Sendable, Hashable {
        package let namespace: String
        package let name: String
        package let version: String
        package let input: JSON
        /// Whether the step waits for its end.
        package let isAwaited: Bool

        package init(namespace: String, name: String, version: String, input: JSON, isAwaited: Bool = true) {
            self.namespace = namespace
            self.name = name
            self.version = version
            self.input = input
            self.isAwaited = isAwaited
        }
    }
}

/// A line of the story: a step came to be in another state.
package struct StepChange: Sendable, Hashable {
    package let step: Int
    package let node: Int
    package let phase: StepPhase
    package let attempt: Int?
    /// What the step was given, where it is told for the first time.
    package let input: JSON?
    package let output: JSON?
    package let problem: Problem?

    package init(
        step: Int,
        node: Int,
        phase: StepPhase,
        attempt: Int? = nil,
        input: JSON? = nil,
        output: JSON? = nil,
        problem: Problem? = nil
    ) {
        self.step = step
        self.node = node
        self.phase = phase
        self.attempt = attempt
        self.input = input
        self.output = output
        self.problem = problem
    }
}
