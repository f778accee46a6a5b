import Foundation
import JSON
import Testing

/// The help of every command, as it is printed. `SIRDAR_UPDATE_GOLDEN=1 swift test --filter HelpTests` writes it anew.
@Suite("Help")
struct HelpTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
        "Golden"
    )
    private static let isUpdating = ProcessInfo.processInfo.environment["SIRDAR_UPDATE_GOLDEN"] == "1"

    /// The words of every command, as the program itself lists them.
    private static func commands() throws -> [[String]] {
        let dump = try #require(try Tool().run("--experimental-dump-help").json)
        func walk(_ command: JSON, _ words: [String]) -> [[String]] {
            let children = (command["subcommands"]?.asArray ?? []).filter { $0["commandName"]?.asString != "help" }
            return [words] + children.flatMap { walk($0, words + [$0["commandName"]?.asString ?? ""]) }
        }
        return walk(try #require(dump["command"]), [])
    }

    private static func file(_ words: [String]) -> URL {
        folder.appendingPathComponent((["sirdar"] + words).joined(separator: "-") + ".txt")
    }

    @Test("the help of every command is as it was agreed on")
    func helpIsAgreed() throws {
        let commands = try Self.commands()
        #expect(commands.count > 40)
        for words in commands {
            let outcome = try Tool().run(["help"] + words)
            #expect(outcome.code == 0 && outcome.messages.isEmpty, "\(words)")
            if Self.isUpdating { try Data(outcome.output).write(to: Self.file(words)) }
            let golden = try? String(contentsOf: Self.file(words), encoding: .utf8)
            #expect(outcome.text == golden, "\(Self.file(words).lastPathComponent) is out of date")
        }
    }

    @Test("there is no agreed help of a command that is gone")
    func nothingIsLeftOver() throws {
        let expected = Set(try Self.commands().map { Self.file($0).lastPathComponent })
        for name in try FileManager.default.contentsOfDirectory(atPath: Self.folder.path) where !expected.contains(name)
        {
            if Self.isUpdating { try FileManager.default.removeItem(at: Self.folder.appendingPathComponent(name)) }
            #expect(Self.isUpdating, "Golden/\(name) belongs to no command")
        }
    }

    @Test(
        "help and version go to standard output and end with 0",
        arguments: ["", "--help", "--version", "task", "help"]
    )
    func helpIsAResult(_ line: String) throws {
        let outcome = try Tool().run(line)
        #expect(outcome.code == 0)
        #expect(!outcome.output.isEmpty && outcome.messages.isEmpty)
    }

    @Test("every exit code is in the help")
    func exitCodesAreListed() throws {
        let text = try Tool().run("--help").text
        for code in [0, 1, 3, 4, 5, 64, 69, 78] { #expect(text.contains("\n  \(code < 10 ? " " : "")\(code)  ")) }
    }
}
