import JSON

/// An instance for people.
struct InstanceView: Sendable {
    let instance: JSON
    let session: Session

    init(_ instance: JSON, _ session: Session) {
        self.instance = instance
        self.session = session
    }

    static func workflow(_ instance: JSON) -> String {
        let workflow = instance["workflow"]
        return [workflow?.text("name"), workflow?.text("version")].compactMap(\.self).joined(separator: " ")
    }

    static func hasEnded(_ instance: JSON) -> Bool {
        ["completed", "faulted", "cancelled"].contains(instance.text("status") ?? "")
    }

    var lines: [String] {
        [head, ending, waits, steps].filter { !$0.isEmpty }.joined(separator: [""]).map(\.self)
    }

    private var colour: Bool { session.terminal.usesColour }

    private var head: [String] {
        var facts = Facts()
        let status = instance.text("status") ?? ""
        facts.add("instance", instance.text("id"))
        facts.add("workflow", Self.workflow(instance))
        facts.add("status", Text.words(status), .state(status))
        facts.add("project", instance.text("project"))
        facts.add("by", instance.person("requester"))
        facts.add("request", instance.text("request"))
        facts.add("parent", instance.text("parent"))
        facts.add("started", session.time(instance.moment("started_at")))
        let title = instance["workflow"]?.text("title") ?? Self.workflow(instance)
        return [session.title(title)] + facts.lines(colour: colour)
    }

    private var ending: [String] {
        guard let ending = instance["ending"], instance.text("status") != "completed" else { return [] }
        let view = DocumentView(document: ending, width: session.terminal.columns, colour: colour)
        return [session.title("How it ended")] + view.lines()
    }

    private var waits: [String] {
        let waits = instance.elements("waits_for")
        guard !waits.isEmpty else { return [] }
        return [session.title("Waits for")]
            + waits.map { wait in
                let where_ = [wait.text("task").map { "task \($0)" }, wait.text("instance").map { "instance \($0)" }]
                let tail = where_.compactMap(\.self).first.map { " (\($0))" } ?? ""
                let since = wait.moment("since").map { ", since \($0.local)" } ?? ""
                return "  " + Text.printable("\(wait.text("sentence") ?? "")\(since)\(tail)")
            }
    }

    private var steps: [String] {
        var table = Table([
            .init("STEP", isRight: true), .init("NAME"), .init("KIND"), .init("STATE"), .init("TRIES", isRight: true),
            .init("BY"), .init("STARTED"), .init("TOOK", isRight: true), .init("NOTE", isFlexible: true),
        ])
        for step in instance.elements("steps") { table.add(row(step)) }
        guard !table.isEmpty else { return [] }
        return table.lines(width: session.terminal.columns, colour: colour)
    }

    private func row(_ step: JSON) -> [Table.Cell] {
        let state = step.text("state") ?? ""
        let (from, to) = (step.moment("started_at"), step.moment("ended_at"))
        let took = from.flatMap { from in to.map { Moment.length($0.seconds - from.seconds) } }
        let actors = step.elements("actors").compactMap { $0.text("name") ?? $0.text("id") ?? $0.asString }
        let attempts = step["attempts"]?.asInt ?? 0
        let problem = step["problem"]?.text("detail") ?? step["problem"]?.text("title")
        return [
            .init(step["step"]?.phrase ?? "", .quiet), .init(step.text("name") ?? "", .strong),
            .init(step.text("kind") ?? "", .quiet), .init(Text.words(state), .state(state)),
            .init(attempts > 1 ? String(attempts) : ""), .init(actors.joined(separator: ", ")),
            .init(from.map(\.local) ?? ""), .init(took ?? ""),
            .init(problem ?? step["waits_for"]?.text("sentence") ?? ""),
        ]
    }

    /// A line for each step whose state is not what it was in `earlier`: what a log of the instance is made of.
    func changes(since earlier: JSON?) -> [String] {
        var states: [String: String] = [:]
        for step in earlier?.elements("steps") ?? [] { states[step["step"]?.phrase ?? ""] = step.text("state") }
        var lines = instance.elements("steps").compactMap { step -> String? in
            let state = step.text("state") ?? ""
            guard states[step["step"]?.phrase ?? ""] != state else { return nil }
            let time = (step.moment("ended_at") ?? step.moment("started_at")).map { "\($0.local)  " } ?? ""
            return time + Text.printable("\(step.text("name") ?? "")  \(Text.words(state))")
        }
        let status = instance.text("status")
        if status != earlier?.text("status") { lines.append("instance \(Text.printable(Text.words(status ?? "")))") }
        return lines
    }
}
