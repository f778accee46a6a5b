import GRDBSQLite
import SirdarEngine

/// A prepared statement, held for as long as its connection: the hot path binds, steps and resets, and does nothing
/// else.
final class Statement {
    private let pointer: OpaquePointer
    private let connection: OpaquePointer
    private static let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

    init(_ sql: String, on connection: OpaquePointer) throws(SQLiteFailure) {
        var pointer: OpaquePointer?
        let code = sqlite3_prepare_v3(connection, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &pointer, nil)
        guard code == SQLITE_OK, let pointer else { throw SQLiteFailure(connection) }
        self.pointer = pointer
        self.connection = connection
    }

    func finalize() { sqlite3_finalize(pointer) }

    /// Binds, runs to the end, and answers how many rows it changed.
    @discardableResult
    func run(_ values: Value...) throws(SQLiteFailure) -> Int { try run(all: values) }

    @discardableResult
    func run(all values: [Value]) throws(SQLiteFailure) -> Int {
        bind(values)
        defer { sqlite3_reset(pointer) }
        let code = sqlite3_step(pointer)
        guard code == SQLITE_DONE || code == SQLITE_ROW else { throw SQLiteFailure(connection) }
        return Int(sqlite3_changes(connection))
    }

    /// Binds, and reads each row.
    func query(_ values: Value..., row: (Columns) throws(SQLiteFailure) -> Void) throws(SQLiteFailure) {
        bind(values)
        defer { sqlite3_reset(pointer) }
        while true {
            switch sqlite3_step(pointer) {
            case SQLITE_ROW: try row(Columns(pointer: pointer))
            case SQLITE_DONE: return
            default: throw SQLiteFailure(connection)
            }
        }
    }

    /// Binds, and reads row after row while `row` answers `true`.
    func scan(_ values: Value..., row: (Columns) throws -> Bool) throws {
        bind(values)
        defer { sqlite3_reset(pointer) }
        while true {
            switch sqlite3_step(pointer) {
            case SQLITE_ROW: if try !row(Columns(pointer: pointer)) { return }
            case SQLITE_DONE: return
            default: throw SQLiteFailure(connection)
            }
        }
    }

    /// What `row` makes of the one row there is, or `nil`.
    func first<Answer>(_ value: Value, row: (Columns) throws -> Answer) throws -> Answer? {
        var answer: Answer?
        try scan(value) { columns in
            answer = try row(columns)
            return false
        }
        return answer
    }

    enum Value {
        case integer(Int64)
        case text(String)
        case blob([UInt8])
        case null
    }

    struct Columns {
        fileprivate let pointer: OpaquePointer

        func integer(_ index: Int32) -> Int64 { sqlite3_column_int64(pointer, index) }
        func optionalInteger(_ index: Int32) -> Int64? { isNull(index) ? nil : integer(index) }
        func isNull(_ index: Int32) -> Bool { sqlite3_column_type(pointer, index) == SQLITE_NULL }

        func text(_ index: Int32) -> String { String(decoding: bytes(index), as: UTF8.self) }

        func bytes(_ index: Int32) -> [UInt8] {
            guard let start = sqlite3_column_blob(pointer, index) else { return [] }
            return Array(UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(pointer, index))))
        }
    }

    private func bind(_ values: [Value]) {
        for (index, value) in values.enumerated() {
            let position = Int32(index + 1)
            switch value {
            case .integer(let number): sqlite3_bind_int64(pointer, position, number)
            case .null: sqlite3_bind_null(pointer, position)
            case .text(var text):
                text.withUTF8 { bytes in
                    bytes.withMemoryRebound(to: CChar.self) { characters in
                        _ = sqlite3_bind_text(
                            pointer,
                            position,
                            characters.baseAddress,
                            Int32(characters.count),
                            Self.transient
                        )
                    }
                }
            case .blob(let bytes):
                // An empty array has no address, and a null address would bind NULL.
                if bytes.isEmpty {
                    sqlite3_bind_zeroblob(pointer, position, 0)
                } else {
                    sqlite3_bind_blob(pointer, position, bytes, Int32(bytes.count), Self.transient)
                }
            }
        }
    }
}

extension Statement.Value: ExpressibleByIntegerLiteral, ExpressibleByNilLiteral {
    init(integerLiteral value: Int64) { self = .integer(value) }
    init(nilLiteral: ()) { self = .null }

    static func int(_ value: Int) -> Self { .integer(Int64(value)) }
    static func optional(_ value: Int64?) -> Self { value.map(Self.integer) ?? .null }
}

/// What SQLite answered instead of doing it.
struct SQLiteFailure: Error {
    let code: Int32
    let extendedCode: Int32
    let message: String

    init(_ connection: OpaquePointer) {
        extendedCode = sqlite3_extended_errcode(connection)
        code = extendedCode & 0xFF
        message = String(cString: sqlite3_errmsg(connection))
    }

    var isConstraint: Bool { code == SQLITE_CONSTRAINT }

    var storeError: StoreError {
        switch code {
        case SQLITE_FULL: .storageFull
        case SQLITE_CORRUPT, SQLITE_NOTADB: .corrupt(message)
        default: .unavailable("SQLite \(extendedCode): \(message)")
        }
    }
}
