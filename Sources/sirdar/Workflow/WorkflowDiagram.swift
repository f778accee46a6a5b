import ArgumentParser
import JSON
import SirdarCore
import SirdarEngine

extension WorkflowCommand {
    /// `sirdar workflow diagram FILE`: the picture that the pages show.
    struct Diagram: LocalCommand {
        static let configuration = CommandConfiguration(
            abstract: "Draw a definition: the picture that the pages show.",
            discussion: """
                The SVG stands alone, in light and in dark. DOT and Mermaid are for other tools, which lay it out \
                themselves: dot -Tpdf, and the Markdown of code forges.
                """
        )

        @Argument(help: "The definition, a file.", completion: .file()) var file: String
        @Option(
            help: ArgumentHelp(
                "What to write: \(SirdarEngine.Diagram.Format.allCases.map(\.rawValue).joined(separator: ", ")).",
                valueName: "format"
            ),
            completion: .list(SirdarEngine.Diagram.Format.allCases.map(\.rawValue))
        )
        var format = SirdarEngine.Diagram.Format.svg

        func perform(_ terminal: Terminal) throws(Failure) {
            let decoded = DefinitionCheck.read(file, .here)
            guard let workflow = decoded.workflow else {
                let lines = decoded.diagnostics.filter(\.isError).map { $0.text(in: file) }
                throw Failure(.failed, sentences: lines)
            }
            let text: String
            do throws(SirdarEngine.Diagram.TooLarge) {
                text = try SirdarEngine.Diagram(workflow).text(format)
            } catch { throw Failure(.failed, "\(file): \(error.description).") }
            try terminal.write(text)
        }
    }
}

extension Diagram.Format: ExpressibleByArgument {}
