import Foundation
import GRDBSQLite
import SirdarEngine

/// Watches SQLite sync the write-ahead logs below a folder, for tests of what is told before and after.
///
/// It stands between SQLite and the operating system, as a file system of SQLite's that passes everything on. Syncs can
/// be counted, held up, and made to fail.
package final class SyncWatch: Sendable {
    private struct State {
        var count = 0
        var isHolding = false
        var held = 0
        var failures = 0
    }

    private let folder: String
    private let state = Locked(State())
    private let gate = DispatchSemaphore(value: 0)

    /// Watches databases that are opened in `folder` from now on.
    package init(folder: String) {
        self.folder = folder
        SyncShim.install()
        SyncShim.add(self)
    }

    /// Syncs that the disk has acknowledged.
    package var count: Int { state.withLock { $0.count } }
    /// Syncs that have begun and are held up.
    package var held: Int { state.withLock { $0.held } }

    /// Holds up every sync until `letGo`.
    package func hold() { state.withLock { $0.isHolding = true } }

    package func letGo() {
        let held = state.withLock { state in
            state.isHolding = false
            defer { state.held = 0 }
            return state.held
        }
        for _ in 0..<held { gate.signal() }
    }

    /// Makes the next sync fail, as a broken disk would.
    package func failNext() { state.withLock { $0.failures += 1 } }

    fileprivate func watches(_ path: String) -> Bool { path.hasPrefix(folder) && path.hasSuffix("-wal") }

    fileprivate func sync(_ pass: () -> Int32) -> Int32 {
        let (isHeld, fails) = state.withLock { state in
            if state.isHolding { state.held += 1 }
            defer { state.failures = max(0, state.failures - 1) }
            return (state.isHolding, state.failures > 0)
        }
        if isHeld { gate.wait() }
        if fails { return SyncShim.syncFailed }
        let code = pass()
        if code == SQLITE_OK { state.withLock { $0.count += 1 } }
        return code
    }
}

/// The one file system of SQLite's through which watched databases are opened.
private enum SyncShim {
    private typealias File = UnsafeMutablePointer<sqlite3_file>

    private struct Watched {
        let watch: SyncWatch
        let methods: UnsafePointer<sqlite3_io_methods>
    }

    private struct State {
        var system: UnsafeMutablePointer<sqlite3_vfs>?
        var watches: [SyncWatch] = []
        var files: [File: Watched] = [:]
    }

    private static let state = Locked(State())

    // SQLite's extended codes are macros that Swift does not see.
    static let syncFailed = SQLITE_IOERR | 4 << 8
    private static let closeFailed = SQLITE_IOERR | 16 << 8

    static func add(_ watch: SyncWatch) { state.withLock { $0.watches.append(watch) } }

    /// From here on every database of this process is opened through it; what nobody watches is not touched.
    static func install() {
        state.withLock { state in
            guard state.system == nil, let system = sqlite3_vfs_find(nil) else { return }
            state.system = system
            let shim = UnsafeMutablePointer<sqlite3_vfs>.allocate(capacity: 1)
            shim.initialize(to: system.pointee)
            shim.pointee.zName = UnsafePointer(strdup("sync-watch"))
            shim.pointee.xOpen = { _, name, file, flags, outFlags in SyncShim.open(name, file, flags, outFlags) }
            sqlite3_vfs_register(shim, 1)
        }
    }

    private static func open(
        _ name: UnsafePointer<CChar>?,
        _ file: File?,
        _ flags: Int32,
        _ outFlags: UnsafeMutablePointer<Int32>?
    ) -> Int32 {
        guard let system = state.withLock({ $0.system }), let open = system.pointee.xOpen else {
            return SQLITE_CANTOPEN
        }
        let code = open(system, name, file, flags, outFlags)
        guard code == SQLITE_OK, let name, let file, let methods = file.pointee.pMethods else { return code }
        let path = String(cString: name)
        state.withLock { state in
            guard let watch = state.watches.first(where: { $0.watches(path) }) else { return }
            state.files[file] = Watched(watch: watch, methods: methods)
            let watching = UnsafeMutablePointer<sqlite3_io_methods>.allocate(capacity: 1)
            watching.initialize(to: methods.pointee)
            watching.pointee.xSync = { file, flags in SyncShim.sync(file, flags) }
            watching.pointee.xClose = { file in SyncShim.close(file) }
            file.pointee.pMethods = UnsafePointer(watching)
        }
        return code
    }

    private static func sync(_ file: File?, _ flags: Int32) -> Int32 {
        guard let file, let watched = state.withLock({ $0.files[file] }), let sync = watched.methods.pointee.xSync
        else {
            return syncFailed
        }
        return watched.watch.sync { sync(file, flags) }
    }

    private static func close(_ file: File?) -> Int32 {
        guard let file, let watched = state.withLock({ $0.files.removeValue(forKey: file) }),
            let close = watched.methods.pointee.xClose
        else { return closeFailed }
        UnsafeMutablePointer(mutating: file.pointee.pMethods)?.deallocate()
        file.pointee.pMethods = watched.methods
        return close(file)
    }
}
