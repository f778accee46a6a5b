package import SirdarCore

extension Workflow {
    /// The steps that may still begin when these are in progress: what cannot be reached any more was not taken.
    package func coming(after active: [Int]) -> Set<Int> {
        var coming: Set<Int> = []
        for leaf in active {
            var child = nodes[leaf]
            while let parent = child.parent.map({ nodes[$0] }) {
                switch parent.kind {
                case .sequence(let steps): follow(child, among: Set(steps), &coming)
                // Its body may begin again.
                case .loop(let loop): add(loop.body, &coming)
                case .attempt(let attempt):
                    if let handler = attempt.handler, child.index == attempt.body { add(handler, &coming) }
                    if attempt.retry != nil { add(attempt.body, &coming) }
                // What is done with an event may be done with the next.
                case .listen(let listener): if let body = listener.iterator?.body { add(body, &coming) }
                case .set, .choice, .parallel, .raise, .wait, .call, .manual, .workflow, .emit: break
                }
                child = parent
            }
        }
        return coming
    }

    private func follow(_ node: Node, among siblings: Set<Int>, _ coming: inout Set<Int>) {
        var open = [node]
        var seen: Set<Int> = []
        while let node = open.popLast() {
            for flow in node.flows {
                let next: Int?
                switch flow {
                case .next: next = siblings.filter { $0 > node.index }.min()
                case .go(let index): next = index
                case .exit, .end: next = nil
                }
                guard let next, siblings.contains(next), seen.insert(next).inserted else { continue }
                add(next, &coming)
                open.append(nodes[next])
            }
        }
    }

    /// A step with all that is in it.
    private func add(_ root: Int, _ coming: inout Set<Int>) {
        var within: Set<Int> = [root]
        for node in nodes[root...] where node.parent.map(within.contains) ?? false { within.insert(node.index) }
        coming.formUnion(within)
    }
}

extension Node {
    /// Where the step can lead.
    fileprivate var flows: [Flow] {
        switch kind {
        case .choice(let cases): cases.map(\.then) + [then]
        case .raise: condition == nil ? [] : [then]
        case .sequence, .set, .loop, .parallel, .attempt, .wait, .call, .manual, .workflow, .emit, .listen: [then]
        }
    }
}
