import JQ
import JSON

/// Where an expression stands decides which variables it sees; the specification's table, and our additions to it.
struct Site {
    let names: [String]

    /// The workflow's `input.from`.
    static let workflowInput = Site(names: ["workflow", "runtime"])
    /// The workflow's `output.as`.
    static let workflowOutput = Site(names: ["context", "workflow", "runtime"])
    /// `if` and `input.from` of a step.
    static let before = Site(names: ["context", "task", "workflow", "runtime"])
    /// Everything that says what a step does.
    static let inside = Site(names: ["context", "input", "task", "workflow", "runtime"])
    /// `output.as`, `export.as` and what undoes a step.
    static let after = Site(names: ["context", "input", "output", "task", "workflow", "runtime"])
    /// What is evaluated when a person has completed the work.
    static let completion = Site(names: ["context", "input", "form", "task", "workflow", "runtime"])

    func with(_ locals: [String]) -> Site { Site(names: names + locals.filter { !names.contains($0) }) }
}

/// Compiles the expressions of a definition, and tells of those that do not compile at their very place.
final class Expressions {
    private let findings: Findings
    private var compiled: [String: JQ.Program] = [:]
    /// The secrets that the definition declares.
    var secrets: [String] = []

    init(findings: Findings) { self.findings = findings }

    /// A place that holds an expression and nothing else: with or without `${ }`.
    func program(_ node: Located, _ subject: String, _ site: Site) -> JQ.Program? {
        guard let text = node.text else {
            if case .bool(let flag) = node.value {
                return compile(Source(flag ? "true" : "false", offset: 0), node, site)
            }
            findings.mismatch(node, subject, wants: "an expression")
            return nil
        }
        return compile(Source(enclosed: text) ?? Source(text, offset: 0), node, site)
    }

    /// A value in which texts `${ … }` are expressions.
    func template(_ node: Located, _ site: Site) -> Template {
        switch node.value {
        case .null, .bool, .number: return .constant(node.json)
        case .text(let text):
            if let source = Source(enclosed: text.string) {
                return compile(source, node, site).map(Template.expression) ?? .null
            }
            warnOfPartialExpression(text.string, node)
            return .constant(.string(text.string))
        case .list(let elements):
            let templates = elements.map { template($0, site) }
            return templates.allSatisfy(\.isConstant) ? .constant(node.json) : .array(templates)
        case .map(let members):
            let fields = members.map { Template.Field(key: $0.key, value: template($0.value, site)) }
            return fields.allSatisfy(\.value.isConstant) ? .constant(node.json) : .object(fields)
        }
    }

    /// As `template`, where a text is always an expression.
    func transform(_ node: Located, _ subject: String, _ site: Site) -> Template? {
        if node.text != nil { return program(node, subject, site).map(Template.expression) }
        return template(node, site)
    }

    /// Whether the node holds an expression, so that its value is not known before it runs.
    static func isExpression(_ node: Located) -> Bool { node.text.flatMap(Source.init(enclosed:)) != nil }
}

extension Expressions {
    /// An expression's text, and where it begins in the text that it was written in.
    private struct Source {
        let text: String
        let offset: Int

        init(_ text: String, offset: Int) {
            self.text = text
            self.offset = offset
        }

        /// `nil` when the text is not wholly enclosed in `${ }`.
        init?(enclosed text: String) {
            let scalars = text.unicodeScalars
            let leading = scalars.prefix { $0.properties.isWhitespace }.count
            let trailing = scalars.reversed().prefix { $0.properties.isWhitespace }.count
            let inner = scalars.dropFirst(leading).dropLast(trailing)
            guard inner.count >= 3, inner.starts(with: "${".unicodeScalars), inner.last == "}" else { return nil }
            self.text = String(inner.dropFirst(2).dropLast())
            offset = leading + 2
        }

        /// Scalars of the whole text before the given place of the expression.
        func scalar(line: Int, column: Int) -> Int {
            let lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
            let before = lines.prefix(max(0, line - 1)).reduce(0) { $0 + $1.count + 1 }
            return offset + before + max(0, column - 1)
        }

        /// The name of the variable that is written at a scalar of the whole text.
        func variable(at scalar: Int) -> String? {
            let rest = text.unicodeScalars.dropFirst(scalar - offset)
            guard rest.first == "$" else { return nil }
            let name = rest.dropFirst().prefix { $0.properties.isAlphabetic || ("0"..."9").contains($0) || $0 == "_" }
            return name.isEmpty ? nil : String(name)
        }
    }

    private func compile(_ source: Source, _ node: Located, _ site: Site) -> JQ.Program? {
        let key = "\(site.names.joined(separator: ",")) \(source.text)"
        if let program = compiled[key] { return program }
        guard source.text.unicodeScalars.contains(where: { !$0.properties.isWhitespace }) else {
            findings.error(.expression, at: node.place, "the expression is empty: write `.` for the whole input")
            return nil
        }
        do {
            let program = try JQ.Program(source.text, variables: site.names)
            compiled[key] = program
            if program.variablesUsed.contains("secrets") { checkSecrets(source, node) }
            return program
        } catch {
            tell(error, source, node, site)
            return nil
        }
    }

    private func checkSecrets(_ source: Source, _ node: Located) {
        for (name, offset) in JQ.Program.members(of: "secrets", in: source.text) where !secrets.contains(name) {
            let place = node.place(ofScalar: source.offset + offset)
            findings.unknown("secret", name, in: "`use.secrets`", at: place, known: secrets)
        }
    }

    private func tell(_ error: CompileError, _ source: Source, _ node: Located, _ site: Site) {
        let scalar = source.scalar(line: error.line, column: error.column)
        let place = node.place(ofScalar: scalar)
        if source.variable(at: scalar) == "secrets" {
            findings.error(
                .unknownVariable,
                at: place,
                "`$secrets` is known only in `input.from` of a step that calls http, in a workflow with `use.secrets`"
            )
        } else if let name = source.variable(at: scalar), !site.names.contains(name) {
            findings.error(
                .unknownVariable,
                at: place,
                "no `$\(name)` is known here",
                suggestion: Suggestion.nearest(to: name, among: site.names).map { "$\($0)" },
                allowed: site.names.map { "$\($0)" }
            )
        } else {
            let hint = error.hint.map { "; \($0)" } ?? ""
            findings.error(.expression, at: place, "the expression does not compile: \(error.message)\(hint)")
        }
    }

    private func warnOfPartialExpression(_ text: String, _ node: Located) {
        guard text.contains("${") else { return }
        let before = text.unicodeScalars.split(separator: "$", maxSplits: 1, omittingEmptySubsequences: false)
        findings.warning(
            .partialExpression,
            at: node.place(ofScalar: before.first?.count ?? 0),
            #"`${ … }` inside a text is not evaluated: let the whole be one expression, ${ "… \( … ) …" }"#
        )
    }
}
