/// One JSON value.
///
/// Two values are equal when they denote the same JSON: `1` and `1.0` are one number, the order of an object's
/// members does not matter, and strings are compared scalar by scalar. (`String ==` would call the composed and the
/// decomposed spelling of "é" the same, and so make two keys of a document into one.)
package enum JSON: Sendable {
    case null
    case bool(Bool)
    case number(Number)
    case string(String)
    case array([JSON])
    case object(Object)
}

extension JSON {
    package var isNull: Bool {
        if case .null = self { true } else { false }
    }

    package var asBool: Bool? {
        if case .bool(let value) = self { value } else { nil }
    }

    /// The integer that this number denotes exactly; `nil` for a fraction or what `Int` cannot hold.
    package var asInt: Int? {
        if case .number(let value) = self { value.int } else { nil }
    }

    /// The double nearest to this number.
    package var asDouble: Double? {
        if case .number(let value) = self { value.double } else { nil }
    }

    package var asString: String? {
        if case .string(let value) = self { value } else { nil }
    }

    package var asArray: [JSON]? {
        if case .array(let value) = self { value } else { nil }
    }

    package var asObject: Object? {
        if case .object(let value) = self { value } else { nil }
    }

    /// The member called `key`; `nil` when there is none, or when this is not an object.
    package subscript(key: String) -> JSON? {
        if case .object(let members) = self { members[key] } else { nil }
    }

    /// The element at `index`; `nil` when there is none, or when this is not an array.
    package subscript(index: Int) -> JSON? {
        if case .array(let elements) = self, elements.indices.contains(index) { elements[index] } else { nil }
    }
}

extension JSON: Hashable {
    package static func == (left: JSON, right: JSON) -> Bool {
        switch (left, right) {
        case (.null, .null): return true
        case (.bool(let left), .bool(let right)): return left == right
        case (.number(let left), .number(let right)): return left == right
        case (.string(let left), .string(let right)): return left.hasSameScalars(as: right)
        case (.array(let left), .array(let right)):
            guard left.count == right.count else { return false }
            // A loop, not `==` on arrays: one stack frame a level keeps deep values cheap to compare.
            for index in left.indices where left[index] != right[index] { return false }
            return true
        case (.object(let left), .object(let right)): return left == right
        case (.null, _), (.bool, _), (.number, _), (.string, _), (.array, _), (.object, _): return false
        }
    }

    package func hash(into hasher: inout Hasher) {
        switch self {
        case .null:
            hasher.combine(0)
        case .bool(let value):
            hasher.combine(1)
            hasher.combine(value)
        case .number(let value):
            hasher.combine(2)
            hasher.combine(value)
        case .string(let value):
            hasher.combine(3)
            value.hashScalars(into: &hasher)
        case .array(let elements):
            hasher.combine(4)
            hasher.combine(elements.count)
            for element in elements { element.hash(into: &hasher) }
        case .object(let members):
            hasher.combine(5)
            hasher.combine(members)
        }
    }
}

extension JSON: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral, ExpressibleByStringInterpolation, ExpressibleByArrayLiteral,
    ExpressibleByDictionaryLiteral
{
    package init(nilLiteral: ()) {
        self = .null
    }

    package init(booleanLiteral value: Bool) {
        self = .bool(value)
    }

    package init(integerLiteral value: Int) {
        self = .number(Number(value))
    }

    package init(floatLiteral value: Double) {
        self = .number(Number(value))
    }

    package init(stringLiteral value: String) {
        self = .string(value)
    }

    package init(arrayLiteral elements: JSON...) {
        self = .array(elements)
    }

    /// Keeps the order written; of a repeated key the last value.
    package init(dictionaryLiteral members: (String, JSON)...) {
        var object = Object()
        for (key, value) in members { object[key] = value }
        self = .object(object)
    }
}

extension JSON: CustomStringConvertible {
    /// The compact text.
    package var description: String { text }
}
