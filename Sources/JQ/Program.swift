package import JSON

/// A jq program, compiled once and shared by all threads.
///
/// The language is jq's, less what reads or changes the world: environment, clock, time zone, other input, modules,
/// printing. That is refused when the program is compiled, with the place and what to write instead. Integers are exact
/// as far as `Int` goes.
package struct Program: Sendable {
    package let source: String
    /// The variables given that the program reads, without `$`.
    package let variablesUsed: Set<String>

    private let usedGlobals: [String]
    private let root: Node
    private let functions: [Function]

    /// Compiles `source`, which may read the variables named, without `$`.
    package init(_ source: String, variables: [String] = []) throws(CompileError) {
        do throws(Complaint) {
            var parser = try Parser(source)
            let syntax = try parser.program()
            var compiler = Compiler(globals: variables)
            (root, functions) = try compiler.program(syntax)
            usedGlobals = compiler.usedGlobals
            variablesUsed = Set(usedGlobals)
            self.source = source
        } catch {
            throw CompileError(error, in: source)
        }
    }

    /// The first output. A variable without a value is null.
    ///
    /// - Throws: `EvaluationError.noOutput` when there is none; otherwise what the program raised or ran out of.
    package func evaluate(
        _ input: JSON,
        variables: [String: JSON] = [:],
        budget: Budget = .default
    ) throws(EvaluationError) -> JSON {
        var machine = machine(input, variables, budget)
        guard let output = try machine.next() else { throw .noOutput }
        return output
    }

    /// All outputs, at most as many as the budget says.
    package func outputs(
        _ input: JSON,
        variables: [String: JSON] = [:],
        budget: Budget = .default
    ) throws(EvaluationError) -> [JSON] {
        var outputs: [JSON] = []
        try run(input, variables: variables, budget: budget) { outputs.append($0) }
        return outputs
    }

    /// Hands over one output after the other, also those before an error.
    package func run(
        _ input: JSON,
        variables: [String: JSON] = [:],
        budget: Budget = .default,
        output: (JSON) -> Void
    ) throws(EvaluationError) {
        var machine = machine(input, variables, budget)
        var left = budget.outputs
        while let next = try machine.next() {
            guard left > 0 else { throw .budget(.outputs) }
            left -= 1
            output(next)
        }
    }

    private func machine(_ input: JSON, _ variables: [String: JSON], _ budget: Budget) -> Machine {
        // What comes in was parsed within the limits of `JSON`, or made by a few steps from such values.
        let depth = JSON.Limits.default.depth
        let globals = usedGlobals.map { Item(variables[$0] ?? .null, depth: depth) }
        return Machine(root, functions, globals: globals, input: Item(input, depth: depth), budget: budget)
    }
}

extension Program: Hashable {
    package static func == (left: Program, right: Program) -> Bool {
        left.source == right.source
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(source)
    }
}

extension CompileError {
    init(_ complaint: Complaint, in source: String) {
        var line = 1
        var column = 1
        for scalar in source.unicodeScalars.prefix(complaint.offset) {
            if scalar == "\n" {
                line += 1
                column = 1
            } else {
                column += 1
            }
        }
        self.init(line: line, column: column, message: complaint.message, hint: complaint.hint)
    }
}
