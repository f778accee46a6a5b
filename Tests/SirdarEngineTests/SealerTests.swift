import Foundation
import JSON
import Logging
import SirdarCore
import SirdarEngine
import SirdarJournal
import SirdarTestKit
import Testing

@Suite("The sealer signs what continues what was signed before, and nothing else")
struct SealerTests {
    @Test("entries are sealed each minute, and what is sealed verifies from the first to the last")
    func everyMinute() throws {
        let bench = try SealBench()
        // Before it begins: its first look must find all three, however slow the machine is.
        try bench.note(3)
        bench.sealer.run()
        #expect(try bench.seal().size == 3)
        try bench.note(2)
        bench.clock.advance(by: .minutes(1))
        _ = try eventually { try bench.store.checkpoints(CheckpointQuery()).first?.size == 5 ? true : nil }
        let verdict = try bench.proofs.verifyAll()
        #expect(verdict.last == 5 && verdict.checkpoints == 2 && verdict.uncovered == 0)
        #expect(try bench.seal().size == 5)
        #expect(try bench.store.checkpoints(CheckpointQuery()).count == 2, "nothing new is not signed again")
    }

    @Test("a thousand entries are sealed without a minute's having passed, and every entry is proved")
    func manyEntries() throws {
        let bench = try SealBench()
        bench.sealer.run()
        try bench.note(1300)
        _ = try eventually {
            try bench.store.checkpoints(CheckpointQuery()).first.map { $0.size >= 1000 } == true ? 1 : nil
        }
        #expect(try bench.seal().size == 1300)
        for sequence: Int64 in [1, 255, 256, 257, 999, 1300] {
            let proof = try #require(try bench.proofs.proof(of: sequence))
            let stored = try bench.store.entries(EntryQuery(after: sequence - 1, limit: 1))
            let canonical = try #require(stored.first?.entry.canonical)
            #expect(try proof.verify(canonical, bench.signer.key).size == 1300)
        }
        #expect(try bench.proofs.proof(of: 1301) == nil && bench.proofs.proof(of: 0) == nil)
    }

    @Test("after a restart it goes on where it was, on the tiles that were kept")
    func restart() throws {
        let bench = try SealBench()
        try bench.note(300)
        #expect(try bench.seal().size == 300)
        try bench.reopen()
        try bench.note(300)
        bench.sealer.stop()
        let verdict = try bench.proofs.verifyAll(since: try bench.anchor.notes())
        #expect(verdict.last == 600 && verdict.checkpoints == 2 && verdict.agreesWith == 600)
    }

    @Test("a store from before there were seals is brought up to date, and all of its journal is sealed")
    func olderSchema() throws {
        let bench = try SealBench()
        try bench.note(300)
        try bench.execute(
            """
            DROP TABLE anchoring; DROP TABLE checkpoint; DROP TABLE tile; DROP TABLE task_ending;
            DELETE FROM grdb_migrations WHERE identifier >= '009_seals'
            """
        )
        try bench.reopen()
        #expect(try bench.seal().size == 300)
        try bench.note(1)
        #expect(try bench.seal().size == 301)
        let verdict = try bench.proofs.verifyAll(since: try bench.anchor.notes())
        #expect(verdict.first == 1 && verdict.last == 301 && verdict.agreesWith == 301)
    }

    @Test("each checkpoint is anchored once, and that is noted")
    func anchoring() throws {
        let bench = try SealBench()
        try bench.note(2)
        let first = try bench.seal()
        #expect(first.anchorings.map(\.anchor) == [bench.anchor.path])
        #expect(try bench.seal() == first)
        try bench.note(1)
        _ = try bench.seal()
        let stored = try bench.store.checkpoints(CheckpointQuery(newestFirst: false))
        #expect(try bench.anchor.notes() == stored.map(\.note))
        #expect(stored.allSatisfy { $0.anchorings.count == 1 })
    }

    @Test("an anchor that cannot be written to holds nothing up, and gets the next checkpoint")
    func anchorAway() throws {
        let bench = try SealBench()
        let folder = URL(filePath: bench.anchor.path).deletingLastPathComponent()
        try bench.note(1)
        try FileManager.default.createDirectory(at: folder.appending(path: "away"), withIntermediateDirectories: true)
        try bench.reopen(anchor: folder.appending(path: "away/none/anchor").path)
        #expect(try bench.seal().anchorings.isEmpty)
        let none = folder.appending(path: "away/none")
        try FileManager.default.createDirectory(at: none, withIntermediateDirectories: true)
        #expect(try bench.seal().anchorings.count == 1)
    }

    @Test(
        "whatever was changed behind its back, it refuses to sign, says so once, and keeps an entry of it",
        arguments: Tampering.allCases
    )
    func refusals(_ tampering: Tampering) throws {
        let bench = try SealBench()
        try bench.note(20)
        _ = try bench.seal()
        try bench.note(20)
        _ = try bench.seal()
        try bench.tamper(tampering)
        try bench.note(1)
        #expect(try bench.refusal()?.name == tampering.name)
        #expect(try bench.refusal()?.name == tampering.name)
        #expect(try bench.store.checkpoints(CheckpointQuery()).allSatisfy { $0.size <= 40 })
        let told = try eventually {
            let entries = try bench.store.entries(EntryQuery(newestFirst: true, limit: 5))
            let found = entries.filter {
                CanonicalMember.text("action", in: $0.entry.canonical) == "journal.sealRefused"
            }
            return found.isEmpty ? nil : found
        }
        #expect(told.count == 1)
        #expect(CanonicalMember.text("refusal", in: told[0].entry.canonical) == tampering.name)
    }

