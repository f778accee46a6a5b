import ArgumentParser
import JSON

extension PersonCommand {
    struct Sessions: ClientCommand {
        static let configuration = CommandConfiguration(abstract: "List where a person is signed in, or end all of it.")

        @Argument(help: .person) var person: String
        @Flag(help: "End every one: whoever is there has to sign in again.") var end = false
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func perform(_ session: Session) async throws(Failure) {
            let id = try await session.personID(person)
            if end {
                let answer = try await session.api.delete(Address.sessions(of: id)) ?? .null
                return try session.show(answer) { () throws(Failure) in
                    let count = answer["ended"]?.asInt ?? 0
                    try session.terminal.line("Ended \(count) session\(count == 1 ? "" : "s").")
                }
            }
            let listing = try await session.api.list(Address.sessions(of: id), limit: API.listItemsMax)
            try session.show(listing.json) { () throws(Failure) in
                var table = Table([
                    .init("ID"), .init("SINCE"), .init("LAST SEEN"), .init("ADDRESS"),
                    .init("BROWSER", isFlexible: true),
                ])
                for item in listing.items {
                    table.add([
                        .init(item.text("id") ?? "", .strong), .init(item.moment("created_at")?.local ?? ""),
                        .init(item.moment("seen_at")?.local ?? ""), .init(item.text("address") ?? ""),
                        .init(item.text("agent") ?? ""),
                    ])
                }
                try session.table(table, orSay: "\(Text.printable(person)) is signed in nowhere.")
            }
        }
    }

    struct Tokens: ClientCommand {
        static let configuration = CommandConfiguration(abstract: "List a person's tokens, or revoke one.")

        @Argument(help: .person) var person: String
        @Option(help: "The id of the token that is to be of no use any more.") var revoke: String?
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func perform(_ session: Session) async throws(Failure) {
            let id = try await session.personID(person)
            if let revoke {
                _ = try await session.api.delete(Address.token(revoke, of: id))
                return try session.show(["id": .string(revoke)]) { () throws(Failure) in
                    try session.terminal.line("Revoked \(Text.printable(revoke)).")
                }
            }
            let listing = try await session.api.list(Address.tokens(of: id), limit: API.listItemsMax)
            try session.show(listing.json) { () throws(Failure) in
                var table = Table([
                    .init("ID"), .init("NAME", isFlexible: true), .init("SCOPES"), .init("EXPIRES"),
                    .init("LAST USED"),
                ])
                for item in listing.items {
                    table.add([
                        .init(item.text("id") ?? "", .strong), .init(item.text("name") ?? ""),
                        .init(item["scopes"]?.phrase ?? ""), .init(item.moment("expires_at")?.local ?? ""),
                        .init(item.moment("used_at")?.local ?? "never"),
                    ])
                }
                try session.table(table, orSay: "\(Text.printable(person)) has no token.")
            }
        }
    }

    struct Erase: ClientCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take away what says who a person was, for good; what they did stays.",
            discussion: "Their name, how they signed in, their settings, and their own words in the journal and in "
                + "comments go. The journal still verifies. Backups and bundles that were made before still have it."
        )

        @Argument(help: .person) var person: String
        @Option(help: "Why. It is kept, and must not name them.") var reason: String
        @Option(help: "The person again, to say that you mean it.") var confirm: String
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func validate() throws {
            if confirm != person { throw ValidationError("--confirm must be the person again: --confirm \(person)") }
        }

        func perform(_ session: Session) async throws(Failure) {
            let id = try await session.personID(person)
            let done = try await session.api.post(Address.erasure(id), ["reason": .string(reason)]) ?? .null
            try session.show(done) { () throws(Failure) in
                let (entries, comments) = (done["entries"]?.asInt ?? 0, done["comments"]?.asInt ?? 0)
                try session.terminal.line(
                    "Erased: the text of \(entries) entries and \(comments) comments, and what was kept of the account."
                )
            }
            session.suggest("journal", "list", "--action", "person.erased")
        }
    }
}

struct RetentionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retention",
        abstract: "How long names and free text are kept, as config/retention.yaml has it.",
        subcommands: [Show.self, Apply.self]
    )

    struct Show: ClientCommand {
        static let configuration = CommandConfiguration(abstract: "Show how long each kind is kept, and what is due.")

        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func perform(_ session: Session) async throws(Failure) {
            let view = try await session.api.get(Address.retention)
            try session.show(view) { () throws(Failure) in try session.retention(view) }
        }
    }

    struct Apply: ClientCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take away what is due now; it is done once a day besides.",
            discussion: "For good. --dry-run says what it would be, and changes nothing."
        )

        @Flag(help: "Only say what would go.") var dryRun = false
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func perform(_ session: Session) async throws(Failure) {
            let view = try await session.api.post(Address.sweeps, ["dry_run": .bool(dryRun)]) ?? .null
            try session.show(view) { () throws(Failure) in try session.retention(view) }
            session.say(dryRun ? "Nothing was changed." : "What was due is taken away.")
        }
    }
}

extension Session {
    fileprivate func retention(_ view: JSON) throws(Failure) {
        var table = Table([.init("KIND"), .init("KEPT"), .init("DUE", isRight: true), .init("OLDEST")])
        for kind in view["kinds"]?.asArray ?? [] {
            table.add([
                .init(kind.text("kind") ?? "", .strong), .init(kind.text("period") ?? "for good"),
                .init("\(kind["due"]?.asInt ?? 0)"), .init(kind.moment("oldest")?.local ?? ""),
            ])
        }
        try self.table(table, orSay: "Everything is kept.")
        if let last = view.moment("last_sweep") { say("Last looked through \(last.local).") }
    }
}
