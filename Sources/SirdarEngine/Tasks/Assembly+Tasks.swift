import JSON
import SirdarCore

// What becomes of tasks: opening, closing, and the decisions about them.
extension Assembly {
    mutating func openTask(_ open: Effect.OpenTask, of instance: Instance) throws {
        let spec = open.spec
        let due = engine.due(spec, from: now)
        let excluded = try exclusions(spec, instance)
        var task = ManualTask(
            id: engine.identifiers.next(),
            instance: instance.id,
            open: open,
            origin: instance.origin,
            createdAt: now,
            dueAt: due.dueAt,
            atRiskAt: due.atRiskAt,
            runbook: spec.runbook.flatMap { engine.library.runbook(named: $0, of: instance.workflow) },
            excluded: excluded
        )
        if try !engine.roster.isRoutable(queue: spec.queue, skills: spec.skills, excluded: excluded, at: now) {
            task.state = .unroutable
        }
        commit.tasks.append(TaskWrite(task, before: nil))
        tell(Notices.opened(task, at: now))
        setDeadline(of: task)
        note(
            "task.opened",
            on: instance.id,
            kind: "task",
            part: task.id.description,
            detail: [
                "queue": .string(task.queue), "state": .string(task.state.name),
                "step": .number(JSON.Number(open.step)), "title": .string(spec.title),
            ]
        )
    }

    private func exclusions(_ spec: TaskSpec, _ instance: Instance) throws -> [ManualTask.Exclusion] {
        let workflow = try engine.library.workflow(instance.workflow)
        return try spec.exclusions(
            of: instance,
            workflow,
            earlier: try reading().tasks(TaskQuery(instance: instance.id, isOpen: false))
        )
    }

    /// The step is over, and its task with it.
    mutating func closeTask(_ step: Int, of instance: Instance, expired: Bool) throws {
        // The task whose own end ends the step is written by that decision.
        guard !commit.tasks.contains(where: { $0.task.instance == instance.id && $0.task.step == step }) else { return }
        let open = try reading().tasks(TaskQuery(instance: instance.id, isOpen: true))
        guard let task = open.first(where: { $0.step == step }) else { return }
        try apply(.closed(expired: expired), to: task, verification: nil)
    }

    /// Decides about a task, and about its instance when the task's end moves it.
    @discardableResult
    mutating func apply(_ event: TaskEvent, to task: ManualTask, verification: DueStep?) throws -> ManualTask {
        let decision = try TaskMachine.apply(event, to: task, at: now)
        let after = try counted(decision.task, since: task)
        commit.tasks.append(TaskWrite(after, before: task))
        if decision.verifies, let verification { perform(verification, of: task.origin) }
        if decision.checkEnded {
            let id = WorkID(instance: task.instance, step: Self.verificationStep(of: task))
            commit.work.append(.drop(id, fence: held.flatMap { $0.id == id ? $0.fence : nil }))
        }
        setTimers(of: after, before: task, event)
        tell(Notices.of(event, before: task, after: after, at: now))
        commit.records += decision.comments.map { comment in
            Comment(id: engine.identifiers.next(), task: task.id, at: now, comment).added
        }
        if case .attached(let worker, let file) = event {
            let id = engine.identifiers.next()
            commit.records.append(StoredAttachment(id: id, task: task.id, by: worker.person, at: now, file).added)
        }
        for projection in engine.projections {
            commit.records += try projection.changes(decision, before: task, at: now, reading: records)
        }
        note(
            event.name,
            on: task.instance,
            kind: "task",
            part: task.id.description,
            fence: after.fence,
            detail: Story.detail(event, before: task, after: after)
        )
        if decision.reopens { try reopen(task) }
        try returnIfClosed(after, after: event)
        if let end = decision.end {
            guard let instance = try engine.instance(task.instance, turn) else {
                throw UnknownInstance(id: task.instance)
            }
            try taskEnded(.taskEnded(step: task.step, end: end), instance)
        }
        return after
    }

    /// The step of a completed task waits for it again.
    private mutating func reopen(_ task: ManualTask) throws {
        guard let instance = try engine.instance(task.instance, turn) else { throw UnknownInstance(id: task.instance) }
        do { try apply(.taskReopened(step: task.step), to: instance) } catch is Refusal { throw TaskRefusal.goneOn }
        // What had been claimed meanwhile has been looked at by somebody.
        for write in commit.tasks where write.task.state == .cancelled && write.before?.owner != nil {
            throw TaskRefusal.goneOn
        }
        commit.reopenings.append(.init(task: task.id, endedAt: task.hours.countedUntil))
    }

    /// The task, with the stretch of its time counted that the decision has ended.
    private mutating func counted(_ task: ManualTask, since before: ManualTask) throws -> ManualTask {
        guard task.endsStretch(of: before) else { return task }
        var task = task
        task.count(engine.passed(for: before, until: now), since: before, at: now)
        guard let instance = try engine.instance(task.instance, turn) else { return task }
        if let ending = TaskEnding(task, of: try engine.library.workflow(instance.workflow), at: now) {
            commit.endings.append(ending)
        }
        return task
    }

    /// What a person entered for the step is judged as part of the task's form.
    private mutating func taskEnded(_ event: Event, _ instance: Instance) throws {
        func invalid(_ field: String, _ errors: [FieldError]) -> TaskRefusal {
            .invalid(errors.map { FieldError(pointer: "/values/\(field)\($0.pointer)", $0.detail) })
        }
        do {
            if let given = event.givenInput {
                try engine.check(given.input, for: given.step, of: instance)
                replaced = try engine.input(of: given.step, in: instance)
            }
            try apply(event, to: instance)
        } catch Refusal.outputUnfit(let errors) {
            throw invalid("output", errors)
        } catch Refusal.inputUnfit(let errors) {
            throw invalid("input", errors)
        }
    }

    /// Where the tasks and due steps of an instance that moves belong in the new version.
    mutating func place(_ instance: Instance, _ migration: Migration) throws {
        var query = TaskQuery(instance: instance.id, isOpen: nil, limit: 200)
        while true {
            let tasks = try reading().tasks(query)
            for task in tasks {
                let node = task.state.isFinal ? migration.node(ofEnded: task.node) : migration.node(of: task.node)
                // A step that is in no version any more has no name that a later task could ask for.
                commit.placements.append(.task(task.id, node: node ?? 0))
                let check = WorkID(instance: instance.id, step: Self.verificationStep(of: task))
                if !task.state.isFinal { commit.placements.append(.work(check, node: node ?? 0)) }
            }
            guard tasks.count == query.limit, let last = tasks.last else { break }
            query.after = last.id
        }
        for leaf in instance.leaves {
            guard let node = migration.node(of: leaf.node) else { continue }
            commit.placements.append(.work(WorkID(instance: instance.id, step: leaf.number), node: node))
        }
    }

    /// The due step of a task's check must not meet the step's own: it takes the number's negative.
    static func verificationStep(of task: ManualTask) -> Int { -task.step }
}
