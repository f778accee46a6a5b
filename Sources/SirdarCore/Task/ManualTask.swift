package import JSON

/// A person's work item in a queue.
///
/// It is an aggregate of its own: claiming or ticking an item touches the task and not the instance; only its end
/// moves the instance, in the same commit.
package struct ManualTask: Sendable, Hashable {
    package let id: Identifier
    package let instance: Identifier
    package let step: Int
    package let node: Int
    package let kind: Kind
    package let origin: Instance.Origin
    package let spec: TaskSpec
    package let createdAt: Timestamp
    /// The version of its runbook, by content hash.
    package let runbook: ContentHash?
    /// People whose hands it must not be in, with why.
    package let excluded: [Exclusion]

    /// Grows by one with each change; what a commit expects.
    package var version: Int64
    /// Grows with each owner, so that a page left open cannot act for the next one.
    package var fence: Int64
    package var state: State
    package var queue: String
    package var priority: TaskSpec.Priority
    package var owner: Owner?
    /// What was typed so far; kept through a release and a failed check.
    package var draft: JSON.Object
    package var ticks: [Tick]
    package var lastCheck: Check?
    /// A supervisor's word that the check need not pass.
    package var waiver: Waiver?
    /// When it is due, counted on its calendar; `nil`: it is never late. A wait for the requester moves it.
    package var dueAt: Timestamp?
    package var atRiskAt: Timestamp?
    package var urgency: Urgency
    /// How often it was brought to somebody's attention.
    package var escalation: Int
    /// When somebody last did something with it.
    package var activeAt: Timestamp
    /// Reminders to its owner since then.
    package var reminders: Int
    package var hours: TaskHours

    package init(
        id: Identifier,
        instance: Identifier,
        open: Effect.OpenTask,
        origin: Instance.Origin,
        createdAt: Timestamp,
        dueAt: Timestamp? = nil,
        atRiskAt: Timestamp? = nil,
        runbook: ContentHash? = nil,
        excluded: [Exclusion] = []
    ) {
        self.id = id
        self.instance = instance
        step = open.step
        node = open.node
        kind = open.kind
        spec = open.spec
        self.origin = origin
        self.createdAt = createdAt
        self.dueAt = dueAt
        self.atRiskAt = atRiskAt
        self.runbook = runbook
        self.excluded = excluded
        version = 1
        fence = 0
        state = .ready
        queue = open.spec.queue
        priority = open.spec.priority
        draft = [:]
        ticks = []
        urgency = .inTime
        escalation = 0
        activeAt = createdAt
        reminders = 0
        hours = TaskHours(from: createdAt)
    }
}

extension ManualTask {
    package enum Kind: Int, Sendable, Hashable, CaseIterable {
        /// A manual step of the workflow.
        case manual = 0
        /// An automatic step gave up, and a person decides.
        case triage = 1

        package var name: String { self == .manual ? "manual" : "triage" }
    }

    /// How its due time stands. Stored, and moved by a timer in a commit of its own, so that queues stay in order.
    package enum Urgency: Int, Sendable, Hashable, CaseIterable, Comparable {
        case inTime = 0
        case atRisk = 1
        case overdue = 2

        package var name: String {
            switch self {
            case .inTime: "in_time"
            case .atRisk: "at_risk"
            case .overdue: "overdue"
            }
        }

        package static func < (left: Urgency, right: Urgency) -> Bool { left.rawValue < right.rawValue }
    }

    /// What the task's due times say at a moment.
    package func urgency(at now: Timestamp) -> Urgency {
        if let dueAt, now >= dueAt { return .overdue }
        if let atRiskAt, now >= atRiskAt { return .atRisk }
        return .inTime
    }

    /// Where it stands in its queue, the smallest first: priority, then urgency, then what is due first.
    package var rank: Int64 {
        let due = min(max(dueAt?.milliseconds ?? Self.latest, 0), Self.latest)
        return Int64(TaskSpec.Priority.urgent.rawValue - priority.rawValue) << 58
            | Int64(Urgency.overdue.rawValue - urgency.rawValue) << 56 | due
    }

    private static let latest: Int64 = (1 << 56) - 1

    package struct Owner: Sendable, Hashable {
        package let person: String
        package let since: Timestamp

        package init(person: String, since: Timestamp) {
            self.person = person
            self.since = since
        }
    }

    package struct Exclusion: Sendable, Hashable {
        package let person: String
        package let why: String

        package init(person: String, why: String) {
            self.person = person
            self.why = why
        }
    }

    /// An item of the runbook's checklist that has been ticked.
    package struct Tick: Sendable, Hashable {
        package let item: String
        package let evidence: String?
        package let by: String
        package let at: Timestamp

        package init(item: String, evidence: String?, by: String, at: Timestamp) {
            self.item = item
            self.evidence = evidence
            self.by = by
            self.at = at
        }
    }

    /// What a person entered to complete the task.
    package struct Completion: Sendable, Hashable {
        package let outcome: String
        package let values: JSON.Object
        package let by: String
        package let at: Timestamp
        /// The skills that a second person needs to confirm it; `nil`: nobody need confirm it.
        package let review: [String]?
        /// Who confirmed it.
        package var reviewedBy: String?

        package init(outcome: String, values: JSON.Object, by: String, at: Timestamp, review: [String]? = nil) {
            self.outcome = outcome
            self.values = values
            self.by = by
            self.at = at
            self.review = review
        }
    }

    /// Who said that a failed or impossible check need not pass.
    package struct Waiver: Sendable, Hashable {
        package let by: String
        package let at: Timestamp

        package init(by: String, at: Timestamp) {
            self.by = by
            self.at = at
        }
    }

    /// What the automatic check said.
    package struct Check: Sendable, Hashable {
        package let result: Result
        /// For people: what was found, where.
        package let output: JSON
        package let at: Timestamp

        package enum Result: String, Sendable, Hashable, CaseIterable {
            case passed
            /// The work is not right yet.
            case failed
            /// The check itself could not be made.
            case impossible
        }

        package init(_ result: Result, output: JSON, at: Timestamp) {
            self.result = result
            self.output = output
            self.at = at
        }
    }

    /// The output of the step: what the workflow sees of the person's work.
    package func document(_ completion: Completion) -> JSON {
        var document: JSON.Object = [
            "outcome": .string(completion.outcome),
            "values": .object(completion.values),
            "completedBy": .string(completion.by),
            "completedAt": .string(completion.at.description),
            "evidence": .array(
                ticks.map { tick in
                    var object: JSON.Object = ["item": .string(tick.item), "by": .string(tick.by)]
                    object["evidence"] = tick.evidence.map(JSON.string)
                    return .object(object)
                }
            ),
        ]
        document["reviewedBy"] = completion.reviewedBy.map(JSON.string)
        return .object(document)
    }

    /// `$task` in the deferred parts of the definition.
    package var descriptor: JSON {
        [
            "id": .string(id.description), "title": .string(spec.title), "queue": .string(queue),
            "owner": owner.map { .string($0.person) } ?? .null, "about": spec.about,
        ]
    }
}

extension TaskSpec {
    /// The skills as one text, the same for every order: what makes two tasks' demands the same.
    package var skillSet: String { Self.skillSet(skills) }

    package static func skillSet(_ skills: [String]) -> String { Set(skills).sorted().joined(separator: " ") }
}
