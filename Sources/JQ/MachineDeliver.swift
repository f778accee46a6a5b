import JSON

extension Machine {
    /// Hands a value to the frame that waits for it.
    mutating func deliver(_ item: Item, _ frame: Frame) throws(Failure) -> Step {
        guard let next = frame.next else { return .output(item) }
        switch frame.kind {
        case .output: return .output(item)
        case .pipe(let node, let scope): return .evaluate(node, scope, item, next)
        case .index(let key): return .deliver(try access(item, key), next)
        case .indexKey(let target, let scope, let input):
            return .evaluate(target, scope, input, try self.frame(.index(item), next))
        case .iterate: return try iterate(item, next)
        case .collect(let collection):
            collection.elements.append(item.json)
            collection.depth = max(collection.depth, item.depth)
            return .backtrack
        case .object(var building):
            try building.add(item)
            return try build(building, next)
        case .string(var building):
            building.done.append(try building.format.text(of: item.json, &meter))
            return try build(building, next)
        case .arguments(var building):
            building.done.append(item)
            return try build(building, next)
        case .negate: return .deliver(try negate(item), next)
        case .binaryRight(let operation, let left, let scope, let input):
            return .evaluate(left, scope, input, try self.frame(.binaryLeft(operation, right: item), next))
        case .binaryLeft(let operation, let right): return .deliver(try combine(operation, item, right), next)
        case .logic(let isAnd, let right, let scope, let input):
            guard item.json.isTrue == isAnd else { return .deliver(Item(scalar: .bool(!isAnd)), next) }
            return .evaluate(right, scope, input, try self.frame(.boolean, next))
        case .boolean: return .deliver(Item(scalar: .bool(item.json.isTrue)), next)
        case .alternative(let flag):
            guard item.json.isTrue else { return .backtrack }
            flag.isSet = true
            return .deliver(item, next)
        case .conditional(let then, let otherwise, let scope, let input):
            return .evaluate(item.json.isTrue ? then : otherwise, scope, input, next)
        case .attemptEnds(let number):
            try push(.attemptIsOver(number))
            return .deliver(item, next)
        case .bind(let body, let scope, let input):
            return .evaluate(body, try link(.value(item), scope), input, next)
        case .foldStarts, .foldSource, .foldUpdate, .destructure, .destructureKey:
            return try fold(item, frame, next)
        case .error: throw .raised(item.json, isType: false)
        case .path, .getpath, .lose, .updateSource, .updatePath, .updateValue:
            return try place(item, frame, next)
        }
    }

    private mutating func fold(_ item: Item, _ frame: Frame, _ next: Frame) throws(Failure) -> Step {
        switch frame.kind {
        case .foldStarts(let node, let scope, let input):
            return try startFold(node, scope, input, state: item, next)
        case .foldSource(let fold):
            let matching = Matching(
                then: .fold(fold),
                source: item,
                scope: fold.scope,
                item: item,
                steps: fold.matcher,
                stack: [item],
                slots: Array(repeating: .null, count: fold.matcher.variables)
            )
            return try match(matching, next)
        case .foldUpdate(let fold, let scope):
            fold.state = item
            if fold.isReduce { return .backtrack }
            guard let extract = fold.extract else { return .deliver(item, next) }
            return .evaluate(extract, scope, item, next)
        case .destructure(let node, let scope, let input):
            guard case .destructure(_, let patterns, let body) = node.kind else {
                preconditionFailure("only a destructuring waits so")
            }
            let matching = Matching(
                then: .body(body, alternatives: patterns, place: 0),
                source: item,
                scope: scope,
                item: input,
                steps: patterns[0],
                stack: [item],
                slots: Array(repeating: .null, count: patterns[0].variables)
            )
            return try startMatching(matching, next)
        case .destructureKey(var matching):
            matching.stack.append(try access(matching.stack.last ?? .null, item))
            matching.place += 1
            return try match(matching, next)
        default:
            preconditionFailure("only folds and patterns come here")
        }
    }

    private mutating func startFold(
        _ node: Node,
        _ scope: Scope?,
        _ input: Item,
        state: Item,
        _ frame: Frame
    ) throws(Failure) -> Step {
        let fold: Fold
        let source: Node
        switch node.kind {
        case .reduce(let from, let matcher, _, let update):
            source = from
            fold = Fold(matcher: matcher, update: update, extract: nil, isReduce: true, scope: scope, state: state)
        case .foreach(let from, let matcher, _, let update, let extract):
            source = from
            fold = Fold(matcher: matcher, update: update, extract: extract, isReduce: false, scope: scope, state: state)
        default:
            preconditionFailure("only folds come here")
        }
        try push(.folded(fold, frame))
        return .evaluate(source, scope, input.withoutPath, try self.frame(.foldSource(fold), frame))
    }

    // MARK: Patterns

    /// Begins with one of several patterns; an error in it or in the body goes on to the next.
    mutating func startMatching(_ matching: Matching, _ frame: Frame) throws(Failure) -> Step {
        guard case .body(let body, let patterns, let place) = matching.then, place + 1 < patterns.count else {
            return try match(matching, frame)
        }
        let other = Matching(
            then: .body(body, alternatives: patterns, place: place + 1),
            source: matching.source,
            scope: matching.scope,
            item: matching.item,
            steps: patterns[place + 1],
            stack: [matching.source],
            slots: Array(repeating: .null, count: matching.slots.count)
        )
        let number = newAttempt()
        try push(.otherPattern(number, other, frame))
        return try match(matching, try self.frame(.attemptEnds(number), frame))
    }

    /// Takes a value apart as far as that goes without evaluating a key.
    private mutating func match(_ matching: Matching, _ frame: Frame) throws(Failure) -> Step {
        var matching = matching
        while matching.place < matching.steps.steps.count {
            let top = matching.stack.last ?? .null
            switch matching.steps.steps[matching.place] {
            case .index(let key): matching.stack.append(try access(top, Item(scalar: key)))
            case .bind(let slot): matching.slots[slot] = top
            case .pop: matching.stack.removeLast()
            case .indexBy(let node):
                let scope = try bound(matching)
                return .evaluate(node, scope, top, try self.frame(.destructureKey(matching), frame))
            }
            matching.place += 1
        }
        let scope = try bound(matching)
        switch matching.then {
        case .body(let body, _, _): return .evaluate(body, scope, matching.item, frame)
        case .fold(let fold):
            // Taken out, so that the update may change it in place.
            let state = fold.state
            fold.state = Item(.null, depth: 0, path: state.path)
            return .evaluate(fold.update, scope, state, try self.frame(.foldUpdate(fold, scope), frame))
        }
    }

    private func bound(_ matching: Matching) throws(Failure) -> Scope? {
        var scope = matching.scope
        for slot in matching.slots { scope = try link(.value(slot), scope) }
        return scope
    }
}
