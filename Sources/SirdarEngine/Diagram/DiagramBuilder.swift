import JQ
import JSON
import SirdarCore

/// Turns the tree of a workflow into blocks of items and edges.
struct DiagramBuilder {
    let workflow: Workflow

    private typealias Item = Diagram.Item
    private typealias Edge = Diagram.Edge

    func root() -> Diagram.Block {
        sequence(children(of: workflow[0]), from: Item(shape: .start, title: "Begin"), to: .init(shape: .end))
    }

    private func children(of node: Node) -> [Int] {
        if case .sequence(let children) = node.kind { children } else { [] }
    }

    // MARK: Sequences

    /// Steps one after the other, with the ways between them, from where the sequence begins to where it ends.
    private func sequence(
        _ steps: [Int],
        from entry: Diagram.Item,
        to exit: Diagram.Item,
        again: String? = nil
    ) -> Diagram.Block {
        var block = Diagram.Block(items: [entry] + steps.map { item(workflow[$0]) })
        let places = Dictionary(uniqueKeysWithValues: zip(steps, 1...))
        let exitPlace = steps.count + 1
        let isRoot = exit.shape == .end
        var ends: [Edge] = []
        block.edges.append(Edge(from: 0, to: 1))
        for (position, step) in zip(1..., steps) {
            for way in ways(from: workflow[step]) {
                var edge = Edge(from: position, to: exitPlace, label: way.label, detail: way.detail)
                switch way.flow {
                case .next: edge = edge.leading(to: position + 1)
                case .go(let index): edge = edge.leading(to: places[index] ?? exitPlace)
                case .exit: break
                case .end where isRoot: break
                case .end:
                    ends.append(edge)
                    continue
                }
                block.edges.append(edge)
            }
        }
        block.items.append(exit)
        if let again { block.edges.append(Edge(from: exitPlace, to: 0, label: again, style: .again)) }
        for edge in ends {
            block.edges.append(edge.leading(to: block.items.count))
            block.items.append(Item(shape: .end, title: "End", detail: "The workflow ends here."))
        }
        return block.withoutLonelyEnd(at: exitPlace)
    }

    private struct Way {
        let flow: Flow
        var label = ""
        var detail = ""
    }

    /// Where a step can lead.
    private func ways(from node: Node) -> [Way] {
        switch node.kind {
        case .choice(let cases):
            let chosen = cases.map { Way(flow: $0.then, label: words($0.name), detail: $0.when?.source ?? "otherwise") }
            let hasDefault = cases.contains { $0.when == nil }
            if hasDefault, node.condition == nil { return chosen }
            return chosen + [Way(flow: node.then, label: hasDefault ? "skipped" : "otherwise")]
        case .raise where node.condition == nil: return []
        case .raise: return [Way(flow: node.then, label: "otherwise")]
        case .sequence, .set, .loop, .parallel, .attempt, .wait, .call, .manual, .workflow, .emit, .listen:
            return [Way(flow: node.then)]
        }
    }

    // MARK: Items

    private func item(_ node: Node) -> Diagram.Item {
        var item = shaped(node)
        item.node = node.index
        let isNamed = node.title == node.name
        item.title = isNamed ? words(node.name, capitalised: true) : node.title
        if item.shape == .choice, !item.title.hasSuffix("?") { item.title += "?" }
        if let condition = node.condition {
            item.caption = item.caption.isEmpty ? "if" : "if · \(item.caption)"
            item.detail = ["only if \(condition.source)", item.detail].filter { !$0.isEmpty }.joined(separator: "\n")
        }
        return item
    }

    private func shaped(_ node: Node) -> Diagram.Item {
        switch node.kind {
        case .sequence(let steps): return frame(sequence(steps, from: .point, to: .point), caption: "")
        case .set: return Item(shape: .value, caption: "value")
        case .choice: return Item(shape: .choice, caption: "")
        case .loop(let loop): return self.loop(loop)
        case .parallel(let branches, let compete): return fork(branches, compete: compete)
        case .attempt(let attempt): return self.attempt(attempt)
        case .raise(let problem): return Item(shape: .raise, caption: "fails on purpose", detail: text(problem.title))
        case .wait(let length): return Item(shape: .wait, caption: "wait \(text(length))")
        case .call(let call): return Item(shape: .action, caption: call.action)
        case .manual(let work): return manual(work)
        case .workflow(let sub):
            let detail = "the workflow \(sub.namespace)/\(sub.name) \(sub.version)"
            return Item(shape: .workflow, caption: "\(sub.name) \(sub.version)", detail: detail)
        case .emit: return Item(shape: .value, caption: "tells an event")
        case .listen(let listener): return listen(listener)
        }
    }

    /// What is done with each event stands in a frame, as the body of a loop does.
    private func listen(_ listener: Node.Listener) -> Diagram.Item {
        guard let iterator = listener.iterator, let body = iterator.body else {
            return Item(shape: .wait, caption: "waits for events")
        }
        let steps = sequence(
            children(of: workflow[body]),
            from: .point,
            to: .point,
            again: "next \(iterator.item)"
        )
        return frame(steps, caption: "for each event")
    }

