package import JSON
import SirdarCore

// The account for people and for programs.
extension Account.Line {
    /// `+00:00:02  createMachine  retrying at +00:00:04 (attempt 1: The cloud is busy.)`
    package func text(pathWidth: Int = 0) -> String {
        let step = "\(undoes ? "undo " : "")\(path)"
        let padding = String(repeating: " ", count: max(0, pathWidth - step.count))
        let tried = attempt.map { $0 > 1 || problem != nil ? " (attempt \($0))" : "" } ?? ""
        let why = problem.map { ": \($0.detail ?? $0.title)" } ?? ""
        return "\(at.clock)  \(step)\(padding)  \(phase.words)\(tried)\(why)"
    }

    package var json: JSON {
        var object: JSON.Object = [
            "at": .string(at.description), "step": .string(path), "pointer": .string(pointer),
            "is": .string(phase.name),
        ]
        if undoes { object["undoes"] = true }
        object["attempt"] = attempt.map { .number(JSON.Number($0)) }
        object["problem"] = problem?.json
        return .object(object)
    }
}

extension StepPhase {
    fileprivate var words: String {
        switch self {
        case .pending, .running, .waiting, .completed, .skipped, .faulted, .cancelled: name
        case .needsPerson: "needs a person"
        case .retrying: "retries"
        }
    }
}

extension Account {
    /// `{ status, output | problem | cancelled, took, steps, tasks, undone }`, or `interruption` with what to write.
    package var json: JSON {
        var object: JSON.Object = ["status": .string(status.name)]
        for (key, value) in ending?.json.asObject ?? [:] { object[key] = value }
        object["took"] = .string(took.description)
        object["steps"] = .array(lines.map(\.json))
        object["tasks"] = .array(tasks.map(\.json))
        object["undone"] = .array(undone.map(JSON.string))
        if let interruption {
            object["interruption"] = [
                "text": .string(interruption.text), "write": .array(interruption.advice.map(JSON.string)),
            ]
        }
        return .object(object)
    }
}

extension Scenario.Result {
    package var json: JSON {
        var object: JSON.Object = [
            "title": .string(scenario.title), "workflow": .string(scenario.workflow.description),
            "line": .number(JSON.Number(scenario.place.line)), "passed": .bool(passed),
            "status": .string(account.status.name), "took": .string(account.took.description),
        ]
        if !passed {
            object["differences"] = .array(
                differences.map { ["about": .string($0.key), "lines": .array($0.lines.map(JSON.string))] }
            )
        }
        return .object(object)
    }

    /// The scenario's result, and below it what is not as it should be.
    package var lines: [String] {
        let head = "  \(passed ? "passed" : "FAILED")  \(scenario.title)"
        return [head]
            + differences.flatMap { difference in
                ["          \(difference.key):"] + difference.lines.map { "            \($0)" }
            }
    }
}
