import JSON
import SirdarCore
import SirdarEngine

/// A workflow's picture with how an instance of it stands.
struct DiagramContent: Sendable {
    let svg: String
    let outline: String
}

extension InstanceStory {
    /// How each step stands, by its node. `link` says where a step's place leads to.
    func marks(link: (Step) -> String?) -> [Int: DiagramMark] {
        let byPointer = Dictionary(
            workflow.nodes.map { ($0.pointer, $0.index) },
            uniquingKeysWith: { first, _ in first }
        )
        var marks: [Int: DiagramMark] = [:]
        for step in steps {
            guard let node = byPointer[step.pointer] else { continue }
            let count = (marks[node]?.count ?? 0) + 1
            let note = step.waitsFor?.sentence ?? (step.attempts > 1 ? "attempt \(step.attempts)" : "")
            marks[node] = DiagramMark(.init(phase: step.phase), note: note, link: link(step), count: count)
        }
        let isOver = instance.status.isFinal || instance.status == .compensating
        let active = marks.filter { $0.value.state.isCurrent }.map(\.key)
        let coming = isOver ? [] : workflow.coming(after: active)
        for node in workflow.nodes where marks[node.index] == nil {
            let mayCome = !isOver && (active.isEmpty || coming.contains(node.index))
            marks[node.index] = DiagramMark(mayCome ? .toCome : .notTaken)
        }
        return marks
    }

    /// For a page; `nil` when the workflow is too large to be drawn.
    func diagram(link: (Step) -> String?) -> DiagramContent? {
        let marks = marks(link: link)
        guard let diagram = try? Diagram(workflow), let svg = try? diagram.svg(marks) else { return nil }
        return DiagramContent(svg: svg, outline: diagram.outline(marks))
    }
}

extension DiagramMark.State {
    /// By the word that the journal has for a step's state.
    init(phase: String) {
        switch phase {
        case "running": self = .running
        case "waiting": self = .waiting
        case "retrying": self = .retrying
        case "needs_person": self = .needsPerson
        case "completed": self = .done
        case "skipped": self = .skipped
        case "faulted": self = .failed
        case "cancelled": self = .cancelled
        default: self = .toCome
        }
    }
}

extension InstanceStory.Step {
    /// Where somebody who may see tasks finds out more: the task or instance that is waited for, else the step's row.
    func place(on page: String, seesTasks: Bool) -> String? {
        if let task = waitsFor?.task, seesTasks { return "/tasks/\(task)" }
        if let instance = waitsFor?.instance { return "/instances/\(instance)" }
        return hasRow ? "\(page)#step-\(number)" : nil
    }

    /// Whether the table of steps has it.
    var hasRow: Bool { ["automatic", "manual", "workflow", "wait"].contains(kind) || problem != nil }
}
