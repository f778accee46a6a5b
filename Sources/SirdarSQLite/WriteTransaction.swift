import GRDBSQLite
import JSON
import SirdarCore
import SirdarEngine
import SirdarJournal

/// Why a member of a group was not written.
struct WriteFailure: Error {
    let storeError: StoreError
    let extent: Extent

    enum Extent {
        /// It had written nothing: the others are not touched.
        case clean
        /// It had written something: the group is written again without it.
        case whole
        /// No member can be written.
        case fatal
    }
}

/// The statements of the writing connection, and what a commit does with them.
///
/// What can conflict comes first in each commit, so that a conflict almost always finds that nothing was written yet.
struct WriteTransaction {
    let connection: OpaquePointer
    let statements: Statements
    var labels: Labels
    private var counts: [Int64: (ready: Int, held: Int)] = [:]
    /// Instances by workflow and status.
    private var workflowCounts: [InstanceWrite.Standing: Int] = [:]
    /// Whether the member in hand has written anything.
    var wrote = false

    init(connection: OpaquePointer) throws(SQLiteFailure) {
        self.connection = connection
        statements = try Statements(connection: connection)
        labels = try Labels(connection: connection)
    }

    func finalize() {
        statements.finalize()
        labels.finalize()
    }

    // MARK: The group

    mutating func begin() throws(WriteFailure) {
        counts = [:]
        workflowCounts = [:]
        labels.begin()
        try fatally { () throws(SQLiteFailure) in try statements.begin.run() }
    }

    mutating func commit() throws(WriteFailure) {
        for (queue, change) in counts {
            try fatally { () throws(SQLiteFailure) in
                let counted = try statements.count.run(.integer(queue), .int(change.ready), .int(change.held))
                if counted == 0 {
                    try statements.countFirst.run(.integer(queue), .int(change.ready), .int(change.held))
                }
            }
        }
        for (standing, change) in workflowCounts where change != 0 {
            let (workflow, status) = (
                Statement.Value.int(standing.workflow), Statement.Value.int(standing.status.rawValue)
            )
            try fatally { () throws(SQLiteFailure) in
                let counted = try statements.countWorkflow.run(workflow, status, .int(change))
                if counted == 0 { try statements.countWorkflowFirst.run(workflow, status, .int(change)) }
            }
        }
        try fatally { () throws(SQLiteFailure) in try statements.commit.run() }
    }

    mutating func rollback() throws(WriteFailure) {
        labels.rollback()
        try fatally { () throws(SQLiteFailure) in try statements.rollback.run() }
    }

    /// After a failure: whatever is open is undone. SQLite may have undone it already.
    mutating func abandon() {
        labels.rollback()
        if sqlite3_get_autocommit(connection) == 0 {
            // What fails here has been failing before: the caller already answers with that.
            _ = try? statements.rollback.run()
        }
    }

    private func fatally(_ body: () throws(SQLiteFailure) -> some Any) throws(WriteFailure) {
        do { _ = try body() } catch { throw WriteFailure(storeError: error.storeError, extent: .fatal) }
    }

    // MARK: A member

    mutating func write(_ request: Writer.Request) throws(WriteFailure) -> Writer.Answer {
        wrote = false
        switch request {
        case .commit(let commit, _):
            try write(commit)
            return .written
        case .claim(let claim, _): return .claimed(try take(claim))
        }
    }

    private mutating func write(_ commit: Commit) throws(WriteFailure) {
        if let before = commit.follows, before.isLost { throw failure(.conflict) }
        for work in commit.work { try writeHeld(work) }
        for write in commit.instances where write.expecting != nil { try update(write) }
        for write in commit.tasks where write.before != nil { try update(write) }
        for change in commit.records { try write(change) }
        for reopening in commit.reopenings { try write(reopening) }
        for ending in commit.endings { try write(ending) }
        for write in commit.instances where write.expecting == nil { try insert(write) }
        for write in commit.tasks where write.before == nil { try insert(write) }
        for work in commit.work { try writeNew(work) }
        for placement in commit.placements { try write(placement) }
        for stored in commit.deployments { try write(stored) }
        for event in commit.events { try write(event) }
        for timer in commit.timers { try write(timer) }
        for sequence in commit.erasures { try erase(sequence) }
        for entry in commit.entries { try write(entry) }
        if let seal = commit.seal { try write(seal) }
        for anchoring in commit.anchorings { try write(anchoring) }
    }

