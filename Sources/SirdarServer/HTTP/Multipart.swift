import HTTPTypes
import Hummingbird
import NIOCore

/// A form with a file in it (`multipart/form-data`), as browsers send it.
struct Multipart: Sendable {
    struct Part: Sendable {
        let name: String
        /// What the file was called where it came from; `nil`: a plain field.
        let fileName: String?
        let type: String
        let bytes: [UInt8]
    }

    let parts: [Part]

    private static let partsMax = 20
    private static let headBytesMax = 4 << 10
    private static let boundaryCharactersMax = 70

    subscript(name: String) -> Part? { parts.first { $0.name == name } }

    func text(_ name: String) -> String { self[name].map { String(decoding: $0.bytes, as: UTF8.self).trimmed } ?? "" }

    /// The form that a page has sent, with at most so many bytes.
    static func body(of request: Request, upTo bytesMax: Int) async throws -> Multipart {
        guard let boundary = boundary(request.headers[.contentType] ?? "") else {
            throw Trouble(
                status: 415,
                code: "media-type",
                title: "Not a form",
                detail: "Send a form with a file: multipart/form-data with its boundary."
            )
        }
        let buffer = try await request.body.collect(upTo: bytesMax)
        return try Multipart(Array(buffer.readableBytesView), boundary: boundary)
    }

    private static func boundary(_ type: String) -> String? {
        guard type.lowercased().hasPrefix("multipart/form-data"), let start = type.firstRange(of: "boundary=") else {
            return nil
        }
        var value = type[start.upperBound...]
        if value.first == "\"" {
            value = value.dropFirst()
            value = value[..<(value.firstIndex(of: "\"") ?? value.endIndex)]
        } else {
            value = value[..<(value.firstIndex(of: ";") ?? value.endIndex)]
        }
        guard (1...boundaryCharactersMax).contains(value.utf8.count) else { return nil }
        return String(value)
    }

    init(_ bytes: [UInt8], boundary: String) throws(Trouble) {
        let malformed = Trouble.malformed("The form is not multipart/form-data: its parts do not fit its boundary.")
        let delimiter = Array("\r\n--\(boundary)".utf8)
        // The first delimiter has no line before it.
        let first = Array(delimiter.dropFirst(2))
        guard bytes.starts(with: first) else { throw malformed }
        var (parts, position): ([Part], Int) = ([], first.count)
        while true {
            if bytes[position...].starts(with: Array("--".utf8)) { break }
            guard parts.count < Self.partsMax, bytes[position...].starts(with: [0x0D, 0x0A]) else { throw malformed }
            let headEnd = Array("\r\n\r\n".utf8)
            let limit = min(bytes.count, position + Self.headBytesMax)
            guard let head = Self.find(headEnd, in: bytes, from: position, to: limit),
                let end = Self.find(delimiter, in: bytes, from: head + 2, to: bytes.count),
                let part = Part(head: bytes[position..<head], bytes: bytes[min(head + 4, end)..<end])
            else { throw malformed }
            parts.append(part)
            position = end + delimiter.count
        }
        self.parts = parts
    }

    /// Where the bytes begin that are looked for.
    private static func find(_ needle: [UInt8], in bytes: [UInt8], from start: Int, to end: Int) -> Int? {
        guard end - start >= needle.count else { return nil }
        return bytes.withUnsafeBufferPointer { hay in
            needle.withUnsafeBufferPointer { needle in
                var index = start
                let last = end - needle.count
                while index <= last {
                    if hay[index] == needle[0] {
                        var length = 1
                        while length < needle.count, hay[index + length] == needle[length] { length += 1 }
                        if length == needle.count { return index }
                    }
                    index += 1
                }
                return nil
            }
        }
    }
}

extension Multipart.Part {
    fileprivate init?(head: ArraySlice<UInt8>, bytes: ArraySlice<UInt8>) {
        guard let text = String(validating: head, as: UTF8.self) else { return nil }
        var (disposition, type): (String?, String) = (nil, "text/plain")
        for line in text.split(separator: "\r\n") {
            guard let colon = line.firstIndex(of: ":") else { return nil }
            let value = String(line[line.index(after: colon)...]).trimmed
            switch line[..<colon].lowercased() {
            case "content-disposition": disposition = value
            case "content-type": type = value
            default: break
            }
        }
        guard let disposition, let name = Self.parameter("name", of: disposition) else { return nil }
        self.init(
            name: name,
            fileName: Self.parameter("filename", of: disposition),
            type: type,
            bytes: Array(bytes)
        )
    }

    /// Browsers write a quotation mark in it as `%22`, and the ends of lines as `%0D` and `%0A`.
    private static func parameter(_ name: String, of disposition: String) -> String? {
        guard let start = disposition.firstRange(of: "; \(name)=\"") else { return nil }
        let rest = disposition[start.upperBound...]
        guard let end = rest.firstIndex(of: "\"") else { return nil }
        return String(rest[..<end]).replacing("%22", with: "\"").replacing("%0D", with: "\r")
            .replacing("%0A", with: "\n")
    }
}
