import JSON

extension Machine {
    /// Begins the evaluation of a node. Whatever it gives goes to `frame`.
    mutating func evaluate(_ node: Node, _ scope: Scope?, _ item: Item, _ frame: Frame) throws(Failure) -> Step {
        try meter.charge(steps: 1)
        if let path = item.path {
            if !node.isPath {
                let plain = Item(item.json, depth: item.depth)
                return .evaluate(node, scope, plain, try self.frame(.lose(path, item.json), frame))
            }
        } else if node.isDirect {
            return .deliver(try direct(node, scope, item), frame)
        }
        switch node.kind {
        case .identity: return .deliver(item, frame)
        case .constant, .global, .local, .list:
            preconditionFailure("what is direct and no path was evaluated before")
        case .index(let target, let key): return try index(target, key, scope, item, frame)
        case .field(let target, let name):
            let key = Item(scalar: .string(name))
            if case .identity = target.kind { return .deliver(try access(item, key), frame) }
            return .evaluate(target, scope, item, try self.frame(.index(key), frame))
        case .iterate(let target):
            if case .identity = target.kind { return try iterate(item, frame) }
            return .evaluate(target, scope, item, try self.frame(.iterate, frame))
        case .collect(let body): return try collect(body, scope, item, frame)
        case .object(let members):
            return try build(ObjectBuilding(members: members, scope: scope, item: item), frame)
        case .string(let format, let parts):
            return try build(StringBuilding(format: format, parts: parts, scope: scope, item: item), frame)
        case .pipe(let left, let right):
            if item.path == nil, left.isDirect {
                return .evaluate(right, scope, try direct(left, scope, item), frame)
            }
            return .evaluate(left, scope, item, try self.frame(.pipe(right, scope), frame))
        case .comma(let left, let right):
            try push(.evaluate(right, scope, item, frame))
            return .evaluate(left, scope, item, frame)
        case .negate(let operand):
            return .evaluate(operand, scope, item, try self.frame(.negate, frame))
        case .binary(let operation, let left, let right):
            if right.isDirect {
                let value = try direct(right, scope, item)
                return .evaluate(left, scope, item, try self.frame(.binaryLeft(operation, right: value), frame))
            }
            let waiting = Frame.Kind.binaryRight(operation, left: left, scope, item)
            return .evaluate(right, scope, item, try self.frame(waiting, frame))
        case .and(let left, let right):
            return .evaluate(left, scope, item, try self.frame(.logic(isAnd: true, right, scope, item), frame))
        case .or(let left, let right):
            return .evaluate(left, scope, item, try self.frame(.logic(isAnd: false, right, scope, item), frame))
        case .alternative, .conditional, .attempt, .reduce, .foreach, .bind, .destructure, .label, .breakOut:
            return try control(node, scope, item, frame)
        case .call(let index, let up, let arguments):
            return try call(index, hop(scope, up), arguments, scope, item, frame)
        case .parameter(let up):
            guard case .closure(let body, let around) = hop(scope, up)?.binding else {
                preconditionFailure("a parameter is bound to an argument")
            }
            return .evaluate(body, around, item, frame)
        case .native(let native, let arguments):
            let nodes = Array(arguments.reversed())
            return try build(ArgumentBuilding(target: .native(native), nodes: nodes, scope: scope, item: item), frame)
        case .range(let from, let to, let by):
            let building = ArgumentBuilding(target: .range, nodes: [from, to, by], scope: scope, item: item)
            return try build(building, frame)
        case .path, .getpath, .update, .set, .arithmeticUpdate, .alternativeUpdate:
            return try place(node, scope, item, frame)
        case .empty: return .backtrack
        case .error(let value):
            return .evaluate(value, scope, item.withoutPath, try self.frame(.error, frame))
        }
    }

    func hop(_ scope: Scope?, _ up: Int) -> Scope? {
        var link = scope
        for _ in 0..<up { link = link?.parent }
        return link
    }

    private mutating func index(
        _ target: Node,
        _ key: Node,
        _ scope: Scope?,
        _ item: Item,
        _ frame: Frame
    ) throws(Failure) -> Step {
        guard key.isDirect else {
            let waiting = try self.frame(.indexKey(target: target, scope, item), frame)
            return .evaluate(key, scope, item.withoutPath, waiting)
        }
        let value = try direct(key, scope, item.withoutPath)
        return .evaluate(target, scope, item, try self.frame(.index(value), frame))
    }

    private mutating func collect(
        _ body: Node?,
        _ scope: Scope?,
        _ item: Item,
        _ frame: Frame
    ) throws(Failure) -> Step {
        guard let body else { return .deliver(Item(.array([]), depth: 1), frame) }
        if case .pipe(let source, let rest) = body.kind, case .iterate(let target) = source.kind, target.isDirect,
            rest.isFilter
        {
            return .deliver(try filtered(try direct(target, scope, item), rest, scope), frame)
        }
        let collection = Collection()
        try push(.collected(collection, frame))
        return .evaluate(body, scope, item, try self.frame(.collect(collection), frame))
    }

