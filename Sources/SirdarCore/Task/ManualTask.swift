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
    /// When it is due, counted on its calendar; `nil`: it is never late.
    package let dueAt: Timestamp?
    package let atRiskAt: Timestamp?
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
    package var urgency: Urgency

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

    package enum State: Sendable, Hashable {
        /// Offered in its queue. Can go to claimed, cancelled, expired.
        case ready
        /// Owned, not begun. Can go to inProgress, ready, cancelled, expired.
        case claimed
        /// Being worked on. Can go to verifying, completed, failed, ready, cancelled, expired.
        case inProgress
        /// The automatic check after completion is running. Can go to completed, inProgress, cancelled, expired.
        case verifying(Completion)
        /// Final.
        case completed(Completion)
        /// Final: its owner says that it cannot be done.
        case failed(code: String, text: String)
        /// Final: what it was for is over.
        case cancelled
        /// Final: it took longer than it may.
        case expired

        package var name: String {
            switch self {
            case .ready: "ready"
            case .claimed: "claimed"
            case .inProgress: "in_progress"
            case .verifying: "verifying"
            case .completed: "completed"
            case .failed: "failed"
            case .cancelled: "cancelled"
            case .expired: "expired"
            }
        }

        package var isFinal: Bool {
            switch self {
            case .ready, .claimed, .inProgress, .verifying: false
            case .completed, .failed, .cancelled, .expired: true
            }
        }
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

        package init(outcome: String, values: JSON.Object, by: String, at: Timestamp) {
            self.outcome = outcome
            self.values = values
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
        [
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
    }

    /// `$task` in the deferred parts of the definition.
    package var descriptor: JSON {
        [
            "id": .string(id.description), "title": .string(spec.title), "queue": .string(queue),
            "owner": owner.map { .string($0.person) } ?? .null, "about": spec.about,
        ]
    }
}

extension ManualTask {
    /// The three stages that queues are ordered by.
    package enum Stage: Int, Sendable, Hashable {
        case ready = 0
        case held = 1
        case ended = 2
    }

    package var stage: Stage {
        switch state {
        case .ready: .ready
        case .claimed, .inProgress, .verifying: .held
        case .completed, .failed, .cancelled, .expired: .ended
        }
    }
}

extension TaskSpec {
    /// The skills as one text, the same for every order: what makes two tasks' demands the same.
    package var skillSet: String { Self.skillSet(skills) }

    package static func skillSet(_ skills: [String]) -> String { Set(skills).sorted().joined(separator: " ") }
}
