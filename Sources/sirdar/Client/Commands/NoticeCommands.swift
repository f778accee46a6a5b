import ArgumentParser
import JSON

/// What you are told, and what could not be delivered.
struct NotificationCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "notification",
        abstract: "What you are told by mail, and what could not be delivered.",
        subcommands: [Show.self, Set.self, Trial.self, List.self],
        defaultSubcommand: Show.self
    )

    struct Show: ClientCommand {
        static let configuration = CommandConfiguration(abstract: "What you are told, and where it goes.")

        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func perform(_ session: Session) async throws(Failure) {
            try session.show(notices: try await session.api.get(Address.myNotifications))
        }
    }

    struct Set: ClientCommand {
        static let configuration = CommandConfiguration(abstract: "Set your address, or mute what you need not know.")

        @Option(help: "Your address of mail; `none`: as your name says.") var address: String?
        @Option(help: ArgumentHelp("A kind not to be told of; can be repeated.", valueName: "kind"))
        var mute: [String] = []
        @Option(help: ArgumentHelp("A kind to be told of again; can be repeated.", valueName: "kind"))
        var unmute: [String] = []
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func validate() throws {
            guard address != nil || !mute.isEmpty || !unmute.isEmpty else {
                throw ValidationError("Give --address, --mute or --unmute.")
            }
        }

        func perform(_ session: Session) async throws(Failure) {
            var body: JSON.Object = [:]
            if let address { body["address"] = .string(address == "none" ? "" : address) }
            if !mute.isEmpty || !unmute.isEmpty {
                let now = try await session.api.get(Address.myNotifications)
                let muted = now.elements("kinds").filter { $0["muted"]?.asBool == true }.compactMap { $0.text("kind") }
                let wanted = (muted + mute).filter { !unmute.contains($0) }
                var seen: [String] = []
                for kind in wanted where !seen.contains(kind) { seen.append(kind) }
                body["muted"] = .array(seen.map(JSON.string))
            }
            try session.show(notices: try await session.api.put(Address.myNotifications, .object(body)))
        }
    }

    struct Trial: ClientCommand {
        static let configuration = CommandConfiguration(abstract: "Have a trial sent to you.")

        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func perform(_ session: Session) async throws(Failure) {
            let answer = try await session.api.post("\(Address.myNotifications)/trial", [:]) ?? .null
            try session.show(answer) { () throws(Failure) in try session.terminal.line("A trial is on its way.") }
            session.suggest("notification", "show")
        }
    }

    struct List: ClientCommand {
        static let configuration = CommandConfiguration(
            abstract: "What is on its way to everybody, and what could not be delivered."
        )

        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func perform(_ session: Session) async throws(Failure) {
            let answer = try await session.api.get(Address.notifications)
            try session.show(answer) { () throws(Failure) in
                for channel in answer.elements("channels") {
                    let trouble = channel.text("trouble")
                    let name = Text.printable(channel.text("channel") ?? "")
                    try session.terminal.line("\(name): \(trouble.map { Text.printable($0) } ?? "as it should be")")
                }
                try session.table(
                    Self.table(answer.elements("waiting"), "NOT BEFORE", "next_at", session),
                    orSay: "Nothing waits."
                )
                try session.table(
                    Self.table(answer.elements("undelivered"), "GIVEN UP", "given_up_at", session),
                    orSay: "Nothing was given up."
                )
            }
        }

        private static func table(_ items: [JSON], _ title: String, _ when: String, _ session: Session) -> Table {
            var table = Table([
                .init("CHANNEL"), .init("TO"), .init("TO TELL", isRight: true), .init(title),
                .init("WHY", isFlexible: true),
            ])
            for item in items {
                table.add([
                    .init(item.text("channel") ?? ""), .init(item.text("person") ?? "", .strong),
                    .init(item["notices"]?.phrase ?? ""), .init(session.ago(item.moment(when))),
                    .init(item.text("problem") ?? "", .bad),
                ])
            }
            return table
        }
    }
}

extension Session {
    fileprivate func show(notices: JSON) throws(Failure) {
        try show(notices) { () throws(Failure) in
            var facts = Facts()
            facts.add("mail goes to", notices.text("reaches") ?? "nowhere")
            facts.add("last sent", time(notices.moment("last_sent")))
            facts.add("waiting", notices["waiting"]?.phrase)
            facts.add("problem", notices.text("problem"), .bad)
            let kinds = notices.elements("kinds")
            let muted = kinds.filter { $0["muted"]?.asBool == true }.compactMap { $0.text("kind") }
            let told = kinds.filter { $0["muted"]?.asBool != true }.compactMap { $0.text("kind") }
            facts.add("told", told.joined(separator: ", "))
            facts.add("muted", muted.joined(separator: ", "))
            try lines(facts.lines(colour: terminal.usesColour))
        }
    }
}
