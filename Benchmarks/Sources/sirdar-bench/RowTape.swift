import JSON
import SirdarCore
import SirdarEngine
import SirdarJournal
import SirdarSQLite

/// The rows that one instance's life writes, transition by transition, ready to be written under other identifiers.
struct RowTape {
    /// Writes one row for an instance: its identifier, and its task's.
    private typealias Row = (_ instance: Int64, _ task: Int64) throws -> Void

    private let transitions: [[Row]]
    private let counts: [(ready: Int, held: Int)]
    private let countStatement: RawStatement
    private let queue: Int64
    /// How many instances come to be in a state, or no longer are.
    private let standings: [[InstanceWrite.Standing: Int]]
    private let standingStatement: RawStatement

    init(_ commits: [Commit], _ connection: RawConnection) throws {
        let maker = try RowMaker(connection)
        // What the engine writes when it starts is no transition.
        let commits = commits.filter { !$0.instances.isEmpty || !$0.tasks.isEmpty }
        transitions = try commits.map { commit in
            let due = try commit.work.filter(\.isNew).flatMap { try maker.rows($0) }
            return try commit.work.filter { !$0.isNew }.flatMap { try maker.rows($0) }
                + commit.instances.flatMap { try maker.rows($0) } + commit.tasks.flatMap { try maker.rows($0) } + due
                + commit.entries.map { try maker.row($0) }
        }
        counts = commits.map { commit in
            commit.tasks.reduce(into: (0, 0)) { sum, write in
                sum.0 += (write.task.stage == .ready ? 1 : 0) - (write.before?.stage == .ready ? 1 : 0)
                sum.1 += (write.task.stage == .held ? 1 : 0) - (write.before?.stage == .held ? 1 : 0)
            }
        }
        standings = commits.map { commit in
            commit.instances.reduce(into: [:]) { sum, write in
                if let before = write.before { sum[before, default: 0] -= 1 }
                sum[InstanceWrite.Standing(write.instance), default: 0] += 1
            }
        }
        standingStatement = try connection.prepare(StatementText.countWorkflow)
        countStatement = try connection.prepare(StatementText.count)
        queue = try maker.label("ops")
    }

    var count: Int { transitions.count }

    func write(_ transition: Int, instance number: Int) throws {
        // As far apart as identifiers are that were made one after the other.
        let instance = (Int64(1) << 55) + Int64(number) << 10
        for row in transitions[transition] { try row(instance, instance + 512) }
    }

    /// The counters of the queue and of the workflow, once a group.
    func count(_ transition: Int, _ members: Int) throws {
        for (standing, change) in standings[transition] where change != 0 {
            standingStatement.bind(1, standing.workflow)
            standingStatement.bind(2, standing.status.rawValue)
            standingStatement.bind(3, change * members)
            try standingStatement.step()
        }
        let change = counts[transition]
        guard change != (0, 0) else { return }
        countStatement.bind(1, queue)
        countStatement.bind(2, change.ready * members)
        countStatement.bind(3, change.held * members)
        try countStatement.step()
    }
}

/// Makes the rows of a commit, as the store's writer would.
private struct RowMaker {
    typealias Row = (_ instance: Int64, _ task: Int64) throws -> Void

    private let connection: RawConnection

    init(_ connection: RawConnection) throws { self.connection = connection }

    func label(_ text: String) throws -> Int64 {
        try connection.number("SELECT id FROM label WHERE text = '\(text)'")
    }

    private func bytes(_ value: JSON) -> FixedBytes {
        var writer = ByteWriter()
        writer.write(value)
        return FixedBytes(writer.bytes)
    }

