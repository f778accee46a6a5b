package import SirdarCore

/// What one version of a workflow has that another has not: its steps by name, and its text line by line.
package struct VersionDifference: Sendable, Hashable {
    /// Steps that only the new version has, by their paths.
    package let added: [String]
    package let removed: [String]
    /// Names of the runbooks whose text is another, or that only one of the versions has.
    package let runbooks: [String]
    /// The lines that differ, with a few around them; `nil` when there are too many to compare.
    package let lines: [Line]?

    package struct Line: Sendable, Hashable {
        package let mark: Mark
        package let text: String

        package enum Mark: String, Sendable, Hashable, CaseIterable {
            case same = " "
            case added = "+"
            case removed = "-"
            /// Lines that are the same were left out here.
            case gap = "…"
        }
    }

    /// More lines than these are not compared.
    package static let linesMax = 2_000
    private static let around = 3

    package init(from old: Side, to new: Side) {
        let (before, after) = (old.steps, new.steps)
        added = after.filter { !before.contains($0) }
        removed = before.filter { !after.contains($0) }
        let hashes = [old, new].map { side in
            Dictionary(side.runbooks.map { ($0.name, $0.hash) }, uniquingKeysWith: { first, _ in first })
        }
        runbooks = Set(hashes.flatMap(\.keys)).filter { hashes[0][$0] != hashes[1][$0] }.sorted()
        lines = Self.lines(old.source, new.source)
    }

    /// One of the two versions.
    package struct Side: Sendable {
        let steps: [String]
        let source: String
        let runbooks: [Deployment.RunbookText]

        package init(_ workflow: Workflow, source: String, runbooks: [Deployment.RunbookText]) {
            let paths = workflow.paths
            steps = workflow.nodes.filter { !$0.name.isEmpty }.compactMap { paths[$0.index] }
            self.source = source
            self.runbooks = runbooks
        }
    }

    private static func lines(_ old: String, _ new: String) -> [Line]? {
        let (old, new) = (split(old), split(new))
        guard old.count <= linesMax, new.count <= linesMax else { return nil }
        let difference = new.difference(from: old)
        var (removed, inserted) = (Set<Int>(), Set<Int>())
        for change in difference {
            switch change {
            case .remove(let offset, element: _, associatedWith: _): removed.insert(offset)
            case .insert(let offset, element: _, associatedWith: _): inserted.insert(offset)
            }
        }
        var all: [Line] = []
        var (left, right) = (0, 0)
        while left < old.count || right < new.count {
            if removed.contains(left) {
                all.append(Line(mark: .removed, text: String(old[left])))
                left += 1
            } else if inserted.contains(right) {
                all.append(Line(mark: .added, text: String(new[right])))
                right += 1
            } else {
                all.append(Line(mark: .same, text: String(new[right])))
                (left, right) = (left + 1, right + 1)
            }
        }
        return shortened(all)
    }

    private static func split(_ text: String) -> [Substring] {
        text.split(separator: "\n", omittingEmptySubsequences: false)
    }

    /// Leaves out what is the same and not near to a difference.
    private static func shortened(_ lines: [Line]) -> [Line] {
        var isShown = Array(repeating: false, count: lines.count)
        for (position, line) in lines.enumerated() where line.mark != .same {
            for near in max(0, position - around)...min(lines.count - 1, position + around) { isShown[near] = true }
        }
        var shown: [Line] = []
        for (position, line) in lines.enumerated() {
            if isShown[position] {
                shown.append(line)
            } else if let last = shown.last, last.mark != .gap {
                shown.append(Line(mark: .gap, text: ""))
            }
        }
        if shown.last?.mark == .gap { shown.removeLast() }
        return shown
    }
}
