import ArgumentParser
import JSON

struct MeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "me",
        abstract: "Who you are to the server, and your password there.",
        subcommands: [Show.self, Password.self],
        defaultSubcommand: Show.self
    )

    struct Show: ClientCommand {
        static let configuration = CommandConfiguration(
            abstract: "Who you are to the server: roles, projects, queues, skills."
        )

        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func perform(_ session: Session) async throws(Failure) {
            let person = try await session.api.get(Address.me)
            try session.show(person) { () throws(Failure) in
                var facts = Facts()
                facts.add("id", person.text("id"))
                facts.add("roles", person["roles"]?.phrase)
                facts.add("projects", person["projects"]?.phrase)
                facts.add("queues", person["queues"]?.phrase)
                facts.add("skills", person["skills"]?.phrase)
                facts.add("server", session.api.connection.server.text)
                let names = [person.text("title"), person.text("name").map { "(\($0))" }].compactMap(\.self)
                let lines = facts.lines(colour: session.terminal.usesColour)
                try session.lines([session.title(names.joined(separator: " "))] + lines)
            }
        }
    }

    struct Password: ClientCommand {
        static let configuration = CommandConfiguration(
            abstract: "Change your password; you are signed out everywhere else.",
            discussion: """
                Asks for the present password and the new one; from a file or a pipe it reads them as two lines. A \
                token needs the scope `manage` for it.
                """
        )

        @Option(
            help: ArgumentHelp(
                "A file whose first line is the present password and whose second is the new one; - is standard input.",
                valueName: "file"
            ),
            completion: .file()
        )
        var passwordFile = "-"
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func perform(_ session: Session) async throws(Failure) {
            let (current, password) = try read()
            let call = Call(
                .put,
                Address.password,
                body: .json(["current": .string(current), "password": .string(password)])
            )
            _ = try await session.api.succeed(call)
            try session.show(["changed": true]) { () throws(Failure) in
                try session.terminal.line("Your password is changed. Your sessions have ended everywhere else.")
            }
        }

        private func read() throws(Failure) -> (current: String, new: String) {
            if passwordFile == "-", LocalFile.isTyped {
                let current = HiddenInput.ask("Present password: ")
                let (new, again) = (HiddenInput.ask("New password: "), HiddenInput.ask("New password again: "))
                guard new == again else { throw Failure(.failed, "The new password was not typed the same twice.") }
                return (current, new)
            }
            let text = try LocalFile.text(passwordFile, bytesMax: 4096)
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            guard lines.count >= 2, !lines[0].isEmpty, !lines[1].isEmpty else {
                throw Failure(.usage, "Give two lines: the present password, and the new one.")
            }
            return (lines[0], lines[1])
        }
    }
}

struct TokenCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token",
        abstract: "Your tokens, with which programs sign in as you.",
        subcommands: [List.self, Create.self, Revoke.self]
    )

    struct List: ClientCommand {
        static let configuration = CommandConfiguration(
            abstract: "List your tokens; the tokens themselves are never shown again."
        )

        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func perform(_ session: Session) async throws(Failure) {
            let listing = try await session.api.list(Address.tokens, limit: API.listItemsMax)
            try session.show(listing.json) { () throws(Failure) in
                var table = Table([
                    .init("TOKEN"), .init("NAME", isFlexible: true), .init("BEGINS"), .init("SCOPES"), .init("USED"),
                    .init("EXPIRES"),
                ])
                for item in listing.items {
                    let expires = item.moment("expires_at")
                    table.add([
                        .init(item.text("id") ?? ""), .init(item.text("name") ?? "", .strong),
                        .init(item.text("prefix") ?? "", .quiet), .init(item["scopes"]?.phrase ?? ""),
                        .init(item.moment("used_at").map(session.ago) ?? "never"),
                        .init(session.ago(expires), expires.map { $0 < session.now } == true ? .bad : .plain),
                    ])
                }
                try session.table(table, orSay: "You have no tokens.")
            }
        }
    }

    struct Create: ClientCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a token. It is shown this once.",
            discussion: """
                Prints the token alone on standard output, so that it can go where it belongs without being seen: \
                sirdar token create --name backups > token
                """
        )

        @Option(help: "What it is for.") var name: String
        @Option(
            help: ArgumentHelp(
                "What it may do: read, request, work, manage, events, inventory, on-behalf-of; can be repeated. "
                    + "(default: read)",
                valueName: "scope"
            )
        )
        var scope: [String] = []
        @Option(help: "After how many days it expires, 1 to 365.") var days = 90
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func validate() throws {
            guard (1...365).contains(days) else {
                throw ValidationError("--days is \(days), and must be from 1 to 365.")
            }
        }

        func perform(_ session: Session) async throws(Failure) {
            let scopes = scope.isEmpty ? ["read"] : scope
            let body: JSON = [
                "name": .string(name), "scopes": .array(scopes.map(JSON.string)), "days": .number(JSON.Number(days)),
            ]
            let token = try await session.api.post(Address.tokens, body) ?? .null
            try session.show(token) { () throws(Failure) in
                try session.terminal.line(Text.printable(token.text("token") ?? ""))
                let expires = token.moment("expires_at").map { " It expires \($0.relative(to: session.now))." } ?? ""
                session.say("This is the token, shown this once; it may \(scopes.joined(separator: ", ")).\(expires)")
                session.say(
                    "Keep it in a file that only you can read; name that with --token-file or SIRDAR_TOKEN_FILE."
                )
            }
        }
    }

    struct Revoke: ClientCommand {
        static let configuration = CommandConfiguration(abstract: "Make a token invalid, at once and for good.")

        @Argument(help: "The token's id, as `sirdar token list` shows it.") var id: String
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func perform(_ session: Session) async throws(Failure) {
            let answer = try await session.api.delete(Address.token(id)) ?? .null
            try session.show(answer) { () throws(Failure) in
                try session.terminal.line("Revoked token \(Text.printable(id)).")
            }
            session.suggest("token", "list")
        }
    }
}
