import JSON

/// How values become text: `@name`.
enum Format: String, CaseIterable, Sendable {
    case text
    case json
    case csv
    case tsv
    case html
    case uri
    case urid
    case sh
    case base64
    case base64d

    func text(of value: JSON, _ meter: inout Meter) throws(Failure) -> String {
        let text =
            switch self {
            case .text: Self.plain(value)
            case .json: value.text
            case .csv: try row(value, separator: ",") { text in "\"\(Self.replace(text, ["\"": "\"\""]))\"" }
            case .tsv: try row(value, separator: "\t") { text in Self.replace(text, Self.tsvEscapes) }
            case .html: Self.replace(Self.plain(value), Self.htmlEscapes)
            case .uri: Self.percentEncoded(Self.plain(value))
            case .urid: try Self.percentDecoded(value)
            case .sh: try Self.shellWords(value)
            case .base64: Base64.encode(Self.plain(value))
            case .base64d: try Base64.decode(Self.plain(value))
            }
        try meter.charge(text: text.utf8.count)
        return text
    }

    var native: Native {
        Native(rise: .scalar) { (meter: inout Meter, input: JSON, _: [JSON]) throws(Failure) -> JSON in
            .string(try text(of: input, &meter))
        }
    }

    static func plain(_ value: JSON) -> String {
        if case .string(let text) = value { text } else { value.text }
    }

    private static let htmlEscapes: [Unicode.Scalar: String] = [
        "<": "&lt;", ">": "&gt;", "&": "&amp;", "'": "&apos;", "\"": "&quot;",
    ]
    private static let tsvEscapes: [Unicode.Scalar: String] = [
        "\t": "\\t", "\r": "\\r", "\n": "\\n", "\\": "\\\\",
    ]

    private static func replace(_ text: String, _ escapes: [Unicode.Scalar: String]) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            if let escape = escapes[scalar] {
                result.append(contentsOf: escape.unicodeScalars)
            } else {
                result.append(scalar)
            }
        }
        return String(result)
    }

    private func row(_ value: JSON, separator: String, _ quote: (String) -> String) throws(Failure) -> String {
        guard case .array(let cells) = value else {
            throw .type("\(Kinds.describe(value)) cannot be \(rawValue)-formatted, only array")
        }
        var texts: [String] = []
        for cell in cells {
            switch cell {
            case .null: texts.append("")
            case .bool, .number: texts.append(cell.text)
            case .string(let text): texts.append(quote(text))
            case .array, .object:
                throw .type("\(Kinds.describe(cell)) is not valid in a csv row")
            }
        }
        return texts.joined(separator: separator)
    }

    private static func shellWords(_ value: JSON) throws(Failure) -> String {
        var words: [String] = []
        for word in value.asArray ?? [value] {
            switch word {
            case .null, .bool, .number: words.append(word.text)
            case .string(let text): words.append("'\(replace(text, ["'": "'\\''"]))'")
            case .array, .object: throw .type("\(Kinds.describe(word)) can not be escaped for shell")
            }
        }
        return words.joined(separator: " ")
    }

    // MARK: URIs

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
            UInt8(ascii: "~"):
            true
        default: false
        }
    }

    private static func percentEncoded(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            if isUnreserved(byte) {
                bytes.append(byte)
            } else {
                bytes.append(contentsOf: [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]])
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func percentDecoded(_ value: JSON) throws(Failure) -> String {
        let text = Array(plain(value).utf8)
        var bytes: [UInt8] = []
        var place = 0
        while place < text.count {
            if text[place] == UInt8(ascii: "%") {
                guard place + 2 < text.count,
                    let byte = UInt8(String(decoding: text[(place + 1)...(place + 2)], as: UTF8.self), radix: 16)
                else { throw .type("\(Kinds.describe(value)) is not a valid uri encoding") }
                bytes.append(byte)
                place += 3
            } else {
                bytes.append(text[place])
                place += 1
            }
        }
        guard let decoded = String(validating: bytes, as: UTF8.self) else {
            throw .type("\(Kinds.describe(value)) is not a valid uri encoding")
        }
        return decoded
    }
}

/// RFC 4648, section 4.
enum Base64 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    static func encode(_ text: String) -> String {
        var encoded: [UInt8] = []
        let bytes = Array(text.utf8)
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            var bits = group.reduce(0) { $0 << 8 | UInt32($1) } << (8 * UInt32(3 - group.count))
            var quad: [UInt8] = []
            for _ in 0..<4 {
                quad.append(alphabet[Int(bits & 63)])
                bits >>= 6
            }
            quad.reverse()
            for place in (group.count + 1)..<5 where place < 4 { quad[place] = UInt8(ascii: "=") }
            encoded.append(contentsOf: quad)
        }
        return String(decoding: encoded, as: UTF8.self)
    }

    /// Padding may be missing; what is no UTF-8 afterwards becomes U+FFFD, as in jq.
    static func decode(_ text: String) throws(Failure) -> String {
        var digits = Array(text.utf8)
        while digits.last == UInt8(ascii: "=") { digits.removeLast() }
        var decoded: [UInt8] = []
        var bits: UInt32 = 0
        var count = 0
        for digit in digits {
            guard let value = value(of: digit) else {
                throw .type("\(Kinds.describe(.string(text))) is not valid base64 data")
            }
            bits = bits << 6 | value
            count += 1
            if count == 4 {
                decoded.append(contentsOf: [UInt8(bits >> 16 & 255), UInt8(bits >> 8 & 255), UInt8(bits & 255)])
                (bits, count) = (0, 0)
            }
        }
        switch count {
        case 1: throw .type("\(Kinds.describe(.string(text))) trailing base64 byte found")
        case 2: decoded.append(UInt8(bits >> 4 & 255))
        case 3: decoded.append(contentsOf: [UInt8(bits >> 10 & 255), UInt8(bits >> 2 & 255)])
        default: break
        }
        return String(decoding: decoded, as: UTF8.self)
    }

    private static func value(of digit: UInt8) -> UInt32? {
        alphabet.firstIndex(of: digit).map(UInt32.init)
    }
}
