import ArgumentParser
import JSON

struct ProfileCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "profile",
        abstract: "Build profiles: templates for machines of a project, with the image that they are made of.",
        subcommands: [List.self, Show.self, Images.self, Create.self, Change.self, Retire.self]
    )

    struct List: ClientCommand {
        static let configuration = CommandConfiguration(abstract: "List the build profiles of your projects.")

        @Option(help: ArgumentHelp("Only those of this project.", valueName: "code"))
        var project: String?
        @Flag(help: "Those that are retired too.") var retired = false
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func perform(_ session: Session) async throws(Failure) {
            let wanted = [("project", project), ("retired", retired ? "true" : nil)]
            let query = wanted.compactMap { name, value in value.map { (name, $0) } }
            let listing = try await session.api.list(Address.profiles, query: query, limit: API.listItemsMax)
            try session.show(listing.json) { () throws(Failure) in
                var table = Table([
                    .init("PROFILE"), .init("NAME"), .init("PROJECT"), .init("TYPE"), .init("IMAGE"),
                    .init("MACHINES", isFlexible: true),
                ])
                for item in listing.items {
                    table.add([
                        .init(item.text("id") ?? ""), .init(item.text("name") ?? "", .strong),
                        .init(item.text("project") ?? ""), .init(Text.words(item.text("type") ?? "")),
                        .init(item["image"]?.text("name") ?? ""), .init(item.text("refusal") ?? "can be made"),
                    ])
                }
                try session.table(
                    table,
                    orSay: "There are no build profiles. See what one could name: "
                        + "sirdar profile images --project CODE --type TYPE"
                )
            }
        }
    }

    struct Show: ClientCommand {
        static let configuration = CommandConfiguration(abstract: "Show one build profile.")

        @Argument(help: .profile) var profile: String
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func perform(_ session: Session) async throws(Failure) {
            let id = try await session.profileID(profile)
            let found = try await session.api.get(Address.profile(id))
            try session.show(found) { () throws(Failure) in
                try session.lines([session.title(found.text("name") ?? id)] + ProfileCommand.facts(of: found, session))
            }
        }
    }

    struct Images: ClientCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the images that a project has, and which of them a build profile can name."
        )

        @Option(help: ArgumentHelp("The project.", valueName: "code")) var project: String
        @Option(help: "What the machines are for: workstation or renderNode.") var type: String
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func perform(_ session: Session) async throws(Failure) {
            let address = Address.imageChoices(of: project)
            let listing = try await session.api.list(address, query: [("type", type)], limit: API.listItemsMax)
            try session.show(listing.json) { () throws(Failure) in
                var table = Table([
                    .init("IMAGE"), .init("NAME"), .init("OF"), .init("GOLDEN"),
                    .init("CAN BE CHOSEN", isFlexible: true),
                ])
                for item in listing.items {
                    let image = item["image"] ?? .null
                    table.add([
                        .init(image.text("id") ?? ""), .init(image.text("name") ?? "", .strong),
                        .init(image.text("project") ?? ""),
                        .init(image["golden"]?.asBool == true ? "golden" : "", .busy),
                        .init(item.text("refusal") ?? "yes"),
                    ])
                }
                try session.table(table, orSay: "The project has no images, and no golden image is shared with it.")
            }
        }
    }

    struct Create: ClientCommand {
        static let configuration = CommandConfiguration(abstract: "Make a build profile.")

        @Option(help: ArgumentHelp("The project whose machines it is for.", valueName: "code")) var project: String
        @Option(help: "What it is to be called.") var name: String
        @Option(help: "What the machines are for: workstation or renderNode.") var type: String
        @Option(help: "The id of the image that they are made of; see sirdar profile images.") var image: String
        @Option(help: ArgumentHelp("What it is for, for whoever uses it.", valueName: "text")) var description: String?
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func perform(_ session: Session) async throws(Failure) {
            var body: JSON.Object = [
                "project": .string(project), "name": .string(name), "type": .string(type), "image": .string(image),
            ]
            body["description"] = description.map(JSON.string)
            let made = try await session.api.post(Address.profiles, .object(body)) ?? .null
            let id = made.text("id") ?? ""
            try session.show(made) { () throws(Failure) in
                try session.terminal.line(
                    "Made the build profile \(Text.printable(name)). Profile \(Text.printable(id))."
                )
            }
            if !id.isEmpty { session.suggest("profile", "show", id) }
        }
    }

    struct Change: ClientCommand {
        static let configuration = CommandConfiguration(
            abstract: "Change a build profile.",
            discussion: "What is not given stays. Machines that were made from it stay as they are."
        )

        @Argument(help: .profile) var profile: String
        @Option(help: "What it is to be called.") var name: String?
        @Option(help: "The id of the image that machines are made of from now on.") var image: String?
        @Option(help: ArgumentHelp("What it is for, for whoever uses it.", valueName: "text")) var description: String?
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        private var changes: JSON.Object {
            var body = JSON.Object()
            body["name"] = name.map(JSON.string)
            body["image"] = image.map(JSON.string)
            body["description"] = description.map(JSON.string)
            return body
        }

        func validate() throws {
            if changes.isEmpty { throw ValidationError("Say what is to be changed: --name, --image, --description.") }
        }

        func perform(_ session: Session) async throws(Failure) {
            let id = try await session.profileID(profile)
            let seen = try await session.api.succeed(Call(.get, Address.profile(id)))
            var call = Call(.patch, Address.profile(id), body: .json(.object(changes)))
            call.ifMatch = seen.tag
            let changed = try session.api.document(try await session.api.succeed(call))
            try session.show(changed) { () throws(Failure) in
                try session.terminal.line("Changed the build profile \(Text.printable(changed.text("name") ?? id)).")
            }
            session.suggest("profile", "show", id)
        }
    }

    struct Retire: ClientCommand {
        static let configuration = CommandConfiguration(
            abstract: "Retire a build profile: no more machines are made from it.",
            discussion: "Those that there are stay, and so does its history. Its name is free."
        )

        @Argument(help: .profile) var profile: String
        @Option(help: ArgumentHelp("Why, for the journal.", valueName: "text")) var reason: String?
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func perform(_ session: Session) async throws(Failure) {
            let id = try await session.profileID(profile)
            let body: JSON? = reason.map { ["reason": .string($0)] }
            let retired = try await session.api.delete(Address.profile(id), body) ?? .null
            try session.show(retired) { () throws(Failure) in
                try session.terminal.line("Retired the build profile \(Text.printable(retired.text("name") ?? id)).")
            }
        }
    }

    private static func facts(of profile: JSON, _ session: Session) -> [String] {
        var facts = Facts()
        facts.add("profile", profile.text("id"))
        facts.add("project", profile.text("project"))
        facts.add("type", profile.text("type").map(Text.words))
        if let image = profile["image"], !image.isNull {
            let golden = image["golden"]?.asBool == true ? ", golden" : ""
            let state = Text.words(image.text("state") ?? "")
            facts.add("image", "\(image.text("name") ?? "") (\(state)\(golden)), \(image.text("id") ?? "")")
        }
        facts.add("machines", profile.text("refusal") ?? "can be made")
        facts.add("description", profile.text("description"))
        facts.add("made by", profile.person("made_by"))
        facts.add("made", session.time(profile.moment("created_at")))
        facts.add("retired", session.time(profile.moment("retired_at")))
        return facts.lines(colour: session.terminal.usesColour)
    }
}

extension ArgumentHelp {
    static let profile = ArgumentHelp("The build profile's id, or its name where only one is called so.")
}

extension Session {
    /// The identifier of a build profile that is called so.
    func profileID(_ profile: String) async throws(Failure) -> String {
        if profile.utf8.count == 36, profile.split(separator: "-").count == 5 { return profile }
        let listing = try await api.list(Address.profiles, limit: API.listItemsMax)
        let found = listing.items.filter { $0.text("name") == profile }
        guard let id = found.first?.text("id") else {
            throw Failure(.notFound, "There is no build profile called \(profile). See `sirdar profile list`.")
        }
        guard found.count == 1 else {
            throw Failure(.conflict, "Several projects have a build profile called \(profile): say its id.")
        }
        return id
    }
}
