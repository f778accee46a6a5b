import Foundation
import GRDB
import GRDBSQLite
import SirdarCore
package import SirdarEngine
package import SirdarJournal

extension SQLiteStore {
    package func tile(_ place: Tile.Place) throws(StoreError) -> Tile {
        try readOnce { database in
            guard
                let row = try Row.fetchOne(
                    database.cachedStatement(sql: "SELECT hashes FROM tile WHERE level = ? AND position = ?"),
                    arguments: [place.level, place.position]
                )
            else { return Tile(place: place, hashes: []) }
            guard let tile = Tile(place: place, bytes: row.bytes(0)) else { throw MalformedBytes("a tile is cut") }
            return tile
        }
    }

    package func checkpoints(_ query: CheckpointQuery) throws(StoreError) -> [StoredCheckpoint] {
        try read { database in
            let (comparison, order) = query.newestFirst ? ("<", "DESC") : (">", "ASC")
            let filter = query.after == nil ? "" : "WHERE size \(comparison) ?"
            var arguments: [any DatabaseValueConvertible] = query.after.map { [$0] } ?? []
            arguments.append(query.limit)
            return try Row.fetchAll(
                database,
                sql: "SELECT size, at, note FROM checkpoint \(filter) ORDER BY size \(order) LIMIT ?",
                arguments: StatementArguments(arguments)
            ).map { row in
                let size: Int64 = row[0]
                return StoredCheckpoint(
                    size: size,
                    at: Timestamp(milliseconds: row[1]),
                    note: row[2],
                    anchorings: try anchorings(of: size, database)
                )
            }
        }
    }

    private func anchorings(of size: Int64, _ database: Database) throws -> [Anchoring] {
        try Row.fetchAll(
            database,
            sql: "SELECT anchor, at FROM anchoring WHERE size = ? ORDER BY anchor",
            arguments: [size]
        ).map { Anchoring(size: size, anchor: $0[0], at: Timestamp(milliseconds: $0[1])) }
    }
}

extension SQLiteStore {
    private static let roomMin = 512 << 20

    package func examine() throws(StoreError) -> [Finding] {
        try translated { [try settings(), version(), try file(), try room()] }
    }

    private func settings() throws -> Finding {
        let found = try writerPragmas()
        let wanted = ["journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "secure_delete": "1"]
        let wrong = wanted.filter { found[$0.key] != $0.value }.keys.sorted()
        return wrong.isEmpty
            ? Finding("store settings", .sound, "Every commit is synced, and what is erased is overwritten.")
            : Finding("store settings", .wrong, "Not as they must be: \(wrong.joined(separator: ", ")).")
    }

    private func version() -> Finding {
        let version = String(cString: sqlite3_libversion())
        guard sqlite3_libversion_number() < Self.soundVersion else {
            return Finding("store version", .sound, "SQLite \(version).")
        }
        return Finding(
            "store version",
            .notice,
            "SQLite \(version) can damage its log when two processes write: keep other programs off the file."
        )
    }

    private func file() throws -> Finding {
        let found = try pool.read { try String.fetchAll($0, sql: "PRAGMA quick_check(5)") }
        return found == ["ok"]
            ? Finding("store file", .sound, "Its pages are in order.")
            : Finding(
                "store file",
                .wrong,
                "Damaged: \(found.joined(separator: "; ")). Restore a backup: sirdar restore."
            )
    }

    private func room() throws -> Finding {
        let attributes = try FileManager.default.attributesOfFileSystem(forPath: pool.path)
        let free = (attributes[.systemFreeSize] as? NSNumber)?.int64Value ?? 0
        let sentence = "\(free >> 20) MiB are free on the store's disk."
        return Finding("disk", free < Self.roomMin ? .wrong : .sound, sentence)
    }
}
