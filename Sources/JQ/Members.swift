extension Program {
    /// The members of a variable that a source names outright, as `$name.member` or `$name["member"]`, each with the
    /// scalar at which its name stands. Those that it computes are not known before it runs.
    package static func members(of variable: String, in source: String) -> [(name: String, offset: Int)] {
        guard let tokens = try? Lexer.tokens(of: source) else { return [] }
        return tokens.indices.compactMap { index in
            guard tokens[index].kind == .variable(variable), index + 1 < tokens.count else { return nil }
            if case .field(let name) = tokens[index + 1].kind { return (name, tokens[index + 1].offset + 1) }
            guard index + 4 < tokens.count, tokens[index + 1].kind == .symbol("["),
                tokens[index + 2].kind == .stringStart, case .text(let name) = tokens[index + 3].kind,
                tokens[index + 4].kind == .stringEnd
            else { return nil }
            return (name, tokens[index + 3].offset)
        }
    }
}
