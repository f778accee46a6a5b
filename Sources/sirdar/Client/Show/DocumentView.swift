import JSON

/// Any JSON for people: plain members a line each, lists of objects as tables.
///
/// The output of a check is whatever its action found: for a trace scan the file, the line and the text. What comes
/// first in the first object comes first in the table, so that authors decide on the order.
struct DocumentView: Sendable {
    let document: JSON
    let width: Int?
    let colour: Bool
    var indent = 2

    private static let columnsMax = 8
    private static let rowsMax = 200

    func lines() -> [String] {
        switch document {
        case .object(let object): return lines(of: object)
        case .array(let elements) where elements.contains { $0.asObject != nil }: return table(elements)
        case .null: return []
        case .array(let elements): return elements.flatMap { texts($0.phrase) }
        case .bool, .number, .string: return texts(document.phrase)
        }
    }

    private func lines(of object: JSON.Object) -> [String] {
        var facts = Facts()
        var lines: [String] = []
        for (key, value) in object {
            switch value {
            case .array(let elements) where elements.contains { $0.asObject != nil }:
                lines += [margin + paint(Text.words(key), .strong)] + table(elements)
            case .object(let inner) where !inner.isEmpty:
                let view = DocumentView(document: value, width: width, colour: colour, indent: indent + 2)
                lines += [margin + paint(Text.words(key), .strong)] + view.lines()
            case .string(let text) where text.contains("\n"):
                lines += [margin + paint(Text.words(key), .strong)]
                lines += DocumentView(document: value, width: width, colour: colour, indent: indent + 2).lines()
            default: facts.add(Text.words(key), value.phrase)
            }
        }
        return facts.lines(indent: indent, colour: colour) + lines
    }

    private func table(_ elements: [JSON]) -> [String] {
        var keys: [String] = []
        for element in elements.prefix(Self.rowsMax) {
            for key in element.asObject?.keys ?? [] where !keys.contains(key) && keys.count < Self.columnsMax {
                keys.append(key)
            }
        }
        var table = Table(
            keys.map { key in
                let isNumber = elements.allSatisfy { $0[key].map { $0.isNull || $0.asDouble != nil } ?? true }
                return Table.Column(Text.words(key).uppercased(), isRight: isNumber, isFlexible: !isNumber)
            }
        )
        for element in elements.prefix(Self.rowsMax) {
            table.add(keys.map { Table.Cell(element[$0]?.phrase ?? "") })
        }
        var lines = table.lines(width: width.map { max(20, $0 - indent) }, colour: colour).map { margin + $0 }
        if elements.count > Self.rowsMax { lines.append("\(margin)… and \(elements.count - Self.rowsMax) more") }
        return lines
    }

    private func texts(_ text: String) -> [String] {
        let lines = Text.printable(text, keepsLines: true).split(separator: "\n", omittingEmptySubsequences: false)
        return lines.map { margin + $0 }
    }

    private var margin: String { String(repeating: " ", count: indent) }

    private func paint(_ text: String, _ tone: Tone) -> String {
        colour ? tone.paint(Text.printable(text)) : Text.printable(text)
    }
}
