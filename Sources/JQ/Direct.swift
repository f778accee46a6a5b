import JSON

/// What has exactly one output needs no frames and no choices: it is evaluated by recursion over the source, which
/// the parser has bounded.
extension Machine {
    mutating func direct(_ node: Node, _ scope: Scope?, _ item: Item) throws(Failure) -> Item {
        try meter.charge(steps: 1)
        switch node.kind {
        case .identity: return item
        case .constant(let constant): return constant
        case .global(let place): return globals[place]
        case .local(let up):
            guard case .value(let value) = hop(scope, up)?.binding else {
                preconditionFailure("a variable is bound to a value")
            }
            return value
        case .field(let target, let name):
            let value = try direct(target, scope, item)
            guard case .object(let members) = value.json else {
                return try access(value, Item(scalar: .string(name)))
            }
            return members[name].map { Item($0, depth: max(value.depth - 1, 0)) } ?? .null
        case .index(let target, let key):
            let key = try direct(key, scope, item)
            return try access(try direct(target, scope, item), key)
        case .collect: return Item(.array([]), depth: 1)
        case .list(let parts): return try list(parts, scope, item)
        case .object(let members): return try object(members, scope, item)
        case .string(let format, let parts): return try string(format, parts, scope, item)
        case .pipe(let left, let right): return try direct(right, scope, try direct(left, scope, item))
        case .negate(let operand): return try negate(try direct(operand, scope, item))
        case .binary(let operation, let left, let right):
            let right = try direct(right, scope, item)
            return try combine(operation, try direct(left, scope, item), right)
        case .and, .or, .alternative, .conditional, .attempt, .bind: return try choose(node, scope, item)
        case .native(let native, let arguments):
            var values: [Item] = []
            for argument in arguments.reversed() { values.append(try direct(argument, scope, item)) }
            return try apply(native, item, values.reversed())
        case .getpath(let path): return try get(item, try direct(path, scope, item))
        case .error(let value): throw .raised(try direct(value, scope, item).json, isType: false)
        case .iterate, .comma, .update, .set, .arithmeticUpdate, .alternativeUpdate, .reduce, .foreach, .destructure,
            .label, .breakOut, .call, .parameter, .path, .range, .empty:
            preconditionFailure("what may have other than one output is not direct")
        }
    }

    private mutating func choose(_ node: Node, _ scope: Scope?, _ item: Item) throws(Failure) -> Item {
        switch node.kind {
        case .and(let left, let right):
            guard try direct(left, scope, item).json.isTrue else { return Item(scalar: false) }
            return Item(scalar: .bool(try direct(right, scope, item).json.isTrue))
        case .or(let left, let right):
            if try direct(left, scope, item).json.isTrue { return Item(scalar: true) }
            return Item(scalar: .bool(try direct(right, scope, item).json.isTrue))
        case .alternative(let left, let right):
            let value = try direct(left, scope, item)
            return value.json.isTrue ? value : try direct(right, scope, item)
        case .conditional(let condition, let then, let otherwise):
            let isTrue = try direct(condition, scope, item).json.isTrue
            return try direct(isTrue ? then : otherwise, scope, item)
        case .attempt(let body, let handler):
            do throws(Failure) {
                return try direct(body, scope, item)
            } catch {
                guard let handler, case .raised(let value, _) = error else { throw error }
                return try direct(handler, scope, Item(value, depth: value.nesting))
            }
        case .bind(let source, let body):
            return try direct(body, try link(.value(try direct(source, scope, item)), scope), item)
        default:
            preconditionFailure("only choices come here")
        }
    }

    private mutating func list(_ parts: [Node], _ scope: Scope?, _ item: Item) throws(Failure) -> Item {
        var elements: [JSON] = []
        elements.reserveCapacity(parts.count)
        var depth = 0
        for part in parts {
            let value = try direct(part, scope, item)
            elements.append(value.json)
            depth = max(depth, value.depth)
        }
        try meter.charge(elements: elements.count)
        return try checked(Item(.array(elements), depth: depth + 1))
    }

    private mutating func object(
        _ members: [(key: Node, value: Node)],
        _ scope: Scope?,
        _ item: Item
    ) throws(Failure) -> Item {
        var building = ObjectBuilding(members: members, scope: scope, item: item)
        for member in members {
            try building.add(try direct(member.key, scope, item))
            try building.add(try direct(member.value, scope, item))
        }
        try meter.charge(elements: members.count)
        return try checked(Item(.object(building.object), depth: building.depth + 1))
    }

    private mutating func string(
        _ format: Format,
        _ parts: [Node.Part],
        _ scope: Scope?,
        _ item: Item
    ) throws(Failure) -> Item {
        var text = ""
        for part in parts {
            switch part {
            case .text(let plain): text += plain
            case .value(let node): text += try format.text(of: try direct(node, scope, item).json, &meter)
            }
        }
        return Item(scalar: try meter.string(text))
    }

    /// `[target | .[] | rest]` where each element gives one output or none: a loop, without choices to come back to.
    mutating func filtered(_ target: Item, _ rest: Node, _ scope: Scope?) throws(Failure) -> Item {
        let depth = max(target.depth - 1, 0)
        let elements: [JSON]
        switch target.json {
        case .array(let values): elements = values
        case .object(let members): elements = members.values
        case .null, .bool, .number, .string: throw .type("Cannot iterate over \(Kinds.describe(target.json))")
        }
        var outputs: [JSON] = []
        var deepest = 0
        for element in elements {
            guard let output = try filter(rest, scope, Item(element, depth: depth)) else { continue }
            outputs.append(output.json)
            deepest = max(deepest, output.depth)
        }
        try meter.charge(elements: outputs.count)
        return try checked(Item(.array(outputs), depth: deepest + 1))
    }

    private mutating func filter(_ node: Node, _ scope: Scope?, _ item: Item) throws(Failure) -> Item? {
        if node.isDirect { return try direct(node, scope, item) }
        try meter.charge(steps: 1)
        switch node.kind {
        case .empty: return nil
        case .pipe(let left, let right):
            guard let value = try filter(left, scope, item) else { return nil }
            return try filter(right, scope, value)
        case .conditional(let condition, let then, let otherwise):
            return try filter(direct(condition, scope, item).json.isTrue ? then : otherwise, scope, item)
        default:
            preconditionFailure("only what has at most one output is a filter")
        }
    }

    mutating func apply(_ native: Native, _ input: Item, _ arguments: [Item]) throws(Failure) -> Item {
        let json = try native.run(&meter, input.json, arguments.map(\.json))
        switch native.rise {
        case .by(let levels):
            let depth = arguments.reduce(input.depth) { max($0, $1.depth) } + levels
            return try checked(Item(json, depth: depth))
        case .scalar: return Item(scalar: json)
        case .measured: return try checked(Item(json, depth: json.nesting))
        }
    }

    mutating func negate(_ item: Item) throws(Failure) -> Item {
        guard case .number(let value) = item.json else {
            throw .type("\(Kinds.describe(item.json)) cannot be negated")
        }
        return Item(scalar: .number(value.negated))
    }

    mutating func combine(_ operation: BinaryOperator, _ left: Item, _ right: Item) throws(Failure) -> Item {
        let json = try Operators.combine(operation, left.json, right.json, &meter)
        switch operation {
        // A sum may hold an element of either; only a merge of objects goes into them.
        case .add, .subtract, .multiply, .divide: return Item(json, depth: max(left.depth, right.depth, 1))
        case .remainder, .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual:
            return Item(scalar: json)
        }
    }
}
