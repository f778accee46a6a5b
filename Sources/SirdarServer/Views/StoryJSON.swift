import JSON
import SirdarCore
import SirdarEngine

// An instance as programs read it.
extension Reading {
    func json(_ summary: InstanceSummary) throws -> JSON {
        let document = try library.workflow(summary.workflow).document
        return [
            "id": .string(summary.id.description), "workflow": Self.json(document),
            "status": .string(summary.status.name), "project": .string(summary.origin.scope),
            "request": summary.origin.request.map { .string($0.description) } ?? .null,
            "requester": try person(summary.origin.requester),
            "parent": summary.parent.map { .string($0.instance.description) } ?? .null,
            "started_at": .string(summary.startedAt.description), "updated_at": .string(summary.updatedAt.description),
        ]
    }

    func json(_ story: InstanceStory) throws -> JSON {
        let instance = story.instance
        var object: JSON.Object = [
            "id": .string(instance.id.description), "workflow": Self.json(story.workflow.document),
            "status": .string(instance.status.name), "project": .string(instance.origin.scope),
            "request": instance.origin.request.map { .string($0.description) } ?? .null,
            "requester": try person(instance.origin.requester),
            "parent": instance.parent.map { .string($0.instance.description) } ?? .null,
            "started_at": .string(instance.startedAt.description), "input": instance.input,
        ]
        if case .ended(let ending) = instance.progress { object["ending"] = ending.json }
        object["waits_for"] = .array(try story.steps.compactMap(\.waitsFor).map(json))
        object["steps"] = .array(try story.steps.map(json))
        return .object(object)
    }

    private func json(_ step: InstanceStory.Step) throws -> JSON {
        var object: JSON.Object = [
            "step": .number(JSON.Number(step.number)), "name": .string(step.name), "title": .string(step.title),
            "at": .string(step.pointer), "kind": .string(step.kind), "state": .string(step.phase),
            "started_at": .string(step.startedAt.description),
            "ended_at": step.endedAt.map { .string($0.description) } ?? .null,
            "actors": .array(try step.actors.map(person)),
        ]
        if step.attempts > 0 { object["attempts"] = .number(JSON.Number(step.attempts)) }
        object["input"] = step.input
        object["output"] = step.output
        object["problem"] = step.problem
        object["waits_for"] = try step.waitsFor.map(json)
        return .object(object)
    }

    private func json(_ wait: InstanceStory.Wait) throws -> JSON {
        [
            "sentence": .string(wait.sentence), "since": .string(wait.since.description),
            "task": wait.task.map { .string($0.description) } ?? .null,
            "instance": wait.instance.map { .string($0.description) } ?? .null,
            "stop": wait.stop.map { ["kind": .string($0.kind.rawValue), "name": .string($0.name)] } ?? .null,
        ]
    }

    func person(_ id: String) throws -> JSON { ["id": .string(id), "name": .string(try name(id))] }

    static func json(_ document: Workflow.Document) -> JSON {
        [
            "namespace": .string(document.namespace), "name": .string(document.name),
            "version": .string(document.version), "title": .string(document.title),
        ]
    }
}
