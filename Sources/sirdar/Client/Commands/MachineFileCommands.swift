import ArgumentParser
import JSON

struct MachineFileCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "file",
        abstract: "Files inside a machine; to change them it must be off.",
        subcommands: [List.self, Get.self, Put.self, Remove.self]
    )

    struct List: ClientCommand {
        static let configuration = CommandConfiguration(abstract: "List what is in a folder of a machine.")

        @Argument(help: "The machine's name.") var name: String
        @Argument(help: "The folder, an absolute path.") var path = "/"
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func perform(_ session: Session) async throws(Failure) {
            let listing = try await session.api.list(
                Address.files(name),
                query: [(name: "path", value: path)],
                limit: API.listItemsMax
            )
            try session.show(listing.json) { () throws(Failure) in
                var table = Table([
                    .init("MODE", isRight: true), .init("KIND"), .init("BYTES", isRight: true), .init("PATH"),
                ])
                for item in listing.items {
                    let kind = item.text("kind") ?? ""
                    table.add([
                        .init(item["mode"]?.phrase ?? "", .quiet), .init(kind), .init(item["bytes"]?.phrase ?? ""),
                        .init(item.text("path") ?? "", kind == "directory" ? .strong : .plain),
                    ])
                }
                try session.table(table, orSay: "There is nothing in \(path).")
            }
        }
    }

    struct Get: ClientCommand {
        static let configuration = CommandConfiguration(
            abstract: "Read a file of a machine.",
            discussion: """
                Writes the bytes to standard output, or into a file, and says the digest that \
                `sirdar machine file put --expecting` takes.
                """
        )

        @Argument(help: "The machine's name.") var name: String
        @Argument(help: "The file, an absolute path.") var path: String
        @Option(
            name: [.customShort("o"), .customLong("output")],
            help: ArgumentHelp("Write into this file; an existing one is replaced.", valueName: "file"),
            completion: .file()
        )
        var destination: String?
        @Flag(name: .shortAndLong, help: "Leave out what is said beside the bytes.") var quiet = false
        @OptionGroup var connection: ConnectionOptions

        var output: OutputOptions { OutputOptions(quiet: quiet) }

        func perform(_ session: Session) async throws(Failure) {
            var call = Call(.get, Address.fileContent(name), query: [(name: "path", value: path)])
            call.answerBytesMax = Call.fileBytesMax
            let reply = try await session.api.succeed(call)
            if let destination, destination != "-" {
                try LocalFile.write(reply.bytes, to: destination)
            } else {
                try session.terminal.write(reply.bytes, of: path)
            }
            let digest = reply.digest.map { ", digest \($0)" } ?? ""
            session.say("\(path) of \(name): \(Text.count(reply.bytes.count, "byte", "bytes"))\(digest)")
        }
    }

    struct Remove: ClientCommand {
        static let configuration = CommandConfiguration(
            abstract: "Remove a file of a machine that is off.",
            discussion: "Also a link, or an empty folder. What is not there is gone already, and is no error."
        )

        @Argument(help: "The machine's name.") var name: String
        @Argument(help: "The file, an absolute path.") var path: String
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func perform(_ session: Session) async throws(Failure) {
            let call = Call(.delete, Address.fileContent(name), query: [(name: "path", value: path)])
            let answer = try session.api.document(await session.api.succeed(call))
            try session.show(answer) { () throws(Failure) in
                try session.terminal.line("\(Text.printable(path)) of \(Text.printable(name)) is gone.")
            }
        }
    }

    struct Put: ClientCommand {
        static let configuration = CommandConfiguration(
            abstract: "Replace a file of a machine that is off.",
            discussion: "Reads standard input, or a file. The file keeps its mode and owner."
        )

        static let bytesMax = 16 << 20

        @Argument(help: "The machine's name.") var name: String
        @Argument(help: "The file, an absolute path.") var path: String
        @Option(
            name: .shortAndLong,
            help: ArgumentHelp("Read from this file and not from standard input.", valueName: "file"),
            completion: .file()
        )
        var input: String?
        @Option(
            help: ArgumentHelp(
                "Only if the file's content has this digest, as `get` said; else somebody was first.",
                valueName: "digest"
            )
        )
        var expecting: String?
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func validate() throws {
            guard let expecting else { return }
            guard expecting.utf8.count == 64, expecting.allSatisfy(\.isHexDigit) else {
                throw ValidationError(
                    "--expecting takes 64 hexadecimal digits, as `sirdar machine file get` says them."
                )
            }
        }

        func perform(_ session: Session) async throws(Failure) {
            if input == nil, LocalFile.isTyped { session.say("Reading the content from the terminal; Ctrl-D ends it.") }
            let bytes = try LocalFile.read(input ?? "-", bytesMax: Self.bytesMax)
            var call = Call(.put, Address.fileContent(name), query: [(name: "path", value: path)], body: .bytes(bytes))
            call.ifMatch = expecting?.lowercased()
            let answer = try session.api.document(await session.api.succeed(call))
            try session.show(answer) { () throws(Failure) in
                let size = Text.count(answer["bytes"]?.asInt ?? bytes.count, "byte", "bytes")
                try session.terminal.line("Wrote \(size) to \(Text.printable(path)) of \(Text.printable(name)).")
                if let digest = answer.text("digest") { session.say("digest \(digest)") }
            }
        }
    }
}
