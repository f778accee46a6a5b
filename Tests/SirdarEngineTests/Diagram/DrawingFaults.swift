import SirdarEngine

extension Drawing {
    /// What is wrong with a drawing: an independent look at where things lie.
    func faults(of diagram: Diagram) -> [String] {
        outside + overlaps + crossedShapes + missing(diagram)
    }

    private var outside: [String] {
        shapes.filter { shape in
            shape.frame.x < 0 || shape.frame.y < 0 || shape.frame.right > size.width || shape.frame.bottom > size.height
        }.map { "\($0.item.title) lies outside" }
            + edges.compactMap(\.label).filter { $0.x < 0 || $0.right > size.width }.map {
                "a label at \($0) lies outside"
            }
    }

    /// Two lie apart, or one is a frame that holds the other whole.
    private var overlaps: [String] {
        var boxes = shapes.map {
            (name: "\($0.item.shape) \($0.item.title)", frame: $0.frame, isFrame: $0.item.inner != nil)
        }
        boxes += edges.compactMap { edge in edge.label.map { ("label \(edge.edge.label)", $0, false) } }
        var faults: [String] = []
        for (index, left) in boxes.enumerated() {
            for right in boxes[(index + 1)...] where left.frame.overlaps(right.frame) {
                let holds =
                    left.isFrame && left.frame.holds(right.frame) || right.isFrame && right.frame.holds(left.frame)
                if !holds { faults.append("\(left.name) lies over \(right.name)") }
            }
        }
        return faults
    }

    /// A way is followed in small steps; it may be in the frames that it lies in, and in nothing else.
    private var crossedShapes: [String] {
        let solid = shapes.filter { $0.item.inner == nil }
        var faults: [String] = []
        for edge in edges {
            let points = edge.bends.flatMap { $0.points }
            for shape in solid where points.contains(where: { shape.frame.isInside($0) }) {
                faults.append(
                    "the way \(edge.edge.label) \(edge.edge.from)→\(edge.edge.to) runs through \(shape.item.title)"
                )
            }
        }
        return faults
    }

    private func missing(_ diagram: Diagram) -> [String] {
        let wanted = diagram.root.allEdges
        var faults: [String] = []
        if wanted.count != edges.count { faults.append("\(wanted.count) ways, and \(edges.count) are drawn") }
        if diagram.root.allItems.count != shapes.count { faults.append("not everything is drawn") }
        faults += edges.filter { $0.bends.isEmpty }.map { "the way to \($0.edge.to) has no line" }
        faults += edges.filter { !$0.edge.label.isEmpty && $0.label == nil && $0.edge.from != $0.edge.to }.map {
            "the label \($0.edge.label) is not drawn"
        }
        for edge in edges {
            for (bend, next) in zip(edge.bends, edge.bends.dropFirst()) where bend.to != next.from {
                faults.append("the way to \(edge.edge.to) is broken")
            }
        }
        return faults
    }
}

extension Drawing.Frame {
    fileprivate func overlaps(_ other: Drawing.Frame) -> Bool {
        x < other.right - 0.01 && other.x < right - 0.01 && y < other.bottom - 0.01 && other.y < bottom - 0.01
    }

    fileprivate func holds(_ other: Drawing.Frame) -> Bool {
        x <= other.x && y <= other.y && right >= other.right && bottom >= other.bottom
    }

    /// Its border is not inside.
    fileprivate func isInside(_ point: (x: Double, y: Double)) -> Bool {
        point.x > x + 0.5 && point.x < right - 0.5 && point.y > y + 0.5 && point.y < bottom - 0.5
    }
}

extension Drawing.Bend {
    /// As the curve of the picture goes: its handles lie above and below, half-way.
    fileprivate var points: [(x: Double, y: Double)] {
        (0...20).map { index in
            let t = Double(index) / 20
            let across = isCurve ? 3 * t * t - 2 * t * t * t : t
            let middle = (from.y + to.y) / 2
            let (a, b) = (1 - t, t)
            let curved = a * a * a * from.y + 3 * a * a * b * middle + 3 * a * b * b * middle + b * b * b * to.y
            let down = isCurve ? curved : from.y + (to.y - from.y) * t
            return (from.x + (to.x - from.x) * across, down)
        }
    }
}
