import Foundation
import GRDB
import JSON
import SirdarCore
import SirdarEngine
import SirdarSQLite
import SirdarTestKit
import Testing

@Suite("The SQLite store is durable, alone, and knows its age")
struct SQLiteTests {
    @Test("the writing connection syncs every commit and checks foreign keys")
    func pragmas() throws {
        let bench = try StoreUnderTest.sqlite.open()
        let store = try #require(bench.store as? SQLiteStore)
        let pragmas = try store.writerPragmas()
        #expect(pragmas["journal_mode"] == "wal")
        #expect(pragmas["synchronous"] == "2")
        #expect(pragmas["foreign_keys"] == "1")
        #expect(pragmas["secure_delete"] == "1")
        #expect(try #require(pragmas["busy_timeout"].flatMap(Int.init)) > 0)
    }

    @Test("what was acknowledged is there after the file was opened again, and leases of before are void")
    func reopened() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "sirdar-store-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let path = folder.appending(path: "sirdar.sqlite").path
        let instance: Instance
        do {
            let bench = Bench(store: try StoreUnderTest.sqlite(path), path: folder.appending(path: "x/y").path)
            instance = try bench.instance()
            let lease = Lease(owner: 1, until: bench.clock.now().advanced(by: .hours(1)))
            try bench.insert(bench.due(instance), lease: lease)
        }
        let bench = Bench(store: try StoreUnderTest.sqlite(path), path: path)
        #expect(try bench.store.instance(instance.id) == instance)
        #expect(try bench.claim(bench.claimOfAll()).count == 1)
    }

    @Test("a data folder has one owner at a time")
    func oneOwner() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "sirdar-data-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var first: DataDirectory? = try DataDirectory(folder)
        #expect(throws: DataDirectory.InUse.self) { try DataDirectory(folder) }
        #expect(first != nil)
        first = nil
        #expect(throws: Never.self) { try DataDirectory(folder) }
    }

    @Test("a file that a newer version has written is refused")
    func newer() throws {
        let bench = try StoreUnderTest.sqlite.open()
        try DatabaseQueue(path: bench.path).write { database in
            try database.execute(sql: "INSERT INTO grdb_migrations (identifier) VALUES ('999_later')")
        }
        #expect(throws: SQLiteStore.NewerSchema.self) { try StoreUnderTest.sqlite(bench.path) }
    }

    @Test("a file of before the counts of workflows gets them, of the instances that it holds")
    func beforeWorkflowCounts() throws {
        let bench = try StoreUnderTest.sqlite.open()
        let instance = try bench.instance()
        try bench.instance()
        let counted = [WorkflowCount(workflow: instance.workflow, status: .running, count: 2)]
        #expect(try bench.store.workflowCounts() == counted)
        try DatabaseQueue(path: bench.path).write { database in
            try database.execute(
                sql: "DROP TABLE workflow_count; DELETE FROM grdb_migrations WHERE identifier = '008_workflow_counts'"
            )
        }
        #expect(try StoreUnderTest.sqlite(bench.path).workflowCounts() == counted)
    }

    @Test("a file of before the hours of tasks gets a place for them, and keeps what it holds")
    func beforeTaskEndings() throws {
        let bench = try StoreUnderTest.sqlite.open()
        let instance = try bench.instance()
        try DatabaseQueue(path: bench.path).write { database in
            try database.execute(
                sql: "DROP TABLE task_ending; DELETE FROM grdb_migrations WHERE identifier = '021_task_endings'"
            )
        }
        let store = try StoreUnderTest.sqlite(bench.path)
        #expect(try store.instance(instance.id) == instance)
        #expect(try store.hours(HoursQuery(from: .init(milliseconds: 0), to: .distantFuture)).isEmpty)
    }

    @Test("a backup is a whole store, and never overwrites")
    func backup() throws {
        let bench = try StoreUnderTest.sqlite.open()
        let instance = try bench.instance()
        let copy = URL(filePath: bench.path).deletingLastPathComponent().appending(path: "copy.sqlite").path
        try bench.store.backup(to: copy)
        #expect(throws: StoreError.self) { try bench.store.backup(to: copy) }
        #expect(try StoreUnderTest.sqlite(copy).instance(instance.id) == instance)
    }

    @Test("a backup that is made while commits go on is as of one moment, and sound")
    func backupUnderLoad() throws {
        let bench = try StoreUnderTest.sqlite.open()
        let first = try bench.instance()
        let (store, stops) = (bench.store, Locked(false))
        let written = Promise<Int>()
        // One after the other, as fast as it goes: entries that belong together are of one commit.
        let loop = DispatchQueue(label: "load")
        let entries = (0..<3).map { _ in bench.entry(of: first) }
        loop.async {
            var count = 0
            while !stops.withLock({ $0 }) {
                var commit = Commit()
                commit.entries = entries
                let done = Promise<Bool>()
                store.submit(commit) { done.fulfil((try? $0.get()) != nil) }
                guard (try? done.wait()) == true else { break }
                count += 1
            }
            written.fulfil(count)
        }
        _ = try eventually { try store.entries(EntryQuery()).count > 30 ? true : nil }
        let copy = URL(filePath: bench.path).deletingLastPathComponent().appending(path: "copy.sqlite").path
        try store.backup(to: copy)
        let during = try store.entries(EntryQuery(newestFirst: true, limit: 1)).first?.sequence ?? 0
        stops.withLock { $0 = true }
        #expect(try written.wait() * 3 >= Int(during))
        let sound = try DatabaseQueue(path: copy).read { try String.fetchOne($0, sql: "PRAGMA integrity_check") }
        #expect(sound == "ok")
        let kept = try StoreUnderTest.sqlite(copy)
        #expect(try kept.instance(first.id) == first)
        let count = try kept.entries(EntryQuery(newestFirst: true, limit: 1)).first?.sequence ?? 0
        #expect(count >= 30 && count % 3 == 0, "whole commits: \(count)")
    }

    @Test("a state that is damaged is reported as such")
    func corrupt() throws {
        let bench = try StoreUnderTest.sqlite.open()
        let instance = try bench.instance()
        try DatabaseQueue(path: bench.path).write { try $0.execute(sql: "UPDATE instance SET state = x'ff00'") }
        #expect {
            try bench.store.instance(instance.id)
        } throws: { error in
            if case StoreError.corrupt? = error as? StoreError { true } else { false }
        }
    }
}
