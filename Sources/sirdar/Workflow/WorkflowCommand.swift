import ArgumentParser

/// The definitions of workflows: for those who write them, and for those who run them.
struct WorkflowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "workflow",
        abstract: "Workflows: try, test and draw their definitions; deploy versions, and move instances to them.",
        subcommands: [
            Run.self, Test.self, Diagram.self, Deploy.self, List.self, Show.self, Diff.self, Activate.self,
            Migrate.self,
        ]
    )
}
