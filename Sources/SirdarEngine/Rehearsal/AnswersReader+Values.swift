import JSON
import SirdarCore

// Failures, times, and what comes from outside.
extension AnswersReader {
    private static let failureKeys = ["type", "status", "title", "detail", "remedy"]

    /// A sentence, or a problem with what may help.
    func failure(_ node: Located) -> Failure? {
        if let detail = node.text { return Failure(Problem(.runtime, detail), remedy: .permanent) }
        guard let fields = Fields(node, "`fails`", keys: Self.failureKeys, findings) else { return nil }
        let type = fields.text("type") ?? Problem.Kind.runtime.rawValue
        var problem: Problem
        if let kind = Problem.Kind(rawValue: type) {
            problem = Problem(kind, fields.text("detail") ?? "")
        } else if type.contains(":") {
            problem = Problem(type: type, status: 500, title: "", detail: fields.text("detail"))
        } else {
            let kinds = Problem.Kind.allCases.map(\.rawValue)
            findings.unknown("kind of problem", type, at: fields["type"]?.place ?? fields.place, known: kinds)
            return nil
        }
        problem.status = fields.int("status", in: 100...599) ?? problem.status
        problem.title = fields.text("title") ?? problem.title
        return Failure(problem, remedy: fields["remedy"].flatMap(remedy) ?? .permanent)
    }

    private func remedy(_ node: Located) -> Failure.Remedy? {
        if node.members != nil {
            guard let fields = Fields(node, "`remedy`", keys: ["tryAgainAfter"], findings) else { return nil }
            _ = fields.required("tryAgainAfter")
            return fields.interval("tryAgainAfter").map(Failure.Remedy.tryAgainAfter)
        }
        switch node.text {
        case "tryAgain"?: return .tryAgain
        case "permanent"?: return .permanent
        case let word:
            findings.unknown("remedy", word ?? node.json.text, at: node.place, known: ["tryAgain", "permanent"])
            return nil
        }
    }

    func moment(_ fields: Fields) -> Timestamp? {
        guard let text = fields.text("startsAt"), let node = fields["startsAt"] else { return nil }
        if let moment = Timestamp(text), moment.milliseconds >= Identifier.origin { return moment }
        findings.error(.wrongValue, at: node.place, "`startsAt` is a time since 2020, 2026-01-05T09:00:00Z")
        return nil
    }

    private static let cancelKeys = ["at", "is", "after", "reason"]

    /// `{ at: step, is: state }` or `{ after: PT2H }`, with a reason.
    func cancellation(_ node: Located?) -> Answers.Cancellation? {
        guard let node, let fields = Fields(node, "`cancel`", keys: Self.cancelKeys, findings) else { return nil }
        let reason = fields.text("reason") ?? Answers.Cancellation(.after(.zero)).reason
        if fields.has("after"), fields.has("at") {
            findings.error(.wrongValue, at: fields.keyPlace("at"), "`cancel` comes at a step or after a time, not both")
        }
        if let after = fields.interval("after") { return .init(.after(after), reason: reason) }
        guard let step = fields.required("at"), let name = fields.text("at") else { return nil }
        checkStep(name, at: step.place)
        return .init(.step(name, phase: phase(fields)), reason: reason)
    }

    private func phase(_ fields: Fields) -> String? {
        guard let word = fields.text("is"), let node = fields["is"] else { return nil }
        if Self.phases.contains(word) { return word }
        findings.unknown("state of a step", word, at: node.place, known: Self.phases)
        return nil
    }

    private static let phases = [
        StepPhase.running, .waiting, .retrying(at: .zero), .needsPerson, .completed, .skipped, .faulted, .cancelled,
    ].map(\.name)
}

/// What the answers of one kind of step may say.
struct AnswerShape {
    let what: String
    /// Each answer has one of these.
    let kinds: [String]
    let others: [String]

    var keys: [String] { kinds + others }

    private static let calls = ["output", "fails", "pending", "never", "decides"]
    static let action = AnswerShape(what: "an action", kinds: calls, others: ["takes", "times"])
    static let undo = AnswerShape(what: "an undo", kinds: calls, others: ["takes", "times"])
    static let step = AnswerShape(what: "an automatic step", kinds: calls, others: ["takes", "times", "by"])
    static let manual = AnswerShape(
        what: "a manual step",
        kinds: ["outcome", "fails", "never"],
        others: ["values", "ticks", "check", "takes", "times", "by"]
    )
    static let workflow = AnswerShape(
        what: "a step that runs a workflow",
        kinds: ["output", "fails", "never"],
        others: ["takes", "times"]
    )
}

extension AnswerShape {
    /// The shape of all steps of one name; `nil` when none of them asks anybody.
    init?(_ steps: [Stage.StepName]) {
        let shapes = steps.compactMap(\.node.answers)
        guard let first = shapes.first else { return nil }
        let same = shapes.allSatisfy { $0.what == first.what }
        func all(_ keys: (AnswerShape) -> [String]) -> [String] {
            shapes.flatMap(keys).reduce(into: []) { all, key in if !all.contains(key) { all.append(key) } }
        }
        self = same ? first : AnswerShape(what: "a step", kinds: all(\.kinds), others: all(\.others))
    }
}

extension Node {
    /// What may be written in answer to the step; `nil` for one that asks nobody.
    var answers: AnswerShape? {
        switch kind {
        case .call: .step
        case .manual: .manual
        case .workflow: .workflow
        case .sequence, .set, .choice, .loop, .parallel, .attempt, .raise, .wait, .emit, .listen: nil
        }
    }
}

extension Node {
    /// What may be written in answer to the step's undo; `nil` for one that has none.
    var undoing: AnswerShape? { compensation == nil ? nil : .undo }
}

extension ManualWork {
    private func constant(_ key: String) -> JSON? {
        guard case .object(let fields) = opening, let field = fields.first(where: { $0.key == key }),
            case .constant(let value) = field.value
        else { return nil }
        return value
    }

    /// The outcomes, where they are written and not computed.
    var outcomes: [String] {
        guard case .object(let all) = opening, all.contains(where: { $0.key == "outcomes" }) else { return ["done"] }
        return constant("outcomes")?.asArray?.compactMap(\.asString) ?? []
    }

    /// The names of the form's fields; `nil` where they are computed.
    var fields: [String]? {
        guard case .object(let all) = opening, let form = all.first(where: { $0.key == "form" }) else { return [] }
        switch form.value {
        case .object(let fields): return fields.map(\.key)
        case .constant(let value): return value.asObject?.keys ?? []
        case .expression, .array, .uri: return nil
        }
    }
}
