import Hummingbird
import JSON
import SirdarCore

/// What the interface says of one of its routes: what it is called, what it takes, and what it answers.
///
/// From it come the description that is served and the refusal of parameters that nobody knows. What it says of
/// answers, every test of the server holds it to.
struct Operation: Sendable {
    let id: String
    let summary: String
    var query: [Parameter] = []
    var body: Body = .none
    var answers: [Answer]
    /// Whether a conflict with what is there already is an answer of it.
    var mayConflict = false
    /// What is kept of an answer, for who asks the same again with the same `Idempotency-Key`.
    var keeps = Keeping.answer
    var match = Match.none
    /// Whether an `Idempotency-Key` is looked at although it makes nothing: it would be refused the second time.
    var takesKey = false

    enum Keeping: Sendable {
        case nothing, answer
        /// Only that it was done: the answer has a secret in it.
        case fact
    }

    /// Whether `If-Match` is looked at.
    enum Match: Sendable { case none, may, must }

    /// A parameter of the query.
    struct Parameter: Sendable {
        let name: String
        var kind = Kind.text
        var isNeeded = false
        let about: String

        enum Kind: Sendable {
            case text
            case one(of: [String])
            case whole(ClosedRange<Int>)
        }
    }

    enum Body: Sendable {
        case none
        case json(Shape, isNeeded: Bool)
        case bytes
    }

    struct Answer: Sendable {
        let status: Int
        let about: String
        var type = "application/json"
        var shape: Shape?
    }

    static func look(_ id: String, _ summary: String, _ answer: Answer) -> Operation {
        look(id, summary, [], answer)
    }

    /// An operation that only looks.
    static func look(_ id: String, _ summary: String, _ query: [Parameter], _ answer: Answer) -> Operation {
        Operation(id: id, summary: summary, query: query, answers: [answer])
    }

    /// An operation that changes something.
    static func act(
        _ id: String,
        _ summary: String,
        query: [Parameter] = [],
        _ body: Body = .none,
        _ answers: Answer...
    ) -> Operation {
        Operation(id: id, summary: summary, query: query, body: body, answers: answers, mayConflict: true)
    }

    func keeping(_ keeping: Keeping) -> Operation {
        var operation = self
        operation.keeps = keeping
        return operation
    }

    func takingKey() -> Operation {
        var operation = self
        operation.takesKey = true
        return operation
    }

    /// With `If-Match` only if the object is still what the asker saw: its `ETag`.
    func matching(_ match: Match) -> Operation {
        var operation = self
        operation.match = match
        return operation
    }

    /// - Throws: that a parameter is not known here, or is not what it can be.
    func check(_ request: Request) throws(Trouble) {
        guard request.uri.query != nil else { return }
        let errors = try FormData.query(of: request).fields.compactMap { name, value -> FieldError? in
            guard let parameter = query.first(where: { $0.name == name }) else {
                let known = query.map(\.name).joined(separator: ", ")
                let names = known.isEmpty ? "Nothing is." : "Known: \(known)."
                return FieldError(pointer: "/\(name)", "`\(name)` is not known here. \(names)")
            }
            return parameter.kind.refusal(of: value).map { FieldError(pointer: "/\(name)", "`\(name)` must be \($0).") }
        }
        guard errors.isEmpty else { throw .invalid(errors) }
    }
}

extension Operation.Parameter.Kind {
    /// What a value must be, where it is not.
    fileprivate func refusal(of value: String) -> String? {
        switch self {
        case .text: nil
        case .one(of: let values):
            values.contains(value) ? nil : "one of: \(values.joined(separator: ", "))"
        case .whole(let range):
            Int(value).map(range.contains) == true
                ? nil : "a whole number from \(range.lowerBound) to \(range.upperBound)"
        }
    }

    var shape: Shape {
        switch self {
        case .text: .text
        case .one(of: let values): .one(of: values)
        case .whole(let range): .whole(range)
        }
    }
}

extension Operation.Answer {
    static func ok(_ shape: Shape, _ about: String = "What was asked for.") -> Self {
        Self(status: 200, about: about, shape: shape)
    }

    static func made(_ shape: Shape) -> Self { Self(status: 201, about: "It is made.", shape: shape) }
    static func page(of name: Shape.Name) -> Self { .ok(.page(of: .named(name)), "A page of the list.") }
    static func named(_ name: Shape.Name) -> Self { .ok(.named(name)) }
    static func file(_ type: String, _ about: String) -> Self { Self(status: 200, about: about, type: type) }
    static let nothing = Self(status: 204, about: "Done; there is nothing to say.")
}

extension Operation.Body {
    static func needed(
        _ members: KeyValuePairs<String, Shape>,
        optional: KeyValuePairs<String, Shape> = [:]
    ) -> Self { .json(.request(members, optional: optional), isNeeded: true) }

    static func optional(_ members: KeyValuePairs<String, Shape>) -> Self {
        .json(.request([:], optional: members), isNeeded: false)
    }
}

extension Operation.Parameter {
    static let limit = Self(
        name: "limit",
        kind: .whole(1...Limits.pageItemsMax),
        about: "How many items a page has at most; \(Limits.pageItems) when nothing is said."
    )
    static let cursor = Self(name: "cursor", about: "Where to go on: `next` of the page before.")

    static func text(_ name: String, _ about: String) -> Self { Self(name: name, about: about) }

    static func needed(_ name: String, _ about: String) -> Self { Self(name: name, isNeeded: true, about: about) }

    static func one(of values: [String], _ name: String, _ about: String) -> Self {
        Self(name: name, kind: .one(of: values), about: about)
    }
}

extension [Operation.Parameter] {
    /// What a list takes that comes in pages.
    static let paging: Self = [.limit, .cursor]
    /// What a short list takes: `limit` is understood there too, and changes nothing.
    static let whole: Self = [
        Operation.Parameter(
            name: "limit",
            kind: .whole(1...Limits.pageItemsMax),
            about: "As on other lists; this one is short, and comes whole."
        )
    ]
}
