import JSON

/// A part of a compiled program. Immutable, so one program serves all threads.
final class Node: Sendable {
    let kind: Kind
    /// Has exactly one output (or fails), with nothing to come back to: evaluated by plain recursion.
    let isDirect: Bool
    /// Has at most one output, found by plain recursion too: `select` and what is built from it.
    let isFilter: Bool

    enum Kind: Sendable {
        case identity
        case constant(Item)
        /// One of the variables that the caller passes in.
        case global(Int)
        /// A variable bound so many links up.
        case local(Int)
        /// `target[key]`; slices too, whose key is an object as in jq.
        case index(Node, Node)
        /// `target.name`
        case field(Node, String)
        case iterate(Node)
        case collect(Node?)
        /// `[a, b]` of parts that have one output each.
        case list([Node])
        case object([(key: Node, value: Node)])
        case string(Format, [Part])
        case pipe(Node, Node)
        case comma(Node, Node)
        case negate(Node)
        case binary(BinaryOperator, Node, Node)
        case and(Node, Node)
        case or(Node, Node)
        case alternative(Node, Node)
        case update(Node, Node)
        /// Sets each path to one value: `=`.
        case set(Node, Node)
        case arithmeticUpdate(BinaryOperator, Node, Node)
        case alternativeUpdate(Node, Node)
        case conditional(Node, Node, Node)
        case attempt(Node, Node?)
        case reduce(Node, Destructuring, Node, Node)
        case foreach(Node, Destructuring, Node, Node, Node?)
        case bind(Node, Node)
        case destructure(Node, [Destructuring], Node)
        case label(Node)
        case breakOut(Int)
        /// A function, whose definition stands so many links up.
        case call(Int, up: Int, [Node])
        /// An argument of the function around, called.
        case parameter(Int)
        case native(Native, [Node])
        case path(Node)
        case getpath(Node)
        case range(Node, Node, Node)
        case empty
        case error(Node)
    }

    enum Part: Sendable {
        case text(String)
        case value(Node)
    }

    init(_ kind: Kind) {
        self.kind = kind
        isDirect = Self.isDirect(kind)
        isFilter = isDirect || Self.isFilter(kind)
    }

    private static func isFilter(_ kind: Kind) -> Bool {
        switch kind {
        case .empty: true
        case .pipe(let left, let right): left.isFilter && right.isFilter
        case .conditional(let condition, let then, let otherwise):
            condition.isDirect && then.isFilter && otherwise.isFilter
        default: false
        }
    }

    private static func isDirect(_ kind: Kind) -> Bool {
        switch kind {
        case .identity, .constant, .global, .local: true
        case .index(let target, let key): target.isDirect && key.isDirect
        case .field(let target, _): target.isDirect
        case .collect(let body): body == nil
        case .list: true
        case .object(let members): members.allSatisfy { $0.key.isDirect && $0.value.isDirect }
        case .string(_, let parts): parts.allSatisfy(\.isDirect)
        case .pipe(let left, let right), .binary(_, let left, let right), .and(let left, let right),
            .or(let left, let right), .alternative(let left, let right):
            left.isDirect && right.isDirect
        case .negate(let operand): operand.isDirect
        case .conditional(let condition, let then, let otherwise):
            condition.isDirect && then.isDirect && otherwise.isDirect
        case .attempt(let body, let handler): body.isDirect && (handler?.isDirect ?? false)
        case .bind(let source, let body): source.isDirect && body.isDirect
        case .native(_, let arguments): arguments.allSatisfy(\.isDirect)
        case .getpath(let path): path.isDirect
        case .error(let value): value.isDirect
        case .iterate, .comma, .update, .set, .arithmeticUpdate, .alternativeUpdate, .reduce, .foreach, .destructure,
            .label, .breakOut, .call, .parameter, .path, .range, .empty:
            false
        }
    }

    /// Leads to a place in its input, so that it can stand on the left of an assignment.
    ///
    /// Everything else makes a new value.
    var isPath: Bool {
        switch kind {
        case .identity, .index, .field, .iterate, .pipe, .comma, .alternative, .conditional, .attempt, .reduce,
            .foreach, .bind, .destructure, .label, .breakOut, .call, .parameter, .getpath, .empty, .error:
            true
        case .constant, .global, .local, .collect, .list, .object, .string, .negate, .binary, .and, .or, .update,
            .set, .arithmeticUpdate, .alternativeUpdate, .native, .path, .range:
            false
        }
    }
}

extension Node.Part {
    var isDirect: Bool {
        switch self {
        case .text: true
        case .value(let node): node.isDirect
        }
    }
}

/// How a value is taken apart into variables: instructions over a small stack of values.
struct Destructuring: Sendable {
    let steps: [Step]
    /// How many variables the body sees, whatever this pattern binds of them.
    let variables: Int

    enum Step: Sendable {
        /// Pushes the member or element of the top.
        case index(JSON)
        /// The same, where the key is worked out from the top.
        case indexBy(Node)
        /// Binds the top.
        case bind(Int)
        case pop
    }
}

/// A function of the program.
struct Function: Sendable {
    let parameterKinds: [ParameterKind]
    let body: Node

    enum ParameterKind: Sendable {
        case closure
        case value
    }
}

/// A value on its way through the program.
struct Item: Sendable {
    var json: JSON
    /// How deep `json` nests at most; a bound, not a measure.
    var depth: Int
    /// How it was reached, while paths are asked for.
    var path: Path?

    init(_ json: JSON, depth: Int, path: Path? = nil) {
        self.json = json
        self.depth = depth
        self.path = path
    }

    /// A value without anything inside.
    init(scalar json: JSON) {
        self.init(json, depth: 0)
    }

    static let null = Item(scalar: .null)
}

/// The way to a value from where paths began to be asked for; shared between the ways that go on from it.
final class Path: Sendable {
    let parent: Path?
    let key: JSON
    let count: Int
    /// A value that was made, not reached: what it was made from is `parent`, and the value that stood there is `key`.
    let isLost: Bool

    static let root = Path(parent: nil, key: .null, count: 0, isLost: false)

    private init(parent: Path?, key: JSON, count: Int, isLost: Bool) {
        self.parent = parent
        self.key = key
        self.count = count
        self.isLost = isLost
    }

    func appending(_ key: JSON) -> Path {
        Path(parent: self, key: key, count: count + 1, isLost: false)
    }

    func losing(_ value: JSON) -> Path {
        isLost ? self : Path(parent: self, key: value, count: count, isLost: true)
    }

    /// The keys from the start.
    var keys: [JSON] {
        var keys: [JSON] = []
        keys.reserveCapacity(count)
        var link = self
        while let parent = link.parent {
            if !link.isLost { keys.append(link.key) }
            link = parent
        }
        return keys.reversed()
    }
}

/// What the names around a part of the program stand for: a chain of links, shared and never changed.
final class Scope: Sendable {
    let binding: Binding
    let parent: Scope?
    let depth: Int

    enum Binding: Sendable {
        case value(Item)
        case closure(Node, Scope?)
        case label(Int)
    }

    init(_ binding: Binding, _ parent: Scope?) {
        self.binding = binding
        self.parent = parent
        var depth = parent?.depth ?? 0
        if case .closure(_, let scope) = binding { depth = max(depth, scope?.depth ?? 0) }
        self.depth = depth + 1
    }
}
