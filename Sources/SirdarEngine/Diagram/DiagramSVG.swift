import SirdarCore

extension Diagram {
    /// The picture as SVG.
    ///
    /// Looks come from classes: on a page from its style sheet (`isAlone` is false), in a file of its own from one that
    /// it carries. There is no `style` attribute and no script.
    package func svg(_ marks: [Int: DiagramMark]? = nil, isAlone: Bool = false) throws(TooLarge) -> String {
        let drawing = try DiagramLayout(showsStates: marks != nil).drawing(of: self)
        var writer = SVGPicture(marks: marks)
        writer.write(self, drawing, isAlone: isAlone)
        return writer.markup.text
    }
}

/// Writes one drawing.
struct SVGPicture {
    let marks: [Int: DiagramMark]?
    var markup = MarkupWriter()

    init(marks: [Int: DiagramMark]?) { self.marks = marks }

    mutating func write(_ diagram: Diagram, _ drawing: Drawing, isAlone: Bool) {
        let (width, height) = (coordinate(drawing.size.width), coordinate(drawing.size.height))
        let hasLinks = marks?.values.contains { $0.link != nil } ?? false
        var attributes: MarkupWriter.Attributes = [
            ("class", "diagram"), ("viewBox", "0 0 \(width) \(height)"), ("width", width), ("height", height),
            // With links in it, it is not one picture to whoever listens.
            ("role", hasLinks ? "group" : "img"), ("aria-label", "\(diagram.title). \(diagram.summary)"),
        ]
        if isAlone { attributes.insert(("xmlns", "http://www.w3.org/2000/svg"), at: 0) }
        markup.begin("svg", attributes)
        markup.element("title", text: diagram.title)
        markup.element("desc", text: diagram.summary)
        if isAlone {
            markup.begin("style")
            markup.append(trusted: Diagram.palette)
            markup.append(trusted: Diagram.looks)
            markup.end()
            markup.empty("rect", [("class", "d-paper"), ("width", width), ("height", height)])
        }
        for shape in drawing.shapes where shape.item.shape == .frame { frame(shape) }
        for edge in drawing.edges { line(edge) }
        for shape in drawing.shapes where shape.item.shape != .frame { self.shape(shape) }
        for edge in drawing.edges { label(edge) }
        markup.end()
    }

    // MARK: Edges

    private mutating func line(_ edge: Drawing.PlacedEdge) {
        guard let first = edge.bends.first, let last = edge.bends.last else { return }
        var path = "M\(point(first.from))"
        for bend in edge.bends {
            if bend.isCurve, bend.from.x != bend.to.x {
                let middle = (bend.from.y + bend.to.y) / 2
                path += "C\(point(.init(x: bend.from.x, y: middle))) \(point(.init(x: bend.to.x, y: middle)))"
                path += " \(point(bend.to))"
            } else {
                path += "L\(point(bend.to))"
            }
        }
        markup.empty("path", [("class", "d-edge d-\(edge.edge.style.rawValue)"), ("d", path)])
        markup.empty("path", [("class", "d-head d-\(edge.edge.style.rawValue)"), ("d", arrow(last))])
    }

    /// A head that points the way of the last bend, which comes in straight up, down or from the side.
    private func arrow(_ bend: Drawing.Bend) -> String {
        let tip = bend.to
        let isSide = !bend.isCurve && bend.from.y == bend.to.y
        if isSide {
            let back = tip.x < bend.from.x ? 7.0 : -7.0
            return "M\(point(tip))L\(point(.init(x: tip.x + back, y: tip.y - 4)))"
                + "L\(point(.init(x: tip.x + back, y: tip.y + 4)))z"
        }
        let back = tip.y < bend.from.y ? 7.0 : -7.0
        return "M\(point(tip))L\(point(.init(x: tip.x - 4, y: tip.y + back)))"
            + "L\(point(.init(x: tip.x + 4, y: tip.y + back)))z"
    }

    private mutating func label(_ edge: Drawing.PlacedEdge) {
        guard let frame = edge.label else { return }
        markup.begin("g", [("class", "d-label")])
        if !edge.edge.detail.isEmpty { markup.element("title", text: edge.edge.detail) }
        box(frame, corner: frame.height / 2)
        let text = DiagramText.shortened(edge.edge.label, width: DiagramLayout.textWidth, size: DiagramText.small)
        self.text(text, frame.middle, frame.y + 13, "d-small d-middle")
        markup.end()
    }

    // MARK: Helpers

    func point(_ point: Drawing.Point) -> String { "\(coordinate(point.x)) \(coordinate(point.y))" }

    mutating func text(_ content: String, _ x: Double, _ y: Double, _ kind: String) {
        markup.element("text", [("class", kind), ("x", coordinate(x)), ("y", coordinate(y))], text: content)
    }

    mutating func box(_ frame: Drawing.Frame, corner: Double, _ kind: String = "d-box") {
        markup.empty(
            "rect",
            [
                ("class", kind), ("x", coordinate(frame.x)), ("y", coordinate(frame.y)),
                ("width", coordinate(frame.width)), ("height", coordinate(frame.height)), ("rx", coordinate(corner)),
            ]
        )
    }

    mutating func icon(_ path: String, _ x: Double, _ y: Double) {
        markup.empty(
            "path",
            [("class", "d-icon"), ("transform", "translate(\(coordinate(x)) \(coordinate(y)))"), ("d", path)]
        )
    }
}
