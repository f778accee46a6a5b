import Foundation

/// Where results and messages go, and what may be done to them there.
///
/// Results go to standard output, sentences to standard error. What is written was written by others (names, notes,
/// the output of checks), so nothing of it may steer the terminal: see `Text.printable`.
struct Terminal: Sendable {
    /// Whether a person looks at the results, and they do not go into a file or another program.
    let isInteractive: Bool
    let usesColour: Bool
    /// How many columns there are to fill; `nil`: as many as it takes.
    let columns: Int?

    init(isInteractive: Bool, usesColour: Bool, columns: Int?) {
        self.isInteractive = isInteractive
        self.usesColour = usesColour
        self.columns = columns
    }

    /// The terminal that there is; no colour where `--no-color` was given.
    init(mayColour: Bool, environment: [String: String]) {
        isInteractive = isatty(STDOUT_FILENO) == 1
        let isPlain = environment["NO_COLOR"].map { !$0.isEmpty } ?? false || environment["TERM"] == "dumb"
        usesColour = mayColour && isInteractive && !isPlain
        columns = isInteractive ? environment["COLUMNS"].flatMap { Int($0) } ?? Self.windowColumns() : nil
    }

    private static func windowColumns() -> Int? {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return Int(size.ws_col)
    }

    /// Writes a result.
    ///
    /// - Throws: when it cannot be written, as on a full disk. Ends the program when nobody reads any more.
    func write(_ text: String) throws(Failure) { try write(Array(text.utf8)) }

    /// Writes the bytes of a file that others have written. What is no text would steer a terminal: there only text is
    /// shown.
    func write(_ bytes: [UInt8], of file: String) throws(Failure) {
        guard isInteractive else { return try write(bytes) }
        guard let text = String(validating: bytes, as: UTF8.self), !text.utf8.contains(0) else {
            throw Failure(.failed, "\(file) is no text. Write it into a file: --output FILE.")
        }
        try write(Text.printable(text, keepsLines: true))
    }

    func write(_ bytes: [UInt8]) throws(Failure) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Foundation.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
            if count >= 0 {
                rest = rest.dropFirst(count)
                continue
            }
            if errno == EINTR { continue }
            // As whoever is ended by SIGPIPE, which a library of ours has switched off.
            if errno == EPIPE { exit(128 + SIGPIPE) }
            throw Failure(.failed, "The output cannot be written: \(String(cString: strerror(errno))).")
        }
    }

    /// Writes a line of results.
    func line(_ text: String = "") throws(Failure) { try write(text + "\n") }

    /// Says something to the person, beside the results. That it cannot be said is no reason to stop.
    static func say(_ sentence: String) {
        let bytes = Array("sirdar: \(Text.printable(sentence))\n".utf8)
        _ = bytes.withUnsafeBytes { Foundation.write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }

    func paint(_ text: String, _ tone: Tone) -> String { usesColour ? tone.paint(text) : text }
}

/// What a text's colour says. The text says it too: colour is never alone.
enum Tone: Sendable, Hashable, CaseIterable {
    case plain, strong, quiet, new, busy, good, bad

    private var code: String {
        switch self {
        case .plain: ""
        case .strong: "1"
        case .quiet: "2"
        case .new: "34"
        case .busy: "33"
        case .good: "32"
        case .bad: "31"
        }
    }

    func paint(_ text: String) -> String { self == .plain || text.isEmpty ? text : "\u{1B}[\(code)m\(text)\u{1B}[0m" }

    /// The tone of a state, by the words and colours that requesters and operators know.
    static func state(_ state: String) -> Tone {
        switch state {
        case "saved", "ready", "pending", "waiting", "deletionRequested", "deletion requested": .new
        case "building", "claimed", "in_progress", "in progress", "verifying", "running", "retrying", "starting",
            "stopping", "deleting", "at_risk", "at risk", "high":
            .busy
        case "built", "completed", "passed", "on", "done": .good
        case "failed", "faulted", "needs_person", "needs person", "lost", "overdue", "expired", "impossible",
            "compensating", "urgent":
            .bad
        case "withdrawn", "cancelled", "deleted", "skipped", "off", "suspended", "low": .quiet
        default: .plain
        }
    }
}
