import JSON

/// Runs a program over one input.
///
/// Waiting work lies in frames and choices, never on the stack of calls: an evaluation can be as deep as its budget
/// says, on any thread. What has exactly one output is evaluated directly (`Direct.swift`), whose recursion is
/// bounded by the length of the source.
struct Machine {
    let functions: [Function]
    let globals: [Item]
    var meter: Meter
    var choices: [Choice] = []
    private var attempts = 0
    private let waitingMax: Int
    private var step: Step

    enum Step {
        case evaluate(Node, Scope?, Item, Frame)
        case deliver(Item, Frame)
        case backtrack
        case output(Item)
        case end
    }

    init(_ root: Node, _ functions: [Function], globals: [Item], input: Item, budget: Budget) {
        self.functions = functions
        self.globals = globals
        meter = Meter(budget)
        // A level of a program costs a few frames.
        waitingMax = budget.depth * 4
        step = .evaluate(root, nil, input, Frame(.output, nil))
    }

    /// The next output; `nil` when there are no more.
    mutating func next() throws(EvaluationError) -> JSON? {
        while true {
            do throws(Failure) {
                step = try advance()
            } catch {
                step = try unwind(error)
            }
            switch step {
            case .output(let item):
                step = .backtrack
                return try finished(item)
            case .end: return nil
            case .evaluate, .deliver, .backtrack: continue
            }
        }
    }

    private func finished(_ item: Item) throws(EvaluationError) -> JSON {
        do throws(Failure) {
            _ = try checked(item)
        } catch {
            throw error.reported
        }
        return meter.hasNonFinite ? item.json.withoutNonFinite : item.json
    }

    private mutating func advance() throws(Failure) -> Step {
        switch step {
        case .evaluate(let node, let scope, let item, let frame): return try evaluate(node, scope, item, frame)
        case .deliver(let item, let frame): return try deliver(item, frame)
        case .backtrack: return try backtrack()
        case .output, .end: return step
        }
    }

    // MARK: Limits

    /// The same item, when it nests no deeper than allowed.
    func checked(_ item: Item) throws(Failure) -> Item {
        guard item.depth > meter.depth else { return item }
        // The bound may be far too high; now the measure is worth its price.
        let exact = item.json.nesting
        guard exact <= meter.depth else { throw .limit(.depth) }
        return Item(item.json, depth: exact, path: item.path)
    }

    func frame(_ kind: Frame.Kind, _ next: Frame) throws(Failure) -> Frame {
        guard next.depth < waitingMax else { throw .limit(.depth) }
        return Frame(kind, next)
    }

    func link(_ binding: Scope.Binding, _ scope: Scope?) throws(Failure) -> Scope {
        let link = Scope(binding, scope)
        guard link.depth < waitingMax else { throw .limit(.depth) }
        return link
    }

    mutating func push(_ choice: Choice) throws(Failure) {
        guard choices.count < waitingMax * 4 else { throw .limit(.depth) }
        choices.append(choice)
    }

    mutating func newAttempt() -> Int {
        attempts += 1
        return attempts
    }

    // MARK: Errors

    /// Goes back to the last attempt that is not over; with none, the evaluation ends.
    private mutating func unwind(_ failure: Failure) throws(EvaluationError) -> Step {
        guard case .raised(let value, _) = failure else { throw failure.reported }
        var over: Set<Int> = []
        while let choice = choices.popLast() {
            switch choice {
            case .attemptIsOver(let number): over.insert(number)
            case .attempt(let number, let handler, let scope, let item, let frame):
                if over.remove(number) != nil { continue }
                guard let handler else { return .backtrack }
                let path = item.path.map { $0.losing(item.json) }
                return .evaluate(handler, scope, Item(value, depth: value.nesting, path: path), frame)
            case .otherPattern(let number, let matching, let frame):
                if over.remove(number) != nil { continue }
                do throws(Failure) {
                    return try startMatching(matching, frame)
                } catch {
                    return try unwind(error)
                }
            case .evaluate, .elements, .members, .range, .collected, .folded, .alternative, .label, .updated,
                .updateIsEmpty:
                continue
            }
        }
        throw failure.reported
    }

    // MARK: Backtracking

