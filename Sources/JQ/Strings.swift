import JSON

/// Builtins for strings. Places and lengths are counted in Unicode scalars, as in jq.
enum Strings {
    static let natives: [String: Native] = [
        "utf8bytelength/0": Native(rise: .scalar, run: byteLength),
        "startswith/1": Native(rise: .scalar) { _, input, arguments throws(Failure) in
            let (text, start) = try affix(input, arguments[0], "startswith")
            return .bool(text.starts(with: start))
        },
        "endswith/1": Native(rise: .scalar) { _, input, arguments throws(Failure) in
            let (text, end) = try affix(input, arguments[0], "endswith")
            return .bool(text.suffix(end.count).elementsEqual(end))
        },
        "ltrimstr/1": Native(rise: .scalar) { _, input, arguments throws(Failure) in
            .string(try trimStart(input, arguments[0]))
        },
        "rtrimstr/1": Native(rise: .scalar) { _, input, arguments throws(Failure) in
            .string(try trimEnd(input, arguments[0]))
        },
        "trimstr/1": Native(rise: .scalar) { _, input, arguments throws(Failure) in
            .string(try trimEnd(.string(try trimStart(input, arguments[0])), arguments[0]))
        },
        "trim/0": Native(rise: .scalar) { _, input, _ throws(Failure) in try trim(input, start: true, end: true) },
        "ltrim/0": Native(rise: .scalar) { _, input, _ throws(Failure) in try trim(input, start: true, end: false) },
        "rtrim/0": Native(rise: .scalar) { _, input, _ throws(Failure) in try trim(input, start: false, end: true) },
        "ascii_downcase/0": Native(rise: .scalar) { _, input, _ throws(Failure) in
            try mapBytes(input, "ascii_downcase") { (0x41...0x5A).contains($0) ? $0 + 32 : $0 }
        },
        "ascii_upcase/0": Native(rise: .scalar) { _, input, _ throws(Failure) in
            try mapBytes(input, "ascii_upcase") { (0x61...0x7A).contains($0) ? $0 - 32 : $0 }
        },
        "explode/0": Native(rise: .by(1), run: explode),
        "implode/0": Native(rise: .scalar, run: implode),
        "split/1": Native(rise: .by(1), run: split),
        "indices/1": Native(rise: .by(1), run: indices),
        "_strindices/1": Native(rise: .by(1), run: stringIndices),
        "index/1": Native(rise: .scalar) { meter, input, arguments throws(Failure) in
            try Access.index(try indices(&meter, input, arguments), 0)
        },
        "rindex/1": Native(rise: .scalar) { meter, input, arguments throws(Failure) in
            try Access.index(try indices(&meter, input, arguments), -1)
        },
    ]

    private static func byteLength(_ meter: inout Meter, _ input: JSON, _: [JSON]) throws(Failure) -> JSON {
        guard case .string(let text) = input else {
            throw .type("\(Kinds.describe(input)) only strings have UTF-8 byte length")
        }
        return .number(JSON.Number(text.utf8.count))
    }

    private static func affix(
        _ input: JSON,
        _ argument: JSON,
        _ name: String
    ) throws(Failure) -> ([UInt8], [UInt8]) {
        guard case .string(let text) = input, case .string(let affix) = argument else {
            throw .type("\(name)() requires string inputs")
        }
        return (Array(text.utf8), Array(affix.utf8))
    }

    private static func trimStart(_ input: JSON, _ argument: JSON) throws(Failure) -> String {
        let (text, start) = try affix(input, argument, "startswith")
        let kept = text.starts(with: start) ? text.dropFirst(start.count) : text[...]
        return String(decoding: kept, as: UTF8.self)
    }

    private static func trimEnd(_ input: JSON, _ argument: JSON) throws(Failure) -> String {
        let (text, end) = try affix(input, argument, "endswith")
        let isThere = text.suffix(end.count).elementsEqual(end)
        return String(decoding: isThere ? text.dropLast(end.count) : text[...], as: UTF8.self)
    }

    private static func trim(_ input: JSON, start: Bool, end: Bool) throws(Failure) -> JSON {
        guard case .string(let text) = input else { throw .type("trim input must be a string") }
        var scalars = text.unicodeScalars[...]
        while start, let first = scalars.first, first.properties.isWhitespace { scalars.removeFirst() }
        while end, let last = scalars.last, last.properties.isWhitespace { scalars.removeLast() }
        return .string(String(scalars))
    }

