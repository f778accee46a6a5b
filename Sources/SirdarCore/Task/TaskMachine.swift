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
    }

    package static func apply(
        _ event: TaskEvent,
        to task: ManualTask,
        at now: Timestamp
    ) throws(TaskRefusal) -> Decision {
        if task.state.isFinal { throw .ended(task.state.name, outcome: task.completion?.outcome) }
        var decision: Decision
        switch event {
        case .claimed(let worker): decision = try claimed(worker, task, now)
        case .started(let worker): decision = try started(worker, task, now)
        case .released(let worker, let note): decision = try released(worker, note, task)
        case .drafted(let worker, let values): decision = try drafted(worker, values, task)
        case .ticked(let worker, let item, let evidence):
            decision = try ticked(worker, item, evidence, task, now)
        case .completed(let worker, let submission): decision = try completed(worker, submission, task, now)
        case .failed(let worker, let code, let text): decision = try failed(worker, code, text, task)
        case .checked(let check): decision = try checked(check, task)
        case .closed(let expired): decision = closed(expired: expired, task)
        case .aged:
            decision = Decision(task: task)
            decision.task.urgency = task.urgency(at: now)
        }
        decision.task.version += 1
        return decision
    }

    // MARK: Owning

    private static func claimed(_ worker: Worker, _ task: ManualTask, _ now: Timestamp) throws(TaskRefusal) -> Decision
    {
        try worker.mayWork(on: task)
        switch task.state {
        case .ready:
            var task = task
            task.state = .claimed
            task.owner = .init(person: worker.person, since: now)
            task.fence += 1
            return Decision(task: task)
        case .claimed, .inProgress, .verifying: throw heldBy(task)
        case .completed, .failed, .cancelled, .expired: preconditionFailure("final states were refused before")
        }
    }

    private static func started(_ worker: Worker, _ task: ManualTask, _ now: Timestamp) throws(TaskRefusal) -> Decision
    {
        switch task.state {
        case .ready:
            var decision = try claimed(worker, task, now)
            decision.task.state = .inProgress
            return decision
        case .claimed:
            try expectOwner(worker, task)
            var task = task
            task.state = .inProgress
            return Decision(task: task)
        case .inProgress:
            try expectOwner(worker, task)
            throw .alreadyStarted
        case .verifying: throw heldBy(task)
        case .completed, .failed, .cancelled, .expired: preconditionFailure("final states were refused before")
        }
    }

    private static func released(_ worker: Worker, _ note: String, _ task: ManualTask) throws(TaskRefusal) -> Decision {
        switch task.state {
        case .ready: throw .notClaimed
        case .claimed, .inProgress:
            if !worker.isSupervisor { try expectOwner(worker, task) }
            if case .inProgress = task.state, note.isEmpty { throw .noteNeeded }
            var task = task
            task.state = .ready
            task.owner = nil
            return Decision(task: task)
        case .verifying: throw .beingVerified
        case .completed, .failed, .cancelled, .expired: preconditionFailure("final states were refused before")
        }
    }

    // MARK: Working

    private static func drafted(
        _ worker: Worker,
        _ values: JSON.Object,
        _ task: ManualTask
    ) throws(TaskRefusal) -> Decision {
        try expectWorkable(worker, task)
        var task = task
        for (name, value) in values where task.spec.form.fields.contains(where: { $0.name == name }) {
            task.draft[name] = value
        }
        return Decision(task: task)
    }

    private static func ticked(
        _ worker: Worker,
        _ item: String,
        _ evidence: String?,
        _ task: ManualTask,
        _ now: Timestamp
    ) throws(TaskRefusal) -> Decision {
        try expectWorkable(worker, task)
        var task = task
        task.ticks.removeAll { $0.item == item }
        task.ticks.append(.init(item: item, evidence: evidence, by: worker.person, at: now))
        return Decision(task: task)
    }

    /// From `claimed` it starts first, in the same decision.
    private static func completed(
        _ worker: Worker,
        _ submission: Submission,
        _ task: ManualTask,
        _ now: Timestamp
    ) throws(TaskRefusal) -> Decision {
        try expectWorkable(worker, task)
        if let fence = submission.fence, fence != task.fence { throw .staleFence(awaited: task.fence) }
        var task = task
        for tick in submission.ticks {
            task.ticks.removeAll { $0.item == tick.item }
            task.ticks.append(.init(item: tick.item, evidence: tick.evidence, by: worker.person, at: now))
        }
        let values = try accept(submission, task)
        for (name, value) in values { task.draft[name] = value }
        let completion = ManualTask.Completion(outcome: submission.outcome, values: values, by: worker.person, at: now)
        if submission.verifies {
            task.state = .verifying(completion)
            return Decision(task: task, verifies: true)
        }
        return ended(task, completion)
    }

    private static func accept(_ submission: Submission, _ task: ManualTask) throws(TaskRefusal) -> JSON.Object {
        guard task.spec.outcomes.contains(submission.outcome) else {
            throw .invalid([
                FieldError(
                    pointer: "/outcome",
                    "\(submission.outcome.isEmpty ? "No outcome" : submission.outcome): "
                        + "write one of \(task.spec.outcomes.joined(separator: ", "))."
                )
            ])
        }
        var errors: [FieldError] = []
        var values = JSON.Object()
        // Who cannot do the work need not fill in its form; what is filled in must be right all the same.
        let form =
            submission.verifies || task.spec.outcomes.first == submission.outcome
            ? task.spec.form : task.spec.form.optional
        switch form.check(submission.values) {
        case .success(let accepted): values = accepted
        case .failure(let found): errors += found.errors
        }
        if task.spec.outcomes.first == submission.outcome {
            errors += submission.checklist.missing(task.ticks)
        }
        errors += submission.checklist.unknown(submission.ticks)
        guard errors.isEmpty else { throw .invalid(errors) }
        return values
    }

    private static func failed(
        _ worker: Worker,
        _ code: String,
        _ text: String,
        _ task: ManualTask
    ) throws(TaskRefusal) -> Decision {
        try expectWorkable(worker, task)
        guard !text.isEmpty else { throw .noteNeeded }
        var task = task
        task.state = .failed(code: code, text: text)
        return Decision(task: task, end: .failed(code: code, text: text))
    }

    // MARK: What the system says

    private static func checked(_ check: ManualTask.Check, _ task: ManualTask) throws(TaskRefusal) -> Decision {
        guard case .verifying(let completion) = task.state else { throw .notVerifying }
        var task = task
        task.lastCheck = check
        var decision: Decision
        switch check.result {
        case .passed: decision = ended(task, completion)
        case .failed, .impossible:
            // Never to the queue: who did the work sees what was found.
            task.state = .inProgress
            decision = Decision(task: task)
        }
        decision.checkEnded = true
        return decision
    }

    private static func closed(expired: Bool, _ task: ManualTask) -> Decision {
        var closed = task
        closed.state = expired ? .expired : .cancelled
        var decision = Decision(task: closed)
        if case .verifying = task.state { decision.checkEnded = true }
        return decision
    }

    private static func ended(_ task: ManualTask, _ completion: ManualTask.Completion) -> Decision {
        var task = task
        task.state = .completed(completion)
        return Decision(task: task, end: task.end(completion))
    }

    // MARK: Guards

    static func expectOwner(_ worker: Worker, _ task: ManualTask) throws(TaskRefusal) {
        guard task.owner?.person == worker.person else { throw heldBy(task) }
    }

    private static func expectWorkable(_ worker: Worker, _ task: ManualTask) throws(TaskRefusal) {
        switch task.state {
        case .ready: throw .notClaimed
        case .claimed, .inProgress: try expectOwner(worker, task)
        case .verifying: throw .beingVerified
        case .completed, .failed, .cancelled, .expired: preconditionFailure("final states were refused before")
        }
    }

    static func heldBy(_ task: ManualTask) -> TaskRefusal {
        guard let owner = task.owner else { return .notClaimed }
        return .heldBy(owner.person, since: owner.since)
    }
}

extension ManualTask {
    package var completion: Completion? {
        switch state {
        case .verifying(let completion), .completed(let completion): completion
        case .ready, .claimed, .inProgress, .failed, .cancelled, .expired: nil
        }
    }

    /// What a completion means to the step that the task belongs to.
    fileprivate func end(_ completion: Completion) -> TaskEnd {
        switch kind {
        case .manual: return .completed(document(completion))
        case .triage:
            let reason = completion.values["reason"]?.asString ?? ""
            switch completion.outcome {
            case TaskSpec.retryOutcome: return .retry(input: completion.values["input"])
            case TaskSpec.skipOutcome: return .skipped(output: completion.values["output"] ?? .null)
            default: return .giveUp(reason: reason)
            }
        }
    }
}
