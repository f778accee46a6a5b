import Foundation
import Logging
import SirdarCore
import SirdarEngine
import SirdarServer

// The settings as the parts of the program take them.
extension Settings {
    var engine: Engine.Settings {
        var engine = Engine.Settings()
        engine.slots = workerSlots
        engine.laneLimit = laneLimit
        engine.lease = .seconds(Int64(leaseSeconds))
        return engine
    }

    var server: Server.Settings {
        var server = Server.Settings()
        server.dataFolder = data
        server.origin = origin
        server.attachmentBytesMax = attachmentMebibytes << 20
        server.attachmentTypes = attachmentTypes
        server.isOverTLS = isOverTLS
        server.trustedProxies = trustedProxies
        server.requestsPerSecond = requestsPerSecond
        if let tlsCertificate, let tlsKey { server.certificate = (tlsCertificate, tlsKey) }
        server.sessions = SessionLimits(
            idle: .minutes(Int64(sessionIdleMinutes)),
            absolute: .minutes(Int64(sessionAbsoluteMinutes))
        )
        server.version = ProgramVersion.current
        return server
    }

    /// How a browser on this machine reaches the server.
    var address: String { origin ?? "\(tlsCertificate == nil ? "http" : "https")://\(listen)" }

    /// Whether other machines reach the server and nothing encrypts what they say.
    var isInTheClear: Bool {
        let isOfThisMachine = listen.host == "localhost" || listen.host == "::1" || listen.host.hasPrefix("127.")
        return !isOverTLS && trustedProxies.isEmpty && !isOfThisMachine
    }

    /// - Throws: which of the two files cannot be read.
    func checkCertificate() throws {
        for path in [tlsCertificate, tlsKey].compactMap(\.self)
        where !FileManager.default.isReadableFile(atPath: path) { throw UnreadableCertificate(path: path) }
    }

    func logger(_ label: String) -> Logger {
        var logger = Logger(label: label) { label -> any LogHandler in
            switch logFormat {
            case .text: StreamLogHandler.standardError(label: label)
            case .json: JSONLogHandler(label: label)
            }
        }
        guard let level = Logger.Level(rawValue: logLevel) else { preconditionFailure("a checked level is one") }
        logger.logLevel = level
        return logger
    }
}

/// A file that TLS needs is not there, or not for us.
struct UnreadableCertificate: EndsWithCode, CustomStringConvertible {
    let path: String

    var ending: Ending { .configuration }
    var description: String { "\(path) cannot be read, and TLS needs it. See tlsCertificate and tlsKey." }
}
