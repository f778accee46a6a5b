import Foundation
import JSON
import SirdarCore
import SirdarJournal

/// How long whoever audits waits: a journal, exported, is verified from its file with the public key alone.
enum JournalCheck {
    private static let checkpointEvery = 1000

    static func measure(_ options: Options, _ folder: Scratch, _ report: Report) throws {
        let count = options.scale(1_000_000, quick: 50_000)
        let signer = NoteSigner(name: "sirdar.bench/journal")
        let path = "\(folder.path)/journal.sirdar"
        let bytes = try write(count, signer, to: path)
        var best = Double.infinity
        for _ in 0..<options.scale(3, quick: 1) {
            let watch = Stopwatch()
            let verdict = try BundleFile.verify(path, key: signer.key)
            best = min(best, watch.seconds)
            guard verdict.last == Int64(count) else { throw Wrong("the bundle was verified to \(verdict.last) only") }
        }
        try FileManager.default.removeItem(atPath: path)
        report.add("journal_entries_verified_per_second", Double(count) / best, limit: nil)
        report.add("journal_seconds_per_million_verified", best * 1_000_000 / Double(count), limit: nil)
        report.add("journal_bundle_bytes_per_entry", Double(bytes) / Double(count), limit: nil)
    }

    /// The bundle of a journal with a checkpoint each thousand entries, as a server's that is busy.
    private static func write(_ count: Int, _ signer: NoteSigner, to path: String) throws -> Int {
        guard let extent = BundleExtent(first: 1, last: Int64(count), size: Int64(count)),
            FileManager.default.createFile(atPath: path, contents: nil),
            let file = FileHandle(forWritingAtPath: path)
        else { throw Wrong("\(path) cannot be made") }
        defer { try? file.close() }
        var bytes = Array(BundleWriter.head(signer.key, extent, before: []).utf8)
        var (written, tree) = (0, CompactRange())
        for number in 1...count {
            let entry = entry(number)
            tree.append(.leaf(entry.canonical))
            BundleWriter.write(entry, to: &bytes)
            guard number % checkpointEvery == 0 || number == count else { continue }
            let checkpoint = Checkpoint(origin: signer.key.name, size: Int64(number), root: tree.root)
            bytes += Array(BundleWriter.checkpoint(try checkpoint.signed(by: signer)).utf8)
            try file.write(contentsOf: Data(bytes))
            written += bytes.count
            bytes.removeAll(keepingCapacity: true)
        }
        return written
    }

    /// As the engine writes one for a step, with a name and a reason beside it every third time.
    private static func entry(_ number: Int) -> SealedEntry {
        let at = Timestamp(milliseconds: 1_795_424_400_000 + Int64(number) * 10)
        var entry = Entry(
            at: at,
            actor: .init(id: "0193b0a2c4d5e6f7", kind: .person, session: "a1b2c3d4e5f6"),
            channel: .api,
            action: "task.claimed",
            object: .init(kind: "task", id: Identifier(milliseconds: at.milliseconds, counter: 0, node: 0)),
            fence: Int64(number),
            detail: ["before": "ready", "after": "claimed", "version": .number(JSON.Number(number)), "queue": "ops"]
        )
        if number % 3 == 0 { entry.confidential = ["name": "Ada", "reason": "the machine was moved"] }
        return entry.sealed(nonce: (0..<16).map { UInt8(truncatingIfNeeded: number &* 31 &+ $0) })
    }
}
