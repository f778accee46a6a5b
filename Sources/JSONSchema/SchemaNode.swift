import JSON

/// One schema: its assertions and the schemas that it applies, by their place in the list of all.
struct SchemaNode: Sendable {
    let pointer: JSON.Pointer
    let rules: [Rule]

    struct Rule: Sendable {
        let keyword: String
        let kind: Kind

        /// Whether this rule must come after all others, because it asks what they have looked at.
        var isLast: Bool {
            switch kind {
            case .unevaluatedItems, .unevaluatedProperties: true
            default: false
            }
        }
    }

    enum Kind: Sendable {
        /// The schema `false`.
        case never
        case reference(Int)
        case allOf([Int])
        case anyOf([Int])
        case oneOf([Int])
        case not(Int)
        case conditional(Int, then: Int?, otherwise: Int?)
        case dependentSchemas([(name: String, schema: Int)])
        case members(MemberRules)
        case propertyNames(Int)
        case items(prefix: [Int], rest: Int?)
        case contains(Int, min: Int, max: Int?)
        case unevaluatedItems(Int)
        case unevaluatedProperties(Int)
        case type([InstanceType])
        case oneOfValues([JSON])
        case constant(JSON)
        case bound(JSON.Number, Bound)
        case multipleOf(JSON.Number)
        case size(Int, Size)
        case pattern(JSON.Pattern)
        case required([String])
        case dependentRequired([(name: String, needs: [String])])
        case uniqueItems
        case format(Format)
    }

    enum Bound: Sendable {
        case minimum
        case maximum
        case exclusiveMinimum
        case exclusiveMaximum
    }

    enum Size: Sendable {
        case minLength
        case maxLength
        case minItems
        case maxItems
        case minProperties
        case maxProperties
    }

    /// `properties`, `patternProperties` and `additionalProperties`, which ask for each other.
    struct MemberRules: Sendable {
        /// The schema of each name; an object of JSON, because names are told apart by their scalars.
        var named = JSON.Object()
        var patterned: [(pattern: JSON.Pattern, schema: Int)] = []
        var additional: Int?
    }
}

enum InstanceType: String, Sendable, CaseIterable {
    case null
    case boolean
    case object
    case array
    case number
    case integer
    case string

    func covers(_ value: JSON) -> Bool {
        switch (self, value) {
        case (.null, .null), (.boolean, .bool), (.object, .object), (.array, .array), (.number, .number),
            (.string, .string):
            true
        case (.integer, .number(let number)): number.isInteger
        case (.null, _), (.boolean, _), (.object, _), (.array, _), (.number, _), (.string, _), (.integer, _): false
        }
    }

    /// With its article.
    var noun: String {
        switch self {
        case .null: "null"
        case .boolean: "true or false"
        case .object: "an object"
        case .array: "an array"
        case .number: "a number"
        case .integer: "a whole number"
        case .string: "a text"
        }
    }
}
