import JSON
import SirdarCore

// The people's half: tasks are opened, worked on, checked and closed by the same rules as in the engine.
extension Rehearsal {
    mutating func openTask(_ open: Effect.OpenTask, of id: Identifier) throws {
        guard let part = parts[id] else { return }
        let spec = open.spec
        let times = DueTimes(spec, stage.queues[spec.queue], on: { stage.calendars[$0] }, from: now)
        let earlier = tasks.values.filter { $0.instance == id && $0.state.isFinal }.sorted { $0.id < $1.id }
        let runbook = spec.runbook.flatMap { name in part.definition.runbooks.first { $0.name == name } }
        let task = ManualTask(
            id: nextIdentifier(),
            instance: id,
            open: open,
            origin: part.instance.origin,
            createdAt: now,
            dueAt: times.dueAt,
            atRiskAt: times.atRiskAt,
            runbook: runbook?.hash,
            excluded: spec.exclusions(of: part.instance, part.workflow, earlier: earlier)
        )
        tasks[task.id] = task
        account.tasks.append(.init(path: part.path(task.node), task: task))
        setDeadline(task)
        try plan(task, part)
    }

    /// Asks what a person does about the task, and when.
    private mutating func plan(_ task: ManualTask, _ part: Part) throws {
        let node = part.workflow[task.node]
        let question = Question(
            role: task.kind == .triage ? .decision : .task,
            undoes: part.undoing.contains(task.step),
            path: part.path(task.node),
            pointer: node.pointer,
            name: node.name,
            action: task.kind == .triage ? node.triedAction(undoes: part.undoing.contains(task.step)) : nil,
            input: task.spec.json,
            attempt: (account.tasks.first { $0.task.id == task.id }?.returns ?? 0) + 1
        )
        let answer = try ask(question, part)
        if case .never = answer.kind { return }
        put(.task(task.id), at: now.advanced(by: answer.takes), .answer(answer))
    }

    /// A person does what is written.
    mutating func worked(_ id: Identifier, _ answer: Answer) throws {
        guard var task = tasks[id], let part = parts[task.instance] else { return }
        let worker = worker(for: task, answer.person)
        do {
            task = try begin(task, worker)
            switch answer.kind {
            case .failure(let failure):
                let text = failure.problem.detail ?? failure.problem.title
                try decide(.failed(by: worker, code: failure.problem.title, text: text), task)
            case .decision(let decision):
                let submission = Submission(outcome: decision.outcome, values: decision.values)
                try decide(.completed(by: worker, submission), task)
            case .work(let outcome, let values, let ticks): try complete(task, worker, (outcome, values, ticks), part)
            case .output, .pending, .never: preconditionFailure("the prompter gives what fits the question")
            }
        } catch let refusal as TaskRefusal {
            throw Interruption(
                "The task of `\(part.path(task.node))` refuses what \(worker.person) does: \(refusal.sentence())"
            )
        }
    }

    private mutating func begin(_ task: ManualTask, _ worker: Worker) throws(TaskRefusal) -> ManualTask {
        if task.owner?.person == worker.person { return task }
        let begun = try TaskMachine.apply(.started(by: worker), to: task, at: now).task
        tasks[task.id] = begun
        return begun
    }

    private mutating func complete(
        _ task: ManualTask,
        _ worker: Worker,
        _ work: (outcome: String, values: JSON.Object, ticks: [Submission.TickedItem]?),
        _ part: Part
    ) throws {
        // The page shows what a form begins with; whoever completes the task leaves it as it is.
        var values = JSON.Object()
        for field in task.spec.form.fields { values[field.name] = field.initial.flatMap { $0.isNull ? nil : $0 } }
        for (name, value) in work.values { values[name] = value }
        let checklist = part.definition.runbooks.first { $0.hash == task.runbook }?.checklist ?? Checklist(items: [])
        var submission = Submission(outcome: work.outcome, values: values)
        submission.checklist = checklist
        submission.ticks = work.ticks ?? checklist.items.filter(\.isRequired).map(\.rehearsed)
        let sequel = try task.sequel(of: work.outcome, values, in: part.instance, part.workflow)
        submission.verifies = sequel.check != nil
        submission.review = sequel.review
        try decide(.completed(by: worker, submission), task)
        guard let check = sequel.check, case .verifying = tasks[task.id]?.state else { return }
        // The number of a check must not meet the step's own: it takes the number's negative.
        let key = WorkID(instance: task.instance, step: -task.step)
        self.work[key] = Work(
            node: task.node,
            action: check.action,
            input: check.input,
            attempt: 1,
            undoes: false,
            task: task.id
        )
        put(.work(key), at: now, .call)
    }

