/// What a pattern says, before it is compiled.
indirect enum PatternTree: Sendable {
    case empty
    /// One scalar that is in the set.
    case one(ScalarSet)
    case anchor(PatternAnchor)
    case sequence([PatternTree])
    case choice([PatternTree])
    case group(Int, PatternTree)
    /// What one of these groups matched, the last of them that took part.
    case backReference([Int], ignoresCase: Bool)
    case repeated(PatternTree, Repeat)
    case look(PatternTree, isBehind: Bool, isNegative: Bool)
    case atomic(PatternTree)

    struct Repeat: Sendable {
        var min: Int
        /// `nil` for no end.
        var max: Int?
        var mode: Mode

        enum Mode: Sendable {
            case greedy
            case lazy
            case possessive
        }
    }

    /// How many scalars this matches, if that is one number.
    var width: Int? {
        switch self {
        case .empty, .anchor, .look: return 0
        case .one: return 1
        case .sequence(let parts):
            return parts.reduce(0 as Int?) { sum, part in sum.flatMap { sum in part.width.map { sum + $0 } } }
        case .choice(let branches):
            guard let first = branches.first?.width, branches.allSatisfy({ $0.width == first }) else { return nil }
            return first
        case .group(_, let body), .atomic(let body): return body.width
        case .repeated(let body, let times): return times.min == times.max ? body.width.map { $0 * times.min } : nil
        case .backReference: return nil
        }
    }

    /// Whether this could match nothing at all, so that repeating it might go round in place.
    var canBeEmpty: Bool {
        switch self {
        case .empty, .anchor, .look, .backReference: true
        case .one: false
        case .sequence(let parts): parts.allSatisfy(\.canBeEmpty)
        case .choice(let branches): branches.contains(where: \.canBeEmpty)
        case .group(_, let body), .atomic(let body): body.canBeEmpty
        case .repeated(let body, let times): times.min == 0 || body.canBeEmpty
        }
    }
}

enum PatternAnchor: Sendable {
    case start
    case end
    /// The end, or before the line feed that ends the text.
    case endOrFinalLineFeed
    case wordBoundary(ascii: Bool)
    case notWordBoundary(ascii: Bool)
}
