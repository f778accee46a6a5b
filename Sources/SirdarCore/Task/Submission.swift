package import JSON

/// What a person hands in to complete a task.
package struct Submission: Sendable, Hashable {
    package var outcome: String
    package var values: JSON.Object
    package var ticks: [TickedItem]
    /// The fence that the person's page shows; `nil` when it shows none.
    package var fence: Int64?
    /// What the pinned runbook demands.
    package var checklist: Checklist
    /// The names of the files that the task has: evidence of that kind names one.
    package var files: Set<String> = []
    /// Whether the definition has an automatic check for this outcome.
    package var verifies: Bool
    /// The skills of whoever must confirm it; `nil`: nobody need.
    package var review: [String]?

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
        review = nil
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

    /// The evidence that is a file of the task.
    package static let fileEvidence = "file"

    /// What still stands between the task and its completion.
    func missing(_ ticks: [ManualTask.Tick], files: Set<String>) -> [FieldError] {
        items.compactMap { item in
            guard let tick = ticks.first(where: { $0.item == item.id }) else {
                return item.isRequired ? FieldError(pointer: "/ticks/\(item.id)", "Not ticked yet: \(item.text)") : nil
            }
            guard let evidence = item.evidence else { return nil }
            let given = tick.evidence ?? ""
            if evidence == Self.fileEvidence, !given.isEmpty, !files.contains(given) {
                return FieldError(
                    pointer: "/ticks/\(item.id)",
                    "The task has no file called \(given): attach it, and name it as evidence of: \(item.text)"
                )
            }
            guard given.isEmpty else { return nil }
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
