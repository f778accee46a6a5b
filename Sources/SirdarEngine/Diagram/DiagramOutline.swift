extension Diagram {
    /// The same as nested lists, for who listens, and for who would rather read.
    package func outline(_ marks: [Int: DiagramMark]? = nil) -> String {
        var writer = OutlineWriter(marks: marks)
        writer.list(root)
        return writer.markup.text
    }
}

/// Writes HTML: an ordered list of a block's steps, with those inside them.
private struct OutlineWriter {
    let marks: [Int: DiagramMark]?
    var markup = MarkupWriter()

    init(marks: [Int: DiagramMark]?) { self.marks = marks }

    mutating func list(_ block: Diagram.Block) {
        markup.begin("ol", [("class", "outline")])
        for (place, item) in block.items.enumerated() where item.shape.isStep {
            markup.begin("li")
            markup.element("b", text: item.title)
            let mark = marks.map { marks in item.node.flatMap { marks[$0] } ?? DiagramMark(.toCome) }
            let state = item.node == nil ? "" : mark.map { $0.state.word } ?? ""
            let told = [item.caption, state, mark?.note ?? "", ways(from: place, in: block)].filter { !$0.isEmpty }
            if !told.isEmpty { markup.append(" – " + told.joined(separator: "; ")) }
            if let inner = item.inner { list(inner) }
            markup.end()
        }
        markup.end()
    }

    /// Where a step leads, where that is not the next one.
    private func ways(from place: Int, in block: Diagram.Block) -> String {
        let ways = block.edges.filter { $0.from == place && (!$0.label.isEmpty || $0.to != place + 1) }
        return ways.compactMap { edge in
            let target = block.items[edge.to]
            let name = target.title.isEmpty ? "the end" : target.title
            if target.shape == .bar || target.shape == .point, edge.label.isEmpty { return nil }
            return edge.label.isEmpty ? "then \(name)" : "\(edge.label): \(name)"
        }.joined(separator: ", ")
    }
}

extension Diagram.Shape {
    /// Whether somebody reads it as a step, and it is no mark of the picture.
    var isStep: Bool {
        switch self {
        case .start, .end, .point, .bar: false
        case .action, .manual, .workflow, .wait, .value, .choice, .raise, .frame: true
        }
    }
}
