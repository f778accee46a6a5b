import JSON

/// Builtins for values of any kind.
enum Values {
    static let natives: [String: Native] = [
        "length/0": Native(rise: .scalar, run: length),
        "type/0": Native(rise: .scalar) { _, input, _ in .string(Kinds.name(input)) },
        "keys/0": Native(rise: .by(1), run: keys),
        "keys_unsorted/0": Native(rise: .by(1), run: keysUnsorted),
        "has/1": Native(rise: .scalar, run: has),
        "contains/1": Native(rise: .scalar, run: contains),
        "tojson/0": Native(rise: .scalar, run: toJSON),
        "tostring/0": Native(rise: .scalar, run: toString),
        "fromjson/0": Native(rise: .measured, run: fromJSON),
        "tonumber/0": Native(rise: .scalar, run: toNumber),
        "toboolean/0": Native(rise: .scalar, run: toBoolean),
        "setpath/2": Native(rise: .measured, run: setPath),
        "delpaths/1": Native(rise: .by(0), run: deletePaths),
        "to_entries/0": Native(rise: .by(1), run: toEntries),
        "builtins/0": Native(rise: .by(1)) { _, _, _ in .array(Library.publicNames.map { .string($0) }) },
        "have_decnum/0": Native(rise: .scalar) { _, _, _ in .bool(true) },
        "have_literal_numbers/0": Native(rise: .scalar) { _, _, _ in .bool(true) },
    ]

    private static func length(_ meter: inout Meter, _ input: JSON, _: [JSON]) throws(Failure) -> JSON {
        switch input {
        case .null: return 0
        case .bool: throw .type("\(Kinds.describe(input)) has no length")
        case .number(let value): return .number(value.isNegative ? value.negated : value)
        case .string(let text):
            try meter.charge(steps: text.utf8.count / 64)
            return .number(JSON.Number(text.unicodeScalars.count))
        case .array(let elements): return .number(JSON.Number(elements.count))
        case .object(let members): return .number(JSON.Number(members.count))
        }
    }

    private static func keys(_ meter: inout Meter, _ input: JSON, _: [JSON]) throws(Failure) -> JSON {
        guard case .object(let members) = input else { return try keysUnsorted(&meter, input, []) }
        try meter.charge(elements: members.count * 8)
        return .array(members.sortedByKey.map { .string($0.key) })
    }

    private static func keysUnsorted(_ meter: inout Meter, _ input: JSON, _: [JSON]) throws(Failure) -> JSON {
        switch input {
        case .array(let elements):
            try meter.charge(elements: elements.count)
            return .array(elements.indices.map { .number(JSON.Number($0)) })
        case .object(let members):
            try meter.charge(elements: members.count)
            return .array(members.map { .string($0.key) })
        default: throw .type("\(Kinds.describe(input)) has no keys")
        }
    }

    private static func has(_ meter: inout Meter, _ input: JSON, _ arguments: [JSON]) throws(Failure) -> JSON {
        switch (input, arguments[0]) {
        case (.object(let members), .string(let name)): return .bool(members[name] != nil)
        case (.array(let elements), .number(let number)):
            let isNumber = number.isFinite || !number.double.isNaN
            return .bool(isNumber && elements.indices.contains(number.truncated))
        case (.null, _): return false
        case (_, let key):
            throw .type("Cannot check whether \(Kinds.name(input)) has a \(Kinds.name(key)) key")
        }
    }

    private static func contains(_ meter: inout Meter, _ input: JSON, _ arguments: [JSON]) throws(Failure) -> JSON {
        // True and false are two kinds in jq. Deeper down, what is of another kind is only not contained.
        let areBooleans = input.asBool != nil && arguments[0].asBool != nil
        guard Kinds.name(input) == Kinds.name(arguments[0]), !areBooleans || input == arguments[0] else {
            let both = "\(Kinds.describe(input)) and \(Kinds.describe(arguments[0]))"
            throw .type("\(both) cannot have their containment checked")
        }
        return .bool(try contains(input, arguments[0], 0, &meter))
    }

