extension JSON {
    /// Reads one document, strictly by RFC 8259: nothing before or after it but white space, no invalid UTF-8, no lone
    /// surrogate, no second member of the same name, and within `limits`.
    package init(
        parsing bytes: some Collection<UInt8>,
        limits: Limits = .default
    ) throws(ParseError) {
        let contiguous = bytes.withContiguousStorageIfAvailable { Parser.parse($0, limits) }
        self = try (contiguous ?? Parser.parse(Array(bytes), limits)).get()
    }

    package init(parsing text: String, limits: Limits = .default) throws(ParseError) {
        try self.init(parsing: text.utf8, limits: limits)
    }
}

/// A parser over bytes. It keeps the open containers in an array, not on the stack of calls, so that a limit on depth
/// is a policy and no guess about the thread.
private struct Parser {
    private let bytes: UnsafeBufferPointer<UInt8>
    private let limits: JSON.Limits
    private var place = 0

    private init(_ bytes: UnsafeBufferPointer<UInt8>, _ limits: JSON.Limits) {
        self.bytes = bytes
        self.limits = limits
    }

    static func parse(_ bytes: [UInt8], _ limits: JSON.Limits) -> Result<JSON, JSON.ParseError> {
        bytes.withUnsafeBufferPointer { parse($0, limits) }
    }

    static func parse(_ bytes: UnsafeBufferPointer<UInt8>, _ limits: JSON.Limits) -> Result<JSON, JSON.ParseError> {
        var parser = Parser(bytes, limits)
        do throws(Failure) {
            return .success(try parser.document())
        } catch {
            return .failure(parser.explain(error))
        }
    }

    /// Where and why; line and column are worked out only for whoever asks.
    private struct Failure: Error {
        let offset: Int
        let message: String
    }

    /// An array or an object that is still open; its contents are added where they lie.
    private struct Container {
        let isObject: Bool
        var elements: [JSON] = []
        var members = JSON.Object()
        var key = ""
    }

    private mutating func document() throws(Failure) -> JSON {
        guard bytes.count <= limits.bytes else {
            throw Failure(offset: limits.bytes, message: "the document is longer than \(limits.bytes) bytes")
        }
        var open: [Container] = []
        while true {
            var value: JSON
            switch try next(expecting: "a value") {
            case UInt8(ascii: "{"):
                try checkDepth(open.count)
                place += 1
                if try next(expecting: "a name or '}'") != UInt8(ascii: "}") {
                    open.append(Container(isObject: true, key: try memberName()))
                    continue
                }
                place += 1
                value = .object(JSON.Object())
            case UInt8(ascii: "["):
                try checkDepth(open.count)
                place += 1
                if try next(expecting: "a value or ']'") != UInt8(ascii: "]") {
                    open.append(Container(isObject: false))
                    continue
                }
                place += 1
                value = .array([])
            case let byte:
                value = try scalar(startingWith: byte)
            }
            if try close(&open, around: &value) { return value }
        }
    }

    /// Puts a finished value where it belongs, and closes what closes after it; `true` when the document is done.
    private mutating func close(_ open: inout [Container], around value: inout JSON) throws(Failure) -> Bool {
        while !open.isEmpty {
            let last = open.count - 1
            if open[last].isObject {
                try add(open[last].key, value, to: &open[last].members)
                guard try endsAfterElement(UInt8(ascii: "}")) else {
                    guard try next(expecting: "a name") != UInt8(ascii: "}") else {
                        throw Failure(offset: place, message: "no comma may stand before '}'")
                    }
                    open[last].key = try memberName()
                    return false
                }
                value = .object(open[last].members)
            } else {
                open[last].elements.append(value)
                guard try endsAfterElement(UInt8(ascii: "]")) else { return false }
                value = .array(open[last].elements)
            }
            open.removeLast()
        }
        skipSpace()
        guard place == bytes.count else {
            throw Failure(offset: place, message: "nothing may follow the value, found \(found)")
        }
        return true
    }

    private func checkDepth(_ depth: Int) throws(Failure) {
        guard depth < limits.depth else {
            throw Failure(offset: place, message: "nested deeper than \(limits.depth) levels")
        }
    }

    private func add(_ key: String, _ value: JSON, to members: inout JSON.Object) throws(Failure) {
        guard !members.insert(key, value) else { return }
        switch limits.duplicateKeys {
        case .lastWins: members[key] = value
        case .refused: throw Failure(offset: place, message: "a second member is named \(JSON.string(key).text)")
        }
    }

