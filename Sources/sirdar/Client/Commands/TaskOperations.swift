import ArgumentParser
import JSON

// What is done to a task beside its work: into other hands, to rest, under other eyes.
extension TaskCommand {
    struct Assign: ClientCommand {
        static let configuration = CommandConfiguration(
            abstract: "Give a task to somebody: your own, or as a supervisor anybody's."
        )

        @Argument(help: "The task's id.") var id: String
        @Argument(help: "The name of the person.") var person: String
        @Option(help: "What they should know.") var note: String?
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func perform(_ session: Session) async throws(Failure) {
            let members = [("person", person), ("note", note)]
            try await session.put("owner", of: id, members, "Given to \(person):")
        }
    }

    struct TakeOver: ClientCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take a task that somebody else holds. They are told, with your reason."
        )

        @Argument(help: "The task's id.") var id: String
        @Option(help: "Why.") var reason: String
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func perform(_ session: Session) async throws(Failure) {
            try await session.put("take-over", of: id, [("reason", reason)], "Taken over:")
        }
    }

    struct Transfer: ClientCommand {
        static let configuration = CommandConfiguration(abstract: "Move a task to another queue.")

        @Argument(help: "The task's id.") var id: String
        @Argument(help: "The queue, as `sirdar queue list` names it.") var queue: String
        @Option(help: "Why.") var reason: String
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func perform(_ session: Session) async throws(Failure) {
            try await session.put("queue", of: id, [("queue", queue), ("reason", reason)], "Moved to \(queue):")
        }
    }

    struct Hold: ClientCommand {
        static let configuration = CommandConfiguration(
            abstract: "Put a task aside until a time, or until a vendor has done something."
        )

        @Argument(help: "The task's id.") var id: String
        @Option(help: "Why it rests.") var reason: String
        @Option(
            help: ArgumentHelp("Until when: 2026-11-25T14:00:00Z, or PT2H for in two hours.", valueName: "time")
        )
        var until: String?
        @Flag(help: "It waits for a vendor, and not only for a time.") var vendor = false
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func perform(_ session: Session) async throws(Failure) {
            let members = [("reason", reason), ("until", until), ("awaiting", vendor ? "vendor" : "time")]
            try await session.put("hold", of: id, members, "Put on hold:")
        }
    }

    struct Resume: ClientCommand {
        static let configuration = CommandConfiguration(abstract: "Go on with a task that is on hold.")

        @Argument(help: "The task's id.") var id: String
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func perform(_ session: Session) async throws(Failure) {
            let task = try await session.api.delete(Address.part("hold", of: id)) ?? .null
            try TaskView(task, session).sayWhatChanged("Resumed")
        }
    }

    struct Ask: ClientCommand {
        static let configuration = CommandConfiguration(
            abstract: "Ask the requester something. The task rests, and its time does not run, until they answer."
        )

        @Argument(help: "The task's id.") var id: String
        @Argument(help: "The question.") var text: String
        @Option(
            help: ArgumentHelp(
                "A field that the answer has, with its type: string, text, path, ip, host, integer; can be repeated.",
                valueName: "name=type"
            ),
            transform: Assignment.init
        )
        var field: [Assignment] = []
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func validate() throws { try Assignment.refuseRepeated(field, option: "--field") }

        func perform(_ session: Session) async throws(Failure) {
            var body: JSON.Object = ["text": .string(text)]
            if !field.isEmpty {
                let fields = field.map { (key: $0.key, value: ["type": .string($0.value), "required": true] as JSON) }
                body["fields"] = .object(JSON.Object(fields))
            }
            let task = try await session.api.put(Address.part("question", of: id), .object(body))
            try TaskView(task, session).sayWhatChanged("Asked about")
        }
    }

    struct Answer: ClientCommand {
        static let configuration = CommandConfiguration(
            abstract: "Answer what an engineer asked you about your request."
        )

        @Argument(help: "The task's id, as `sirdar request show` tells it.") var id: String
        @Option(help: "The answer.") var text: String?
        @Option(
            help: ArgumentHelp("A value that was asked for; can be repeated.", valueName: "key=value"),
            transform: Assignment.init
        )
        var value: [Assignment] = []
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func validate() throws { try Assignment.refuseRepeated(value, option: "--value") }

        func perform(_ session: Session) async throws(Failure) {
            var body: JSON.Object = ["values": Assignment.object(value)]
            body["text"] = text.map(JSON.string)
            let answer = try await session.api.put(Address.part("answer", of: id), .object(body))
            try session.show(answer) { () throws(Failure) in try session.terminal.line("Answered. The work goes on.") }
        }
    }

    struct Confirm: ClientCommand {
        static let configuration = CommandConfiguration(abstract: "Confirm what somebody else has done (four eyes).")

        @Argument(help: "The task's id.") var id: String
        @Option(help: "What you looked at.") var note: String?
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func perform(_ session: Session) async throws(Failure) {
            try await session.put("confirmation", of: id, [("note", note)], "Confirmed")
        }
    }

    struct PushBack: ClientCommand {
        static let configuration = CommandConfiguration(
            abstract: "Give what somebody has done back to them, with what is to be done better."
        )

        @Argument(help: "The task's id.") var id: String
        @Option(help: "What is to be done better.") var comment: String
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func perform(_ session: Session) async throws(Failure) {
            try await session.put("push-back", of: id, [("comment", comment)], "Pushed back")
        }
    }

    struct Comment: ClientCommand {
        static let configuration = CommandConfiguration(abstract: "Say something about a task.")

        @Argument(help: "The task's id.") var id: String
        @Argument(help: "What you want to say.") var text: String
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func perform(_ session: Session) async throws(Failure) {
            let body: JSON = ["text": .string(text)]
            let task = try await session.api.post(Address.part("comments", of: id), body) ?? .null
            try TaskView(task, session).sayWhatChanged("Commented on")
        }
    }

    struct Untick: ClientCommand {
        static let configuration = CommandConfiguration(abstract: "Take back the tick of an item of the checklist.")

        @Argument(help: "The task's id.") var id: String
        @Argument(help: "The item's id, as `sirdar task show` lists it.") var item: String
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func perform(_ session: Session) async throws(Failure) {
            let task = try await session.api.delete(Address.tick(id, item: item)) ?? .null
            try TaskView(task, session).sayWhatChanged("Unticked \(item) of")
        }
    }
}

extension Session {
    /// Puts a part of a task, and says what changed.
    func put(
        _ part: String,
        of task: String,
        _ members: [(String, String?)],
        _ verb: String
    ) async throws(Failure) {
        var body = JSON.Object()
        for (key, value) in members { body[key] = value.map(JSON.string) }
        let changed = try await api.put(Address.part(part, of: task), .object(body))
        try TaskView(changed, self).sayWhatChanged(verb)
    }
}
