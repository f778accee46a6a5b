import JSON
import SirdarCore

/// Reads a file of scenarios: a workflow, what is given to all of them, and the scenarios.
struct ScenarioReader {
    let stage: Stage
    let findings: Findings

    private static let keys = ["workflow", "version", "given", "scenarios"]
    private static let scenarioKeys = ["title", "given", "when", "then"]
    private static let expectationKeys = [
        "status", "output", "problem", "steps", "ran", "notRan", "tasks", "undone", "calls", "took",
    ]

    init(_ stage: Stage, _ findings: Findings) {
        self.stage = stage
        self.findings = findings
    }

    func read(_ root: Located) -> [Scenario] {
        guard let fields = Fields(root, "a file of scenarios", keys: Self.keys, findings),
            let workflow = workflow(fields)
        else { return [] }
        let answers = AnswersReader(stage, of: workflow, findings)
        let common = given(fields["given"], answers)
        guard let list = fields.required("scenarios") else { return [] }
        guard let nodes = list.list else {
            findings.mismatch(list, "`scenarios`", wants: "a list")
            return []
        }
        if nodes.isEmpty { findings.error(.wrongValue, at: list.place, "there is no scenario") }
        var seen: [String: Int] = [:]
        return nodes.compactMap { node in
            guard let scenario = scenario(node, workflow, common, answers) else { return nil }
            if let line = seen[scenario.title] {
                findings.error(.duplicateName, at: node.place, "this title is here already, in line \(line)")
            }
            seen[scenario.title] = node.place.line
            return scenario
        }
    }

    private func workflow(_ fields: Fields) -> Vocabulary.WorkflowName? {
        guard let name = fields.requiredText("workflow"), let node = fields["workflow"] else { return nil }
        guard let newest = stage.newest(name) else {
            findings.unknown("sound workflow", name, at: node.place, known: Set(stage.definitions.keys.map(\.name)))
            return nil
        }
        guard let version = fields.text("version"), let place = fields["version"]?.place else { return newest }
        let wanted = Vocabulary.WorkflowName(namespace: newest.namespace, name: name, version: version)
        if stage.definitions[wanted] != nil { return wanted }
        let known = stage.definitions.keys.filter { $0.name == name }.map(\.version)
        findings.unknown("version", version, in: "`\(name)`", at: place, known: known)
        return nil
    }

    private func given(_ node: Located?, _ reader: AnswersReader) -> (input: JSON?, answers: Answers) {
        guard let node, !node.isNull,
            let fields = Fields(node, "`given`", keys: ["input"] + AnswersReader.keys, findings)
        else { return (nil, Answers()) }
        return (fields["input"]?.json, reader.read(fields))
    }

    private func scenario(
        _ node: Located,
        _ workflow: Vocabulary.WorkflowName,
        _ common: (input: JSON?, answers: Answers),
        _ reader: AnswersReader
    ) -> Scenario? {
        guard let fields = Fields(node, "a scenario", keys: Self.scenarioKeys, findings) else { return nil }
        let own = given(fields["given"], reader)
        var answers = own.answers.over(common.answers)
        if let when = fields["when"], !when.isNull,
            let keys = Fields(when, "`when`", keys: AnswersReader.keys, findings)
        {
            answers = reader.read(keys).over(answers)
        }
        let expected = fields.required("then").flatMap { expectation($0, reader) }
        guard let title = fields.requiredText("title"), let expected else { return nil }
        return Scenario(
            title: title,
            workflow: workflow,
            place: node.place,
            input: (common.input ?? [:]).merged(with: own.input ?? [:]),
            answers: answers,
            expected: expected
        )
    }

    // MARK: Then

    private func expectation(_ node: Located, _ reader: AnswersReader) -> Expectation? {
        guard let fields = Fields(node, "`then`", keys: Self.expectationKeys, findings) else { return nil }
        return Expectation(
            status: status(fields),
            output: fields["output"].map { Wanted.read($0, findings) },
            problem: fields["problem"].map { problem($0) },
            steps: names(fields, "steps", reader),
            ran: names(fields, "ran", reader) ?? [],
            notRan: names(fields, "notRan", reader) ?? [],
            tasks: tasks(fields, reader),
            undone: names(fields, "undone", reader),
            calls: calls(fields["calls"], reader),
            took: fields.interval("took")
        )
    }

    private func status(_ fields: Fields) -> Instance.Status? {
        guard let word = fields.text("status"), let node = fields["status"] else { return nil }
        let ends = Instance.Status.allCases.filter(\.isFinal)
        if let status = ends.first(where: { $0.name == word }) { return status }
        findings.unknown("end of an instance", word, at: node.place, known: ends.map(\.name))
        return nil
    }

    private func problem(_ node: Located) -> Wanted {
        if node.members != nil {
            _ = Fields(node, "`problem`", keys: ["type", "status", "title", "detail", "instance"], findings)
        }
        return Wanted.read(node, findings)
    }

    private func names(_ fields: Fields, _ key: String, _ reader: AnswersReader) -> [String]? {
        guard let nodes = fields.texts(key) else { return nil }
        for node in nodes { reader.checkStep(node.text ?? "", at: node.place) }
        return nodes.compactMap(\.text)
    }

    /// A task is the name of its step, or what must be true of it.
    private func tasks(_ fields: Fields, _ reader: AnswersReader) -> [Wanted]? {
        guard let node = fields["tasks"] else { return nil }
        guard let elements = node.list else {
            findings.mismatch(node, "`tasks`", wants: "a list of tasks")
            return nil
        }
        return elements.map { element in
            if let step = element.text {
                reader.checkStep(step, at: element.place)
                return .members([.init(key: "step", wanted: .value(.string(step)))])
            }
            let task = Fields(element, "a task", keys: Account.Task.keys, findings)
            if let step = task?["step"], let name = step.text, !step.isExpression {
                reader.checkStep(name, at: step.place)
            }
            return Wanted.read(element, findings)
        }
    }

    private func calls(_ node: Located?, _ reader: AnswersReader) -> [(step: String, with: Wanted)] {
        guard let node, !node.isNull else { return [] }
        guard let members = node.members else {
            findings.mismatch(node, "`calls`", wants: "a map of steps with what they are given")
            return []
        }
        return members.map { member in
            reader.checkStep(member.key, at: member.keyPlace)
            return (member.key, Wanted.read(member.value, findings))
        }
    }
}

extension JSON {
    /// This value with another's members put over its own, in maps within maps too; anything else is replaced.
    fileprivate func merged(with other: JSON) -> JSON {
        guard var object = asObject, let changes = other.asObject else { return other }
        for (key, change) in changes { object[key] = object[key]?.merged(with: change) ?? change }
        return .object(object)
    }
}
