extension JSON {
    /// A JSON Pointer (RFC 6901): the way from a document to a value in it.
    package struct Pointer: Hashable, Sendable, CustomStringConvertible {
        /// The names and indexes on the way, unescaped.
        package private(set) var tokens: [String]

        /// The whole document.
        package static let root = Pointer([])

        package init(_ tokens: [String]) {
            self.tokens = tokens
        }

        /// Reads the text of a pointer: empty, or each token after a `/`, where `~1` is `/` and `~0` is `~`.
        package init(parsing text: String) throws(SyntaxError) {
            var tokens: [String] = []
            var token: [UInt8] = []
            var escaping = false
            for (offset, byte) in text.utf8.enumerated() {
                if offset == 0 {
                    guard byte == UInt8(ascii: "/") else { throw SyntaxError(message: "a pointer begins with '/'") }
                } else if escaping {
                    guard byte == UInt8(ascii: "0") || byte == UInt8(ascii: "1") else {
                        throw SyntaxError(message: "'~' is written '~0', and '/' in a name '~1'")
                    }
                    token.append(UInt8(ascii: byte == UInt8(ascii: "0") ? "~" : "/"))
                    escaping = false
                } else if byte == UInt8(ascii: "~") {
                    escaping = true
                } else if byte == UInt8(ascii: "/") {
                    tokens.append(String(decoding: token, as: UTF8.self))
                    token.removeAll(keepingCapacity: true)
                } else {
                    token.append(byte)
                }
            }
            guard !escaping else { throw SyntaxError(message: "'~' is written '~0'") }
            if !text.isEmpty { tokens.append(String(decoding: token, as: UTF8.self)) }
            self.tokens = tokens
        }

        package struct SyntaxError: Error, Hashable, Sendable {
            package let message: String
        }

        package func appending(_ token: String) -> Pointer {
            var longer = self
            longer.tokens.append(token)
            return longer
        }

        package func appending(_ index: Int) -> Pointer {
            appending(String(index))
        }

        package var description: String {
            var bytes: [UInt8] = []
            for token in tokens {
                bytes.append(UInt8(ascii: "/"))
                for byte in token.utf8 {
                    switch byte {
                    case UInt8(ascii: "~"): bytes.append(contentsOf: "~0".utf8)
                    case UInt8(ascii: "/"): bytes.append(contentsOf: "~1".utf8)
                    default: bytes.append(byte)
                    }
                }
            }
            return String(decoding: bytes, as: UTF8.self)
        }
    }

    /// The value that `pointer` leads to, if there is one.
    package subscript(pointer: Pointer) -> JSON? {
        var value = self
        for token in pointer.tokens {
            let next: JSON? =
                switch value {
                case .object(let members): members[token]
                case .array: Self.index(token).flatMap { value[$0] }
                case .null, .bool, .number, .string: nil
                }
            guard let next else { return nil }
            value = next
        }
        return value
    }

    /// An index of an array as RFC 6901 writes it: decimal digits, and no zero in front.
    private static func index(_ token: String) -> Int? {
        guard token.utf8.allSatisfy({ (0x30...0x39).contains($0) }), token == "0" || !token.hasPrefix("0") else {
            return nil
        }
        return Int(token)
    }
}