    private mutating func endsAfterElement(_ closer: UInt8) throws(Failure) -> Bool {
        // The words for an error are made only when there is one.
        let byte = try next(expecting: "',' or '\(Unicode.Scalar(closer))'")
        guard byte == UInt8(ascii: ",") || byte == closer else {
            throw Failure(offset: place, message: "expected ',' or '\(Unicode.Scalar(closer))', found \(found)")
        }
        place += 1
        return byte == closer
    }

    private mutating func memberName() throws(Failure) -> String {
        guard try next(expecting: "a name") == UInt8(ascii: "\"") else {
            throw Failure(offset: place, message: "expected a name in quotes, found \(found)")
        }
        let name = try string()
        guard try next(expecting: "':'") == UInt8(ascii: ":") else {
            throw Failure(offset: place, message: "expected ':' after the name, found \(found)")
        }
        place += 1
        return name
    }

    private mutating func scalar(startingWith byte: UInt8) throws(Failure) -> JSON {
        switch byte {
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number(try number())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: throw Failure(offset: place, message: "expected a value, found \(found)")
        }
    }

    private mutating func word(_ word: StaticString, _ value: JSON) throws(Failure) -> JSON {
        let end = place + word.utf8CodeUnitCount
        let isThere =
            end <= bytes.count
            && word.withUTF8Buffer { bytes[place..<end].elementsEqual($0) }
            && (end == bytes.count || !isWordByte(bytes[end]))
        guard isThere else { throw Failure(offset: place, message: "expected a value, found \(found)") }
        place = end
        return value
    }

    // MARK: Numbers

    private mutating func number() throws(Failure) -> JSON.Number {
        let start = place
        if bytes[place] == UInt8(ascii: "-") { place += 1 }
        if place < bytes.count, bytes[place] == UInt8(ascii: "0") {
            place += 1
            if place < bytes.count, isDigit(bytes[place]) {
                throw Failure(offset: place, message: "a number does not begin with 0")
            }
        } else {
            try digits()
        }
        if place < bytes.count, bytes[place] == UInt8(ascii: ".") {
            place += 1
            try digits()
        }
        if place < bytes.count, bytes[place] | 0x20 == UInt8(ascii: "e") {
            place += 1
            if place < bytes.count, bytes[place] == UInt8(ascii: "+") || bytes[place] == UInt8(ascii: "-") {
                place += 1
            }
            try digits()
        }
        if place < bytes.count, isWordByte(bytes[place]) {
            throw Failure(offset: place, message: "a number ends before \(found)")
        }
        guard let number = JSON.Number(scanned: bytes[start..<place]) else {
            throw Failure(offset: start, message: "the exponent is beyond \(JSON.Number.exponentMax)")
        }
        return number
    }

    private mutating func digits() throws(Failure) {
        guard place < bytes.count, isDigit(bytes[place]) else {
            throw Failure(offset: place, message: "expected a digit, found \(found)")
        }
        repeat { place += 1 } while place < bytes.count && isDigit(bytes[place])
    }

    private func isDigit(_ byte: UInt8) -> Bool {
        byte &- UInt8(ascii: "0") <= 9
    }

    private func isWordByte(_ byte: UInt8) -> Bool {
        isDigit(byte) || (byte | 0x20) &- UInt8(ascii: "a") < 26 || byte == UInt8(ascii: "_")
    }

    // MARK: Strings

    private mutating func string() throws(Failure) -> String {
        place += 1
        let start = place
        var isASCII = true
        while place < bytes.count {
            let byte = bytes[place]
            if byte == UInt8(ascii: "\"") {
                let text = try text(start..<place, isASCII: isASCII)
                place += 1
                return text
            }
            if byte == UInt8(ascii: "\\") { return try stringWithEscapes(from: start) }
            if byte < 0x20 { throw controlCharacter(byte) }
            if byte >= 0x80 { isASCII = false }
            place += 1
        }
        throw Failure(offset: start - 1, message: "a string begins here and never ends")
    }

    private mutating func stringWithEscapes(from start: Int) throws(Failure) -> String {
        var unescaped = Array(bytes[start..<place])
        var plainStart = place
        while place < bytes.count {
            switch bytes[place] {
            case UInt8(ascii: "\""):
                unescaped.append(contentsOf: bytes[plainStart..<place])
                // Checked where it stands, so that the place of a bad byte is its place in the document.
                _ = try text(start..<place, isASCII: false)
                place += 1
                return String(decoding: unescaped, as: UTF8.self)
            case UInt8(ascii: "\\"):
                unescaped.append(contentsOf: bytes[plainStart..<place])
                let scalar = try escape()
                unescaped.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
                plainStart = place
            case let byte where byte < 0x20:
                throw controlCharacter(byte)
            default:
                place += 1
            }
        }
        throw Failure(offset: start - 1, message: "a string begins here and never ends")
    }

