import JSON

/// The formats that are checked when asked for; others are remarks.
enum Format: String, Sendable, CaseIterable {
    case dateTime = "date-time"
    case date
    case time
    case duration
    case email
    case hostname
    case ipv4
    case ipv6
    case uri
    case uriReference = "uri-reference"
    case uuid
    case jsonPointer = "json-pointer"
    case relativeJSONPointer = "relative-json-pointer"
    case regex

    var noun: String {
        switch self {
        case .dateTime: "a date and time such as 2026-11-23T18:30:00Z"
        case .date: "a date such as 2026-11-23"
        case .time: "a time such as 18:30:00Z"
        case .duration: "a duration such as PT4H"
        case .email: "an e-mail address"
        case .hostname: "a host name"
        case .ipv4: "an IPv4 address"
        case .ipv6: "an IPv6 address"
        case .uri: "an absolute URI"
        case .uriReference: "a URI or a part of one"
        case .uuid: "a UUID"
        case .jsonPointer: "a JSON Pointer"
        case .relativeJSONPointer: "a relative JSON Pointer"
        case .regex: "a regular expression"
        }
    }

    func accepts(_ text: String) -> Bool {
        switch self {
        case .dateTime: Self.isDateTime(text)
        case .date: Self.isDate(text)
        case .time: Self.isTime(text)
        case .duration: Self.matches(Self.durationPattern, text)
        case .email: Self.isEmail(text)
        case .hostname: Self.isHostname(text)
        case .ipv4: Self.isIPv4(text)
        case .ipv6: Self.isIPv6(text)
        case .uri: Self.isURI(text)
        case .uriReference: Self.isURIReference(text)
        case .uuid: Self.matches(Self.uuidPattern, text)
        case .jsonPointer: (try? JSON.Pointer(parsing: text)) != nil
        case .relativeJSONPointer: Self.isRelativePointer(text)
        case .regex: (try? JSON.Pattern(text, dialect: .ecmaScript)) != nil
        }
    }

    private static func pattern(_ source: String) -> JSON.Pattern {
        do throws(JSON.Pattern.SyntaxError) {
            return try JSON.Pattern(source, dialect: .ecmaScript)
        } catch {
            preconditionFailure("the patterns of formats compile: \(error)")
        }
    }

    private static func matches(_ pattern: JSON.Pattern, _ text: String) -> Bool {
        // What needs more steps than the default is longer than anything of these formats.
        (try? pattern.matches(text)) ?? false
    }

    // MARK: Dates and times, RFC 3339

    private static let durationPattern = pattern(
        #"^P(?:\d+W|(?=\d|T\d)(?:\d+Y(?:\d+M(?:\d+D)?)?|\d+M(?:\d+D)?|\d+D)?"#
            + #"(?:T(?:\d+H(?:\d+M(?:\d+S)?)?|\d+M(?:\d+S)?|\d+S))?)$"#
    )
    private static let uuidPattern = pattern(
        "^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$"
    )
    private static let datePattern = pattern("^\\d{4}-\\d{2}-\\d{2}$")
    private static let timePattern = pattern("^\\d{2}:\\d{2}:\\d{2}(?:\\.\\d+)?(?:[zZ]|[+\\-]\\d{2}:\\d{2})$")

    private static func isDateTime(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard bytes.count > 11, bytes[10] == UInt8(ascii: "T") || bytes[10] == UInt8(ascii: "t") else { return false }
        return isDate(String(decoding: bytes[..<10], as: UTF8.self))
            && isTime(String(decoding: bytes[11...], as: UTF8.self))
    }

    private static func isDate(_ text: String) -> Bool {
        guard matches(datePattern, text) else { return false }
        let parts = text.split(separator: "-").compactMap { Int($0) }
        let (year, month, day) = (parts[0], parts[1], parts[2])
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        return (1...12).contains(month) && (1...days[month - 1]).contains(day)
    }

    private static func isTime(_ text: String) -> Bool {
        guard matches(timePattern, text) else { return false }
        let bytes = Array(text.utf8)
        func number(_ place: Int) -> Int { Int(bytes[place] - 0x30) * 10 + Int(bytes[place + 1] - 0x30) }
        let (hour, minute, second) = (number(0), number(3), number(6))
        var offset = 0
        if let last = bytes.last, last | 0x20 != UInt8(ascii: "z") {
            let zone = bytes.count - 5
            guard number(zone) <= 23, number(zone + 3) <= 59 else { return false }
            offset = (number(zone) * 60 + number(zone + 3)) * (bytes[zone - 1] == UInt8(ascii: "-") ? -1 : 1)
        }
        guard hour <= 23, minute <= 59, second <= 60 else { return false }
        // A leap second is the last of a day in UTC.
        return second < 60 || (hour * 60 + minute - offset + 2_880) % 1_440 == 1_439
    }

    // MARK: Names and addresses

    private static func isEmail(_ text: String) -> Bool {
        guard let at = text.lastIndex(of: "@") else { return false }
        let (local, domain) = (text[..<at], text[text.index(after: at)...])
        if domain.hasPrefix("["), domain.hasSuffix("]") {
            let address = domain.dropFirst().dropLast()
            let isSix = address.lowercased().hasPrefix("ipv6:")
            guard isSix ? isIPv6(String(address.dropFirst(5))) : isIPv4(String(address)) else { return false }
        } else {
            guard isHostname(String(domain)) else { return false }
        }
        return isLocalPart(String(local))
    }

