import JSON

/// Resolves names and turns syntax into nodes.
struct Compiler {
    /// What a link of the scope is called, or a function that is defined at this place.
    private enum Entry {
        case variable(String)
        case closure(String)
        case label(String)
        case function(String, Int, index: Int, level: Int)

        var isLink: Bool {
            if case .function = self { false } else { true }
        }
    }

    private let globals: [String]
    private(set) var usedGlobals: [String] = []
    private var entries: [Entry] = []
    private var level = 0
    private var functions: [Function?] = []
    /// Functions of the library compiled so far, by name and number of parameters.
    private var library: [String: Int] = [:]
    private var inLibrary = false

    init(globals: [String]) {
        self.globals = globals
    }

    mutating func program(_ syntax: Syntax) throws(Complaint) -> (Node, [Function]) {
        let node = try compile(syntax)
        return (node, functions.compactMap(\.self))
    }

    func node(_ kind: Node.Kind) -> Node {
        Node(kind)
    }

    // MARK: Syntax

    mutating func compile(_ syntax: Syntax) throws(Complaint) -> Node {
        switch syntax.kind {
        case .identity: return node(.identity)
        case .recurse: return try libraryCall("recurse", [], syntax.offset)
        case .constant(let value): return node(.constant(Item(value, depth: value.nesting)))
        case .variable(let name): return try variable(name, syntax.offset)
        case .call(let name, let arguments): return try call(name, arguments, syntax.offset)
        case .index(let target, let key): return try index(target, key)
        case .slice(let target, let from, let to): return try slice(target, from, to)
        case .iterate(let target): return node(.iterate(try compile(target)))
        case .collect(let body): return try collect(body)
        case .object(let members): return try object(members)
        case .string(let format, let parts): return try string(format, parts, syntax.offset)
        case .format(let name): return node(.native(try format(name, syntax.offset).native, []))
        case .pipe(let left, let right): return node(.pipe(try compile(left), try compile(right)))
        case .comma(let left, let right): return node(.comma(try compile(left), try compile(right)))
        case .negate(let operand): return negate(try compile(operand))
        case .binary(let operation, let left, let right):
            return node(.binary(operation, try compile(left), try compile(right)))
        case .and(let left, let right): return node(.and(try compile(left), try compile(right)))
        case .or(let left, let right): return node(.or(try compile(left), try compile(right)))
        case .alternative(let left, let right): return node(.alternative(try compile(left), try compile(right)))
        case .assign(let operation, let left, let right): return try assign(operation, left, right)
        case .conditional(let condition, let then, let otherwise):
            let otherwise = if let otherwise { try compile(otherwise) } else { node(.identity) }
            return node(.conditional(try compile(condition), try compile(then), otherwise))
        case .attempt(let body, let handler):
            let handler: Node? = if let handler { try compile(handler) } else { nil }
            return node(.attempt(try compile(body), handler))
        case .reduce, .foreach: return try fold(syntax)
        case .bind(let source, let patterns, let body): return try bind(source, patterns, body)
        case .label(let name, let body):
            return node(.label(try scoped([.label(name)]) { compiler throws(Complaint) in try compiler.compile(body) }))
        case .breakOut(let name): return try breakOut(name, syntax.offset)
        case .define(let definition, let rest): return try define(definition, rest)
        }
    }

    private mutating func index(_ target: Syntax, _ key: Syntax) throws(Complaint) -> Node {
        if case .constant(.string(let name)) = key.kind { return node(.field(try compile(target), name)) }
        return node(.index(try compile(target), try compile(key)))
    }

    private mutating func slice(_ target: Syntax, _ from: Syntax?, _ to: Syntax?) throws(Complaint) -> Node {
        var members: [(key: Node, value: Node)] = []
        for (name, bound) in [("start", from), ("end", to)] {
            let value = if let bound { try compile(bound) } else { node(.constant(.null)) }
            members.append((node(.constant(Item(scalar: .string(name)))), value))
        }
        return node(.index(try compile(target), node(.object(members))))
    }

    private mutating func collect(_ body: Syntax?) throws(Complaint) -> Node {
        guard let body else { return node(.collect(nil)) }
        let compiled = try compile(body)
        return Self.directParts(compiled).map { node(.list($0)) } ?? node(.collect(compiled))
    }

    /// The parts of `a, b, c` when each has one output.
    private static func directParts(_ node: Node) -> [Node]? {
        if node.isDirect { return [node] }
        guard case .comma(let left, let right) = node.kind, right.isDirect else { return nil }
        return directParts(left).map { $0 + [right] }
    }

