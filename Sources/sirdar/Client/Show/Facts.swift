import JSON

/// What is known of one thing, a line each: `state  in progress`.
struct Facts: Sendable {
    private var facts: [(label: String, cell: Table.Cell)] = []

    mutating func add(_ label: String, _ text: String?, _ tone: Tone = .plain) {
        guard let text, !text.isEmpty else { return }
        facts.append((label, Table.Cell(text, tone)))
    }

    func lines(indent: Int = 2, colour: Bool) -> [String] {
        let width = facts.map { Text.width($0.label) }.max() ?? 0
        return facts.map { fact in
            let label = Text.padded(fact.label, to: width)
            let text = colour ? fact.cell.tone.paint(fact.cell.text) : fact.cell.text
            return "\(String(repeating: " ", count: indent))\(colour ? Tone.quiet.paint(label) : label)  \(text)"
        }
    }
}

extension JSON {
    /// The text of a member, where it has one that is not empty.
    func text(_ key: String) -> String? {
        guard let text = self[key]?.asString, !text.isEmpty else { return nil }
        return text
    }

    func moment(_ key: String) -> Moment? { text(key).flatMap { Moment($0) } }

    func elements(_ key: String) -> [JSON] { self[key]?.asArray ?? [] }

    func texts(_ key: String) -> [String] { elements(key).compactMap(\.asString) }

    /// The name of a person who comes as `{ "id": …, "name": … }`.
    func person(_ key: String) -> String? { self[key]?.text("name") ?? self[key]?.text("id") ?? text(key) }

    /// A value on one line.
    var phrase: String {
        switch self {
        case .null: return ""
        case .string(let text): return text
        case .bool(let flag): return flag ? "yes" : "no"
        case .number: return self.text
        case .array(let elements):
            let isPlain = elements.allSatisfy { $0.asArray == nil && $0.asObject == nil }
            return isPlain ? elements.map(\.phrase).joined(separator: ", ") : self.text
        case .object: return self.text
        }
    }
}
