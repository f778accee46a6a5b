import Foundation
import SirdarImages

/// A private folder for one operation, gone with it; after a crash the sweep removes it.
final class Scratch: Sendable {
    let folder: String
    private let lock: FileLock

    init(_ pool: Pool, by deadline: Deadline) throws(CloudError) {
        let folder = "\(pool.scratch)/\(UUID().uuidString.lowercased())"
        guard let lock = try FileLock.take(folder + ".lock", .exclusive, for: "scratch", by: deadline) else {
            throw CloudError(.transient, "A scratch folder is in use.")
        }
        self.lock = lock
        self.folder = folder
        try Durable.makeFolder(folder)
    }

    deinit {
        Self.remove(folder)
    }

    static func remove(_ folder: String) {
        try? FileManager.default.removeItem(atPath: folder)  // What is left over, the next sweep tries again.
        unlink(folder + ".lock")
    }

    /// Removes the folders of operations that have ended without doing so.
    static func sweep(_ pool: Pool, by deadline: Deadline) throws(CloudError) {
        for name in try Durable.names(in: pool.scratch) {
            let folder = "\(pool.scratch)/" + (name.hasSuffix(".lock") ? String(name.dropLast(5)) : name)
            let lock = try FileLock.take(folder + ".lock", .exclusive, for: "sweep", by: .within(.zero))
            if lock != nil { remove(folder) }
        }
    }
}
