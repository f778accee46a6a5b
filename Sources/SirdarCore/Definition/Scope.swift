import JQ
package import JSON

/// What an expression may see besides its input `.`; each value is made only when an expression asks for it.
package struct Scope: Sendable {
    let workflow: Workflow
    let instance: Instance
    let node: Node
    let step: Step?
    package let input: JSON
    package var output: JSON?
    /// The values that a person entered; only in the deferred parts of manual work.
    package var form: JSON?
    /// The task as it is; only in the deferred parts of manual work.
    package var task: JSON?
    var locals: [String: JSON]
    /// `$secrets`; only where a call's input is made.
    var secrets: SecretReferences?

    package init(
        workflow: Workflow,
        instance: Instance,
        node: Node,
        step: Step?,
        input: JSON,
        locals: [String: JSON] = [:]
    ) {
        self.workflow = workflow
        self.instance = instance
        self.node = node
        self.step = step
        self.input = input
        self.locals = locals
    }

    /// The names that expressions may use anywhere, apart from those that loops and handlers define.
    package static let names: Set<String> = [
        "context", "input", "output", "workflow", "task", "form", "error", "runtime", "secrets",
    ]

    package func adding(_ name: String, _ value: JSON) -> Scope {
        var scope = self
        scope.locals[name] = value
        return scope
    }

    /// The values of these names; a name that has none here is `null`.
    func values(of names: Set<String>) -> [String: JSON] {
        var values: [String: JSON] = [:]
        for name in names { values[name] = value(of: name) }
        return values
    }

    private func value(of name: String) -> JSON {
        if let local = locals[name] { return local }
        switch name {
        case "context": return instance.context
        case "input": return input
        case "output": return output ?? .null
        case "workflow": return workflowDescriptor
        case "task": return task ?? taskDescriptor
        case "form": return form ?? .null
        case "secrets": return secrets?.json ?? .null
        case "runtime": return ["name": "sirdar"]
        default: return .null
        }
    }

    private var workflowDescriptor: JSON {
        [
            "id": .string(instance.id.description),
            "definition": [
                "document": [
                    "namespace": .string(workflow.document.namespace),
                    "name": .string(workflow.document.name),
                    "version": .string(workflow.document.version),
                ]
            ],
            "input": instance.input,
            "requester": .string(instance.origin.requester),
            "request": instance.origin.request.map { .string($0.description) } ?? .null,
            "startedAt": instance.startedAt.descriptor,
        ]
    }

    private var taskDescriptor: JSON {
        var object: JSON.Object = ["name": .string(node.name), "reference": .string(node.pointer), "input": input]
        object["output"] = output
        object["startedAt"] = step?.startedAt.descriptor
        return .object(object)
    }
}

extension Timestamp {
    /// The specification's date-time descriptor.
    var descriptor: JSON {
        [
            "iso8601": .string(description),
            "epoch": [
                "seconds": .number(JSON.Number(Int(milliseconds / 1000))),
                "milliseconds": .number(JSON.Number(Int(milliseconds))),
            ],
        ]
    }
}
