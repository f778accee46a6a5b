import ArgumentParser
import Foundation
import SirdarCore

/// How the program takes its leave: help on standard output, mistakes as sentences on standard error.
struct ProgramEnd {
    private let code: Int32
    private let result: String
    private let message: String

    init(of error: any Error, _ arguments: [String]) {
        code = (error as? any EndsWithCode)?.ending.rawValue ?? Sirdar.exitCode(for: error).rawValue
        if code == Ending.done.rawValue {
            result = Sirdar.fullMessage(for: error)
            message = ""
            return
        }
        result = ""
        if code == Ending.usage.rawValue, let unknown = UnknownCommand(arguments, below: Sirdar.self) {
            message = unknown.sentence
            return
        }
        // The library's own text, with its usage line, and our name in the place of its "Error".
        let full = Sirdar.fullMessage(for: error)
        message = full.hasPrefix("Error: ") ? String(full.dropFirst("Error: ".count)) : full
    }

    func leave() -> Never {
        if !result.isEmpty { print(result) }
        if !message.isEmpty {
            let bytes = Array("sirdar: \(Text.printable(message, keepsLines: true))\n".utf8)
            _ = bytes.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
        }
        exit(code)
    }
}

/// An error that knows how the program ends on account of it.
protocol EndsWithCode: Error {
    var ending: Ending { get }
}

extension Misconfigured: EndsWithCode { var ending: Ending { .configuration } }
extension VersionChanged: EndsWithCode { var ending: Ending { .configuration } }
extension MissingWorkflow: EndsWithCode { var ending: Ending { .configuration } }

/// A word in the place of a subcommand that names none.
struct UnknownCommand: Sendable, Hashable {
    let sentence: String

    /// - Returns: `nil` when every word in the place of a subcommand names one.
    init?(_ arguments: [String], below root: any ParsableCommand.Type) {
        var command = root
        var names = [Self.name(root)]
        for argument in arguments where argument != "help" {
            let known = command.configuration.subcommands
            guard !known.isEmpty, !argument.hasPrefix("-") else { return nil }
            if let next = known.first(where: { Self.name($0) == argument }) {
                command = next
                names.append(argument)
                continue
            }
            let words = known.map(Self.name)
            let line = names.joined(separator: " ")
            if let nearest = Suggestion.nearest(to: argument, among: words) {
                sentence = "there is no `\(line) \(argument)`. Did you mean `\(line) \(nearest)`?"
            } else {
                sentence = "there is no `\(line) \(argument)`. There is: \(words.joined(separator: ", "))."
            }
            return
        }
        return nil
    }

    private static func name(_ command: any ParsableCommand.Type) -> String {
        command.configuration.commandName ?? String(describing: command).lowercased()
    }
}
