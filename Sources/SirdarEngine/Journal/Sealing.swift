import SirdarCore
import SirdarJournal

/// The ground on which the next checkpoint stands: the last one, checked against the tree and against what was kept
/// elsewhere.
struct Sealing {
    let last: StoredCheckpoint?
    private let store: any Store
    private let checkpoint: Checkpoint?
    private static let pageMax = 1000

    /// - Throws: `SealRefusal`, `StoreError`, and what an anchor says that cannot be read.
    init(_ store: any Store, _ key: NoteKey, _ anchors: [any Anchor]) throws {
        self.store = store
        last = try store.checkpoints(CheckpointQuery(limit: 1)).first
        do throws(Checkpoint.Fault) {
            checkpoint = try last.map { last throws(Checkpoint.Fault) in try Checkpoint(verifying: last.note, key) }
        } catch { throw SealRefusal.checkpoint(error) }
        if let checkpoint {
            guard checkpoint.size == last?.size else { throw SealRefusal.checkpoint(.malformed) }
            guard try root(of: checkpoint.size) == checkpoint.root else {
                throw SealRefusal.otherTree(size: checkpoint.size)
            }
        }
        for anchor in anchors { try compare(with: anchor, key) }
    }

    private func compare(with anchor: any Anchor, _ key: NoteKey) throws {
        guard let note = try anchor.latest() else { return }
        let kept: Checkpoint
        do throws(Checkpoint.Fault) { kept = try Checkpoint(verifying: note, key) } catch {
            throw SealRefusal.anchor(anchor.name, error)
        }
        let size = checkpoint?.size ?? 0
        guard kept.size <= size else { throw SealRefusal.rolledBack(anchor: anchor.name, had: kept.size, has: size) }
        guard try root(of: kept.size) == kept.root else {
            throw SealRefusal.rewritten(anchor: anchor.name, size: kept.size)
        }
    }

    private func root(of size: Int64) throws -> TreeHash {
        try whole { () throws in
            var tree = TileTree { try store.tile($0) }
            return try tree.root(of: size)
        }
    }

    private func whole<Answer>(_ body: () throws -> Answer) throws -> Answer {
        do { return try body() } catch is MissingTile { throw SealRefusal.missingTile }
    }

    /// The next checkpoint; `nil` when there is nothing new.
    func next(by signer: NoteSigner, at now: Timestamp, stepMax: Int64) throws -> (seal: SealWrite, isLast: Bool)? {
        let start = checkpoint?.size ?? 0
        try checkEnd(start)
        var growth = try whole { try TreeGrowth(size: start) { try store.tile($0) } }
        var isLast = false
        while !isLast, growth.size < start + stepMax {
            let page = try store.entries(EntryQuery(after: growth.size, limit: Self.pageMax))
            for stored in page {
                guard stored.sequence == growth.size + 1 else { throw SealRefusal.missingEntry(growth.size + 1) }
                growth.append(.leaf(stored.entry.canonical))
            }
            isLast = page.count < Self.pageMax
        }
        if growth.size == start { return nil }
        let next = try sign(growth, by: signer)
        let stored = StoredCheckpoint(size: growth.size, at: now, note: next)
        return (SealWrite(tiles: growth.tiles, checkpoint: stored, expecting: start), isLast)
    }

    /// The last entry that was sealed must still be there: a cut tail would otherwise be overgrown by new entries.
    private func checkEnd(_ size: Int64) throws {
        guard size > 0 else { return }
        let last = try store.entries(EntryQuery(after: size - 1, limit: 1)).first
        let leaf = try whole { () throws in
            var tree = TileTree { try store.tile($0) }
            return try tree.hash(TreePlace(level: 0, position: size - 1))
        }
        // Another entry under its number has overgrown a tail that was cut.
        guard let last, last.sequence == size, .leaf(last.entry.canonical) == leaf else {
            throw SealRefusal.missingEntry(size)
        }
    }

    /// Signs only what was shown to continue the last checkpoint.
    private func sign(_ growth: TreeGrowth, by signer: NoteSigner) throws -> String {
        let fresh = Dictionary(growth.tiles.map { ($0.place, $0) }, uniquingKeysWith: { _, latest in latest })
        var tree = TileTree { place in try fresh[place] ?? store.tile(place) }
        let (old, oldRoot) = (checkpoint?.size ?? 0, checkpoint?.root ?? .empty)
        let (path, root) = try whole {
            (try tree.consistency(from: old, to: growth.size), try tree.root(of: growth.size))
        }
        guard TreeProof.isConsistent(old, oldRoot, with: growth.size, root, path: path) else {
            throw SealRefusal.otherTree(size: old)
        }
        return try Checkpoint(origin: signer.key.name, size: growth.size, root: root).signed(by: signer)
    }
}
