import Hummingbird
import JSON
import NIOCore

/// The fields of a form or a query, in their order, decoded.
struct FormData: Sendable, Hashable {
    let fields: [(name: String, value: String)]

    init(_ fields: [(name: String, value: String)] = []) { self.fields = fields }

    static func == (left: FormData, right: FormData) -> Bool {
        left.fields.elementsEqual(right.fields) { $0.name == $1.name && $0.value == $1.value }
    }

    func hash(into hasher: inout Hasher) { for field in fields { hasher.combine(field.name) } }

    subscript(name: String) -> String? { fields.first { $0.name == name }?.value }

    func all(_ name: String) -> [String] { fields.filter { $0.name == name }.map(\.value) }

    /// The fields whose names begin so, without that beginning: `value.storageAddress`.
    func prefixed(_ prefix: String) -> [(name: String, value: String)] {
        fields.filter { $0.name.hasPrefix(prefix) }.map { (String($0.name.dropFirst(prefix.count)), $0.value) }
    }

    /// The trimmed text, empty when there is none.
    func text(_ name: String) -> String { (self[name] ?? "").trimmed }
}

extension FormData {
    /// Reads `application/x-www-form-urlencoded`.
    init(urlEncoded text: String) throws(Trouble) {
        var fields: [(name: String, value: String)] = []
        for pair in text.utf8.split(separator: 0x26) {
            guard fields.count < Limits.formFieldsMax else { throw .malformed("A form has too many fields.") }
            let sides = pair.split(separator: 0x3D, maxSplits: 1, omittingEmptySubsequences: false)
            let name = try Self.decode(sides[0])
            let value = sides.count > 1 ? try Self.decode(sides[1]) : ""
            fields.append((name, value))
        }
        self.fields = fields
    }

    /// The query of a request's address.
    static func query(of request: Request) throws(Trouble) -> FormData {
        try FormData(urlEncoded: request.uri.query ?? "")
    }

    /// The form that a page has sent.
    static func body(of request: Request) async throws -> FormData {
        guard request.headers[.contentType]?.hasPrefix("application/x-www-form-urlencoded") ?? true else {
            throw Trouble(
                status: 415,
                code: "media-type",
                title: "Not a form",
                detail: "Send a form: application/x-www-form-urlencoded."
            )
        }
        let buffer = try await request.body.collect(upTo: Limits.bodyBytesMax)
        return try FormData(urlEncoded: String(buffer: buffer))
    }

    private static func decode(_ bytes: some Collection<UInt8>) throws(Trouble) -> String {
        var decoded: [UInt8] = []
        var rest = bytes[...]
        while let byte = rest.popFirst() {
            switch byte {
            case 0x2B: decoded.append(0x20)
            case 0x25:
                guard let high = rest.popFirst()?.hexDigit, let low = rest.popFirst()?.hexDigit else {
                    throw .malformed("A percent sign is not followed by two hexadecimal digits.")
                }
                decoded.append(high << 4 | low)
            default: decoded.append(byte)
            }
        }
        guard let text = String(validating: decoded, as: UTF8.self) else { throw .malformed("A text is not UTF-8.") }
        // Browsers send line ends as CR LF; what is kept has LF.
        return text.utf8.contains(0x0D)
            ? text.split(separator: "\r\n", omittingEmptySubsequences: false).joined(separator: "\n") : text
    }

    /// A part of a path, decoded.
    static func decodePath(_ text: String) throws(Trouble) -> String {
        var bytes: [UInt8] = []
        for byte in text.utf8 { if byte == 0x2B { bytes += [0x25, 0x32, 0x42] } else { bytes.append(byte) } }
        return try decode(bytes)
    }
}

extension UInt8 {
    fileprivate var hexDigit: UInt8? {
        switch self {
        case 0x30...0x39: self - 0x30
        case 0x41...0x46: self - 0x41 + 10
        case 0x61...0x66: self - 0x61 + 10
        default: nil
        }
    }
}

extension String {
    /// Without white space at its ends.
    var trimmed: String {
        var text = Substring(self)
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }

    /// As a part of a path or a value in a query: everything but letters, digits and `-._~` is escaped.
    var urlEscaped: String {
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: bytes.append(byte)
            default: bytes += [0x25, digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
