/// Where everything lies: what a writer of a format needs and nothing of how it was found.
package struct Drawing: Sendable {
    package var size: Size
    package var shapes: [PlacedShape] = []
    package var edges: [PlacedEdge] = []

    package struct Point: Sendable, Hashable {
        package var x: Double
        package var y: Double
    }

    package struct Frame: Sendable, Hashable {
        package var x: Double
        package var y: Double
        package var width: Double
        package var height: Double

        var middle: Double { x + width / 2 }
        package var bottom: Double { y + height }
        package var right: Double { x + width }
    }

    package struct PlacedShape: Sendable {
        package let item: Diagram.Item
        package var frame: Frame
        let titleLines: [String]
        /// How many frames it lies in.
        package let depth: Int
    }

    package struct PlacedEdge: Sendable {
        package let edge: Diagram.Edge
        package var bends: [Bend]
        /// Where its label stands, when it has one.
        package var label: Frame?
    }

    /// From one place to the next: straight down through a layer, or in a curve from one layer to another.
    package struct Bend: Sendable, Hashable {
        package var from: Point
        package var to: Point
        package let isCurve: Bool
    }
}

/// Lays a diagram out: each block in layers, what is inside before what is around.
package struct DiagramLayout {
    /// Room for a line that says how each step stands.
    let showsStates: Bool

    package init(showsStates: Bool) { self.showsStates = showsStates }

    static let padding = 14.0
    static let header = 40.0
    static let textWidth = 190.0
    private static let captionHeight = 15.0
    private static let titleHeight = 17.0
    private static let gap = 26.0
    private static let labelHeight = 18.0
    private static let barHeight = 5.0
    /// Room beside an item for an edge that leads from it to itself.
    private static let selfEdge = 22.0

    package func drawing(of diagram: Diagram) throws(Diagram.TooLarge) -> Drawing {
        var drawing = try layout(diagram.root, depth: 0)
        drawing.move(by: Self.padding, Self.padding)
        drawing.size.width += Self.padding * 2
        drawing.size.height += Self.padding * 2
        return drawing
    }

    private func layout(_ block: Diagram.Block, depth: Int) throws(Diagram.TooLarge) -> Drawing {
        var shapes: [(shape: Drawing.PlacedShape, inner: Drawing?)] = []
        for item in block.items { shapes.append(try measured(item, depth)) }
        let loops = Set(block.edges.filter { $0.from == $0.to }.map(\.from))
        let sizes = shapes.enumerated().map { place, shape in
            let frame = shape.shape.frame
            return Size(width: frame.width + (loops.contains(place) ? Self.selfEdge * 2 : 0), height: frame.height)
        }
        var graph = try LayerGraph(sizes, block.edges.map(link))
        graph.order()
        let middles = graph.positions()
        let rows = rows(graph, middles)
        var drawing = Drawing(size: Size(width: 0, height: rows.last?.bottom ?? 0))
        for (place, entry) in shapes.enumerated() {
            var (shape, inner) = entry
            shape.frame.x = middles[place] - shape.frame.width / 2
            shape.frame.y = rows[graph.vertices[place].layer].top
            // A bar is as long as what it begins and ends.
            if shape.item.shape == .bar { shape.stretch(over: graph, place, middles) }
            drawing.shapes.append(shape)
            inner?.move(by: shape.frame.x + Self.padding, shape.frame.y + Self.header)
            if let inner { drawing.add(inner) }
        }
        let frames = drawing.topShapes(depth).map(\.frame)
        for (place, edge) in block.edges.enumerated() {
            drawing.edges.append(self.edge(edge, graph, place, (middles, rows, frames)))
        }
        drawing.size.width = graph.vertices.indices.map { middles[$0] + graph.vertices[$0].width / 2 }.max() ?? 0
        return drawing
    }

    private func link(_ edge: Diagram.Edge) -> LayerGraph.Link {
        guard !edge.label.isEmpty else { return .init(from: edge.from, to: edge.to, label: nil) }
        let text = DiagramText.shortened(edge.label, width: Self.textWidth, size: DiagramText.small)
        let width = DiagramText.width(text, size: DiagramText.small) + 10
        return .init(from: edge.from, to: edge.to, label: Size(width: width, height: Self.labelHeight))
    }

    // MARK: Sizes

    private func measured(
        _ item: Diagram.Item,
        _ depth: Int
    ) throws(Diagram.TooLarge) -> (Drawing.PlacedShape, Drawing?) {
        var size: Size
        var lines: [String] = []
        var inner: Drawing?
        switch item.shape {
        case .start, .end: size = Size(width: 18, height: 18)
        case .point: size = Size(width: 6, height: 6)
        case .bar: size = Size(width: 60, height: Self.barHeight)
        case .frame:
            let layout = try layout(item.inner ?? Diagram.Block(), depth: depth + 1)
            inner = layout
            let least = max(
                DiagramText.width(item.title, size: DiagramText.size),
                DiagramText.width(item.caption, size: DiagramText.small)
            )
            let width = max(layout.size.width, min(least, Self.textWidth * 1.3) + 24) + Self.padding * 2
            inner?.move(by: (width - Self.padding * 2 - layout.size.width) / 2, 0)
            size = Size(width: width, height: layout.size.height + Self.header + Self.padding)
            lines = [DiagramText.shortened(item.title, width: width - 44, size: DiagramText.size)]
        case .action, .manual, .workflow, .wait, .value, .choice, .raise:
            lines = DiagramText.lines(item.title, width: Self.textWidth, size: DiagramText.size, count: 2)
            size = leaf(item, lines)
        }
        let frame = Drawing.Frame(x: 0, y: 0, width: size.width, height: size.height)
        return (Drawing.PlacedShape(item: item, frame: frame, titleLines: lines, depth: depth), inner)
    }

    private func leaf(_ item: Diagram.Item, _ lines: [String]) -> Size {
        let hasCaption = !item.caption.isEmpty
        let caption = DiagramText.shortened(item.caption, width: Self.textWidth - 18, size: DiagramText.small)
        let captionWidth = hasCaption ? DiagramText.width(caption, size: DiagramText.small) + 18 : 0
        let text = max(lines.map { DiagramText.width($0, size: DiagramText.size) }.max() ?? 0, captionWidth)
        let isChoice = item.shape == .choice
        let width = isChoice ? text + 44 : max(text + 28, showsStates ? 200 : 150)
        var height = 16 + Double(lines.count) * Self.titleHeight + (hasCaption ? Self.captionHeight : 0)
        if showsStates { height += Self.captionHeight }
        return Size(width: width, height: height)
    }

    // MARK: Rows

    typealias Row = (top: Double, bottom: Double)

    /// Where each layer begins and ends; more room between layers where edges go far to the side.
    private func rows(_ graph: LayerGraph, _ middles: [Double]) -> [Row] {
        var rows: [Row] = []
        for layer in graph.layers {
            var top = 0.0
            if let last = rows.last {
                let sideways =
                    layer.flatMap { vertex in
                        graph.above[vertex].map { abs(middles[$0] - middles[vertex]) }
                    }.max() ?? 0
                top = last.bottom + Self.gap + min(26, sideways / 12)
            }
            rows.append((top, top + (layer.map { graph.vertices[$0].height }.max() ?? 0)))
        }
        return rows
    }

    // MARK: Edges

    private func edge(
        _ edge: Diagram.Edge,
        _ graph: LayerGraph,
        _ place: Int,
        _ lie: (middles: [Double], rows: [Row], frames: [Drawing.Frame])
    ) -> Drawing.PlacedEdge {
        let route = graph.routes[place]
        guard !route.isEmpty else { return Self.selfEdge(edge, lie.frames[edge.from]) }
        var bends: [Drawing.Bend] = []
        var at: Drawing.Point?
        for (index, vertex) in route.enumerated() {
            let row = lie.rows[graph.vertices[vertex].layer]
            let frame = graph.vertices[vertex].item.map { lie.frames[$0] }
            // At a bar wherever the way goes on; elsewhere in the middle.
            let isBar = frame.map { $0.height == Self.barHeight } ?? false
            let x = lie.middles[isBar ? route[index == 0 ? 1 : index - 1] : vertex]
            // Into an item from above, out of it below; past a whole layer at a point.
            let top = Drawing.Point(x: x, y: frame?.y ?? row.top)
            let leaves = Drawing.Point(x: x, y: frame?.bottom ?? row.top)
            if let at { bends.append(Drawing.Bend(from: at, to: top, isCurve: true)) }
            let bottom = Drawing.Point(x: leaves.x, y: row.bottom)
            if vertex != route.last, bottom != leaves {
                bends.append(Drawing.Bend(from: leaves, to: bottom, isCurve: false))
            }
            at = bottom
        }
        if edge.from != route.first {
            bends = bends.reversed().map { Drawing.Bend(from: $0.to, to: $0.from, isCurve: $0.isCurve) }
        }
        let label = graph.labels[place].map { vertex in
            let (size, row) = (graph.vertices[vertex], lie.rows[graph.vertices[vertex].layer])
            return Drawing.Frame(
                x: lie.middles[vertex] - size.width / 2,
                y: (row.top + row.bottom - size.height) / 2,
                width: size.width,
                height: size.height
            )
        }
        return Drawing.PlacedEdge(edge: edge, bends: bends, label: label)
    }

    private static func selfEdge(_ edge: Diagram.Edge, _ frame: Drawing.Frame) -> Drawing.PlacedEdge {
        let (upper, lower) = (frame.y + frame.height / 4, frame.y + frame.height * 3 / 4)
        let out = frame.right + selfEdge / 2
        let corners = [(frame.right, lower), (out, lower), (out, upper), (frame.right, upper)].map(Drawing.Point.init)
        let bends = zip(corners, corners.dropFirst()).map { Drawing.Bend(from: $0, to: $1, isCurve: false) }
        return Drawing.PlacedEdge(edge: edge, bends: bends, label: nil)
    }
}

