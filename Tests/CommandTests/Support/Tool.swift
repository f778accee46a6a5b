import Foundation
import JSON
import SirdarTestKit

/// The built program, run as a person or a script runs it.
struct Tool {
    var environment: [String: String] = [:]
    /// What stands at standard input; nothing is an empty file.
    var input: [UInt8] = []
    var folder: String?

    struct Outcome {
        let code: Int32
        let output: [UInt8]
        let messages: String

        var text: String { String(decoding: output, as: UTF8.self) }
        var lines: [String] {
            text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
        }
        var json: JSON? { try? JSON(parsing: output) }
    }

    /// Beside the bundle of the tests, where the build puts it.
    private static let path = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        .deletingLastPathComponent().appendingPathComponent("sirdar")

    init(_ server: ScriptedServer? = nil) {
        environment = ["PATH": "/usr/bin:/bin", "TZ": "UTC", "SIRDAR_TOKEN": "srd_test"]
        if let server { environment["SIRDAR_URL"] = server.url }
    }

    /// A program that has not ended by then is ended.
    private static let seconds = 60

    func run(_ arguments: [String]) throws -> Outcome {
        try run(arguments, writingTo: nil)
    }

    /// Runs with standard output going into a file.
    func runInto(_ path: String, _ arguments: [String]) throws -> Outcome {
        try run(arguments, writingTo: try FileHandle(forWritingTo: URL(fileURLWithPath: path)))
    }

    func run(_ line: String) throws -> Outcome { try run(line.split(separator: " ").map(String.init)) }

    /// Runs with standard output on a terminal of its own, and answers what came there.
    func runOnTerminal(_ arguments: [String]) throws -> Outcome {
        let pair = try Terminal()
        defer { pair.close() }
        let outcome = try run(arguments, writingTo: pair.program)
        return Outcome(code: outcome.code, output: pair.read(), messages: outcome.messages)
    }

    private func run(_ arguments: [String], writingTo file: FileHandle?) throws -> Outcome {
        let folder = try TemporaryFolder()
        let (stdin, stdout, stderr) = (folder.path("in"), folder.path("out"), folder.path("err"))
        try Data(input).write(to: URL(fileURLWithPath: stdin))
        for path in [stdout, stderr] { try Data().write(to: URL(fileURLWithPath: path)) }
        let process = Process()
        process.executableURL = Self.path
        process.arguments = arguments
        process.environment = environment
        if let folder = self.folder { process.currentDirectoryURL = URL(fileURLWithPath: folder) }
        process.standardInput = try FileHandle(forReadingFrom: URL(fileURLWithPath: stdin))
        process.standardOutput = try file ?? FileHandle(forWritingTo: URL(fileURLWithPath: stdout))
        process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: stderr))
        let ended = DispatchSemaphore(value: 0)
        process.terminationHandler = { _ in ended.signal() }
        try process.run()
        if ended.wait(timeout: .now() + .seconds(Self.seconds)) == .timedOut { process.terminate() }
        process.waitUntilExit()
        let output = try Data(contentsOf: URL(fileURLWithPath: stdout))
        let messages = try Data(contentsOf: URL(fileURLWithPath: stderr))
        let text = String(decoding: messages, as: UTF8.self)
        return Outcome(code: process.terminationStatus, output: Array(output), messages: text)
    }

    /// A pseudo-terminal, 80 columns wide.
    private struct Terminal {
        let ours: Int32
        let program: FileHandle

        init() throws {
            // What posix_openpt, unlockpt and ptsname do; Swift does not see those here.
            let (unlock, number) = (UInt(0x4004_5431), UInt(0x8004_5430))
            var (isLocked, terminal) = (Int32(0), UInt32(0))
            ours = open("/dev/ptmx", O_RDWR | O_NOCTTY)
            guard ours >= 0, ioctl(ours, unlock, &isLocked) == 0, ioctl(ours, number, &terminal) == 0 else {
                throw CocoaError(.fileNoSuchFile)
            }
            let theirs = open("/dev/pts/\(terminal)", O_RDWR | O_NOCTTY)
            guard theirs >= 0 else { throw CocoaError(.fileReadUnknown) }
            var size = winsize(ws_row: 24, ws_col: 80, ws_xpixel: 0, ws_ypixel: 0)
            _ = ioctl(theirs, UInt(TIOCSWINSZ), &size)
            program = FileHandle(fileDescriptor: theirs, closeOnDealloc: true)
            _ = fcntl(ours, F_SETFL, O_NONBLOCK)
        }

        func read() -> [UInt8] {
            var (all, chunk) = ([UInt8](), [UInt8](repeating: 0, count: 65_536))
            while true {
                let count = Foundation.read(ours, &chunk, chunk.count)
                guard count > 0 else { return all }
                all += chunk[..<count]
            }
        }

        func close() { _ = Foundation.close(ours) }
    }
}

/// A folder that goes away with whoever holds it.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("sirdar-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path
    }

    deinit {
        // What is left behind is in a folder that the system clears.
        try? FileManager.default.removeItem(atPath: path)
    }

    func path(_ name: String) -> String { "\(path)/\(name)" }

    @discardableResult
    func write(_ name: String, _ text: String) throws -> String {
        try Data(text.utf8).write(to: URL(fileURLWithPath: path(name)))
        return path(name)
    }
}
