import ArgumentParser
import JSON

struct AbsenceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "absence",
        abstract: "Who is away, and who stands in for them.",
        subcommands: [List.self, Set.self, End.self],
        defaultSubcommand: List.self
    )

    struct List: ClientCommand {
        static let configuration = CommandConfiguration(abstract: "List who is away, or will be.")

        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func perform(_ session: Session) async throws(Failure) {
            let listing = try await session.api.list(Address.absences, limit: API.listItemsMax)
            try session.show(listing.json) { () throws(Failure) in
                var table = Table([.init("WHO"), .init(""), .init("FROM"), .init("UNTIL"), .init("SUBSTITUTE")])
                for item in listing.items {
                    table.add([
                        .init(item.person("person") ?? "", .strong),
                        .init(item["away"]?.asBool == true ? "away" : "", .busy),
                        .init(item.moment("from")?.local ?? ""), .init(item.moment("until")?.local ?? ""),
                        .init(item.person("substitute") ?? "nobody"),
                    ])
                }
                try session.table(table, orSay: "Nobody is away.")
            }
        }
    }

    struct Set: ClientCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say when you are away, and who stands in for you.",
            discussion: """
                What is assigned to you then goes to your substitute. What you hold stays with you: \
                sirdar task hand-over.
                """
        )

        @Option(help: "Until when: 2026-11-25T14:00:00Z, 2026-11-25, or P3D for in three days.") var until: String
        @Option(help: "From when. (default: now)") var from: String?
        @Option(help: "Who stands in for you; they must be in all your queues.") var substitute: String?
        @OptionGroup var whose: PersonOption
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func perform(_ session: Session) async throws(Failure) {
            var body: JSON.Object = ["until": .string(until)]
            body["from"] = from.map(JSON.string)
            body["substitute"] = substitute.map(JSON.string)
            let absence = try await session.api.put(Address.absence(whose.person), .object(body))
            try session.show(absence) { () throws(Failure) in
                let until = absence.moment("until")?.local ?? ""
                let standIn = absence.person("substitute").map { "\($0) stands in" } ?? "nobody stands in"
                try session.terminal.line("Away until \(until); \(Text.printable(standIn)).")
            }
            session.suggest("task", "hand-over")
        }
    }

    struct End: ClientCommand {
        static let configuration = CommandConfiguration(abstract: "Say that you are there again.")

        @OptionGroup var whose: PersonOption
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func perform(_ session: Session) async throws(Failure) {
            _ = try await session.api.delete(Address.absence(whose.person))
            try session.show(["ended": true]) { () throws(Failure) in try session.terminal.line("The absence is ended.")
            }
        }
    }

    struct PersonOption: ParsableArguments {
        @Option(help: "Whose, by name or id; for supervisors. (default: yours)") var person: String?
    }
}
