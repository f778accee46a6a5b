import SirdarCore

/// The same graph in the languages of other tools, which lay it out themselves.
extension Diagram {
    package enum Format: String, Sendable, CaseIterable { case svg, dot, mermaid }

    package func text(_ format: Format) throws(TooLarge) -> String {
        switch format {
        case .svg: try svg(isAlone: true) + "\n"
        case .dot: DotWriter(self).text
        case .mermaid: MermaidWriter(self).text
        }
    }
}

/// Gives every item a name of its own, and a frame those of its first and last item, which its edges lead to.
private struct NamedBlock {
    let names: [String]
    let inner: [Int: NamedBlock]

    init(_ block: Diagram.Block, _ prefix: String) {
        names = block.items.indices.map { "\(prefix)\($0)" }
        var inner: [Int: NamedBlock] = [:]
        for (place, item) in block.items.enumerated() {
            if let block = item.inner { inner[place] = NamedBlock(block, "\(prefix)\(place)_") }
        }
        self.inner = inner
    }

    func first(_ place: Int) -> String { inner[place].map { $0.first(0) } ?? names[place] }
    func last(_ place: Int) -> String { inner[place].map { $0.last($0.names.count - 1) } ?? names[place] }
}

private struct DotWriter {
    private(set) var text = ""

    init(_ diagram: Diagram) {
        text = "digraph workflow {\n  label=\(quoted(diagram.title));\n  compound=true;\n"
        text += "  node [shape=box, fontname=\"sans-serif\"];\n  edge [fontname=\"sans-serif\", fontsize=11];\n"
        write(diagram.root, NamedBlock(diagram.root, "n"), "  ")
        text += "}\n"
    }

    private mutating func write(_ block: Diagram.Block, _ named: NamedBlock, _ indent: String) {
        for (place, item) in block.items.enumerated() {
            let name = named.names[place]
            if let inner = item.inner, let names = named.inner[place] {
                text += "\(indent)subgraph cluster_\(name) {\n\(indent)  label=\(quoted(label(item)));\n"
                text += "\(indent)  style=dashed;\n"
                write(inner, names, indent + "  ")
                text += "\(indent)}\n"
            } else {
                text += "\(indent)\(name) [\(shape(item.shape)), label=\(quoted(label(item)))];\n"
            }
        }
        for edge in block.edges {
            let label = edge.label.isEmpty ? "" : "label=\(quoted(edge.label))"
            let style = edge.style == .usual ? "" : "style=dashed"
            let attributes = [label, style].filter { !$0.isEmpty }.joined(separator: ", ")
            let ends = "\(named.last(edge.from)) -> \(named.first(edge.to))"
            text += "\(indent)\(ends)\(attributes.isEmpty ? "" : " [\(attributes)]");\n"
        }
    }

    private func shape(_ shape: Diagram.Shape) -> String {
        switch shape {
        case .start, .point: "shape=point"
        case .end: "shape=doublecircle, width=0.15"
        case .bar: "shape=box, style=filled, fillcolor=black, height=0.06, width=1.2"
        case .action, .frame: "shape=box"
        case .manual: "shape=box, style=rounded, peripheries=2"
        case .workflow: "shape=component"
        case .wait: "shape=box, style=rounded"
        case .value: "shape=parallelogram"
        case .choice: "shape=hexagon"
        case .raise: "shape=octagon"
        }
    }

    private func label(_ item: Diagram.Item) -> String {
        [item.title, item.caption].filter { !$0.isEmpty }.joined(separator: "\n")
    }

    private func quoted(_ text: String) -> String {
        let escaped = text.reduce(into: "") { text, character in
            switch character {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            default: text.append(character)
            }
        }
        return "\"\(escaped)\""
    }
}

private struct MermaidWriter {
    private(set) var text = ""

    init(_ diagram: Diagram) {
        text = "---\ntitle: \(quoted(diagram.title))\n---\nflowchart TD\n"
        write(diagram.root, NamedBlock(diagram.root, "n"), "  ")
    }

    private mutating func write(_ block: Diagram.Block, _ named: NamedBlock, _ indent: String) {
        for (place, item) in block.items.enumerated() {
            let name = named.names[place]
            if let inner = item.inner, let names = named.inner[place] {
                text += "\(indent)subgraph \(name)[\(quoted(label(item)))]\n"
                write(inner, names, indent + "  ")
                text += "\(indent)end\n"
            } else {
                let (open, close) = brackets(item.shape)
                text += "\(indent)\(name)\(open)\(quoted(label(item)))\(close)\n"
            }
        }
        for edge in block.edges {
            let line = edge.style == .usual ? "-->" : "-.->"
            let label = edge.label.isEmpty ? "" : "|\(quoted(edge.label))|"
            text += "\(indent)\(named.last(edge.from)) \(line)\(label) \(named.first(edge.to))\n"
        }
    }

    private func brackets(_ shape: Diagram.Shape) -> (String, String) {
        switch shape {
        case .start, .end, .point: ("((", "))")
        case .bar, .action, .frame: ("[", "]")
        case .manual, .wait: ("([", "])")
        case .workflow: ("[[", "]]")
        case .value: ("[/", "/]")
        case .choice: ("{{", "}}")
        case .raise: ("[\\", "/]")
        }
    }

    private func label(_ item: Diagram.Item) -> String {
        switch item.shape {
        case .start, .end, .point, .bar: " "
        case .action, .manual, .workflow, .wait, .value, .choice, .raise, .frame:
            [item.title, item.caption].filter { !$0.isEmpty }.joined(separator: " · ")
        }
    }

    /// Mermaid knows entities by `#`, and no backslash.
    private func quoted(_ text: String) -> String {
        let escaped = text.reduce(into: "") { text, character in
            switch character {
            case "\"": text += "#quot;"
            case "#": text += "#35;"
            case "<": text += "#lt;"
            case ">": text += "#gt;"
            case "\n": text += " "
            default: text.append(character)
            }
        }
        return "\"\(escaped)\""
    }
}
