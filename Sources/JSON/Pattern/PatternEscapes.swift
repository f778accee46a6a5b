/// Escapes and classes.
extension PatternParser {
    /// What follows a backslash outside a class.
    mutating func escape() throws(Failure) -> PatternTree? {
        let start = place - 1
        guard let scalar = peek else { throw failure("a backslash ends the pattern", at: start) }
        place += 1
        switch scalar {
        case "b": return .anchor(.wordBoundary(ascii: dialect == .ecmaScript))
        case "B": return .anchor(.notWordBoundary(ascii: dialect == .ecmaScript))
        case "A" where dialect == .perl: return .anchor(.start)
        case "z" where dialect == .perl: return .anchor(.end)
        case "Z" where dialect == .perl: return .anchor(.endOrFinalLineFeed)
        case "Q" where dialect == .perl:
            isQuoting = true
            return nil
        case "k": return try namedReference(from: start)
        case "1"..."9": return try numberedReference(from: start)
        default:
            place -= 1
            let set = try classEscape(from: start)
            return .one(set.sealed(ignoringCase: flags.contains(.ignoresCase)))
        }
    }

    /// What follows a backslash and stands for one scalar, inside a class or outside.
    mutating func classEscape(from start: Int) throws(Failure) -> ScalarSet {
        guard let scalar = peek else { throw failure("a backslash ends the pattern", at: start) }
        place += 1
        switch scalar {
        case "d", "D": return digits.negated(scalar == "D")
        case "w", "W": return word.negated(scalar == "W")
        case "s", "S": return space.negated(scalar == "S")
        case "p", "P": return try property(isNegated: scalar == "P", from: start)
        default: return ScalarSet(try scalarEscape(scalar, from: start))
        }
    }

    private var digits: ScalarSet { dialect == .ecmaScript ? .asciiDigits : ScalarSet(.digit) }
    private var word: ScalarSet { dialect == .ecmaScript ? .asciiWord : ScalarSet(.word) }
    private var space: ScalarSet { dialect == .ecmaScript ? .ecmaSpace : ScalarSet(.whiteSpace) }

    private mutating func property(isNegated: Bool, from start: Int) throws(Failure) -> ScalarSet {
        guard skip("{"), let end = text[place...].firstIndex(of: "}") else {
            throw failure("a property is written \\p{Name}", at: start)
        }
        let isTurned = dialect == .perl && skip("^")
        let name = String(String.UnicodeScalarView(text[place..<end]))
        place = end + 1
        guard let property = ScalarProperty.named(name) else {
            throw failure("the property '\(name)' is not supported", at: start)
        }
        return ScalarSet(property, isNegated: isNegated != isTurned)
    }

    private mutating func scalarEscape(_ scalar: Unicode.Scalar, from start: Int) throws(Failure) -> Unicode.Scalar {
        switch scalar {
        case "n": return "\n"
        case "r": return "\r"
        case "t": return "\t"
        case "f": return "\u{C}"
        case "v": return "\u{B}"
        case "a" where dialect == .perl: return "\u{7}"
        case "e" where dialect == .perl: return "\u{1B}"
        case "c":
            guard let letter = peek, letter.isASCII, letter.properties.isAlphabetic else {
                throw failure("'\\c' takes a letter", at: start)
            }
            place += 1
            return Unicode.Scalar(UInt8(letter.value & 31))
        case "x": return try hexadecimal(from: start)
        case "u": return try codeUnits(from: start)
        case "0":
            guard dialect == .perl || peek.map({ $0.value &- 0x30 > 9 }) ?? true else {
                throw failure("octal escapes are not supported", at: start)
            }
            return dialect == .perl ? octal() : "\0"
        default: return try identity(scalar, from: start)
        }
    }

    private func identity(_ scalar: Unicode.Scalar, from start: Int) throws(Failure) -> Unicode.Scalar {
        let isSyntax = "^$\\.*+?()[]{}|/-".unicodeScalars.contains(scalar)
        let isPlain = dialect == .perl && !(scalar.isASCII && ScalarProperty.alphanumeric.holds(for: scalar.value))
        guard isSyntax || isPlain else { throw failure("the escape '\\\(scalar)' is not supported", at: start) }
        return scalar
    }

    private mutating func hexadecimal(from start: Int) throws(Failure) -> Unicode.Scalar {
        if dialect == .perl, skip("{") {
            let value = hexDigits(atMost: 8)
            guard let value, skip("}"), let scalar = Unicode.Scalar(value) else {
                throw failure("'\\x{…}' takes the number of a character", at: start)
            }
            return scalar
        }
        let before = place
        guard let value = hexDigits(atMost: 2), dialect == .perl || place - before == 2,
            let scalar = Unicode.Scalar(value)
        else { throw failure("'\\x' takes two hexadecimal digits", at: start) }
        return scalar
    }

