import ArgumentParser
import JSON

struct RequestCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "request",
        abstract: "Ask for images: create, copy, use in another project, delete, mark as golden.",
        subcommands: [
            Create.self, Copy.self, Adapt.self, Delete.self, Golden.self, List.self, Show.self, Withdraw.self,
        ]
    )

    struct Create: ClientCommand {
        static let configuration = CommandConfiguration(abstract: "Ask for an image of a machine that is off.")

        @Option(help: "The machine's name.") var machine: String
        @Option(help: "What the image is to be called.") var name: String
        @Option(help: ArgumentHelp("What it is for, for whoever uses it.", valueName: "text")) var description: String?
        @OptionGroup var behalf: BehalfOption
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func perform(_ session: Session) async throws(Failure) {
            var wish: JSON.Object = ["kind": "create", "machine": .string(machine), "name": .string(name)]
            wish["description"] = description.map(JSON.string)
            try await RequestCommand.submit(wish, behalf, session, "an image of \(machine), called \(name)")
        }
    }

    struct Copy: ClientCommand {
        static let configuration = CommandConfiguration(abstract: "Ask for a copy of an image in another location.")

        @Option(help: "The image's id.") var image: String
        @Option(help: "Where the copy is to be.") var location: String
        @Option(help: "What the copy is to be called.") var name: String
        @OptionGroup var behalf: BehalfOption
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func perform(_ session: Session) async throws(Failure) {
            let wish: JSON.Object = [
                "kind": "copy", "image": .string(image), "location": .string(location), "name": .string(name),
            ]
            try await RequestCommand.submit(wish, behalf, session, "a copy in \(location), called \(name)")
        }
    }

    struct Adapt: ClientCommand {
        static let configuration = CommandConfiguration(
            abstract: "Ask for an image to be made usable in another project.",
            discussion: """
                An image carries settings of its project: the addresses of the shared storage and of the render \
                manager. An engineer points a machine that is made from it at the other project's, and an image is \
                made of that.
                """
        )

        @Option(help: "The image's id.") var image: String
        @Option(help: ArgumentHelp("The project in which it is to be used.", valueName: "code")) var project: String
        @Option(help: "What the new image is to be called.") var name: String
        @OptionGroup var behalf: BehalfOption
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func perform(_ session: Session) async throws(Failure) {
            let wish: JSON.Object = [
                "kind": "adapt", "image": .string(image), "project": .string(project), "name": .string(name),
            ]
            try await RequestCommand.submit(wish, behalf, session, "an image for \(project), called \(name)")
        }
    }

    struct Delete: ClientCommand {
        static let configuration = CommandConfiguration(abstract: "Ask for an image to be deleted.")

        @Option(help: "The image's id.") var image: String
        @Option(help: ArgumentHelp("Why, for whoever decides.", valueName: "text")) var reason: String?
        @OptionGroup var behalf: BehalfOption
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func perform(_ session: Session) async throws(Failure) {
            var wish: JSON.Object = ["kind": "delete", "image": .string(image)]
            wish["reason"] = reason.map(JSON.string)
            try await RequestCommand.submit(wish, behalf, session, "the deletion of image \(image)")
        }
    }

    struct Golden: ClientCommand {
        static let configuration = CommandConfiguration(
            abstract: "Ask for an image to be marked as golden and shared; for supervisors.",
            discussion: """
                Every byte of it is searched first for the addresses and the name of its project. What is found is \
                told, and the image stays as it is.
                """
        )

        @Option(help: "The image's id.") var image: String
        @Option(help: ArgumentHelp("A project that it is shared with; can be repeated.", valueName: "code"))
        var sharedWith: [String] = []
        @Flag(help: "Share it with all projects, also those to come.") var sharedWithAll = false
        @OptionGroup var behalf: BehalfOption
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func validate() throws {
            guard sharedWithAll == sharedWith.isEmpty else {
                throw ValidationError("Say either --shared-with, once for each project, or --shared-with-all.")
            }
        }

        func perform(_ session: Session) async throws(Failure) {
            let sharing: JSON = sharedWithAll ? "all" : .array(sharedWith.map(JSON.string))
            let wish: JSON.Object = ["kind": "golden", "image": .string(image), "shared_with": sharing]
            try await RequestCommand.submit(wish, behalf, session, "the golden mark of image \(image)")
        }
    }

    struct BehalfOption: ParsableArguments {
        @Option(
            help: ArgumentHelp(
                "Ask in the name of this person; both names go into the journal.",
                valueName: "person-id"
            )
        )
        var onBehalfOf: String?
    }

    static func submit(
        _ wish: JSON.Object,
        _ behalf: BehalfOption,
        _ session: Session,
        _ what: String
    ) async throws(Failure) {
        var wish = wish
        wish["on_behalf_of"] = behalf.onBehalfOf.map(JSON.string)
        let request = try await session.api.post(Address.requests, .object(wish)) ?? .null
        let id = request.text("id") ?? ""
        try session.show(request) { () throws(Failure) in
            try session.terminal.line("Requested \(Text.printable(what)). Request \(Text.printable(id)).")
        }
        if !id.isEmpty { session.suggest("request", "show", id) }
    }
}
