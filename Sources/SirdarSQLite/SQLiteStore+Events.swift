import GRDB
import JSON
package import SirdarCore
package import SirdarEngine

extension SQLiteStore {
    package func events(_ query: EventQuery) throws(StoreError) -> [StoredEvent] {
        try readOnce { database in
            var conditions: [String] = []
            var arguments: [any DatabaseValueConvertible] = []
            if query.isPending { conditions.append("reached IS NULL") }
            if let type = query.type {
                conditions.append("type = ?")
                arguments.append(type)
            }
            if let after = query.after {
                conditions.append(query.newestFirst ? "sequence < ?" : "sequence > ?")
                arguments.append(after)
            }
            let filter = conditions.isEmpty ? "" : "WHERE \(conditions.joined(separator: " AND "))"
            arguments.append(query.limit)
            return try Row.fetchAll(
                database,
                sql: """
                    SELECT sequence, at, emitter, reached, body FROM event \(filter)
                    ORDER BY sequence \(query.newestFirst ? "DESC" : "ASC") LIMIT ?
                    """,
                arguments: StatementArguments(arguments)
            ).map(event)
        }
    }

    private func event(_ row: Row) throws -> StoredEvent {
        var reader = ByteReader(row.bytes(4))
        let envelope = try reader.object()
        let event: CloudEvent
        do throws(FieldErrors) { event = try CloudEvent(envelope: envelope) } catch {
            throw MalformedBytes("an event is none: \(error.errors.map(\.detail).joined(separator: " "))")
        }
        return StoredEvent(
            sequence: row[0],
            event: event,
            at: Timestamp(milliseconds: row[1]),
            emitter: (row[2] as Int64?).map(Identifier.init(value:)),
            reached: row[3]
        )
    }

    package func listeningForms(topic: String) throws(StoreError) -> [String] {
        try readOnce { database in
            // There are few: each is one step into the index.
            try String.fetchAll(
                database.cachedStatement(
                    sql: """
                        WITH RECURSIVE forms (form) AS (
                            SELECT min(form) FROM listening WHERE topic = ?1 AND form > ''
                            UNION ALL
                            SELECT (SELECT min(form) FROM listening WHERE topic = ?1 AND form > forms.form)
                            FROM forms WHERE forms.form IS NOT NULL
                        )
                        SELECT form FROM forms WHERE form IS NOT NULL
                        """
                ),
                arguments: [topic]
            )
        }
    }

    package func listeners(_ query: ListenerQuery) throws(StoreError) -> [Identifier] {
        try readOnce { database in
            try Int64.fetchAll(
                database.cachedStatement(
                    sql: """
                        SELECT DISTINCT instance FROM listening
                        WHERE topic = ? AND form = ? AND key = ? AND after < ? ORDER BY instance
                        """
                ),
                arguments: [query.address.topic, query.address.form, query.address.key, query.sequence]
            ).map(Identifier.init(value:))
        }
    }
}
