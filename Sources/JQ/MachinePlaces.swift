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
            return try collectPaths(paths, Update(.node(change, scope), root: item), scope, frame)
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
            update.paths.append(try keys(of: item))
            return .backtrack
        case .updateValue(let update):
            choices.removeLast(choices.count - update.choiceCount)
            try set(update, to: item)
            update.place += 1
            return try nextUpdate(update, next)
        case .setPath(let update, let value):
            update.paths = [try keys(of: item)]
            try set(update, to: value)
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
            return try collectPaths(paths, Update(.operation(operation, value), root: input), scope, frame)
        case .alternativeUpdate(let paths, _):
            return try collectPaths(paths, Update(.alternative(value), root: input), scope, frame)
        case .set(let paths, _):
            let update = Update(.none, root: input)
            try push(.allSet(update, frame))
            let start = Item(input.json, depth: input.depth, path: .root)
            return .evaluate(paths, scope, start, try self.frame(.setPath(update, value), frame))
        default:
            preconditionFailure("only assignments come here")
        }
    }

    private mutating func collectPaths(
        _ paths: Node,
        _ update: Update,
        _ scope: Scope?,
        _ frame: Frame
    ) throws(Failure) -> Step {
        try push(.pathsCollected(update, frame))
        let start = Item(update.root.json, depth: update.root.depth, path: .root)
        return .evaluate(paths, scope, start, try self.frame(.updatePath(update), frame))
    }

    /// Changes path after path; stops where a change has to be evaluated first.
    mutating func nextUpdate(_ update: Update, _ frame: Frame) throws(Failure) -> Step {
        while update.place < update.paths.count {
            try meter.charge(steps: 1)
            let value = Item(try Access.get(update.root.json, update.paths[update.place]), depth: update.root.depth)
            let changed: Item
            switch update.change {
            case .node(let node, let scope):
                guard node.isDirect else {
                    update.choiceCount = choices.count
                    try push(.updateIsEmpty(update, frame))
                    return .evaluate(node, scope, value, try self.frame(.updateValue(update), frame))
                }
                changed = try direct(node, scope, value)
            case .operation(let operation, let operand): changed = try combine(operation, value, operand)
            case .alternative(let other): changed = value.json.isTrue ? value : other
            case .none: preconditionFailure("paths that are set are not collected")
            }
            try set(update, to: changed)
            update.place += 1
        }
        if !update.deletions.isEmpty {
            update.root.json = try Access.delete(update.root.json, update.deletions, &meter)
        }
        return .deliver(update.root, frame)
    }

    private mutating func set(_ update: Update, to value: Item) throws(Failure) {
        let path = update.paths[update.change.isNone ? 0 : update.place]
        var root = update.root.json
        update.root.json = .null
        let depth = max(update.root.depth, path.count + value.depth)
        do throws(Failure) {
            try Access.set(&root, path, value.json, &meter)
        } catch {
            update.root.json = root
            throw error
        }
        update.root = try checked(Item(root, depth: depth))
    }
}

extension Update.Change {
    fileprivate var isNone: Bool {
        if case .none = self { true } else { false }
    }
}
