import ArgumentParser
import JSON

struct ProjectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "project",
        abstract: "The projects that you are a member of.",
        subcommands: [List.self]
    )

    struct List: ClientCommand {
        static let configuration = CommandConfiguration(abstract: "List the projects.")

        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func perform(_ session: Session) async throws(Failure) {
            let listing = try await session.api.list(Address.projects, limit: API.listItemsMax)
            try session.show(listing.json) { () throws(Failure) in
                var table = Table([.init("PROJECT"), .init("TITLE", isFlexible: true), .init("LOCATION")])
                for item in listing.items {
                    table.add([
                        .init(item.text("code") ?? "", .strong), .init(item.text("title") ?? ""),
                        .init(item.text("location") ?? ""),
                    ])
                }
                try session.table(table, orSay: "You are a member of no project; an administrator can change that.")
            }
        }
    }
}
