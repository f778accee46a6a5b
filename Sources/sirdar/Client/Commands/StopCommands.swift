import ArgumentParser
import JSON

struct StopCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stop",
        abstract: "Stop the line: let nothing new begin on a queue, location, cloud, action or workflow.",
        discussion: "What runs finishes. What waits goes on at once when the stop is lifted.",
        subcommands: [List.self, Set.self, Lift.self],
        defaultSubcommand: List.self
    )

    struct List: ClientCommand {
        static let configuration = CommandConfiguration(abstract: "List what is stopped: by whom, since when, why.")

        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func perform(_ session: Session) async throws(Failure) {
            let answer = try await session.api.get(Address.stops)
            try session.show(answer) { () throws(Failure) in
                var table = Table([
                    .init("STOPPED"), .init("NAME"), .init("SINCE"), .init("BY"), .init("WHY", isFlexible: true),
                ])
                for item in answer.elements("items") {
                    table.add([
                        .init(item.text("kind") ?? "", .bad), .init(item.text("name") ?? "", .strong),
                        .init(session.ago(item.moment("since"))), .init(item.person("by") ?? ""),
                        .init(item.text("reason") ?? ""),
                    ])
                }
                try session.table(table, orSay: "Nothing is stopped.")
            }
        }
    }

    struct Set: ClientCommand {
        static let configuration = CommandConfiguration(
            abstract: "Stop a part of the installation; everybody reads why on every page."
        )

        @OptionGroup var part: PartArguments
        @OptionGroup var why: ReasonOption
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func perform(_ session: Session) async throws(Failure) {
            let address = Address.stop(part.kind.rawValue, part.name)
            let stop = try await session.api.put(address, ["reason": .string(why.reason)])
            try session.show(stop) { () throws(Failure) in
                try session.terminal.line("Stopped: \(part.kind.rawValue) \(Text.printable(part.name)).")
            }
            session.suggest("stop", "lift", part.kind.rawValue, part.name)
        }
    }

    struct Lift: ClientCommand {
        static let configuration = CommandConfiguration(abstract: "Lift a stop: what waited goes on at once.")

        @OptionGroup var part: PartArguments
        @OptionGroup var why: ReasonOption
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func perform(_ session: Session) async throws(Failure) {
            let address = Address.stop(part.kind.rawValue, part.name)
            _ = try await session.api.delete(address, ["reason": .string(why.reason)])
            try session.show(["lifted": true]) { () throws(Failure) in
                try session.terminal.line("Lifted: \(part.kind.rawValue) \(Text.printable(part.name)).")
            }
        }
    }

    /// What can be stopped.
    enum Kind: String, ExpressibleByArgument, CaseIterable, Sendable {
        case queue, location, cloud, action, workflow
    }

    struct PartArguments: ParsableArguments {
        @Argument(help: "What it is: queue, location, cloud, action or workflow.") var kind: Kind
        @Argument(help: "Its name; a workflow's is namespace/name.") var name: String
    }
}