    /// Decides about a task, and about its instance when the task's end moves it.
    private mutating func decide(_ event: TaskEvent, _ task: ManualTask) throws {
        let decision = try TaskMachine.apply(event, to: task, at: now)
        tasks[task.id] = decision.task
        if decision.checkEnded { drop(WorkID(instance: task.instance, step: -task.step)) }
        if decision.task.state.isFinal {
            remove(.task(task.id))
            remove(.timer(task.instance, step: task.step, .deadline))
        }
        if let end = decision.end { try tell(.taskEnded(step: task.step, end: end), to: task.instance) }
        // What needs a second person gets one: another engineer, who confirms.
        if case .awaitingReview = decision.task.state, let reviewer = reviewer(of: decision.task) {
            try decide(.confirmed(by: reviewer, note: ""), decision.task)
        }
    }

    private func reviewer(of task: ManualTask) -> Worker? {
        let free = Answers.engineers.first { name in
            name != task.completion?.by && name != task.origin.requester
                && !task.excluded.contains { $0.person == name }
        }
        let skills = Set(task.completion?.review ?? [])
        return free.map { Worker(person: $0, queues: [task.queue], skills: skills, isSupervisor: false) }
    }

    // MARK: Checks

    mutating func checked(_ id: Identifier, _ key: WorkID, _ due: Work, _ answer: Answer) throws {
        guard let task = tasks[id], let part = parts[task.instance] else { return }
        switch answer.kind {
        case .output(let output):
            let passed = output["passed"]?.asBool ?? false
            try decide(.checked(.init(passed ? .passed : .failed, output: output, at: now)), task)
            if !passed { try comeBack(id, part) }
        case .failure(let failure):
            let policy = RetryPolicy.standard
            if failure.remedy != .permanent, policy.allows(anotherAfter: due.attempt, elapsed: .zero) {
                work[key]?.attempt += 1
                let delay = policy.delay(after: due.attempt, random: random())
                return put(.work(key), at: now.advanced(by: delay), .call)
            }
            let output: JSON = ["passed": false, "problem": failure.problem.json]
            try decide(.checked(.init(.impossible, output: output, at: now)), task)
            try comeBack(id, part)
        case .pending(let delay): put(.work(key), at: now.advanced(by: delay), .call)
        case .work, .decision, .never: preconditionFailure("the prompter gives what fits the question")
        }
    }

    /// The check has sent the task back to whoever did the work.
    private mutating func comeBack(_ id: Identifier, _ part: Part) throws {
        if let index = account.tasks.firstIndex(where: { $0.task.id == id }) { account.tasks[index].returns += 1 }
        if let task = tasks[id] { try plan(task, part) }
    }

    // MARK: Closing and ageing

    mutating func closeTask(_ step: Int, of id: Identifier, expired: Bool) throws {
        let open = tasks.values.first { $0.instance == id && $0.step == step && !$0.state.isFinal }
        if let open { try decide(.closed(expired: expired), open) }
    }

    /// The task has come to be at risk, or overdue.
    mutating func aged(_ id: Identifier, _ step: Int) throws {
        let open = tasks.values.first { $0.instance == id && $0.step == step && !$0.state.isFinal }
        guard let open else { return }
        try decide(.aged, open)
        if let task = tasks[open.id] { setDeadline(task) }
    }

    private mutating func setDeadline(_ task: ManualTask) {
        guard let next = task.nextDeadline(after: now) else { return }
        put(.timer(task.instance, step: task.step, .deadline), at: next, .fire)
    }

    /// Whoever is named, or holds the task already, or else the first engineer who may.
    private func worker(for task: ManualTask, _ name: String?) -> Worker {
        let free = Answers.engineers.first { name in !task.excluded.contains { $0.person == name } }
        return Worker(
            person: name ?? task.owner?.person ?? free ?? Answers.engineers[0],
            queues: [task.queue],
            skills: Set(task.spec.skills),
            isSupervisor: false
        )
    }
}

extension Checklist.Item {
    /// The tick of somebody who did what it says.
    fileprivate var rehearsed: Submission.TickedItem { .init(item: id, evidence: evidence.map { _ in "rehearsed" }) }
}

extension Node {
    /// The action that was called when the step gave up.
    fileprivate func triedAction(undoes: Bool) -> String? { undoes ? compensation?.action : call?.action }
}
