import Foundation
import Logging
import SirdarEngine

/// What the server is told from outside, read once: environment before default.
struct ProgramSettings {
    var host = "127.0.0.1"
    var port = 8080
    /// The folder that it owns.
    var data = "data"
    /// The folder that holds `Workflows`, `Runbooks` and `config`.
    var definitions = "."
    var engine = Engine.Settings()
    var logLevel = Logger.Level.notice

    var configuration: String { "\(definitions)/config" }
    var address: String { "http://\(host.contains(":") ? "[\(host)]" : host):\(port)" }

    /// - Throws: `WrongSetting` for a value that cannot be one.
    init(environment: [String: String] = ProcessInfo.processInfo.environment) throws {
        if let data = environment["SIRDAR_DATA"], !data.isEmpty { self.data = data }
        if let definitions = environment["SIRDAR_DEFINITIONS"], !definitions.isEmpty { self.definitions = definitions }
        if let listen = environment["SIRDAR_LISTEN"], !listen.isEmpty {
            guard let colon = listen.lastIndex(of: ":"), let port = Int(listen[listen.index(after: colon)...]),
                (1...65_535).contains(port), colon != listen.startIndex
            else { throw WrongSetting(name: "SIRDAR_LISTEN", value: listen, wants: "an address and a port, 127.0.0.1:8080") }
            host = listen[..<colon].trimmingCharacters(in: CharacterSet(charactersIn: "[]"))
            self.port = port
        }
        if let level = environment["SIRDAR_LOG_LEVEL"], !level.isEmpty {
            guard let known = Logger.Level(rawValue: level) else {
                let levels = Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")
                throw WrongSetting(name: "SIRDAR_LOG_LEVEL", value: level, wants: "one of \(levels)")
            }
            logLevel = known
        }
        data = URL(filePath: data).standardizedFileURL.path
        definitions = URL(filePath: definitions).standardizedFileURL.path
    }

    func logger(_ label: String) -> Logger {
        var logger = Logger(label: label) { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = logLevel
        return logger
    }
}

struct WrongSetting: Error, CustomStringConvertible {
    let name: String
    let value: String
    let wants: String

    var description: String { "\(name) is \(value), and must be \(wants)." }
}
