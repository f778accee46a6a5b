import Foundation
import JSON
import Logging
import SirdarCore
import SirdarEngine

/// Writes each line of the log as a JSON document, to standard error, for programs that collect logs.
struct JSONLogHandler: LogHandler {
    let label: String
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?
    var logLevel = Logger.Level.notice

    init(label: String) { self.label = label }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var line: JSON.Object = [
            "at": .string(SystemClock().now().description), "level": .string(event.level.rawValue),
            "label": .string(label), "message": .string(event.message.description),
        ]
        line["error"] = event.error.map { .string("\($0)") }
        let provided = metadata.merging(metadataProvider?.get() ?? [:]) { _, later in later }
        for (key, value) in provided.merging(event.metadata ?? [:], uniquingKeysWith: { _, later in later }) {
            // What everybody can rely on is not overwritten by what one message adds.
            _ = line.insert(key, Self.json(value))
        }
        let bytes = JSON.object(line).bytes + [0x0A]
        // One call a line, so that lines of several threads do not mix.
        _ = bytes.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }

    private static func json(_ value: Logger.Metadata.Value) -> JSON {
        switch value {
        case .string(let text): .string(text)
        case .stringConvertible(let value): .string("\(value)")
        case .array(let values): .array(values.map(json))
        case .dictionary(let values):
            .object(JSON.Object(values.sorted { $0.key < $1.key }.map { (key: $0.key, value: json($0.value)) }))
        }
    }
}
