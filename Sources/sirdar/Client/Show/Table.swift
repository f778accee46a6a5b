/// Aligned columns for people: no lines, no boxes, easy to select from.
package struct Table: Sendable {
    package struct Column: Sendable {
        let title: String
        /// Numbers stand at the right.
        let isRight: Bool
        /// Gives way when the window is too narrow.
        let isFlexible: Bool

        package init(_ title: String, isRight: Bool = false, isFlexible: Bool = false) {
            self.title = title
            self.isRight = isRight
            self.isFlexible = isFlexible
        }
    }

    package struct Cell: Sendable, ExpressibleByStringLiteral {
        let text: String
        let tone: Tone

        init(_ text: String, _ tone: Tone = .plain) {
            self.text = Text.printable(text)
            self.tone = tone
        }

        package init(stringLiteral text: String) { self.init(text) }
    }

    private let columns: [Column]
    private var rows: [[Cell]] = []

    package init(_ columns: [Column]) { self.columns = columns }

    package var isEmpty: Bool { rows.isEmpty }

    package mutating func add(_ cells: [Cell]) {
        precondition(cells.count == columns.count, "a row has a cell for each column")
        rows.append(cells)
    }

    private static let gap = 2
    /// A flexible column is not cut below this.
    private static let flexibleColumnsMin = 12

    /// The lines of the table, the titles first. Without a width, as for files and pipes, nothing is cut.
    package func lines(width: Int?, colour: Bool) -> [String] {
        let widths = fitted(to: width)
        let titles = columns.map { Cell($0.title, .strong) }
        return ([titles] + rows).map { row in line(row, widths, colour) }
    }

    private func line(_ row: [Cell], _ widths: [Int], _ colour: Bool) -> String {
        var line = ""
        for (index, cell) in row.enumerated() where widths[index] > 0 {
            if !line.isEmpty { line += String(repeating: " ", count: Self.gap) }
            let text = Text.cut(cell.text, to: widths[index])
            let padded = Text.padded(text, to: widths[index], isRight: columns[index].isRight)
            let isLast = !row.indices.contains { $0 > index && widths[$0] > 0 }
            // What follows the last word of a line is nothing to select.
            let shown = isLast && !columns[index].isRight ? text : padded
            line += colour ? shown.replacingFirst(text, with: cell.tone.paint(text)) : shown
        }
        while line.last == " " { line.removeLast() }
        return line
    }

    /// The width of each column; 0 for one that has nothing in it.
    private func fitted(to width: Int?) -> [Int] {
        var widths = columns.indices.map { index in
            let widest = rows.map { Text.width($0[index].text) }.max() ?? 0
            return widest == 0 && !rows.isEmpty ? 0 : max(widest, Text.width(columns[index].title))
        }
        guard let width else { return widths }
        var excess = widths.reduce(0, +) + Self.gap * (widths.count { $0 > 0 } - 1) - width
        let flexible = columns.indices.filter { columns[$0].isFlexible }.sorted { widths[$0] > widths[$1] }
        for index in flexible where excess > 0 {
            let cut = min(excess, max(0, widths[index] - Self.flexibleColumnsMin))
            widths[index] -= cut
            excess -= cut
        }
        return widths
    }
}

extension String {
    fileprivate func replacingFirst(_ part: String, with other: String) -> String {
        guard !part.isEmpty, let range = firstRange(of: part) else { return self }
        return replacingCharacters(range, with: other)
    }

    private func replacingCharacters(_ range: Range<Index>, with other: String) -> String {
        String(self[..<range.lowerBound]) + other + String(self[range.upperBound...])
    }
}
