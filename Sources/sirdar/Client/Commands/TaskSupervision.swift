import ArgumentParser
import JSON

// What supervisors do, and what is done to several tasks at once.
extension TaskCommand {
    struct Escalate: ClientCommand {
        static let configuration = CommandConfiguration(abstract: "Bring a task to the supervisors' attention.")

        @Argument(help: "The task's id.") var id: String
        @Option(help: "What should happen.") var comment: String
        @Option(help: "At least this priority from now on: low, normal, high, urgent.") var priority: String?
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func perform(_ session: Session) async throws(Failure) {
            var body: JSON.Object = ["comment": .string(comment)]
            body["priority"] = priority.map(JSON.string)
            let task = try await session.api.post(Address.part("escalations", of: id), .object(body)) ?? .null
            try TaskView(task, session).sayWhatChanged("Escalated")
        }
    }

    struct Prioritise: ClientCommand {
        static let configuration = CommandConfiguration(
            abstract: "Change a task's priority, as a supervisor."
        )

        @Argument(help: "The task's id.") var id: String
        @Argument(help: "low, normal, high or urgent.") var priority: String
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func perform(_ session: Session) async throws(Failure) {
            try await session.put("priority", of: id, [("priority", priority)], "Now \(priority):")
        }
    }

    struct Skip: ClientCommand {
        static let configuration = CommandConfiguration(
            abstract: "Let the workflow go on without a task, where it allows that; as a supervisor."
        )

        @Argument(help: "The task's id.") var id: String
        @Option(help: "Why.") var reason: String
        @Option(help: ArgumentHelp("What the step gives instead, as JSON.", valueName: "json")) var outputValue: String?
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func perform(_ session: Session) async throws(Failure) {
            var body: JSON.Object = ["reason": .string(reason)]
            if let outputValue {
                do { body["output"] = try JSON(parsing: outputValue) } catch {
                    throw Failure(.usage, "--output-value is not JSON: \(error)")
                }
            }
            let task = try await session.api.put(Address.part("skip", of: id), .object(body))
            try TaskView(task, session).sayWhatChanged("Skipped")
        }
    }

    struct WaiveCheck: ClientCommand {
        static let configuration = CommandConfiguration(
            commandName: "waive-check",
            abstract: "Let a failed or impossible check be no obstacle any more; as a supervisor."
        )

        @Argument(help: "The task's id.") var id: String
        @Option(help: "Why: what you have seen yourself.") var reason: String
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func perform(_ session: Session) async throws(Failure) {
            try await session.put("waiver", of: id, [("reason", reason)], "Its check is waived:")
        }
    }

    struct Reopen: ClientCommand {
        static let configuration = CommandConfiguration(
            abstract: "Open a completed task again, as long as what follows it has not begun; as a supervisor."
        )

        @Argument(help: "The task's id.") var id: String
        @Option(help: "What is not right.") var reason: String
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func perform(_ session: Session) async throws(Failure) {
            try await session.put("reopening", of: id, [("reason", reason)], "Open again:")
        }
    }

    struct HandOver: ClientCommand {
        static let configuration = CommandConfiguration(
            commandName: "hand-over",
            abstract: "End your shift: every task that you hold goes to one person, or back to its queue."
        )

        @Option(help: "To whom; without it, back to the queues.") var to: String?
        @Option(help: "Where you are with them, for whoever comes next.") var note: String
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func perform(_ session: Session) async throws(Failure) {
            var body: JSON.Object = ["note": .string(note)]
            body["person"] = to.map(JSON.string)
            try BulkResults(try await session.api.post(Address.handOvers, .object(body)) ?? .null, session).show()
        }
    }

    struct Bulk: ClientCommand {
        static let configuration = CommandConfiguration(
            abstract: "Do the same to several tasks; each is done or refused by itself.",
            discussion: "sirdar task bulk prioritise ID ID --set priority=high"
        )

        @Argument(help: "claim, assign, hold, transfer, prioritise, release, escalate …") var operation: String
        @Argument(help: "The tasks' ids.") var ids: [String]
        @Option(
            help: ArgumentHelp("What the operation needs; can be repeated.", valueName: "key=value"),
            transform: Assignment.init
        )
        var set: [Assignment] = []
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func validate() throws { try Assignment.refuseRepeated(set, option: "--set") }

        func perform(_ session: Session) async throws(Failure) {
            var body = Assignment.object(set).asObject ?? [:]
            body["operation"] = .string(operation)
            body["tasks"] = .array(ids.map(JSON.string))
            let answer = try await session.api.post(Address.taskOperations, .object(body))
            try BulkResults(answer ?? .null, session).show()
        }
    }
}

/// What came of an operation on several tasks.
private struct BulkResults {
    let answer: JSON
    let session: Session

    init(_ answer: JSON, _ session: Session) {
        self.answer = answer
        self.session = session
    }

    /// - Throws: a failure when one of them was refused, after all have been shown.
    func show() throws(Failure) {
        let results = answer.elements("items")
        try session.show(answer) { () throws(Failure) in
            var table = Table([.init("TASK"), .init("RESULT"), .init("WHY", isFlexible: true)])
            for result in results {
                let isDone = result["done"]?.asBool == true
                table.add([
                    .init(result.text("task") ?? ""), .init(isDone ? "done" : "refused", isDone ? .good : .bad),
                    .init(result.text("reason") ?? ""),
                ])
            }
            try session.table(table, orSay: "There was no task to do it to.")
        }
        let refused = results.count { $0["done"]?.asBool != true }
        if refused > 0 { throw Failure(.conflict, "\(refused) of \(results.count) were refused.") }
    }
}