    private func controlCharacter(_ byte: UInt8) -> Failure {
        Failure(offset: place, message: "a control character in a string is written \(hexEscape(byte))")
    }

    private func hexEscape(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 16)
        return "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
    }

    private func text(_ range: Range<Int>, isASCII: Bool) throws(Failure) -> String {
        let slice = UnsafeBufferPointer(rebasing: bytes[range])
        if isASCII { return String(decoding: slice, as: UTF8.self) }
        guard let text = String(validating: slice, as: UTF8.self) else {
            let offset = range.lowerBound + firstInvalidUTF8(slice)
            throw Failure(offset: offset, message: "invalid UTF-8")
        }
        return text
    }

    private func firstInvalidUTF8(_ slice: UnsafeBufferPointer<UInt8>) -> Int {
        var decoder = UTF8()
        var bytes = slice.makeIterator()
        var offset = 0
        while case .scalarValue(let scalar) = decoder.decode(&bytes) { offset += UTF8.width(scalar) }
        return offset
    }

    private mutating func escape() throws(Failure) -> Unicode.Scalar {
        let start = place
        guard place + 1 < bytes.count else {
            throw Failure(offset: start, message: "an escape ends with the document")
        }
        place += 2
        switch bytes[start + 1] {
        case UInt8(ascii: "\""): return "\""
        case UInt8(ascii: "\\"): return "\\"
        case UInt8(ascii: "/"): return "/"
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return try unicodeEscape(from: start)
        default:
            let known = #"\" \\ \/ \b \f \n \r \t \u"#
            throw Failure(offset: start, message: "no such escape; those of JSON are \(known)")
        }
    }

    private mutating func unicodeEscape(from start: Int) throws(Failure) -> Unicode.Scalar {
        let first = try hexDigits(from: start)
        if let scalar = Unicode.Scalar(first) { return scalar }
        let lone = Failure(offset: start, message: "a surrogate without its pair")
        guard first < 0xDC00, place + 1 < bytes.count, bytes[place] == UInt8(ascii: "\\"),
            bytes[place + 1] == UInt8(ascii: "u")
        else { throw lone }
        place += 2
        let second = try hexDigits(from: start)
        guard (0xDC00..<0xE000).contains(second),
            let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
        else { throw lone }
        return scalar
    }

    private mutating func hexDigits(from start: Int) throws(Failure) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard place < bytes.count, let digit = Unicode.Scalar(bytes[place]).hexDigit else {
                throw Failure(offset: start, message: "\\u takes four hexadecimal digits")
            }
            value = value << 4 | digit
            place += 1
        }
        return value
    }

    // MARK: Places

    private mutating func skipSpace() {
        while place < bytes.count {
            let byte = bytes[place]
            guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return }
            place += 1
        }
    }

    private mutating func next(expecting wanted: @autoclosure () -> String) throws(Failure) -> UInt8 {
        skipSpace()
        guard place < bytes.count else {
            throw Failure(offset: place, message: "expected \(wanted()), but the document ends")
        }
        return bytes[place]
    }

    /// What stands at the place of an error, in words.
    private var found: String {
        guard place < bytes.count else { return "the end of the document" }
        let byte = bytes[place]
        if byte < 0x20 || byte == 0x7F { return "a control character" }
        return byte < 0x80 ? "'\(Unicode.Scalar(byte))'" : "a character outside ASCII"
    }

    private func explain(_ failure: Failure) -> JSON.ParseError {
        var line = 1
        var column = 1
        for byte in bytes.prefix(failure.offset) {
            if byte == 0x0A {
                line += 1
                column = 1
            } else if byte & 0xC0 != 0x80 {
                column += 1
            }
        }
        return JSON.ParseError(line: line, column: column, offset: failure.offset, message: failure.message)
    }
}

extension Unicode.Scalar {
    /// The value of a hexadecimal digit.
    var hexDigit: UInt32? {
        switch self {
        case "0"..."9": value - 0x30
        case "a"..."f": value - 0x57
        case "A"..."F": value - 0x37
        default: nil
        }
    }
}
