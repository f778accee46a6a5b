package import JSON

/// What has happened to a task, in the past tense.
package enum TaskEvent: Sendable, Hashable {
    case claimed(by: Worker)
    case started(by: Worker)
    case released(by: Worker, note: String)
    case drafted(by: Worker, values: JSON.Object)
    case ticked(by: Worker, item: String, evidence: String?)
    case completed(by: Worker, Submission)
    case failed(by: Worker, code: String, text: String)
    case checked(ManualTask.Check)
    /// What it was for is over.
    case closed(expired: Bool)
    /// It has come to be at risk, or overdue.
    case aged

    /// The event's name, as the journal writes it.
    package var name: String {
        switch self {
        case .claimed: "task.claimed"
        case .started: "task.started"
        case .released: "task.released"
        case .drafted: "task.drafted"
        case .ticked: "task.ticked"
        case .completed: "task.completed"
        case .failed: "task.failed"
        case .checked: "task.checked"
        case .closed: "task.closed"
        case .aged: "task.aged"
        }
    }
}

/// Who works: what the rules of a task look at.
package struct Worker: Sendable, Hashable {
    package let person: String
    /// The queues that the person is a member of.
    package let queues: Set<String>
    package let skills: Set<String>
    package let isSupervisor: Bool

    package init(person: String, queues: Set<String>, skills: Set<String>, isSupervisor: Bool) {
        self.person = person
        self.queues = queues
        self.skills = skills
        self.isSupervisor = isSupervisor
    }

    /// Whether this person may hold the task at all, whoever holds it now.
    package func mayWork(on task: ManualTask) throws(TaskRefusal) {
        guard queues.contains(task.queue) else { throw .notInQueue(task.queue) }
        let lacking = task.spec.skills.filter { !skills.contains($0) }
        guard lacking.isEmpty else { throw .lacksSkills(lacking) }
        if let exclusion = task.excluded.first(where: { $0.person == person }) { throw .excluded(why: exclusion.why) }
    }
}

/// What a person hands in to complete a task.
package struct Submission: Sendable, Hashable {
    package var outcome: String
    package var values: JSON.Object
    package var ticks: [TickedItem]
    /// The fence that the person's page shows; `nil` when it shows none.
    package var fence: Int64?
    /// What the pinned runbook demands.
    package var checklist: Checklist
    /// Whether the definition has an automatic check for this outcome.
    package var verifies: Bool

    package struct TickedItem: Sendable, Hashable {
        package let item: String
        package let evidence: String?

        package init(item: String, evidence: String?) {
            self.item = item
            self.evidence = evidence
        }
    }

    package init(
        outcome: String,
        values: JSON.Object = [:],
        ticks: [TickedItem] = [],
        fence: Int64? = nil,
        checklist: Checklist = Checklist(items: []),
        verifies: Bool = false
    ) {
        self.outcome = outcome
        self.values = values
        self.ticks = ticks
        self.fence = fence
        self.checklist = checklist
        self.verifies = verifies
    }
}

/// The items of a runbook that the engine understands.
package struct Checklist: Sendable, Hashable {
    package let items: [Item]

    package struct Item: Sendable, Hashable {
        package let id: String
        package let text: String
        package let isRequired: Bool
        /// What must be given with the tick; `nil`: nothing.
        package let evidence: String?

        package init(id: String, text: String, isRequired: Bool, evidence: String?) {
            self.id = id
            self.text = text
            self.isRequired = isRequired
            self.evidence = evidence
        }
    }

    package init(items: [Item]) { self.items = items }

    /// What still stands between the task and its completion.
    func missing(_ ticks: [ManualTask.Tick]) -> [FieldError] {
        items.compactMap { item in
            guard let tick = ticks.first(where: { $0.item == item.id }) else {
                return item.isRequired ? FieldError(pointer: "/ticks/\(item.id)", "Not ticked yet: \(item.text)") : nil
            }
            guard let evidence = item.evidence, tick.evidence?.isEmpty ?? true else { return nil }
            return FieldError(pointer: "/ticks/\(item.id)", "Evidence is missing (\(evidence)): \(item.text)")
        }
    }

    func unknown(_ ticks: [Submission.TickedItem]) -> [FieldError] {
        ticks.filter { tick in !items.contains { $0.id == tick.item } }.map { tick in
            let known = items.map(\.id).joined(separator: ", ")
            return FieldError(
                pointer: "/ticks/\(tick.item)",
                "The runbook has no such item. Its items are: \(known.isEmpty ? "none" : known)."
            )
        }
    }
}

/// A task's rules say no; the sentence says who, since when, and what to do.
package enum TaskRefusal: Error, Sendable, Hashable {
    case heldBy(String, since: Timestamp)
    case notClaimed
    case alreadyStarted
    case ended(String, outcome: String?)
    case notInQueue(String)
    case lacksSkills([String])
    case excluded(why: String)
    case noteNeeded
    case beingVerified
    case notVerifying
    case staleFence(awaited: Int64)
    case invalid([FieldError])

    /// The code that programs look at.
    package var code: String {
        switch self {
        case .heldBy: "task-held"
        case .notClaimed: "task-not-claimed"
        case .alreadyStarted: "task-already-started"
        case .ended: "task-ended"
        case .notInQueue: "not-in-queue"
        case .lacksSkills: "lacks-skills"
        case .excluded: "separation-of-duties"
        case .noteNeeded: "note-needed"
        case .beingVerified: "being-verified"
        case .notVerifying: "not-verifying"
        case .staleFence: "stale-fence"
        case .invalid: "invalid"
        }
    }

    /// What to tell the person who was refused; `name` turns a person's identifier into a name.
    package func sentence(name: (String) -> String = { $0 }) -> String {
        switch self {
        case .heldBy(let person, let since):
            "\(name(person)) holds this task since \(since). Ask them, or take another one."
        case .notClaimed: "Nobody holds this task. Claim it first."
        case .alreadyStarted: "It has already been started."
        case .ended(let state, let outcome):
            "This task has ended: \(state)\(outcome.map { ", \($0)" } ?? ""). Nothing more can be done to it."
        case .notInQueue(let queue): "You are not a member of the queue \(queue). A supervisor can add you."
        case .lacksSkills(let skills):
            "This task needs a skill that you do not have: \(skills.joined(separator: ", "))."
        case .excluded(let why): why
        case .noteNeeded: "Say why, in a sentence: the next person reads it."
        case .beingVerified: "Its automatic check is running. Wait for its answer."
        case .notVerifying: "No check of this task is running."
        case .staleFence:
            "The task has had another owner since this page was loaded. Load it again; what you typed is kept."
        case .invalid(let errors): errors.map(\.detail).joined(separator: " ")
        }
    }
}

extension Form {
    /// The same fields, none of them required.
    var optional: Form {
        Form(
            fields: fields.map { field in
                Field(
                    name: field.name,
                    kind: field.kind,
                    label: field.label,
                    help: field.help,
                    required: false,
                    initial: field.initial,
                    rules: field.rules
                )
            }
        )
    }
}