    private func frame(_ inner: Diagram.Block, caption: String, detail: String = "") -> Diagram.Item {
        Item(shape: .frame, caption: caption, detail: detail, inner: inner)
    }

    private func manual(_ work: ManualWork) -> Diagram.Item {
        let queue: String
        switch work.opening {
        case .constant(let value): queue = value["queue"]?.asString ?? ""
        case .object(let fields): queue = fields.first { $0.key == "queue" }.map { text($0.value) } ?? ""
        case .expression, .array, .uri: queue = ""
        }
        let checked = work.verify.map { "checked by \($0.action)" } ?? ""
        let reviewed = work.review == nil ? "" : "reviewed by another person"
        let detail = [checked, reviewed].filter { !$0.isEmpty }.joined(separator: ", ")
        return Item(shape: .manual, caption: queue.isEmpty ? "person" : queue, detail: detail)
    }

    private func loop(_ loop: Node.Loop) -> Diagram.Item {
        let body = sequence(
            children(of: workflow[loop.body]),
            from: .point,
            to: .point,
            again: "next \(loop.item)"
        )
        let condition = loop.condition.map { "while \($0.source)" } ?? ""
        return frame(body, caption: "for each \(loop.item)", detail: condition)
    }

    private func fork(_ branches: [Int], compete: Bool) -> Diagram.Item {
        var block = Diagram.Block(items: [Item(shape: .bar)])
        let join = branches.count + 1
        for (position, branch) in zip(1..., branches) {
            block.items.append(item(workflow[branch]))
            block.edges.append(Edge(from: 0, to: position))
            block.edges.append(Edge(from: position, to: join))
        }
        block.items.append(Item(shape: .bar))
        return frame(block, caption: compete ? "side by side, the first to end wins" : "side by side")
    }

    private func attempt(_ attempt: Node.Attempt) -> Diagram.Item {
        var body = frame(
            sequence(children(of: workflow[attempt.body]), from: .point, to: .point),
            caption: "",
            detail: ""
        )
        body.title = "Try"
        var block = Diagram.Block(items: [Diagram.Item.point, body])
        block.edges.append(Edge(from: 0, to: 1))
        let filter = attempt.filter.type.map { "on \($0.split(separator: "/").last.map(String.init) ?? $0)" }
        let label = filter ?? attempt.filter.status.map { "on status \($0)" } ?? "on error"
        let detail = [attempt.when.map { "when \($0.source)" }, attempt.exceptWhen.map { "except when \($0.source)" }]
            .compactMap(\.self).joined(separator: "\n")
        if let handler = attempt.handler {
            var item = frame(sequence(children(of: workflow[handler]), from: .point, to: .point), caption: "")
            item.title = "Instead"
            block.items.append(item)
            block.edges.append(Edge(from: 1, to: 3))
            block.edges.append(Edge(from: 1, to: 2, label: label, detail: detail, style: .error))
            block.edges.append(Edge(from: 2, to: 3))
        } else {
            block.edges.append(Edge(from: 1, to: 2))
            block.edges.append(Edge(from: 1, to: 2, label: "\(label): go on", detail: detail, style: .error))
        }
        block.items.append(Diagram.Item.point)
        let attempts = attempt.retry.map { policy in policy.attemptsMax.map { "up to \($0) times" } ?? "again on error"
        }
        return frame(block, caption: attempts ?? "")
    }

    // MARK: Words

    private func text(_ template: Template) -> String {
        switch template {
        case .constant(.string(let text)): text
        case .constant(let value): duration(value) ?? value.text
        case .expression(let program): "${ \(program.source) }"
        case .array, .object, .uri: "…"
        }
    }

    private func duration(_ value: JSON) -> String? {
        guard let members = value.asObject, !members.isEmpty else { return nil }
        return members.map { "\($0.value.text) \($0.key)" }.joined(separator: " ")
    }

    /// `isReconfigured` as words: `is reconfigured`.
    private func words(_ name: String, capitalised: Bool = false) -> String {
        var words = ""
        for character in name {
            if character == "_" || character == "-" {
                words.append(" ")
            } else if character.isUppercase, words.last?.isLowercase == true {
                words.append(" ")
                words.append(contentsOf: character.lowercased())
            } else {
                words.append(character)
            }
        }
        return capitalised ? words.prefix(1).uppercased() + words.dropFirst() : words
    }
}

extension Diagram.Item {
    fileprivate static let point = Diagram.Item(shape: .point)
}

extension Diagram.Edge {
    fileprivate func leading(to place: Int) -> Diagram.Edge {
        let isBack = place <= from
        return Diagram.Edge(from: from, to: place, label: label, detail: detail, style: isBack ? .again : style)
    }
}

extension Diagram.Block {
    /// Without the end of the sequence when nothing leads there: every way fails, or ends the workflow.
    fileprivate func withoutLonelyEnd(at place: Int) -> Diagram.Block {
        guard !edges.contains(where: { $0.to == place || $0.from == place }) else { return self }
        var block = self
        block.items.remove(at: place)
        block.edges = edges.map { edge in
            edge.to < place
                ? edge
                : Diagram.Edge(
                    from: edge.from,
                    to: edge.to - 1,
                    label: edge.label,
                    detail: edge.detail,
                    style: edge.style
                )
        }
        return block
    }
}
