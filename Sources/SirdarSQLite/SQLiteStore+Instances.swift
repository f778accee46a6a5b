import GRDB
import JSON
package import SirdarCore
package import SirdarEngine
import SirdarJournal

extension SQLiteStore {
    package func instance(_ id: Identifier) throws(StoreError) -> Instance? {
        try readers.read { reader in
            try reader.instance.first(.integer(id.value)) { row in
                var input = ByteReader(row.bytes(8))
                var instance = Instance(
                    id: id,
                    workflow: Int(row.integer(3)),
                    parent: parent(row.optionalInteger(4), row.optionalInteger(5).map(Int.init)),
                    origin: .init(
                        request: row.optionalInteger(6).map(Identifier.init(value:)),
                        requester: row.text(9),
                        scope: row.text(10)
                    ),
                    startedAt: Timestamp(milliseconds: row.integer(7)),
                    input: try input.json()
                )
                guard let status = Instance.Status(rawValue: Int(row.integer(1))) else {
                    throw MalformedBytes("an unknown status")
                }
                try instance.restore(version: row.integer(0), status: status, stateBytes: row.bytes(2))
                return instance
            }
        }
    }

    package func child(of parent: Instance.Parent) throws(StoreError) -> Identifier? {
        try readOnce { database in
            try Int64.fetchOne(
                database,
                sql: "SELECT instance FROM instance_start WHERE parent = ? AND parent_step = ?",
                arguments: [parent.instance.value, parent.step]
            ).map(Identifier.init(value:))
        }
    }

    package func instances(_ query: InstanceQuery) throws(StoreError) -> [InstanceSummary] {
        try read { database in
            var conditions = ["i.id < ?"]
            var arguments: [any DatabaseValueConvertible] = [query.before?.value ?? Int64.max]
            if let isOpen = query.isOpen { conditions.append("i.ended = \(isOpen ? 0 : 1)") }
            if let workflow = query.workflow {
                conditions.append("s.workflow = ?")
                arguments.append(workflow)
            }
            if let scope = query.scope {
                conditions.append("s.scope = (SELECT id FROM label WHERE text = ?)")
                arguments.append(scope)
            }
            arguments.append(query.limit)
            let rows = try Row.fetchAll(
                database,
                sql: """
                    SELECT i.id, i.status, i.updated_at, s.workflow, s.parent, s.parent_step, s.request, s.started_at,
                        r.text, p.text
                    FROM instance i JOIN instance_start s ON s.instance = i.id
                    JOIN label r ON r.id = s.requester JOIN label p ON p.id = s.scope
                    WHERE \(conditions.joined(separator: " AND ")) ORDER BY i.id DESC LIMIT ?
                    """,
                arguments: StatementArguments(arguments)
            )
            return try rows.map { row in
                guard let status = Instance.Status(rawValue: row[1]) else { throw MalformedBytes("an unknown status") }
                return InstanceSummary(
                    id: Identifier(value: row[0]),
                    workflow: row[3],
                    status: status,
                    parent: parent(row[4], row[5]),
                    origin: .init(
                        request: (row[6] as Int64?).map(Identifier.init(value:)),
                        requester: row[8],
                        scope: row[9]
                    ),
                    startedAt: Timestamp(milliseconds: row[7]),
                    updatedAt: Timestamp(milliseconds: row[2])
                )
            }
        }
    }

    package func work(of instance: Identifier) throws(StoreError) -> [HeldWork] {
        try read { database in
            let rows = try Row.fetchAll(
                database,
                sql: """
                    SELECT d.step, d.attempt, a.text, d.input, d.not_before, d.leased_until, d.parked
                    FROM due_step d JOIN label a ON a.id = d.action WHERE d.instance = ? ORDER BY d.step
                    """,
                arguments: [instance.value]
            )
            return try rows.map { row in
                var reader = ByteReader(row.bytes(3))
                return HeldWork(
                    step: row[0],
                    attempt: row[1],
                    action: row[2],
                    input: try reader.json(),
                    notBefore: Timestamp(milliseconds: row[4]),
                    leasedUntil: (row[5] as Int64?).map(Timestamp.init(milliseconds:)),
                    isParked: row[6]
                )
            }
        }
    }

    package func workflowCounts() throws(StoreError) -> [WorkflowCount] {
        try readOnce { database in
            try Row.fetchAll(
                database,
                sql: "SELECT workflow, status, instances FROM workflow_count WHERE instances <> 0"
            ).map { row in
                guard let status = Instance.Status(rawValue: row[1]) else { throw MalformedBytes("an unknown status") }
                return WorkflowCount(workflow: row[0], status: status, count: row[2])
            }
        }
    }

    private func parent(_ instance: Int64?, _ step: Int?) -> Instance.Parent? {
        guard let instance, let step else { return nil }
        return .init(instance: Identifier(value: instance), step: step)
    }

    // MARK: What is due

    package func dueTimers(at now: Timestamp, limit: Int) throws(StoreError) -> [DueTimer] {
        try readOnce { database in
            let rows = try Row.fetchAll(
                database.cachedStatement(
                    sql: "SELECT instance, step, kind, at, ending FROM timer WHERE at <= ? ORDER BY at LIMIT ?"
                ),
                arguments: [now.milliseconds, limit]
            )
            return try rows.map { row in
                guard let kind = TimerKind(rawValue: row[2]) else { throw MalformedBytes("an unknown kind of timer") }
                let ending = try row.optionalBytes(4).map { bytes throws(MalformedBytes) in
                    var reader = ByteReader(bytes)
                    return try reader.ending()
                }
                return DueTimer(
                    instance: Identifier(value: row[0]),
                    step: row[1],
                    kind: kind,
                    at: Timestamp(milliseconds: row[3]),
                    ending: ending
                )
            }
        }
    }

    package func nextDue() throws(StoreError) -> Timestamp? {
        try read { database in
            let timer = try Int64.fetchOne(database.cachedStatement(sql: "SELECT min(at) FROM timer"))
            let lapse = try Int64.fetchOne(
                database.cachedStatement(sql: "SELECT min(leased_until) FROM due_step WHERE owner IS NOT NULL")
            )
            // Few lanes: the first of each is one step into the index.
            let free = try Int64.fetchOne(
                database.cachedStatement(
                    sql: """
                        WITH RECURSIVE lanes (lane) AS (
                            SELECT min(lane) FROM due_step WHERE owner IS NULL AND parked = 0
                            UNION ALL
                            SELECT (
                                SELECT min(lane) FROM due_step
                                WHERE owner IS NULL AND parked = 0 AND lane > lanes.lane
                            )
                            FROM lanes WHERE lanes.lane IS NOT NULL
                        )
                        SELECT min((SELECT min(not_before) FROM due_step d
                            WHERE d.owner IS NULL AND d.parked = 0 AND d.lane = lanes.lane))
                        FROM lanes WHERE lane IS NOT NULL
                        """
                )
            )
            return [timer, lapse, free].compactMap(\.self).min().map(Timestamp.init(milliseconds:))
        }
    }
}
