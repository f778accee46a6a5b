// When all steps have been read: where each leads, and whether each can be reached.
extension DefinitionReader {
    /// Every node; `nil` when one of them could not be read.
    func resolve() -> [Node]? {
        var siblings: [Int: [String: Int]] = [:]
        for sequence in sequences {
            let names = sequence.steps.compactMap { index in pending[index].map { ($0.name, index) } }
            let byName = Dictionary(names, uniquingKeysWith: { first, _ in first })
            for index in sequence.steps { siblings[index] = byName }
            checkTargets(sequence.steps, byName)
        }
        let nodes = pending.compactMap { node in
            node?.node { Self.flow($0, siblings[node?.index ?? 0] ?? [:]) }
        }
        return nodes.count == pending.count ? nodes : nil
    }

    private static func flow(_ target: PendingNode.Target, _ siblings: [String: Int]) -> Flow {
        switch target {
        case .unsaid, .next: .next
        case .exit: .exit
        case .end: .end
        case .step(let name, _): siblings[name].map(Flow.go) ?? .next
        }
    }

    /// Every `then` leads to a step of its own sequence, and every step can be reached.
    private func checkTargets(_ steps: [Int], _ siblings: [String: Int]) {
        var isSound = true
        for index in steps {
            guard let node = pending[index] else { continue }
            if node.isBroken || node.kind == nil { isSound = false }
            for case .step(let name, let place) in node.allTargets where siblings[name] == nil {
                isSound = false
                tellUnknownTarget(name, place, siblings, from: node)
            }
        }
        if isSound { checkReachable(steps, siblings) }
    }

    private func tellUnknownTarget(_ name: String, _ place: Place, _ siblings: [String: Int], from node: PendingNode) {
        let elsewhere = pending.contains { $0?.name == name }
        let message =
            elsewhere
            ? "`\(name)` is a step of another sequence, and `then` leads only to a step of its own"
            : "there is no step `\(name)` in this sequence"
        let words = ["continue", "exit", "end"]
        let others = siblings.keys.filter { $0 != node.name }.sorted()
        findings.error(
            .unknownTarget,
            at: place,
            message,
            suggestion: elsewhere ? nil : Suggestion.nearest(to: name, among: words + others),
            allowed: Array((words + others).prefix(Findings.allowedMax))
        )
    }

    private func checkReachable(_ steps: [Int], _ siblings: [String: Int]) {
        let positions = Dictionary(steps.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        var reached = Array(repeating: false, count: steps.count)
        var open = steps.isEmpty ? [] : [0]
        while let position = open.popLast() {
            guard position < steps.count, !reached[position], let node = pending[steps[position]] else { continue }
            reached[position] = true
            for target in node.targets {
                switch Self.flow(target, siblings) {
                case .next: open.append(position + 1)
                case .go(let index): open.append(positions[index] ?? steps.count)
                case .exit, .end: break
                }
            }
        }
        for position in steps.indices where !reached[position] && (position == 0 || reached[position - 1]) {
            guard let node = pending[steps[position]] else { continue }
            findings.error(
                .unreachable,
                at: node.place,
                "no step leads to `\(node.name)`: the one before it goes elsewhere"
            )
        }
    }
}
