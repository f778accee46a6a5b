/// That one entry is in the journal, to be checked without the journal: the text of C2SP's proofs.
package struct EntryProof: Sendable, Hashable {
    /// The entry's sequence number.
    package let sequence: Int64
    package let path: [TreeHash]
    /// The signed checkpoint.
    package let checkpoint: String

    private static let header = "c2sp.org/tlog-proof@v1"
    private static let hashesMax = 63

    package init(sequence: Int64, path: [TreeHash], checkpoint: String) {
        self.sequence = sequence
        self.path = path
        self.checkpoint = checkpoint
    }

    package var text: String {
        // Proofs count from 0.
        let lines = [Self.header, "index \(sequence - 1)"] + path.map(\.base64)
        return lines.map { "\($0)\n" }.joined() + "\n" + checkpoint
    }

    package static func isProof(_ text: String) -> Bool { text.hasPrefix(header + "\n") }

    /// `nil` when the text does not have the form. What others may add to it, `extra`, is passed over: nothing vouches
    /// for it.
    package init?(text: String) {
        guard text.utf8.count <= SignedNote.bytesMax, let end = text.firstRange(of: "\n\n") else { return nil }
        var lines = text[..<end.lowerBound].split(separator: "\n", omittingEmptySubsequences: false)[...]
        guard lines.popFirst().map(String.init) == Self.header else { return nil }
        if lines.first?.hasPrefix("extra ") == true { lines.removeFirst() }
        guard let line = lines.popFirst(), line.hasPrefix("index "), let index = Int64(line.dropFirst(6)), index >= 0,
            index < Int64.max, String(index) == line.dropFirst(6), lines.count <= Self.hashesMax
        else { return nil }
        let path = lines.compactMap { TreeHash(base64: $0) }
        guard path.count == lines.count else { return nil }
        self.init(sequence: index + 1, path: path, checkpoint: String(text[end.upperBound...]))
    }

    package enum Fault: Error, Sendable, Hashable {
        case checkpoint(Checkpoint.Fault)
        /// The checkpoint does not reach to the entry.
        case notCovered(size: Int64)
        /// The entry is not what stands there in the journal.
        case notIncluded
    }

    /// - Returns: the checkpoint that covers the entry.
    @discardableResult
    package func verify(_ canonical: [UInt8], _ key: NoteKey) throws(Fault) -> Checkpoint {
        let covering: Checkpoint
        do throws(Checkpoint.Fault) { covering = try Checkpoint(verifying: checkpoint, key) } catch {
            throw .checkpoint(error)
        }
        guard sequence <= covering.size else { throw .notCovered(size: covering.size) }
        guard
            TreeProof.includes(
                .leaf(canonical),
                at: sequence - 1,
                of: covering.size,
                root: covering.root,
                path: path
            )
        else { throw .notIncluded }
        return covering
    }
}
