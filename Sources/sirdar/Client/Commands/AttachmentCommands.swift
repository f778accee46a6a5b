import ArgumentParser
import Foundation
import JSON

extension TaskCommand {
    struct Attach: ClientCommand {
        static let configuration = CommandConfiguration(
            abstract: "Attach a file to a task that you hold.",
            discussion: "The same file under the same name again changes nothing."
        )

        static let bytesMax = 64 << 20

        @Argument(help: "The task's id.") var id: String
        @Argument(help: "The file.", completion: .file()) var file: String
        @Option(help: "What it is called; without it as the file is.") var name: String?
        @Option(help: ArgumentHelp("What it is; without it as its name says.", valueName: "media type")) var type:
            String?
        @Option(help: ArgumentHelp("Tick this item of the checklist with it.", valueName: "item")) var item: String?
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func perform(_ session: Session) async throws(Failure) {
            let name = name ?? URL(filePath: file).lastPathComponent
            let bytes = try LocalFile.read(file, bytesMax: Self.bytesMax)
            var call = Call(
                .post,
                Address.attachments(of: id),
                query: [(name: "name", value: name)],
                body: .bytes(bytes)
            )
            call.contentType = type ?? Self.type(of: name)
            let answer = try session.api.document(await session.api.succeed(call))
            if let item {
                let called = answer.text("name") ?? name
                _ = try await session.api.put(Address.tick(id, item: item), ["evidence": .string(called)])
            }
            try session.show(answer) { () throws(Failure) in
                let size = Text.count(answer["bytes"]?.asInt ?? bytes.count, "byte", "bytes")
                try session.terminal.line("Attached \(Text.printable(answer.text("name") ?? name)), \(size).")
            }
        }

        private static let types = [
            "txt": "text/plain", "log": "text/plain", "md": "text/markdown", "csv": "text/csv",
            "json": "application/json", "pdf": "application/pdf", "png": "image/png", "jpg": "image/jpeg",
            "jpeg": "image/jpeg", "webp": "image/webp", "zip": "application/zip", "gz": "application/gzip",
            "tar": "application/x-tar",
        ]

        private static func type(of name: String) -> String {
            types[URL(filePath: name).pathExtension.lowercased()] ?? "application/octet-stream"
        }
    }

    struct Attachments: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "attachment",
            abstract: "The files of a task.",
            subcommands: [List.self, Get.self],
            defaultSubcommand: List.self
        )

        struct List: ClientCommand {
            static let configuration = CommandConfiguration(abstract: "List the files of a task.")

            @Argument(help: "The task's id.") var id: String
            @OptionGroup var connection: ConnectionOptions
            @OptionGroup var output: OutputOptions

            func perform(_ session: Session) async throws(Failure) {
                let answer = try await session.api.get(Address.attachments(of: id))
                try session.show(answer) { () throws(Failure) in
                    var table = Table([
                        .init("NAME", isFlexible: true), .init("BYTES", isRight: true), .init("TYPE"), .init("BY"),
                        .init("ADDED"), .init("ID"),
                    ])
                    for item in answer.elements("items") {
                        table.add([
                            .init(item.text("name") ?? "", .strong), .init(item["bytes"]?.phrase ?? ""),
                            .init(item.text("type") ?? "", .quiet), .init(item.text("by") ?? ""),
                            .init(session.ago(item.moment("at"))), .init(item.text("id") ?? "", .quiet),
                        ])
                    }
                    try session.table(table, orSay: "The task has no files.")
                }
            }
        }

        struct Get: ClientCommand {
            static let configuration = CommandConfiguration(
                abstract: "Read a file of a task, held against its digest.",
                discussion: "Into a file of the same name here, or into another; an existing one is not replaced."
            )

            @Argument(help: "The task's id.") var id: String
            @Argument(help: "The file's id, or its name.") var attachment: String
            @Option(
                name: [.customShort("o"), .customLong("output")],
                help: ArgumentHelp("Write into this file; - is standard output.", valueName: "file"),
                completion: .file()
            )
            var destination: String?
            @Flag(name: .shortAndLong, help: "Leave out what is said beside the bytes.") var quiet = false
            @OptionGroup var connection: ConnectionOptions

            var output: OutputOptions { OutputOptions(quiet: quiet) }

            func perform(_ session: Session) async throws(Failure) {
                let listed = try await session.api.get(Address.attachments(of: id)).elements("items")
                guard let file = listed.first(where: { [$0.text("id"), $0.text("name")].contains(attachment) }),
                    let key = file.text("id"), let name = file.text("name")
                else { throw Failure(.notFound, "The task has no file \(attachment).") }
                var call = Call(.get, "\(Address.attachments(of: id))/\(Call.escaped(key))")
                call.answerBytesMax = Call.fileBytesMax
                let reply = try await session.api.succeed(call)
                if destination == "-" { return try session.terminal.write(reply.bytes, of: name) }
                let path = destination ?? URL(filePath: name).lastPathComponent
                if destination == nil, FileManager.default.fileExists(atPath: path) {
                    throw Failure(.failed, "\(path) is there already. Name another file: --output FILE.")
                }
                try LocalFile.write(reply.bytes, to: path)
                session.say("\(path): \(Text.count(reply.bytes.count, "byte", "bytes")), digest \(reply.digest ?? "")")
            }
        }
    }
}
