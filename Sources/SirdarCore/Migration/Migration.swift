import JSON

/// Moves instances in progress from one version of a workflow to another.
///
/// Steps are matched by their names and those of the steps around them. An instance moves when everything that is in
/// progress in it, and everything that it might have to undo, means the same in the other version; otherwise it stays
/// where it is, and is told why. What has ended is not looked at again.
package struct Migration: Sendable {
    package let from: Workflow
    package let to: Workflow
    /// The number under which the store keeps `to`.
    package let number: Int
    /// Steps that have another name in `to`: their path in `from`, and that in `to`.
    package let renamed: [String: String]
    /// The nodes of `from`, and what they are in `to`.
    let nodes: [Int: Int]

    /// - Throws: the renamings that name no step.
    package init(
        from: Workflow,
        to: Workflow,
        number: Int,
        renamed: [String: String] = [:]
    ) throws(UnknownSteps) {
        let (old, new) = (from.paths, Dictionary(to.paths.map { ($1, $0) }, uniquingKeysWith: { first, _ in first }))
        let unknown =
            renamed.keys.filter { !old.values.contains($0) } + renamed.values.filter { new[$0] == nil }
        guard unknown.isEmpty else { throw UnknownSteps(paths: unknown.sorted()) }
        (self.from, self.to, self.number, self.renamed) = (from, to, number, renamed)
        var paths: [Int: String] = [:]
        var nodes: [Int: Int] = [:]
        for node in from.nodes {
            // A node comes after the one that it lies in.
            let around = node.parent.flatMap { paths[$0] }
            let path = old[node.index].flatMap { renamed[$0] } ?? from.path(of: node, in: around)
            paths[node.index] = path
            nodes[node.index] = new[path]
        }
        self.nodes = nodes
    }

    package struct UnknownSteps: Error, Sendable, Hashable {
        package let paths: [String]

        package init(paths: [String]) { self.paths = paths }
    }

    /// What would become of an instance: it moves, or it stays because of this.
    package struct Plan: Sendable {
        package let instance: Identifier
        package let reasons: [Reason]
        package let steps: [StepMove]
        /// Steps that only the new version has, and that lie before where the instance stands: they will not run.
        package let passed: [String]
        /// The instance as it would be; `nil` when it stays.
        package let decision: Decision?

        package var moves: Bool { decision != nil }
    }

    /// A step in progress, and where it is in either version.
    package struct StepMove: Sendable, Hashable {
        package let step: Int
        package let from: String
        package let to: String

        package init(step: Int, from: String, to: String) {
            (self.step, self.from, self.to) = (step, from, to)
        }
    }

    /// Whether an instance would move, and as what. Timeouts that only the new version has count from when their step
    /// began.
    package func plan(_ instance: Instance, at moment: Moment) -> Plan {
        var examination = Examination(migration: self, instance: instance, moment: moment)
        return examination.plan()
    }

    /// The node of a task that has ended, or `nil` when the new version has no step of that name: whose hands a later
    /// task must not be in is found by it.
    package func node(ofEnded node: Int) -> Int? {
        if let mapped = nodes[node] { return mapped }
        guard from.nodes.indices.contains(node) else { return nil }
        return to.nodes.first { !$0.name.isEmpty && $0.name == from[node].name }?.index
    }

    package func node(of node: Int) -> Int? { nodes[node] }
}

extension Workflow {
    /// Every node's path: its name after those of the steps around it.
    package var paths: [Int: String] {
        var paths: [Int: String] = [:]
        for node in nodes { paths[node.index] = path(of: node, in: node.parent.flatMap { paths[$0] }) }
        return paths
    }

    package func path(_ node: Int) -> String { paths[node] ?? "" }

    fileprivate func path(of node: Node, in around: String?) -> String {
        guard let parent = node.parent else { return "" }
        let own = node.name.isEmpty ? part(of: node.pointer, after: self[parent].pointer) : node.name
        guard let around, !around.isEmpty else { return own }
        return "\(around)/\(own)"
    }

    /// A body without a name of its own is told from others by the key that it stands under: `do`, `try`, `catch/do`.
    private func part(of pointer: String, after around: String) -> String {
        pointer.hasPrefix("\(around)/") ? String(pointer.dropFirst(around.count + 1)) : pointer
    }
}
