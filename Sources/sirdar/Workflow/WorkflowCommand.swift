import ArgumentParser

/// The definitions of workflows: for those who write them, and for those who run them.
struct WorkflowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "workflow",
        abstract: "Workflows: try, test and draw their definitions.",
        subcommands: [
            Run.self, Test.self, Diagram.self,
        ]
    )
}
