import ArgumentParser
import JSON

struct ImageCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "image",
        abstract: "Images and their states: saved, building, built.",
        subcommands: [List.self, Show.self, Shared.self, Unmark.self]
    )

    struct List: ClientCommand {
        static let configuration = CommandConfiguration(abstract: "List the images of your projects.")

        @Option(help: ArgumentHelp("Only those of this project.", valueName: "code"))
        var project: String?
        @Option(help: ArgumentHelp("Only those in this state: saved, building, built, failed, …", valueName: "state"))
        var state: String?
        @Option(help: ArgumentHelp("Only those with this in their name or description.", valueName: "text"))
        var search: String?
        @Flag(help: "Only golden images.") var golden = false
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func perform(_ session: Session) async throws(Failure) {
            let wanted = [("project", project), ("state", state), ("q", search), ("golden", golden ? "true" : nil)]
            let query = wanted.compactMap { name, value in value.map { (name, $0) } }
            let listing = try await session.api.list(Address.images, query: query, limit: API.listItemsMax)
            try session.show(listing.json) { () throws(Failure) in
                var table = Table([
                    .init("IMAGE"), .init("NAME"), .init("STATE"), .init("GOLDEN"), .init("TYPE"), .init("PROJECT"),
                    .init("LOCATION"), .init("THIS WEEK", isRight: true), .init("NOTE", isFlexible: true),
                ])
                for item in listing.items { table.add(Self.row(item)) }
                try session.table(
                    table,
                    orSay: "There are no images. Ask for one: sirdar request create --machine MACHINE --name NAME"
                )
            }
        }

        static func row(_ image: JSON) -> [Table.Cell] {
            let state = image.text("state") ?? ""
            return [
                .init(image.text("id") ?? ""), .init(image.text("name") ?? "", .strong),
                .init(Text.words(state), .state(state)), .init(image["golden"]?.asBool == true ? "golden" : "", .busy),
                .init(Text.words(image.text("type") ?? "")), .init(image.text("project") ?? ""),
                .init(image.text("location") ?? ""), .init(image.text("cost_this_week") ?? ""),
                .init(image.text("note") ?? ""),
            ]
        }
    }

    struct Shared: ClientCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the golden images of other projects that are shared with yours."
        )

        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func perform(_ session: Session) async throws(Failure) {
            let listing = try await session.api.list(Address.sharedImages, limit: API.listItemsMax)
            try session.show(listing.json) { () throws(Failure) in
                var table = Table([
                    .init("IMAGE"), .init("NAME"), .init("STATE"), .init("GOLDEN"), .init("TYPE"), .init("PROJECT"),
                    .init("LOCATION"), .init("THIS WEEK", isRight: true), .init("NOTE", isFlexible: true),
                ])
                for item in listing.items { table.add(List.row(item)) }
                try session.table(table, orSay: "No golden image of another project is shared with yours.")
            }
        }
    }

    struct Unmark: ClientCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take the golden mark from an image; for supervisors.",
            discussion: "Other projects no longer have it for new machines. What was made of it stays."
        )

        @Argument(help: "The image's id.") var id: String
        @Option(help: ArgumentHelp("Why, for the journal.", valueName: "text")) var reason: String?
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func perform(_ session: Session) async throws(Failure) {
            let body: JSON? = reason.map { ["reason": .string($0)] }
            let image = try await session.api.delete(Address.golden(id), body) ?? .null
            try session.show(image) { () throws(Failure) in
                try session.terminal.line("\(Text.printable(image.text("name") ?? id)) is golden no more.")
            }
        }
    }

    struct Show: ClientCommand {
        static let configuration = CommandConfiguration(abstract: "Show one image.")

        @Argument(help: "The image's id.") var id: String
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func perform(_ session: Session) async throws(Failure) {
            let image = try await session.api.get(Address.image(id))
            try session.show(image) { () throws(Failure) in
                try session.lines([session.title(image.text("name") ?? id)] + Self.facts(of: image, session))
            }
            if let request = image.text("request") { session.suggest("request", "show", request) }
        }

        static func facts(of image: JSON, _ session: Session) -> [String] {
            var facts = Facts()
            let state = image.text("state") ?? ""
            facts.add("image", image.text("id"))
            facts.add("state", Text.words(state), .state(state))
            facts.add("golden", image["golden"]?.asBool == true ? "yes" : nil, .busy)
            facts.add("shared with", image["shared_with"].flatMap { $0.asString ?? ($0.isNull ? nil : $0.phrase) })
            facts.add("type", image.text("type").map(Text.words))
            facts.add("project", image.text("project"))
            facts.add("location", image.text("location"))
            facts.add("made from", image.text("source"))
            facts.add("description", image.text("description"))
            facts.add("this week", image.text("cost_this_week"))
            facts.add("note", image.text("note"))
            facts.add("digest", image.text("digest"))
            facts.add("request", image.text("request"))
            facts.add("created", session.time(image.moment("created_at")))
            return facts.lines(colour: session.terminal.usesColour)
        }
    }
}
