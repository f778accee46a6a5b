import ArgumentParser
import JSON

struct InsightCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "insight",
        abstract: "Where the hours of manual steps go: the dearest step first.",
        discussion: """
            Of the tasks that ended in a range of weeks, which are those of ISO 8601, in UTC. Hours are counted on the \
            calendar that a task is due by. Operators see their own queues, supervisors and auditors all.
            """
    )

    enum Part: String, ExpressibleByArgument, CaseIterable { case step, queue, week }

    @Option(help: "Of how many weeks, 1 to 53.") var weeks = 8
    @Option(help: ArgumentHelp("The last week, as 2026-W48; without it the present one.", valueName: "week"))
    var to: String?
    @Option(help: ArgumentHelp("Only of this queue.", valueName: "name")) var queue: String?
    @Option(help: "What the hours are added up by.") var by = Part.step
    @Flag(help: "Print a table for spreadsheets: a line for each step in each queue and week.") var csv = false
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func perform(_ session: Session) async throws(Failure) {
        let query = [("weeks", String(weeks)), ("to", to), ("queue", queue)].compactMap { name, value in
            value.map { (name: name, value: $0) }
        }
        if csv {
            let reply = try await session.api.succeed(Call(.get, Address.insightExport, query: query))
            return try session.terminal.write(String(decoding: reply.bytes, as: UTF8.self))
        }
        let insight = try await session.api.get(Address.insight, query: query)
        try session.show(insight) { () throws(Failure) in
            try session.lines(
                [session.title("\(insight.text("from") ?? "") to \(insight.text("to") ?? "")")]
                    + facts(insight["total"] ?? .null, session)
            )
            try session.table(table(insight), orSay: "No task ended in these weeks.")
        }
    }

    private func facts(_ total: JSON, _ session: Session) -> [String] {
        var facts = Facts()
        facts.add("tasks that ended", total["tasks"]?.phrase, .strong)
        facts.add("right the first time", Self.share(total, "first_time_right", of: "completed"))
        facts.add("in time", Self.share(total, "in_time", of: "due"))
        return facts.lines(colour: session.terminal.usesColour)
    }

    private func table(_ insight: JSON) -> Table {
        var table = Table([
            .init(by.rawValue.uppercased()), .init(by == .step ? "WORKFLOW" : "", isFlexible: true),
            .init("TASKS", isRight: true), .init("WORKING", isRight: true), .init("REWORK", isRight: true),
            .init("ON HOLD", isRight: true), .init("WAITING", isRight: true), .init("RIGHT", isRight: true),
            .init("IN TIME", isRight: true),
        ])
        for item in insight.elements("\(by.rawValue)s") {
            let sum = item["sum"] ?? .null
            let mark = item.text("kind") == "triage" ? " (gave up)" : ""
            table.add([
                .init("\(item.text(by.rawValue) ?? "")\(mark)", .strong), .init(item.text("workflow") ?? "", .quiet),
                .init(sum["tasks"]?.phrase ?? ""), .init(Self.hours(sum, "working")), .init(Self.hours(sum, "rework")),
                .init(Self.hours(sum, "on_hold")), .init(Self.hours(sum, "waiting")),
                .init(Self.share(sum, "first_time_right", of: "completed")),
                .init(Self.share(sum, "in_time", of: "due")),
            ])
        }
        return table
    }

    private static func hours(_ sum: JSON, _ part: String) -> String {
        sum.text("\(part)_hours").map { "\($0) h" } ?? ""
    }

    private static func share(_ sum: JSON, _ part: String, of whole: String) -> String {
        let (part, whole) = (sum[part]?.asInt ?? 0, sum[whole]?.asInt ?? 0)
        return whole == 0 ? "–" : "\(part * 100 / whole) %"
    }
}
