import SirdarCore
package import SirdarJournal

/// A bundle, made piece by piece: what the journal is given out as, and what is verified when it is looked after.
package struct JournalExport: Sendable {
    package let extent: BundleExtent
    private let store: any Store
    private let key: NoteKey
    private var checkpoints: [StoredCheckpoint]
    private var next: Int64
    private var stage = Stage.head

    private enum Stage: Sendable { case head, entries, tail, done }

    private static let pageMax = 500

    /// Up to the newest checkpoint when that reaches `last`, else with the entries after it, for which nothing vouches.
    ///
    /// - Throws: `NothingSealed`, `NoSuchEntry`, `StoreError`.
    package init(_ store: any Store, key: NoteKey, first: Int64 = 1, last: Int64? = nil) throws {
        guard let newest = try store.checkpoints(CheckpointQuery(limit: 1)).first else { throw NothingSealed() }
        guard let end = try store.entries(EntryQuery(newestFirst: true, limit: 1)).first?.sequence else {
            throw NothingSealed()
        }
        guard let extent = BundleExtent(first: first, last: last ?? newest.size, size: newest.size),
            extent.last <= end, extent.first <= newest.size
        else { throw NoSuchEntry(last: min(end, newest.size)) }
        self.store = store
        self.key = key
        self.extent = extent
        next = first
        checkpoints = []
        try readCheckpoints(after: first - 1)
    }

    package struct NothingSealed: Error, Sendable {}

    package struct NoSuchEntry: Error, Sendable {
        /// The last entry that can be given out.
        package let last: Int64
    }

    private mutating func readCheckpoints(after size: Int64) throws {
        checkpoints = try store.checkpoints(CheckpointQuery(after: size, newestFirst: false, limit: 1000)).reversed()
    }

    /// The next bytes; `nil` at the end.
    package mutating func read() throws -> [UInt8]? {
        switch stage {
        case .head:
            stage = .entries
            return try Array(BundleWriter.head(key, extent, before: cover(extent.before)).utf8)
        case .entries: return try page()
        case .tail:
            stage = .done
            guard !extent.after.isEmpty, let note = try newest()?.note else { return [] }
            return try Array((BundleWriter.after(cover(extent.after)) + BundleWriter.checkpoint(note)).utf8)
        case .done: return nil
        }
    }

    private func newest() throws -> StoredCheckpoint? {
        try store.checkpoints(CheckpointQuery(after: extent.size + 1, limit: 1)).first { $0.size == extent.size }
    }

    private func cover(_ leaves: Range<Int64>) throws -> [TreeHash] {
        var tree = TileTree { try store.tile($0) }
        return try tree.cover(leaves)
    }

    private mutating func page() throws -> [UInt8] {
        let limit = Int(min(Int64(Self.pageMax), extent.last - next + 1))
        let page = try store.entries(EntryQuery(after: next - 1, limit: limit))
        var bytes: [UInt8] = []
        for stored in page {
            BundleWriter.write(stored.entry, to: &bytes)
            try addCheckpoint(at: stored.sequence, to: &bytes)
        }
        next += Int64(limit)
        if next > extent.last { stage = .tail }
        return bytes
    }

    private mutating func addCheckpoint(at sequence: Int64, to bytes: inout [UInt8]) throws {
        while let checkpoint = checkpoints.last, checkpoint.size <= sequence {
            // Checkpoints that were signed since the bundle was begun are not in it.
            if checkpoint.size == sequence, sequence <= extent.size {
                bytes += Array(BundleWriter.checkpoint(checkpoint.note).utf8)
            }
            checkpoints.removeLast()
            if checkpoints.isEmpty { try readCheckpoints(after: checkpoint.size) }
        }
    }
}

/// Proofs of single entries, and the whole journal verified where it is kept.
package struct JournalProofs: Sendable {
    private let store: any Store
    private let key: NoteKey

    package init(_ store: any Store, key: NoteKey) {
        self.store = store
        self.key = key
    }

    /// That an entry is in the tree of the newest checkpoint; `nil` when that does not reach it.
    package func proof(of sequence: Int64) throws -> EntryProof? {
        guard let newest = try store.checkpoints(CheckpointQuery(limit: 1)).first, sequence >= 1,
            sequence <= newest.size
        else { return nil }
        var tree = TileTree { try store.tile($0) }
        let path = try tree.inclusion(of: sequence - 1, in: newest.size)
        return EntryProof(sequence: sequence, path: path, checkpoint: newest.note)
    }

    /// Reads every entry, as somebody would who was given all of it in a bundle.
    ///
    /// - Throws: `BundleFault`, and what `JournalExport` throws.
    package func verifyAll(since notes: [String] = []) throws -> BundleVerdict {
        var export = try JournalExport(store, key: key)
        var verifier = try BundleVerifier(key: key, since: notes)
        while let bytes = try export.read() { try verifier.read(bytes) }
        return try verifier.verdict()
    }
}
