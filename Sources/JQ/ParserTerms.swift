import JSON

extension Parser {
    /// A term and what follows it directly: fields, indexes, slices, `[]` and `?`.
    mutating func postfix() throws(Complaint) -> Syntax {
        var term = try term()
        while true {
            let token = peek
            switch token.kind {
            case .field(let name):
                place += 1
                term = index(term, .string(name), token.offset)
            case .symbol("?"):
                place += 1
                term = Syntax(kind: .attempt(term, handler: nil), offset: term.offset)
            case .symbol("["):
                term = try bracket(after: term)
            case .symbol("."):
                place += 1
                switch peek.kind {
                case .stringStart:
                    let key = try string(format: nil)
                    term = Syntax(kind: .index(term, key), offset: term.offset)
                case .symbol("["):
                    term = try bracket(after: term)
                default:
                    throw unexpected(expecting: "a name, a string or '[' after '.'")
                }
            default:
                return term
            }
        }
    }

    private func index(_ term: Syntax, _ key: JSON, _ offset: Int) -> Syntax {
        Syntax(kind: .index(term, Syntax(kind: .constant(key), offset: offset)), offset: term.offset)
    }

    private mutating func bracket(after term: Syntax) throws(Complaint) -> Syntax {
        place += 1
        if skip("]") { return Syntax(kind: .iterate(term), offset: term.offset) }
        if skip(":") {
            let upper = try pipe()
            try expect("]", after: "a slice")
            return Syntax(kind: .slice(term, nil, upper), offset: term.offset)
        }
        let key = try pipe()
        guard skip(":") else {
            try expect("]", after: "an index")
            return Syntax(kind: .index(term, key), offset: term.offset)
        }
        if skip("]") { return Syntax(kind: .slice(term, key, nil), offset: term.offset) }
        let upper = try pipe()
        try expect("]", after: "a slice")
        return Syntax(kind: .slice(term, key, upper), offset: term.offset)
    }

    private mutating func term() throws(Complaint) -> Syntax {
        let token = peek
        let start = token.offset
        switch token.kind {
        case .number(let text):
            place += 1
            return Syntax(kind: .constant(.number(try number(text, start))), offset: start)
        case .stringStart:
            return try string(format: nil)
        case .format(let name):
            place += 1
            if peek.kind == .stringStart { return try string(format: name) }
            return Syntax(kind: .format(name), offset: start)
        case .field(let name):
            place += 1
            return index(Syntax(kind: .identity, offset: start), .string(name), start)
        case .variable(let name):
            place += 1
            if name == "__loc__" { return Syntax(kind: .constant(location(start)), offset: start) }
            return Syntax(kind: .variable(name), offset: start)
        case .name(let name):
            return try word(name, start)
        case .symbol(let symbol):
            return try symbolTerm(symbol, start)
        case .text, .interpolationStart, .interpolationEnd, .stringEnd, .end:
            throw unexpected(expecting: "an expression")
        }
    }

    private func number(_ text: String, _ offset: Int) throws(Complaint) -> JSON.Number {
        // jq is laxer than JSON here: `1.`, `007`, `1.e3`.
        var digits = String(text.drop { $0 == "0" })
        if digits.first.map({ !("0"..."9").contains($0) }) ?? true { digits = "0" + digits }
        if let point = digits.firstIndex(of: ".") {
            let next = digits.index(after: point)
            if next == digits.endIndex || !("0"..."9").contains(digits[next]) { digits.remove(at: point) }
        }
        guard let number = JSON.Number(digits) else {
            throw Complaint(offset: offset, message: "the number is too large to be kept")
        }
        return number
    }

    private func location(_ offset: Int) -> JSON {
        ["file": "<top-level>", "line": .number(JSON.Number(lineStarts.count { $0 <= offset }))]
    }

