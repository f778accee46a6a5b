import JSON

/// Decides what happens next. Start reading here.
///
/// Everything that happens to an instance comes through `apply`: an event in the past tense goes in, and out comes
/// the instance as it is afterwards with the effects to write beside it. No clock, no randomness, no input or output:
/// the same event on the same instance at the same moment gives the same decision, on any machine, at any later time.
package enum Machine {
    /// - Throws: a `Refusal` when the event does not apply; nothing has changed then.
    package static func apply(
        _ event: Event,
        to instance: Instance,
        of workflow: Workflow,
        at moment: Moment
    ) throws(Refusal) -> Decision {
        if instance.status.isFinal { throw .ended(instance.status) }
        var interpreter = Interpreter(workflow: workflow, instance: instance, moment: moment)
        switch event {
        case .started: try interpreter.started()
        case .stepSucceeded(let step, let attempt, let output):
            try interpreter.stepSucceeded(step, attempt: attempt, output: output)
        case .stepFailed(let step, let attempt, let failure):
            try interpreter.stepFailed(step, attempt: attempt, failure: failure)
        case .stepPending(let step, let attempt, let checkAt):
            try interpreter.stepPending(step, attempt: attempt, checkAt: checkAt)
        case .timerFired(let step, let timer): try interpreter.timerFired(step, timer)
        case .taskEnded(let step, let end): try interpreter.taskEnded(step, end)
        case .childEnded(let step, let ending): try interpreter.childEnded(step, ending)
        case .cancelRequested(let reason): try interpreter.cancelRequested(reason: reason)
        case .eventCame(let event, let sequence): try interpreter.eventCame(event, sequence)
        case .suspended: try interpreter.suspended()
        case .resumed: try interpreter.resumed()
        case .stepDecided(let step, let end): try interpreter.stepDecided(step, end)
        case .dataEdited(let edit): try interpreter.dataEdited(edit)
        case .rewound(let step): try interpreter.rewound(to: step)
        case .taskReopened(let step): try interpreter.taskReopened(step)
        }
        return interpreter.decision()
    }
}

/// When a decision is made, and the randomness that it may use for jitter.
package struct Moment: Sendable, Hashable {
    package let now: Timestamp
    package let random: UInt64

    package init(now: Timestamp, random: UInt64 = 0) {
        self.now = now
        self.random = random
    }
}
