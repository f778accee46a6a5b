package import JSON

/// What one evaluation may cost. Past any of these it fails with an error; it never hangs, and `try` cannot hide it.
package struct Budget: Sendable {
    /// How many parts of the program may be evaluated; work inside a builtin counts by its size.
    package var steps: Int
    /// How many evaluations may wait for each other, and how deep a value may nest.
    package var depth: Int
    /// How many outputs may be made.
    package var outputs: Int
    /// How much text and how many elements, at sixteen bytes each, may be made in all.
    package var bytes: Int

    /// Ample for an expression of a workflow, and done within a second.
    package static let `default` = Budget()

    package init(
        steps: Int = 2_000_000,
        depth: Int = 1_000,
        outputs: Int = 100_000,
        bytes: Int = 256 << 20
    ) {
        self.steps = steps
        self.depth = depth
        self.outputs = outputs
        self.bytes = bytes
    }

    package enum Limit: String, Hashable, Sendable {
        case steps
        case depth
        case outputs
        case bytes
    }
}

/// Why an evaluation gave no output.
package enum EvaluationError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The program called `error` with this value.
    case raised(JSON)
    /// An operation was given what it cannot work on, in jq's words.
    case type(message: String)
    case budget(Budget.Limit)
    /// One output was asked for, and the program ended without any.
    case noOutput

    package var description: String {
        switch self {
        case .raised(.string(let message)): message
        case .raised(let value): "\(value.text) (not a string)"
        case .type(let message): message
        case .budget(let limit): "the evaluation went past its limit of \(limit.rawValue)"
        case .noOutput: "the expression has no output"
        }
    }
}

/// Why a text is no program, and where.
package struct CompileError: Error, Hashable, Sendable, CustomStringConvertible {
    /// From 1.
    package let line: Int
    /// From 1, counted in Unicode scalars.
    package let column: Int
    package let message: String
    /// What to write instead, when there is something.
    package let hint: String?

    package var description: String {
        "line \(line), column \(column): \(message)" + (hint.map { "; \($0)" } ?? "")
    }
}
