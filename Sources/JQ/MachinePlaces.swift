import JSON

/// Paths and what is done with them.
extension Machine {
    /// Begins what has to do with places: paths and assignments.
    mutating func place(_ node: Node, _ scope: Scope?, _ item: Item, _ frame: Frame) throws(Failure) -> Step {
        switch node.kind {
        case .path(let body):
            let start = Item(item.json, depth: item.depth, path: .root)
            return .evaluate(body, scope, start, try self.frame(.path, frame))
        case .getpath(let path):
            return .evaluate(path, scope, item.withoutPath, try self.frame(.getpath(item), frame))
        case .update(let paths, let change):
            return try updatePaths(paths, Update(.node(change, scope), root: item), scope, frame)
        case .set(_, let value), .arithmeticUpdate(_, _, let value), .alternativeUpdate(_, let value):
            if value.isDirect {
                // No frame keeps the input, so that what only this evaluation holds is changed in its place.
                return try update(node, scope, item, with: try direct(value, scope, item), frame)
            }
            return .evaluate(value, scope, item, try self.frame(.updateSource(node, scope, item), frame))
        default:
            preconditionFailure("only what has to do with places comes here")
        }
    }

    /// Goes on with a value that such a frame waited for.
    mutating func place(_ item: Item, _ frame: Frame, _ next: Frame) throws(Failure) -> Step {
        switch frame.kind {
        case .path:
            let keys = try keys(of: item)
            try meter.charge(elements: keys.count)
            return .deliver(Item(.array(keys), depth: 2), next)
        case .getpath(let input): return .deliver(try get(input, item), next)
        case .lose(let path, let value):
            return .deliver(Item(item.json, depth: item.depth, path: path.losing(value)), next)
        case .updateSource(let node, let scope, let input):
            return try update(node, scope, input, with: item, next)
        case .updatePath(let update):
            return try change(try keys(of: item), update, next)
        case .updateValue(let update):
            // The first value counts; what else the change could give is forgotten.
            choices.removeLast(choices.count - update.choiceCount)
            try set(update, update.path, to: item)
            return .backtrack
        default:
            preconditionFailure("only what has to do with places comes here")
        }
    }

    private func keys(of item: Item) throws(Failure) -> [JSON] {
        let path = try reached(item, orFail: "Invalid path expression with result")
        return path?.keys ?? []
    }

    /// What stands at a path; the way goes on along it when paths are asked for.
    func get(_ item: Item, _ path: Item) throws(Failure) -> Item {
        guard case .array(let keys) = path.json else { throw .type("Path must be specified as an array") }
        var way = try reached(item, orFail: "Invalid path expression near attempt to access element")
        let value = try Access.get(item.json, keys)
        if way != nil {
            for key in keys { way = way?.appending(key) }
        }
        return Item(value, depth: item.depth, path: way)
    }

    private mutating func update(
        _ node: Node,
        _ scope: Scope?,
        _ input: Item,
        with value: Item,
        _ frame: Frame
    ) throws(Failure) -> Step {
        switch node.kind {
        case .arithmeticUpdate(let operation, let paths, _):
            return try updatePaths(paths, Update(.operation(operation, value), root: input), scope, frame)
        case .alternativeUpdate(let paths, _):
            return try updatePaths(paths, Update(.alternative(value), root: input), scope, frame)
        case .set(let paths, _):
            return try updatePaths(paths, Update(.value(value), root: input), scope, frame)
        default:
            preconditionFailure("only assignments come here")
        }
    }

    private mutating func updatePaths(
        _ paths: Node,
        _ update: Update,
        _ scope: Scope?,
        _ frame: Frame
    ) throws(Failure) -> Step {
        try push(.updated(update, frame))
        let start = Item(update.root.json, depth: update.root.depth, path: .root)
        return .evaluate(paths, scope, start, try self.frame(.updatePath(update), frame))
    }

    /// Changes what stands at one path, before the next path is looked for.
    private mutating func change(_ path: [JSON], _ update: Update, _ frame: Frame) throws(Failure) -> Step {
        let value = Item(try Access.get(update.root.json, path), depth: update.root.depth)
        let changed: Item
        switch update.change {
        case .node(let node, let scope):
            guard node.isDirect else {
                update.choiceCount = choices.count
                update.path = path
                try push(.updateIsEmpty(update))
                return .evaluate(node, scope, value, try self.frame(.updateValue(update), frame))
            }
            changed = try direct(node, scope, value)
        case .operation(let operation, let operand): changed = try combine(operation, value, operand)
        case .alternative(let other): changed = value.json.isTrue ? value : other
        case .value(let new): changed = new
        }
        try set(update, path, to: changed)
        return .backtrack
    }

    /// All paths are done; what had no new value goes.
    mutating func finish(_ update: Update, _ frame: Frame) throws(Failure) -> Step {
        if !update.deletions.isEmpty {
            update.root.json = try Access.delete(update.root.json, update.deletions, &meter)
        }
        return .deliver(update.root, frame)
    }

    private mutating func set(_ update: Update, _ path: [JSON], to value: Item) throws(Failure) {
        let depth = max(update.root.depth, path.count + value.depth)
        // Taken out, so that it is changed in its place. An error leaves nobody who could miss it.
        var root = update.root.json
        update.root.json = .null
        try Access.set(&root, path, value.json, &meter)
        update.root = try checked(Item(root, depth: depth))
    }
}
