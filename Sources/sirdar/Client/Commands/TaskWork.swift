import ArgumentParser
import JSON

extension TaskCommand {
    struct Save: ClientCommand {
        static let configuration = CommandConfiguration(abstract: "Save values of a task's form, for later.")

        @Argument(help: "The task's id.") var id: String
        @Option(
            help: ArgumentHelp("A value of the form; can be repeated.", valueName: "key=value"),
            transform: Assignment.init
        )
        var value: [Assignment]
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func validate() throws { try Assignment.refuseRepeated(value, option: "--value") }

        func perform(_ session: Session) async throws(Failure) {
            let task = try await session.api.put(Address.draft(id), ["values": Assignment.object(value)])
            try TaskView(task, session).sayWhatChanged("Saved \(value.map(\.key).joined(separator: ", ")) of")
        }
    }

    struct Tick: ClientCommand {
        static let configuration = CommandConfiguration(abstract: "Tick an item of a task's checklist.")

        @Argument(help: "The task's id.") var id: String
        @Argument(help: "The item's id, as `sirdar task show` lists it.") var item: String
        @Option(
            help: ArgumentHelp(
                "What proves it, where the item asks for it; `-` reads standard input.",
                valueName: "text"
            )
        )
        var evidence: String?
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        private static let evidenceBytesMax = 1 << 20

        func perform(_ session: Session) async throws(Failure) {
            var body: JSON.Object = [:]
            if let evidence {
                let text = try evidence == "-" ? LocalFile.text("-", bytesMax: Self.evidenceBytesMax) : evidence
                body["evidence"] = .string(text)
            }
            let task = try await session.api.put(Address.tick(id, item: item), .object(body))
            try TaskView(task, session).sayWhatChanged("Ticked \(item) of")
        }
    }

    struct Fail: ClientCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say that a task cannot be done; the workflow goes on from there."
        )

        @Argument(help: "The task's id.") var id: String
        @Option(help: "What kind of failure it is, as the workflow knows it: a word.") var code: String
        @Option(help: "Why it cannot be done, for people.") var text: String
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func perform(_ session: Session) async throws(Failure) {
            let task = try await session.api.put(Address.failure(id), ["code": .string(code), "text": .string(text)])
            try TaskView(task, session).sayWhatChanged("Failed")
        }
    }

    struct Complete: ClientCommand {
        static let configuration = CommandConfiguration(
            abstract: "Complete a task, and wait for what its check says.",
            discussion: """
                Ends with 0 when the task is completed, with 1 when the check brings it back to you, and with 69 when \
                the check has not answered in time; it goes on then.
                """
        )

        @Argument(help: "The task's id.") var id: String
        @Option(help: "The outcome; needed where the task has more than one.") var outcome: String?
        @Option(
            help: ArgumentHelp("A value of the form; can be repeated.", valueName: "key=value"),
            transform: Assignment.init
        )
        var value: [Assignment] = []
        @Option(
            help: ArgumentHelp(
                "An item of the checklist that is done, and what proves it; can be repeated.",
                valueName: "item[=evidence]"
            ),
            transform: TickedItem.init
        )
        var tick: [TickedItem] = []
        @Flag(inversion: .prefixedNo, help: "Wait until the check has answered.") var wait = true
        @Option(help: ArgumentHelp("How many seconds to wait, 1 to 3600.", valueName: "seconds")) var timeout = 60
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func validate() throws {
            try Assignment.refuseRepeated(value, option: "--value")
            guard (1...3600).contains(timeout) else {
                throw ValidationError("--timeout is \(timeout), and must be from 1 to 3600.")
            }
        }

        func perform(_ session: Session) async throws(Failure) {
            let before = try await session.api.get(Address.task(id))
            let body: JSON.Object = [
                "outcome": .string(try outcome(of: before)), "values": Assignment.object(value),
                "ticks": .array(tick.map(\.json)), "fence": before["fence"] ?? .null,
            ]
            var task = try await session.api.put(Address.completion(id), .object(body))
            if wait, task.text("state") == TaskView.verifying {
                session.say("The check is running.")
                task = try await Waiting(session: session, seconds: timeout).verification(of: id)
            }
            try TaskView(task, session).showCompletion()
        }

        /// The outcome that was given, or the only one there is.
        private func outcome(of task: JSON) throws(Failure) -> String {
            let outcomes = task.texts("outcomes")
            if let outcome { return outcome }
            if outcomes.count == 1, let only = outcomes.first { return only }
            let choices = outcomes.map { "--outcome \(Text.shell($0))" }
            throw Failure(.usage, "Give the outcome: \(choices.joined(separator: ", or ")).")
        }
    }
}

/// `KEY=VALUE`. The server reads the text as the field's type.
struct Assignment: Sendable, Hashable {
    let key: String
    let value: String

    init(_ text: String) throws {
        guard let sign = text.firstIndex(of: "="), sign > text.startIndex else {
            throw ValidationError("`\(text)` is no value of a form: write KEY=VALUE.")
        }
        key = String(text[..<sign])
        value = String(text[text.index(after: sign)...])
    }

    static func object(_ assignments: [Assignment]) -> JSON {
        .object(JSON.Object(assignments.map { (key: $0.key, value: .string($0.value)) }))
    }

    static func refuseRepeated(_ assignments: [Assignment], option: String) throws {
        var keys: Set<String> = []
        for assignment in assignments where !keys.insert(assignment.key).inserted {
            throw ValidationError("\(option) \(assignment.key) is given twice.")
        }
    }
}

/// `ITEM`, or `ITEM=EVIDENCE`.
struct TickedItem: Sendable, Hashable {
    let item: String
    let evidence: String?

    init(_ text: String) throws {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard let item = parts.first, !item.isEmpty else {
            throw ValidationError("`\(text)` names no item: write ITEM, or ITEM=EVIDENCE.")
        }
        self.item = String(item)
        evidence = parts.count > 1 ? String(parts[1]) : nil
    }

    var json: JSON {
        var object: JSON.Object = ["item": .string(item)]
        object["evidence"] = evidence.map(JSON.string)
        return .object(object)
    }
}