    /// Runs a statement; a broken constraint fails this member, anything else the whole group.
    @discardableResult
    mutating func run(_ body: () throws(SQLiteFailure) -> Int) throws(WriteFailure) -> Int {
        do {
            let changed = try body()
            if changed > 0 { wrote = true }
            return changed
        } catch {
            guard error.isConstraint else { throw WriteFailure(storeError: error.storeError, extent: .fatal) }
            throw failure(error.storeError)
        }
    }

    /// Runs a statement that is seldom needed.
    mutating func once(_ sql: String, _ values: Statement.Value...) throws(WriteFailure) {
        let connection = connection
        try run { () throws(SQLiteFailure) in
            let statement = try Statement(sql, on: connection)
            defer { statement.finalize() }
            return try statement.run(all: values)
        }
    }

    func failure(_ error: StoreError) -> WriteFailure {
        WriteFailure(storeError: error, extent: wrote ? .whole : .clean)
    }

    mutating func label(_ text: String) throws(WriteFailure) -> Statement.Value {
        do { return .integer(try labels.id(of: text)) } catch {
            throw WriteFailure(storeError: error.storeError, extent: .fatal)
        }
    }

    // MARK: Due steps

    /// What depends on who holds the step: it comes first, because it can conflict.
    private mutating func writeHeld(_ work: WorkWrite) throws(WriteFailure) {
        let statements = statements
        let changed: Int
        let fence: Int64?
        switch work {
        case .insert: return
        case .takeUp(let at):
            try run { () throws(SQLiteFailure) in
                try statements.takeUp.run(.integer(at.milliseconds), .integer(Timestamp.distantFuture.milliseconds))
            }
            return
        case .amend(let id, let input, let lane):
            let lane = try label(lane.name)
            var bytes = ByteWriter()
            bytes.write(input)
            let amended = try run { () throws(SQLiteFailure) in
                try statements.amend.run(.integer(id.instance.value), .int(id.step), .blob(bytes.bytes), lane)
            }
            if amended == 0 { throw failure(.conflict) }
            return
        case .again(let id, let attempt, let notBefore, let held):
            fence = held
            changed = try run { () throws(SQLiteFailure) in
                try statements.again.run(
                    .integer(id.instance.value),
                    .int(id.step),
                    .int(attempt),
                    .integer(notBefore.milliseconds),
                    .optional(held)
                )
            }
        case .park(let id, let held):
            fence = held
            changed = try run { () throws(SQLiteFailure) in
                try statements.park.run(.integer(id.instance.value), .int(id.step), .optional(held))
            }
        case .drop(let id, let held):
            fence = held
            changed = try run { () throws(SQLiteFailure) in
                try statements.drop.run(.integer(id.instance.value), .int(id.step), .optional(held))
            }
        }
        if fence != nil, changed == 0 { throw failure(.staleFence) }
    }

    private mutating func writeNew(_ work: WorkWrite) throws(WriteFailure) {
        guard case .insert(let step, let lease) = work else { return }
        let action = try label(step.action)
        let lane = try label(step.lane.name)
        var input = ByteWriter()
        input.write(step.input)
        let statements = statements
        try run { () throws(SQLiteFailure) in
            try statements.insertWork.run(
                .integer(step.instance.value),
                .int(step.step),
                .optional(step.task?.value),
                .int(step.node),
                .int(step.attempt),
                action,
                lane,
                .blob(input.bytes),
                .text(step.key),
                .integer(step.notBefore.milliseconds),
                .integer(step.fence),
                .optional(lease?.owner),
                .optional(lease?.until.milliseconds)
            )
        }
    }

