import JSON
import SirdarCore

// What becomes of tasks: opening, closing, and the decisions about them.
extension Assembly {
    mutating func openTask(_ open: Effect.OpenTask, of instance: Instance) throws {
        let spec = open.spec
        let times = TaskTimes(spec, engine.library.queue(spec.queue), at: now)
        let task = ManualTask(
            id: engine.identifiers.next(),
            instance: instance.id,
            open: open,
            origin: instance.origin,
            createdAt: now,
            dueAt: times.dueAt,
            atRiskAt: times.atRiskAt,
            runbook: spec.runbook.flatMap { engine.library.runbook(named: $0, of: instance.workflow) },
            excluded: try exclusions(spec, instance)
        )
        commit.tasks.append(TaskWrite(task, before: nil))
        setDeadline(task)
        note(
            "task.opened",
            on: instance.id,
            kind: "task",
            part: task.id.description,
            detail: [
                "queue": .string(task.queue), "step": .number(JSON.Number(open.step)), "title": .string(spec.title),
            ]
        )
    }

    private func exclusions(_ spec: TaskSpec, _ instance: Instance) throws -> [ManualTask.Exclusion] {
        let workflow = try engine.library.workflow(instance.workflow)
        return try spec.exclusions(
            of: instance,
            workflow,
            earlier: try engine.store.tasks(TaskQuery(instance: instance.id, isOpen: false))
        )
    }

    /// The timer that moves the task in its queue when it comes to be at risk, then overdue.
    private mutating func setDeadline(_ task: ManualTask) {
        guard let next = task.nextDeadline(after: now) else { return }
        set(DueTimer(instance: task.instance, step: task.step, kind: .deadline, at: next))
    }

    /// The step is over, and its task with it.
    mutating func closeTask(_ step: Int, of instance: Instance, expired: Bool) throws {
        // The task whose own end ends the step is written by that decision.
        guard !commit.tasks.contains(where: { $0.task.instance == instance.id && $0.task.step == step }) else { return }
        let open = try engine.store.tasks(TaskQuery(instance: instance.id, isOpen: true))
        guard let task = open.first(where: { $0.step == step }) else { return }
        try apply(.closed(expired: expired), to: task, verification: nil)
    }

    /// Decides about a task, and about its instance when the task's end moves it.
    @discardableResult
    mutating func apply(_ event: TaskEvent, to task: ManualTask, verification: DueStep?) throws -> ManualTask {
        let decision = try TaskMachine.apply(event, to: task, at: now)
        let after = decision.task
        commit.tasks.append(TaskWrite(after, before: task))
        if decision.verifies, let verification { perform(verification, of: task.origin) }
        if decision.checkEnded {
            let id = WorkID(instance: task.instance, step: Self.verificationStep(of: task))
            commit.work.append(.drop(id, fence: held.flatMap { $0.id == id ? $0.fence : nil }))
        }
        if case .aged = event { setDeadline(after) }
        if after.state.isFinal, task.dueAt != nil || task.atRiskAt != nil {
            commit.timers.append(.drop(task.instance, step: task.step, kind: .deadline))
        }
        for projection in engine.projections {
            commit.records += try projection.changes(decision, before: task, at: now, reading: engine.store)
        }
        note(
            event.name,
            on: task.instance,
            kind: "task",
            part: task.id.description,
            fence: after.fence,
            detail: Story.detail(event, before: task, after: after)
        )
        if let end = decision.end {
            guard let instance = try engine.instance(task.instance, turn) else {
                throw UnknownInstance(id: task.instance)
            }
            try apply(.taskEnded(step: task.step, end: end), to: instance)
        }
        return after
    }

    /// The due step of a task's check must not meet the step's own: it takes the number's negative.
    static func verificationStep(of task: ManualTask) -> Int { -task.step }
}
