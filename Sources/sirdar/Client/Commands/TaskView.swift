import JSON

/// A task for people.
struct TaskView: Sendable {
    let task: JSON
    let session: Session

    static let verifying = "verifying"

    init(_ task: JSON, _ session: Session) {
        self.task = task
        self.session = session
    }

    private var id: String { task.text("id") ?? "" }
    private var state: String { task.text("state") ?? "" }
    private var colour: Bool { session.terminal.usesColour }
    private var width: Int? { session.terminal.columns }

    /// `in 41 min`, `12 min late`.
    static func due(_ task: JSON, _ now: Moment) -> String? {
        guard let due = task.moment("due") else { return nil }
        return due < now ? "\(Moment.length(now.seconds - due.seconds)) late" : due.relative(to: now)
    }

    // MARK: The whole task

    func show() throws(Failure) {
        try session.show(task) { () throws(Failure) in try session.lines(lines) }
    }

    private var lines: [String] {
        [
            head,
            section("About", DocumentView(document: task["about"] ?? .null, width: width, colour: colour).lines()),
            section("Its input", task["input"].map { ["  \($0.text)"] } ?? []),
            section("Comments", comments), section("What to enter (--value)", form),
            section("Checklist (--tick)", checklist), runbook, lastCheck,
            operations,
        ]
        .filter { !$0.isEmpty }.joined(separator: [""]).map(\.self)
    }

    private var head: [String] {
        var facts = Facts()
        facts.add("task", id)
        facts.add("state", Text.words(state), .state(state))
        facts.add("queue", task.text("queue"))
        if let owner = task.person("owner") {
            facts.add("owner", owner + (task["owner"]?.moment("since").map { ", since \($0.local)" } ?? ""))
        }
        if let due = task.moment("due") {
            let urgency = task.text("urgency") ?? ""
            facts.add("due", "\(due.local) (\(Self.due(task, session.now) ?? ""))", .state(urgency))
        }
        if let hold = task["hold"], let reason = hold.text("reason") {
            let until = hold.moment("until").map { ", until \($0.local)" } ?? ""
            facts.add("on hold", "for a \(hold.text("awaiting") ?? "time")\(until): \(reason)")
        }
        if task.text("priority") != "normal" {
            facts.add("priority", task.text("priority"), .state(task.text("priority") ?? ""))
        }
        facts.add("project", task.text("project"))
        facts.add("skills", task["skills"]?.phrase)
        facts.add("outcomes", task["outcomes"]?.phrase)
        facts.add("outcome", task.text("outcome"), .good)
        facts.add("request", task.text("request"))
        facts.add("instance", task.text("instance"))
        return [session.title(task.text("title") ?? id)] + facts.lines(colour: colour)
    }

    private var comments: [String] {
        task.elements("comments").map { comment in
            let kind = comment.text("kind") ?? ""
            let who = "\(comment.text("by") ?? "")\(kind == "comment" ? "" : " (\(kind))")"
            let values = comment["values"]?.asObject?.isEmpty == false ? comment["values"]?.phrase : nil
            let said = [comment.text("text"), values].compactMap(\.self).filter { !$0.isEmpty }.joined(separator: "; ")
            return "  \(session.ago(comment.moment("at"))) \(who): \(Text.printable(said))"
        }
    }

    private var form: [String] {
        var table = Table([
            .init("KEY"), .init("WHAT"), .init("TYPE"), .init("NEEDED"), .init("VALUE"),
            .init("HELP", isFlexible: true),
        ])
        for field in task.elements("form") {
            let rules = [
                field.text("within").map { "within \($0)" }, field["options"].map { "one of \($0.phrase)" },
                field.text("help"),
            ]
            table.add([
                .init(field.text("name") ?? "", .strong), .init(field.text("label") ?? ""),
                .init(field.text("type") ?? "", .quiet),
                .init(field["required"]?.asBool == true ? "yes" : ""), .init(field["value"]?.phrase ?? ""),
                .init(rules.compactMap(\.self).joined(separator: "; ")),
            ])
        }
        return indented(table)
    }

