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

extension Failure {
    /// Files with mistakes, a line for each.
    init(_ mistaken: RehearsalFiles.Mistaken) { self.init(.failed, sentences: mistaken.lines) }
}

extension Catalog.Surroundings {
    /// What definitions may name besides what is in their folder, as this program has it.
    static var here: Catalog.Surroundings { .init(functions: ImageActions.signatures.map { .init($0) }) }
}

extension CatalogFiles.File {
    /// Reads a file; `-` is standard input.
    static func read(_ path: String) throws(Failure) -> CatalogFiles.File {
        guard path == "-" else {
            return try RehearsalFiles.read(path).orFailure()
        }
        // Standard input that cannot be read is as good as empty.
        let data = (try? FileHandle.standardInput.read(upToCount: YAMLSource.bytesMax + 1)) ?? Data()
        guard data.count <= YAMLSource.bytesMax, let text = String(validating: data, as: UTF8.self) else {
            throw Failure(.failed, "Standard input is no text of at most \(YAMLSource.bytesMax >> 10) KiB.")
        }
        return CatalogFiles.File(path: "standard input", text: text)
    }
}
