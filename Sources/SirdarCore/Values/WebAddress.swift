/// An absolute http or https address, strictly read.
///
/// What two readers could take for two different hosts is refused: user names, backslashes, spaces, letters beyond
/// ASCII, hosts that end in a number and are no plain address (`0x7f.1`, `2130706433`, `0177.0.0.1`), zones, trailing
/// dots. The fragment, which never leaves a browser, is left out.
package struct WebAddress: Hashable, Sendable {
    package let scheme: Scheme
    /// A name in small letters, or an address without brackets.
    package let host: String
    /// The host, when it is an address.
    package let literal: NetworkAddress?
    package let port: Int
    /// Path and query; begins with `/`.
    package let target: String

    package enum Scheme: String, Hashable, Sendable, CaseIterable {
        case http
        case https

        package var port: Int { self == .http ? 80 : 443 }
    }

    /// Why a text is no such address, as the rest of a sentence that begins with the text.
    package struct Malformed: Error, Hashable, Sendable {
        package let reason: String
    }

    package static let bytesMax = 8192

    package init(_ text: String) throws(Malformed) {
        guard text.utf8.count <= Self.bytesMax else { throw Malformed(reason: "is longer than \(Self.bytesMax) bytes") }
        guard text.utf8.allSatisfy(Self.isPlain) else {
            throw Malformed(reason: "has a character that must be percent-encoded")
        }
        guard let mark = text.firstRange(of: "://"),
            let scheme = Scheme(rawValue: text[..<mark.lowerBound].lowercased())
        else { throw Malformed(reason: "does not begin with https:// or http://") }
        let whole = text[mark.upperBound...].prefix { $0 != "#" }
        let authority = whole.prefix { $0 != "/" && $0 != "?" }
        self.scheme = scheme
        (host, literal, port) = try Self.authority(authority, scheme)
        let rest = whole.dropFirst(authority.count)
        target = rest.first == "/" ? String(rest) : "/" + rest
        guard Self.isEncoded(target), !target.contains("["), !target.contains("]") else {
            throw Malformed(reason: "has a `%`, `[` or `]` that must be percent-encoded")
        }
    }

    /// Whether two addresses are of one scheme, host and port.
    package func isSameOrigin(as other: WebAddress) -> Bool {
        scheme == other.scheme && host == other.host && port == other.port
    }

    /// The path, without the query.
    package var path: String { String(target.prefix { $0 != "?" }) }

    /// Host, and the port where it is not the scheme's.
    package var authority: String {
        let name = host.contains(":") ? "[\(host)]" : host
        return port == scheme.port ? name : "\(name):\(port)"
    }
}

extension WebAddress: CustomStringConvertible {
    package var description: String { "\(scheme.rawValue)://\(authority)\(target)" }

    /// Where a redirect leads from here: another address, or a path on the same host.
    package func following(_ location: String) throws(Malformed) -> WebAddress {
        if location.contains("://") { return try WebAddress(location) }
        if location.hasPrefix("//") { return try WebAddress("\(scheme.rawValue):\(location)") }
        let origin = "\(scheme.rawValue)://\(authority)"
        if location.hasPrefix("/") { return try WebAddress(origin + location) }
        if location.hasPrefix("?") { return try WebAddress(origin + path + location) }
        let folder = path.lastIndex(of: "/").map { path[...$0] } ?? "/"
        return try WebAddress(origin + folder + location)
    }
}

// MARK: Reading

extension WebAddress {
    private static func authority(
        _ text: Substring,
        _ scheme: Scheme
    ) throws(Malformed) -> (String, NetworkAddress?, Int) {
        guard !text.contains("@") else { throw Malformed(reason: "carries a user name: use `authentication`") }
        if text.first == "[" {
            guard let end = text.firstIndex(of: "]"),
                let address = NetworkAddress(String(text[text.index(after: text.startIndex)..<end])),
                text[..<end].contains(":")
            else { throw Malformed(reason: "has brackets around what is no IPv6 address") }
            return (address.description, address, try port(text[text.index(after: end)...], scheme))
        }
        let name = text.prefix { $0 != ":" }.lowercased()
        let number = try port(text.dropFirst(name.count), scheme)
        if let address = NetworkAddress(name) { return (name, address, number) }
        guard isName(name) else { throw Malformed(reason: "has no host name that can be read in one way only") }
        return (name, nil, number)
    }

    private static func port(_ text: Substring, _ scheme: Scheme) throws(Malformed) -> Int {
        if text.isEmpty { return scheme.port }
        guard text.first == ":", (2...6).contains(text.count),
            text.dropFirst().utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let port = Int(text.dropFirst()), (1...65_535).contains(port)
        else { throw Malformed(reason: "has a port that is none") }
        return port
    }

    /// Letters, digits, hyphens and underlines in parts of 1 to 63; the last part is no number in any notation.
    package static func isName(_ name: String) -> Bool {
        let labels = name.split(separator: ".", omittingEmptySubsequences: false)
        guard name.utf8.count <= 253, let last = labels.last else { return false }
        let areSound = labels.allSatisfy { label in
            (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
                && label.utf8.allSatisfy { isLetterOrDigit($0) || $0 == 0x2D || $0 == 0x5F }
        }
        return areSound && last.utf8.first.map { !(0x30...0x39).contains($0) } ?? false
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte)
    }

    /// Visible ASCII, without the characters that an address never has unencoded.
    private static func isPlain(_ byte: UInt8) -> Bool {
        (0x21...0x7E).contains(byte) && !"\"<>\\^`{|}".utf8.contains(byte)
    }

    /// Whether each `%` is followed by two hexadecimal digits.
    private static func isEncoded(_ text: String) -> Bool {
        let pieces = text.utf8.split(separator: UInt8(ascii: "%"), omittingEmptySubsequences: false).dropFirst()
        return pieces.allSatisfy { piece in
            piece.count >= 2
                && piece.prefix(2).allSatisfy { byte in
                    (0x30...0x39).contains(byte) || (0x41...0x46).contains(byte) || (0x61...0x66).contains(byte)
                }
        }
    }
}

extension String {
    /// The text with everything but letters, digits and `-._~` percent-encoded, as UTF-8.
    package var percentEncoded: String {
        utf8.reduce(into: "") { text, byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E:
                text.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                text += digits.utf8.count == 1 ? "%0\(digits)" : "%\(digits)"
            }
        }
    }
}