    private mutating func backtrack() throws(Failure) -> Step {
        try meter.charge(steps: 1)
        guard let choice = choices.popLast() else { return .end }
        switch choice {
        case .evaluate(let node, let scope, let item, let frame):
            return .evaluate(node, scope, item, frame)
        case .elements(let elements, let place, let depth, let path, let frame):
            return try element(elements, place, depth, path, frame)
        case .members(let members, let place, let depth, let path, let frame):
            return try member(members, place, depth, path, frame)
        case .range(let from, let to, let by, let frame):
            return try range(from, to, by, frame)
        case .collected(let collection, let frame):
            try meter.charge(elements: collection.elements.count)
            let array = Item(.array(collection.elements), depth: collection.depth + 1)
            return .deliver(try checked(array), frame)
        case .folded(let fold, let frame):
            return fold.isReduce ? .deliver(fold.state, frame) : .backtrack
        case .alternative(let flag, let node, let scope, let item, let frame):
            return flag.isSet ? .backtrack : .evaluate(node, scope, item, frame)
        case .attempt, .attemptIsOver, .label, .otherPattern:
            return .backtrack
        case .updated(let update, let frame):
            return try finish(update, frame)
        case .updateIsEmpty(let update):
            update.deletions.append(.array(update.path))
            return .backtrack
        }
    }

    // MARK: Generators

    mutating func iterate(_ item: Item, _ frame: Frame) throws(Failure) -> Step {
        let path = try reached(item, orFail: "Invalid path expression near attempt to iterate through")
        switch item.json {
        case .array(let elements): return try element(elements, 0, max(item.depth - 1, 0), path, frame)
        case .object(let members): return try member(members, 0, max(item.depth - 1, 0), path, frame)
        case .null, .bool, .number, .string: throw .type("Cannot iterate over \(Kinds.describe(item.json))")
        }
    }

    private mutating func element(
        _ elements: [JSON],
        _ place: Int,
        _ depth: Int,
        _ path: Path?,
        _ frame: Frame
    ) throws(Failure) -> Step {
        guard place < elements.count else { return .backtrack }
        if place + 1 < elements.count { try push(.elements(elements, place: place + 1, depth: depth, path, frame)) }
        let path = path?.appending(.number(JSON.Number(place)))
        return .deliver(Item(elements[place], depth: depth, path: path), frame)
    }

    private mutating func member(
        _ members: JSON.Object,
        _ place: Int,
        _ depth: Int,
        _ path: Path?,
        _ frame: Frame
    ) throws(Failure) -> Step {
        guard place < members.count else { return .backtrack }
        if place + 1 < members.count { try push(.members(members, place: place + 1, depth: depth, path, frame)) }
        let member = members[place]
        return .deliver(Item(member.value, depth: depth, path: path?.appending(.string(member.key))), frame)
    }

    mutating func range(_ from: Double, _ to: Double, _ by: Double, _ frame: Frame) throws(Failure) -> Step {
        guard by > 0 ? from < to : by < 0 && from > to else { return .backtrack }
        try push(.range(from + by, to: to, by: by, frame))
        return .deliver(Item(scalar: meter.number(from)), frame)
    }

    // MARK: Paths

    /// The path of an item that is about to be looked into; `nil` when none is asked for.
    func reached(_ item: Item, orFail message: String) throws(Failure) -> Path? {
        guard let path = item.path, path.isLost else { return item.path }
        // Null, true or false where the same stood is as good as reached.
        guard path.key == item.json, item.json.isNull || item.json.asBool != nil else {
            throw .type("\(message) \(Kinds.short(item.json))")
        }
        return path.parent
    }

    func access(_ item: Item, _ key: Item) throws(Failure) -> Item {
        let place = "Invalid path expression near attempt to access element \(Kinds.short(key.json)) of"
        let path = try item.path == nil ? nil : reached(item, orFail: place)
        let value = try Access.index(item.json, key.json)
        let depth = key.json.asObject == nil ? max(item.depth - 1, 0) : item.depth
        return Item(value, depth: depth, path: path?.appending(key.json))
    }
}

extension JSON {
    /// The value with what JSON does not know replaced as jq writes it: not-a-number is null, infinities are the
    /// largest numbers.
    var withoutNonFinite: JSON {
        switch self {
        case .null, .bool, .string: self
        case .number(let value):
            value.isFinite ? self : value.double.isNaN ? .null : .number(value.clamped)
        case .array(let elements): .array(elements.map(\.withoutNonFinite))
        case .object(let members): .object(Object(members.map { ($0.key, $0.value.withoutNonFinite) }))
        }
    }
}

extension JSON.Number {
    fileprivate var clamped: JSON.Number {
        JSON.Number(isNegative ? -Double.greatestFiniteMagnitude : .greatestFiniteMagnitude)
    }
}
