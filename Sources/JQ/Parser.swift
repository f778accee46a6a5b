import JSON

/// Reads tokens into syntax, by jq's precedences: `|`, `,`, `//`, assignments, `or`, `and`, comparisons, sums,
/// products.
struct Parser {
    /// The parser, the compiler and the direct evaluator recurse over the source; nobody writes this deep by hand.
    private static let nestingMax = 200

    let tokens: [Token]
    var place = 0
    private var nesting = 0

    /// Where each line begins, for `$__loc__`.
    let lineStarts: [Int]

    init(_ source: String) throws(Complaint) {
        let scalars = source.unicodeScalars
        lineStarts = [0] + scalars.enumerated().filter { $0.element == "\n" }.map { $0.offset + 1 }
        tokens = try Lexer.tokens(of: source)
    }

    mutating func program() throws(Complaint) -> Syntax {
        let start = peek
        if case .name(let word) = start.kind, ["import", "include", "module"].contains(word) {
            throw Refusals.complaint(aboutWord: word, at: start.offset)
        }
        if start.kind == .end { return Syntax(kind: .identity, offset: 0) }
        let query = try pipe()
        guard peek.kind == .end else { throw unexpected(expecting: "an operator or the end") }
        return query
    }

    /// The definitions of a library, which has no query after them.
    mutating func library() throws(Complaint) -> [Syntax.Definition] {
        var definitions: [Syntax.Definition] = []
        while skip(word: "def") { definitions.append(try definition()) }
        guard peek.kind == .end else { throw unexpected(expecting: "'def' or the end") }
        return definitions
    }

    // MARK: Queries

    mutating func pipe() throws(Complaint) -> Syntax {
        nesting += 1
        defer { nesting -= 1 }
        guard nesting <= Self.nestingMax else {
            throw Complaint(offset: peek.offset, message: "nested deeper than \(Self.nestingMax) levels")
        }
        // A pipe is right-associative; the loop keeps a long one from being a deep one here.
        var parts = [try comma()]
        while skip("|") { parts.append(try comma()) }
        var query = parts.removeLast()
        while let part = parts.popLast() { query = Syntax(kind: .pipe(part, query), offset: part.offset) }
        return query
    }

    private mutating func comma() throws(Complaint) -> Syntax {
        var left = try operand()
        while skip(",") {
            let right = try operand()
            left = Syntax(kind: .comma(left, right), offset: left.offset)
        }
        return left
    }

    /// What stands between commas; definitions, bindings and labels go on to the end of the query around them.
    private mutating func operand() throws(Complaint) -> Syntax {
        let start = peek.offset
        if skip(word: "def") {
            let definition = try definition()
            return Syntax(kind: .define(definition, rest: try pipe()), offset: start)
        }
        if skip(word: "label") {
            guard case .variable(let name) = peek.kind else { throw unexpected(expecting: "'$' and a name") }
            place += 1
            try expect("|", after: "the label")
            return Syntax(kind: .label(name, try pipe()), offset: start)
        }
        let left = try expression()
        guard skip(word: "as") else { return left }
        let patterns = try patterns()
        try expect("|", after: "what is bound by 'as'")
        return Syntax(kind: .bind(left, patterns, body: try pipe()), offset: start)
    }

    private mutating func definition() throws(Complaint) -> Syntax.Definition {
        let start = peek.offset
        guard case .name(let name) = peek.kind, !Keywords.all.contains(name) else {
            throw unexpected(expecting: "the name of a function")
        }
        place += 1
        var parameters: [Syntax.Parameter] = []
        if skip("(") {
            repeat {
                switch peek.kind {
                case .name(let name): parameters.append(Syntax.Parameter(name: name, isValue: false))
                case .variable(let name): parameters.append(Syntax.Parameter(name: name, isValue: true))
                default: throw unexpected(expecting: "the name of a parameter")
                }
                place += 1
            } while skip(";")
            try expect(")", after: "the parameters")
        }
        try expect(":", after: "the head of a function")
        let body = try pipe()
        try expect(";", after: "the body of a function")
        return Syntax.Definition(name: name, parameters: parameters, body: body, offset: start)
    }

    // MARK: Operators

    /// Without `|`, `,` and what binds names.
    mutating func expression() throws(Complaint) -> Syntax {
        nesting += 1
        defer { nesting -= 1 }
        guard nesting <= Self.nestingMax else {
            throw Complaint(offset: peek.offset, message: "nested deeper than \(Self.nestingMax) levels")
        }
        let left = try assignment()
        guard skip("//") else {
            if case .symbol("?//") = peek.kind {
                throw Complaint(
                    offset: peek.offset,
                    message: "'?//' stands between patterns only",
                    hint: "write '? //' with a space"
                )
            }
            return left
        }
        return Syntax(kind: .alternative(left, try expression()), offset: left.offset)
    }