    func rows(_ work: WorkWrite) throws -> [Row] {
        switch work {
        case .insert(let step, let lease):
            let statement = try connection.prepare(StatementText.insertWork)
            let action = try label(step.action)
            let lane = try label(step.lane.name)
            let input = bytes(step.input)
            let key = FixedBytes(Array(step.key.utf8))
            return [
                { instance, _ in
                    statement.bind(1, instance)
                    statement.bind(2, step.step)
                    statement.bindNull(3)
                    statement.bind(4, step.node)
                    statement.bind(5, step.attempt)
                    statement.bind(6, action)
                    statement.bind(7, lane)
                    statement.bind(8, input)
                    statement.bind(9, key, asText: true)
                    statement.bind(10, step.notBefore.milliseconds)
                    statement.bind(11, step.fence)
                    if let lease {
                        statement.bind(12, lease.owner)
                        statement.bind(13, lease.until.milliseconds)
                    } else {
                        statement.bindNull(12)
                        statement.bindNull(13)
                    }
                    try statement.step()
                }
            ]
        case .drop(let id, let fence):
            let statement = try connection.prepare(StatementText.drop)
            return [
                { instance, _ in
                    statement.bind(1, instance)
                    statement.bind(2, id.step)
                    if let fence { statement.bind(3, fence) } else { statement.bindNull(3) }
                    try statement.step()
                }
            ]
        case .again, .park, .amend, .takeUp: throw Wrong("an undisturbed instance tries nothing again")
        }
    }

    func rows(_ write: InstanceWrite) throws -> [Row] {
        let state = FixedBytes(write.instance.stateBytes)
        let status = write.instance.status
        if let expected = write.expecting {
            let statement = try connection.prepare(
                status.isFinal ? StatementText.endInstance : StatementText.updateInstance
            )
            return [
                { instance, _ in
                    statement.bind(1, instance)
                    statement.bind(2, expected)
                    statement.bind(3, status.rawValue)
                    statement.bind(4, write.at.milliseconds)
                    statement.bind(5, state)
                    try statement.step()
                }
            ]
        }
        let statement = try connection.prepare(StatementText.insertInstance)
        let start = try connection.prepare(StatementText.insertStart)
        let requester = try label(write.instance.origin.requester)
        let scope = try label(write.instance.origin.scope)
        let input = bytes(write.instance.input)
        return [
            { instance, _ in
                statement.bind(1, instance)
                statement.bind(2, write.instance.version)
                statement.bind(3, status.rawValue)
                statement.bind(4, 0)
                statement.bind(5, write.at.milliseconds)
                statement.bind(6, state)
                try statement.step()
                start.bind(1, instance)
                start.bind(2, write.instance.workflow)
                for position in Int32(3)...5 { start.bindNull(position) }
                start.bind(6, requester)
                start.bind(7, scope)
                start.bind(8, write.at.milliseconds)
                start.bind(9, input)
                try start.step()
            }
        ]
    }

    func rows(_ write: TaskWrite) throws -> [Row] {
        let task = write.task
        let state = FixedBytes(task.stateBytes)
        let queue = try label(task.queue)
        let skills = try label(task.spec.skillSet)
        let owner = try task.owner.map { try label($0.person) }
        if let before = write.before {
            let statement = try connection.prepare(StatementText.updateTask)
            return [
                { _, id in
                    statement.bind(1, id)
                    statement.bind(2, before.version)
                    statement.bind(3, queue)
                    statement.bind(4, skills)
                    if let owner { statement.bind(5, owner) } else { statement.bindNull(5) }
                    statement.bind(6, task.stage.rawValue)
                    statement.bind(7, task.rank)
                    statement.bind(8, task.version)
                    statement.bind(9, state)
                    try statement.step()
                }
            ]
        }
        let statement = try connection.prepare(StatementText.insertTask)
        let specStatement = try connection.prepare(StatementText.insertSpec)
        let spec = FixedBytes(task.specBytes)
        return [
            { instance, id in
                statement.bind(1, id)
                statement.bind(2, instance)
                statement.bind(3, task.step)
                statement.bind(4, task.node)
                statement.bind(5, task.kind.rawValue)
                statement.bind(6, queue)
                statement.bind(7, skills)
                statement.bind(8, task.stage.rawValue)
                statement.bind(9, task.rank)
                statement.bind(10, task.version)
                statement.bind(11, state)
                try statement.step()
                specStatement.bind(1, id)
                specStatement.bind(2, spec)
                try specStatement.step()
            }
        ]
    }

    func row(_ entry: SealedEntry) throws -> Row {
        let statement = try connection.prepare(StatementText.insertEntry)
        let canonical = FixedBytes(entry.canonical)
        return { instance, _ in
            statement.bind(1, instance)
            statement.bind(2, entry.at.milliseconds)
            statement.bind(3, canonical)
            statement.bindNull(4)
            statement.bindNull(5)
            try statement.step()
        }
    }
}

extension WorkWrite {
    fileprivate var isNew: Bool {
        if case .insert = self { true } else { false }
    }
}
