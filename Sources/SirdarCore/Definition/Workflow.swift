import JQ
import JSON
package import JSONSchema

/// A definition as the machine reads it: checked, compiled and immutable.
///
/// Its nodes lie in one array in the order of the text; a node's index is its identity within this definition, and
/// node 0 is the root, a sequence. An instance is pinned to the definition's content hash, so indexes never change
/// under it.
package struct Workflow: Sendable {
    package let document: Document
    package let nodes: [Node]
    /// SHA-256 of the source text and of every runbook that it names: what an instance is pinned to.
    package let hash: ContentHash
    package let input: DataIn
    package let output: DataOut
    package let timeout: Timeout?
    /// Where a step that gives up waits for a person.
    package let triageQueue: String
    /// What a step that gives up does when nothing else is said about it.
    package let onExhausted: OnExhausted
    /// The secrets that its steps may use, by their names.
    package let secrets: [String]
    /// When instances of it start by themselves.
    package let schedule: Schedule?

    package init(
        document: Document,
        nodes: [Node],
        hash: ContentHash,
        input: DataIn = .none,
        output: DataOut = .none,
        timeout: Timeout? = nil,
        triageQueue: String = "triage",
        onExhausted: OnExhausted = .askPerson,
        secrets: [String] = [],
        schedule: Schedule? = nil
    ) {
        precondition(!nodes.isEmpty, "a workflow has at least its root")
        self.document = document
        self.nodes = nodes
        self.hash = hash
        self.input = input
        self.output = output
        self.timeout = timeout
        self.triageQueue = triageQueue
        self.onExhausted = onExhausted
        self.secrets = secrets
        self.schedule = schedule
    }

    package subscript(node: Int) -> Node { nodes[node] }
}

extension Workflow {
    /// The head of a definition.
    package struct Document: Hashable, Sendable {
        package let namespace: String
        package let name: String
        package let version: String
        package let title: String
        package let summary: String

        package init(namespace: String, name: String, version: String, title: String = "", summary: String = "") {
            self.namespace = namespace
            self.name = name
            self.version = version
            self.title = title.isEmpty ? name : title
            self.summary = summary
        }
    }

    package enum OnExhausted: String, Sendable, Hashable, CaseIterable {
        /// The step waits for a person in the triage queue.
        case askPerson
        /// The step faults, as the specification has it.
        case fault
    }

    /// What enters a step or a workflow: first checked, then transformed.
    package struct DataIn: Sendable {
        package let schema: Schema?
        package let from: Template?

        package init(schema: Schema? = nil, from: Template? = nil) {
            self.schema = schema
            self.from = from
        }

        package static let none = DataIn()
    }

    /// What leaves a step, a workflow, or goes to the context: first transformed, then checked.
    package struct DataOut: Sendable {
        package let schema: Schema?
        package let `as`: Template?

        package init(schema: Schema? = nil, as transform: Template? = nil) {
            self.schema = schema
            self.as = transform
        }

        package static let none = DataOut()
    }

    /// How long a step or a workflow may take; evaluated when it starts.
    package struct Timeout: Sendable, Hashable {
        package let after: Template

        package init(after: Template) { self.after = after }
    }
}

/// A SHA-256 digest that names a content.
package struct ContentHash: Hashable, Sendable, CustomStringConvertible {
    /// 64 lower-case hexadecimal digits.
    package let hex: String

    package init(hex: String) { self.hex = hex }

    package var description: String { hex }
}
