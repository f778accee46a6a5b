extension MarkdownDocument {
    /// The text for a terminal; `check` gives what stands before a checklist's element.
    package func plainText(
        values: [String: String] = [:],
        check: (Int) -> String = { _ in "[ ]" }
    ) -> String {
        Self.lines(blocks, values, check).joined(separator: "\n") + "\n"
    }

    private static func lines(_ blocks: [Block], _ values: [String: String], _ check: (Int) -> String) -> [String] {
        var lines: [String] = []
        for block in blocks {
            if !lines.isEmpty { lines.append("") }
            lines += Self.lines(block, values, check)
        }
        return lines
    }

    private static func lines(_ block: Block, _ values: [String: String], _ check: (Int) -> String) -> [String] {
        switch block {
        case .heading(let level, let content):
            let title = words(content, values)
            return [title] + (level <= 2 ? [String(repeating: level == 1 ? "=" : "-", count: title.count)] : [])
        case .paragraph(let content): return words(content, values).lines
        case .code(language: _, let text):
            return text.filled(with: values, quotes: true).lines.map { $0.isEmpty ? "" : "    \($0)" }
        case .quote(let blocks): return Self.lines(blocks, values, check).map { "> \($0)" }
        case .list(let start, let elements):
            return elements.enumerated().flatMap { position, element in
                let mark = element.check.map(check) ?? start.map { "\($0 + position)." } ?? "-"
                let inner = Self.lines(element.blocks, values, check)
                return ["\(mark) \(inner.first ?? "")"] + inner.dropFirst().map { $0.isEmpty ? "" : "    \($0)" }
            }
        case .table(let table):
            return ([table.header] + table.rows).map { row in
                row.map { words($0.content, values) }.joined(separator: "  |  ")
            }
        case .rule: return ["----"]
        }
    }

    private static func words(_ inlines: [Inline], _ values: [String: String]) -> String {
        inlines.map { inline in
            switch inline {
            case .text(let text): text.filled(with: values, quotes: false)
            case .code(let text): text.filled(with: values, quotes: true)
            case .emphasis(let content), .strong(let content), .strikethrough(let content): words(content, values)
            case .link(let url, title: _, let content):
                words(content, values) == url ? url : "\(words(content, values)) <\(url)>"
            case .image(url: _, title: _, let content): words(content, values)
            case .lineBreak: "\n"
            case .softBreak: " "
            }
        }.joined()
    }
}

extension String {
    /// Its lines, without an empty one at the end.
    fileprivate var lines: [String] {
        var lines = split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        if lines.last == "" { lines.removeLast() }
        return lines
    }
}
