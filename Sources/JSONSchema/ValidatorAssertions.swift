import JSON

/// What is asked of a value by itself.
extension Validator {
    mutating func assert(
        _ rule: SchemaNode.Rule,
        _ node: SchemaNode,
        _ instance: JSON,
        _ place: JSON.Pointer
    ) {
        if let message = complaint(rule.kind, instance, node, place) { tell(rule, node, place, message) }
    }

    private mutating func complaint(
        _ kind: SchemaNode.Kind,
        _ instance: JSON,
        _ node: SchemaNode,
        _ place: JSON.Pointer
    ) -> String? {
        switch kind {
        case .type(let types):
            if types.contains(where: { $0.covers(instance) }) { return nil }
            return "must be \(Wording.choice(types.map(\.noun))), is \(Wording.short(instance))"
        case .oneOfValues(let values):
            if values.contains(instance) { return nil }
            return "must be \(Wording.choice(values.map(Wording.short))), is \(Wording.short(instance))"
        case .constant(let value):
            return instance == value ? nil : "must be \(Wording.short(value)), is \(Wording.short(instance))"
        case .bound(let limit, let bound):
            guard case .number(let number) = instance, let wanted = violated(bound, limit, number) else { return nil }
            return "must be \(wanted) \(limit), is \(number)"
        case .multipleOf(let divisor):
            guard case .number(let number) = instance, !number.isMultiple(of: divisor) else { return nil }
            return "must be a multiple of \(divisor), is \(number)"
        case .size(let limit, let size): return complaint(size, limit, instance)
        case .pattern(let pattern):
            guard case .string(let text) = instance else { return nil }
            guard matches(pattern, text, "pattern", node, place) == false else { return nil }
            return "must match \(pattern.source), is \(Wording.short(instance))"
        case .format(let format):
            guard case .string(let text) = instance, !format.accepts(text) else { return nil }
            return "must be \(format.noun), is \(Wording.short(instance))"
        default:
            preconditionFailure("only rules of a value by itself come here")
        }
    }

    private func violated(_ bound: SchemaNode.Bound, _ limit: JSON.Number, _ number: JSON.Number) -> String? {
        switch bound {
        case .minimum: number < limit ? "at least" : nil
        case .maximum: limit < number ? "at most" : nil
        case .exclusiveMinimum: limit < number ? nil : "more than"
        case .exclusiveMaximum: number < limit ? nil : "less than"
        }
    }

    private func complaint(_ size: SchemaNode.Size, _ limit: Int, _ instance: JSON) -> String? {
        let count: Int
        let isMin: Bool
        let unit: String
        switch (size, instance) {
        case (.minLength, .string(let text)), (.maxLength, .string(let text)):
            (count, isMin, unit) = (text.unicodeScalars.count, size == .minLength, "character")
        case (.minItems, .array(let elements)), (.maxItems, .array(let elements)):
            (count, isMin, unit) = (elements.count, size == .minItems, "element")
        case (.minProperties, .object(let members)), (.maxProperties, .object(let members)):
            (count, isMin, unit) = (members.count, size == .minProperties, "member")
        default: return nil
        }
        guard isMin ? count < limit : count > limit else { return nil }
        return "must have at \(isMin ? "least" : "most") \(Wording.count(limit, unit)), has \(count)"
    }
}

/// How violations are told.
enum Wording {
    private static let shortMax = 60

    /// A value as people read it, cut where it is long.
    static func short(_ value: JSON) -> String {
        let text = value.text
        guard text.unicodeScalars.count > shortMax else { return text }
        return String(String.UnicodeScalarView(text.unicodeScalars.prefix(shortMax - 1))) + "…"
    }

    static func quoted(_ name: String) -> String {
        short(.string(name))
    }

    static func count(_ count: Int, _ unit: String) -> String {
        "\(count) \(unit)\(count == 1 ? "" : "s")"
    }

    /// `a, b or c`; of many the first ten.
    static func choice(_ options: [String]) -> String {
        guard let last = options.last else { return "nothing" }
        if options.count == 1 { return last }
        if options.count > 10 { return options.prefix(10).joined(separator: ", ") + ", …" }
        return "\(options.dropLast().joined(separator: ", ")) or \(last)"
    }

    /// What each form minds first.
    static func noForm(_ reasons: [[Violation]], at place: JSON.Pointer) -> String {
        let told = reasons.enumerated().compactMap { number, why -> String? in
            guard let first = why.first else { return nil }
            let inside = first.instancePointer.tokens.dropFirst(place.tokens.count).joined(separator: "/")
            return "(\(number + 1)) \(inside.isEmpty ? "" : inside + " ")\(first.message)"
        }
        return "fits none of the \(reasons.count) forms allowed: \(told.prefix(5).joined(separator: "; "))"
    }

    /// The known name that was most likely meant.
    static func nearest(to name: String, in known: [String]) -> String? {
        let letters = Array(name.unicodeScalars)
        let candidates = known.map { (name: $0, distance: distance(letters, Array($0.unicodeScalars))) }
        let best = candidates.min { $0.distance < $1.distance }
        return best.flatMap { $0.distance <= 2 && $0.distance < letters.count ? $0.name : nil }
    }

    private static func distance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
        // Names of very different length are not meant for each other.
        guard abs(left.count - right.count) <= 2, left.count < 100 else { return .max }
        var row = Array(0...right.count)
        for (place, letter) in left.enumerated() {
            var diagonal = row[0]
            row[0] = place + 1
            for (column, other) in right.enumerated() {
                let replaced = diagonal + (letter == other ? 0 : 1)
                diagonal = row[column + 1]
                row[column + 1] = min(replaced, row[column] + 1, diagonal + 1)
            }
        }
        return row[right.count]
    }
}
