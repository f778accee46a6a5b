import JSON

/// What the source says, before names are resolved.
struct Syntax: Sendable {
    let kind: Kind
    /// Where it begins, in scalars.
    let offset: Int

    indirect enum Kind: Sendable {
        case identity
        case recurse
        case constant(JSON)
        case variable(String)
        /// A call; without parentheses it has no arguments.
        case call(String, [Syntax])
        /// `term[key]`
        case index(Syntax, Syntax)
        /// `term[from:to]`
        case slice(Syntax, Syntax?, Syntax?)
        case iterate(Syntax)
        case collect(Syntax?)
        case object([(key: Syntax, value: Syntax)])
        case string(format: String?, [Part])
        case format(String)
        case pipe(Syntax, Syntax)
        case comma(Syntax, Syntax)
        case negate(Syntax)
        case binary(BinaryOperator, Syntax, Syntax)
        case and(Syntax, Syntax)
        case or(Syntax, Syntax)
        case alternative(Syntax, Syntax)
        /// `=`, `|=`, `//=` and the operators with `=`.
        case assign(AssignOperator, Syntax, Syntax)
        case conditional(Syntax, then: Syntax, otherwise: Syntax?)
        case attempt(Syntax, handler: Syntax?)
        case reduce(Syntax, Pattern, initial: Syntax, update: Syntax)
        case foreach(Syntax, Pattern, initial: Syntax, update: Syntax, extract: Syntax?)
        case bind(Syntax, [Pattern], body: Syntax)
        case label(String, Syntax)
        case breakOut(String)
        case define(Definition, rest: Syntax)
    }

    /// The value that is written here, if it is one.
    var constant: JSON? {
        switch kind {
        case .constant(let value): value
        case .call("null", let arguments) where arguments.isEmpty: .null
        case .call("true", let arguments) where arguments.isEmpty: true
        case .call("false", let arguments) where arguments.isEmpty: false
        default: nil
        }
    }

    enum Part: Sendable {
        case text(String)
        case value(Syntax)
    }

    indirect enum Pattern: Sendable {
        case variable(String)
        case array([Pattern])
        case object([Member])

        struct Member: Sendable {
            /// `$name` here binds the variable too.
            let variable: String?
            let key: Syntax
            let value: Pattern?
        }
    }

    struct Definition: Sendable {
        let name: String
        let parameters: [Parameter]
        let body: Syntax
        let offset: Int
    }

    struct Parameter: Sendable {
        let name: String
        /// `$name`: evaluated first, once for each output.
        let isValue: Bool
    }
}

enum BinaryOperator: String, Sendable {
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    case divide = "/"
    case remainder = "%"
    case equal = "=="
    case notEqual = "!="
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
}

enum AssignOperator: Sendable {
    case set
    case update
    case alternative
    case arithmetic(BinaryOperator)
}