    private mutating func symbolTerm(_ symbol: String, _ start: Int) throws(Complaint) -> Syntax {
        switch symbol {
        case ".":
            place += 1
            let identity = Syntax(kind: .identity, offset: start)
            guard peek.kind == .stringStart else { return identity }
            return Syntax(kind: .index(identity, try string(format: nil)), offset: start)
        case "..":
            place += 1
            return Syntax(kind: .recurse, offset: start)
        case "(":
            place += 1
            let query = try pipe()
            try expect(")", after: "the expression")
            return query
        case "[":
            place += 1
            if skip("]") { return Syntax(kind: .collect(nil), offset: start) }
            let query = try pipe()
            try expect("]", after: "the elements")
            return Syntax(kind: .collect(query), offset: start)
        case "{":
            place += 1
            return try object(from: start)
        default:
            throw unexpected(expecting: "an expression")
        }
    }

    // MARK: Words

    private mutating func word(_ name: String, _ start: Int) throws(Complaint) -> Syntax {
        place += 1
        switch name {
        case "if": return try conditional(from: start)
        case "try":
            let body = try postfixOrNegated()
            let handler = skip(word: "catch") ? try postfixOrNegated() : nil
            return Syntax(kind: .attempt(body, handler: handler), offset: start)
        case "reduce", "foreach": return try fold(isReduce: name == "reduce", from: start)
        case "break":
            if case .variable(let label) = peek.kind {
                place += 1
                return Syntax(kind: .breakOut(label), offset: start)
            }
        case "import", "include":
            throw Refusals.complaint(aboutWord: name, at: start)
        default:
            if Keywords.all.contains(name) {
                place -= 1
                throw unexpected(expecting: "an expression")
            }
        }
        return try call(name, start)
    }

    private mutating func call(_ name: String, _ start: Int) throws(Complaint) -> Syntax {
        var arguments: [Syntax] = []
        if skip("(") {
            repeat { arguments.append(try pipe()) } while skip(";")
            try expect(")", after: "the arguments")
        }
        return Syntax(kind: .call(name, arguments), offset: start)
    }

    private mutating func conditional(from start: Int) throws(Complaint) -> Syntax {
        let condition = try pipe()
        try expect(word: "then")
        let then = try pipe()
        let next = peek.offset
        if skip(word: "elif") {
            let otherwise = try conditional(from: next)
            return Syntax(kind: .conditional(condition, then: then, otherwise: otherwise), offset: start)
        }
        let otherwise = skip(word: "else") ? try pipe() : nil
        guard skip(word: "end") else { throw unexpected(expecting: "'end' of the 'if'") }
        return Syntax(kind: .conditional(condition, then: then, otherwise: otherwise), offset: start)
    }

    private mutating func fold(isReduce: Bool, from start: Int) throws(Complaint) -> Syntax {
        let source = try expression()
        try expect(word: "as")
        let patterns = try patterns()
        guard let pattern = patterns.first, patterns.count == 1 else {
            throw Complaint(offset: start, message: "'reduce' and 'foreach' take one pattern")
        }
        try expect("(", after: "the pattern")
        let initial = try pipe()
        try expect(";", after: "the first state")
        let update = try pipe()
        let extract = !isReduce && skip(";") ? try pipe() : nil
        try expect(")", after: "the update")
        let kind: Syntax.Kind =
            isReduce
            ? .reduce(source, pattern, initial: initial, update: update)
            : .foreach(source, pattern, initial: initial, update: update, extract: extract)
        return Syntax(kind: kind, offset: start)
    }

    // MARK: Strings

    /// A string; its parts when something is interpolated, else a constant.
    mutating func string(format: String?) throws(Complaint) -> Syntax {
        let start = peek.offset
        place += 1
        var parts: [Syntax.Part] = []
        while true {
            let token = peek
            place += 1
            switch token.kind {
            case .text(let text): parts.append(.text(text))
            case .interpolationStart:
                parts.append(.value(try pipe()))
                guard peek.kind == .interpolationEnd else { throw unexpected(expecting: "')' after what is inserted") }
                place += 1
            case .stringEnd:
                if parts.isEmpty { return Syntax(kind: .constant(""), offset: start) }
                if parts.count == 1, case .text(let text) = parts[0] {
                    return Syntax(kind: .constant(.string(text)), offset: start)
                }
                return Syntax(kind: .string(format: format, parts), offset: start)
            default:
                throw Complaint(offset: token.offset, message: "expected the end of the string, found \(token.kind)")
            }
        }
    }

    // MARK: Objects

