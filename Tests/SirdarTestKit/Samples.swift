package import JSON
package import SirdarCore
package import SirdarEngine

/// Small definitions and tasks, built in code, for tests that are not about how a definition is written.
package enum Samples {
    /// `check → work (manual) → publish`: the smallest workflow with automatic steps around a person's.
    package static func workflow(
        _ name: String = "sample",
        version: String = "1.0.0",
        verify: Bool = false
    ) -> Workflow {
        Workflow(
            document: .init(namespace: "test", name: name, version: version),
            nodes: [
                Node(index: 0, parent: nil, name: "", pointer: "/do", kind: .sequence([1, 2, 3])),
                call(1, "check", "note"),
                Node(
                    index: 2,
                    parent: 0,
                    name: "work",
                    pointer: "/do/1/work",
                    kind: .manual(
                        ManualWork(
                            opening: .constant(taskSpec),
                            verify: verify ? .init(action: "verify", with: .null) : nil
                        )
                    )
                ),
                call(3, "publish", "note"),
            ],
            hash: ContentHash(hex: String(repeating: "a", count: 64))
        )
    }

    package static func call(_ index: Int, _ name: String, _ action: String, parent: Int = 0) -> Node {
        Node(
            index: index,
            parent: parent,
            name: name,
            pointer: "/do/\(index - 1)/\(name)",
            kind: .call(.init(action: action, with: .constant(["step": .string(name)])))
        )
    }

    package static let taskSpec: JSON = [
        "title": "Reconfigure", "queue": "ops", "skills": ["storage"], "outcomes": ["done", "cannot"],
        "form": ["address": ["type": "ip", "label": "Address", "required": true]],
    ]

    package static let origin = Instance.Origin(request: nil, requester: "requester", scope: "blackfen")

    package static func spec(_ json: JSON = taskSpec) -> TaskSpec {
        do { return try TaskSpec(json: json, at: "/do/1/work") } catch {
            preconditionFailure("a sample is right: \(error)")
        }
    }

    /// A task that is not yet anywhere.
    package static func task(
        _ id: Identifier,
        of instance: Identifier,
        step: Int = 3,
        queue: String = "ops",
        skills: [String] = ["storage"],
        priority: TaskSpec.Priority = .normal,
        due: Timestamp? = nil,
        excluded: [ManualTask.Exclusion] = [],
        isSkippable: Bool = false
    ) -> ManualTask {
        var document: JSON.Object = taskSpec.asObject ?? [:]
        document["queue"] = .string(queue)
        document["skills"] = .array(skills.map(JSON.string))
        document["priority"] = .string(priority.name)
        document["skippable"] = .bool(isSkippable)
        return ManualTask(
            id: id,
            instance: instance,
            open: .init(step: step, node: 2, kind: .manual, spec: spec(.object(document))),
            origin: origin,
            createdAt: id.time,
            dueAt: due,
            excluded: excluded
        )
    }

    package static func worker(
        _ person: String = "operator",
        queues: Set<String> = ["ops"],
        skills: Set<String> = ["storage"],
        isSupervisor: Bool = false
    ) -> Worker {
        Worker(person: person, queues: queues, skills: skills, isSupervisor: isSupervisor)
    }
}

/// An action whose answers a test decides.
package struct ScriptedAction: Action {
    package let signature: ActionSignature
    private let body: @Sendable (ActionCall) -> ActionOutcome

    package init(
        _ name: String,
        input: JSON = true,
        lane: Lane = .general,
        retry: RetryPolicy = .standard,
        _ body: @escaping @Sendable (ActionCall) -> ActionOutcome
    ) {
        signature = ActionSignature(
            name: name,
            summary: "Does what a test says.",
            input: input,
            retry: retry,
            lane: { _ in lane }
        )
        self.body = body
    }

    package func perform(_ call: ActionCall) -> ActionOutcome { body(call) }
}
