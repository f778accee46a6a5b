package import JSON

/// What a task asks of people, with every expression evaluated: fixed when the task opens.
package struct TaskSpec: Sendable, Hashable {
    /// The fields that the definition wrote, as they came out.
    package let json: JSON
    package let title: String
    package let queue: String
    package let skills: [String]
    package let priority: Priority
    package let runbook: String?
    package let due: Due?
    package let form: Form
    package let outcomes: [String]
    /// Whose hands it must not be in: `requester`, or the names of steps whose actors are excluded.
    package let notBy: [String]
    package let skippable: Bool

    package enum Priority: Int, Sendable, Hashable, CaseIterable, Comparable {
        case low = 0
        case normal = 1
        case high = 2
        case urgent = 3

        package init?(name: String) {
            guard let found = Self.allCases.first(where: { $0.name == name }) else { return nil }
            self = found
        }

        package var name: String {
            switch self {
            case .low: "low"
            case .normal: "normal"
            case .high: "high"
            case .urgent: "urgent"
            }
        }

        package static func < (left: Priority, right: Priority) -> Bool { left.rawValue < right.rawValue }
    }

    /// By when; counted on a working calendar where one is named.
    package struct Due: Sendable, Hashable {
        package let after: Interval
        /// How long before the due time the task counts as at risk.
        package let atRisk: Interval?
        package let calendar: String?

        package init(after: Interval, atRisk: Interval?, calendar: String?) {
            self.after = after
            self.atRisk = atRisk
            self.calendar = calendar
        }
    }

    /// The keys that `call: manual` knows, evaluated when the task opens.
    package static let keys = [
        "title", "queue", "skills", "priority", "runbook", "due", "form", "outcomes", "separation", "skippable",
        "about",
    ]

    /// - Throws: an expression problem when what came out of the definition's expressions does not fit.
    package init(json: JSON, at pointer: String) throws(Problem) {
        func wrong(_ what: String) -> Problem { Problem(.expression, what, at: pointer) }
        guard let title = json["title"]?.asString, !title.isEmpty else { throw wrong("A task needs a title, a text.") }
        guard let queue = json["queue"]?.asString, !queue.isEmpty else { throw wrong("A task needs a queue.") }
        let priority = json["priority"]?.asString ?? "normal"
        guard let priority = Priority(name: priority) else {
            throw wrong("`priority` is \(priority): write low, normal, high or urgent.")
        }
        self.json = json
        self.title = title
        self.queue = queue
        self.priority = priority
        skills = json["skills"]?.asArray?.compactMap(\.asString) ?? []
        runbook = json["runbook"]?.asString
        due = try Self.due(json["due"], pointer)
        form = try Form(json: json["form"] ?? .null, at: pointer)
        outcomes = json["outcomes"]?.asArray?.compactMap(\.asString) ?? ["done"]
        notBy = json["separation"]?["not"]?.asArray?.compactMap(\.asString) ?? []
        skippable = json["skippable"]?.asBool ?? false
    }

    private static func due(_ json: JSON?, _ pointer: String) throws(Problem) -> Due? {
        guard let json, !json.isNull else { return nil }
        guard let after = json["after"].flatMap(Interval.init(json:)) else {
            throw Problem(.expression, "`due.after` is not a duration: write PT4H.", at: pointer)
        }
        return Due(
            after: after,
            atRisk: json["atRisk"].flatMap(Interval.init(json:)),
            calendar: json["calendar"]?.asString
        )
    }

    /// What the task is about, for people: machine, image, project.
    package var about: JSON { json["about"] ?? .null }
}

extension TaskSpec {
    package static let retryOutcome = "retry"
    package static let skipOutcome = "skip"
    package static let giveUpOutcome = "giveUp"

    /// The task that opens when an automatic step gives up.
    static func triage(
        of node: Node,
        in workflow: Workflow,
        problem: Problem,
        attempts: Int,
        isUndo: Bool = false
    ) -> TaskSpec {
        let tried = attempts == 1 ? "once" : "\(attempts) times"
        let outcomes = [retryOutcome] + (node.skippable && !isUndo ? [skipOutcome] : []) + [giveUpOutcome]
        let what = isUndo ? "Undo of \(node.title)" : node.title
        var form: JSON.Object = [
            "reason": ["type": "text", "label": "Why", "help": "Kept in the journal with your decision."]
        ]
        if !isUndo, node.call?.http == nil {
            form["input"] = [
                "type": "json", "label": "Another input",
                "help": "Only to retry: what the step is given instead, as JSON. Empty: the same as before.",
            ]
        }
        if !isUndo, node.skippable {
            form["output"] = [
                "type": "json", "label": "Output",
                "help": "Only to skip: what the step gives instead, as JSON. Empty: null.",
            ]
        }
        let document: JSON = [
            "title": .string("\(what): needs a person"),
            "queue": .string(workflow.triageQueue),
            "priority": "high",
            "outcomes": .array(outcomes.map(JSON.string)),
            "form": .object(form),
            "about": [
                "step": .string(node.name),
                "workflow": .string(workflow.document.title),
                "tried": .string(tried),
                "problem": problem.json,
            ],
        ]
        do { return try TaskSpec(json: document, at: node.pointer) } catch {
            preconditionFailure("a triage task's description is complete")
        }
    }
}
