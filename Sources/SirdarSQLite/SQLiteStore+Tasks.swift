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
                        "(t.rank, t.id) > (coalesce((SELECT rank FROM task WHERE id = ?), 0), ?)"
                    )
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

    package func hours(_ query: HoursQuery) throws(StoreError) -> [HoursLine] {
        try readOnce { database in
            var (filter, arguments): (String, [any DatabaseValueConvertible]) = (
                "", [query.from.milliseconds, query.to.milliseconds]
            )
            if let queues = query.queues {
                let marks = Array(repeating: "?", count: queues.count).joined(separator: ", ")
                filter = " AND queue IN (SELECT id FROM label WHERE text IN (\(marks)))"
                arguments += queues.sorted() as [any DatabaseValueConvertible]
            }
            arguments.append(query.limit)
            return try Row.fetchAll(
                database,
                sql: Self.sums(where: filter),
                arguments: StatementArguments(arguments)
            ).map(hoursLine)
        }
    }

    /// The first day of 1970 was a Thursday: weeks are counted from the Monday before.
    private static func sums(where filter: String) -> String {
        """
        SELECT sums.week, w.text, s.text, sums.kind, q.text, sums.* FROM (
            SELECT (at + 259200000) / 604800000 AS week, workflow, step, kind, queue,
                count(*) AS tasks, sum(completed) AS completed, sum(completed AND returns = 0) AS first_time_right,
                sum(completed AND in_time IS NOT NULL) AS due, sum(completed AND in_time IS 1) AS in_time,
                sum(returns) AS returns, sum(waiting) AS waiting, sum(working) AS working, sum(on_hold) AS on_hold,
                sum(rework) AS rework
            FROM task_ending WHERE at >= ? AND at < ?\(filter)
            GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5 LIMIT ?
        ) AS sums
        JOIN label w ON w.id = sums.workflow JOIN label s ON s.id = sums.step JOIN label q ON q.id = sums.queue
        ORDER BY sums.week, w.text, s.text, sums.kind, q.text
        """
    }

    private func hoursLine(_ row: Row) throws -> HoursLine {
        guard let kind = ManualTask.Kind(rawValue: row[3]) else { throw MalformedBytes("an unknown kind of task") }
        var sum = HoursSum()
        sum.tasks = row["tasks"]
        sum.completed = row["completed"]
        sum.firstTimeRight = row["first_time_right"]
        sum.due = row["due"]
        sum.inTime = row["in_time"]
        sum.returns = row["returns"]
        sum.waiting = Interval(milliseconds: row["waiting"])
        sum.working = Interval(milliseconds: row["working"])
        sum.onHold = Interval(milliseconds: row["on_hold"])
        sum.rework = Interval(milliseconds: row["rework"])
        let week: Int64 = row[0]
        return HoursLine(
            week: Timestamp(milliseconds: week * 604_800_000 - 259_200_000),
            subject: .init(workflow: row[1], step: row[2], kind: kind, queue: row[4]),
            sum: sum
        )
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
