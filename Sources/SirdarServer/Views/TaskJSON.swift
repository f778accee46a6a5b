import JSON
import SirdarCore
import SirdarEngine

// A task as programs read it.
extension Reading {
    func json(_ task: ManualTask, for worker: Worker, whole: Bool) throws -> JSON {
        var object: JSON.Object = [
            "id": .string(task.id.description), "state": .string(task.state.name), "kind": .string(task.kind.name),
            "queue": .string(task.queue), "title": .string(task.spec.title), "priority": .string(task.priority.name),
            "urgency": .string(task.urgency.name), "project": .string(task.origin.scope),
            "machine": task.spec.about["machine"] ?? .null, "about": task.spec.about,
            "skills": .array(task.spec.skills.map(JSON.string)),
            "instance": .string(task.instance.description), "step": .number(JSON.Number(task.step)),
            "request": task.origin.request.map { .string($0.description) } ?? .null,
            "created_at": .string(task.createdAt.description),
            "due": task.dueAt.map { .string($0.description) } ?? .null,
            "fence": .number(JSON.Number(Int(task.fence))), "version": .number(JSON.Number(Int(task.version))),
            "owner": .null, "escalation": .number(JSON.Number(task.escalation)),
            "hold": task.hold.map(Self.json) ?? .null,
        ]
        if let owner = task.owner {
            object["owner"] = [
                "id": .string(owner.person), "name": .string(try name(owner.person)),
                "since": .string(owner.since.description),
            ]
        }
        guard whole else { return .object(object) }
        if let input = try input(ofTriage: task) { object["input"] = input }
        object["form"] = .array(task.spec.form.fields.map { json($0, of: task) })
        object["outcomes"] = .array(task.spec.outcomes.map(JSON.string))
        let runbook = task.runbook.flatMap { library.runbook($0) }
        object["runbook"] = runbook.map { json($0, of: task) } ?? .null
        object["checklist"] = .array(try (runbook?.checklist.items ?? []).map { try json($0, of: task) })
        object["operations"] = .array(
            try offers(task, for: worker).map { offer in
                [
                    "operation": .string(offer.operation.rawValue), "allowed": .bool(offer.isAllowed),
                    "reason": try offer.refusal.map { .string(try sentence($0)) } ?? .null,
                ]
            }
        )
        object["last_check"] = task.lastCheck.map(Self.json) ?? .null
        object["outcome"] = task.completion.map { .string($0.outcome) } ?? .null
        object["attachments"] = .array(try StoredAttachment.all(of: task.id, store).map { try json($0) })
        object["comments"] = .array(try Comment.all(of: task.id, store).map { try json($0) })
        return .object(object)
    }

    /// What the step that has given up was given, for whoever decides about it.
    func input(ofTriage task: ManualTask) throws -> JSON? {
        guard task.kind == .triage, !task.state.isFinal, let instance = try store.instance(task.instance) else {
            return nil
        }
        let call = try workflow(of: instance)[task.node].call
        return try engine.input(of: task.step, in: instance).map { call?.told($0) ?? $0 }
    }

    /// The runbook as it was written, and as a terminal shows it, with the task's values and ticks.
    private func json(_ runbook: Runbook, of task: ManualTask) -> JSON {
        let values = (task.spec.about.asObject ?? [:]).reduce(into: [:]) { $0[$1.key] = Show.value($1.value) }
        let plain = runbook.plainText(values: values, ticked: Set(task.ticks.map(\.item)))
        return [
            "name": .string(runbook.name), "title": .string(runbook.title), "hash": .string(runbook.hash.hex),
            "version": .number(JSON.Number(runbook.version)), "text": .string(runbook.text),
            "plain_text": .string(plain),
        ]
    }

    private func json(_ field: Form.Field, of task: ManualTask) -> JSON {
        let value = task.completion?.values[field.name] ?? task.draft[field.name] ?? field.initial ?? .null
        var object: JSON.Object = [
            "name": .string(field.name), "type": .string(field.kind.rawValue), "label": .string(field.label),
            "required": .bool(field.required), "value": value,
        ]
        object["help"] = field.help.map(JSON.string)
        object["within"] = field.rules.within.map { .string($0.description) }
        if !field.rules.options.isEmpty { object["options"] = .array(field.rules.options.map(JSON.string)) }
        return .object(object)
    }

    private func json(_ item: Checklist.Item, of task: ManualTask) throws -> JSON {
        let tick = task.ticks.first { $0.item == item.id }
        var object: JSON.Object = [
            "id": .string(item.id), "text": .string(item.text), "required": .bool(item.isRequired),
            "evidence": item.evidence.map(JSON.string) ?? .null, "ticked": .bool(tick != nil),
        ]
        if let tick {
            object["tick"] = [
                "by": .string(try name(tick.by)), "at": .string(tick.at.description),
                "evidence": tick.evidence.map(JSON.string) ?? .null,
            ]
        }
        return .object(object)
    }

    private static func json(_ hold: ManualTask.Hold) -> JSON {
        [
            "awaiting": .string(hold.awaiting.rawValue), "reason": .string(hold.reason),
            "until": hold.until.map { .string($0.description) } ?? .null, "since": .string(hold.since.description),
        ]
    }

    private static func json(_ check: ManualTask.Check) -> JSON {
        [
            "result": .string(check.result.rawValue), "output": check.output, "at": .string(check.at.description),
        ]
    }
}
