package import JSON
package import JSONSchema

/// What definitions may name: everything that exists around a workflow, as far as a definition can depend on it.
package struct Vocabulary: Sendable {
    package var functions: [String: Function]
    package var queues: [String: Queue]
    package var skills: Set<String>
    package var runbooks: [String: Runbook]
    package var calendars: Set<String>
    package var workflows: Set<WorkflowName>
    /// What a step that gives up does in a workflow that does not say it.
    package var onExhausted: Workflow.OnExhausted
    /// The names of time zones; empty: they are not checked.
    package var timeZones: Set<String>

    package init(
        functions: [Function] = [],
        queues: [Queue] = [],
        skills: Set<String> = [],
        runbooks: [Runbook] = [],
        calendars: Set<String> = [],
        workflows: Set<WorkflowName> = [],
        onExhausted: Workflow.OnExhausted = .askPerson,
        timeZones: Set<String> = []
    ) {
        self.functions = Dictionary((functions + [.http]).map { ($0.name, $0) }, uniquingKeysWith: { _, last in last })
        self.queues = Dictionary(queues.map { ($0.name, $0) }, uniquingKeysWith: { _, last in last })
        self.skills = skills
        self.runbooks = Dictionary(runbooks.map { ($0.name, $0) }, uniquingKeysWith: { _, last in last })
        self.calendars = calendars
        self.workflows = workflows
        self.onExhausted = onExhausted
        self.timeZones = timeZones
    }
}

extension Vocabulary {
    /// An action, as a definition sees it.
    package struct Function: Sendable {
        package let name: String
        package let summary: String
        /// The schema of its input, as it was registered.
        package let input: JSON
        package let schema: Schema
        /// The keys that its input may have; `nil` when any will do.
        package let keys: [String]?
        package let required: [String]
        /// What each key may hold, where the schema of the input says so on its own.
        package let properties: [String: Schema]

        package init(name: String, summary: String = "", input: JSON, schema: Schema) {
            self.name = name
            self.summary = summary
            self.input = input
            self.schema = schema
            let described = input["properties"]?.asObject ?? [:]
            let isOpen = input["additionalProperties"].map { $0 != .bool(false) } ?? described.isEmpty
            keys = isOpen ? nil : described.keys
            required = input["required"]?.asArray?.compactMap(\.asString) ?? []
            // A property that refers to another place of the document has no meaning of its own.
            properties = Dictionary(
                described.compactMap { key, document in (try? Schema(document)).map { (key, $0) } },
                uniquingKeysWith: { first, _ in first }
            )
        }
    }

    package struct Queue: Sendable, Hashable {
        package let name: String
        /// Whether its tasks are due by themselves, so that a wait in it has a bound.
        package let hasSLA: Bool

        package init(name: String, hasSLA: Bool) {
            self.name = name
            self.hasSLA = hasSLA
        }
    }

    package struct Runbook: Sendable, Hashable {
        package let name: String
        package let items: [String]
        /// The values that its text and its commands are filled with: form fields, or members of `about`.
        package let values: [String]

        package init(name: String, items: [String] = [], values: [String] = []) {
            self.name = name
            self.items = items
            self.values = values
        }
    }

    package struct WorkflowName: Sendable, Hashable, Comparable, CustomStringConvertible {
        package let namespace: String
        package let name: String
        package let version: String

        package init(namespace: String, name: String, version: String) {
            self.namespace = namespace
            self.name = name
            self.version = version
        }

        package var description: String { "\(namespace)/\(name):\(version)" }

        package static func < (left: WorkflowName, right: WorkflowName) -> Bool { left.description < right.description }
    }
}