extension Drawing {
    mutating func move(by x: Double, _ y: Double) {
        for index in shapes.indices {
            shapes[index].frame.x += x
            shapes[index].frame.y += y
        }
        for index in edges.indices { edges[index].move(by: x, y) }
    }

    mutating func add(_ inner: Drawing) {
        shapes += inner.shapes
        edges += inner.edges
    }

    /// Those of the block itself, in its order.
    func topShapes(_ depth: Int) -> [PlacedShape] { shapes.filter { $0.depth == depth } }
}

extension Drawing.PlacedEdge {
    mutating func move(by x: Double, _ y: Double) {
        bends = bends.map { bend in
            Drawing.Bend(
                from: Drawing.Point(x: bend.from.x + x, y: bend.from.y + y),
                to: Drawing.Point(x: bend.to.x + x, y: bend.to.y + y),
                isCurve: bend.isCurve
            )
        }
        label?.x += x
        label?.y += y
    }
}

extension Drawing.PlacedShape {
    /// From the middle of the first to that of the last of what it is joined to.
    mutating func stretch(over graph: LayerGraph, _ vertex: Int, _ middles: [Double]) {
        let joined = (graph.above[vertex] + graph.below[vertex]).map { middles[$0] }
        guard let left = joined.min(), let right = joined.max() else { return }
        frame.x = min(frame.x, left - 20)
        frame.width = max(frame.width, right + 20 - frame.x)
    }
}
