extension SVGPicture {
    // MARK: Frames

    mutating func frame(_ shape: Drawing.PlacedShape) {
        let (item, frame) = (shape.item, shape.frame)
        group(item, kind: shape.depth.isMultiple(of: 2) ? "d-frame" : "d-frame d-inner") { picture in
            picture.box(frame, corner: 8)
            let mark = item.node.flatMap { picture.marks?[$0] }
            var x = frame.x + 12
            if let mark, mark.state != .toCome {
                picture.icon(mark.state.icon, x, frame.y + 9)
                x += 17
            }
            picture.text(shape.titleLines.first ?? "", x, frame.y + 19, "d-title")
            guard !item.caption.isEmpty else { return }
            let caption = DiagramText.shortened(item.caption, width: frame.width - 24, size: DiagramText.small)
            picture.text(caption, frame.x + 12, frame.y + 34, "d-small")
        }
    }

    // MARK: Items

    mutating func shape(_ shape: Drawing.PlacedShape) {
        let (item, frame) = (shape.item, shape.frame)
        switch item.shape {
        case .frame: break
        case .point:
            box(frame, corner: 3, "d-point")
        case .bar: box(frame, corner: 2, "d-bar")
        case .start: box(frame, corner: 9, "d-start")
        case .end:
            box(frame, corner: 9, "d-end")
            box(.init(x: frame.x + 4, y: frame.y + 4, width: 10, height: 10), corner: 5, "d-start")
        case .action, .manual, .workflow, .wait, .value, .choice, .raise:
            group(item, kind: "d-item") { picture in
                picture.outline(item.shape, frame)
                picture.words(shape)
            }
        }
    }

    /// A group with its state, a text for who hovers or listens, and a link where there is one.
    private mutating func group(_ item: Diagram.Item, kind: String, _ body: (inout SVGPicture) -> Void) {
        let mark = item.node.flatMap { marks?[$0] }
        let state = mark.map { " s-\($0.state.rawValue)" } ?? ""
        let isCurrent = mark?.state.isCurrent ?? false
        var attributes: MarkupWriter.Attributes = [("class", "\(kind) k-\(item.shape.rawValue)\(state)")]
        if isCurrent, mark?.link == nil { attributes.append(("aria-current", "step")) }
        markup.begin("g", attributes)
        let told = [
            item.title, item.caption, mark.map { $0.state.word } ?? "", mark?.note ?? "", item.detail,
        ].filter { !$0.isEmpty }
        markup.element("title", text: told.joined(separator: "\n"))
        if let link = mark?.link {
            var attributes: MarkupWriter.Attributes = [
                ("href", link), ("aria-label", told.prefix(4).joined(separator: ", ")),
            ]
            if isCurrent { attributes.append(("aria-current", "step")) }
            markup.begin("a", attributes)
        }
        body(&self)
        if mark?.link != nil { markup.end() }
        markup.end()
    }

    private mutating func outline(_ shape: Diagram.Shape, _ frame: Drawing.Frame) {
        switch shape {
        case .action, .frame, .start, .end, .point, .bar: box(frame, corner: 4)
        case .manual:
            box(frame, corner: 12)
            box(
                .init(x: frame.x + 3, y: frame.y + 3, width: frame.width - 6, height: frame.height - 6),
                corner: 9,
                "d-line"
            )
        case .workflow:
            box(frame, corner: 2)
            let inner = [frame.x + 6, frame.right - 6].map { x in
                "M\(coordinate(x)) \(coordinate(frame.y))V\(coordinate(frame.bottom))"
            }
            markup.empty("path", [("class", "d-line"), ("d", inner.joined())])
        case .wait: box(frame, corner: frame.height / 2)
        case .value: parallelogram(frame)
        case .choice: hexagon(frame)
        case .raise: octagon(frame)
        }
    }

    private mutating func parallelogram(_ frame: Drawing.Frame) {
        let lean = 10.0
        closed([
            .init(x: frame.x + lean, y: frame.y), .init(x: frame.right, y: frame.y),
            .init(x: frame.right - lean, y: frame.bottom), .init(x: frame.x, y: frame.bottom),
        ])
    }