    // MARK: Instances

    private mutating func update(_ write: InstanceWrite) throws(WriteFailure) {
        let instance = write.instance
        let statements = statements
        let changed = try run { () throws(SQLiteFailure) in
            let statement = instance.status.isFinal ? statements.endInstance : statements.updateInstance
            return try statement.run(
                .integer(instance.id.value),
                .optional(write.expecting),
                .int(instance.status.rawValue),
                .integer(write.at.milliseconds),
                .blob(write.state)
            )
        }
        if changed == 0 { throw failure(.conflict) }
        guard let before = write.before else { return }
        let after = InstanceWrite.Standing(instance)
        if before.workflow != after.workflow { try pin(instance) }
        if before != after {
            workflowCounts[before, default: 0] -= 1
            workflowCounts[after, default: 0] += 1
        }
    }

    private mutating func insert(_ write: InstanceWrite) throws(WriteFailure) {
        let instance = write.instance
        let requester = try label(instance.origin.requester)
        let scope = try label(instance.origin.scope)
        var input = ByteWriter()
        input.write(instance.input)
        let statements = statements
        try run { () throws(SQLiteFailure) in
            try statements.insertInstance.run(
                .integer(instance.id.value),
                .integer(instance.version),
                .int(instance.status.rawValue),
                .int(instance.status.isFinal ? 1 : 0),
                .integer(write.at.milliseconds),
                .blob(write.state)
            )
        }
        try run { () throws(SQLiteFailure) in
            try statements.insertStart.run(
                .integer(instance.id.value),
                .int(instance.workflow),
                .optional(instance.parent?.instance.value),
                .optional(instance.parent.map { Int64($0.step) }),
                .optional(instance.origin.request?.value),
                requester,
                scope,
                .integer(instance.startedAt.milliseconds),
                .blob(input.bytes)
            )
        }
        workflowCounts[.init(instance), default: 0] += 1
    }

    // MARK: Tasks

    private mutating func update(_ write: TaskWrite) throws(WriteFailure) {
        let task = write.task
        let queue = try label(task.queue)
        let skills = try label(write.skillSet)
        let owner = try task.owner.map { owner throws(WriteFailure) in try label(owner.person) } ?? .null
        let statements = statements
        let changed = try run { () throws(SQLiteFailure) in
            try statements.updateTask.run(
                .integer(task.id.value),
                .optional(write.before?.version),
                queue,
                skills,
                owner,
                .int(task.stage.rawValue),
                .integer(task.rank),
                .integer(task.version),
                .blob(write.state)
            )
        }
        if changed == 0 { throw failure(.conflict) }
        if let before = write.before { try count(before, -1) }
        try count(task, 1)
    }

    private mutating func insert(_ write: TaskWrite) throws(WriteFailure) {
        let task = write.task
        let queue = try label(task.queue)
        let skills = try label(write.skillSet)
        let statements = statements
        try run { () throws(SQLiteFailure) in
            try statements.insertTask.run(
                .integer(task.id.value),
                .integer(task.instance.value),
                .int(task.step),
                .int(task.node),
                .int(task.kind.rawValue),
                queue,
                skills,
                .int(task.stage.rawValue),
                .integer(task.rank),
                .integer(task.version),
                .blob(write.state)
            )
        }
        try run { () throws(SQLiteFailure) in
            try statements.insertSpec.run(.integer(task.id.value), .blob(write.spec))
        }
        try count(task, 1)
    }

    private mutating func count(_ task: ManualTask, _ change: Int) throws(WriteFailure) {
        guard case .integer(let queue) = try label(task.queue) else { return }
        switch task.stage {
        case .ready: counts[queue, default: (0, 0)].ready += change
        case .held: counts[queue, default: (0, 0)].held += change
        case .ended: break
        }
    }

    // MARK: Timers, records, entries

