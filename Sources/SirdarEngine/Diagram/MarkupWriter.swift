/// Writes elements. Whatever comes in as a value or a text is escaped, so that no name of an author's is markup.
struct MarkupWriter {
    private(set) var text = ""
    private var open: [String] = []

    typealias Attributes = [(name: StaticString, value: String)]

    mutating func begin(_ name: StaticString, _ attributes: Attributes = []) {
        start(name, attributes)
        text += ">"
        open.append("\(name)")
    }

    mutating func end() {
        guard let name = open.popLast() else { preconditionFailure("every element that ends has begun") }
        text += "</\(name)>"
    }

    mutating func empty(_ name: StaticString, _ attributes: Attributes) {
        start(name, attributes)
        text += "/>"
    }

    mutating func element(_ name: StaticString, _ attributes: Attributes = [], text content: String) {
        begin(name, attributes)
        append(content)
        end()
    }

    mutating func append(_ content: String) { text += Self.escaped(content) }

    /// Text of the program's own, such as a style sheet.
    mutating func append(trusted content: StaticString) { text += "\(content)" }

    private mutating func start(_ name: StaticString, _ attributes: Attributes) {
        text += "<\(name)"
        for attribute in attributes { text += " \(attribute.name)=\"\(Self.escaped(attribute.value))\"" }
    }

    private static func escaped(_ content: String) -> String {
        var escaped = ""
        for scalar in content.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "\n", "\t": escaped.unicodeScalars.append(scalar)
            // XML knows no other control characters, and no half of a pair.
            case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{FFFE}", "\u{FFFF}": escaped += " "
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}

/// A coordinate with at most one decimal.
func coordinate(_ value: Double) -> String {
    let tenths = Int((value * 10).rounded())
    let (whole, rest) = (tenths / 10, abs(tenths % 10))
    return rest == 0 ? "\(whole)" : "\(tenths < 0 && whole == 0 ? "-" : "")\(whole).\(rest)"
}
