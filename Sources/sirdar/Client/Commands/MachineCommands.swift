import ArgumentParser
import JSON

struct MachineCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "machine",
        abstract: "Machines: which there are, their power, their files.",
        subcommands: [List.self, Show.self, Create.self, Start.self, Stop.self, MachineFileCommand.self]
    )

    struct List: ClientCommand {
        static let configuration = CommandConfiguration(abstract: "List the machines of your projects.")

        @Option(help: ArgumentHelp("Only those of this project.", valueName: "code"))
        var project: String?
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func perform(_ session: Session) async throws(Failure) {
            let query = project.map { [(name: "project", value: $0)] } ?? []
            let listing = try await session.api.list(Address.machines, query: query, limit: API.listItemsMax)
            try session.show(listing.json) { () throws(Failure) in
                var table = Table([
                    .init("MACHINE"), .init("PROJECT"), .init("POWER"), .init("TYPE"), .init("OS"), .init("ADDRESS"),
                    .init("LOCATION"), .init("MADE FROM"), .init("IMAGE", isFlexible: true),
                ])
                for item in listing.items {
                    let power = item.text("power") ?? ""
                    table.add([
                        .init(item.text("name") ?? "", .strong), .init(item.text("project") ?? ""),
                        .init(Text.words(power), .state(power)), .init(Text.words(item.text("type") ?? "")),
                        .init(item.text("os") ?? ""), .init(item.text("address") ?? ""),
                        .init(item.text("location") ?? ""),
                        .init(item["made_from"]?["profile"]?.text("name") ?? ""),
                        .init(item.text("imaging_refusal") ?? "can be requested"),
                    ])
                }
                try session.table(table, orSay: "There are no machines in your projects.")
            }
        }
    }

    struct Show: ClientCommand {
        static let configuration = CommandConfiguration(abstract: "Show one machine.")

        @Argument(help: "The machine's name.") var name: String
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func perform(_ session: Session) async throws(Failure) {
            let machine = try await session.api.get(Address.machine(name))
            try session.show(machine) { () throws(Failure) in
                let view = DocumentView(
                    document: machine,
                    width: session.terminal.columns,
                    colour: session.terminal.usesColour
                )
                try session.lines([session.title(machine.text("name") ?? name)] + view.lines())
            }
        }
    }

    struct Create: ClientCommand {
        static let configuration = CommandConfiguration(
            abstract: "Ask for machines from a build profile, all alike.",
            discussion: """
                They are called PREFIX-01, PREFIX-02 and so on, and are off until somebody turns them on. When the \
                request is withdrawn before its end, those that were made are removed again.
                """
        )

        @Option(help: .profile) var profile: String
        @Option(help: "What their names begin with.") var prefix: String
        @Option(help: "How many, 1 to 50.") var count = 1
        @Option(help: ArgumentHelp("The first one's number.", valueName: "number")) var first = 1
        @OptionGroup var behalf: RequestCommand.BehalfOption
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func perform(_ session: Session) async throws(Failure) {
            let id = try await session.profileID(profile)
            let wish: JSON.Object = [
                "kind": "machines", "profile": .string(id), "prefix": .string(prefix),
                "count": .number(JSON.Number(count)), "first": .number(JSON.Number(first)),
            ]
            let what = count == 1 ? "a machine" : "\(count) machines"
            try await RequestCommand.submit(wish, behalf, session, "\(what) from \(profile)")
        }
    }

    struct Start: ClientCommand {
        static let configuration = CommandConfiguration(abstract: "Turn a machine on.")

        @Argument(help: "The machine's name.") var name: String
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func perform(_ session: Session) async throws(Failure) {
            try await MachineCommand.power("on", of: name, session)
            session.suggest("machine", "show", name)
        }
    }

    struct Stop: ClientCommand {
        static let configuration = CommandConfiguration(
            abstract: "Turn a machine off, as an image of it needs.",
            discussion: "Whoever works on the machine loses what is not saved."
        )

        @Argument(help: "The machine's name.") var name: String
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func perform(_ session: Session) async throws(Failure) {
            try await MachineCommand.power("off", of: name, session)
            session.suggest("request", "create", "--machine", name, "--name", "NAME")
        }
    }

    private static func power(_ power: String, of name: String, _ session: Session) async throws(Failure) {
        let machine = try await session.api.put(Address.power(name), ["power": .string(power)])
        try session.show(machine) { () throws(Failure) in
            let now = machine.text("power") ?? power
            let shown = session.terminal.paint(Text.printable(Text.words(now)), .state(now))
            try session.terminal.line("\(Text.printable(machine.text("name") ?? name)) is \(shown).")
        }
    }
}
