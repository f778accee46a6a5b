import Foundation
import SirdarImages

/// What the pool keeps about a machine, in `machines/<id>.json`.
struct MachineRecord: Codable, Sendable, Equatable {
    enum Stage: String, Codable, Sendable { case pending, ready, failed, terminated }

    var version = 1
    let id: String
    let project: String?
    let machineType: String
    let os: String
    let architecture: String
    let address: String?
    let tags: [String: String]
    let createdAt: Int64
    let key: String?
    /// Digest of what was asked for, to tell a repetition from another call with the same key.
    let request: String?
    let sourceImage: ImageRef?
    var stage: Stage
    var reason: String?
    var attempts = 0
    /// The size the disk had when it was made; a shorter one was damaged since.
    var diskBytes: Int64
    var isOn = false
    var powerSince: Int64
    var starts = 0
    /// Keys of the last changes of power, so that a repetition does not repeat them.
    var endedAt: Int64?
}

/// What the pool keeps about an image, in `images/<id>.json`.
struct ImageRecord: Codable, Sendable, Equatable {
    enum Stage: String, Codable, Sendable { case pending, available, failed, deregistered, deleted }

    var version = 1
    let id: String
    let name: String
    let machineType: String?
    let tags: [String: String]
    let createdAt: Int64
    let key: String
    let request: String
    let sourceMachine: MachineRef?
    let sourceImage: ImageRef?
    /// How often the source machine had been started when the image was asked for.
    let sourceStarts: Int?
    let diskBytes: Int64
    var stage: Stage
    var reason: String?
    var attempts = 0
    var availableAt: Int64?
    var storedBytes: Int64?
    var digest: String?
    var endedAt: Int64?

    /// The same for the same name and key: a repeated call finds what it made. It begins with what a person can read.
    static func id(name: String, key: String) -> String {
        let kept = name.lowercased().map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" }
        let slug = String(kept).split(separator: "-").joined(separator: "-").prefix(80)
        return "\(slug)-\(Digest.of("\(name)\u{0}\(key)").prefix(12))"
    }
}

/// Reading and writing records: whole files, replaced atomically.
enum Records {
    static func read<Record: Decodable>(_ type: Record.Type, _ path: String) throws(CloudError) -> Record? {
        guard let bytes = try Durable.read(path) else { return nil }
        do {
            return try JSONDecoder().decode(type, from: Data(bytes))
        } catch {
            throw CloudError(
                .invalid,
                "The file \(path) is damaged. Restore it from a backup, or remove it together with its disk.",
                detail: String(describing: error)
            )
        }
    }

    static func write(_ record: some Encodable, to path: String) throws(CloudError) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let data: Data
        do { data = try encoder.encode(record) } catch {
            throw CloudError(.invalid, "A record cannot be written.", detail: String(describing: error))
        }
        try Durable.write(Array(data) + [10], to: path)
    }

    /// All records of a folder, by file name. Lock files, disks and half-written files are not records.
    static func all<Record: Decodable>(_ type: Record.Type, in folder: String) throws(CloudError) -> [Record] {
        var records: [Record] = []
        for name in try Durable.names(in: folder) where name.hasSuffix(".json") {
            if let record = try read(type, "\(folder)/\(name)") { records.append(record) }
        }
        return records
    }
}
