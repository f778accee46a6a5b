import ArgumentParser
import JSON

extension WorkflowCommand {
    struct Migrate: ClientCommand {
        static let configuration = CommandConfiguration(
            abstract: "Move running instances to another version; with --dry-run, see which can and why others cannot.",
            discussion: """
                An instance moves when everything that is in progress in it, and everything that it might have to \
                undo, means the same in the other version. Each moves by itself; one that cannot stays as it is. Ends \
                with 4 when one stays.
                """
        )

        @OptionGroup var name: WorkflowArgument
        @Option(help: ArgumentHelp("The version that they leave.", valueName: "version")) var from: String
        @Option(help: ArgumentHelp("The version that they get.", valueName: "version")) var to: String
        @Flag(help: "Move nothing; say what would be.") var dryRun = false
        @Option(help: ArgumentHelp("A step that has another name in the new version.", valueName: "old=new"))
        var rename: [String] = []
        @Option(help: ArgumentHelp("Only this instance; may be given more than once.", valueName: "id"))
        var instance: [String] = []
        @Option(help: "Why; needed but for a dry run.") var reason: String?
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func validate() throws {
            guard dryRun || reason != nil else { throw ValidationError("Say why: --reason.") }
            for name in rename where name.split(separator: "=").count != 2 {
                throw ValidationError("--rename is old=new, two paths of steps: \(name)")
            }
        }

        func perform(_ session: Session) async throws(Failure) {
            let outcome = try await ask(session)
            try session.show(outcome) { () throws(Failure) in try show(outcome, session) }
            if outcome["stays"]?.asInt != 0 { throw Failure(.conflict, sentences: []) }
        }

        /// Page by page, as one document.
        private func ask(_ session: Session) async throws(Failure) -> JSON {
            var body: JSON.Object = ["from": .string(from), "to": .string(to), "dry_run": .bool(dryRun)]
            body["reason"] = reason.map(JSON.string)
            if !instance.isEmpty { body["instances"] = .array(instance.map(JSON.string)) }
            var renamed: JSON.Object = [:]
            for name in rename {
                let sides = name.split(separator: "=").map(String.init)
                renamed[sides[0]] = .string(sides[1])
            }
            body["renamed"] = .object(renamed)
            var (items, moves) = ([JSON](), 0)
            for _ in 0...(API.listItemsMax / API.pageItemsMax) {
                let page = try await session.api.post("\(name.address)/migrations", .object(body)) ?? .null
                items += page.elements("items")
                moves += page["moves"]?.asInt ?? 0
                guard let next = page["next"]?.asString else { break }
                body["cursor"] = .string(next)
            }
            return [
                "from": .string(from), "to": .string(to), "dry_run": .bool(dryRun),
                "moves": .number(JSON.Number(moves)), "stays": .number(JSON.Number(items.count - moves)),
                "items": .array(items),
            ]
        }

        private func show(_ outcome: JSON, _ session: Session) throws(Failure) {
            var table = Table([.init("INSTANCE"), .init(dryRun ? "WOULD" : "DID"), .init("WHY", isFlexible: true)])
            for item in outcome.elements("items") {
                let moves = item["moves"]?.asBool == true
                let reasons = item.elements("reasons").compactMap { $0.text("sentence") }
                let steps = item.elements("steps").compactMap { step -> String? in
                    let (from, to) = (step.text("from") ?? "", step.text("to") ?? "")
                    return from == to ? from : "\(from) → \(to)"
                }
                let passed = item.elements("passed").compactMap(\.asString)
                let tail = passed.isEmpty ? "" : "; will not run any more: \(passed.joined(separator: ", "))"
                table.add([
                    .init(item.text("instance") ?? ""), .init(moves ? "move" : "stay", .strong),
                    .init(moves ? "at \(steps.joined(separator: ", "))\(tail)" : reasons.joined(separator: " ")),
                ])
            }
            try session.table(table, orSay: "No open instance is of version \(from).")
            let (moves, stays) = (outcome["moves"]?.phrase ?? "", outcome["stays"]?.phrase ?? "")
            session.say(dryRun ? "\(moves) would move, \(stays) would stay." : "\(moves) moved, \(stays) stayed.")
        }
    }
}