    private mutating func assignment() throws(Complaint) -> Syntax {
        let left = try binary(level: 0)
        guard let assign = assignOperator else { return left }
        let start = place
        place += 1
        let right = try binary(level: 0)
        if assignOperator != nil { throw chained(tokens[start]) }
        return Syntax(kind: .assign(assign, left, right), offset: left.offset)
    }

    private var assignOperator: AssignOperator? {
        guard case .symbol(let symbol) = peek.kind else { return nil }
        switch symbol {
        case "=": return .set
        case "|=": return .update
        case "//=": return .alternative
        case "+=", "-=", "*=", "/=", "%=":
            return BinaryOperator(rawValue: String(symbol.unicodeScalars.prefix(1))).map { .arithmetic($0) }
        default: return nil
        }
    }

    private func chained(_ token: Token) -> Complaint {
        Complaint(
            offset: peek.offset,
            message: "\(token.kind) and \(peek.kind) stand side by side",
            hint: "put one of them in parentheses"
        )
    }

    private static let comparisons: Set<String> = ["==", "!=", "<", "<=", ">", ">="]

    /// Levels from loose to tight: or, and, comparison, sum, product.
    private mutating func binary(level: Int) throws(Complaint) -> Syntax {
        guard level < 5 else { return try negation() }
        var left = try binary(level: level + 1)
        while let combine = combination(at: level) {
            let token = peek
            place += 1
            let right = try binary(level: level + 1)
            left = Syntax(kind: combine(left, right), offset: left.offset)
            if level == 2, combination(at: 2) != nil { throw chained(token) }
        }
        return left
    }

    private func combination(at level: Int) -> ((Syntax, Syntax) -> Syntax.Kind)? {
        switch (level, peek.kind) {
        case (0, .name("or")): return { .or($0, $1) }
        case (1, .name("and")): return { .and($0, $1) }
        case (2, .symbol(let symbol)) where Self.comparisons.contains(symbol),
            (3, .symbol(let symbol)) where symbol == "+" || symbol == "-",
            (4, .symbol(let symbol)) where symbol == "*" || symbol == "/" || symbol == "%":
            guard let operation = BinaryOperator(rawValue: symbol) else { return nil }
            return { .binary(operation, $0, $1) }
        default: return nil
        }
    }

    /// A minus reaches over products, as in mathematics: `-2 * 3` is `-(2 * 3)`.
    private mutating func negation() throws(Complaint) -> Syntax {
        let start = peek.offset
        guard skip("-") else { return try postfix() }
        nesting += 1
        defer { nesting -= 1 }
        guard nesting <= Self.nestingMax else {
            throw Complaint(offset: start, message: "nested deeper than \(Self.nestingMax) levels")
        }
        return Syntax(kind: .negate(try negation()), offset: start)
    }

    /// A term, or a minus and a term: the body and the handler of `try`.
    mutating func postfixOrNegated() throws(Complaint) -> Syntax {
        let start = peek.offset
        var minuses = 0
        while skip("-") { minuses += 1 }
        var term = try postfix()
        for _ in 0..<minuses { term = Syntax(kind: .negate(term), offset: start) }
        return term
    }

    // MARK: Tokens

    var peek: Token { tokens[place] }

    mutating func skip(_ symbol: String) -> Bool {
        guard peek.kind == .symbol(symbol) else { return false }
        place += 1
        return true
    }

    mutating func skip(word: String) -> Bool {
        guard peek.kind == .name(word) else { return false }
        place += 1
        return true
    }

    mutating func expect(_ symbol: String, after what: String) throws(Complaint) {
        guard skip(symbol) else { throw unexpected(expecting: "'\(symbol)' after \(what)") }
    }

    mutating func expect(word: String) throws(Complaint) {
        guard skip(word: word) else { throw unexpected(expecting: "'\(word)'") }
    }

    func unexpected(expecting wanted: String) -> Complaint {
        Complaint(offset: peek.offset, message: "expected \(wanted), found \(peek.kind)")
    }
}

enum Keywords {
    static let all: Set<String> = [
        "def", "if", "then", "elif", "else", "end", "as", "reduce", "foreach", "try", "catch", "label", "import",
        "include", "and", "or", "__loc__",
    ]
}