    private mutating func hexagon(_ frame: Drawing.Frame) {
        let cut = 14.0
        let (left, right, middle) = (frame.x, frame.right, (frame.y + frame.bottom) / 2)
        closed([
            .init(x: left + cut, y: frame.y), .init(x: right - cut, y: frame.y), .init(x: right, y: middle),
            .init(x: right - cut, y: frame.bottom), .init(x: left + cut, y: frame.bottom), .init(x: left, y: middle),
        ])
    }

    private mutating func octagon(_ frame: Drawing.Frame) {
        let cut = 9.0
        let (left, right, top, bottom) = (frame.x, frame.right, frame.y, frame.bottom)
        closed([
            .init(x: left + cut, y: top), .init(x: right - cut, y: top), .init(x: right, y: top + cut),
            .init(x: right, y: bottom - cut), .init(x: right - cut, y: bottom), .init(x: left + cut, y: bottom),
            .init(x: left, y: bottom - cut), .init(x: left, y: top + cut),
        ])
    }

    private mutating func closed(_ points: [Drawing.Point]) {
        markup.empty("path", [("class", "d-box"), ("d", "M" + points.map(point).joined(separator: "L") + "z")])
    }

    /// The title, what does the work, and how it stands.
    private mutating func words(_ shape: Drawing.PlacedShape) {
        let (item, frame) = (shape.item, shape.frame)
        var y = frame.y + 21
        for line in shape.titleLines {
            text(line, frame.middle, y, "d-title d-middle")
            y += 17
        }
        if !item.caption.isEmpty {
            let caption = DiagramText.shortened(
                item.caption,
                width: DiagramLayout.textWidth - 18,
                size: DiagramText.small
            )
            iconAndText(item.shape.icon, caption, frame.middle, y - 1, "d-small")
            y += 15
        }
        guard let marks else { return }
        let mark = item.node.flatMap { marks[$0] } ?? DiagramMark(.toCome)
        let times = mark.count > 1 ? " · \(mark.count) times" : ""
        let note = mark.note.isEmpty ? "" : ": \(mark.note)"
        let told = DiagramText.shortened(
            mark.state.word + note + times,
            width: frame.width - 40,
            size: DiagramText.small
        )
        iconAndText(mark.state.icon, told, frame.middle, y - 1, "d-small d-state")
    }

    private mutating func iconAndText(_ path: String?, _ words: String, _ middle: Double, _ y: Double, _ kind: String) {
        guard let path else {
            text(words, middle, y, "\(kind) d-middle")
            return
        }
        let width = DiagramText.width(words, size: DiagramText.small) * 0.96
        let left = middle - (width + 16) / 2
        markup.begin("g", [("class", kind)])
        icon(path, left, y - 10)
        text(words, left + 16, y, kind)
        markup.end()
    }
}

extension Diagram.Shape {
    /// The strokes of its icon, in a square of 12; `nil`: its outline says enough.
    var icon: String? {
        switch self {
        case .manual: "M6 1a2.4 2.4 0 1 0 .01 0M1.5 11C1.5 7.4 10.5 7.4 10.5 11"
        case .action:
            "M6 4a2 2 0 1 0 .01 0M6 1V2.5M6 9.5V11M1 6H2.5M9.5 6H11"
                + "M2.5 2.5L3.5 3.5M8.5 8.5L9.5 9.5M2.5 9.5L3.5 8.5M8.5 3.5L9.5 2.5"
        case .workflow: "M1.5 2.5H7.5V7H1.5zM4.5 7V9.5H10.5V5H7.5"
        case .wait: "M6 1.5a4.5 4.5 0 1 0 .01 0M6 3.5V6L8 7.5"
        case .raise: "M2.5 2.5L9.5 9.5M9.5 2.5L2.5 9.5"
        case .start, .end, .point, .bar, .value, .choice, .frame: nil
        }
    }
}
