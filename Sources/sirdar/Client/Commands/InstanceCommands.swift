import ArgumentParser
import JSON

struct InstanceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "instance",
        abstract: "Workflows as they run: each step, and what they wait for.",
        subcommands: [
            List.self, Show.self, Suspend.self, Resume.self, Retry.self, Skip.self, GiveUp.self, Edit.self, Rewind.self,
        ]
    )

    struct List: ClientCommand {
        static let configuration = CommandConfiguration(abstract: "List instances, the newest first.")

        @Flag(help: "Only those that have not ended.") var open = false
        @OptionGroup var limit: LimitOption
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func perform(_ session: Session) async throws(Failure) {
            let query = open ? [(name: "state", value: "open")] : []
            let listing = try await session.api.list(Address.instances, query: query, limit: limit.limit)
            try session.show(listing.json) { () throws(Failure) in
                var table = Table([
                    .init("INSTANCE"), .init("STATUS"), .init("WORKFLOW"), .init("PROJECT"), .init("BY"),
                    .init("STARTED"),
                    .init("CHANGED"),
                ])
                for item in listing.items {
                    let status = item.text("status") ?? ""
                    table.add([
                        .init(item.text("id") ?? ""), .init(Text.words(status), .state(status)),
                        .init(InstanceView.workflow(item), .strong), .init(item.text("project") ?? ""),
                        .init(item.person("requester") ?? ""), .init(session.ago(item.moment("started_at"))),
                        .init(session.ago(item.moment("updated_at"))),
                    ])
                }
                try session.table(table, orSay: open ? "Nothing runs." : "There are no instances.")
            }
            limit.sayWhatIsLeft(listing, session)
        }
    }

    struct Show: ClientCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show an instance: its steps, and what it waits for, on whom, since when."
        )

        @Argument(help: "The instance's id.") var id: String
        @Flag(help: "Go on showing it until it has ended; Ctrl-C leaves.") var watch = false
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func perform(_ session: Session) async throws(Failure) {
            if watch { return try await InstanceWatch(id: id, session: session).run() }
            let instance = try await session.api.get(Address.instance(id))
            try session.show(instance) { () throws(Failure) in
                try session.lines(InstanceView(instance, session).lines)
            }
        }
    }
}
