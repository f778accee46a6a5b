import JSON

/// What is to be done with the next value: a chain of frames, shared and never changed, so that coming back to an
/// earlier choice costs nothing.
final class Frame {
    let kind: Kind
    let next: Frame?
    let depth: Int

    enum Kind {
        case output
        case pipe(Node, Scope?)
        case index(Item)
        case indexKey(target: Node, Scope?, Item)
        case iterate
        case collect(Collection)
        case object(ObjectBuilding)
        case string(StringBuilding)
        case negate
        case binaryRight(BinaryOperator, left: Node, Scope?, Item)
        case binaryLeft(BinaryOperator, right: Item)
        case logic(isAnd: Bool, Node, Scope?, Item)
        case boolean
        case alternative(Flag)
        case conditional(Node, Node, Scope?, Item)
        case attemptEnds(Int)
        case foldStarts(Node, Scope?, Item)
        case foldSource(Fold)
        case foldUpdate(Fold, Scope?)
        case bind(Node, Scope?, Item)
        case destructure(Node, Scope?, Item)
        case destructureKey(Matching)
        case arguments(ArgumentBuilding)
        case error
        case path
        case getpath(Item)
        /// The value was made, not reached.
        case lose(Path, JSON)
        case updateSource(Node, Scope?, Item)
        case updatePath(Update)
        case updateValue(Update)
    }

    init(_ kind: Kind, _ next: Frame?) {
        self.kind = kind
        self.next = next
        depth = (next?.depth ?? 0) + 1
    }
}

/// The elements of an array so far.
final class Collection {
    var elements: [JSON] = []
    var depth = 0
}

/// Whether an alternative has given anything yet.
final class Flag {
    var isSet = false
}

/// The state of a `reduce` or `foreach`.
final class Fold {
    let matcher: Destructuring
    let update: Node
    let extract: Node?
    let isReduce: Bool
    let scope: Scope?
    var state: Item

    init(matcher: Destructuring, update: Node, extract: Node?, isReduce: Bool, scope: Scope?, state: Item) {
        self.matcher = matcher
        self.update = update
        self.extract = extract
        self.isReduce = isReduce
        self.scope = scope
        self.state = state
    }
}

/// The state of an assignment: the value as it is so far, and what is still to be deleted from it.
final class Update {
    enum Change {
        case node(Node, Scope?)
        case operation(BinaryOperator, Item)
        case alternative(Item)
        case value(Item)
    }

    let change: Change
    var root: Item
    var deletions: [JSON] = []
    /// The path whose new value is being worked out.
    var path: [JSON] = []
    /// How many choices there were before that began.
    var choiceCount = 0

    init(_ change: Change, root: Item) {
        self.change = change
        self.root = root
    }
}

struct ObjectBuilding {
    let members: [(key: Node, value: Node)]
    let scope: Scope?
    let item: Item
    var place = 0
    var key: String?
    var object = JSON.Object()
    var depth = 0
}

/// Parts are worked out from the last to the first, so that the last varies slowest.
struct StringBuilding {
    let format: Format
    let parts: [Node.Part]
    let scope: Scope?
    let item: Item
    var done: [String] = []
}

struct ArgumentBuilding {
    enum Target {
        case native(Native)
        case range
        case call(Int, Scope?, [Node])
    }

    let target: Target
    let nodes: [Node]
    let scope: Scope?
    let item: Item
    /// In the order of evaluation: natives take the last argument first, as jq does.
    var done: [Item] = []
}

/// A value being taken apart.
struct Matching {
    enum Then {
        case body(Node, alternatives: [Destructuring], place: Int)
        case fold(Fold)
    }

    let then: Then
    let source: Item
    let scope: Scope?
    /// The input of the body.
    let item: Item
    var steps: Destructuring
    var place = 0
    var stack: [Item]
    var slots: [Item]
}

/// What to come back to when a way ends.
enum Choice {
    case evaluate(Node, Scope?, Item, Frame)
    case elements([JSON], place: Int, depth: Int, Path?, Frame)
    case members(JSON.Object, place: Int, depth: Int, Path?, Frame)
    case range(Double, to: Double, by: Double, Frame)
    case collected(Collection, Frame)
    case folded(Fold, Frame)
    case alternative(Flag, Node, Scope?, Item, Frame)
    case attempt(Int, Node?, Scope?, Item, Frame)
    /// While this is here, the attempt of that number is over and catches nothing.
    case attemptIsOver(Int)
    case label(Int)
    case otherPattern(Int, Matching, Frame)
    case updated(Update, Frame)
    case updateIsEmpty(Update)
}