    @Test("an entry that was changed in the store is found when the journal is read")
    func changedEntry() throws {
        let bench = try SealBench()
        try bench.note(20)
        _ = try bench.seal()
        try bench.execute(
            "UPDATE entry SET canonical = CAST(replace(canonical, 'noted', 'quiet') AS BLOB) WHERE sequence = 7"
        )
        #expect(throws: BundleFault.otherEntries(size: 20)) { try bench.proofs.verifyAll() }
    }

    @Test("two sealers of one store do not both sign")
    func twoSealers() throws {
        let bench = try SealBench()
        try bench.note(5)
        let checkpoint = StoredCheckpoint(size: 5, at: bench.clock.now(), note: "x")
        _ = try bench.seal()
        var commit = Commit()
        commit.seal = SealWrite(tiles: [], checkpoint: checkpoint, expecting: 0)
        #expect(throws: StoreError.conflict) {
            try answer { then in bench.store.submit(commit) { then($0.mapError { $0 }) } }
        }
    }
}

enum Tampering: CaseIterable {
    case tile, tileGone, note, noteGone, checkpointsGone, entryGone, anchorAhead, anchorOther, anchorChanged, otherKey

    var name: String {
        switch self {
        case .tile: "tree-changed"
        case .tileGone: "tree-cut"
        case .note: "checkpoint-changed"
        case .noteGone, .checkpointsGone, .anchorAhead: "rolled-back"
        case .entryGone: "entries-missing"
        case .anchorOther: "rewritten"
        case .anchorChanged: "anchor-invalid"
        case .otherKey: "checkpoint-of-other-key"
        }
    }
}

/// A store with a sealer, an anchor, and somebody who gets at the files.
private final class SealBench {
    let clock = ManualClock()
    let bench: EngineBench
    let folder: URL
    private(set) var signer = NoteSigner(name: "sirdar.test/journal")
    private(set) var anchor: FileAnchor
    private(set) var sealer: Sealer

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "sirdar-seal-\(UUID().uuidString)")
        bench = try EngineBench(in: folder, clock: clock)
        anchor = FileAnchor(path: folder.appending(path: "checkpoints.txt").path)
        sealer = Self.sealer(bench.engine, signer, anchor)
    }

    private static func sealer(_ engine: Engine, _ signer: NoteSigner, _ anchor: FileAnchor) -> Sealer {
        let log = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        return Sealer(engine: engine, signer: signer, anchors: [anchor], log: log)
    }

    var store: any Store { bench.store }
    var proofs: JournalProofs { JournalProofs(store, key: signer.key) }

    func reopen(anchor path: String? = nil) throws {
        if let path { anchor = FileAnchor(path: path) }
        try bench.restart()
        sealer = Self.sealer(bench.engine, signer, anchor)
    }

    func note(_ count: Int) throws {
        for number in 0..<count {
            let entry = Entry(
                at: clock.now(),
                actor: .system("test"),
                channel: .setup,
                action: "test.noted",
                object: .init(kind: "test", id: bench.engine.identifiers.next()),
                detail: ["number": .number(JSON.Number(number))],
                confidential: ["name": "Ada"]
            )
            let engine = bench.engine
            let _: Void = try answer { then in engine.write([], entry: entry, then: then) }
        }
    }

    private func status() throws -> Sealer.Status {
        let promise = Promise<Sealer.Status>()
        sealer.seal { promise.fulfil($0) }
        return try promise.wait()
    }

    func seal() throws -> StoredCheckpoint {
        guard case .sealed(let checkpoint?) = try status() else { throw NeverCame() }
        return checkpoint
    }

    func refusal() throws -> SealRefusal? {
        guard case .refused(let refusal) = try status() else { return nil }
        return refusal
    }

    func execute(_ sql: String) throws {
        try changeBehindTheStore(bench.folder.appending(path: "sirdar.sqlite").path, sql)
    }

    func tamper(_ tampering: Tampering) throws {
        switch tampering {
        case .tile: try execute("UPDATE tile SET hashes = zeroblob(length(hashes)) WHERE level = 0")
        case .tileGone: try execute("DELETE FROM tile")
        case .note: try execute("UPDATE checkpoint SET note = replace(note, char(10) || '40', char(10) || '41')")
        case .noteGone: try execute("DELETE FROM anchoring WHERE size = 40; DELETE FROM checkpoint WHERE size = 40")
        case .checkpointsGone: try execute("DELETE FROM anchoring; DELETE FROM checkpoint; DELETE FROM tile")
        case .entryGone: try execute("DELETE FROM entry WHERE sequence >= 39")
        case .anchorAhead: try keep(size: 41)
        case .anchorOther: try keep(size: 30)
        case .anchorChanged:
            let text = try String(contentsOfFile: anchor.path, encoding: .utf8)
            try text.replacing("\n40\n", with: "\n39\n").write(toFile: anchor.path, atomically: true, encoding: .utf8)
        case .otherKey:
            signer = NoteSigner(name: "sirdar.test/journal")
            try reopen()
        }
    }

    private func keep(size: Int64) throws {
        try anchor.keep(Checkpoint(origin: signer.key.name, size: size, root: .leaf([1])).signed(by: signer))
    }
}
