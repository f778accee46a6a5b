import GRDB
import JSON
package import SirdarCore
package import SirdarEngine

extension SQLiteStore {
    private static let columns = """
        SELECT t.id, t.instance, t.step, t.node, t.kind, t.version, t.state, s.body
        FROM task t JOIN task_spec s ON s.task = t.id
        """

    package func instance(ofTask id: Identifier) throws(StoreError) -> Identifier? {
        try readOnce { database in
            try Int64.fetchOne(
                database.cachedStatement(sql: "SELECT instance FROM task WHERE id = ?"), arguments: [id.value]
            ).map(Identifier.init(value:))
        }
    }

    package func task(_ id: Identifier) throws(StoreError) -> ManualTask? {
        try readOnce { database in
            try Row.fetchOne(
                database.cachedStatement(sql: "\(Self.columns) WHERE t.id = ?"), arguments: [id.value]
            ).map(task)
        }
    }

    package func tasks(_ query: TaskQuery) throws(StoreError) -> [ManualTask] {
        try readOnce { database in
            var conditions: [String] = []
            var arguments: [any DatabaseValueConvertible] = []
            func add(_ condition: String, _ argument: any DatabaseValueConvertible) {
                conditions.append(condition)
                arguments.append(argument)
            }
            if let instance = query.instance { add("t.instance = ?", instance.value) }
            if let queue = query.queue { add("t.queue = (SELECT id FROM label WHERE text = ?)", queue) }
            if let owner = query.owner { add("t.owner = (SELECT id FROM label WHERE text = ?)", owner) }
            if let isOpen = query.isOpen { conditions.append(isOpen ? "t.stage < 2" : "t.stage = 2") }
            if query.owner != nil, query.isOpen == true { conditions.append("t.stage = 1") }
            if let after = query.after {
                if query.isOpen == true {
                    conditions.append(
                        "(t.rank, t.id) > (coalesce((SELECT rank FROM task WHERE id = ?), 0), ?)")
                    arguments += [after.value, after.value]
                } else {
                    add("t.id < ?", after.value)
                }
            }
            let order = query.isOpen == true ? "t.rank, t.id" : "t.id DESC"
            let filter = conditions.isEmpty ? "" : " WHERE \(conditions.joined(separator: " AND "))"
            arguments.append(query.limit)
            return try Row.fetchAll(
                database,
                sql: "\(Self.columns)\(filter) ORDER BY \(order) LIMIT ?",
                arguments: StatementArguments(arguments)
            ).map(task)
        }
    }

    /// Looks at the head of each queue and skill set that the person can serve, and at nothing else: tasks that need a
    /// skill the person lacks cost nothing, however many stand first.
    package func nextTask(_ query: NextTaskQuery) throws(StoreError) -> ManualTask? {
        try read { database in
            var best: (rank: Int64, id: Int64)?
            for queue in query.queues {
                guard let queue = try self.label(queue, database) else { continue }
                for skills in try self.skillSets(of: queue, database) where skills.isServed(by: query.skills) {
                    guard let head = try self.head(queue, skills.id, query.person, better: best, database) else { continue }
                    best = head
                }
            }
            guard let best else { return nil }
            return try Row.fetchOne(
                database.cachedStatement(sql: "\(Self.columns) WHERE t.id = ?"), arguments: [best.id]
            ).map(self.task)
        }
    }

    package func queueCounts() throws(StoreError) -> [QueueCount] {
        try read { database in
            try Row.fetchAll(
                database,
                sql: "SELECT l.text, c.ready, c.held FROM queue_count c JOIN label l ON l.id = c.queue ORDER BY l.text"
            ).map { QueueCount(queue: $0[0], ready: $0[1], held: $0[2]) }
        }
    }

    // MARK: Heads of queues

    private struct SkillSet {
        let id: Int64
        let skills: [Substring]

        func isServed(by held: Set<String>) -> Bool { skills.allSatisfy { held.contains(String($0)) } }
    }

    private func label(_ text: String, _ database: Database) throws -> Int64? {
        try Int64.fetchOne(
            database.cachedStatement(sql: "SELECT id FROM label WHERE text = ?"), arguments: [text])
    }

    /// The skill sets that ready tasks of a queue ask for, found by skipping from one to the next.
    private func skillSets(of queue: Int64, _ database: Database) throws -> [SkillSet] {
        let next = try database.cachedStatement(
            sql: """
                SELECT skills, (SELECT text FROM label WHERE id = skills) FROM task
                WHERE stage = 0 AND queue = ? AND skills > ? ORDER BY skills LIMIT 1
                """)
        var sets: [SkillSet] = []
        while let row = try Row.fetchOne(next, arguments: [queue, sets.last?.id ?? 0]) {
            sets.append(SkillSet(id: row[0], skills: (row[1] as String).split(separator: " ")))
        }
        return sets
    }

    /// The first task of a stream that comes before `better` and is not kept from this person.
    private func head(
        _ queue: Int64,
        _ skills: Int64,
        _ person: String,
        better: (rank: Int64, id: Int64)?,
        _ database: Database
    ) throws -> (rank: Int64, id: Int64)? {
        let rows = try Row.fetchCursor(
            database.cachedStatement(
                sql: """
                    SELECT t.rank, t.id, s.body FROM task t JOIN task_spec s ON s.task = t.id
                    WHERE t.stage = 0 AND t.queue = ? AND t.skills = ? ORDER BY t.rank, t.id
                    """), arguments: [queue, skills])
        while let row = try rows.next() {
            let found = (rank: row[0] as Int64, id: row[1] as Int64)
            if let better, found > better { return nil }
            if try !ManualTask.excludes(person, specBytes: row.bytes(2)) { return found }
        }
        return nil
    }

    private func task(_ row: Row) throws -> ManualTask {
        guard let kind = ManualTask.Kind(rawValue: row[4]) else { throw MalformedBytes("an unknown kind of task") }
        var task = try ManualTask(
            id: Identifier(value: row[0]),
            instance: Identifier(value: row[1]),
            step: row[2],
            node: row[3],
            kind: kind,
            specBytes: row.bytes(7)
        )
        try task.restore(version: row[5], stateBytes: row.bytes(6))
        return task
    }
}