    private var checklist: [String] {
        var table = Table([
            .init("DONE"), .init("ITEM"), .init("WHAT", isFlexible: true), .init("NEEDED"),
            .init("EVIDENCE", isFlexible: true),
            .init("BY"),
        ])
        for item in task.elements("checklist") {
            let isTicked = item["ticked"]?.asBool == true
            table.add([
                .init(isTicked ? "[x]" : "[ ]", isTicked ? .good : .plain), .init(item.text("id") ?? "", .strong),
                .init(item.text("text") ?? ""), .init(item["required"]?.asBool == true ? "yes" : ""),
                .init(item["tick"]?.text("evidence") ?? item.text("evidence").map { "asks for: \($0)" } ?? ""),
                .init(item["tick"]?.person("by") ?? ""),
            ])
        }
        return indented(table)
    }

    private var runbook: [String] {
        guard let runbook = task["runbook"], let text = runbook.text("plain_text") ?? runbook.text("text") else {
            return []
        }
        let lines = Text.printable(text, keepsLines: true).split(separator: "\n", omittingEmptySubsequences: false)
        return section(
            "Runbook: \(runbook.text("title") ?? runbook.text("name") ?? "")",
            lines.map {
                $0.hasPrefix("#") && colour ? "  \(Tone.strong.paint(String($0)))" : $0.isEmpty ? "" : "  \($0)"
            }
        )
    }

    private var lastCheck: [String] {
        guard let check = task["last_check"], let result = check.text("result") else { return [] }
        let words = result == "impossible" ? "could not be made" : result
        let head = "Last check: \(session.terminal.paint(words, .state(result))), \(session.ago(check.moment("at")))"
        return [head] + DocumentView(document: check["output"] ?? .null, width: width, colour: colour).lines()
    }

    private var operations: [String] {
        let offers = task.elements("operations")
        let allowed = offers.filter { $0["allowed"]?.asBool == true }.compactMap { $0.text("operation") }
        if !allowed.isEmpty { return ["You can: \(allowed.map(Self.command).joined(separator: ", "))"] }
        // All are refused for the same reason, as a rule.
        return offers.first.flatMap { $0.text("reason") }.map {
            ["You can do nothing with it now: \(Text.printable($0))"]
        } ?? []
    }

    /// The subcommand of an operation.
    private static func command(_ operation: String) -> String {
        switch operation {
        case "draft": "save"
        case "delegate": "assign"
        default: operation
        }
    }

    private func section(_ title: String, _ lines: [String]) -> [String] {
        lines.isEmpty ? [] : [session.title(title)] + lines
    }

    private func indented(_ table: Table) -> [String] {
        guard !table.isEmpty else { return [] }
        return table.lines(width: width.map { max(20, $0 - 2) }, colour: colour).map { "  \($0)" }
    }

    // MARK: What changed

    func sayWhatChanged(_ verb: String) throws(Failure) {
        try session.show(task) { () throws(Failure) in
            let title = task.text("title").map { "“\($0)”" } ?? "the task"
            let shown = session.terminal.paint(Text.words(state), .state(state))
            try session.terminal.line("\(Text.printable("\(verb) \(title)")). It is \(shown).")
        }
        suggestNext()
    }

    func suggestNext() {
        switch state {
        case "ready": session.suggest("task", "next")
        case "claimed": session.suggest("task", "start", id)
        case "in_progress":
            session.suggest(["task", "complete", id, "--outcome", task.texts("outcomes").first ?? "OUTCOME"])
        case Self.verifying: session.suggest("task", "show", id)
        default: task.text("instance").map { session.suggest("instance", "show", $0) }
        }
    }

    /// The task after its completion, and whether its check brought it back.
    func showCompletion() throws(Failure) {
        switch state {
        case "completed", Self.verifying: try sayWhatChanged(state == "completed" ? "Completed" : "Sent to its check:")
        case "awaiting_review": try sayWhatChanged("Done, and to be confirmed by somebody else:")
        default:
            try session.show(task) { () throws(Failure) in try session.lines(head + [""] + lastCheck) }
            let isImpossible = task["last_check"]?.text("result") == "impossible"
            throw Failure(
                .failed,
                isImpossible
                    ? "The check could not be made. The task is with you again, with all that you entered."
                    : "The check found something. The task is with you again, with all that you entered."
            )
        }
    }
}