    private mutating func control(
        _ node: Node,
        _ scope: Scope?,
        _ item: Item,
        _ frame: Frame
    ) throws(Failure) -> Step {
        switch node.kind {
        case .alternative(let left, let right):
            let flag = Flag()
            try push(.alternative(flag, right, scope, item, frame))
            return .evaluate(left, scope, item, try self.frame(.alternative(flag), frame))
        case .conditional(let condition, let then, let otherwise):
            if condition.isDirect {
                let isTrue = try direct(condition, scope, item.withoutPath).json.isTrue
                return .evaluate(isTrue ? then : otherwise, scope, item, frame)
            }
            let waiting = try self.frame(.conditional(then, otherwise, scope, item), frame)
            return .evaluate(condition, scope, item.withoutPath, waiting)
        case .attempt(let body, let handler):
            let number = newAttempt()
            try push(.attempt(number, handler, scope, item, frame))
            return .evaluate(body, scope, item, try self.frame(.attemptEnds(number), frame))
        case .reduce(_, _, let initial, _), .foreach(_, _, let initial, _, _):
            return .evaluate(initial, scope, item, try self.frame(.foldStarts(node, scope, item), frame))
        case .bind(let source, let body):
            if source.isDirect {
                let value = try direct(source, scope, item.withoutPath)
                return .evaluate(body, try link(.value(value), scope), item, frame)
            }
            return .evaluate(source, scope, item.withoutPath, try self.frame(.bind(body, scope, item), frame))
        case .destructure(let source, _, _):
            return .evaluate(source, scope, item.withoutPath, try self.frame(.destructure(node, scope, item), frame))
        case .label(let body):
            let number = newAttempt()
            try push(.label(number))
            return .evaluate(body, try link(.label(number), scope), item, frame)
        case .breakOut(let up):
            guard case .label(let number) = hop(scope, up)?.binding else {
                preconditionFailure("a break has its label around it")
            }
            while let choice = choices.popLast() {
                if case .label(number) = choice { break }
            }
            return .backtrack
        default:
            preconditionFailure("only control comes here")
        }
    }

    private mutating func call(
        _ index: Int,
        _ defined: Scope?,
        _ arguments: [Node],
        _ scope: Scope?,
        _ item: Item,
        _ frame: Frame
    ) throws(Failure) -> Step {
        let function = functions[index]
        guard function.parameterKinds.contains(.value) else {
            var inner = defined
            for argument in arguments { inner = try link(closure(argument, scope), inner) }
            return .evaluate(function.body, inner, item, frame)
        }
        let values = zip(function.parameterKinds, arguments).filter { $0.0 == .value }.map(\.1)
        let target = ArgumentBuilding.Target.call(index, defined, arguments)
        return try build(ArgumentBuilding(target: target, nodes: values, scope: scope, item: item), frame)
    }

    /// An argument as it is; one that is an argument of the function around is passed on, so that a recursion does not
    /// wrap it once for each level.
    private func closure(_ argument: Node, _ scope: Scope?) -> Scope.Binding {
        if case .parameter(let up) = argument.kind, let link = hop(scope, up) { return link.binding }
        return .closure(argument, scope)
    }

    // MARK: Building from parts

    mutating func build(_ building: ObjectBuilding, _ frame: Frame) throws(Failure) -> Step {
        var building = building
        while building.place < building.members.count {
            let (key, value) = building.members[building.place]
            let part = building.key == nil ? key : value
            guard part.isDirect else {
                return .evaluate(part, building.scope, building.item, try self.frame(.object(building), frame))
            }
            try building.add(try direct(part, building.scope, building.item))
        }
        try meter.charge(elements: building.object.count)
        return .deliver(try checked(Item(.object(building.object), depth: building.depth + 1)), frame)
    }

    mutating func build(_ building: StringBuilding, _ frame: Frame) throws(Failure) -> Step {
        var building = building
        while building.done.count < building.parts.count {
            switch building.parts[building.parts.count - 1 - building.done.count] {
            case .text(let text): building.done.append(text)
            case .value(let node):
                guard node.isDirect else {
                    return .evaluate(node, building.scope, building.item, try self.frame(.string(building), frame))
                }
                let value = try direct(node, building.scope, building.item)
                building.done.append(try building.format.text(of: value.json, &meter))
            }
        }
        return .deliver(Item(scalar: try meter.string(building.done.reversed().joined())), frame)
    }

    mutating func build(_ building: ArgumentBuilding, _ frame: Frame) throws(Failure) -> Step {
        var building = building
        let input = building.item.withoutPath
        while building.done.count < building.nodes.count {
            let node = building.nodes[building.done.count]
            guard node.isDirect else {
                return .evaluate(node, building.scope, input, try self.frame(.arguments(building), frame))
            }
            building.done.append(try direct(node, building.scope, input))
        }
        switch building.target {
        case .native(let native):
            return .deliver(try apply(native, input, building.done.reversed()), frame)
        case .range:
            let bounds = building.done.map(\.json.asDouble)
            guard let from = bounds[0], let to = bounds[1], let by = bounds[2] else {
                throw .type("Range bounds must be numeric")
            }
            return try range(from, to, by, frame)
        case .call(let index, let defined, let arguments):
            var values = building.done[...]
            var inner = defined
            for (kind, argument) in zip(functions[index].parameterKinds, arguments) {
                switch kind {
                case .closure: inner = try link(closure(argument, building.scope), inner)
                case .value: inner = try link(.value(values.popFirst() ?? .null), inner)
                }
            }
            return .evaluate(functions[index].body, inner, building.item, frame)
        }
    }
}

extension Item {
    var withoutPath: Item {
        path == nil ? self : Item(json, depth: depth)
    }
}

extension ObjectBuilding {
    mutating func add(_ part: Item) throws(Failure) {
        if let key {
            object[key] = part.json
            depth = max(depth, part.depth)
            self.key = nil
            place += 1
        } else {
            guard case .string(let name) = part.json else {
                throw .type("Cannot use \(Kinds.describe(part.json)) as object key")
            }
            key = name
        }
    }
}
