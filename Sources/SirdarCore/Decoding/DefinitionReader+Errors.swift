import JQ
import JSON

// Errors: raised, caught, tried again.
extension DefinitionReader {
    // MARK: Raise

    func readRaise(_ fields: Fields, _ node: inout PendingNode, _ locals: [String]) {
        guard let raise = fields["raise"], let keys = Fields(raise, "`raise`", keys: Keys.raise.names, findings),
            let error = keys.required("error")
        else { return }
        guard let name = error.text else {
            node.kind = .ready(.raise(readError(error, site: .inside.with(locals))))
            return
        }
        guard let defined = components.errors[name] else {
            findings.unknown("error", name, in: "`use`", at: error.place, known: components.errors.keys)
            return
        }
        node.kind = .ready(.raise(readError(defined, site: .inside.with(locals))))
    }

    func readError(_ node: Located, site: Site) -> Node.RaisedProblem {
        let none = Node.RaisedProblem(type: .null, status: .null, title: .null, detail: nil)
        guard let fields = Fields(node, "an error", keys: Keys.problem.names, findings) else { return none }
        if let type = fields["type"] { checkProblemType(type) }
        if let status = fields["status"], !Expressions.isExpression(status) { _ = fields.int("status", in: 100...599) }
        func template(_ key: String) -> Template? { fields[key].map { expressions.template($0, site) } }
        _ = fields.required("type")
        _ = fields.required("status")
        return Node.RaisedProblem(
            type: template("type") ?? .null,
            status: template("status") ?? .null,
            title: template("title") ?? .constant(""),
            detail: template("detail")
        )
    }

    /// Only the last word of a standard type can be checked; any other URI is the author's own.
    private func checkProblemType(_ node: Located) {
        guard let type = node.text, !Expressions.isExpression(node) else {
            if node.text == nil { findings.mismatch(node, "`type`", wants: "a URI") }
            return
        }
        let known = Problem.Kind.allCases.map(\.type)
        guard !known.contains(Problem.standardType(type)) else { return }
        let families =
            [Problem.Kind.runtime, .manual].map { String($0.type.dropLast($0.rawValue.count)) } + Problem.otherSpellings
        guard families.contains(where: { type.hasPrefix($0) }) else { return }
        findings.error(
            .wrongValue,
            at: node.place,
            "`\(type)` is no standard error",
            suggestion: Suggestion.nearest(to: type, among: known),
            allowed: Problem.Kind.allCases.map(\.rawValue)
        )
    }

    // MARK: Try

    func readTry(_ fields: Fields, _ node: inout PendingNode, _ locals: [String]) {
        guard let list = fields["try"] else {
            _ = fields.required("try")
            return
        }
        let body = readSequence(list, parent: node.index, pointer: "\(node.pointer)/try", locals: locals)
        guard let clause = fields.required("catch"),
            let keys = Fields(clause, "`catch`", keys: Keys.caught.names, findings)
        else { return }
        let variable = readVariable(keys, "as") ?? "error"
        let inner = locals + [variable]
        let handler = keys["do"].map {
            readSequence($0, parent: node.index, pointer: "\(node.pointer)/catch/do", locals: inner)
        }
        let attempt = Node.Attempt(
            body: body,
            filter: readFilter(keys["errors"]),
            variable: variable,
            when: keys["when"].flatMap { expressions.program($0, "`when`", .inside.with(inner)) },
            exceptWhen: keys["exceptWhen"].flatMap { expressions.program($0, "`exceptWhen`", .inside.with(inner)) },
            retry: keys["retry"].flatMap { readRetry($0, locals: inner) },
            handler: handler
        )
        node.kind =
            keys.has("then") ? .attempt(attempt, caughtThen: readTarget(keys["then"])) : .ready(.attempt(attempt))
    }

    private func readFilter(_ node: Located?) -> Node.ProblemFilter {
        guard let node, let errors = Fields(node, "`errors`", keys: Keys.caughtErrors.names, findings),
            let with = errors.required("with"),
            let fields = Fields(with, "a filter of errors", keys: Keys.problem.names, findings)
        else { return Node.ProblemFilter() }
        if let type = fields["type"] { checkProblemType(type) }
        return Node.ProblemFilter(
            type: fields.text("type"),
            status: fields.int("status", in: 100...599),
            instance: fields.text("instance"),
            title: fields.text("title"),
            detail: fields.text("detail")
        )
    }
}
