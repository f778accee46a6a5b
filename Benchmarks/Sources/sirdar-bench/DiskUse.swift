import Foundation
import GRDBSQLite
import SirdarEngine

/// Bytes on the disk, indexes included, page by page as SQLite counts them.
enum DiskUse {
    private static let stateBytesMax = 1000.0
    private static let entryBytesMax = 600.0

    static func measure(_ options: Options, _ scratch: Scratch, _ report: Report) throws {
        let folder = try scratch.folder("disk")
        let count = options.scale(10_000, quick: 1000)
        try carryOut(count, FiveSteps(folder: folder))
        let connection = try RawConnection(folder + "/sirdar.sqlite")
        _ = try connection.number("PRAGMA wal_checkpoint(TRUNCATE)")
        let entries = try connection.number("SELECT count(*) FROM entry")
        let state = try connection.number(
            """
            SELECT sum(pgsize) FROM dbstat WHERE name LIKE 'instance%' OR name LIKE 'task%' OR name LIKE 'due_step%'
                OR name LIKE 'timer%'
            """
        )
        let journal = try connection.number("SELECT sum(pgsize) FROM dbstat WHERE name LIKE 'entry%'")
        let file = try connection.number("SELECT sum(pgsize) FROM dbstat")
        connection.close()
        report.add("bytes_per_ended_instance", Double(state) / Double(count), limit: stateBytesMax)
        report.add("bytes_per_journal_entry", Double(journal) / Double(entries), limit: entryBytesMax)
        report.add("bytes_per_ended_instance_with_its_journal", Double(file) / Double(count), limit: nil)
        scratch.remove(folder)
    }

    private static func carryOut(_ count: Int, _ bench: FiveSteps) throws {
        let ended = Countdown(count)
        let left = Locked(count - 256)
        bench.store.observe { news in
            switch news {
            case .taskOpened(let task): bench.complete(task)
            case .stepEnded: break
            case .instanceEnded:
                if left.takeOne() { bench.start() }
                ended.one()
            }
        }
        for _ in 0..<256 { bench.start() }
        try ended.wait()
        bench.store.observe(nil)
        bench.engine.stop()
    }
}
