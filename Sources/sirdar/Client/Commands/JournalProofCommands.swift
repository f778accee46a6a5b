import ArgumentParser
import Foundation
import JSON

extension JournalCommand {
    struct Show: ClientCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show an entry whole, with the values before and after.",
            discussion: "With --json also its canonical form, from which its place in the tree is computed."
        )

        @Argument(help: ArgumentHelp("The entry's number.", valueName: "entry")) var entry: Int
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func perform(_ session: Session) async throws(Failure) {
            let entry = try await session.api.get(Address.entry(entry))
            try session.show(entry) { () throws(Failure) in try session.lines(Self.lines(entry, session)) }
            if let sequence = entry["sequence"]?.asInt { session.suggest("journal", "prove", String(sequence)) }
        }

        private static func lines(_ entry: JSON, _ session: Session) -> [String] {
            var facts = Facts()
            facts.add("when", session.time(entry.moment("at")))
            facts.add("who", entry.person("actor"))
            facts.add("by", entry.text("channel"))
            facts.add("object", entry["object"].map { "\($0.text("kind") ?? "") \($0.text("id") ?? "")" })
            facts.add("part", entry.text("part"))
            facts.add("refused", entry.text("refusal"), .bad)
            facts.add("request", entry.text("request_id"))
            let colour = session.terminal.usesColour
            var lines = [session.title("\(entry["sequence"]?.phrase ?? "") \(entry.text("action") ?? "")")]
            lines += facts.lines(colour: colour)
            for part in ["detail", "confidential"] {
                guard let document = entry[part], !document.isNull else { continue }
                let view = DocumentView(document: document, width: session.terminal.columns, colour: colour, indent: 4)
                lines += ["  \(part)"] + view.lines()
            }
            return lines
        }
    }

    struct Export: ClientCommand {
        static let configuration = CommandConfiguration(
            abstract: "Write entries into a file, with what proves them.",
            discussion: """
                The file verifies with the public key alone: sirdar journal verify. That it was given out is itself an \
                entry of the journal.
                """
        )

        @Option(help: ArgumentHelp("The first entry. (default: 1)", valueName: "entry")) var from: Int?
        @Option(help: ArgumentHelp("The last entry. (default: the last that is sealed)", valueName: "entry")) var to:
            Int?
        @Option(
            name: [.customShort("o"), .customLong("output")],
            help: ArgumentHelp("The new file. A file that is there is never overwritten.", valueName: "file"),
            completion: .file()
        )
        var file: String
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func perform(_ session: Session) async throws(Failure) {
            if FileManager.default.fileExists(atPath: file) {
                throw Failure(.failed, "\(file) is there already, and an export never overwrites. Name another file.")
            }
            var query: [(name: String, value: String)] = []
            if let from { query.append(("from", String(from))) }
            if let to { query.append(("to", String(to))) }
            let bytes = try await session.api.download(Call(.get, Address.export, query: query), to: file)
            try session.show(["file": .string(file), "bytes": .number(JSON.Number(bytes))]) { () throws(Failure) in
                try session.terminal.line("\(file) holds the entries, \(bytes) bytes, and what proves them.")
            }
            session.say("The public key is shown by sirdar doctor; whoever verifies should have it from elsewhere.")
            session.suggest("journal", "verify", file, "--key", "KEY")
        }
    }

    struct Prove: ClientCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print the proof that an entry is in the journal.",
            discussion: """
                The proof has the form of C2SP's transparency logs: the hashes from the entry to the root of the tree, \
                and the signed checkpoint. What it proves is the canonical form, which `journal show --json` has.
                """
        )

        @Argument(help: ArgumentHelp("The entry's number.", valueName: "entry")) var entry: Int
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func perform(_ session: Session) async throws(Failure) {
            let reply = try await session.api.succeed(Call(.get, Address.proof(entry)))
            let proof = String(decoding: reply.bytes, as: UTF8.self)
            try session.show(["sequence": .number(JSON.Number(entry)), "proof": .string(proof)]) { () throws(Failure) in
                try session.terminal.write(Text.printable(proof, keepsLines: true))
            }
        }
    }
}
