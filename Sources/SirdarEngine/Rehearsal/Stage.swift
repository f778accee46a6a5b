import JSON
import JSONSchema
package import SirdarCore

/// What a rehearsal plays on: the definitions of a catalogue with all that they name.
package struct Stage: Sendable {
    package let definitions: [Vocabulary.WorkflowName: Catalog.Definition]
    package let queues: [String: QueuePolicy]
    let calendars: [String: WorkingCalendar]
    package let vocabulary: Vocabulary

    package init(_ catalog: Catalog) {
        definitions = catalog.definitions
        calendars = Dictionary(catalog.calendars.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        queues = Dictionary(catalog.queues.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        vocabulary = catalog.vocabulary
    }

    /// The newest version of a workflow, by its name alone.
    package func newest(_ name: String) -> Vocabulary.WorkflowName? {
        definitions.keys.filter { $0.name == name }.max { Self.isOlder($0.version, $1.version) }
    }

    /// `1.10.0` follows `1.9.0`, and `1.0.0` follows `1.0.0-beta`.
    private static func isOlder(_ left: String, _ right: String) -> Bool {
        func parts(_ version: String) -> (numbers: [Int], rest: Substring) {
            let core = version.prefix { $0 != "-" && $0 != "+" }
            return (core.split(separator: ".").map { Int($0) ?? 0 }, version.dropFirst(core.count))
        }
        let (left, right) = (parts(left), parts(right))
        if left.numbers != right.numbers { return left.numbers.lexicographicallyPrecedes(right.numbers) }
        return !left.rest.isEmpty && (right.rest.isEmpty || left.rest < right.rest)
    }
}

extension Stage {
    /// A step that answers may be written for.
    package struct StepName: Sendable {
        package let node: Node
        package let path: String
    }

    /// Every named step of a workflow, and of those that it runs.
    package func steps(of name: Vocabulary.WorkflowName) -> [StepName] { steps(of: name, prefix: "", depth: 0) }

    private func steps(of name: Vocabulary.WorkflowName, prefix: String, depth: Int) -> [StepName] {
        guard depth <= Rehearsal.depthMax, let workflow = definitions[name]?.workflow else { return [] }
        return workflow.nodes.flatMap { node -> [StepName] in
            guard !node.name.isEmpty else { return [] }
            let own = StepName(node: node, path: prefix + node.name)
            guard let child = node.runs else { return [own] }
            return [own] + steps(of: child, prefix: "\(own.path)/", depth: depth + 1)
        }
    }
}

extension Node {
    /// Whether the step does something by itself, and does not only choose, hold others or give a value.
    var isWork: Bool {
        switch kind {
        case .call, .manual, .workflow, .wait, .emit, .listen: true
        case .sequence, .set, .choice, .loop, .parallel, .attempt, .raise: false
        }
    }

    /// The workflow that the step runs.
    var runs: Vocabulary.WorkflowName? {
        switch kind {
        case .workflow(let subflow):
            Vocabulary.WorkflowName(namespace: subflow.namespace, name: subflow.name, version: subflow.version)
        case .sequence, .set, .choice, .loop, .parallel, .attempt, .raise, .wait, .call, .manual, .emit, .listen: nil
        }
    }
}

extension Vocabulary.Function {
    /// What is wrong with the arguments of a call, or `nil`.
    func problem(with input: JSON) -> Problem? {
        let violations = schema.validate(input)
        guard !violations.isEmpty else { return nil }
        let sentences = violations.map { "\($0.instancePointer): \($0.message)" }
        return Problem(.validation, "\(name) was called with wrong arguments. \(sentences.joined(separator: "; "))")
    }
}
