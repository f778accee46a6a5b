package import SirdarJournal

/// Why no checkpoint is signed: what is there is not what was signed before. It is never overcome by trying again:
/// somebody has to look.
package enum SealRefusal: Error, Sendable, Hashable {
    /// The last checkpoint does not hold: it was changed, or signed with another key than ours.
    case checkpoint(Checkpoint.Fault)
    /// The tree that is kept is not the one that the last checkpoint was signed over.
    case otherTree(size: Int64)
    /// A part of the tree is missing.
    case missingTile
    /// The journal has no entry of this number, although it has later ones, or the last checkpoint covers it.
    case missingEntry(Int64)
    /// What was kept elsewhere covers more entries than there are: the store is older than that.
    case rolledBack(anchor: String, had: Int64, has: Int64)
    /// What was kept elsewhere is of other entries.
    case rewritten(anchor: String, size: Int64)
    /// What was kept elsewhere does not hold by itself.
    case anchor(String, Checkpoint.Fault)
}

extension SealRefusal: CustomStringConvertible {
    /// The stable name, for programs.
    package var name: String {
        switch self {
        case .checkpoint(.malformed): "checkpoint-malformed"
        case .checkpoint(.notSigned): "checkpoint-of-other-key"
        case .checkpoint(.badSignature): "checkpoint-changed"
        case .checkpoint(.otherOrigin): "checkpoint-of-other-journal"
        case .otherTree: "tree-changed"
        case .missingTile: "tree-cut"
        case .missingEntry: "entries-missing"
        case .rolledBack: "rolled-back"
        case .rewritten: "rewritten"
        case .anchor: "anchor-invalid"
        }
    }

    package var description: String {
        switch self {
        case .checkpoint(.notSigned):
            "The journal's last checkpoint was not signed with the key that is configured. Put the old key back."
        case .checkpoint: "The journal's last checkpoint was changed in the store."
        case .otherTree(let size): "The tree over the journal's first \(size) entries is not the one that was signed."
        case .missingTile: "A part of the tree over the journal is missing in the store."
        case .missingEntry(let sequence): "The journal's entry \(sequence) is missing in the store."
        case .rolledBack(let anchor, let had, let has):
            "\(anchor) holds a checkpoint of \(had) entries, and the store has one of \(has): the store is older, "
                + "or entries were removed. If it was restored on purpose, move that file away and keep it."
        case .rewritten(let anchor, let size):
            "\(anchor) holds a checkpoint of \(size) entries that are not the store's: the journal was rewritten."
        case .anchor(let anchor, _): "The last checkpoint in \(anchor) was changed, or is of another key."
        }
    }
}
