import JSON
import SirdarCore

// What the machine cannot know of a task: by when it is due, whose hands it must not be in, how it is checked. The
// engine and a rehearsal ask the same functions.

extension DueTimes {
    /// The times of a task that opens now; `queue` says what holds where the task itself says nothing.
    init(_ spec: TaskSpec, _ queue: QueuePolicy?, on calendar: (String) -> WorkingCalendar?, from now: Timestamp) {
        guard let due = spec.due ?? queue?.due else {
            self.init(dueAt: nil, atRiskAt: nil)
            return
        }
        self.init(after: due.after, due, on: due.calendar.flatMap(calendar), from: now)
    }

    /// `left`: the working time that is left.
    init(after left: Interval, _ due: TaskSpec.Due, on calendar: WorkingCalendar?, from now: Timestamp) {
        func moment(_ interval: Interval) -> Timestamp? {
            guard let calendar else { return now.advanced(by: interval) }
            return calendar.moment(interval, after: now)
        }
        let untilRisk = due.atRisk.map { Interval(milliseconds: max(0, left.milliseconds - $0.milliseconds)) }
        self.init(dueAt: moment(left), atRiskAt: untilRisk.flatMap(moment))
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

/// What follows a completion: only the first outcome, the one that says that the work is done, has anything.
struct CompletionSequel {
    let check: Check?
    /// The skills of whoever must confirm it; `nil`: nobody need.
    let review: [String]?

    /// The automatic check, its arguments evaluated.
    struct Check {
        let action: String
        let input: JSON
    }

    static let nothing = CompletionSequel(check: nil, review: nil)
}

extension ManualTask {
    /// - Throws: what goes wrong when the parts that were deferred to the completion are evaluated.
    func sequel(
        of outcome: String,
        _ values: JSON.Object,
        in instance: Instance,
        _ workflow: Workflow
    ) throws(Problem) -> CompletionSequel {
        guard kind == .manual, outcome == spec.outcomes.first, let manual = workflow[node].manual,
            let step = instance.leaf(step)
        else { return .nothing }
        // Checked again by the machine; here only so that the check's arguments are made from right values.
        guard case .success(let accepted) = spec.form.check(values) else { return .nothing }
        var scope = Scope(workflow: workflow, instance: instance, node: workflow[node], step: step, input: step.input)
        scope.form = .object(accepted)
        scope.task = descriptor
        var review: [String]?
        if let asked = manual.review, try asked.when?.isTrue(step.input, scope) ?? true { review = asked.skills }
        guard let verify = manual.verify else { return CompletionSequel(check: nil, review: review) }
        let input = try verify.with.evaluate(step.input, scope)
        return CompletionSequel(check: .init(action: verify.action, input: input), review: review)
    }
}
