import ArgumentParser
import JSON

struct PersonCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "person",
        abstract: "Who may sign in, and what they may do; for administrators.",
        subcommands: [
            List.self, Add.self, Change.self, Disable.self, Enable.self, ResetLink.self, Identities.self, Link.self,
            Unlink.self, Sessions.self, Tokens.self, Erase.self,
        ]
    )

    struct List: ClientCommand {
        static let configuration = CommandConfiguration(abstract: "List everybody, services included.")

        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func perform(_ session: Session) async throws(Failure) {
            let listing = try await session.api.list(Address.people, limit: API.listItemsMax)
            try session.show(listing.json) { () throws(Failure) in
                var table = Table([
                    .init("NAME"), .init("TITLE", isFlexible: true), .init("ROLES"), .init("PROJECTS"),
                    .init("QUEUES"), .init("STATE"),
                ])
                for item in listing.items {
                    let isOut = item["disabled"]?.asBool == true
                    table.add([
                        .init(item.text("name") ?? "", .strong), .init(item.text("title") ?? ""),
                        .init(item["roles"]?.phrase ?? ""), .init(item["projects"]?.phrase ?? ""),
                        .init(item["queues"]?.phrase ?? ""),
                        .init(
                            isOut ? "disabled" : item["service"]?.asBool == true ? "service" : "",
                            isOut ? .bad : .plain
                        ),
                    ])
                }
                try session.table(table, orSay: "There is nobody.")
            }
        }
    }

    struct Add: ClientCommand {
        static let configuration = CommandConfiguration(
            abstract: "Add a person, or a service.",
            discussion: "A person chooses their password by a link: sirdar person reset-link."
        )

        @Argument(help: "What they sign in with: a-z, 0-9, `.`, `-` and `_`.") var name: String
        @OptionGroup var rights: RightsOptions
        @Flag(help: "A program, which signs in by tokens alone.") var service = false
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func perform(_ session: Session) async throws(Failure) {
            var body = rights.body
            body["name"] = .string(name)
            if service { body["service"] = true }
            let person = try await session.api.post(Address.people, .object(body)) ?? .null
            try session.show(person) { () throws(Failure) in
                try session.terminal.line("Added \(Text.printable(name)).")
            }
            if !service { session.suggest("person", "reset-link", name) }
        }
    }

    struct Change: ClientCommand {
        static let configuration = CommandConfiguration(
            abstract: "Change what a person is called and may do.",
            discussion: "What is given takes the place of what was; what is not given stays."
        )

        @Argument(help: .person) var person: String
        @OptionGroup var rights: RightsOptions
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func validate() throws {
            if rights.body.isEmpty { throw ValidationError("Say what is to be changed: --title, --role, --queue …") }
        }

        func perform(_ session: Session) async throws(Failure) {
            let changed = try await session.change(person, rights.body)
            try session.show(changed) { () throws(Failure) in
                try session.terminal.line("Changed \(Text.printable(person)).")
            }
        }
    }

    struct Disable: ClientCommand {
        static let configuration = CommandConfiguration(
            abstract: "Let a person in no more: their sessions and tokens are of no use from now on."
        )

        @Argument(help: .person) var person: String
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func perform(_ session: Session) async throws(Failure) {
            let changed = try await session.change(person, ["disabled": true])
            try session.show(changed) { () throws(Failure) in
                try session.terminal.line(
                    "\(Text.printable(person)) is out. What they held is theirs until taken over."
                )
            }
            session.suggest("task", "list")
        }
    }

    struct Enable: ClientCommand {
        static let configuration = CommandConfiguration(abstract: "Let a person in again.")

        @Argument(help: .person) var person: String
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func perform(_ session: Session) async throws(Failure) {
            let changed = try await session.change(person, ["disabled": false])
            try session.show(changed) { () throws(Failure) in
                try session.terminal.line("\(Text.printable(person)) can sign in again.")
            }
        }
    }

    struct ResetLink: ClientCommand {
        static let configuration = CommandConfiguration(
            commandName: "reset-link",
            abstract: "Make a link by which a person chooses a password, once and within a day.",
            discussion: "Prints the link alone. Whoever has it can sign in as the person: give it to nobody else."
        )

        @Argument(help: .person) var person: String
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func perform(_ session: Session) async throws(Failure) {
            let id = try await session.personID(person)
            let made = try await session.api.post(Address.resetLinks(id), [:]) ?? .null
            try session.show(made) { () throws(Failure) in
                let link = made.text("link") ?? ""
                // A server that was not told how browsers reach it says only the path.
                let base = link.hasPrefix("/") ? session.api.connection.server.text : ""
                try session.terminal.line(Text.printable(base + link))
                let expires = made.moment("expires_at").map { " until \($0.local)" } ?? ""
                session.say("It works once\(expires); links made before are of no use any more.")
            }
        }
    }
}

/// What a person is called and may do.
struct RightsOptions: ParsableArguments {
    @Option(help: "How others see them.") var title: String?
    @Option(help: "requester, operator, supervisor, author, auditor or admin; can be repeated.") var role: [String] = []
    @Option(help: "A project that they see, or * for every one; can be repeated.") var project: [String] = []
    @Option(help: "A queue that they work on; can be repeated.") var queue: [String] = []
    @Option(help: "A skill that they have; can be repeated.") var skill: [String] = []

    var body: JSON.Object {
        var body = JSON.Object()
        body["title"] = title.map(JSON.string)
        for (name, values) in [("roles", role), ("projects", project), ("queues", queue), ("skills", skill)]
        where !values.isEmpty { body[name] = .array(values.map(JSON.string)) }
        return body
    }
}

extension ArgumentHelp {
    static let person = ArgumentHelp("The person's name, or id.")
}

extension Session {
    /// The identifier of a person who is called so.
    func personID(_ person: String) async throws(Failure) -> String {
        if person.utf8.count == 36, person.contains("-") { return person }
        let everybody = try await api.list(Address.people, limit: API.listItemsMax).items
        guard let id = everybody.first(where: { $0.text("name") == person.lowercased() })?.text("id") else {
            throw Failure(.notFound, "There is nobody called \(person). See `sirdar person list`.")
        }
        return id
    }

    /// Changes a person as they are now: what somebody else changes meanwhile is not lost.
    fileprivate func change(_ person: String, _ body: JSON.Object) async throws(Failure) -> JSON {
        let id = try await personID(person)
        let seen = try await api.succeed(Call(.get, Address.person(id)))
        var call = Call(.patch, Address.person(id), body: .json(.object(body)))
        call.ifMatch = seen.tag
        return try api.document(try await api.succeed(call))
    }
}
