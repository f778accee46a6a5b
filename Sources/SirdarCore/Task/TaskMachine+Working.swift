import JSON

// What a task's owner does with it, and what the check and the reviewer say to it.
extension TaskMachine {
    static func drafted(_ worker: Worker, _ values: JSON.Object, _ task: ManualTask) throws(TaskRefusal) -> Decision {
        try expectWorkable(worker, task)
        var task = task
        for (name, value) in values where task.spec.form.fields.contains(where: { $0.name == name }) {
            task.draft[name] = value
        }
        return Decision(task: task)
    }

    static func ticked(
        _ worker: Worker,
        _ item: String,
        _ evidence: String?,
        _ task: ManualTask,
        _ now: Timestamp
    ) throws(TaskRefusal) -> Decision {
        try expectWorkable(worker, task)
        var task = task
        task.tick(item, evidence, by: worker, at: now)
        return Decision(task: task)
    }

    static func unticked(_ worker: Worker, _ item: String, _ task: ManualTask) throws(TaskRefusal) -> Decision {
        try expectWorkable(worker, task)
        var task = task
        task.ticks.removeAll { $0.item == item }
        return Decision(task: task)
    }

    /// Its owner's, also while it rests: what a vendor sends is kept when it comes.
    static func attached(_ worker: Worker, _ file: Attachment, _ task: ManualTask) throws(TaskRefusal) -> Decision {
        switch task.standing {
        case .offered: throw .notClaimed
        case .held, .onHold: try expectOwner(worker, task)
        case .verifying: throw .beingVerified
        case .inReview: throw .inReview
        }
        if let fault = Attachment.fault(inName: file.name) { throw .invalid([FieldError(pointer: "/name", fault)]) }
        return Decision(task: task)
    }

    static func commented(_ person: String, _ text: String, _ task: ManualTask) throws(TaskRefusal) -> Decision {
        try expectNote(text)
        return Decision(task: task, comments: [TaskComment(.comment, by: person, text)])
    }

    /// From `claimed` it starts first, in the same decision.
    static func completed(
        _ worker: Worker,
        _ submission: Submission,
        _ task: ManualTask,
        _ now: Timestamp
    ) throws(TaskRefusal) -> Decision {
        try expectWorkable(worker, task)
        if let fence = submission.fence, fence != task.fence { throw .staleFence(awaited: task.fence) }
        var task = task
        for tick in submission.ticks { task.tick(tick.item, tick.evidence, by: worker, at: now) }
        let values = try accept(submission, task)
        for (name, value) in values { task.draft[name] = value }
        let completion = ManualTask.Completion(
            outcome: submission.outcome,
            values: values,
            by: worker.person,
            at: now,
            review: submission.review
        )
        if submission.verifies, task.waiver == nil {
            task.state = .verifying(completion)
            return Decision(task: task, verifies: true)
        }
        return done(task, completion)
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
            errors += submission.checklist.missing(task.ticks, files: submission.files)
        }
        errors += submission.checklist.unknown(submission.ticks)
        guard errors.isEmpty else { throw .invalid(errors) }
        return values
    }

    static func failed(
        _ worker: Worker,
        _ code: String,
        _ text: String,
        _ task: ManualTask
    ) throws(TaskRefusal) -> Decision {
        try expectWorkable(worker, task)
        try expectNote(text)
        var task = task
        task.state = .failed(code: code, text: text)
        return Decision(task: task, end: .failed(code: code, text: text))
    }

    static func checked(_ check: ManualTask.Check, _ task: ManualTask) throws(TaskRefusal) -> Decision {
        guard case .verifying(let completion) = task.state else { throw .notVerifying }
        var task = task
        task.lastCheck = check
        var decision: Decision
        switch check.result {
        case .passed: decision = done(task, completion)
        case .failed, .impossible:
            // Never to the queue: who did the work sees what was found.
            task.state = .inProgress
            decision = Decision(task: task)
        }
        decision.checkEnded = true
        return decision
    }

    // MARK: Four eyes

    static func confirmed(_ worker: Worker, _ note: String, _ task: ManualTask) throws(TaskRefusal) -> Decision {
        var completion = try expectInReview(worker, task)
        completion.reviewedBy = worker.person
        var decision = ended(task, completion)
        decision.comments = said(.note, by: worker, note)
        return decision
    }

    /// Back to who did it, with what is to be done better.
    static func pushedBack(_ worker: Worker, _ comment: String, _ task: ManualTask) throws(TaskRefusal) -> Decision {
        _ = try expectInReview(worker, task)
        try expectNote(comment)
        var task = task
        task.state = .inProgress
        return Decision(task: task, comments: said(.pushBack, by: worker, comment))
    }

    private static func expectInReview(
        _ worker: Worker,
        _ task: ManualTask
    ) throws(TaskRefusal) -> ManualTask.Completion {
        guard case .inReview(let completion) = task.standing else { throw .notInReview }
        try worker.mayReview(task, completion)
        return completion
    }

    // MARK: Ending

    /// The work is done and checked: another person looks at it, or it has ended.
    private static func done(_ task: ManualTask, _ completion: ManualTask.Completion) -> Decision {
        guard completion.review != nil else { return ended(task, completion) }
        var task = task
        task.state = .awaitingReview(completion)
        return Decision(task: task)
    }

    private static func ended(_ task: ManualTask, _ completion: ManualTask.Completion) -> Decision {
        var task = task
        task.state = .completed(completion)
        return Decision(task: task, end: task.end(completion))
    }
}

extension ManualTask {
    fileprivate mutating func tick(_ item: String, _ evidence: String?, by worker: Worker, at now: Timestamp) {
        ticks.removeAll { $0.item == item }
        ticks.append(.init(item: item, evidence: evidence, by: worker.person, at: now))
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
