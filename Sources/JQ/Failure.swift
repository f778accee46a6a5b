import JSON

/// What stops an evaluation: an error that `try` can catch, or a limit that nothing can.
enum Failure: Error {
    case raised(JSON, isType: Bool)
    case limit(Budget.Limit)

    /// An operation on a value that it does not work on, in jq's words.
    static func type(_ message: String) -> Failure {
        .raised(.string(message), isType: true)
    }

    var reported: EvaluationError {
        switch self {
        case .raised(.string(let message), isType: true): .type(message: message)
        case .raised(let value, _): .raised(value)
        case .limit(let limit): .budget(limit)
        }
    }
}

/// Counts what an evaluation uses.
struct Meter {
    private(set) var steps: Int
    private var bytes: Int
    let depth: Int
    /// Patterns that are not known before the evaluation, compiled once in it.
    private var patterns: [JSON.Pattern.Key: JSON.Pattern] = [:]
    /// Whether an infinity or not-a-number was made, which must not leave the evaluation.
    var hasNonFinite = false

    init(_ budget: Budget) {
        steps = budget.steps
        bytes = budget.bytes
        depth = budget.depth
    }

    mutating func charge(steps count: Int) throws(Failure) {
        steps -= count
        if steps < 0 { throw .limit(.steps) }
    }

    mutating func charge(bytes count: Int) throws(Failure) {
        bytes -= count
        if bytes < 0 { throw .limit(.bytes) }
    }

    /// For a new array or object of that many elements.
    mutating func charge(elements count: Int) throws(Failure) {
        try charge(steps: count / 8)
        try charge(bytes: count * 16)
    }

    /// For a new string of that many bytes.
    mutating func charge(text count: Int) throws(Failure) {
        try charge(steps: count / 64)
        try charge(bytes: count)
    }

    /// The text of a new string, paid for.
    mutating func string(_ text: String) throws(Failure) -> JSON {
        try charge(text: text.utf8.count)
        return .string(text)
    }

    mutating func number(_ value: Double) -> JSON {
        if !value.isFinite { hasNonFinite = true }
        return .number(JSON.Number(unchecked: value))
    }

    mutating func pattern(_ source: String, _ flags: JSON.Pattern.Flags) throws(Failure) -> JSON.Pattern {
        let key = JSON.Pattern.Key(source: source, flags: flags)
        if let known = patterns[key] { return known }
        try charge(steps: 50 + source.utf8.count)
        do throws(JSON.Pattern.SyntaxError) {
            let pattern = try JSON.Pattern(source, dialect: .perl, flags: flags)
            patterns[key] = pattern
            return pattern
        } catch {
            throw .type("\(source) (at offset \(error.offset)) is not a valid regex: \(error.message)")
        }
    }

    mutating func firstMatch(
        _ pattern: JSON.Pattern,
        _ subject: JSON.Pattern.Subject,
        from start: Int
    ) throws(Failure) -> JSON.Pattern.Match? {
        do throws(JSON.Pattern.StepsExhausted) {
            return try pattern.firstMatch(in: subject, from: start, steps: &steps)
        } catch {
            throw .limit(.steps)
        }
    }
}

extension JSON.Pattern {
    fileprivate struct Key: Hashable {
        let source: String
        let flags: Flags
    }
}
