import ArgumentParser
import Foundation
import JSON
import SirdarEngine

/// A workflow by its name: `namespace/name`.
struct WorkflowArgument: ParsableArguments {
    @Argument(help: ArgumentHelp("The workflow: namespace/name.", valueName: "workflow")) var workflow: String

    func validate() throws {
        guard workflow.split(separator: "/", omittingEmptySubsequences: false).count == 2 else {
            throw ValidationError("Write a workflow as namespace/name, as `sirdar workflow list` has it.")
        }
    }

    var address: String {
        "\(Address.workflows)/" + workflow.split(separator: "/").map { Call.escaped(String($0)) }.joined(separator: "/")
    }
}

// Versions that the server has, and those that it is to have.
extension WorkflowCommand {
    struct List: ClientCommand {
        static let configuration = CommandConfiguration(abstract: "List the versions that the server has.")

        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func perform(_ session: Session) async throws(Failure) {
            let listing = try await session.api.get(Address.workflows)
            try session.show(listing) { () throws(Failure) in
                var table = Table([
                    .init("WORKFLOW"), .init("VERSION"), .init("ACTIVE"), .init("OPEN", isRight: true),
                    .init("TITLE", isFlexible: true),
                ])
                for item in listing.elements("items") {
                    let name = "\(item.text("namespace") ?? "")/\(item.text("name") ?? "")"
                    table.add([
                        .init(name, .strong), .init(item.text("version") ?? ""),
                        .init(item["active"]?.asBool == true ? "active" : ""), .init(item["open"]?.phrase ?? ""),
                        .init(item.text("title") ?? ""),
                    ])
                }
                try session.table(table, orSay: "No workflow is deployed. Next: sirdar workflow deploy FILE")
            }
        }
    }

    struct Show: ClientCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show a workflow's versions and their instances, or the text of one version."
        )

        @OptionGroup var name: WorkflowArgument
        @Option(help: ArgumentHelp("Print the text of this version.", valueName: "version")) var source: String?
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func perform(_ session: Session) async throws(Failure) {
            if let source {
                let version = try await session.api.get("\(name.address)/\(Call.escaped(source))")
                return try session.show(version) { () throws(Failure) in
                    try session.terminal.write(Text.printable(version.text("source") ?? "", keepsLines: true))
                }
            }
            let workflow = try await session.api.get(name.address)
            try session.show(workflow) { () throws(Failure) in try VersionsView(workflow, session).show() }
        }
    }

    struct Diff: ClientCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show what a version has that another, or the one before it, has not."
        )

        @OptionGroup var name: WorkflowArgument
        @Argument(help: "The newer version.") var version: String
        @Option(help: ArgumentHelp("The older version. (default: the one before)", valueName: "version"))
        var from: String?
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func perform(_ session: Session) async throws(Failure) {
            let query = from.map { [(name: "from", value: $0)] } ?? []
            let difference = try await session.api.get("\(name.address)/\(Call.escaped(version))/diff", query: query)
            try session.show(difference) { () throws(Failure) in
                try session.lines(DifferenceView(difference, session).lines)
            }
        }
    }

    struct Deploy: ClientCommand {
        static let configuration = CommandConfiguration(
            abstract: "Give the server a new version, without a restart; with --dry-run, see what would change.",
            discussion: """
                A version never changes: the same content again does nothing, another content needs another version. \
                New instances get the newest version, or the one that was activated; those that run keep theirs.
                """
        )

        @Argument(help: "The definition.", completion: .file()) var file: String
        @Option(
            help: ArgumentHelp(
                "A runbook that comes with it; its name is the file's. Others are taken as the server has them.",
                valueName: "file"
            ),
            completion: .file()
        )
        var runbook: [String] = []
        @Flag(help: "Change nothing; say what would change.") var dryRun = false
        @Option(help: "Why; it goes into the journal.") var reason: String?
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func perform(_ session: Session) async throws(Failure) {
            var body: JSON.Object = [
                "file": .string(URL(filePath: file).lastPathComponent), "dry_run": .bool(dryRun),
                "source": .string(try LocalFile.text(file, bytesMax: YAMLSource.bytesMax)),
            ]
            var runbooks: JSON.Object = [:]
            for path in runbook {
                let name = URL(filePath: path).deletingPathExtension().lastPathComponent
                runbooks[name] = .string(try LocalFile.text(path, bytesMax: MarkdownDocument.bytesMax * 2))
            }
            body["runbooks"] = .object(runbooks)
            body["reason"] = reason.map(JSON.string)
            let answer = try await session.api.post(Address.workflows, .object(body)) ?? .null
            for warning in answer.elements("warnings") { session.say(warning.asString ?? "") }
            try session.show(answer) { () throws(Failure) in
                if let difference = answer["difference"], answer.text("standing") != "same" {
                    try session.lines(DifferenceView(difference, session).lines)
                }
                try session.terminal.line(Text.printable(sentence(answer)))
            }
            // What a dry run says of a version that is taken is what deploying it would end with.
            if answer.text("standing") == "taken" { throw Failure(.conflict, sentences: []) }
        }

        private func sentence(_ answer: JSON) -> String {
            let version = answer.text("version") ?? ""
            let name = "\(answer.text("namespace") ?? "")/\(answer.text("name") ?? "") \(version)"
            switch answer.text("standing") {
            case "same": return "\(name) is deployed already, with this very content."
            case "taken": return "\(name) is deployed with another content. Give the changed one a new version."
            default: break
            }
            if dryRun { return "\(name) would be deployed. Nothing was changed." }
            let active = answer.text("active") ?? version
            let tail = active == version ? "New instances get it." : "New instances get \(active), which is active."
            return "\(name) is deployed. \(tail)"
        }
    }

    struct Activate: ClientCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say which version new instances get: one of them, or always the newest."
        )

        @OptionGroup var name: WorkflowArgument
        @Argument(help: "The version; leave it out with --newest.") var version: String?
        @Flag(help: "Always the newest, whichever that is.") var newest = false
        @OptionGroup var why: ReasonOption
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func validate() throws {
            guard (version == nil) == newest else { throw ValidationError("Give a version, or --newest.") }
        }

        func perform(_ session: Session) async throws(Failure) {
            var body: JSON.Object = ["reason": .string(why.reason)]
            body["version"] = version.map(JSON.string)
            let workflow = try await session.api.put("\(name.address)/activation", .object(body))
            try session.show(workflow) { () throws(Failure) in try VersionsView(workflow, session).show() }
        }
    }
}

