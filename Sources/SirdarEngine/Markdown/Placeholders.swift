/// `{{ name }}` in a text: where a task's value is filled in.
///
/// What does not have exactly this form, `{{.Names}}` for one, is text like any other.
package enum Placeholders {
    package enum Part: Sendable, Hashable {
        case text(String)
        case value(String)
    }

    package static func parts(of text: String) -> [Part] {
        guard text.contains("{{") else { return [.text(text)] }
        var parts: [Part] = []
        var plain = ""
        var rest = Substring(text)
        while let first = rest.first {
            if let (name, after) = placeholder(rest) {
                if !plain.isEmpty { parts.append(.text(plain)) }
                plain = ""
                parts.append(.value(name))
                rest = after
            } else {
                plain.append(first)
                rest.removeFirst()
            }
        }
        if !plain.isEmpty { parts.append(.text(plain)) }
        return parts
    }

    /// The placeholder that the text begins with, and what follows it.
    static func placeholder(_ text: Substring) -> (name: String, after: Substring)? {
        guard text.hasPrefix("{{") else { return nil }
        let inner = text.dropFirst(2).drop { $0 == " " }
        guard let first = inner.first, first.isASCII, first.isLetter else { return nil }
        let name = inner.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == "-") }
        let after = inner.dropFirst(name.count).drop { $0 == " " }
        guard after.hasPrefix("}}") else { return nil }
        return (String(name), after.dropFirst(2))
    }

    /// A value as one word of a command: as it is when a shell reads nothing into it, else in single quotes.
    package static func quoted(_ value: String) -> String {
        let isPlain =
            !value.isEmpty
            && value.utf8.allSatisfy { byte in
                (0x61...0x7A).contains(byte) || (0x40...0x5A).contains(byte) || (0x2B...0x3A).contains(byte)
                    || byte == 0x5F || byte == 0x25 || byte == 0x3D
            }
        if isPlain { return value }
        return "'" + value.split(separator: "'", omittingEmptySubsequences: false).joined(separator: #"'\''"#) + "'"
    }
}
