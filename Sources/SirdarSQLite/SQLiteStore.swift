import Foundation
import GRDB
import GRDBSQLite
import JSON
package import Logging
import SirdarCore
package import SirdarEngine
import SirdarJournal

/// Keeps everything in one SQLite file.
///
/// Write-ahead log, `synchronous=FULL`: what was acknowledged survives a power cut. One writer takes all commits, in
/// groups; readers see the last commit. GRDB opens, migrates and reads; the writer holds raw statements.
package final class SQLiteStore: Store {
    let pool: DatabasePool
    let writer: Writer
    let readers: Readers
    private let log: Logger

    /// The first version without the bug by which two connections can damage a write-ahead log.
    package static let soundVersion: Int32 = 3_051_003

    /// Opens the file, creating it where it is missing, and brings its schema up to date.
    ///
    /// - Throws: `NewerSchema` when a later version of the program has written it.
    package init(path: String, log: Logger) throws {
        self.log = log
        var configuration = Configuration()
        configuration.label = "sirdar.sqlite"
        configuration.busyMode = .timeout(5)
        configuration.prepareDatabase { database in
            try database.execute(sql: "PRAGMA cache_size = -16000")
            try database.execute(sql: "PRAGMA secure_delete = ON")
        }
        pool = try DatabasePool(path: path, configuration: configuration)
        // GRDB sets NORMAL after it has prepared the connection, which loses acknowledged commits on a power cut.
        try pool.writeWithoutTransaction { database in try database.execute(sql: "PRAGMA synchronous = FULL") }
        let migrator = Schema.migrator
        try pool.read { database in
            if try migrator.hasBeenSuperseded(database) { throw NewerSchema(path: path) }
        }
        try migrator.migrate(pool)
        if sqlite3_libversion_number() < Self.soundVersion {
            log.notice(
                "SQLite \(String(cString: sqlite3_libversion())) can damage its log when two processes write",
                metadata: ["keep other programs off": "\(path)"]
            )
        }
        writer = try Writer(pool: pool)
        try writer.releaseLeases()
        readers = try Readers(path: path)
    }

    /// Who only reads leaves first: the last to leave tidies up the log, which is the writer's to do.
    deinit { readers.close() }

    package struct NewerSchema: Error, CustomStringConvertible {
        package let path: String

        package var description: String {
            "\(path) was written by a newer version of sirdar. Install that version again."
        }
    }

    /// The pragmas of the connection that writes, as SQLite reports them.
    package func writerPragmas() throws -> [String: String] {
        try pool.writeWithoutTransaction { database in
            var values: [String: String] = [:]
            for name in ["journal_mode", "synchronous", "foreign_keys", "busy_timeout", "secure_delete"] {
                values[name] = try String.fetchOne(database, sql: "PRAGMA \(name)")
            }
            return values
        }
    }

    // MARK: Writing

    package func submit(_ commit: Commit, then: @escaping @Sendable (Result<Void, StoreError>) -> Void) {
        writer.submit(.commit(commit, then))
    }

    package func submitHere(_ commit: Commit, then: @escaping @Sendable (Result<Void, StoreError>) -> Void) {
        writer.submit(.commit(commit, then), here: true)
    }

    package func claimWork(_ claim: WorkClaim, then: @escaping @Sendable (Result<[DueStep], StoreError>) -> Void) {
        writer.submit(.claim(claim, then))
    }

    package func renewLeases(_ work: [WorkID], _ lease: Lease) throws(StoreError) -> [WorkID] {
        try translated {
            try self.pool.write { database in
                var lost: [WorkID] = []
                for id in work {
                    try database.execute(
                        sql: "UPDATE due_step SET leased_until = ? WHERE instance = ? AND step = ? AND owner = ?",
                        arguments: [lease.until.milliseconds, id.instance.value, id.step, lease.owner]
                    )
                    if database.changesCount == 0 { lost.append(id) }
                }
                return lost
            }
        }
    }

    package func backup(to path: String) throws(StoreError) {
        try translated {
            guard !FileManager.default.fileExists(atPath: path) else {
                throw StoreError.unavailable("\(path) is there already; a backup never overwrites.")
            }
            // By a connection of its own, which reads one moment while the writer goes on.
            var configuration = Configuration()
            configuration.label = "sirdar.backup"
            configuration.busyMode = .timeout(5)
            let copier = try DatabaseQueue(path: self.pool.path, configuration: configuration)
            try copier.writeWithoutTransaction { database in
                try database.execute(sql: "VACUUM INTO ?", arguments: [path])
            }
            try copier.close()
        }
    }

    /// What is removed is overwritten with zeros where it stands (`secure_delete`), but copies stay in the gaps of
    /// pages from when rows were moved about, and in the log. So the file is written anew from what is there, and the
    /// log is cut to nothing, for which those who read must be done. Nothing else is committed meanwhile.
    package func scrub() throws(StoreError) {
        try translated {
            try self.pool.writeWithoutTransaction { try $0.execute(sql: "VACUUM") }
            for _ in 0..<Self.scrubsMax {
                let isBusy = try self.pool.writeWithoutTransaction { database in
                    try Int.fetchOne(database, sql: "PRAGMA wal_checkpoint(TRUNCATE)")
                }
                if isBusy == 0 { return }
            }
            throw StoreError.unavailable("The store's log is being read without pause; what was erased is still in it.")
        }
    }

    /// Each waits for readers as long as a connection waits for another.
    private static let scrubsMax = 6

    /// Reads in a snapshot of the last commit.
    func read<Value>(_ body: (Database) throws -> Value) throws(StoreError) -> Value {
        try translated { try self.pool.read(body) }
    }

    /// Reads by one statement, which needs no snapshot around it: it sees one commit by itself.
    func readOnce<Value>(_ body: (Database) throws -> Value) throws(StoreError) -> Value {
        try translated { try self.pool.unsafeRead(body) }
    }

    /// What GRDB throws, as the store's own closed set.
    func translated<Value>(_ body: () throws -> Value) throws(StoreError) -> Value {
        do { return try body() } catch { throw StoreError(reading: error) }
    }
}

extension StoreError {
    init(reading error: any Error) {
        switch error {
        case let error as StoreError: self = error
        case let error as MalformedBytes: self = .corrupt(error.what)
        case let error as SQLiteFailure: self = error.storeError
        case let error as DatabaseError:
            switch error.resultCode {
            case .SQLITE_FULL: self = .storageFull
            case .SQLITE_CORRUPT, .SQLITE_NOTADB: self = .corrupt(error.description)
            default: self = .unavailable(error.description)
            }
        default: self = .unavailable(String(describing: error))
        }
    }
}

extension Row {
    func bytes(_ index: Int) -> [UInt8] { Array(self[index] as Data) }
    func optionalBytes(_ index: Int) -> [UInt8]? { (self[index] as Data?).map(Array.init) }
}