    private mutating func codeUnits(from start: Int) throws(Failure) -> Unicode.Scalar {
        if dialect == .ecmaScript, skip("{") {
            guard let value = hexDigits(atMost: 6), skip("}"), let scalar = Unicode.Scalar(value) else {
                throw failure("'\\u{…}' takes the number of a character", at: start)
            }
            return scalar
        }
        let message = "'\\u' takes four hexadecimal digits, and of surrogates a pair"
        guard let first = fourHexDigits() else { throw failure(message, at: start) }
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard first < 0xDC00, skip("\\u"), let second = fourHexDigits(), (0xDC00..<0xE000).contains(second),
            let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
        else { throw failure(message, at: start) }
        return scalar
    }

    private mutating func fourHexDigits() -> UInt32? {
        let before = place
        guard let value = hexDigits(atMost: 4), place - before == 4 else { return nil }
        return value
    }

    private mutating func hexDigits(atMost most: Int) -> UInt32? {
        let before = place
        var value: UInt32 = 0
        while place - before < most, let digit = peek?.hexDigit {
            value = value << 4 | digit
            place += 1
        }
        return place == before ? nil : value
    }

    private mutating func octal() -> Unicode.Scalar {
        var value: UInt8 = 0
        for _ in 0..<2 {
            guard let digit = peek?.value, digit &- 0x30 <= 7 else { break }
            value = value << 3 | UInt8(digit - 0x30)
            place += 1
        }
        return Unicode.Scalar(value)
    }

    // MARK: Classes

    /// What follows `[`.
    mutating func characterClass(nesting: Int = 0) throws(Failure) -> ScalarSet {
        let start = place - 1
        guard nesting < 16 else { throw failure("nested deeper than 16 classes", at: start) }
        let isNegated = skip("^")
        var whole = ScalarSet()
        var isFirst = true
        while let scalar = peek {
            if scalar == "]", !isFirst || dialect == .ecmaScript {
                place += 1
                return whole.negated(isNegated)
            }
            isFirst = false
            if dialect == .perl, skip("&&") {
                whole.intersect(try intersected(nesting, from: start))
            } else if dialect == .perl, scalar == "[" {
                whole.insert(try bracket(nesting))
            } else {
                try member(into: &whole)
            }
        }
        throw failure("a class begins here and never ends", at: start)
    }

    /// The operand after `&&`, up to but without the bracket that closes the class.
    private mutating func intersected(_ nesting: Int, from start: Int) throws(Failure) -> ScalarSet {
        var operand = ScalarSet()
        while let scalar = peek, scalar != "]", !text[place...].starts(with: "&&".unicodeScalars) {
            if scalar == "[" {
                operand.insert(try bracket(nesting))
            } else {
                try member(into: &operand)
            }
        }
        return operand
    }

    private mutating func bracket(_ nesting: Int) throws(Failure) -> ScalarSet {
        let start = place
        if skip("[:") {
            let isNegated = skip("^")
            let nameStart = place
            while let next = peek, next.properties.isAlphabetic { place += 1 }
            let name = String(String.UnicodeScalarView(text[nameStart..<place]))
            guard skip(":]"), let property = ScalarProperty.posix(name) else {
                throw failure("there is no class '[:\(name):]'", at: start)
            }
            return ScalarSet(property, isNegated: isNegated)
        }
        place += 1
        return try characterClass(nesting: nesting + 1)
    }

    /// One scalar, a range or an escape.
    private mutating func member(into set: inout ScalarSet) throws(Failure) {
        let start = place
        guard let lower = try bound(into: &set) else { return }
        guard peek == "-", place + 1 < text.count, text[place + 1] != "]" else {
            set.insert(lower.value...lower.value)
            return
        }
        place += 1
        var other = ScalarSet()
        if let upper = try bound(into: &other) {
            guard lower <= upper else { throw failure("the range ends before it begins", at: start) }
            set.insert(lower.value...upper.value)
            return
        }
        guard dialect == .perl else { throw failure("a range ends with one character", at: start) }
        set.insert(lower.value...lower.value)
        set.insert(ScalarSet("-"))
        set.insert(other)
    }

    /// One end of a range; `nil` when a whole class stood there, which then is in `set`.
    private mutating func bound(into set: inout ScalarSet) throws(Failure) -> Unicode.Scalar? {
        let start = place
        guard let scalar = peek else { throw failure("a class never ends", at: start) }
        place += 1
        guard scalar == "\\" else { return scalar }
        guard let next = peek else { throw failure("a backslash ends the pattern", at: start) }
        switch next {
        case "d", "D", "w", "W", "s", "S", "p", "P":
            set.insert(try classEscape(from: start))
            return nil
        case "b":
            place += 1
            return "\u{8}"
        default:
            place += 1
            return try scalarEscape(next, from: start)
        }
    }
}
