import ArgumentParser
import Foundation
import JSON
import SirdarCore
import SirdarEngine
import SirdarJournal
import SirdarSQLite

/// `sirdar restore FILE`: goes back to a backup; what was there is kept beside it.
struct RestoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Put a backup in the store's place. The server must be stopped; the old store is kept beside it.",
        discussion: """
            The journal then goes on from the backup's last entry, with an entry that says so. The checkpoints that \
            were kept are moved aside, for they are of more entries than there are: keep them, they show what was gone \
            back on.
            """
    )

    @Argument(help: "A file that `sirdar backup` made.") var file: String
    @OptionGroup var folders: FolderOptions

    func run() throws {
        let settings = try folders.resolve()
        let data = try DataDirectory(settings.data)
        defer { withExtendedLifetime(data) {} }
        let path = "\(settings.data)/sirdar.sqlite"
        let incoming = "\(path).incoming"
        let files = FileManager.default
        for ending in Self.endings { try? files.removeItem(atPath: incoming + ending) }
        try files.copyItem(atPath: file, toPath: incoming)
        let stamp = SystemClock().now().description.filter { $0.isNumber }
        let aside = Self.aside(settings.journalAnchor, stamp)
        let anchor = FileAnchor(path: settings.journalAnchor)
        let hasAnchor = files.fileExists(atPath: anchor.path)
        // It is opened before it is trusted: a file that is no store, or a newer one's, changes nothing.
        try Self.note(
            in: try SQLiteStore(path: incoming, log: settings.logger("sirdar")),
            checkpoint: try anchor.latest(),
            aside: hasAnchor ? aside : nil
        )
        for ending in Self.endings where files.fileExists(atPath: path + ending) {
            try files.moveItem(atPath: path + ending, toPath: "\(settings.data)/before-\(stamp).sqlite\(ending)")
        }
        for ending in Self.endings where files.fileExists(atPath: incoming + ending) {
            try files.moveItem(atPath: incoming + ending, toPath: path + ending)
        }
        if hasAnchor { try files.moveItem(atPath: anchor.path, toPath: aside) }
        print("The store is as it was in \(file). What was there is kept as \(settings.data)/before-\(stamp).sqlite")
        if hasAnchor { print("The journal's checkpoints up to now are kept as \(aside)") }
    }

    private static let endings = ["", "-wal", "-shm"]

    /// `journal-checkpoints.before-20261123….txt`.
    private static func aside(_ path: String, _ stamp: String) -> String {
        let url = URL(filePath: path)
        let name = url.deletingPathExtension().lastPathComponent
        let ending = url.pathExtension.isEmpty ? "" : ".\(url.pathExtension)"
        return url.deletingLastPathComponent().appending(path: "\(name).before-\(stamp)\(ending)").path
    }

    /// That the journal was gone back on is in the journal that goes on, with the checkpoint that it had come to.
    private static func note(in store: any Store, checkpoint: String?, aside: String?) throws {
        let clock = SystemClock()
        let last = try store.entries(EntryQuery(newestFirst: true, limit: 1)).first?.sequence ?? 0
        var detail: JSON.Object = ["entries": .number(JSON.Number(Int(last)))]
        detail["checkpoint"] = checkpoint.map(JSON.string)
        detail["checkpoints_aside"] = aside.map(JSON.string)
        let entry = Entry(
            at: clock.now(),
            actor: .system("setup"),
            channel: .setup,
            action: "store.restored",
            object: .init(kind: "journal", id: IdentifierSource(clock: clock).next()),
            detail: .object(detail)
        )
        var commit = Commit()
        commit.entries = [entry.sealed(nonce: Nonce.next())]
        let (done, outcome) = (DispatchSemaphore(value: 0), Locked(Result<Void, any Error>.success(())))
        store.submit(commit) { result in
            if case .failure(let error) = result { outcome.withLock { $0 = .failure(error) } }
            done.signal()
        }
        done.wait()
        try outcome.withLock { $0 }.get()
    }
}
