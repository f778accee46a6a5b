import ArgumentParser
import JSON

extension PersonCommand {
    struct Identities: ClientCommand {
        static let configuration = CommandConfiguration(
            abstract: "List as whom a person signs in by the identity provider."
        )

        @Argument(help: .person) var person: String
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func perform(_ session: Session) async throws(Failure) {
            let id = try await session.personID(person)
            let listing = try await session.api.list(Address.identities(id), limit: API.listItemsMax)
            try session.show(listing.json) { () throws(Failure) in
                var table = Table([.init("ID"), .init("SUBJECT", isFlexible: true), .init("ISSUER", isFlexible: true)])
                for item in listing.items {
                    table.add([
                        .init(item.text("id") ?? "", .strong), .init(item.text("subject") ?? ""),
                        .init(item.text("issuer") ?? ""),
                    ])
                }
                try session.table(table, orSay: "\(Text.printable(person)) signs in with a password alone.")
            }
        }
    }

    struct Link: ClientCommand {
        static let configuration = CommandConfiguration(
            abstract: "Let a person sign in as somebody whom the identity provider knows.",
            discussion: "Whoever is not known here is shown their subject when they try to sign in."
        )

        @Argument(help: .person) var person: String
        @Option(help: "What the provider calls them, for ever; never a name or an address of mail.") var subject: String
        @Option(help: "Which provider; left out, the one of config/sign-in.yaml.") var issuer: String?
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func perform(_ session: Session) async throws(Failure) {
            let id = try await session.personID(person)
            var body: JSON.Object = ["subject": .string(subject)]
            body["issuer"] = issuer.map(JSON.string)
            let made = try await session.api.post(Address.identities(id), .object(body)) ?? .null
            try session.show(made) { () throws(Failure) in
                let issuer = Text.printable(made.text("issuer") ?? "the provider")
                try session.terminal.line("\(Text.printable(person)) can sign in by \(issuer).")
            }
        }
    }

    struct Unlink: ClientCommand {
        static let configuration = CommandConfiguration(
            abstract: "Let a person sign in as that no more; their sessions end."
        )

        @Argument(help: .person) var person: String
        @Argument(help: "Its id, as sirdar person identities lists it.") var identity: String
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func perform(_ session: Session) async throws(Failure) {
            let id = try await session.personID(person)
            _ = try await session.api.delete(Address.identity(identity, of: id))
            try session.show(["id": .string(identity)]) { () throws(Failure) in
                try session.terminal.line("\(Text.printable(person)) cannot sign in as that any more, and is out.")
            }
        }
    }
}
