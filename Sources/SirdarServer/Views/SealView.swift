import JSON
import SirdarCore
import SirdarEngine
import SirdarJournal

extension Sealer.Status {
    /// The state in a word, for programs.
    var word: String {
        switch self {
        case .starting: "starting"
        case .sealed: "sealed"
        case .refused(let refusal): "refused: \(refusal.name)"
        case .failed: "failed"
        }
    }
}

/// How far the journal is sealed, in a sentence. It says no more than was checked: before each seal that the tree
/// continues what was signed and kept elsewhere, and that its last entry is still there. Every entry is read by
/// `Examination` only.
struct SealView: Sendable {
    let icon: String
    let colour: String
    let sentence: String

    init(_ sealer: Sealer, _ reading: Reading) throws {
        switch sealer.status {
        case .starting, .sealed(nil): (icon, colour, sentence) = ("○", "grey", "Nothing is sealed yet")
        case .failed: (icon, colour, sentence) = ("✗", "red", "The store did not take the last seal; it is tried again")
        case .refused(let refusal):
            (icon, colour, sentence) = ("✗", "red", "NOT SEALED ANY MORE. \(refusal)")
        case .sealed(let checkpoint?):
            let last = try reading.store.entries(EntryQuery(after: checkpoint.size - 1, limit: 1)).first
            var words = "Sealed up to \(Show.time(last?.entry.at ?? checkpoint.at)), entry \(checkpoint.size)"
            let kept = checkpoint.anchorings.map { "anchored at \(Show.time($0.at)) in \($0.anchor)" }
            words += kept.isEmpty ? ", not anchored outside the store" : ", " + kept.joined(separator: ", ")
            (icon, colour, sentence) = ("✓", kept.isEmpty ? "amber" : "green", words)
        }
    }
}

extension StoredCheckpoint {
    var json: JSON {
        let root = try? SignedNote(parsing: note).text.split(separator: "\n").last
        return [
            "size": .number(JSON.Number(Int(size))), "at": .string(at.description), "note": .string(note),
            "root": .string(root.map(String.init) ?? ""),
            "anchored": .array(anchorings.map { ["anchor": .string($0.anchor), "at": .string($0.at.description)] }),
        ]
    }
}
