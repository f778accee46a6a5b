import JSON

/// What jq calls the kinds of values, and how its errors show one.
enum Kinds {
    static func name(_ value: JSON) -> String {
        switch value {
        case .null: "null"
        case .bool: "boolean"
        case .number: "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }

    /// `number (42)`, cut short where it is long.
    static func describe(_ value: JSON) -> String {
        "\(name(value)) (\(short(value)))"
    }

    private static let shortMax = 29

    /// At most 29 bytes of the text of a value, with dots for the rest.
    static func short(_ value: JSON) -> String {
        let bytes = value.bytes
        guard bytes.count > shortMax else { return String(decoding: bytes, as: UTF8.self) }
        let tail =
            switch value {
            case .string: "...\""
            case .array: "...]"
            case .object: "...}"
            case .null, .bool, .number: "..."
            }
        var end = shortMax - tail.utf8.count
        while end > 0, bytes[end] & 0xC0 == 0x80 { end -= 1 }
        return String(decoding: bytes[..<end], as: UTF8.self) + tail
    }
}

extension JSON {
    /// Neither `false` nor `null`.
    var isTrue: Bool {
        switch self {
        case .null, .bool(false): false
        case .bool(true), .number, .string, .array, .object: true
        }
    }

    /// How many arrays and objects lie inside each other; counted without recursion, because that is the question.
    var nesting: Int {
        var deepest = 0
        var waiting: [(value: JSON, depth: Int)] = [(self, 0)]
        while let (value, depth) = waiting.popLast() {
            switch value {
            case .null, .bool, .number, .string: deepest = Swift.max(deepest, depth)
            case .array(let elements):
                deepest = Swift.max(deepest, depth + 1)
                for element in elements { waiting.append((element, depth + 1)) }
            case .object(let members):
                deepest = Swift.max(deepest, depth + 1)
                for member in members { waiting.append((member.value, depth + 1)) }
            }
        }
        return deepest
    }
}
