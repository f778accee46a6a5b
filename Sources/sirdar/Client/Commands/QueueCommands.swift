import ArgumentParser
import JSON

struct QueueCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "queue",
        abstract: "The queues of manual steps.",
        subcommands: [List.self]
    )

    struct List: ClientCommand {
        static let configuration = CommandConfiguration(abstract: "List the queues, with what waits in them.")

        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func perform(_ session: Session) async throws(Failure) {
            let listing = try await session.api.list(Address.queues, limit: API.listItemsMax)
            try session.show(listing.json) { () throws(Failure) in
                var table = Table([
                    .init("QUEUE"), .init("TITLE", isFlexible: true), .init("READY", isRight: true),
                    .init("HELD", isRight: true), .init("YOU"),
                ])
                for item in listing.items {
                    let ready = item["ready"]?.asInt ?? 0
                    table.add([
                        .init(item.text("name") ?? "", .strong), .init(item.text("title") ?? ""),
                        .init(String(ready), ready > 0 ? .new : .quiet), .init(item["held"]?.phrase ?? ""),
                        .init(item["member"]?.asBool == true ? "member" : ""),
                    ])
                }
                try session.table(table, orSay: "There are no queues for you to see.")
            }
        }
    }
}
