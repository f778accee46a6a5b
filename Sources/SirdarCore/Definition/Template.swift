package import JQ
package import JSON

/// A value of a definition in which any string `${ … }` is an expression, compiled once when the definition is loaded.
package enum Template: Sendable, Hashable {
    case constant(JSON)
    case expression(JQ.Program)
    case array([Template])
    case object([Field])
    /// An address with names in braces.
    case uri(URITemplate)

    package struct Field: Sendable, Hashable {
        package let key: String
        package let value: Template

        package init(key: String, value: Template) {
            self.key = key
            self.value = value
        }
    }

    package static let null = Template.constant(.null)

    /// `true` when evaluating it can give only one value.
    package var isConstant: Bool {
        if case .constant = self { true } else { false }
    }

    /// Every expression in it, in the order of the text.
    package var programs: [JQ.Program] {
        switch self {
        case .constant, .uri: []
        case .expression(let program): [program]
        case .array(let elements): elements.flatMap(\.programs)
        case .object(let fields): fields.flatMap(\.value.programs)
        }
    }
}

extension Template {
    /// Evaluates every expression in the template against `input` and `scope`.
    ///
    /// An expression that gives several outputs counts with its first; one that gives none is `null`.
    package func evaluate(_ input: JSON, _ scope: Scope) throws(Problem) -> JSON {
        switch self {
        case .constant(let value): return value
        case .expression(let program): return try program.run(input, scope)
        case .array(let elements):
            var values: [JSON] = []
            values.reserveCapacity(elements.count)
            for element in elements { values.append(try element.evaluate(input, scope)) }
            return .array(values)
        case .object(let fields):
            var object = JSON.Object()
            for field in fields { object[field.key] = try field.value.evaluate(input, scope) }
            return .object(object)
        case .uri(let template): return .string(try template.expand(input))
        }
    }
}

extension JQ.Program {
    /// Evaluates for the first output, `null` when there is none; a failure is the specification's expression error.
    package func run(_ input: JSON, _ scope: Scope) throws(Problem) -> JSON {
        do {
            return try evaluate(input, variables: scope.values(of: variablesUsed))
        } catch {
            if case .noOutput = error { return .null }
            throw Problem(.expression, "\(source): \(error)")
        }
    }

    /// As `run`, and whether the output counts as true: everything but `false` and `null`.
    package func isTrue(_ input: JSON, _ scope: Scope) throws(Problem) -> Bool {
        switch try run(input, scope) {
        case .null, .bool(false): false
        case .bool(true), .number, .string, .array, .object: true
        }
    }
}
