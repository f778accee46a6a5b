import JSON
import SirdarCore

// What is missing, where, and what to write.
extension Interruption {
    init(
        _ lack: any Error,
        _ question: Question,
        at elapsed: Interval,
        node: Node?,
        of part: Rehearsal.Part
    ) {
        let situation = "\(elapsed.clock): \(question.situation)"
        let workflow = part.prefix.isEmpty ? "" : " of \(part.workflow.document.name)"
        let why: String
        switch lack as? Prompter.Lack {
        case .nothingWritten?, nil: why = "and no answer is written for it"
        case .usedUp(let count, let name)?:
            why =
                "and the \(count == 1 ? "answer" : "\(count) answers") written under `\(name)` "
                + "\(count == 1 ? "has" : "have") been given"
        case .other(let answer, let name)?:
            why = "and the next answer written under `\(name)` is \(answer.word)"
        }
        self.init("\(situation)\(workflow), \(why).", advice: question.advice(node, part))
    }
}

extension Question {
    /// What is happening, up to the comma.
    fileprivate var situation: String {
        let called = action.map { "calls `\($0)` with \(input.text)" } ?? ""
        switch role {
        case .call where undoes: return "undoing `\(path)` \(called) (attempt \(attempt))"
        case .call: return "`\(path)` \(called) (attempt \(attempt))"
        case .check: return "the check of `\(path)` \(called)"
        case .task where attempt > 1:
            return "the task of `\(path)` came back from its check, for the work's round \(attempt)"
        case .task: return "`\(path)` waits for a person"
        case .decision:
            let detail = input["about"]?["problem"]?["detail"]?.asString ?? ""
            return "\(undoes ? "undoing " : "")`\(path)` gave up and waits for a person's decision (\(detail))"
        case .workflow: return "`\(path)` runs another workflow"
        }
    }

    /// Lines for the answers' file.
    fileprivate func advice(_ node: Node?, _ part: Rehearsal.Part) -> [String] {
        switch role {
        case .call where undoes: return ["undo:", "  \(path): { output: {} }"]
        case .call: return ["steps:", "  \(path): { output: { … } }"]
        case .check: return ["actions:", "  \(action ?? path): { output: { passed: true } }"]
        case .decision:
            let outcomes = input["outcomes"]?.asArray?.compactMap(\.asString) ?? []
            let decisions = outcomes.joined(separator: " | ")
            return [undoes ? "undo:" : "steps:", "  \(path):", "    - …", "    - decides: \(decisions)"]
        case .task:
            let outcomes = input["outcomes"]?.asArray?.compactMap(\.asString) ?? ["done"]
            let fields = (input["form"]?.asObject ?? [:]).filter { $0.value["required"]?.asBool == true }
            let values = fields.map { "\($0.key): …" }.joined(separator: ", ")
            let filled = values.isEmpty ? "" : ", values: { \(values) }"
            return ["steps:", "  \(path): { outcome: \(outcomes.joined(separator: " | "))\(filled) }"]
        case .workflow: return ["steps:", "  \(path): { output: { … } }"]
        }
    }
}

extension Interval {
    /// For people, to the second: `+2d 03:04:05`.
    package var clock: String {
        let seconds = milliseconds / 1000
        func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let days = seconds / 86_400
        let time = "\(two(seconds / 3600 % 24)):\(two(seconds / 60 % 60)):\(two(seconds % 60))"
        return days == 0 ? "+\(time)" : "+\(days)d \(time)"
    }
}
