import JSON

// `call: manual`: what a person is asked to do.
extension DefinitionReader {
    static let manualKeys = TaskSpec.keys + ["verify", "review"]

    func readManual(_ with: Located?, _ step: Fields, _ node: inout PendingNode, _ locals: [String]) {
        guard let with else {
            findings.error(.missingKey, at: node.place, "`manual` needs `with`, and in it `title` and `queue`")
            return
        }
        guard let fields = Fields(with, "the input of `manual`", keys: Self.manualKeys, findings) else { return }
        let site = Site.inside.with(locals)
        _ = fields.required("title")
        let queue = checkQueue(fields)
        if fields.has("queue") { checkBound(step, queue, node.place) }
        checkWords(fields)
        checkDue(fields)
        checkForm(fields)
        checkOutcomes(fields)
        checkRunbook(fields)
        if let separation = fields["separation"] { checkSeparation(separation) }
        let opening = TaskSpec.keys.compactMap { key in
            fields[key].map { Template.Field(key: key, value: expressions.template($0, site)) }
        }
        node.kind = .ready(
            .manual(
                ManualWork(
                    opening: .object(opening),
                    verify: fields["verify"].flatMap { readCall($0, "`verify`", site: .completion.with(locals)) },
                    review: fields["review"].flatMap { readReview($0, .completion.with(locals)) }
                )
            )
        )
    }

    /// The queue, when it is named by a constant and known.
    private func checkQueue(_ fields: Fields) -> Vocabulary.Queue? {
        guard let node = fields.required("queue"), !Expressions.isExpression(node),
            let name = fields.requiredText("queue")
        else { return nil }
        if let queue = vocabulary.queues[name] { return queue }
        findings.unknown("queue", name, at: node.place, known: vocabulary.queues.keys)
        // Its bound cannot be known: one mistake, one message.
        return Vocabulary.Queue(name: name, hasSLA: true)
    }

    private func checkBound(_ step: Fields, _ queue: Vocabulary.Queue?, _ place: Place) {
        guard !step.has("timeout"), queue?.hasSLA != true else { return }
        let reason = queue.map { "the queue `\($0.name)` has no SLA" } ?? "its queue is known only when it runs"
        findings.error(
            .unbounded,
            at: place,
            "this step could wait for ever: give it a `timeout`, since \(reason)"
        )
    }

    private func checkWords(_ fields: Fields) {
        for key in ["title", "priority", "runbook"] { _ = fields.text(key) }
        for skill in constants(fields, "skills") where !vocabulary.skills.contains(skill.text ?? "") {
            findings.unknown("skill", skill.text ?? "", at: skill.place, known: vocabulary.skills)
        }
        if let node = fields["priority"], let word = node.text, !Expressions.isExpression(node),
            TaskSpec.Priority(name: word) == nil
        {
            let words = TaskSpec.Priority.allCases.map(\.name)
            findings.error(
                .wrongValue,
                at: node.place,
                "`priority` cannot be `\(word)`",
                suggestion: Suggestion.nearest(to: word, among: words),
                allowed: words
            )
        }
        if let node = fields["skippable"], !Expressions.isExpression(node) { _ = fields.bool("skippable") }
    }

    /// The texts of a list that are no expressions.
    private func constants(_ fields: Fields, _ key: String) -> [Located] {
        guard let node = fields[key], !Expressions.isExpression(node) else { return [] }
        return (fields.texts(key) ?? []).filter { !Expressions.isExpression($0) }
    }

    private func checkDue(_ fields: Fields) {
        guard let node = fields["due"], !Expressions.isExpression(node),
            let due = Fields(node, "`due`", keys: Keys.due.names, findings)
        else { return }
        let after = due.required("after").flatMap { $0.isConstant ? due.interval("after") : nil }
        let atRisk = due["atRisk"].flatMap { $0.isConstant ? due.interval("atRisk") : nil }
        if let after, let atRisk, atRisk >= after {
            findings.error(
                .wrongValue,
                at: due.keyPlace("atRisk"),
                "`atRisk` is how long before the end a task is at risk: less than `after`"
            )
        }
        if let calendar = due["calendar"], !Expressions.isExpression(calendar), let name = due.text("calendar"),
            !vocabulary.calendars.contains(name)
        {
            findings.unknown("calendar", name, at: calendar.place, known: vocabulary.calendars)
        }
    }

    private func checkOutcomes(_ fields: Fields) {
        guard let node = fields["outcomes"], !Expressions.isExpression(node) else { return }
        let outcomes = fields.texts("outcomes") ?? []
        if node.list?.isEmpty == true { findings.error(.wrongValue, at: node.place, "`outcomes` has at least one") }
        var seen: Set<String> = []
        for outcome in outcomes where !seen.insert(outcome.text ?? "").inserted {
            findings.error(.duplicateName, at: outcome.place, "the outcome `\(outcome.text ?? "")` is here already")
        }
    }

    // MARK: Runbooks

    private func checkRunbook(_ fields: Fields) {
        guard let node = fields["runbook"], let name = node.text, !Expressions.isExpression(node) else { return }
        guard let runbook = vocabulary.runbooks[name] else {
            findings.unknown("runbook", name, at: node.place, known: vocabulary.runbooks.keys)
            return
        }
        guard let given = values(fields) else { return }
        for value in runbook.values where !given.contains(value) {
            findings.error(
                .missingKey,
                at: node.place,
                "the runbook `\(name)` is filled with `\(value)`, which this task does not have: "
                    + "add it to `about` or `form`",
                allowed: given.sorted()
            )
        }
    }

    /// The values that the task has for a runbook: its form's fields and the members of `about`.
    private func values(_ fields: Fields) -> Set<String>? {
        var names: Set<String> = []
        for key in ["form", "about"] {
            guard let node = fields[key] else { continue }
            guard let members = node.members else { return nil }
            names.formUnion(members.map(\.key))
        }
        return names
    }

    // MARK: Other people

    private func checkSeparation(_ node: Located) {
        guard !Expressions.isExpression(node),
            let fields = Fields(node, "`separation`", keys: Keys.separation.names, findings)
        else {
            return
        }
        _ = fields.required("not")
        separations += constants(fields, "not")
    }

    /// When all steps are known: whoever is excluded did a step that exists.
    func checkSeparations() {
        let manual = pending.compactMap { node -> String? in
            guard case .ready(.manual)? = node?.kind else { return nil }
            return node?.name
        }
        for node in separations {
            guard let name = node.text, name != "requester", !manual.contains(name) else { continue }
            findings.unknown("manual step", name, at: node.place, known: Set(manual + ["requester"]))
        }
    }

    enum Reviewer: String, CaseIterable { case another }

    private func readReview(_ node: Located, _ site: Site) -> ManualWork.Review? {
        guard let fields = Fields(node, "`review`", keys: Keys.review.names, findings) else { return nil }
        _ = fields.choice("by", of: Reviewer.self)
        let skills = fields.texts("skills") ?? []
        for skill in skills where !vocabulary.skills.contains(skill.text ?? "") {
            findings.unknown("skill", skill.text ?? "", at: skill.place, known: vocabulary.skills)
        }
        return ManualWork.Review(
            skills: skills.compactMap(\.text),
            when: fields["when"].flatMap { expressions.program($0, "`when`", site) }
        )
    }
}