    private mutating func object(_ members: [(key: Syntax, value: Syntax)]) throws(Complaint) -> Node {
        var compiled: [(key: Node, value: Node)] = []
        for member in members { compiled.append((try compile(member.key), try compile(member.value))) }
        return node(.object(compiled))
    }

    private mutating func string(_ name: String?, _ parts: [Syntax.Part], _ offset: Int) throws(Complaint) -> Node {
        let format = try name.map { name throws(Complaint) in try self.format(name, offset) } ?? .text
        var compiled: [Node.Part] = []
        for part in parts {
            switch part {
            case .text(let text): compiled.append(.text(text))
            case .value(let value): compiled.append(.value(try compile(value)))
            }
        }
        return node(.string(format, compiled))
    }

    private func format(_ name: String, _ offset: Int) throws(Complaint) -> Format {
        guard let format = Format(rawValue: name) else {
            let known = Format.allCases.map { "@\($0.rawValue)" }.joined(separator: " ")
            throw Complaint(offset: offset, message: "there is no format '@\(name)'", hint: "the formats are \(known)")
        }
        return format
    }

    private func negate(_ operand: Node) -> Node {
        if case .constant(let item) = operand.kind, case .number(let value) = item.json {
            return node(.constant(Item(scalar: .number(value.negated))))
        }
        return node(.negate(operand))
    }

    private mutating func assign(
        _ operation: AssignOperator,
        _ left: Syntax,
        _ right: Syntax
    ) throws(Complaint) -> Node {
        let paths = try compile(left)
        let value = try compile(right)
        switch operation {
        case .set: return node(.set(paths, value))
        case .update: return node(.update(paths, value))
        case .alternative: return node(.alternativeUpdate(paths, value))
        case .arithmetic(let operation): return node(.arithmeticUpdate(operation, paths, value))
        }
    }

    // MARK: Names that are bound

    private mutating func scoped<Result>(
        _ added: [Entry],
        _ body: (inout Compiler) throws(Complaint) -> Result
    ) throws(Complaint) -> Result {
        let outer = (entries.count, level)
        entries.append(contentsOf: added)
        level += added.count { $0.isLink }
        defer {
            entries.removeLast(entries.count - outer.0)
            level = outer.1
        }
        return try body(&self)
    }

    private func up(where isWanted: (Entry) -> Bool) -> Int? {
        var hops = 0
        for entry in entries.reversed() {
            if isWanted(entry) { return hops }
            if entry.isLink { hops += 1 }
        }
        return nil
    }

    private mutating func variable(_ name: String, _ offset: Int) throws(Complaint) -> Node {
        let hops = up { if case .variable(name) = $0 { true } else { false } }
        if let hops { return node(.local(hops)) }
        if !inLibrary, globals.contains(name) {
            if let place = usedGlobals.firstIndex(of: name) { return node(.global(place)) }
            usedGlobals.append(name)
            return node(.global(usedGlobals.count - 1))
        }
        if let refusal = Refusals.complaint(aboutVariable: name, at: offset) { throw refusal }
        let known = globals.sorted().map { "$\($0)" }.joined(separator: ", ")
        let hint = known.isEmpty ? nil : "given are \(known)"
        throw Complaint(offset: offset, message: "$\(name) is not defined", hint: hint)
    }

    private func breakOut(_ name: String, _ offset: Int) throws(Complaint) -> Node {
        let hops = up { if case .label(name) = $0 { true } else { false } }
        guard let hops else {
            throw Complaint(offset: offset, message: "there is no 'label $\(name)' around this 'break'")
        }
        return node(.breakOut(hops))
    }

    private mutating func fold(_ syntax: Syntax) throws(Complaint) -> Node {
        switch syntax.kind {
        case .reduce(let source, let pattern, let initial, let update):
            let names = Self.names(in: [pattern])
            let matcher = try destructuring(pattern, names)
            let compiled = (try compile(source), try compile(initial))
            let body = try scoped(names.map { .variable($0) }) { compiler throws(Complaint) in
                try compiler.compile(update)
            }
            return node(.reduce(compiled.0, matcher, compiled.1, body))
        case .foreach(let source, let pattern, let initial, let update, let extract):
            let names = Self.names(in: [pattern])
            let matcher = try destructuring(pattern, names)
            let compiled = (try compile(source), try compile(initial))
            let body = try scoped(names.map { .variable($0) }) { compiler throws(Complaint) in
                (try compiler.compile(update), try extract.map { part throws(Complaint) in try compiler.compile(part) })
            }
            return node(.foreach(compiled.0, matcher, compiled.1, body.0, body.1))
        default:
            preconditionFailure("only folds come here")
        }
    }