    private mutating func object(from start: Int) throws(Complaint) -> Syntax {
        var members: [(key: Syntax, value: Syntax)] = []
        while !skip("}") {
            members.append(try member())
            if peek.kind != .symbol("}") { try expect(",", after: "a member") }
        }
        return Syntax(kind: .object(members), offset: start)
    }

    private mutating func member() throws(Complaint) -> (key: Syntax, value: Syntax) {
        let token = peek
        let start = token.offset
        let here = Syntax(kind: .identity, offset: start)
        let key: Syntax
        let short: Syntax?
        switch token.kind {
        case .name(let name):
            place += 1
            key = Syntax(kind: .constant(.string(name)), offset: start)
            short = Syntax(kind: .index(here, key), offset: start)
        case .variable(let name):
            place += 1
            let isLocation = name == "__loc__"
            let kind: Syntax.Kind = isLocation ? .constant(location(start)) : .variable(name)
            short = Syntax(kind: kind, offset: start)
            let isKeyItself = peek.kind == .symbol(":") && !isLocation
            key = Syntax(kind: isKeyItself ? kind : .constant(.string(name)), offset: start)
        case .stringStart:
            key = try string(format: nil)
            short = Syntax(kind: .index(here, key), offset: start)
        case .format(let name):
            place += 1
            guard peek.kind == .stringStart else { throw unexpected(expecting: "a string after '@\(name)'") }
            key = try string(format: name)
            short = Syntax(kind: .index(here, key), offset: start)
        case .symbol("("):
            key = try keyInParentheses()
            short = nil
        default:
            throw unexpected(expecting: "the name of a member or '}'")
        }
        if skip(":") { return (key, try memberValue()) }
        guard let short else { throw unexpected(expecting: "':' after the name of a member") }
        return (key, short)
    }

    private mutating func memberValue() throws(Complaint) -> Syntax {
        let value = try expression()
        guard skip("|") else { return value }
        return Syntax(kind: .pipe(value, try memberValue()), offset: value.offset)
    }

    private mutating func keyInParentheses() throws(Complaint) -> Syntax {
        place += 1
        let key = try pipe()
        try expect(")", after: "the name of a member")
        if let value = key.constant, value.asString == nil {
            throw Complaint(
                offset: key.offset,
                message: "\(Kinds.describe(value)) cannot be the name of a member",
                hint: "names are strings; use tostring"
            )
        }
        return key
    }

    // MARK: Patterns

    mutating func patterns() throws(Complaint) -> [Syntax.Pattern] {
        var patterns = [try pattern()]
        while skip("?//") { patterns.append(try pattern()) }
        return patterns
    }

    private mutating func pattern() throws(Complaint) -> Syntax.Pattern {
        if case .variable(let name) = peek.kind {
            place += 1
            return .variable(name)
        }
        if skip("[") {
            var elements: [Syntax.Pattern] = []
            repeat { elements.append(try pattern()) } while skip(",")
            try expect("]", after: "the elements")
            return .array(elements)
        }
        if skip("{") {
            var members: [Syntax.Pattern.Member] = []
            repeat { members.append(try patternMember()) } while skip(",")
            try expect("}", after: "the members")
            return .object(members)
        }
        throw unexpected(expecting: "'$' and a name, '[' or '{'")
    }

    private mutating func patternMember() throws(Complaint) -> Syntax.Pattern.Member {
        let token = peek
        let start = token.offset
        switch token.kind {
        case .variable(let name):
            place += 1
            let key = Syntax(kind: .constant(.string(name)), offset: start)
            let value = skip(":") ? try pattern() : nil
            return Syntax.Pattern.Member(variable: name, key: key, value: value)
        case .name(let name):
            place += 1
            let key = Syntax(kind: .constant(.string(name)), offset: start)
            try expect(":", after: "the name")
            return Syntax.Pattern.Member(variable: nil, key: key, value: try pattern())
        case .stringStart:
            let key = try string(format: nil)
            try expect(":", after: "the name")
            return Syntax.Pattern.Member(variable: nil, key: key, value: try pattern())
        case .symbol("("):
            let key = try keyInParentheses()
            try expect(":", after: "the name")
            return Syntax.Pattern.Member(variable: nil, key: key, value: try pattern())
        default:
            throw unexpected(expecting: "the name of a member")
        }
    }
}
