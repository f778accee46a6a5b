import Foundation
import JSON
import SirdarEngine
import SirdarTestKit

/// A demonstration studio in a folder of its own, and the built program that serves it and asks it.
final class DemonstrationStudio {
    private let folder: URL
    private let port: Int
    private var server: Process?
    private var tokens: [String: String] = [:]
    private var passwords: [String: String] = [:]

    /// Beside the bundle of the tests, where the build puts it.
    private static let program = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        .deletingLastPathComponent().appending(path: "sirdar")

    /// Where the repository's workflows, runbooks and settings are.
    private static let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    struct Outcome {
        let code: Int32
        let output: [UInt8]
        let messages: String
    }

    struct NotReady: Error { let log: String }
    struct Failed: Error {
        let line: String
        let messages: String
    }

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "sirdar-walk-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        port = try Self.freePort()
        let made = try execute(["demo"], as: nil, input: "")
        guard made.code == 0 else { throw Failed(line: "demo", messages: made.messages) }
        let file = try Data(contentsOf: folder.appending(path: "data/demo-credentials.json"))
        for (name, account) in try JSON(parsing: Array(file)).asObject ?? [:] {
            tokens[name] = account["token"]?.asString
            passwords[name] = account["password"]?.asString
        }
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    // MARK: The server

    func serve() throws {
        let process = Process()
        process.executableURL = Self.program
        process.arguments = ["serve"]
        process.currentDirectoryURL = Self.repository
        process.environment = environment(nil)
        let log = folder.appending(path: "server.log")
        if !FileManager.default.fileExists(atPath: log.path) { try Data().write(to: log) }
        let handle = try FileHandle(forWritingTo: log)
        try handle.seekToEnd()
        process.standardOutput = handle
        process.standardError = handle
        try process.run()
        server = process
        do {
            _ = try eventually { try run("operator", "queue list").code == 0 ? true : nil }
        } catch {
            throw NotReady(log: (try? String(contentsOf: log, encoding: .utf8)) ?? "")
        }
    }

    /// As a power cut of the process: no warning, no clean-up.
    func kill() throws {
        guard let server else { return }
        Foundation.kill(server.processIdentifier, SIGKILL)
        server.waitUntilExit()
        self.server = nil
    }

    func stop() { try? kill() }

    // MARK: Asking

    func run(_ person: String, _ line: String, input: String = "") throws -> Outcome {
        try execute(line.split(separator: " ").map(String.init), as: person, input: input)
    }

    /// Asks the API as a script does.
    func call(_ person: String, _ method: String, _ path: String, _ body: JSON) throws -> Wire.Answer {
        let headers = ["Authorization": "Bearer \(tokens[person] ?? "")", "Content-Type": "application/json"]
        return try Wire(port: port).send(method, path, headers, body.text)
    }

    /// Somebody who has signed in on the pages.
    func visitor(_ person: String) throws -> Visitor {
        try Visitor(Wire(port: port), name: person, password: passwords[person] ?? "")
    }

    /// A new path beside the data.
    func path(_ name: String) -> String { folder.appending(path: name).path }

    /// What the command answers as JSON.
    func json(_ person: String, _ line: String) throws -> JSON {
        let outcome = try run(person, line + " --json")
        guard outcome.code == 0 else { throw Failed(line: line, messages: outcome.messages) }
        return try JSON(parsing: outcome.output)
    }

    func items(_ person: String, _ line: String) throws -> [JSON] { try json(person, line)["items"]?.asArray ?? [] }

    func image(_ id: String, until state: String) throws -> JSON {
        try eventually {
            let image = try json("requester", "image show \(id)")
            // Not `nil` alone: that would be JSON's null.
            return image["state"]?.asString == state ? .some(image) : Optional<JSON>.none
        }
    }

    /// Every file of the cloud, by its path.
    func files() throws -> [String] {
        let root = folder.appending(path: "data/clouds").path
        return try FileManager.default.subpathsOfDirectory(atPath: root).map { "/\($0)" }
    }

    private func environment(_ person: String?) -> [String: String] {
        var environment = [
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "SIRDAR_DATA": folder.appending(path: "data").path,
            "SIRDAR_LISTEN": "127.0.0.1:\(port)", "SIRDAR_URL": "http://127.0.0.1:\(port)", "TZ": "UTC",
        ]
        if let person { environment["SIRDAR_TOKEN"] = tokens[person] }
        return environment
    }

    private func execute(_ arguments: [String], as person: String?, input: String) throws -> Outcome {
        let name = UUID().uuidString
        let files = ["in", "out", "err"].map { folder.appending(path: "\(name).\($0)") }
        defer { for file in files { try? FileManager.default.removeItem(at: file) } }
        try Data(input.utf8).write(to: files[0])
        for file in files[1...] { try Data().write(to: file) }
        let process = Process()
        process.executableURL = Self.program
        process.arguments = arguments
        process.currentDirectoryURL = Self.repository
        process.environment = environment(person)
        process.standardInput = try FileHandle(forReadingFrom: files[0])
        process.standardOutput = try FileHandle(forWritingTo: files[1])
        process.standardError = try FileHandle(forWritingTo: files[2])
        try process.run()
        process.waitUntilExit()
        return Outcome(
            code: process.terminationStatus,
            output: Array(try Data(contentsOf: files[1])),
            messages: String(decoding: try Data(contentsOf: files[2]), as: UTF8.self)
        )
    }

    /// A port that nobody listens on now, below those that outgoing connections get: a client that tries while the
    /// server is down could otherwise be given the server's own.
    private static func freePort() throws -> Int {
        for _ in 0..<100 {
            let port = UInt16.random(in: 20_000..<32_000)
            let file = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            defer { close(file) }
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_addr.s_addr = inet_addr("127.0.0.1")
            address.sin_port = port.bigEndian
            let isFree = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(file, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
                }
            }
            if isFree { return Int(port) }
        }
        throw CocoaError(.featureUnsupported)
    }
}
