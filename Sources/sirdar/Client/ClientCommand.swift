import ArgumentParser
import Foundation
import JSON

/// A command that asks a running server, over its API.
protocol ClientCommand: AsyncParsableCommand {
    var connection: ConnectionOptions { get }
    var output: OutputOptions { get }
    func perform(_ session: Session) async throws(Failure)
}

extension ClientCommand {
    func run() async throws { try await ask() }

    /// Asks the server, and says what it said when it would not.
    func ask() async throws {
        do throws(Failure) {
            let session = try Session(connection, output, environment: ProcessInfo.processInfo.environment)
            let failure: Failure?
            do throws(Failure) {
                try await perform(session)
                failure = nil
            } catch { failure = error }
            await session.api.connection.close()
            if let failure { throw failure }
        } catch {
            error.sentences.forEach(Terminal.say)
            throw error.ending.code
        }
    }
}

/// How the server is reached.
struct ConnectionOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Where the server is. (default: $SIRDAR_URL, else \(ServerAddress.fallback))",
            valueName: "url"
        )
    )
    var url: String?

    @Option(
        help: ArgumentHelp(
            "A file that holds the token to sign in with. (default: $SIRDAR_TOKEN, else the file $SIRDAR_TOKEN_FILE)",
            valueName: "file"
        ),
        completion: .file()
    )
    var tokenFile: String?
}

/// How results are shown.
struct OutputOptions: ParsableArguments {
    @Flag(help: "Print exactly one JSON document, as the API answered, and nothing else.")
    var json = false

    @Flag(name: .shortAndLong, help: "Leave out what is said beside the results.")
    var quiet = false

    @Flag(name: .customLong("no-color"), help: "Use no colours, as with NO_COLOR=1.")
    var noColour = false

    init() {}

    /// For a command that has options of its own.
    init(quiet: Bool) {
        json = false
        noColour = false
        self.quiet = quiet
    }
}

/// What a command works with: the API, and the terminal.
struct Session: Sendable {
    let api: API
    let terminal: Terminal
    let isJSON: Bool
    let isQuiet: Bool
    let now = Moment.now

    init(_ connection: ConnectionOptions, _ output: OutputOptions, environment: [String: String]) throws(Failure) {
        let server = try connection.server(environment)
        let token = try connection.token(environment)
        if server.isInTheClear, token != nil, !output.quiet {
            Terminal.say("\(server) is not encrypted: whoever is on the way can read the token.")
        }
        api = API(connection: Connection(server: server, token: token))
        terminal = Terminal(mayColour: !output.noColour, environment: environment)
        isJSON = output.json
        isQuiet = output.quiet
    }

    /// Prints the document for programs, or what `human` makes of it for people.
    func show(_ document: JSON, _ human: () throws(Failure) -> Void) throws(Failure) {
        guard isJSON else { return try human() }
        try terminal.line(terminal.isInteractive ? document.pretty : document.text)
    }

    func lines(_ lines: [String]) throws(Failure) {
        guard !lines.isEmpty else { return }
        try terminal.line(lines.joined(separator: "\n"))
    }

    /// A table for people; a sentence instead of one with nothing in it.
    func table(_ table: Table, orSay nothing: String) throws(Failure) {
        guard !table.isEmpty else { return say(nothing) }
        try lines(table.lines(width: terminal.columns, colour: terminal.usesColour))
    }

    /// Says something beside the results; not to programs.
    func say(_ sentence: String) {
        if !isQuiet && !isJSON { Terminal.say(sentence) }
    }

    /// Suggests the command that probably comes next.
    func suggest(_ words: String...) { suggest(words) }

    func suggest(_ words: [String]) { say("Next: sirdar \(words.map(Text.shell).joined(separator: " "))") }

    func title(_ text: String) -> String { terminal.paint(Text.printable(text), .strong) }

    /// `2026-11-23 18:04 (12 min ago)`.
    func time(_ moment: Moment?) -> String? { moment.map { "\($0.local) (\($0.relative(to: now)))" } }

    func ago(_ moment: Moment?) -> String { moment.map { $0.relative(to: now) } ?? "" }
}
