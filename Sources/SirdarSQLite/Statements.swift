/// Every statement of the hot path, prepared once.
struct Statements {
    let begin: Statement
    let commit: Statement
    let rollback: Statement
    let updateInstance: Statement
    let endInstance: Statement
    let insertInstance: Statement
    let insertStart: Statement
    let again: Statement
    let park: Statement
    let drop: Statement
    let insertWork: Statement
    let nextLane: Statement
    let freeWork: Statement
    let lapsedWork: Statement
    let leaseWork: Statement
    let updateTask: Statement
    let insertTask: Statement
    let insertSpec: Statement
    let insertEnding: Statement
    let count: Statement
    let countFirst: Statement
    let setTimer: Statement
    let dropTimer: Statement
    let insertRecord: Statement
    let updateRecord: Statement
    let replaceRecord: Statement
    let deleteRecord: Statement
    let deleteAnyRecord: Statement
    let insertEntry: Statement
    let eraseEntry: Statement
    let amend: Statement
    let takeUp: Statement
    let countWorkflow: Statement
    let countWorkflowFirst: Statement
    let insertEvent: Statement
    let delivered: Statement
    let listen: Statement
    let stopListening: Statement
    let insertCheckpoint: Statement
    let writeTile: Statement
    let writeAnchoring: Statement

    init(connection: OpaquePointer) throws(SQLiteFailure) {
        func prepare(_ sql: String) throws(SQLiteFailure) -> Statement { try Statement(sql, on: connection) }
        begin = try prepare("BEGIN IMMEDIATE")
        commit = try prepare("COMMIT")
        rollback = try prepare("ROLLBACK")
        updateInstance = try prepare(StatementText.updateInstance)
        endInstance = try prepare(StatementText.endInstance)
        insertInstance = try prepare(StatementText.insertInstance)
        insertStart = try prepare(StatementText.insertStart)
        again = try prepare(StatementText.again)
        park = try prepare(StatementText.park)
        drop = try prepare(StatementText.drop)
        insertWork = try prepare(StatementText.insertWork)
        nextLane = try prepare(
            "SELECT lane FROM due_step WHERE owner IS NULL AND parked = 0 AND lane > ?1 ORDER BY lane LIMIT 1"
        )
        let columns = "instance, step, task, node, attempt, action, input, key, not_before, fence, lane"
        freeWork = try prepare(
            """
            SELECT \(columns) FROM due_step
            WHERE owner IS NULL AND parked = 0 AND lane = ?1 AND not_before <= ?2 ORDER BY not_before LIMIT ?3
            """
        )
        lapsedWork = try prepare(
            """
            SELECT \(columns) FROM due_step INDEXED BY due_step_leased
            WHERE owner IS NOT NULL AND leased_until <= ?1 ORDER BY leased_until LIMIT ?2
            """
        )
        leaseWork = try prepare(
            "UPDATE due_step SET owner = ?3, leased_until = ?4, fence = fence + 1 WHERE instance = ?1 AND step = ?2"
        )
        updateTask = try prepare(StatementText.updateTask)
        insertTask = try prepare(StatementText.insertTask)
        insertSpec = try prepare(StatementText.insertSpec)
        insertEnding = try prepare(StatementText.insertEnding)
        count = try prepare(StatementText.count)
        countFirst = try prepare("INSERT INTO queue_count (queue, ready, held) VALUES (?1, ?2, ?3)")
        setTimer = try prepare(StatementText.setTimer)
        dropTimer = try prepare("DELETE FROM timer WHERE instance = ?1 AND step = ?2 AND kind = ?3")
        insertRecord = try prepare(StatementText.insertRecord)
        updateRecord = try prepare(StatementText.updateRecord)
        replaceRecord = try prepare(StatementText.replaceRecord)
        deleteRecord = try prepare("DELETE FROM record WHERE kind = ?1 AND key = ?2 AND version = ?3")
        deleteAnyRecord = try prepare("DELETE FROM record WHERE kind = ?1 AND key = ?2")
        insertEntry = try prepare(StatementText.insertEntry)
        eraseEntry = try prepare(StatementText.eraseEntry)
        amend = try prepare(StatementText.amend)
        takeUp = try prepare(StatementText.takeUp)
        countWorkflow = try prepare(StatementText.countWorkflow)
        countWorkflowFirst = try prepare(StatementText.countWorkflowFirst)
        insertEvent = try prepare(StatementText.insertEvent)
        delivered = try prepare("UPDATE event SET reached = ?2 WHERE sequence = ?1")
        listen = try prepare(StatementText.listen)
        stopListening = try prepare(StatementText.stopListening)
        insertCheckpoint = try prepare(StatementText.insertCheckpoint)
        writeTile = try prepare(StatementText.writeTile)
        writeAnchoring = try prepare(StatementText.writeAnchoring)
    }

    func finalize() {
        for statement in [
            begin, commit, rollback, updateInstance, endInstance, insertInstance, insertStart, again, park, drop,
            insertWork, nextLane, freeWork, lapsedWork, leaseWork, updateTask, insertTask, insertSpec,
            insertEnding, count, countFirst, setTimer, dropTimer, insertRecord, updateRecord, replaceRecord,
            deleteRecord, deleteAnyRecord, insertEntry,
            eraseEntry, amend,
            takeUp,
            countWorkflow, countWorkflowFirst,
            insertEvent, delivered, listen, stopListening,
            insertCheckpoint, writeTile, writeAnchoring,
        ] { statement.finalize() }
    }
}

/// Texts that repeat, by number. What a rolled-back transaction added is forgotten again.
struct Labels {
    private let find: Statement
    private let add: Statement
    private let read: Statement
    private var ids: [String: Int64] = [:]
    private var texts: [Int64: String] = [:]
    private var added: [String] = []
    /// Labels kept in memory; beyond it the memory is emptied and filled again.
    private static let cachedMax = 10_000

    init(connection: OpaquePointer) throws(SQLiteFailure) {
        find = try Statement("SELECT id FROM label WHERE text = ?1", on: connection)
        add = try Statement("INSERT INTO label (text) VALUES (?1) RETURNING id", on: connection)
        read = try Statement("SELECT text FROM label WHERE id = ?1", on: connection)
    }

    func finalize() {
        find.finalize()
        add.finalize()
        read.finalize()
    }

    mutating func begin() {
        added = []
        if ids.count > Self.cachedMax {
            ids = [:]
            texts = [:]
        }
    }

    mutating func rollback() {
        for text in added {
            if let id = ids.removeValue(forKey: text) { texts[id] = nil }
        }
        added = []
    }

    mutating func id(of text: String) throws(SQLiteFailure) -> Int64 {
        if let id = ids[text] { return id }
        var found: Int64?
        try find.query(.text(text)) { found = $0.integer(0) }
        if found == nil {
            try add.query(.text(text)) { found = $0.integer(0) }
            added.append(text)
        }
        guard let found else { preconditionFailure("an inserted label has a number") }
        ids[text] = found
        texts[found] = text
        return found
    }

    mutating func text(of id: Int64) throws(SQLiteFailure) -> String {
        if let text = texts[id] { return text }
        var found = ""
        try read.query(.integer(id)) { found = $0.text(0) }
        texts[id] = found
        return found
    }
}
