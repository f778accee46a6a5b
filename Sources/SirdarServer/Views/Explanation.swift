import JSON
import SirdarCore
import SirdarEngine

/// Why an instance does not move: what it waits for, on whom, since when, what went wrong last, and what to try.
struct Explanation: Sendable {
    struct Wait: Sendable {
        let step: String
        let sentence: String
        let since: Timestamp
        let lastProblem: String?
        let tries: [String]
    }

    let instance: Identifier
    let status: String
    let sentence: String
    let waits: [Wait]

    var json: JSON {
        [
            "instance": .string(instance.description), "status": .string(status), "sentence": .string(sentence),
            "waits": .array(
                waits.map { wait in
                    [
                        "step": .string(wait.step), "sentence": .string(wait.sentence),
                        "since": .string(wait.since.description),
                        "last_problem": wait.lastProblem.map(JSON.string) ?? .null,
                        "try": .array(wait.tries.map(JSON.string)),
                    ]
                }
            ),
        ]
    }
}

extension Reading {
    func explanation(of instance: Instance) throws -> Explanation {
        let story = try story(of: instance)
        let waits = try story.steps.compactMap { step in
            try step.waitsFor.map { wait in try explained(step, wait, instance) }
        }
        return Explanation(
            instance: instance.id,
            status: instance.status.name,
            sentence: sentence(instance, waits),
            waits: waits
        )
    }

    private func sentence(_ instance: Instance, _ waits: [Explanation.Wait]) -> String {
        if case .ended(let ending) = instance.progress {
            return switch ending {
            case .output: "It has ended well; nothing is waited for."
            case .problem(let problem): "It has ended: \(problem.detail ?? problem.title)"
            case .cancelled(let reason): "It was cancelled: \(reason)"
            }
        }
        if let suspension = instance.suspension {
            return "It is suspended since \(Show.time(suspension.since)): nothing new begins until it is resumed, with "
                + "sirdar instance resume \(instance.id)."
        }
        guard let first = waits.first else {
            return "It waits for nothing that is known: its next event is being decided. If this stays, examine it: "
                + "sirdar doctor."
        }
        let dot = first.sentence.hasSuffix(".") ? "" : "."
        return waits.count == 1 ? "It waits: \(first.sentence)\(dot)" : "It waits for \(waits.count) things at once."
    }

    private func explained(
        _ step: InstanceStory.Step,
        _ wait: InstanceStory.Wait,
        _ instance: Instance
    ) throws -> Explanation.Wait {
        let work = try store.work(of: instance.id).first { $0.step == step.number }
        let problem = step.problem.map { $0["detail"]?.asString ?? $0["title"]?.asString ?? $0.text }
        return Explanation.Wait(
            step: step.title,
            sentence: wait.sentence,
            since: wait.since,
            lastProblem: problem,
            tries: try tries(wait, work, instance, hasProblem: problem != nil)
        )
    }

    private func tries(
        _ wait: InstanceStory.Wait,
        _ work: HeldWork?,
        _ instance: Instance,
        hasProblem: Bool
    ) throws -> [String] {
        if let stop = wait.stop {
            return [
                "A supervisor lifts it: sirdar stop lift \(stop) --reason WHY. What was put aside then goes on at once."
            ]
        }
        if let id = wait.task, let task = try store.task(id) { return try tries(task) }
        if let child = wait.instance { return ["Ask what that instance waits for: sirdar explain \(child)"] }
        guard let work else { return ["Nothing: it goes on by itself at that time."] }
        if work.isParked { return ["Decide on its task: it is tried again, skipped or given up there."] }
        if let until = work.leasedUntil, until < now {
            return ["Its worker has been silent since \(Show.time(until)); the step is offered again by itself."]
        }
        if work.leasedUntil == nil, work.notBefore <= now {
            return [
                "It is due and nobody performs it: every slot of its lane is taken. Raise laneLimit or workerSlots."
            ]
        }
        let waiting = "Nothing: it goes on by itself. To give it up: withdraw its request, or cancel the instance."
        return hasProblem ? ["Remove what the last problem names: the next attempt finds it.", waiting] : [waiting]
    }

    private func tries(_ task: ManualTask) throws -> [String] {
        if let owner = task.owner {
            let ask = "Ask \(try name(owner.person)), who holds the task since \(Show.time(owner.since))."
            guard let absence = try people.absence(of: owner.person), absence.covers(now) else { return [ask] }
            let standIn = try absence.substitute.map { "; \(try name($0)) stands in" } ?? ""
            return [
                "\(try name(owner.person)) holds the task, and is away until \(Show.time(absence.until))\(standIn). A "
                    + "supervisor assigns it: sirdar task assign \(task.id)."
            ]
        }
        let able = try people.everybody().filter { person in
            !person.isDisabled && Permissions.may(person, .workOnTasks, in: .queue(task.queue))
                && person.skills.isSuperset(of: task.spec.skills)
                && !task.excluded.contains { $0.person == person.id.description }
        }
        guard !able.isEmpty else {
            let skills = task.spec.skills.sorted().joined(separator: ", ")
            return [
                "NOBODY MAY TAKE IT: no enabled person works on \(queueTitle(task.queue))"
                    + (skills.isEmpty ? "." : " and has the skills \(skills).")
                    + " An administrator can change that."
            ]
        }
        return [
            "Claim it: sirdar task claim \(task.id)",
            "Who may: \(able.prefix(5).map(\.name).joined(separator: ", "))\(able.count > 5 ? " and others" : "").",
        ]
    }
}
