import ArgumentParser
import JSON
import SirdarCore
import SirdarEngine

/// `sirdar schema`: what an editor needs to complete and to underline.
struct SchemaCommand: LocalCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema",
        abstract: "Print the JSON Schema of workflows, for editors.",
        discussion: """
            It knows the functions of this program, and the queues, skills, runbooks and workflows of the folder. \
            Write it to a file and name that in the first line of a workflow: \
            # yaml-language-server: $schema=../workflow.schema.json
            `sirdar check` finds more than a schema can say.
            """
    )

    @Argument(help: "The folder with Workflows, Runbooks and config.", completion: .directory) var folder = "."

    func perform(_ terminal: Terminal) throws(Failure) {
        let catalog = Catalog.load(folder: folder, .here)
        try terminal.line(DefinitionSchema.document(catalog.vocabulary).pretty)
    }
}