    private static func mapBytes(_ input: JSON, _ name: String, _ change: (UInt8) -> UInt8) throws(Failure) -> JSON {
        guard case .string(let text) = input else { throw .type("\(name) input must be a string") }
        return .string(String(decoding: text.utf8.map(change), as: UTF8.self))
    }

    // MARK: Scalars

    private static func explode(_ meter: inout Meter, _ input: JSON, _: [JSON]) throws(Failure) -> JSON {
        guard case .string(let text) = input else { throw .type("explode input must be a string") }
        try meter.charge(elements: text.utf8.count)
        return .array(text.unicodeScalars.map { .number(JSON.Number(Int($0.value))) })
    }

    private static func implode(_ meter: inout Meter, _ input: JSON, _: [JSON]) throws(Failure) -> JSON {
        guard case .array(let codes) = input else { throw .type("implode input must be an array") }
        var scalars = String.UnicodeScalarView()
        for code in codes {
            guard case .number(let number) = code, number.isFinite || !number.double.isNaN else {
                let shown = if case .number = code { "number (null)" } else { Kinds.describe(code) }
                throw .type("\(shown) can't be imploded, unicode codepoint needs to be numeric")
            }
            let value = UInt32(exactly: number.truncated)
            scalars.append(value.flatMap(Unicode.Scalar.init) ?? "\u{FFFD}")
        }
        return try meter.string(String(scalars))
    }

    // MARK: Searching

    /// Where `part` begins in `whole`, at `start` or later, in bytes.
    static func firstPlace(of part: [UInt8], in whole: [UInt8], from start: Int) -> Int? {
        guard let first = part.first else { return start }
        guard whole.count >= part.count else { return nil }
        var place = start
        while place <= whole.count - part.count {
            if whole[place] == first, whole[place..<(place + part.count)].elementsEqual(part) { return place }
            place += 1
        }
        return nil
    }

    private static func split(_ meter: inout Meter, _ input: JSON, _ arguments: [JSON]) throws(Failure) -> JSON {
        guard case .string(let text) = input, case .string(let separator) = arguments[0] else {
            throw .type("split input and separator must be strings")
        }
        return try split(text, separator, &meter)
    }

    static func split(_ text: String, _ separator: String, _ meter: inout Meter) throws(Failure) -> JSON {
        try meter.charge(text: text.utf8.count)
        if text.isEmpty { return .array([]) }
        if separator.isEmpty {
            try meter.charge(elements: text.utf8.count)
            return .array(text.unicodeScalars.map { .string(String($0)) })
        }
        let (whole, part) = (Array(text.utf8), Array(separator.utf8))
        var pieces: [JSON] = []
        var start = 0
        while let place = firstPlace(of: part, in: whole, from: start) {
            pieces.append(.string(String(decoding: whole[start..<place], as: UTF8.self)))
            start = place + part.count
        }
        pieces.append(.string(String(decoding: whole[start...], as: UTF8.self)))
        try meter.charge(elements: pieces.count)
        return .array(pieces)
    }

    private static func indices(_ meter: inout Meter, _ input: JSON, _ arguments: [JSON]) throws(Failure) -> JSON {
        switch (input, arguments[0]) {
        case (.string, .string): return try stringIndices(&meter, input, arguments)
        case (.array(let elements), .array(let wanted)):
            try meter.charge(steps: elements.count)
            return Access.indices(elements, wanted)
        case (.array(let elements), let wanted):
            try meter.charge(steps: elements.count)
            return Access.indices(elements, [wanted])
        case (_, let key): return try Access.index(input, key)
        }
    }

    private static func stringIndices(_ meter: inout Meter, _ input: JSON, _ arguments: [JSON]) throws(Failure) -> JSON
    {
        guard case .string(let text) = input else {
            throw .type("\(Kinds.describe(input)) cannot be searched, as it is not a string")
        }
        guard case .string(let wanted) = arguments[0] else {
            throw .type("\(Kinds.describe(arguments[0])) is not a string")
        }
        try meter.charge(text: text.utf8.count)
        if wanted.isEmpty { return .null }
        let (whole, part) = (Array(text.utf8), Array(wanted.utf8))
        var found: [JSON] = []
        var (start, counted, scalars) = (0, 0, 0)
        while let place = firstPlace(of: part, in: whole, from: start) {
            scalars += whole[counted..<place].count { $0 & 0xC0 != 0x80 }
            counted = place
            found.append(.number(JSON.Number(scalars)))
            start = place + 1
        }
        try meter.charge(elements: found.count)
        return .array(found)
    }
}