    private mutating func bind(_ source: Syntax, _ patterns: [Syntax.Pattern], _ body: Syntax) throws(Complaint) -> Node
    {
        let compiledSource = try compile(source)
        let names = Self.names(in: patterns)
        var matchers: [Destructuring] = []
        for pattern in patterns { matchers.append(try destructuring(pattern, names)) }
        let compiledBody = try scoped(names.map { .variable($0) }) { compiler throws(Complaint) in
            try compiler.compile(body)
        }
        if patterns.count == 1, case .variable = patterns[0] { return node(.bind(compiledSource, compiledBody)) }
        return node(.destructure(compiledSource, matchers, compiledBody))
    }

    /// All variables of these patterns, each once.
    private static func names(in patterns: [Syntax.Pattern]) -> [String] {
        var names: [String] = []
        func add(_ name: String) {
            if !names.contains(name) { names.append(name) }
        }
        func visit(_ pattern: Syntax.Pattern) {
            switch pattern {
            case .variable(let name): add(name)
            case .array(let elements): elements.forEach(visit)
            case .object(let members):
                for member in members {
                    if let name = member.variable { add(name) }
                    if let value = member.value { visit(value) }
                }
            }
        }
        patterns.forEach(visit)
        return names
    }

    private mutating func destructuring(
        _ pattern: Syntax.Pattern,
        _ names: [String]
    ) throws(Complaint) -> Destructuring {
        var steps: [Destructuring.Step] = []
        try add(pattern, names, to: &steps)
        return Destructuring(steps: steps, variables: names.count)
    }

    private mutating func add(
        _ pattern: Syntax.Pattern,
        _ names: [String],
        to steps: inout [Destructuring.Step]
    ) throws(Complaint) {
        switch pattern {
        case .variable(let name):
            steps.append(.bind(names.firstIndex(of: name) ?? 0))
        case .array(let elements):
            for (index, element) in elements.enumerated() {
                steps.append(.index(.number(JSON.Number(index))))
                try add(element, names, to: &steps)
                steps.append(.pop)
            }
        case .object(let members):
            for member in members {
                if case .constant(let key) = member.key.kind {
                    steps.append(.index(key))
                } else {
                    // A key may use the variables bound before it.
                    steps.append(
                        .indexBy(
                            try scoped(names.map { .variable($0) }) { compiler throws(Complaint) in
                                try compiler.compile(member.key)
                            }
                        )
                    )
                }
                if let name = member.variable { steps.append(.bind(names.firstIndex(of: name) ?? 0)) }
                if let value = member.value { try add(value, names, to: &steps) }
                steps.append(.pop)
            }
        }
    }

    // MARK: Functions

    private mutating func define(_ definition: Syntax.Definition, _ rest: Syntax) throws(Complaint) -> Node {
        let entry = try function(definition)
        return try scoped([entry]) { compiler throws(Complaint) in try compiler.compile(rest) }
    }

    private mutating func function(_ definition: Syntax.Definition) throws(Complaint) -> Entry {
        let index = functions.count
        functions.append(nil)
        let itself = Entry.function(definition.name, definition.parameters.count, index: index, level: level)
        var kinds: [Function.ParameterKind] = []
        var links: [Entry] = [itself]
        var values: [String] = []
        for parameter in definition.parameters {
            if parameter.isValue, !definition.body.calls(parameter.name) {
                kinds.append(.value)
                links.append(.variable(parameter.name))
            } else {
                // `def f($a)` is `def f(a): a as $a | …`; that matters to a body that calls `a` itself.
                kinds.append(.closure)
                links.append(.closure(parameter.name))
                if parameter.isValue { values.append(parameter.name) }
            }
        }
        var body = definition.body
        for name in values.reversed() {
            let source = Syntax(kind: .call(name, []), offset: definition.offset)
            body = Syntax(kind: .bind(source, [.variable(name)], body: body), offset: definition.offset)
        }
        let compiled = try scoped(links) { compiler throws(Complaint) in try compiler.compile(body) }
        functions[index] = Function(parameterKinds: kinds, body: compiled)
        return itself
    }

