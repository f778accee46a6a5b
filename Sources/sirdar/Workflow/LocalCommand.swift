import ArgumentParser
import Foundation
import SirdarCore
import SirdarEngine
import SirdarImages

/// A command that reads files here and asks no server.
protocol LocalCommand: ParsableCommand {
    func perform(_ terminal: Terminal) throws(Failure)
}

extension LocalCommand {
    func run() throws {
        do throws(Failure) {
            try perform(Terminal(mayColour: true, environment: ProcessInfo.processInfo.environment))
        } catch {
            error.sentences.forEach(Terminal.say)
            throw error.ending.code
        }
    }
}

extension Catalog.Surroundings {
    /// What definitions may name besides what is in their folder, as this program has it.
    static var here: Catalog.Surroundings { .init(functions: ImageActions.signatures.map { .init($0) }) }
}
