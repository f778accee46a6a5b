import ArgumentParser
import JSON

extension TaskCommand {
    struct Views: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "view",
            abstract: "Filters of the queue that were given a name: your own, and everybody's.",
            discussion: "`sirdar task list --view NAME` uses one.",
            subcommands: [List.self, Save.self, Remove.self],
            defaultSubcommand: List.self
        )

        struct List: ClientCommand {
            static let configuration = CommandConfiguration(abstract: "List the views that you can use.")

            @OptionGroup var connection: ConnectionOptions
            @OptionGroup var output: OutputOptions

            func perform(_ session: Session) async throws(Failure) {
                let answer = try await session.api.get(Address.views)
                try session.show(answer) { () throws(Failure) in
                    var table = Table([.init("VIEW"), .init("FILTER", isFlexible: true), .init("WHOSE")])
                    for item in answer.elements("items") {
                        let whose = item["shared"]?.asBool == true ? "shared, by \(item.text("by") ?? "")" : "yours"
                        table.add([
                            .init(item.text("name") ?? "", .strong), .init(item.text("filter") ?? ""),
                            .init(whose, .quiet),
                        ])
                    }
                    try session.table(table, orSay: "There are no views. Next: sirdar task view save NAME --filter …")
                }
            }
        }

        struct Save: ClientCommand {
            static let configuration = CommandConfiguration(abstract: "Give a filter a name.")

            @Argument(help: "The view's name.") var name: String
            @Option(help: "The filter, as `sirdar task list --filter` takes it.") var filter: String
            @Flag(help: "For everybody; as a supervisor.") var shared = false
            @OptionGroup var connection: ConnectionOptions
            @OptionGroup var output: OutputOptions

            func perform(_ session: Session) async throws(Failure) {
                let body: JSON = ["name": .string(name), "filter": .string(filter), "shared": .bool(shared)]
                let view = try await session.api.post(Address.views, body) ?? .null
                try session.show(view) { () throws(Failure) in
                    try session.terminal.line("Saved the view \(Text.printable(view.text("name") ?? name)).")
                }
                session.suggest("task", "list", "--view", name)
            }
        }

        struct Remove: ClientCommand {
            static let configuration = CommandConfiguration(
                abstract: "Remove a view of yours; a shared one as a supervisor."
            )

            @Argument(help: "The view's name; your own before a shared one.") var name: String
            @OptionGroup var connection: ConnectionOptions
            @OptionGroup var output: OutputOptions

            func perform(_ session: Session) async throws(Failure) {
                let view = try await session.view(named: name)
                _ = try await session.api.succeed(Call(.delete, Address.view(view.text("id") ?? "")))
                try session.show(view) { () throws(Failure) in
                    try session.terminal.line("The view \(Text.printable(name)) is gone.")
                }
            }
        }
    }
}

extension Session {
    /// One's own before a shared one of the same name.
    func view(named name: String) async throws(Failure) -> JSON {
        let views = try await api.get(Address.views).elements("items")
        let found = views.filter { $0.text("name")?.lowercased() == name.lowercased() }
        if let view = found.first(where: { $0["shared"]?.asBool == false }) ?? found.first { return view }
        throw Failure(.notFound, "There is no view called \(name). See `sirdar task view`.")
    }
}
