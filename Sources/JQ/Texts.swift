import JSON

/// Builtins that match regular expressions.
enum Texts {
    static let natives: [String: Native] = [
        "_match/2": Native(rise: .by(4), run: match),
        "_test/2": Native(rise: .scalar, run: test),
    ]

    private struct Call {
        let subject: JSON.Pattern.Subject
        let pattern: JSON.Pattern
        let isGlobal: Bool
    }

    private static func call(_ meter: inout Meter, _ input: JSON, _ arguments: [JSON]) throws(Failure) -> Call {
        guard case .string(let text) = input else {
            throw .type("\(Kinds.describe(input)) cannot be matched, as it is not a string")
        }
        guard case .string(let source) = arguments[0] else {
            throw .type("\(Kinds.describe(arguments[0])) cannot be matched, as it is not a string")
        }
        try meter.charge(text: text.utf8.count)
        let (flags, isGlobal) = try flags(arguments[1])
        return Call(
            subject: JSON.Pattern.Subject(text),
            pattern: try meter.pattern(source, flags),
            isGlobal: isGlobal
        )
    }

    private static func flags(_ value: JSON) throws(Failure) -> (JSON.Pattern.Flags, isGlobal: Bool) {
        var flags: JSON.Pattern.Flags = []
        var isGlobal = false
        guard case .string(let letters) = value else {
            if value.isNull { return ([], false) }
            throw .type("\(Kinds.describe(value)) is not a string")
        }
        for letter in letters.unicodeScalars {
            switch letter {
            case "g": isGlobal = true
            case "i": flags.insert(.ignoresCase)
            case "x": flags.insert(.extended)
            case "s": break  // `^` and `$` mean the ends of the text in any case.
            case "n": flags.insert(.notEmpty)
            case "l": flags.insert(.longest)
            case "p": flags.insert(.dotIsAll)
            default: throw .type("\(letters) is not a valid modifier string")
            }
        }
        return (flags, isGlobal)
    }

    private static func test(_ meter: inout Meter, _ input: JSON, _ arguments: [JSON]) throws(Failure) -> JSON {
        let call = try call(&meter, input, arguments)
        return .bool(try meter.firstMatch(call.pattern, call.subject, from: 0) != nil)
    }

    private static func match(_ meter: inout Meter, _ input: JSON, _ arguments: [JSON]) throws(Failure) -> JSON {
        let call = try call(&meter, input, arguments)
        var matches: [JSON] = []
        var start = 0
        while start <= call.subject.count, let match = try meter.firstMatch(call.pattern, call.subject, from: start) {
            matches.append(describe(match, call))
            try meter.charge(elements: 4 + match.groups.count * 4)
            guard call.isGlobal else { break }
            start = match.range.isEmpty ? match.range.upperBound + 1 : match.range.upperBound
        }
        return .array(matches)
    }

    private static func describe(_ match: JSON.Pattern.Match, _ call: Call) -> JSON {
        let captures = zip(match.groups, call.pattern.groupNames).map { range, name -> JSON in
            [
                "offset": .number(JSON.Number(range?.lowerBound ?? -1)),
                "length": .number(JSON.Number(range?.count ?? 0)),
                "string": range.map { .string(call.subject.text($0)) } ?? .null,
                "name": name.map { .string($0) } ?? .null,
            ]
        }
        return [
            "offset": .number(JSON.Number(match.range.lowerBound)),
            "length": .number(JSON.Number(match.range.count)),
            "string": .string(call.subject.text(match.range)),
            "captures": .array(captures),
        ]
    }
}