    private static let atomPattern = pattern(
        "^[A-Za-z0-9!#$%&'*+\\/=?^_`{|}~\\-]+(?:\\.[A-Za-z0-9!#$%&'*+\\/=?^_`{|}~\\-]+)*$"
    )
    private static let quotedPattern = pattern("^\"(?:[\\x20\\x21\\x23-\\x5b\\x5d-\\x7e]|\\\\[\\x20-\\x7e])*\"$")

    private static func isLocalPart(_ text: String) -> Bool {
        text.utf8.count <= 64 && (matches(atomPattern, text) || matches(quotedPattern, text))
    }

    private static let labelPattern = pattern("^[A-Za-z0-9](?:[A-Za-z0-9\\-]{0,61}[A-Za-z0-9])?$")

    private static func isHostname(_ text: String) -> Bool {
        guard !text.isEmpty, text.utf8.count <= 253 else { return false }
        return text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
            matches(labelPattern, String(label)) && !(label.dropFirst(2).hasPrefix("--") && !isPunycode(label))
        }
    }

    /// Two hyphens in that place are kept for encoded names.
    private static func isPunycode(_ label: Substring) -> Bool {
        label.lowercased().hasPrefix("xn--") && label.utf8.count > 4
    }

    private static func isIPv4(_ text: String) -> Bool {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4
            && parts.allSatisfy { part in
                part.utf8.allSatisfy { $0 &- 0x30 < 10 } && (part == "0" || !part.hasPrefix("0"))
                    && part.utf8.count <= 3 && Int(part).map { $0 <= 255 } ?? false
            }
    }

    private static func isIPv6(_ text: String) -> Bool {
        var groups = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard groups.count >= 3, groups.count <= 9 else { return false }
        // An IPv4 address at the end counts as two groups.
        if let last = groups.last, last.contains(".") {
            guard isIPv4(last) else { return false }
            groups.removeLast()
            groups += ["0", "0"]
        }
        let gaps = text.split(separator: "::", omittingEmptySubsequences: false).count - 1
        guard gaps <= 1, !text.contains(":::") else { return false }
        if !text.hasPrefix("::"), groups.first == "" { return false }
        if !text.hasSuffix("::"), groups.last == "" { return false }
        let full = groups.filter { !$0.isEmpty }
        let isHex = full.allSatisfy { group in group.utf8.count <= 4 && group.unicodeScalars.allSatisfy(isHexDigit) }
        return isHex && (gaps == 1 ? full.count <= 7 : full.count == 8)
    }

    private static func isHexDigit(_ scalar: Unicode.Scalar) -> Bool {
        scalar.isASCII && scalar.properties.isHexDigit
    }

    // MARK: References

    private static let uriCharacters = pattern(
        "^(?:[A-Za-z0-9\\-._~:\\/?#@!$&'()*+,;=\\[\\]]|%[0-9A-Fa-f]{2})*$"
    )
    private static let authorityPattern = pattern(
        "^(?:(?:[A-Za-z0-9\\-._~!$&'()*+,;=:]|%[0-9A-Fa-f]{2})*@)?"
            + "(?:\\[(?:[0-9A-Fa-f:.]+|[vV][0-9A-Fa-f]+\\.[A-Za-z0-9\\-._~!$&'()*+,;=:]+)\\]"
            + "|(?:[A-Za-z0-9\\-._~!$&'()*+,;=]|%[0-9A-Fa-f]{2})*)(?::\\d*)?$"
    )

    private static func isURI(_ text: String) -> Bool {
        URIReference(text).scheme != nil && isURIReference(text)
    }

    private static func isURIReference(_ text: String) -> Bool {
        let reference = URIReference(text)
        guard matches(uriCharacters, text), !(reference.fragment ?? "").contains("#") else { return false }
        if let authority = reference.authority, !isAuthority(authority) { return false }
        guard !reference.path.contains(where: { "[]".contains($0) }) else { return false }
        // Before the first slash a colon would make a scheme, and one that is none.
        let first = reference.path.split(separator: "/", omittingEmptySubsequences: false).first ?? ""
        return reference.scheme != nil || reference.authority != nil || !first.contains(":")
    }

    private static func isAuthority(_ text: String) -> Bool {
        guard matches(authorityPattern, text) else { return false }
        guard let start = text.firstIndex(of: "["), let end = text.lastIndex(of: "]") else { return true }
        let address = text[text.index(after: start)..<end]
        return address.lowercased().hasPrefix("v") || isIPv6(String(address))
    }

    private static func isRelativePointer(_ text: String) -> Bool {
        let digits = text.utf8.prefix { $0 &- 0x30 < 10 }
        guard let first = digits.first, first != 0x30 || digits.count == 1 else { return false }
        let rest = text.dropFirst(digits.count)
        return rest == "#" || (try? JSON.Pointer(parsing: String(rest))) != nil
    }
}
