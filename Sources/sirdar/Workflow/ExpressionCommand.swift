import ArgumentParser
import JQ
import JSON
import SirdarCore

/// `sirdar expression`: one expression, as the engine would evaluate it.
struct ExpressionCommand: LocalCommand {
    static let configuration = CommandConfiguration(
        commandName: "expression",
        abstract: "Evaluate one expression as the engine would: one output a line, as compact JSON.",
        discussion: """
            The limits are the engine's, and so are the variables: those of the language are null unless they are \
            given. The expression may stand in ${ }. Where several outputs come, a workflow takes the first.
            """
    )

    @Argument(help: "The expression; - is standard input.") var expression: String
    @Option(
        help: ArgumentHelp("What `.` is, as JSON; - is standard input. (default: null)", valueName: "file"),
        completion: .file()
    )
    var input: String?
    @Option(
        help: ArgumentHelp("The variables, a JSON object: { \"context\": … } gives $context.", valueName: "file"),
        completion: .file()
    )
    var variables: String?

    private static let bytesMax = 16 << 20

    func perform(_ terminal: Terminal) throws(Failure) {
        guard [expression, input, variables].count(where: { $0 == "-" }) <= 1 else {
            throw Failure(.usage, "Standard input is the expression, the input or the variables, and only one of them.")
        }
        let source = Self.bare(
            expression == "-" ? try LocalFile.text("-", bytesMax: Self.bytesMax) : expression
        )
        let input = try self.input.map(Self.json) ?? .null
        let variables = try self.variables.map(Self.members) ?? [:]
        let program = try compile(source, knowing: Scope.names.union(variables.map(\.key)))
        let values = Dictionary(variables.map { ($0.key, $0.value) }, uniquingKeysWith: { _, last in last })
        var outputs = ""
        var failure: Failure?
        do throws(EvaluationError) {
            try program.run(input, variables: values) { outputs += $0.text + "\n" }
        } catch { failure = Failure(.failed, "\(error.description)") }
        try terminal.write(outputs)
        if let failure { throw failure }
    }

    private func compile(_ source: String, knowing names: Set<String>) throws(Failure) -> JQ.Program {
        do throws(CompileError) {
            return try JQ.Program(source, variables: names.sorted())
        } catch {
            let lines = source.split(separator: "\n", omittingEmptySubsequences: false)
            let line = lines.indices.contains(error.line - 1) ? String(lines[error.line - 1]) : ""
            let before = String(String.UnicodeScalarView(line.unicodeScalars.prefix(error.column - 1)))
            let caret = String(repeating: " ", count: Text.width(before)) + "^"
            throw Failure(.failed, sentences: ["\(error.description)", "  \(line)", "  \(caret)"])
        }
    }

    /// Without the `${ }` of a definition and the line's end of a file.
    private static func bare(_ text: String) -> String {
        let scalars = text.unicodeScalars
        let leading = scalars.prefix { $0.properties.isWhitespace }.count
        let trailing = scalars.reversed().prefix { $0.properties.isWhitespace }.count
        let inner = String(String.UnicodeScalarView(scalars.dropFirst(leading).dropLast(trailing)))
        guard inner.hasPrefix("${"), inner.hasSuffix("}") else { return inner }
        return String(inner.dropFirst(2).dropLast())
    }

    private static func json(_ path: String) throws(Failure) -> JSON {
        let bytes = try LocalFile.read(path, bytesMax: bytesMax)
        do { return try JSON(parsing: bytes) } catch {
            throw Failure(.failed, "\(path == "-" ? "Standard input" : path) is no JSON: \(error)")
        }
    }

    private static func members(_ path: String) throws(Failure) -> JSON.Object {
        guard let members = try json(path).asObject else {
            throw Failure(.failed, "\(path == "-" ? "Standard input" : path) is no JSON object with variables.")
        }
        return members
    }
}
