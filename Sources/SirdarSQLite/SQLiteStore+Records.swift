import Foundation
import GRDB
import JSON
import SirdarCore
package import SirdarEngine
import SirdarJournal

extension SQLiteStore {
    private static let columns = "SELECT kind, key, scope, name, version, body FROM record"

    package func record(_ kind: String, _ key: String) throws(StoreError) -> SirdarEngine.Record? {
        try readOnce { database in
            try Row.fetchOne(
                database.cachedStatement(sql: "\(Self.columns) WHERE kind = ? AND key = ?"),
                arguments: [kind, key]
            ).map(record)
        }
    }

    package func record(_ kind: String, scope: String, named name: String) throws(StoreError) -> SirdarEngine.Record? {
        try readOnce { database in
            try Row.fetchOne(
                database.cachedStatement(sql: "\(Self.columns) WHERE kind = ? AND scope = ? AND name = ?"),
                arguments: [kind, scope, name]
            ).map(record)
        }
    }

    package func records(_ query: RecordQuery) throws(StoreError) -> [SirdarEngine.Record] {
        try readOnce { database in
            var conditions = ["kind = ?"]
            var arguments: [any DatabaseValueConvertible] = [query.kind]
            if let scope = query.scope {
                conditions.append("scope = ?")
                arguments.append(scope)
            }
            if let after = query.after {
                conditions.append(query.descending ? "key < ?" : "key > ?")
                arguments.append(after)
            }
            arguments.append(query.limit)
            return try Row.fetchAll(
                database,
                sql: """
                    \(Self.columns) WHERE \(conditions.joined(separator: " AND "))
                    ORDER BY key \(query.descending ? "DESC" : "ASC") LIMIT ?
                    """,
                arguments: StatementArguments(arguments)
            ).map(record)
        }
    }

    private func record(_ row: Row) throws -> SirdarEngine.Record {
        let text: String = row[5]
        guard let body = try? JSON(parsing: text) else { throw MalformedBytes("a record's body is not JSON") }
        return SirdarEngine.Record(kind: row[0], key: row[1], scope: row[2], name: row[3], version: row[4], body: body)
    }

    // MARK: The journal

    package func entries(_ query: EntryQuery) throws(StoreError) -> [StoredEntry] {
        try readOnce { database in
            var conditions: [String] = []
            var arguments: [any DatabaseValueConvertible] = []
            if let object = query.object {
                conditions.append("object = ?")
                arguments.append(object.value)
            }
            if let after = query.after {
                conditions.append(query.newestFirst ? "sequence < ?" : "sequence > ?")
                arguments.append(after)
            }
            if let text = query.text { Self.limit(to: text, &conditions, &arguments) }
            let filter = conditions.isEmpty ? "" : "WHERE \(conditions.joined(separator: " AND "))"
            arguments.append(query.limit)
            return try Row.fetchAll(
                database,
                sql: """
                    SELECT sequence, object, at, canonical, confidential, nonce FROM entry \(filter)
                    ORDER BY sequence \(query.newestFirst ? "DESC" : "ASC") LIMIT ?
                    """,
                arguments: StatementArguments(arguments)
            ).map { row in
                StoredEntry(
                    sequence: row[0],
                    entry: SealedEntry(
                        object: Identifier(value: row[1]),
                        at: Timestamp(milliseconds: row[2]),
                        canonical: row.bytes(3),
                        confidential: row.optionalBytes(4),
                        nonce: row.optionalBytes(5)
                    )
                )
            }
        }
    }

    /// As bytes: what is looked for is ASCII, and is compared as it stands.
    private static func limit(
        to text: EntryQuery.Text,
        _ conditions: inout [String],
        _ arguments: inout [any DatabaseValueConvertible]
    ) {
        conditions.append("confidential IS NOT NULL")
        if let before = text.before {
            conditions.append("at < ?")
            arguments.append(before.milliseconds)
        }
        guard !text.mentioning.isEmpty else { return }
        let each = text.mentioning.map { _ in "instr(canonical, ?) > 0 OR instr(confidential, ?) > 0" }
        conditions.append("(\(each.joined(separator: " OR ")))")
        for words in text.mentioning {
            let bytes = Data(words.utf8)
            arguments += [bytes, bytes]
        }
    }

    // MARK: Definitions

    package func deploy(_ deployment: Deployment) throws(StoreError) -> Int {
        try translated {
            try self.pool.write { database in
                let name = "\(deployment.namespace)/\(deployment.name):\(deployment.version)"
                if let row = try Row.fetchOne(
                    database,
                    sql: "SELECT number, hash FROM workflow WHERE namespace = ? AND name = ? AND version = ?",
                    arguments: [deployment.namespace, deployment.name, deployment.version]
                ) {
                    guard row[1] == deployment.hash.hex else { throw StoreError.versionTaken(name) }
                    return row[0]
                }
                try database.execute(
                    sql: """
                        INSERT INTO workflow (namespace, name, version, hash, source, deployed_at)
                        VALUES (?, ?, ?, ?, ?, ?)
                        """,
                    arguments: [
                        deployment.namespace, deployment.name, deployment.version, deployment.hash.hex,
                        deployment.source, deployment.at.milliseconds,
                    ]
                )
                let number = Int(database.lastInsertedRowID)
                for runbook in deployment.runbooks {
                    try database.execute(
                        sql: "INSERT INTO runbook (hash, name, source) VALUES (?, ?, ?) ON CONFLICT (hash) DO NOTHING",
                        arguments: [runbook.hash.hex, runbook.name, runbook.source]
                    )
                    try database.execute(
                        sql: "INSERT INTO workflow_runbook (workflow, runbook) VALUES (?, ?)",
                        arguments: [number, runbook.hash.hex]
                    )
                }
                return number
            }
        }
    }

    package func deployments() throws(StoreError) -> [StoredDeployment] {
        try read { database in
            try Row.fetchAll(
                database,
                sql: "SELECT number, namespace, name, version, hash, source, deployed_at FROM workflow ORDER BY number"
            ).map { row in
                let number: Int = row[0]
                let runbooks = try Row.fetchAll(
                    database,
                    sql: """
                        SELECT r.name, r.hash, r.source FROM workflow_runbook w JOIN runbook r ON r.hash = w.runbook
                        WHERE w.workflow = ? ORDER BY r.name
                        """,
                    arguments: [number]
                )
                return StoredDeployment(
                    number: number,
                    deployment: Deployment(
                        namespace: row[1],
                        name: row[2],
                        version: row[3],
                        hash: ContentHash(hex: row[4]),
                        source: row[5],
                        runbooks: runbooks.map { .init(name: $0[0], hash: ContentHash(hex: $0[1]), source: $0[2]) },
                        at: Timestamp(milliseconds: row[6])
                    )
                )
            }
        }
    }
}
