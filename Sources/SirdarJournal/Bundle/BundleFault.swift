/// Why a bundle is not vouched for.
package enum BundleFault: Error, Sendable, Hashable {
    /// It is no bundle, or one of a later version.
    case notABundle
    /// A line does not have its form, or is not where it belongs; `line` counts from 1.
    case malformed(line: Int)
    /// It names another key than the one that is trusted.
    case otherKey
    /// A checkpoint of the bundle does not hold by itself.
    case checkpoint(Checkpoint.Fault, after: Int64)
    /// A checkpoint is of another number of entries than stand before it.
    case misplacedCheckpoint(size: Int64, after: Int64)
    /// The entries are not those that the checkpoint was made over.
    case otherEntries(size: Int64)
    /// What is told beside an entry, names and free text, is not what the entry commits to.
    case otherConfidential(Int64)
    /// The bundle ends before what its head promises.
    case cut(after: Int64)
    /// Nothing signed covers its entries.
    case noCheckpoint
    /// The checkpoint that was kept elsewhere does not hold by itself.
    case since(Checkpoint.Fault)
    /// A checkpoint that was kept elsewhere is of other entries: the journal was rewritten after it.
    case rewritten(size: Int64)
    /// A checkpoint that was kept elsewhere covers more than the bundle: entries were removed, or the bundle is older.
    case rolledBack(had: Int64, has: Int64)
    /// No checkpoint that was kept elsewhere is of a size that the bundle shows.
    case sinceOutside
}

extension BundleFault: CustomStringConvertible {
    /// The stable name, for programs.
    package var name: String {
        switch self {
        case .notABundle: "not-a-bundle"
        case .malformed: "malformed"
        case .otherKey: "other-key"
        case .checkpoint(.malformed, after: _): "checkpoint-malformed"
        case .checkpoint(.notSigned, after: _): "checkpoint-not-signed"
        case .checkpoint(.badSignature, after: _): "checkpoint-bad-signature"
        case .checkpoint(.otherOrigin, after: _): "checkpoint-other-origin"
        case .misplacedCheckpoint: "checkpoint-misplaced"
        case .otherEntries: "other-entries"
        case .otherConfidential: "other-confidential"
        case .cut: "cut"
        case .noCheckpoint: "no-checkpoint"
        case .since: "since-invalid"
        case .rewritten: "rewritten"
        case .rolledBack: "rolled-back"
        case .sinceOutside: "since-outside"
        }
    }

    package var description: String {
        switch self {
        case .notABundle: "This is no bundle that `sirdar journal export` has made."
        case .malformed(let line): "Line \(line) is not as it was written: something was changed, added or removed."
        case .otherKey: "The bundle was signed with another key than the one given."
        case .checkpoint(let fault, let entry): "The checkpoint after entry \(entry) \(fault.predicate)"
        case .misplacedCheckpoint(let size, let entry):
            "The checkpoint of \(size) entries stands after entry \(entry): entries were added or removed."
        case .otherEntries(let size):
            "The entries up to \(size) are not those that were signed: at least one was changed, moved or replaced."
        case .otherConfidential(let entry):
            "The names or the free text of entry \(entry) are not those that were recorded with it."
        case .cut(let entry): "The bundle ends after entry \(entry), before what its head promises."
        case .noCheckpoint: "No checkpoint covers these entries: nothing vouches for them."
        case .since(let fault): "The checkpoint given with --since \(fault.predicate)"
        case .rewritten(let size):
            "The journal was rewritten: its first \(size) entries are not those of the checkpoint that was kept."
        case .rolledBack(let had, let has):
            "A checkpoint that was kept covers \(had) entries, and this bundle's journal has \(has): entries were "
                + "removed since, or the bundle was made before that checkpoint."
        case .sinceOutside:
            "None of the checkpoints given with --since can be compared: export the bundle from entry 1 on."
        }
    }
}

extension Checkpoint.Fault {
    fileprivate var predicate: String {
        switch self {
        case .malformed: "cannot be read."
        case .notSigned: "is not signed with the key given."
        case .badSignature: "bears a signature that is not of this text: it was changed."
        case .otherOrigin(let origin): "is of another journal: \(origin)."
        }
    }
}

/// What a bundle that was verified vouches for.
package struct BundleVerdict: Sendable, Hashable {
    package let origin: String
    package let first: Int64
    /// The last entry that a signed checkpoint covers.
    package let last: Int64
    /// When that entry was written, as it says.
    package let lastAt: String
    package let checkpoints: Int
    /// Entries whose names and free text were erased.
    package let erased: Int
    /// Entries at the end for which nothing vouches yet.
    package let uncovered: Int64
    /// The largest of the checkpoints kept elsewhere that the bundle agrees with; `nil` when none was given.
    package let agreesWith: Int64?
}
