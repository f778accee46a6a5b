import ArgumentParser

/// The program: reads the settings, wires everything, runs a command.
@main
struct Sirdar: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sirdar",
        abstract: "An operator workflow engine for the image pipeline of visual-effects studios."
    )
}
