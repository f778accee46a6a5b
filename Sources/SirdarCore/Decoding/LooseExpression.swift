package import JQ

// Expressions in files that are no definitions: answers, scenarios.
extension Located {
    /// Whether the node is a text `${ … }`.
    package var isExpression: Bool { Expressions.isExpression(self) }
}

extension Findings {
    /// Compiles an expression, with or without `${ }`; `nil` when it does not compile, which is then told.
    package func expression(_ node: Located, _ subject: String, variables: [String]) -> JQ.Program? {
        Expressions(findings: self).program(node, subject, Site(names: variables))
    }
}
