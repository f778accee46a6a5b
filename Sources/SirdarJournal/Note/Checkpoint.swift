/// How large the journal was and what its root was, to be signed: the text of C2SP's checkpoints.
package struct Checkpoint: Sendable, Hashable {
    /// The journal it is of: the signing key's name.
    package let origin: String
    /// How many entries it covers: those with the sequence numbers 1 to `size`.
    package let size: Int64
    package let root: TreeHash

    package init(origin: String, size: Int64, root: TreeHash) {
        self.origin = origin
        self.size = size
        self.root = root
    }

    package var text: String { "\(origin)\n\(size)\n\(root.base64)\n" }

    /// Reads the text of a note. A line more is refused: ours has none, and nobody could check what it says.
    package init?(text: String) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count == 4, lines[3].isEmpty, !lines[0].isEmpty, let size = Int64(lines[1]), size >= 0,
            String(size) == lines[1], let root = TreeHash(base64: lines[2])
        else { return nil }
        self.init(origin: String(lines[0]), size: size, root: root)
    }

    package enum Fault: Error, Sendable, Hashable {
        case malformed
        /// No signature of the trusted key.
        case notSigned
        case badSignature
        /// Signed by the trusted key, and of another journal than the key's.
        case otherOrigin(String)
    }

    /// The checkpoint of a note, once its signature is verified: what it says is to be believed only then.
    package init(verifying note: String, _ key: NoteKey) throws(Fault) {
        do throws(SignedNote.Fault) {
            let signed = try SignedNote(parsing: note)
            try signed.verify(key)
            guard let checkpoint = Checkpoint(text: signed.text) else { throw .malformed }
            self = checkpoint
        } catch {
            switch error {
            case .malformed: throw .malformed
            case .notSigned: throw .notSigned
            case .badSignature: throw .badSignature
            }
        }
        guard origin == key.name else { throw .otherOrigin(origin) }
    }

    package func signed(by signer: NoteSigner) throws -> String { try signer.sign(text).note }
}
