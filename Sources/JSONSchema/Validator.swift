import JSON

/// Checks one instance against a schema.
struct Validator {
    /// Schemas that refer to each other can ask more of a short instance than anyone would wait for.
    private static let stepsMax = 1_000_000
    /// How many schemas may be inside each other while one value is checked.
    private static let depthMax = 1_000

    let schema: Schema
    var violations: [Violation] = []
    private var steps = Self.stepsMax
    private var depth = 0
    var patternSteps = JSON.Pattern.stepsDefault
    /// What could not be checked to its end. Kept apart, because a choice or a negation drops what is wrong inside it,
    /// and an instance that was not checked must not pass.
    private var unfinished: Violation?

    init(_ schema: Schema) {
        self.schema = schema
    }

    mutating func run(_ instance: JSON) -> [Violation] {
        var evaluated = Evaluated()
        _ = validate(schema.root, instance, .root, &evaluated)
        if let unfinished { violations.append(unfinished) }
        var seen: Set<Told> = []
        return violations.filter { seen.insert(Told(place: $0.instancePointer, message: $0.message)).inserted }
    }

    private struct Told: Hashable {
        let place: JSON.Pointer
        let message: String
    }

    /// Which members and elements of one value have been looked at.
    struct Evaluated {
        /// Names as values of JSON, which tells them apart by their scalars.
        var names: Set<JSON> = []
        var allNames = false
        var indices: Set<Int> = []
        var prefix = 0

        mutating func formUnion(_ other: Evaluated) {
            names.formUnion(other.names)
            allNames = allNames || other.allNames
            indices.formUnion(other.indices)
            prefix = max(prefix, other.prefix)
        }
    }

    mutating func tell(_ rule: SchemaNode.Rule, _ node: SchemaNode, _ place: JSON.Pointer, _ message: String) {
        let pointer = rule.keyword == "false" ? node.pointer : node.pointer.appending(rule.keyword)
        violations.append(
            Violation(instancePointer: place, schemaPointer: pointer, keyword: rule.keyword, message: message)
        )
    }

    /// Notes the first thing that could not be checked to its end.
    mutating func giveUp(_ node: SchemaNode, _ place: JSON.Pointer, keyword: String? = nil, _ message: String) {
        let pointer = keyword.map { node.pointer.appending($0) } ?? node.pointer
        let violation = Violation(
            instancePointer: place,
            schemaPointer: pointer,
            keyword: keyword ?? "",
            message: message
        )
        unfinished = unfinished ?? violation
    }

    /// Whether `instance` is valid; what is wrong goes to `violations`.
    mutating func validate(
        _ index: Int,
        _ instance: JSON,
        _ place: JSON.Pointer,
        _ evaluated: inout Evaluated
    ) -> Bool {
        let node = schema.nodes[index]
        depth += 1
        steps -= 1
        defer { depth -= 1 }
        guard depth <= Self.depthMax, steps > 0 else {
            giveUp(node, place, steps > 0 ? "is nested too deep to be checked" : "takes too long to be checked")
            return false
        }
        let before = violations.count
        // What a schema looked at counts only when it held.
        var own = Evaluated()
        for rule in node.rules { apply(rule, node, instance, place, &own) }
        guard violations.count == before else { return false }
        if schema.tracksEvaluated { evaluated.formUnion(own) }
        return true
    }

    /// The same question without telling what is wrong.
    mutating func fits(
        _ index: Int,
        _ instance: JSON,
        _ place: JSON.Pointer,
        _ evaluated: inout Evaluated
    ) -> (Bool, [Violation]) {
        let before = violations.count
        let isValid = validate(index, instance, place, &evaluated)
        let why = Array(violations[before...])
        violations.removeLast(why.count)
        return (isValid, why)
    }

    private mutating func apply(
        _ rule: SchemaNode.Rule,
        _ node: SchemaNode,
        _ instance: JSON,
        _ place: JSON.Pointer,
        _ evaluated: inout Evaluated
    ) {
        switch rule.kind {
        case .never: tell(rule, node, place, "is not allowed here")
        case .reference(let schema): _ = validate(schema, instance, place, &evaluated)
        case .allOf(let schemas):
            for schema in schemas { _ = validate(schema, instance, place, &evaluated) }
        case .anyOf(let schemas): anyOf(schemas, rule, node, instance, place, &evaluated)
        case .oneOf(let schemas): oneOf(schemas, rule, node, instance, place, &evaluated)
        case .not(let schema):
            var ignored = Evaluated()
            if fits(schema, instance, place, &ignored).0 {
                tell(rule, node, place, "is of a form that is forbidden here")
            }
        case .conditional(let condition, let then, let otherwise):
            let branch = fits(condition, instance, place, &evaluated).0 ? then : otherwise
            if let branch { _ = validate(branch, instance, place, &evaluated) }
        case .dependentSchemas(let schemas):
            for (name, schema) in schemas where instance[name] != nil {
                _ = validate(schema, instance, place, &evaluated)
            }
        case .members, .propertyNames, .unevaluatedProperties, .required, .dependentRequired:
            guard case .object(let members) = instance else { return }
            apply(rule, node, members, place, &evaluated)
        case .items, .contains, .unevaluatedItems, .uniqueItems:
            guard case .array(let elements) = instance else { return }
            apply(rule, node, elements, place, &evaluated)
        case .type, .oneOfValues, .constant, .bound, .multipleOf, .size, .pattern, .format:
            assert(rule, node, instance, place)
        }
    }

    // MARK: Choices

    private mutating func anyOf(
        _ schemas: [Int],
        _ rule: SchemaNode.Rule,
        _ node: SchemaNode,
        _ instance: JSON,
        _ place: JSON.Pointer,
        _ evaluated: inout Evaluated
    ) {
        var reasons: [[Violation]] = []
        var isValid = false
        for schema in schemas {
            let (fits, why) = fits(schema, instance, place, &evaluated)
            isValid = isValid || fits
            // With what was looked at in question, every form that fits counts.
            if isValid, !self.schema.tracksEvaluated { return }
            reasons.append(why)
        }
        if !isValid { tell(rule, node, place, Wording.noForm(reasons, at: place)) }
    }

    private mutating func oneOf(
        _ schemas: [Int],
        _ rule: SchemaNode.Rule,
        _ node: SchemaNode,
        _ instance: JSON,
        _ place: JSON.Pointer,
        _ evaluated: inout Evaluated
    ) {
        var reasons: [[Violation]] = []
        var fitting: [Int] = []
        for (number, schema) in schemas.enumerated() {
            let (fits, why) = fits(schema, instance, place, &evaluated)
            if fits { fitting.append(number + 1) }
            reasons.append(why)
        }
        if fitting.isEmpty {
            tell(rule, node, place, Wording.noForm(reasons, at: place))
        } else if fitting.count > 1 {
            let numbers = fitting.map(String.init).joined(separator: " and ")
            tell(rule, node, place, "must fit exactly one of \(schemas.count) forms, fits \(numbers)")
        }
    }
}
