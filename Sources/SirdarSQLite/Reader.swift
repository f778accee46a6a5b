import Foundation
import GRDBSQLite
import SirdarCore
import SirdarEngine

/// Connections that only read, with held statements for what the hot path asks: as for the writer, that is a few
/// microseconds a question where a general library takes tens.
final class Readers: Sendable {
    private let readers: [Locked<Reader>]
    private let turn = Locked(0)
    private static let count = 2

    init(path: String) throws {
        readers = try (0..<Self.count).map { _ in Locked(try Reader(path: path)) }
    }

    /// Nobody reads any more.
    func close() {
        for reader in readers { reader.withLock { $0.close() } }
    }

    func read<Value>(_ body: (inout Reader) throws -> Value) throws(StoreError) -> Value {
        let reader = turn.withLock { turn -> Locked<Reader> in
            turn = (turn + 1) % readers.count
            return readers[turn]
        }
        do { return try reader.withLock { reader throws -> Value in try body(&reader) } } catch {
            throw StoreError(reading: error)
        }
    }
}

/// One connection that reads.
struct Reader {
    private let connection: OpaquePointer
    let instance: Statement
    let taskInstance: Statement
    private let taskRow: Statement
    private let label: Statement
    private let skillSet: Statement
    private let skillText: Statement
    private let head: Statement
    private let spec: Statement
    private let begin: Statement
    private let end: Statement
    /// What a committed label says never changes.
    private var queues: [String: Int64] = [:]
    private var skills: [Int64: [String]] = [:]
    private static let labelsMax = 10_000

    init(path: String) throws {
        var opened: OpaquePointer?
        let code = sqlite3_open_v2(path, &opened, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, nil)
        guard let opened, code == SQLITE_OK else {
            throw StoreError.unavailable("\(path) cannot be read: SQLite \(code)")
        }
        connection = opened
        sqlite3_busy_timeout(opened, Self.busyMilliseconds)
        sqlite3_exec(opened, "PRAGMA cache_size = -\(Self.cacheKiB)", nil, nil, nil)
        func prepare(_ sql: String) throws(SQLiteFailure) -> Statement { try Statement(sql, on: opened) }
        instance = try prepare(
            """
            SELECT i.version, i.status, i.state, s.workflow, s.parent, s.parent_step, s.request, s.started_at, s.input,
                r.text, p.text
            FROM instance i JOIN instance_start s ON s.instance = i.id
            JOIN label r ON r.id = s.requester JOIN label p ON p.id = s.scope WHERE i.id = ?
            """
        )
        taskRow = try prepare(
            """
            SELECT t.id, t.instance, t.step, t.node, t.kind, t.version, t.state, s.body
            FROM task t JOIN task_spec s ON s.task = t.id WHERE t.id = ?
            """
        )
        taskInstance = try prepare("SELECT instance FROM task WHERE id = ?")
        label = try prepare("SELECT id FROM label WHERE text = ?")
        skillSet = try prepare(
            "SELECT skills FROM task WHERE stage = 0 AND queue = ? AND skills > ? ORDER BY skills LIMIT 1"
        )
        skillText = try prepare("SELECT text FROM label WHERE id = ?")
        spec = try prepare("SELECT body FROM task_spec WHERE task = ?")
        head = try prepare(
            "SELECT rank, id FROM task WHERE stage = 0 AND queue = ? AND skills = ? ORDER BY rank, id"
        )
        begin = try prepare("BEGIN")
        end = try prepare("COMMIT")
    }

    private static let busyMilliseconds: Int32 = 5000
    private static let cacheKiB = 4000

    func close() {
        for statement in [instance, taskInstance, taskRow, label, skillSet, skillText, head, spec, begin, end] {
            statement.finalize()
        }
        sqlite3_close(connection)
    }

    // MARK: Tasks

    func task(_ id: Identifier) throws -> ManualTask? {
        try taskRow.first(.integer(id.value)) { row in
            guard let kind = ManualTask.Kind(rawValue: Int(row.integer(4))) else {
                throw MalformedBytes("an unknown kind of task")
            }
            var task = try ManualTask(
                id: Identifier(value: row.integer(0)),
                instance: Identifier(value: row.integer(1)),
                step: Int(row.integer(2)),
                node: Int(row.integer(3)),
                kind: kind,
                specBytes: row.bytes(7)
            )
            try task.restore(version: row.integer(5), stateBytes: row.bytes(6))
            return task
        }
    }

    /// In one snapshot, so that what is found is still there.
    mutating func nextTask(_ query: NextTaskQuery) throws -> ManualTask? {
        try begin.run()
        defer {
            // Nothing was written: the end of the snapshot cannot fail in a way that matters.
            _ = try? end.run()
        }
        var best: (rank: Int64, id: Int64)?
        for name in query.queues {
            guard let queue = try queue(name) else { continue }
            var last: Int64 = 0
            while let skills = try nextSkillSet(of: queue, after: last) {
                last = skills
                guard try skillNames(skills).allSatisfy(query.skills.contains) else { continue }
                if let head = try head(queue, skills, query, better: best) { best = head }
            }
        }
        return try best.flatMap { try task(Identifier(value: $0.id)) }
    }

    private mutating func queue(_ name: String) throws -> Int64? {
        if let known = queues[name] { return known }
        let found = try label.first(.text(name)) { $0.integer(0) }
        if queues.count > Self.labelsMax { queues = [:] }
        queues[name] = found
        return found
    }

    /// The skill sets that ready tasks of a queue ask for, found by skipping from one to the next.
    private func nextSkillSet(of queue: Int64, after last: Int64) throws -> Int64? {
        var found: Int64?
        try skillSet.scan(.integer(queue), .integer(last)) { row in
            found = row.integer(0)
            return false
        }
        return found
    }

    private mutating func skillNames(_ id: Int64) throws -> [String] {
        if let known = skills[id] { return known }
        let text = try skillText.first(.integer(id)) { $0.text(0) } ?? ""
        let names = text.split(separator: " ").map(String.init)
        if skills.count > Self.labelsMax { skills = [:] }
        skills[id] = names
        return names
    }

    /// The first task of a stream that comes before `better` and is not kept from this person.
    private func head(
        _ queue: Int64,
        _ skills: Int64,
        _ query: NextTaskQuery,
        better: (rank: Int64, id: Int64)?
    ) throws -> (rank: Int64, id: Int64)? {
        var head: (rank: Int64, id: Int64)?
        try self.head.scan(.integer(queue), .integer(skills)) { row in
            let found = (rank: row.integer(0), id: row.integer(1))
            if let better, found > better { return false }
            if query.besides.contains(Identifier(value: found.id)) { return true }
            let isExcluded = try spec.first(.integer(found.id)) { row in
                try ManualTask.excludes(query.person, specBytes: row.bytes(0))
            }
            if isExcluded == false { head = found }
            return isExcluded != false
        }
        return head
    }
}
