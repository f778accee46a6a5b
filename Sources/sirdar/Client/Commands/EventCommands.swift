import ArgumentParser
import JSON

struct EventCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "event",
        abstract: "Events that workflows wait for, and those that they tell.",
        subcommands: [List.self, Send.self]
    )

    struct List: ClientCommand {
        static let configuration = CommandConfiguration(
            abstract: "List events, the newest first.",
            discussion: "With --json each event has its whole envelope."
        )

        @Option(help: ArgumentHelp("Only those of this type.", valueName: "type")) var type: String?
        @OptionGroup var limit: LimitOption
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func perform(_ session: Session) async throws(Failure) {
            let query = type.map { [(name: "type", value: $0)] } ?? []
            let listing = try await session.api.list(Address.events, query: query, limit: limit.limit)
            try session.show(listing.json) { () throws(Failure) in
                var table = Table([
                    .init("EVENT", isRight: true), .init("WHEN"), .init("TYPE"), .init("SUBJECT"),
                    .init("REACHED", isRight: true),
                    .init("ID"), .init("SOURCE", isFlexible: true),
                ])
                for item in listing.items { table.add(Self.row(item)) }
                try session.table(table, orSay: "No such event has come.")
            }
            limit.sayWhatIsLeft(listing, session)
        }

        private static func row(_ item: JSON) -> [Table.Cell] {
            let event = item["event"]
            return [
                .init(item["sequence"]?.phrase ?? "", .quiet),
                .init(item.moment("received_at").map(\.local) ?? ""), .init(event?.text("type") ?? "", .strong),
                .init(event?.text("subject") ?? ""), .init(item["reached"]?.asInt.map(String.init) ?? "on its way"),
                .init(event?.text("id") ?? ""), .init(event?.text("source") ?? "", .quiet),
            ]
        }
    }

    struct Send: ClientCommand {
        static let configuration = CommandConfiguration(
            abstract: "Send an event to whatever waits for it.",
            discussion: """
                The event is a JSON document as CloudEvents 1.0 has it: specversion, id, source and type, and what \
                else belongs to it, such as subject and data. The same id from the same source counts once.
                """
        )

        static let bytesMax = 256 << 10

        @Argument(
            help: ArgumentHelp("The file with the event, or - for standard input.", valueName: "file"),
            completion: .file()
        )
        var file: String
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func perform(_ session: Session) async throws(Failure) {
            let text = try LocalFile.text(file, bytesMax: Self.bytesMax)
            let event: JSON
            do { event = try JSON(parsing: text) } catch {
                throw Failure(.failed, "\(file == "-" ? "Standard input" : file) is no JSON: \(error).")
            }
            let reply = try await session.api.succeed(Call(.post, Address.events, body: .json(event)))
            let answer = try session.api.document(reply)
            try session.show(answer) { () throws(Failure) in try session.terminal.line(Self.sentence(answer)) }
            if answer["reached"]?.asInt != 0 { session.suggest("instance", "list") }
        }

        private static func sentence(_ answer: JSON) -> String {
            if answer["repeated"]?.asBool == true { return "This event was here before: nothing happened." }
            guard let reached = answer["reached"]?.asInt else { return "The event is kept, and on its way." }
            return reached == 0
                ? "The event is kept. Nothing waits for it."
                : "The event has reached \(Text.count(reached, "instance", "instances"))."
        }
    }
}
