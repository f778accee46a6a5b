import ArgumentParser
import JSON
import SirdarCore
import SirdarEngine

struct ProjectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "project",
        abstract: "The projects that you are a member of.",
        subcommands: [List.self, Show.self, Import.self]
    )

    struct List: ClientCommand {
        static let configuration = CommandConfiguration(abstract: "List the projects.")

        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func perform(_ session: Session) async throws(Failure) {
            let listing = try await session.api.list(Address.projects, limit: API.listItemsMax)
            try session.show(listing.json) { () throws(Failure) in
                var table = Table([.init("PROJECT"), .init("TITLE", isFlexible: true), .init("LOCATION")])
                for item in listing.items {
                    table.add([
                        .init(item.text("code") ?? "", .strong), .init(item.text("title") ?? ""),
                        .init(item.text("location") ?? ""),
                    ])
                }
                try session.table(table, orSay: "You are a member of no project; an administrator can change that.")
            }
        }
    }

    struct Show: ClientCommand {
        static let configuration = CommandConfiguration(abstract: "Show a project: where it is, and its addresses.")

        @Argument(help: ArgumentHelp("The project.", valueName: "code")) var project: String
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func perform(_ session: Session) async throws(Failure) {
            let project = try await session.api.get(Address.project(project))
            try session.show(project) { () throws(Failure) in
                var facts = Facts()
                for key in ["title", "location", "network", "currency"] { facts.add(key, project.text(key)) }
                for part in ["storage", "manager"] {
                    let members = (project[part]?.asObject ?? [:]).map { "\($0.key) \($0.value.phrase)" }
                    facts.add(part, members.joined(separator: ", "))
                }
                let colour = session.terminal.usesColour
                try session.lines([session.title(project.text("code") ?? "")] + facts.lines(colour: colour))
            }
        }
    }

    struct Import: ClientCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say what projects are: add new ones, change those that were added so.",
            discussion:
                "A file is as those of config/projects/. What is so already is left as it is, so this can be said "
                + "again. A project that stands in config/projects/ of the server is changed there."
        )

        @Argument(
            help: ArgumentHelp("Files of a project each, in YAML; `-` is standard input.", valueName: "file"),
            completion: .file(extensions: ["yaml"])
        )
        var files: [String]
        @Flag(help: "Change nothing; say what would change.") var dryRun = false
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func perform(_ session: Session) async throws(Failure) {
            // Every file is read before the first is sent.
            var projects: [(file: String, code: String, body: JSON)] = []
            for file in files { projects.append(try Self.read(file)) }
            var answers: [JSON] = []
            for (file, code, body) in projects {
                let query = dryRun ? [("dry_run", "true")] : []
                answers.append(try await session.api.put(Address.project(code), query: query, body, of: file))
            }
            try session.show(["items": .array(answers)]) { () throws(Failure) in
                for answer in answers { try session.lines(lines(answer, session)) }
            }
        }

        private static func read(_ file: String) throws(Failure) -> (file: String, code: String, body: JSON) {
            let text = try LocalFile.text(file, bytesMax: YAMLSource.bytesMax)
            switch YAMLSource.read(text) {
            case .failure(let diagnostic): throw Failure(.failed, diagnostic.text(in: file))
            case .success(let root):
                guard let code = root.json.text("code") else {
                    throw Failure(.failed, "\(file) is no project: it has no `code`.")
                }
                return (file, code, root.json)
            }
        }

        private func lines(_ answer: JSON, _ session: Session) -> [String] {
            let changes = answer.elements("changes")
            let code = Text.printable(answer["project"]?.text("code") ?? "")
            guard !changes.isEmpty else { return ["\(code) is so already."] }
            let isNew = changes.allSatisfy { $0["before"]?.isNull != false }
            let did = dryRun ? (isNew ? "would be added" : "would be changed") : (isNew ? "is added" : "is changed")
            return [session.title("\(code) \(did):")]
                + changes.map { change in
                    let (before, after) = (change["before"]?.phrase ?? "", change["after"]?.phrase ?? "")
                    let values = isNew ? after : "\(before) → \(after)"
                    return Text.printable("  \(change.text("pointer") ?? "")  \(values)")
                }
        }
    }
}
