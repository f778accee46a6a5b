import JSON
import SirdarCore

// What the machine cannot know of a task: by when it is due, whose hands it must not be in, how it is checked. The
// engine and a rehearsal ask the same functions.

/// The times of a task that opens now.
struct TaskTimes {
    let dueAt: Timestamp?
    let atRiskAt: Timestamp?

    /// `queue` says what holds where the task itself says nothing.
    init(_ spec: TaskSpec, _ queue: QueuePolicy?, at now: Timestamp) {
        let due = spec.due ?? queue?.due
        dueAt = due.map { now.advanced(by: $0.after) }
        atRiskAt = due.flatMap { due in
            due.atRisk.map { Timestamp(milliseconds: now.milliseconds + due.after.milliseconds - $0.milliseconds) }
        }
    }
}

extension ManualTask {
    /// When it next comes to be at risk, or overdue; `nil` when neither lies ahead.
    func nextDeadline(after now: Timestamp) -> Timestamp? {
        [atRiskAt, dueAt].compactMap(\.self).filter { $0 > now }.min()
    }
}

extension TaskSpec {
    /// Whose hands the task must not be in. `earlier` are the ended tasks of the same instance.
    func exclusions(
        of instance: Instance,
        _ workflow: Workflow,
        earlier: @autoclosure () throws -> [ManualTask]
    ) rethrows -> [ManualTask.Exclusion] {
        guard !notBy.isEmpty else { return [] }
        var excluded: [ManualTask.Exclusion] = []
        let earlier = try earlier()
        for name in notBy {
            if name == "requester" {
                let why = "You asked for this yourself, so somebody else must do it (separation of duties)."
                excluded.append(.init(person: instance.origin.requester, why: why))
                continue
            }
            for task in earlier where workflow[task.node].name == name {
                guard let person = task.completion?.by else { continue }
                let why = "You did the step \(name), so somebody else must do this one (separation of duties)."
                excluded.append(.init(person: person, why: why))
            }
        }
        return excluded
    }
}

extension ManualTask {
    /// The check that follows a completion: only the first outcome, the one that says that the work is done, has one.
    ///
    /// - Throws: what goes wrong when its arguments are evaluated.
    func check(
        after outcome: String,
        _ values: JSON.Object,
        of instance: Instance,
        _ workflow: Workflow
    ) throws(Problem) -> (action: String, input: JSON)? {
        guard kind == .manual, outcome == spec.outcomes.first, let verify = workflow[node].manual?.verify,
            let step = instance.leaf(step)
        else { return nil }
        // Checked again by the machine; here only so that the check's arguments are made from right values.
        guard case .success(let accepted) = spec.form.check(values) else { return nil }
        var scope = Scope(workflow: workflow, instance: instance, node: workflow[node], step: step, input: step.input)
        scope.form = .object(accepted)
        scope.task = descriptor
        return (verify.action, try verify.with.evaluate(step.input, scope))
    }
}
