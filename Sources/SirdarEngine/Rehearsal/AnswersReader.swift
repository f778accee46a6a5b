import JSON
import SirdarCore

/// Reads answers as people write them, in a file of their own or in a scenario.
///
/// Whatever it names (steps, actions, outcomes, fields) is held to the workflow that the answers are for.
struct AnswersReader {
    let stage: Stage
    let findings: Findings
    private let steps: [Stage.StepName]

    static let keys = ["steps", "undo", "actions", "events", "cancel", "requester", "startsAt", "seed"]

    init(_ stage: Stage, of workflow: Vocabulary.WorkflowName, _ findings: Findings) {
        self.stage = stage
        self.findings = findings
        steps = stage.steps(of: workflow)
    }

    /// Reads a file of answers; one with nothing in it answers nothing.
    func read(_ root: Located) -> Answers {
        guard !root.isNull, let fields = Fields(root, "a file of answers", keys: Self.keys, findings) else {
            return Answers()
        }
        return read(fields)
    }

    /// Reads the keys of answers, wherever they stand.
    func read(_ fields: Fields) -> Answers {
        var answers = Answers()
        answers.steps = named(fields["steps"], "`steps`", known: \.answers) { series($0, $1) }
        answers.undo = named(fields["undo"], "`undo`", known: \.undoing) { node, _ in series(node, .undo, of: []) }
        answers.actions = actions(fields["actions"])
        answers.events = events(fields["events"])
        answers.cancel = cancellation(fields["cancel"])
        answers.requester = fields.text("requester")
        answers.startsAt = moment(fields)
        answers.seed = fields.int("seed").map { UInt64($0) }
        return answers
    }

    // MARK: Names

    private func nodes(named name: String) -> [Stage.StepName] {
        steps.filter { $0.path == name || $0.node.name == name || (!$0.path.contains("/") && $0.node.pointer == name) }
    }

    /// Tells of a step that does not exist.
    func checkStep(_ name: String, at place: Place) {
        guard nodes(named: name).isEmpty else { return }
        findings.unknown("step", name, at: place, known: Set(steps.map(\.node.name)))
    }

    /// Reads a map of steps' names; `known` says which steps may be named there.
    private func named(
        _ node: Located?,
        _ what: String,
        known: (Node) -> AnswerShape?,
        _ read: (Located, [Stage.StepName]) -> Answers.Series?
    ) -> [String: Answers.Series] {
        var answers: [String: Answers.Series] = [:]
        for member in members(node, what) {
            let named = nodes(named: member.key)
            let meant = named.filter { known($0.node) != nil }
            if meant.isEmpty {
                tell(member, what, exists: !named.isEmpty, known: steps.filter { known($0.node) != nil })
            } else {
                answers[member.key] = read(member.value, meant)
            }
        }
        return answers
    }

    private func tell(_ member: Located.Member, _ what: String, exists: Bool, known: [Stage.StepName]) {
        let names = Set(known.map(\.node.name))
        guard exists else { return findings.unknown("step", member.key, at: member.keyPlace, known: names) }
        let why = what == "`undo`" ? "has no `metadata.compensation`" : "asks nobody"
        findings.error(
            .wrongValue,
            at: member.keyPlace,
            "the step `\(member.key)` \(why), and so needs no answer",
            allowed: Array(names.sorted().prefix(Findings.allowedMax))
        )
    }

    private func actions(_ node: Located?) -> [String: Answers.Series] {
        var answers: [String: Answers.Series] = [:]
        let known = stage.vocabulary.functions
        for member in members(node, "`actions`") {
            if known[member.key] == nil {
                findings.unknown("action", member.key, at: member.keyPlace, known: known.keys)
            } else {
                answers[member.key] = series(member.value, .action, of: [])
            }
        }
        return answers
    }

    // MARK: Events

    /// What comes from the world: an event's attributes and data, and how long after the start it comes.
    private func events(_ node: Located?) -> [Answers.Happening] {
        guard let node, !node.isNull else { return [] }
        guard let elements = node.list else {
            findings.mismatch(node, "`events`", wants: "a list of events")
            return []
        }
        return elements.enumerated().compactMap { position, element in event(element, position) }
    }

    private func event(_ node: Located, _ position: Int) -> Answers.Happening? {
        guard let fields = Fields(node, "an event", keys: ["after", "with"], findings),
            let with = fields.required("with")
        else { return nil }
        let after = fields.interval("after") ?? .zero
        guard var envelope = with.json.asObject else {
            findings.mismatch(with, "`with`", wants: "a map of the event's attributes and its data")
            return nil
        }
        envelope["specversion"] = envelope["specversion"] ?? .string(CloudEvent.specVersion)
        envelope["id"] = envelope["id"] ?? .string("\(position + 1)")
        envelope["source"] = envelope["source"] ?? "urn:sirdar:rehearsal"
        do throws(FieldErrors) {
            return Answers.Happening(after: after, event: try CloudEvent(envelope: envelope))
        } catch {
            for error in error.errors { findings.error(.wrongValue, at: with.place, "\(error.detail)") }
            return nil
        }
    }

    // MARK: Series

    private func series(_ node: Located, _ steps: [Stage.StepName]) -> Answers.Series? {
        AnswerShape(steps).flatMap { series(node, $0, of: steps.map(\.node)) }
    }

    private func series(_ node: Located, _ shape: AnswerShape, of nodes: [Node]) -> Answers.Series? {
        guard let elements = node.list else { return answer(node, shape, nodes).map { Answers.Series(always: $0) } }
        if elements.isEmpty { findings.error(.wrongValue, at: node.place, "a list of answers has at least one") }
        return Answers.Series(elements.compactMap { answer($0, shape, nodes) })
    }

