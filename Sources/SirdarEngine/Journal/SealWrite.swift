package import SirdarCore
package import SirdarJournal

/// What a seal writes: the tree's tiles as far as they changed, and the checkpoint over it.
package struct SealWrite: Sendable, Hashable {
    package let tiles: [Tile]
    package let checkpoint: StoredCheckpoint
    /// The size of the last checkpoint, 0 where there is none; another sealer may have been first.
    package let expecting: Int64

    package init(tiles: [Tile], checkpoint: StoredCheckpoint, expecting: Int64) {
        self.tiles = tiles
        self.checkpoint = checkpoint
        self.expecting = expecting
    }
}

/// A signed checkpoint, and where it was kept besides.
package struct StoredCheckpoint: Sendable, Hashable {
    package let size: Int64
    /// When it was signed.
    package let at: Timestamp
    package let note: String
    package let anchorings: [Anchoring]

    package init(size: Int64, at: Timestamp, note: String, anchorings: [Anchoring] = []) {
        self.size = size
        self.at = at
        self.note = note
        self.anchorings = anchorings
    }
}

/// That a checkpoint was kept outside the store.
package struct Anchoring: Sendable, Hashable {
    package let size: Int64
    package let anchor: String
    package let at: Timestamp

    package init(size: Int64, anchor: String, at: Timestamp) {
        self.size = size
        self.anchor = anchor
        self.at = at
    }
}

/// A page of checkpoints.
package struct CheckpointQuery: Sendable, Hashable {
    /// Only those of more entries than this; with `newestFirst`, of fewer.
    package var after: Int64?
    package var newestFirst: Bool
    package var limit: Int

    package init(after: Int64? = nil, newestFirst: Bool = true, limit: Int = 100) {
        self.after = after
        self.newestFirst = newestFirst
        self.limit = min(limit, 1000)
    }
}
