import ArgumentParser

/// The program: reads the settings, wires everything, runs a command.
@main
struct Sirdar: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sirdar",
        abstract: "An operator workflow engine for the image pipeline of visual-effects studios.",
        discussion: """
            Commands ask the server at $SIRDAR_URL (\(ServerAddress.fallback)) and sign in with $SIRDAR_TOKEN.

            They end with:
            \(Ending.allCases.map { "  \(Text.padded(String($0.rawValue), to: 2, isRight: true))  \($0.meaning)" }
                .joined(separator: "\n"))
            """,
        version: ProgramVersion.current,
        groupedSubcommands: [
            CommandGroup(
                name: "Images",
                subcommands: [
                    ProjectCommand.self, MachineCommand.self, ImageCommand.self, ProfileCommand.self,
                    RequestCommand.self, CostCommand.self,
                ]
            ),
            CommandGroup(
                name: "Work",
                subcommands: [QueueCommand.self, TaskCommand.self, StopCommand.self, AbsenceCommand.self]
            ),
            CommandGroup(
                name: "Definitions",
                subcommands: [WorkflowCommand.self, CheckCommand.self, SchemaCommand.self, ExpressionCommand.self]
            ),
            CommandGroup(
                name: "Records",
                subcommands: [
                    InstanceCommand.self, ExplainCommand.self, EventCommand.self, JournalCommand.self,
                    InsightCommand.self,
                ]
            ),
            CommandGroup(
                name: "Account",
                subcommands: [
                    MeCommand.self, TokenCommand.self, PersonCommand.self, RetentionCommand.self,
                    NotificationCommand.self,
                ]
            ),
        ] + installation
    )

    /// What runs here and not through a server.
    static let local: [any ParsableCommand.Type] = [
        ServeCommand.self, InitCommand.self, DemoCommand.self, MigrateCommand.self, BackupCommand.self,
        RestoreCommand.self, DoctorCommand.self, ConfigCommand.self,
    ]

    private static var installation: [CommandGroup] {
        local.isEmpty ? [] : [CommandGroup(name: "Installation", subcommands: local)]
    }

    static func main() async {
        let arguments = Array(CommandLine.arguments.dropFirst())
        do {
            var command = try await asyncParseAsRoot(arguments)
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch {
            ProgramEnd(of: error, arguments).leave()
        }
    }
}
