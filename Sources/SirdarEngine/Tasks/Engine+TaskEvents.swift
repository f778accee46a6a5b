import JSON
package import SirdarCore

// What an intent means, with all that the machine cannot know: other people, queues, calendars.
extension Engine {
    func event(
        _ intent: TaskIntent,
        on task: ManualTask,
        by worker: Worker,
        at now: Timestamp
    ) throws -> TaskEvent {
        switch intent {
        case .claim: .claimed(by: try limited(worker, taking: task))
        case .start: .started(by: try limited(worker, taking: task))
        case .release(let note): .released(by: worker, note: note)
        case .assign(let name, let note):
            try assigned(by: worker, to: name, note, task, now)
        case .takeOver(let reason):
            .takenOver(
                by: try limited(worker, taking: task),
                reason: reason,
                isReserved: library.queue(task.queue)?.takeOver == .supervisors
            )
        case .transfer(let queue, let reason):
            .transferred(by: worker, to: queue, reason: reason, isRoutable: try isRoutable(task, in: queue))
        case .draft(let values): .drafted(by: worker, values: values)
        case .tick(let item, let evidence): .ticked(by: worker, item: item, evidence: evidence)
        case .untick(let item): .unticked(by: worker, item: item)
        case .attach(let file): .attached(by: worker, file)
        case .comment(let text): .commented(by: worker.person, text: text)
        case .complete: preconditionFailure("a completion is made with its check")
        case .fail(let code, let text): .failed(by: worker, code: code, text: text)
        case .confirm(let note): .confirmed(by: worker, note: note)
        case .pushBack(let comment): .pushedBack(by: worker, comment: comment)
        case .hold(let awaiting, let reason, let until):
            .held(by: worker, awaiting: awaiting, reason: reason, until: until)
        case .ask(let question): .asked(by: worker, question)
        case .answer(let text, let values):
            .answered(by: worker.person, text: text, values: values, due: due(of: task, from: now))
        case .resume: .resumed(by: worker, due: due(of: task, from: now))
        case .escalate(let comment, let priority): .escalated(by: worker, comment: comment, priority: priority)
        case .prioritise(let priority): .prioritised(by: worker, priority)
        case .skip(let output, let reason): .skipped(by: worker, output: output, reason: reason)
        case .waiveCheck(let reason): .checkWaived(by: worker, reason: reason)
        case .reopen(let reason):
            .reopened(by: worker, reason: reason, hasGoneOn: try hasGoneOn(from: task))
        }
    }

    /// Whether what follows a completed task has begun, so that it cannot be opened again: the machine says so of
    /// steps, and the tasks of those that it would give up of the people who have looked at them.
    package func hasGoneOn(from task: ManualTask) throws -> Bool {
        guard case .completed = task.state, task.kind == .manual, let instance = try store.instance(task.instance)
        else {
            return true
        }
        let workflow = try library.workflow(instance.workflow)
        let event = Event.taskReopened(step: task.step)
        guard let decision = try? Machine.apply(event, to: instance, of: workflow, at: Moment(now: clock.now())) else {
            // Whatever it refuses, there is nothing to open again.
            return true
        }
        let given = decision.effects.compactMap { effect -> Int? in
            if case .closeTask(let step, expired: _) = effect { step } else { nil }
        }
        let open = try store.tasks(TaskQuery(instance: task.instance, isOpen: true, limit: 200))
        return open.contains { given.contains($0.step) && $0.owner != nil }
    }

    // MARK: People and queues

    /// To whoever is named, or to who stands in for them while they are away, which the note says.
    private func assigned(
        by worker: Worker,
        to name: String,
        _ note: String,
        _ task: ManualTask,
        _ now: Timestamp
    ) throws -> TaskEvent {
        let named = try roster.worker(name)
        let other = try roster.standIn(for: named, at: now)
        guard other.person != named.person else {
            return .assigned(by: worker, to: try limited(named, taking: task), note: note)
        }
        let why = "In place of \(try People(store).name(of: named.person)), who is away."
        let told = note.isEmpty ? why : "\(note) (\(why))"
        return .assigned(by: worker, to: try limited(other, taking: task), note: told)
    }

    /// The worker, with the queues of which they hold as many tasks as they may.
    func limited(_ worker: Worker, taking task: ManualTask? = nil) throws -> Worker {
        var limited = worker
        limited.stop = try task.flatMap { try stop(of: $0) }
        let queues = task.map { [$0.queue] } ?? Array(worker.queues)
        for name in queues where limited.fullQueues[name] == nil {
            // What one holds already is not taken a second time.
            if let task, task.owner?.person == worker.person { continue }
            guard let limit = library.queue(name)?.claimLimit else { continue }
            let held = try store.tasks(TaskQuery(queue: name, owner: worker.person, isOpen: true, limit: limit))
            if held.count >= limit { limited.fullQueues[name] = limit }
        }
        return limited
    }

    private func isRoutable(_ task: ManualTask, in queue: String) throws -> Bool {
        guard library.queues.isEmpty || library.queue(queue) != nil else { throw TaskRefusal.unknownQueue(queue) }
        return try roster.isRoutable(queue: queue, skills: task.spec.skills, excluded: task.excluded, at: clock.now())
    }

    // MARK: Due times

    /// When a task that opens now is due, counted on its calendar.
    func due(_ spec: TaskSpec, from now: Timestamp) -> DueTimes {
        DueTimes(spec, library.queue(spec.queue), on: library.calendar, from: now)
    }

    /// What is left of a task's time since its owner began to wait for the requester, from now on.
    func due(of task: ManualTask, from now: Timestamp) -> DueTimes {
        guard let hold = task.hold, hold.awaiting == .requester, let dueAt = task.dueAt,
            let due = task.spec.due ?? library.queue(task.spec.queue)?.due
        else { return DueTimes(dueAt: task.dueAt, atRiskAt: task.atRiskAt) }
        let calendar = due.calendar.flatMap(library.calendar)
        let left = calendar?.workingTime(from: hold.since, to: dueAt) ?? dueAt.since(hold.since)
        return DueTimes(after: max(.zero, left), due, on: calendar, from: now)
    }

    /// How much time has passed since the task's hours were last counted, on the calendar that it is due by. Work that
    /// lies wholly outside of its hours was done all the same.
    func passed(for task: ManualTask, until now: Timestamp) -> Interval {
        let start = task.hours.countedUntil
        let whole = max(.zero, now.since(start))
        let due = task.spec.due ?? library.queue(task.queue)?.due
        guard let calendar = due?.calendar.flatMap(library.calendar) else { return whole }
        let working = calendar.workingTime(from: start, to: now)
        if case .inProgress = task.state, working == .zero { return whole }
        return working
    }
}

// What follows a completion.
extension Engine {
    /// The check and the review that an outcome has.
    func sequel(
        of task: ManualTask,
        _ outcome: String,
        _ values: JSON.Object,
        _ turn: EngineLane.Turn
    ) throws -> CompletionSequel {
        guard task.kind == .manual, let instance = try instance(task.instance, turn) else { return .nothing }
        return try task.sequel(of: outcome, values, in: instance, library.workflow(instance.workflow))
    }

    func dueCheck(_ check: CompletionSequel.Check, of task: ManualTask) -> DueStep {
        DueStep(
            instance: task.instance,
            step: Assembly.verificationStep(of: task),
            task: task.id,
            node: task.node,
            attempt: 1,
            action: check.action,
            lane: lane(of: check.action, check.input),
            input: check.input,
            key: CallKey.of(task.instance, step: task.step, round: task.version),
            notBefore: clock.now(),
            fence: 1
        )
    }
}
