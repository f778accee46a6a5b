package import JSON
package import SirdarCore

/// What the journal tells of a decision: enough to read the story, and to replay it.
package enum Story {
    static func detail(
        _ event: Event,
        _ decision: Decision,
        before: Instance,
        replaced: JSON? = nil,
        _ workflow: Workflow,
        cause: JSON? = nil
    ) -> JSON {
        // In the canonical order wherever that is known, so that sealing the entry has nothing to sort.
        var object = event.json
        object["cause"] = cause
        if case .dataEdited(.context(let value)) = event {
            object["context"] = ["after": value, "before": before.context]
        }
        if let given = event.givenInput {
            object["input"] = ["after": given.input, "before": replaced ?? .null]
        }
        if case .ended(let ending) = decision.instance.progress { object["ending"] = ending.json }
        object["status"] = .string(decision.instance.status.name)
        if !decision.changes.isEmpty { object["steps"] = .array(decision.changes.map { $0.json(workflow) }) }
        object["version"] = .number(JSON.Number(Int(decision.instance.version)))
        return .object(object)
    }

    static func detail(_ event: TaskEvent, before: ManualTask, after: ManualTask) -> JSON {
        var object: JSON.Object = [
            "before": .string(before.state.name), "after": .string(after.state.name),
            "step": .number(JSON.Number(before.step)),
        ]
        if before.owner != after.owner {
            object["owner"] = [
                "before": before.owner.map { .string($0.person) } ?? .null,
                "after": after.owner.map { .string($0.person) } ?? .null,
            ]
        }
        if before.queue != after.queue { object["formerQueue"] = .string(before.queue) }
        add(event, after, to: &object)
        return .object(object)
    }

    private static func add(_ event: TaskEvent, _ after: ManualTask, to object: inout JSON.Object) {
        switch event {
        case .claimed, .started, .released, .assigned, .takenOver, .closed, .routed, .lapsed, .returned, .commented,
            .confirmed,
            .pushedBack, .answered, .checkWaived, .reopened:
            break
        case .transferred: object["queue"] = .string(after.queue)
        case .drafted(by: _, let values): object["values"] = .object(values)
        case .ticked(by: _, let item, let evidence):
            object["item"] = .string(item)
            object["evidence"] = evidence.map(JSON.string)
        case .unticked(by: _, let item): object["item"] = .string(item)
        case .attached(by: _, let file):
            object["bytes"] = .number(JSON.Number(file.bytes))
            object["digest"] = .string(file.digest.hex)
            object["name"] = .string(file.name)
            object["type"] = .string(file.type)
        case .completed(by: _, let submission):
            object["outcome"] = .string(submission.outcome)
            object["values"] = .object(after.completion?.values ?? submission.values)
        case .failed(by: _, let code, text: _): object["code"] = .string(code)
        case .checked(let check):
            object["check"] = .string(check.result.rawValue)
            object["output"] = check.output
        case .held(by: _, let awaiting, reason: _, let until):
            object["awaiting"] = .string(awaiting.rawValue)
            object["until"] = until.map { .string($0.description) }
        case .asked: object["awaiting"] = "requester"
        case .resumed: object["due"] = after.dueAt.map { .string($0.description) }
        case .escalated: object["level"] = .number(JSON.Number(after.escalation))
        case .prioritised: object["priority"] = .string(after.priority.name)
        case .skipped(by: _, let output, reason: _): object["output"] = output
        case .aged: object["urgency"] = .string(after.urgency.name)
        case .reminded: object["reminders"] = .number(JSON.Number(after.reminders))
        }
    }
}

extension StepChange {
    func json(_ workflow: Workflow) -> JSON {
        var object: JSON.Object = ["at": .string(workflow[node].pointer)]
        if let attempt { object["attempt"] = .number(JSON.Number(attempt)) }
        object["input"] = input
        object["is"] = .string(phase.name)
        object["output"] = output
        object["problem"] = problem?.json
        object["step"] = .number(JSON.Number(step))
        if case .retrying(let at) = phase { object["until"] = .string(at.description) }
        return .object(object)
    }
}

extension Event {
    /// What the decision's changes do not say of the event.
    fileprivate var json: JSON.Object {
        switch self {
        case .started, .stepSucceeded: [:]
        case .stepFailed(let step, let attempt, let failure):
            [
                "failed": .number(JSON.Number(step)), "attempt": .number(JSON.Number(attempt)),
                "problem": failure.problem.json,
            ]
        case .stepPending(let step, attempt: _, let checkAt):
            ["pending": .number(JSON.Number(step)), "checkAt": .string(checkAt.description)]
        case .timerFired(let step, _): ["timer": .number(JSON.Number(step))]
        case .taskEnded(let step, let end): ["task": .number(JSON.Number(step)), "decided": .string(end.name)]
        case .childEnded(let step, let ending): ["child": .number(JSON.Number(step)), "childEnding": ending.json]
        case .cancelRequested, .suspended, .resumed, .dataEdited(.context): [:]
        case .stepDecided(let step, let end):
            ["decided": .string(end.name), "task": .number(JSON.Number(step))]
        case .dataEdited(.input(let step, _)): ["edited": .number(JSON.Number(step))]
        case .rewound(let step): ["rewoundTo": .number(JSON.Number(step))]
        case .taskReopened(let step): ["reopened": .number(JSON.Number(step))]
        case .eventCame(let event, let sequence):
            [
                "event": [
                    "id": .string(event.id), "sequence": .number(JSON.Number(Int(sequence))),
                    "source": .string(event.source), "type": .string(event.type),
                ]
            ]
        }
    }
}

extension Event {
    /// The input that a supervisor gives a step, in place of what it was to have.
    var givenInput: (step: Int, input: JSON)? {
        switch self {
        case .stepDecided(let step, .retry(let input?)), .dataEdited(.input(let step, let input)),
            .taskEnded(let step, .retry(let input?)):
            (step, input)
        case .stepDecided, .dataEdited, .taskEnded, .started, .stepSucceeded, .stepFailed, .stepPending, .timerFired,
            .childEnded, .cancelRequested, .suspended, .resumed, .rewound, .taskReopened,
            .eventCame:
            nil
        }
    }
}

extension Story {
    /// Which version an instance left for which, and where its steps are now.
    static func detail(_ plan: Migration.Plan, _ migration: Migration) -> JSON {
        func version(_ workflow: Workflow) -> JSON {
            ["hash": .string(workflow.hash.hex), "version": .string(workflow.document.version)]
        }
        var object: JSON.Object = ["from": version(migration.from)]
        if !plan.passed.isEmpty { object["passed"] = .array(plan.passed.map(JSON.string)) }
        object["moved"] = .array(
            plan.steps.map { step in
                ["from": .string(step.from), "step": .number(JSON.Number(step.step)), "to": .string(step.to)]
            }
        )
        if let instance = plan.decision?.instance {
            object["status"] = .string(instance.status.name)
            object["version"] = .number(JSON.Number(Int(instance.version)))
        }
        object["to"] = version(migration.to)
        return .object(object)
    }
}

extension TaskEnd {
    var name: String {
        switch self {
        case .completed: "completed"
        case .failed: "failed"
        case .skipped: "skip"
        case .retry: "retry"
        case .giveUp: "giveUp"
        }
    }
}

extension Instance.Ending {
    package var json: JSON {
        switch self {
        case .output(let output): ["output": output]
        case .problem(let problem): ["problem": problem.json]
        case .cancelled(let reason): ["cancelled": .string(reason)]
        }
    }
}
