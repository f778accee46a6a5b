import ArgumentParser
import JSON

struct JournalCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "journal",
        abstract: "The record of who did what, and of what was refused.",
        subcommands: [List.self, Show.self, Export.self, VerifyCommand.self, Prove.self]
    )

    struct List: ClientCommand {
        static let configuration = CommandConfiguration(
            abstract: "List entries of the journal, the newest first.",
            discussion: "With --json each entry has its whole detail, with the values before and after."
        )

        @Option(help: ArgumentHelp("Only those of this request, instance, task, image or person.", valueName: "id"))
        var object: String?
        @Option(help: ArgumentHelp("Only what this person did, or what was done to them.", valueName: "name"))
        var person: String?
        @Option(
            help: ArgumentHelp("Only this action, or all that begin with it: task, task.claimed.", valueName: "action")
        )
        var action: String?
        @Flag(help: "Only what was refused.") var refused = false
        @Option(help: ArgumentHelp("Only from this time on, in UTC: 2026-11-23, 2026-11-23T09:00.", valueName: "time"))
        var from: String?
        @Option(help: ArgumentHelp("Only up to this time.", valueName: "time")) var to: String?
        @Flag(help: "The oldest first.") var oldestFirst = false
        @OptionGroup var limit: LimitOption
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func perform(_ session: Session) async throws(Failure) {
            let asked: [(name: String, value: String?)] = [
                ("object", object), ("person", person), ("action", action), ("outcome", refused ? "refused" : nil),
                ("from", from), ("to", to), ("order", oldestFirst ? "oldest" : nil),
            ]
            let query = asked.compactMap { part in part.value.map { (name: part.name, value: $0) } }
            let listing = try await session.api.list(Address.entries, query: query, limit: limit.limit)
            try session.show(listing.json) { () throws(Failure) in
                var table = Table([
                    .init("ENTRY", isRight: true), .init("WHEN"), .init("WHO"), .init("BY"), .init("WHAT"),
                    .init("OBJECT"), .init("REFUSED", isFlexible: true),
                ])
                for item in listing.items { table.add(Self.row(item)) }
                try session.table(table, orSay: "The journal has no such entries.")
            }
            limit.sayWhatIsLeft(listing, session)
        }

        private static func row(_ entry: JSON) -> [Table.Cell] {
            // The part is what is meant: the task of an instance, the name of a machine.
            let object = [entry["object"]?.text("kind"), entry.text("part") ?? entry["object"]?.text("id")]
            return [
                .init(entry["sequence"]?.phrase ?? "", .quiet),
                .init(entry.moment("at").map(\.local) ?? entry.text("at") ?? ""),
                .init(entry.person("actor") ?? ""), .init(entry.text("channel") ?? "", .quiet),
                .init(entry.text("action") ?? "", .strong), .init(object.compactMap(\.self).joined(separator: " ")),
                .init(entry.text("refusal") ?? "", .bad),
            ]
        }
    }
}
