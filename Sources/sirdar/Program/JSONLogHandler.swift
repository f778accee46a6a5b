import Foundation
import JSON
import Logging
import SirdarCore
import SirdarEngine

/// One JSON object a line on standard error, for whoever collects logs.
struct JSONLogHandler: LogHandler {
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.notice

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var object: JSON.Object = [
            "at": .string(SystemClock().now().description), "level": .string(event.level.rawValue),
            "message": .string(event.message.description),
        ]
        for (key, value) in metadata.merging(event.metadata ?? [:], uniquingKeysWith: { _, latest in latest }) {
            object[key] = .string("\(value)")
        }
        FileHandle.standardError.write(Data((JSON.object(object).text + "\n").utf8))
    }
}
