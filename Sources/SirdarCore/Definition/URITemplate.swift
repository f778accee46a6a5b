package import JSON

/// An address with names in braces, filled from the top of a step's input: RFC 6570's simple string expansion, the one
/// form that the workflow language has.
package struct URITemplate: Sendable, Hashable {
    private enum Part: Sendable, Hashable {
        case text(String)
        case variable(String)
    }

    private let parts: [Part]

    /// What is wrong with a template, at a scalar of its text.
    package struct Fault: Error, Hashable, Sendable {
        package let offset: Int
        package let message: String
    }

    package init(_ text: String) throws(Fault) {
        var parts: [Part] = []
        var rest = text[...]
        func offset(_ place: Substring.Index) -> Int { text.unicodeScalars.distance(from: text.startIndex, to: place) }
        while let brace = rest.firstIndex(where: { $0 == "{" || $0 == "}" }) {
            guard rest[brace] == "{", let end = rest[brace...].firstIndex(of: "}") else {
                throw Fault(offset: offset(brace), message: "`\(rest[brace])` has no partner")
            }
            if brace > rest.startIndex { parts.append(.text(String(rest[..<brace]))) }
            let name = String(rest[rest.index(after: brace)..<end])
            guard let first = name.first, !name.contains("{"), !"+#./;?&=,!@|".contains(first), !name.contains(","),
                name.last != "*"
            else {
                throw Fault(
                    offset: offset(brace),
                    message: "`{\(name)}` is not expanded here: write the name of one value, `{name}`"
                )
            }
            parts.append(.variable(name))
            rest = rest[rest.index(after: end)...]
        }
        if !rest.isEmpty { parts.append(.text(String(rest))) }
        self.parts = parts
    }

    /// The text when nothing is to be filled in.
    package var constant: String? {
        if parts.isEmpty { return "" }
        if case .text(let text) = parts[0], parts.count == 1 { return text }
        return nil
    }

    /// What stands before the first name.
    package var beginning: String {
        if case .text(let text)? = parts.first { text } else { "" }
    }

    /// A name without a value is filled with nothing; one that is a list or a map is an error.
    package func expand(_ input: JSON) throws(Problem) -> String {
        var text = ""
        for part in parts {
            switch part {
            case .text(let literal): text += literal
            case .variable(let name):
                switch input[name] ?? .null {
                case .null: break
                case .bool(let flag): text += flag ? "true" : "false"
                case .number(let number): text += number.description.percentEncoded
                case .string(let value): text += value.percentEncoded
                case .array, .object:
                    throw Problem(.expression, "`{\(name)}` stands for a text, a number, true or false, and not more.")
                }
            }
        }
        return text
    }
}
