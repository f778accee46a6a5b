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

extension Result where Failure == RehearsalFiles.Mistaken {
    /// The value; of files with mistakes, each is told on a line that editors understand.
    func orTold() throws(sirdar.Failure) -> Success {
        switch self {
        case .success(let value): return value
        case .failure(let mistaken):
            mistaken.lines.forEach(Terminal.tell)
            throw sirdar.Failure(.failed, sentences: [])
        }
    }
}

extension Terminal {
    /// A line beside the results that is not the program's own sentence: progress, a mistake at its place.
    static func tell(_ line: String) {
        let bytes = Array("\(Text.printable(line))\n".utf8)
        _ = bytes.withUnsafeBytes { Foundation.write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}

extension Catalog.Surroundings {
    /// What definitions may name besides what is in their folder, as this program has it.
    static var here: Catalog.Surroundings { .init(functions: ImageActions.signatures.map { .init($0) }) }
}

extension CatalogFiles.File {
    /// Reads a file; `-` is standard input.
    static func read(_ path: String) throws(Failure) -> CatalogFiles.File {
        guard path == "-" else {
            return try RehearsalFiles.read(path).orTold()
        }
        // Standard input that cannot be read is as good as empty.
        let data = (try? FileHandle.standardInput.read(upToCount: YAMLSource.bytesMax + 1)) ?? Data()
        guard data.count <= YAMLSource.bytesMax, let text = String(validating: data, as: UTF8.self) else {
            throw Failure(.failed, "Standard input is no text of at most \(YAMLSource.bytesMax >> 10) KiB.")
        }
        return CatalogFiles.File(path: "standard input", text: text)
    }
}
