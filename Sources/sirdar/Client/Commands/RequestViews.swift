import ArgumentParser
import JSON

extension RequestCommand {
    struct List: ClientCommand {
        static let configuration = CommandConfiguration(abstract: "List requests, the newest first.")

        @OptionGroup var limit: LimitOption
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func perform(_ session: Session) async throws(Failure) {
            let listing = try await session.api.list(Address.requests, limit: limit.limit)
            try session.show(listing.json) { () throws(Failure) in
                var table = Table([
                    .init("REQUEST"), .init("KIND"), .init("STATE"), .init("PROJECT"), .init("IMAGE", isFlexible: true),
                    .init("BY"), .init("WHEN"),
                ])
                for item in listing.items {
                    let state = item.text("state") ?? ""
                    table.add([
                        .init(item.text("id") ?? ""), .init(item.text("kind") ?? ""),
                        .init(Text.words(state), .state(state)), .init(item.text("project") ?? ""),
                        .init(item.text("about") ?? item["image"]?.text("name") ?? "", .strong),
                        .init(item.person("requester") ?? ""),
                        .init(session.ago(item.moment("created_at"))),
                    ])
                }
                try session.table(table, orSay: "There are no requests.")
            }
            limit.sayWhatIsLeft(listing, session)
        }
    }

    struct Show: ClientCommand {
        static let configuration = CommandConfiguration(abstract: "Show one request, and what became of it.")

        @Argument(help: "The request's id.") var id: String
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func perform(_ session: Session) async throws(Failure) {
            let request = try await session.api.get(Address.request(id))
            try session.show(request) { () throws(Failure) in
                try session.lines(RequestCommand.lines(of: request, session))
            }
            if let task = request.elements("questions").first?.text("task") {
                return session.suggest(["task", "answer", task, "--text", "…"])
            }
            if let instance = request.text("instance") { session.suggest("instance", "show", instance) }
        }
    }

    struct Withdraw: ClientCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take a request back.",
            discussion: "What was begun for it is undone."
        )

        @Argument(help: "The request's id.") var id: String
        @Option(help: ArgumentHelp("Why, for the journal.", valueName: "text")) var reason: String?
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func perform(_ session: Session) async throws(Failure) {
            let body: JSON? = reason.map { ["reason": .string($0)] }
            let request = try await session.api.delete(Address.request(id), body) ?? .null
            try session.show(request) { () throws(Failure) in
                let state = Text.printable(request.text("state").map(Text.words) ?? "withdrawn")
                try session.terminal.line("Withdrew request \(Text.printable(id)). It is \(state).")
            }
            session.suggest("request", "show", id)
        }
    }

    private static func lines(of request: JSON, _ session: Session) -> [String] {
        var facts = Facts()
        let state = request.text("state") ?? ""
        facts.add("request", request.text("id"))
        facts.add("state", Text.words(state), .state(state))
        facts.add("about", request.text("about"))
        facts.add("project", request.text("project"))
        facts.add("by", request.person("requester"))
        facts.add("asked", session.time(request.moment("created_at")))
        facts.add("note", request.text("note"))
        facts.add("no return", request["point_of_no_return"]?.text("sentence"), .busy)
        for question in request.elements("questions") {
            let names = (question["fields"]?.asObject ?? [:]).map(\.key).joined(separator: ", ")
            let asks = names.isEmpty ? "" : " (--value: \(names))"
            facts.add("asks you", "\(question.text("text") ?? "")\(asks)", .busy)
        }
        facts.add("instance", request.text("instance"))
        var lines = [session.title("Request: \(request.text("kind") ?? "")")]
        lines += facts.lines(colour: session.terminal.usesColour)
        guard let image = request["image"], !image.isNull else { return lines }
        lines += ["", session.title("Image: \(image.text("name") ?? "")")]
        return lines + ImageCommand.Show.facts(of: image, session)
    }
}

/// How much of a list is shown.
struct LimitOption: ParsableArguments {
    @Option(help: ArgumentHelp("Show at most so many, 1 to \(API.listItemsMax).", valueName: "count"))
    var limit = 50

    func validate() throws {
        guard (1...API.listItemsMax).contains(limit) else {
            throw ValidationError("--limit is \(limit), and must be from 1 to \(API.listItemsMax).")
        }
    }

    func sayWhatIsLeft(_ listing: Listing, _ session: Session) {
        guard listing.next != nil else { return }
        let more = min(limit * 4, API.listItemsMax)
        session.say("There are more than these \(listing.items.count). See more with --limit \(more).")
    }
}