    private func answer(_ node: Located, _ shape: AnswerShape, _ nodes: [Node]) -> Answer? {
        let before = findings.diagnostics.count
        guard let fields = Fields(node, "an answer of \(shape.what)", keys: shape.keys, findings) else { return nil }
        // A key that is none says enough: one mistake, one message.
        guard findings.diagnostics.count == before || shape.kinds.contains(where: fields.has) else { return nil }
        guard let kind = kind(fields, shape, nodes) else { return nil }
        return Answer(
            kind,
            takes: fields.interval("takes") ?? .zero,
            times: fields.int("times", in: 1...10_000) ?? 1,
            check: fields["check"].flatMap(check),
            decides: fields.has("fails") ? fields["decides"].flatMap { decision($0, nodes) } : nil,
            person: fields.text("by")
        )
    }

    private func kind(_ fields: Fields, _ shape: AnswerShape, _ nodes: [Node]) -> Answer.Kind? {
        let told = shape.kinds.filter { fields.has($0) && !($0 == "decides" && fields.has("fails")) }
        guard let first = told.first else {
            let message = "an answer of \(shape.what) says what comes of it"
            findings.error(.missingKey, at: fields.place, message, allowed: shape.kinds)
            return nil
        }
        if told.count > 1 {
            let place = fields.keyPlace(told[1])
            findings.error(
                .wrongValue,
                at: place,
                "an answer says one thing, and this says `\(first)` and `\(told[1])`"
            )
        }
        guard let node = fields[first] else { return nil }
        switch first {
        case "output": return .output(node.json)
        case "fails": return failure(node).map(Answer.Kind.failure)
        case "pending": return findings.interval(node, "`pending`").map(Answer.Kind.pending)
        case "never": return fields.bool("never") == false ? nil : .never
        case "decides": return decision(node, nodes).map(Answer.Kind.decision)
        default: return outcome(fields, node, nodes)
        }
    }

    // MARK: A person's work

    private func outcome(_ fields: Fields, _ node: Located, _ nodes: [Node]) -> Answer.Kind? {
        guard let outcome = fields.text("outcome") else { return nil }
        let outcomes = Set(nodes.flatMap { $0.manual?.outcomes ?? [] })
        if !outcomes.isEmpty, !outcomes.contains(outcome) {
            findings.unknown("outcome", outcome, at: node.place, known: outcomes)
        }
        var values = JSON.Object()
        let works = nodes.compactMap(\.manual)
        if fields.has("check"), works.allSatisfy({ $0.verify == nil }) {
            findings.error(.wrongValue, at: fields.keyPlace("check"), "this step has no `verify`, and so no check")
        }
        let known = Set(works.flatMap { $0.fields ?? [] })
        for member in members(fields["values"], "`values`") {
            if works.allSatisfy({ $0.fields != nil }), !known.contains(member.key) {
                findings.unknown("field", member.key, at: member.keyPlace, known: known)
            }
            values[member.key] = member.value.json
        }
        return .work(outcome: outcome, values: values, ticks: fields.has("ticks") ? ticks(fields["ticks"]) : nil)
    }

    /// A list of items, or a map of items with their evidence.
    private func ticks(_ node: Located?) -> [Submission.TickedItem] {
        if let elements = node?.list {
            return elements.compactMap(\.text).map { Submission.TickedItem(item: $0, evidence: nil) }
        }
        return members(node, "`ticks`").map { .init(item: $0.key, evidence: $0.value.text ?? $0.value.json.text) }
    }

    private func members(_ node: Located?, _ what: String) -> [Located.Member] {
        guard let node, !node.isNull else { return [] }
        if let members = node.members { return members }
        findings.mismatch(node, what, wants: "a map of names")
        return []
    }

    /// `true`, `false`, what the check gives, or `{ fails: … }`.
    private func check(_ node: Located) -> Answer.Check? {
        switch node.value {
        case .bool(let passed):
            return .output(["passed": .bool(passed), "summary": .string(passed ? "In order." : "Not yet in order.")])
        case .map where node["fails"] != nil:
            guard let fields = Fields(node, "`check`", keys: ["fails"], findings) else { return nil }
            return fields["fails"].flatMap(failure).map(Answer.Check.failure)
        case .map: return .output(node.json)
        case .null, .number, .text, .list:
            findings.mismatch(node, "`check`", wants: "true, false, or what the check gives")
            return nil
        }
    }

    /// A word, or `{ outcome, reason, input, output }`.
    private func decision(_ node: Located, _ nodes: [Node]) -> Answer.Decision? {
        let word: Located
        var decision = Answer.Decision("")
        if node.members == nil {
            word = node
        } else {
            guard let fields = Fields(node, "`decides`", keys: ["outcome", "reason", "input", "output"], findings),
                let outcome = fields.required("outcome")
            else { return nil }
            word = outcome
            decision.reason = fields.text("reason") ?? ""
            decision.input = fields["input"]?.json
            decision.output = fields["output"]?.json
        }
        let known = [TaskSpec.retryOutcome, TaskSpec.skipOutcome, TaskSpec.giveUpOutcome]
        guard let outcome = word.text, known.contains(outcome) else {
            findings.unknown("decision", word.text ?? word.json.text, at: word.place, known: known)
            return nil
        }
        if outcome == TaskSpec.skipOutcome, !nodes.isEmpty, !nodes.contains(where: \.skippable) {
            findings.error(
                .wrongValue,
                at: word.place,
                "this step may not be skipped: its `metadata` would have to say `skippable: true`"
            )
        }
        decision.outcome = outcome
        return decision
    }
}
