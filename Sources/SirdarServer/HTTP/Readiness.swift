import Foundation
import JSON
import SirdarCore
import SirdarEngine

/// Whether requests should come here: found out by a commit, as small as there is, and by a look at the disk.
///
/// Anybody may ask, so an answer holds for a moment: asking often costs no more than asking once.
final class Readiness: Sendable {
    private let engine: Engine
    private let blocking: Blocking
    private let folder: String?
    private let last = Locked<(at: Timestamp, reason: String?)?>(nil)

    private static let holdsFor = Interval.seconds(1)
    /// Below both of these the disk is nearly full: a large disk may well have little of it left.
    static let freePartMin: UInt64 = 20
    static let freeBytesMin: UInt64 = 1 << 30

    init(engine: Engine, blocking: Blocking, folder: String?) {
        self.engine = engine
        self.blocking = blocking
        self.folder = folder
    }

    /// What is the matter; `nil` when nothing is.
    func reason() async throws -> String? {
        let now = engine.clock.now()
        if let last = last.withLock({ $0 }), now.since(last.at) < Self.holdsFor { return last.reason }
        let reason = try await find(now)
        last.withLock { $0 = (now, reason) }
        return reason
    }

    private func find(_ now: Timestamp) async throws -> String? {
        var commit = Commit()
        let body: JSON = ["at": .string(now.description)]
        commit.records = [RecordChange(kind: "readiness", key: "writer", body: body, expecting: .any)]
        let store = engine.store
        do {
            let _: Void = try await blocking.answer { [commit] then in
                store.submit(commit) { result in then(result.mapError { $0 }) }
            }
        } catch StoreError.storageFull {
            return "The disk of the data folder is full: nothing can be recorded. Free some of it."
        } catch let error as StoreError {
            return "The store takes no commit (\(error)). See the server's log, and the disk of the data folder."
        }
        return folder.flatMap(Self.fault(ofDiskAt:))
    }

    private static func fault(ofDiskAt path: String) -> String? {
        var facts = statvfs()
        guard statvfs(path, &facts) == 0 else { return "The data folder \(path) cannot be reached." }
        let (free, whole) = (
            UInt64(facts.f_bavail) * UInt64(facts.f_frsize), UInt64(facts.f_blocks) * UInt64(facts.f_frsize)
        )
        guard free < freeBytesMin, free < whole / freePartMin else { return nil }
        return "The disk of the data folder has \(free >> 20) MiB left. Free some of it before it is full."
    }
}
