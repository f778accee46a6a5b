import GRDBSQLite

/// Changes a store's file as somebody would who gets at it from outside.
package func changeBehindTheStore(_ path: String, _ sql: String) throws {
    var opened: OpaquePointer?
    guard sqlite3_open_v2(path, &opened, SQLITE_OPEN_READWRITE, nil) == SQLITE_OK else { throw NotChanged(sql: sql) }
    defer { sqlite3_close(opened) }
    sqlite3_busy_timeout(opened, 5000)
    guard sqlite3_exec(opened, sql, nil, nil, nil) == SQLITE_OK else { throw NotChanged(sql: sql) }
}

package struct NotChanged: Error {
    package let sql: String
}
