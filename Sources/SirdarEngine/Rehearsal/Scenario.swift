package import JSON
package import SirdarCore

/// What an author expects of a workflow: given this, when that happens, then this comes of it.
package struct Scenario: Sendable {
    package let title: String
    package let workflow: Vocabulary.WorkflowName
    package let place: Place
    package let input: JSON
    package let answers: Answers
    package let expected: Expectation

    package init(
        title: String,
        workflow: Vocabulary.WorkflowName,
        place: Place = .start,
        input: JSON,
        answers: Answers,
        expected: Expectation
    ) {
        self.title = title
        self.workflow = workflow
        self.place = place
        self.input = input
        self.answers = answers
        self.expected = expected
    }
}

/// What must be true when a scenario has run; what is not said does not matter.
package struct Expectation: Sendable {
    package var status: Instance.Status?
    package var output: Wanted?
    package var problem: Wanted?
    /// The steps that did something by themselves, all of them, in the order in which they began.
    package var steps: [String]?
    /// Steps that ran in this order, with any others before, between and after.
    package var ran: [String]
    package var notRan: [String]
    /// The tasks that were opened, all of them, in order.
    package var tasks: [Wanted]?
    /// The steps that were undone, all of them, in order.
    package var undone: [String]?
    /// What the first call of a step was given.
    package var calls: [(step: String, with: Wanted)]
    package var took: Interval?
}

extension Scenario {
    package struct Result: Sendable {
        package let scenario: Scenario
        package let account: Account
        package let differences: [Difference]

        package var passed: Bool { differences.isEmpty }
    }

    /// Something that is not as it should be.
    package struct Difference: Sendable, Hashable {
        /// The key of `then` that it is about.
        package let key: String
        package let lines: [String]

        package init(_ key: String, _ lines: [String]) {
            self.key = key
            self.lines = lines
        }
    }

    /// Rehearses the workflow, and compares.
    package func run(on stage: Stage) -> Result {
        var rehearsal = Rehearsal(on: stage, answers)
        let account = rehearsal.run(workflow, input)
        if let interruption = account.interruption {
            let advice = interruption.advice.isEmpty ? [] : ["Write:"] + interruption.advice
            return Result(
                scenario: self,
                account: account,
                differences: [Difference("it could not go on", [interruption.text] + advice)]
            )
        }
        return Result(scenario: self, account: account, differences: expected.differences(from: account, input))
    }
}

extension Expectation {
    /// Everything that is not as it should be.
    func differences(from account: Account, _ input: JSON) -> [Scenario.Difference] {
        var found: [Scenario.Difference] = []
        func tell(_ key: String, _ lines: [String]) {
            if !lines.isEmpty { found.append(.init(key, lines)) }
        }
        tell("status", statusDifference(account))
        let output = output?.differences(from: account.output, at: "output", input: input, isWhole: true)
        tell("output", output ?? [])
        let problem = problem?.differences(from: account.problem?.json, at: "problem", input: input, isWhole: false)
        tell("problem", problem ?? [])
        if let steps { tell("steps", Self.lists(wanted: steps, found: account.steps)) }
        if let undone { tell("undone", Self.lists(wanted: undone, found: account.undone)) }
        tell("ran", missing(account))
        tell("notRan", notRan.filter(account.steps.contains).map { "`\($0)` ran" })
        tell("tasks", taskDifferences(account, input))
        tell("calls", calls.flatMap { callDifferences($0.step, $0.with, account, input) })
        if let took, took != account.took { tell("took", ["it took \(account.took), and not \(took)"]) }
        return found
    }

    private func statusDifference(_ account: Account) -> [String] {
        guard let status, status != account.status else { return [] }
        let why = account.problem.map { ": \($0.title). \($0.detail ?? "")" } ?? ""
        return ["it is \(account.status.name), and not \(status.name)\(why)"]
    }

    private func missing(_ account: Account) -> [String] {
        var rest = account.steps[...]
        for step in ran {
            guard let position = rest.firstIndex(of: step) else {
                let before = account.steps.contains(step) ? "ran, but not in this order" : "did not run"
                return ["`\(step)` \(before); these ran: \(account.steps.joined(separator: ", "))"]
            }
            rest = rest[(position + 1)...]
        }
        return []
    }

    private func taskDifferences(_ account: Account, _ input: JSON) -> [String] {
        guard let tasks else { return [] }
        let opened = account.tasks.map(\.json)
        guard tasks.count == opened.count else {
            let names = account.tasks.map(\.path).joined(separator: ", ")
            return ["\(opened.count) were opened, and not \(tasks.count): \(names.isEmpty ? "none" : names)"]
        }
        return zip(tasks, opened).enumerated().flatMap { index, pair in
            pair.0.differences(from: pair.1, at: "tasks[\(index)]", input: input, isWhole: false)
        }
    }

    private func callDifferences(_ step: String, _ wanted: Wanted, _ account: Account, _ input: JSON) -> [String] {
        let call = account.calls.first { $0.path == step && !$0.undoes }
        guard let call else { return ["`\(step)` called nothing"] }
        return wanted.differences(from: call.input, at: step, input: input, isWhole: false)
    }

    /// What is missing from a list with `-`, what is too much with `+`.
    private static func lists(wanted: [String], found: [String]) -> [String] {
        guard wanted != found else { return [] }
        var lines = wanted.map { "  \($0)" }
        let changes = found.difference(from: wanted)
        for case .remove(let offset, let element, _) in changes { lines[offset] = "- \(element)" }
        // What is inserted stands where it is found; what was removed before it is still in the list.
        for case .insert(let offset, let element, _) in changes {
            let place = Self.place(of: offset, in: lines)
            lines.insert("+ \(element)", at: place)
        }
        return lines
    }

    /// The place in the marked list of what is to be the element `offset` of the found one.
    private static func place(of offset: Int, in lines: [String]) -> Int {
        var kept = 0
        for (index, line) in lines.enumerated() {
            if kept == offset { return index }
            if !line.hasPrefix("- ") { kept += 1 }
        }
        return lines.count
    }
}

extension Account.Task {
    static let keys = [
        "step", "kind", "queue", "title", "priority", "skills", "runbook", "form", "fields", "outcomes", "state",
        "outcome", "doneBy", "excluded", "returns", "due", "urgency", "about",
    ]

    /// The task, as scenarios and programs see it.
    package var json: JSON {
        let spec = task.spec
        return [
            "step": .string(path), "kind": .string(task.kind.name), "queue": .string(task.queue),
            "title": .string(spec.title), "priority": .string(spec.priority.name),
            "skills": .array(spec.skills.map(JSON.string)), "runbook": spec.runbook.map(JSON.string) ?? .null,
            "form": .array(spec.form.fields.map { .string($0.name) }), "fields": spec.json["form"] ?? [:],
            "outcomes": .array(spec.outcomes.map(JSON.string)), "state": .string(task.state.name),
            "outcome": task.completion.map { .string($0.outcome) } ?? .null,
            "doneBy": task.owner.map { .string($0.person) } ?? .null,
            "excluded": .array(task.excluded.map { .string($0.person) }), "returns": .number(JSON.Number(returns)),
            "due": task.dueAt.map { .string($0.since(task.createdAt).description) } ?? .null,
            "urgency": .string(task.urgency.name), "about": spec.about,
        ]
    }
}