    private static func contains(
        _ whole: JSON,
        _ part: JSON,
        _ depth: Int,
        _ meter: inout Meter
    ) throws(Failure) -> Bool {
        guard depth <= Ordering.depthMax else { throw .type("Containment check too deep") }
        try meter.charge(steps: 1)
        switch (whole, part) {
        case (.object(let whole), .object(let part)):
            for member in part {
                guard let value = whole[member.key], try contains(value, member.value, depth + 1, &meter) else {
                    return false
                }
            }
            return true
        case (.array(let whole), .array(let part)):
            for wanted in part {
                var isFound = false
                for element in whole where Kinds.name(element) == Kinds.name(wanted) {
                    isFound = try contains(element, wanted, depth + 1, &meter)
                    if isFound { break }
                }
                if !isFound { return false }
            }
            return true
        case (.string(let whole), .string(let part)):
            try meter.charge(steps: whole.utf8.count / 16)
            return Strings.firstPlace(of: Array(part.utf8), in: Array(whole.utf8), from: 0) != nil
        default:
            return try Ordering.areEqual(whole, part, &meter)
        }
    }

    // MARK: Conversions

    private static func toJSON(_ meter: inout Meter, _ input: JSON, _: [JSON]) throws(Failure) -> JSON {
        try meter.string(input.text)
    }

    private static func toString(_ meter: inout Meter, _ input: JSON, _: [JSON]) throws(Failure) -> JSON {
        if case .string = input { return input }
        return try toJSON(&meter, input, [])
    }

    private static func fromJSON(_ meter: inout Meter, _ input: JSON, _: [JSON]) throws(Failure) -> JSON {
        guard case .string(let text) = input else { throw .type("\(Kinds.describe(input)) only strings can be parsed") }
        try meter.charge(text: text.utf8.count)
        if ["nan", "NaN", "-nan", "-NaN"].contains(text) { return meter.number(.nan) }
        let limits = JSON.Limits(depth: min(meter.depth, Ordering.depthMax), bytes: .max, duplicateKeys: .lastWins)
        do throws(JSON.ParseError) {
            return try JSON(parsing: text, limits: limits)
        } catch {
            let isTooDeep = error.message.hasPrefix("nested deeper")
            let message = isTooDeep ? "Exceeds depth limit for parsing" : error.message
            throw .type("\(message) at line \(error.line), column \(error.column) (while parsing '\(shortened(text))')")
        }
    }

    private static func shortened(_ text: String) -> String {
        text.utf8.count > 100 ? String(String.UnicodeScalarView(text.unicodeScalars.prefix(90))) + "…" : text
    }

    private static func toNumber(_ meter: inout Meter, _ input: JSON, _: [JSON]) throws(Failure) -> JSON {
        switch input {
        case .number: return input
        case .string(let text):
            guard let number = Numbers.parse(text) else {
                throw .type("\(Kinds.describe(input)) cannot be parsed as a number")
            }
            return .number(number)
        default: throw .type("\(Kinds.describe(input)) cannot be parsed as a number")
        }
    }

    private static func toBoolean(_ meter: inout Meter, _ input: JSON, _: [JSON]) throws(Failure) -> JSON {
        switch input {
        case .bool: return input
        case .string("true"): return true
        case .string("false"): return false
        default: throw .type("\(Kinds.describe(input)) cannot be parsed as a boolean")
        }
    }

    // MARK: Places

    private static func setPath(_ meter: inout Meter, _ input: JSON, _ arguments: [JSON]) throws(Failure) -> JSON {
        guard case .array(let path) = arguments[0] else { throw .type("Path must be specified as an array") }
        var value = input
        try Access.set(&value, path, arguments[1], &meter)
        return value
    }

    private static func deletePaths(_ meter: inout Meter, _ input: JSON, _ arguments: [JSON]) throws(Failure) -> JSON {
        guard case .array(let paths) = arguments[0] else { throw .type("Paths must be specified as an array") }
        return try Access.delete(input, paths, &meter)
    }

    private static func toEntries(_ meter: inout Meter, _ input: JSON, _: [JSON]) throws(Failure) -> JSON {
        if case .array(let elements) = input {
            try meter.charge(elements: elements.count * 3)
            return .array(elements.enumerated().map { ["key": .number(JSON.Number($0.offset)), "value": $0.element] })
        }
        guard case .object(let members) = input else { throw .type("\(Kinds.describe(input)) has no keys") }
        try meter.charge(elements: members.count * 3)
        return .array(members.map { ["key": .string($0.key), "value": $0.value] })
    }
}
