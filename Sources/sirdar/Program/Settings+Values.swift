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
        server.isOverTLS = isOverTLS
        server.isBehindProxy = isBehindProxy
        server.sessions = SessionLimits(
            idle: .minutes(Int64(sessionIdleMinutes)),
            absolute: .minutes(Int64(sessionAbsoluteMinutes))
        )
        server.version = ProgramVersion.current
        return server
    }

    /// How a browser on this machine reaches the server.
    var address: String { origin ?? "http://\(listen)" }

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
