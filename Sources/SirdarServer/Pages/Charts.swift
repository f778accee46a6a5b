/// A part of a bar.
struct BarPart {
    let x: String
    let y: String
    let width: String
    let height: String
    /// The class of how it looks; `nil`: the plain one.
    let look: String?
}

/// Columns beside one another, drawn on the server. The table beside it says the same in words.
struct ColumnChart {
    let id: String
    let title: String
    let summary: String
    let columns: [Column]
    let hasColumns: Bool
    let box = "0 0 \(width) \(height)"
    let baseline = String(height - bottom)
    let end = String(width - right)

    static let width = 720
    static let height = 190
    private static let (left, right, top, bottom) = (8, 8, 22, 26)
    /// A label is as wide as this.
    private static let labelWidth = 56

    /// What is drawn as a column: its parts lie on one another, the first at the bottom.
    struct Given {
        let label: String
        let value: String
        /// What a pointer that rests on it is told.
        let words: String
        let parts: [(amount: Int128, look: String?)]

        var whole: Int128 { parts.reduce(0) { $0 + $1.amount } }
    }

    struct Column {
        let words: String
        let parts: [BarPart]
        let middle: String
        let valueY: String
        let labelY: String
        let value: String?
        let label: String?
    }

    init(id: String, title: String, summary: String, _ given: [Given]) {
        let most = given.map(\.whole).max() ?? 0
        let slot = max(4, (Self.width - Self.left - Self.right) / max(1, given.count))
        // Where there are many, only some are labelled, the last one always.
        let every = max(1, (Self.labelWidth + slot - 1) / slot)
        columns = given.indices.map { index in
            let x = Self.left + index * slot + slot / 8
            let isLabelled = (given.count - 1 - index) % every == 0
            let (parts, top) = Self.parts(given[index], of: most, at: x, width: max(2, slot * 3 / 4))
            return Column(
                words: given[index].words,
                parts: parts,
                middle: String(x + slot * 3 / 8),
                valueY: String(top - 5),
                labelY: String(Self.height - 8),
                value: isLabelled ? given[index].value : nil,
                label: isLabelled ? given[index].label : nil
            )
        }
        hasColumns = most > 0
        (self.id, self.title, self.summary) = (id, title, summary)
    }

    private static func parts(_ given: Given, of most: Int128, at x: Int, width: Int) -> ([BarPart], top: Int) {
        let room = Int128(height - top - bottom)
        func y(_ amount: Int128) -> Int { height - bottom - (most > 0 ? max(0, Int(amount * room / most)) : 0) }
        var (parts, below): ([BarPart], Int128) = ([], 0)
        for part in given.parts {
            let (from, to) = (y(below), y(below + part.amount))
            below += part.amount
            parts.append(
                BarPart(
                    x: String(x),
                    y: String(to),
                    width: String(width),
                    height: String(from - to),
                    look: part.look
                )
            )
        }
        return (parts, y(below))
    }
}

/// Bars below one another, each with its name, drawn on the server. The table beside it says the same in words.
struct BarChart {
    let id: String
    let title: String
    let summary: String
    let bars: [Bar]
    let hasBars: Bool
    let box: String

    static let width = 720
    private static let (nameWidth, valueWidth, rowHeight) = (240, 70, 26)
    /// More names than this are in the table only.
    static let barsMax = 15
    private static let nameCharactersMax = 36

    struct Bar {
        let name: String
        let words: String
        let parts: [BarPart]
        let textY: String
        let valueX: String
        let value: String
    }

    init(id: String, title: String, summary: String, _ given: [ColumnChart.Given]) {
        let shown = given.prefix(Self.barsMax)
        let most = shown.map(\.whole).max() ?? 0
        let room = Int128(Self.width - Self.nameWidth - Self.valueWidth)
        bars = shown.enumerated().map { index, given in
            let y = index * Self.rowHeight
            func x(_ amount: Int128) -> Int { Self.nameWidth + (most > 0 ? Int(amount * room / most) : 0) }
            var (parts, before): ([BarPart], Int128) = ([], 0)
            for part in given.parts {
                let (from, to) = (x(before), x(before + part.amount))
                before += part.amount
                parts.append(
                    BarPart(
                        x: String(from),
                        y: String(y + 5),
                        width: String(to - from),
                        height: String(Self.rowHeight - 10),
                        look: part.look
                    )
                )
            }
            let isLong = given.label.count > Self.nameCharactersMax
            return Bar(
                name: isLong ? "\(given.label.prefix(Self.nameCharactersMax - 1))…" : given.label,
                words: given.words,
                parts: parts,
                textY: String(y + 17),
                valueX: String(x(before) + 6),
                value: given.value
            )
        }
        hasBars = most > 0
        box = "0 0 \(Self.width) \(max(1, bars.count) * Self.rowHeight)"
        (self.id, self.title, self.summary) = (id, title, summary)
    }
}