    private mutating func write(_ timer: TimerWrite) throws(WriteFailure) {
        let statements = statements
        switch timer {
        case .set(let due):
            let ending = due.ending.map { ending -> Statement.Value in
                var writer = ByteWriter()
                writer.write(ending)
                return .blob(writer.bytes)
            }
            try run { () throws(SQLiteFailure) in
                try statements.setTimer.run(
                    .integer(due.instance.value),
                    .int(due.step),
                    .int(due.kind.rawValue),
                    .integer(due.at.milliseconds),
                    ending ?? .null
                )
            }
        case .drop(let instance, let step, let kind):
            try run { () throws(SQLiteFailure) in
                try statements.dropTimer.run(.integer(instance.value), .int(step), .int(kind.rawValue))
            }
        }
    }

    private mutating func write(_ change: RecordChange) throws(WriteFailure) {
        let statements = statements
        let body = change.body.map { Statement.Value.text($0.text) } ?? .null
        let name = change.name.map(Statement.Value.text) ?? .null
        let changed: Int
        do {
            changed = try run { () throws(SQLiteFailure) in
                switch (change.expecting, change.body) {
                case (.version(let version), .some):
                    try statements.updateRecord.run(
                        .text(change.kind),
                        .text(change.key),
                        .integer(version),
                        .text(change.scope),
                        name,
                        body
                    )
                case (.version(let version), nil):
                    try statements.deleteRecord.run(.text(change.kind), .text(change.key), .integer(version))
                case (.absent, .some):
                    try statements.insertRecord.run(
                        .text(change.kind),
                        .text(change.key),
                        .text(change.scope),
                        name,
                        body
                    )
                case (.any, .some):
                    try statements.replaceRecord.run(
                        .text(change.kind),
                        .text(change.key),
                        .text(change.scope),
                        name,
                        body
                    )
                case (.any, nil), (.absent, nil):
                    try statements.deleteAnyRecord.run(.text(change.kind), .text(change.key))
                }
            }
        } catch {
            guard let name = change.name, case .unavailable(let message) = error.storeError,
                message.contains("record.name")
            else { throw error }
            throw WriteFailure(storeError: .nameTaken(kind: change.kind, name: name), extent: error.extent)
        }
        if case .version = change.expecting, changed == 0 { throw failure(.conflict) }
        if case .absent = change.expecting, changed == 0, change.body != nil { throw failure(.conflict) }
    }

    private mutating func write(_ entry: SealedEntry) throws(WriteFailure) {
        let statements = statements
        try run { () throws(SQLiteFailure) in
            try statements.insertEntry.run(
                .integer(entry.object.value),
                .integer(entry.at.milliseconds),
                .blob(entry.canonical),
                entry.nonce.map(Statement.Value.blob) ?? .null,
                entry.confidential.map(Statement.Value.blob) ?? .null
            )
        }
    }

    private mutating func erase(_ sequence: Int64) throws(WriteFailure) {
        let statements = statements
        try run { () throws(SQLiteFailure) in try statements.eraseEntry.run(.integer(sequence)) }
    }

    private mutating func write(_ seal: SealWrite) throws(WriteFailure) {
        let statements = statements
        let checkpoint = seal.checkpoint
        let added = try run { () throws(SQLiteFailure) in
            try statements.insertCheckpoint.run(
                .integer(checkpoint.size),
                .integer(checkpoint.at.milliseconds),
                .text(checkpoint.note),
                .integer(seal.expecting)
            )
        }
        if added == 0 { throw failure(.conflict) }
        for tile in seal.tiles {
            try run { () throws(SQLiteFailure) in
                try statements.writeTile.run(.int(tile.place.level), .integer(tile.place.position), .blob(tile.bytes))
            }
        }
    }

    private mutating func write(_ anchoring: Anchoring) throws(WriteFailure) {
        let statements = statements
        try run { () throws(SQLiteFailure) in
            try statements.writeAnchoring.run(
                .integer(anchoring.size),
                .text(anchoring.anchor),
                .integer(anchoring.at.milliseconds)
            )
        }
    }
}
