import Foundation
import GRDBSQLite
import JSON
import SirdarCore
import SirdarEngine
import SirdarSQLite

/// The limit with our rows: what SQLite's own interface does with exactly the rows and statements of an instance's
/// life, without the engine, the store or any decision.
///
/// One instance is carried out by the real engine, and what it committed is taken down; then the same rows are written
/// again and again under other identifiers, by one connection set up as the store's, a thousand transitions a commit.
enum RowsLimit {
    static let window = 1000

    static func measure(_ options: Options, _ scratch: Scratch, _ report: Report) throws {
        let folder = try scratch.folder("rows")
        let tape = try tape(folder)
        let connection = try RawConnection(folder + "/sirdar.sqlite")
        let life = try RowTape(tape, connection)
        let windows = options.scale(20, quick: 3)
        _ = try write(life, connection, from: 0, windows: 2, group: window)
        let grouped = try write(life, connection, from: 2, windows: windows, group: window)
        report.yardstick("our_rows_group1000_per_s", grouped)
        let serial = try write(
            life,
            connection,
            from: 2 + windows,
            windows: 1,
            group: 1,
            of: options.scale(600, quick: 100)
        )
        report.yardstick("our_rows_serial_per_s", serial)
        connection.close()
        scratch.remove(folder)
    }

    /// What one instance's life commits.
    private static func tape(_ folder: String) throws -> [Commit] {
        let bench = try FiveSteps(folder: folder)
        bench.store.record()
        let ended = Countdown(1)
        bench.store.observe { news in
            switch news {
            case .taskOpened(let task): bench.complete(task)
            case .stepEnded: break
            case .instanceEnded: ended.one()
            }
        }
        bench.start()
        try ended.wait()
        bench.store.observe(nil)
        bench.engine.stop()
        return bench.store.recorded
    }

    /// Transitions a second. Each window of instances goes through its first transitions, later through the others.
    private static func write(
        _ life: RowTape,
        _ connection: RawConnection,
        from start: Int,
        windows: Int,
        group: Int,
        of size: Int = window
    ) throws -> Double {
        let phases = [0..<Throughput.transitionsToWait, Throughput.transitionsToWait..<life.count]
        let watch = Stopwatch()
        for phase in phases {
            for number in start..<start + windows {
                for transition in phase {
                    for first in stride(from: 0, to: size, by: group) {
                        try connection.begin()
                        for position in first..<min(size, first + group) {
                            try life.write(transition, instance: number * window + position)
                        }
                        try life.count(transition, min(group, size - first))
                        try connection.commit()
                    }
                }
            }
        }
        return Double(windows * size * life.count) / watch.seconds
    }
}

/// A connection to SQLite, set up as the store's writer.
final class RawConnection {
    private let pointer: OpaquePointer
    private var statements: [RawStatement] = []
    private var beginStatement: RawStatement?
    private var commitStatement: RawStatement?

    init(_ path: String) throws {
        var opened: OpaquePointer?
        guard sqlite3_open(path, &opened) == SQLITE_OK, let opened else { throw Wrong("\(path) cannot be opened") }
        pointer = opened
        // The store that was here before may still be closing.
        sqlite3_busy_timeout(opened, 10_000)
        for pragma in ["synchronous = FULL", "foreign_keys = ON", "cache_size = -16000", "secure_delete = ON"] {
            guard sqlite3_exec(pointer, "PRAGMA \(pragma)", nil, nil, nil) == SQLITE_OK else { throw Wrong(pragma) }
        }
        beginStatement = try prepare("BEGIN IMMEDIATE")
        commitStatement = try prepare("COMMIT")
    }

    func prepare(_ sql: String) throws -> RawStatement {
        var statement: OpaquePointer?
        let code = sqlite3_prepare_v3(pointer, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &statement, nil)
        guard code == SQLITE_OK, let statement else {
            throw Wrong("\(sql): \(String(cString: sqlite3_errmsg(pointer)))")
        }
        let prepared = RawStatement(pointer: statement)
        statements.append(prepared)
        return prepared
    }

    func execute(_ sql: String) throws {
        guard sqlite3_exec(pointer, sql, nil, nil, nil) == SQLITE_OK else {
            throw Wrong("\(sql): \(String(cString: sqlite3_errmsg(pointer)))")
        }
    }

    func begin() throws { try beginStatement?.step() }
    func commit() throws { try commitStatement?.step() }

    /// One number that a query gives.
    func number(_ sql: String) throws -> Int64 {
        try number(prepare(sql))
    }

    func number(_ statement: RawStatement) throws -> Int64 {
        guard sqlite3_step(statement.pointer) == SQLITE_ROW else { throw Wrong("a query gives nothing") }
        defer { sqlite3_reset(statement.pointer) }
        return sqlite3_column_int64(statement.pointer, 0)
    }

    func close() {
        for statement in statements { sqlite3_finalize(statement.pointer) }
        sqlite3_close(pointer)
    }
}

/// A prepared statement, bound by position.
struct RawStatement {
    let pointer: OpaquePointer

    func bind(_ position: Int32, _ value: Int64) { sqlite3_bind_int64(pointer, position, value) }
    func bind(_ position: Int32, _ value: Int) { sqlite3_bind_int64(pointer, position, Int64(value)) }
    func bindNull(_ position: Int32) { sqlite3_bind_null(pointer, position) }

    /// The bytes stay where they are for as long as the program runs.
    func bind(_ position: Int32, _ bytes: FixedBytes, asText: Bool = false) {
        let start = bytes.buffer.baseAddress
        let count = Int32(bytes.buffer.count)
        if asText {
            sqlite3_bind_text(pointer, position, start?.assumingMemoryBound(to: CChar.self), count, nil)
        } else {
            sqlite3_bind_blob(pointer, position, start, count, nil)
        }
    }

    func step() throws {
        let code = sqlite3_step(pointer)
        guard code == SQLITE_DONE || code == SQLITE_ROW else {
            let message = String(cString: sqlite3_errmsg(sqlite3_db_handle(pointer)))
            throw Wrong("\(String(cString: sqlite3_sql(pointer))): \(message)")
        }
        sqlite3_reset(pointer)
    }
}

/// Bytes with an address of their own, never given back: there are a few dozen.
struct FixedBytes {
    let buffer: UnsafeRawBufferPointer

    init(_ bytes: [UInt8]) {
        let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: max(1, bytes.count), alignment: 1)
        copy.copyBytes(from: bytes)
        buffer = UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(copy)[..<bytes.count])
    }
}
