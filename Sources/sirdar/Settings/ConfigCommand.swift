import ArgumentParser
import Foundation

struct ConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config",
        abstract: "The settings of a server that runs here.",
        subcommands: [Explain.self]
    )

    struct Explain: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show each setting, its value, and where that comes from.",
            discussion:
                "An option comes before the environment, that before config/sirdar.yaml, that before the default."
        )

        @OptionGroup var settings: SettingsOptions

        func run() throws {
            let resolved = try settings.resolve()
            let terminal = Terminal(mayColour: true, environment: ProcessInfo.processInfo.environment)
            var table = Table([
                .init("SETTING"), .init("VALUE"), .init("FROM"), .init("VARIABLE"), .init("WHY", isFlexible: true),
            ])
            for (key, text, source) in resolved.values {
                table.add([
                    .init(key.name, .strong), .init(text), .init(source, source == "default" ? .quiet : .plain),
                    .init(key.variable, .quiet), .init(key.why),
                ])
            }
            let lines = table.lines(width: terminal.columns, colour: terminal.usesColour)
            do throws(Failure) { try terminal.line(lines.joined(separator: "\n")) } catch {
                error.sentences.forEach(Terminal.say)
                throw error.ending.code
            }
        }
    }
}
