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
        try readers.read { reader in
            try reader.taskInstance.first(.integer(id.value)) { Identifier(value: $0.integer(0)) }
        }
    }

    package func task(_ id: Identifier) throws(StoreError) -> ManualTask? {
        try readers.read { try $0.task(id) }
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
        try readers.read { try $0.nextTask(query) }
    }

    package func queueCounts() throws(StoreError) -> [QueueCount] {
        try read { database in
            try Row.fetchAll(
                database,
                sql: "SELECT l.text, c.ready, c.held FROM queue_count c JOIN label l ON l.id = c.queue ORDER BY l.text"
            ).map { QueueCount(queue: $0[0], ready: $0[1], held: $0[2]) }
        }
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