    private mutating func call(_ name: String, _ arguments: [Syntax], _ offset: Int) throws(Complaint) -> Node {
        var hops = 0
        for entry in entries.reversed() {
            switch entry {
            case .closure(name) where arguments.isEmpty:
                return node(.parameter(hops))
            case .function(name, arguments.count, let index, let defined):
                return node(.call(index, up: level - defined, try compile(arguments)))
            case .variable, .closure, .label, .function:
                if entry.isLink { hops += 1 }
            }
        }
        return try builtin(name, arguments, offset)
    }

    mutating func compile(_ arguments: [Syntax]) throws(Complaint) -> [Node] {
        var compiled: [Node] = []
        for argument in arguments { compiled.append(try compile(argument)) }
        return compiled
    }

    private mutating func builtin(_ name: String, _ arguments: [Syntax], _ offset: Int) throws(Complaint) -> Node {
        if let special = try special(name, arguments) { return special }
        if let native = Native.named(name, arguments.count) {
            return node(.native(native, try compile(arguments)))
        }
        return try libraryCall(name, arguments, offset)
    }

    private mutating func libraryCall(_ name: String, _ arguments: [Syntax], _ offset: Int) throws(Complaint) -> Node {
        let key = "\(name)/\(arguments.count)"
        if let index = library[key] { return node(.call(index, up: level, try compile(arguments))) }
        guard let definition = Library.definitions[key] else { throw unknown(name, arguments.count, offset) }
        let compiled = try compile(arguments)
        // The library sees only itself and what is native: its own scope, at the outermost level.
        let outer = (entries, level, inLibrary)
        (entries, level, inLibrary) = ([], 0, true)
        defer { (entries, level, inLibrary) = outer }
        library[key] = functions.count
        guard case .function(_, _, let index, _) = try function(definition) else {
            preconditionFailure("a definition makes a function")
        }
        return node(.call(index, up: outer.1, compiled))
    }

    private func unknown(_ name: String, _ count: Int, _ offset: Int) -> Complaint {
        if let refusal = Refusals.complaint(aboutFunction: name, at: offset) { return refusal }
        let counts = Library.argumentCounts[name] ?? []
        if !counts.isEmpty {
            let takes = counts.sorted().map(String.init).joined(separator: " or ")
            let message = "\(name) takes \(takes) argument\(takes == "1" ? "" : "s"), not \(count)"
            return Complaint(offset: offset, message: message, hint: "arguments are separated by ';'")
        }
        let near = Library.nearest(to: name)
        return Complaint(
            offset: offset,
            message: "\(name)/\(count) is not defined",
            hint: near.map { "did you mean \($0)?" }
        )
    }

    /// What the machine itself does.
    private mutating func special(_ name: String, _ arguments: [Syntax]) throws(Complaint) -> Node? {
        switch (name, arguments.count) {
        case ("null", 0): return node(.constant(.null))
        case ("true", 0): return node(.constant(Item(scalar: true)))
        case ("false", 0): return node(.constant(Item(scalar: false)))
        case ("empty", 0): return node(.empty)
        case ("error", 0): return node(.error(node(.identity)))
        case ("error", 1): return node(.error(try compile(arguments[0])))
        case ("path", 1): return node(.path(try compile(arguments[0])))
        case ("getpath", 1): return node(.getpath(try compile(arguments[0])))
        case ("select", 1):
            return node(.conditional(try compile(arguments[0]), node(.identity), node(.empty)))
        case ("map", 1):
            return node(.collect(node(.pipe(node(.iterate(node(.identity))), try compile(arguments[0])))))
        case ("map_values", 1): return node(.update(node(.iterate(node(.identity))), try compile(arguments[0])))
        case ("range", 1...3): return try range(arguments)
        case ("not", 0):
            let falsehood = node(.constant(Item(scalar: .bool(false))))
            return node(.conditional(node(.identity), falsehood, node(.constant(Item(scalar: .bool(true))))))
        default: return nil
        }
    }

    private mutating func range(_ arguments: [Syntax]) throws(Complaint) -> Node {
        let zero = node(.constant(Item(scalar: 0)))
        let one = node(.constant(Item(scalar: 1)))
        let compiled = try compile(arguments)
        switch compiled.count {
        case 1: return node(.range(zero, compiled[0], one))
        case 2: return node(.range(compiled[0], compiled[1], one))
        default: return node(.range(compiled[0], compiled[1], compiled[2]))
        }
    }
}
