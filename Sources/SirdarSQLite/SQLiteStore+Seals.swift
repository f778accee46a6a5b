import GRDB
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