/// The versions of a workflow for people.
struct VersionsView: Sendable {
    let workflow: JSON
    let session: Session

    init(_ workflow: JSON, _ session: Session) {
        self.workflow = workflow
        self.session = session
    }

    func show() throws(Failure) {
        try session.terminal.line(session.title(workflow.text("title") ?? ""))
        var table = Table([
            .init("VERSION"), .init("ACTIVE"), .init("DEPLOYED"), .init("INSTANCES", isFlexible: true),
            .init("CONTENT"),
        ])
        for version in workflow.elements("versions") {
            let counts = (version["instances"]?.asObject ?? [:]).map { "\($0.value.phrase) \(Text.words($0.key))" }
            table.add([
                .init(version.text("version") ?? "", .strong), .init(version["active"]?.asBool == true ? active : ""),
                .init(session.ago(version.moment("deployed_at"))), .init(counts.joined(separator: ", ")),
                .init(String((version.text("hash") ?? "").prefix(12)), .quiet),
            ])
        }
        try session.table(table, orSay: "It has no versions.")
    }

    private var active: String { workflow["chosen"]?.asBool == true ? "chosen" : "newest" }
}

/// What differs between two versions, for people.
struct DifferenceView: Sendable {
    let difference: JSON
    let session: Session

    init(_ difference: JSON, _ session: Session) {
        self.difference = difference
        self.session = session
    }

    var lines: [String] {
        var lines = [session.title("\(difference.text("from") ?? "") → \(difference.text("to") ?? "")")]
        let parts: [(String, JSON?)] = [
            ("steps added", difference["steps"]?["added"]), ("steps removed", difference["steps"]?["removed"]),
            ("runbooks changed", difference["runbooks"]),
        ]
        for (label, names) in parts {
            let names = names?.asArray?.compactMap(\.asString) ?? []
            if !names.isEmpty { lines.append(Text.printable("\(label): \(names.joined(separator: ", "))")) }
        }
        guard let text = difference["lines"]?.asArray else { return lines + ["The texts are too long to compare."] }
        return lines + text.map { Text.printable($0.asString ?? "") }
    }
}
