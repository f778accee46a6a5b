/// A text with signatures, in the form of C2SP's signed notes.
package struct SignedNote: Sendable, Hashable {
    /// Ends with a newline, which is signed too.
    package let text: String
    package let signatures: [Signature]

    package struct Signature: Sendable, Hashable {
        package let name: String
        package let id: UInt32
        package let bytes: [UInt8]
    }

    static let bytesMax = 64 << 10
    static let signaturesMax = 32
    private static let dash = "\u{2014} "

    package enum Fault: Error, Sendable, Hashable {
        /// It does not have the form of a signed note.
        case malformed
        /// Nothing in it was signed by a key that is trusted.
        case notSigned
        /// It bears the trusted key's name and number, and the signature is not of this text.
        case badSignature
    }

    init(text: String, signatures: [Signature]) {
        self.text = text
        self.signatures = signatures
    }

    package init(parsing note: String) throws(Fault) {
        guard note.utf8.count <= Self.bytesMax, note.utf8.last == 0x0A,
            note.utf8.allSatisfy({ $0 >= 0x20 || $0 == 0x0A })
        else { throw .malformed }
        // Texts may hold empty lines; the last one ends them.
        var lines = note.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
        var signatures: [Signature] = []
        while let line = lines.popLast(), !line.isEmpty {
            guard signatures.count < Self.signaturesMax, let signature = Signature(line) else { throw .malformed }
            signatures.append(signature)
        }
        guard !signatures.isEmpty, !lines.isEmpty else { throw .malformed }
        text = lines.map { $0 + "\n" }.joined()
        self.signatures = signatures.reversed()
    }

    package var note: String {
        let lines = signatures.map { "\(Self.dash)\($0.name) \(Base64.encode($0.idBytes + $0.bytes))\n" }
        return "\(text)\n\(lines.joined())"
    }

    /// Signatures of others are passed over: a witness's beside ours is welcome.
    package func verify(_ key: NoteKey) throws(Fault) {
        let own = signatures.filter { $0.name == key.name && $0.id == key.id }
        guard !own.isEmpty else { throw .notSigned }
        guard own.allSatisfy({ key.isValid($0.bytes, for: text) }) else { throw .badSignature }
    }
}

extension SignedNote.Signature {
    fileprivate init?(_ line: Substring) {
        guard line.hasPrefix("\u{2014} ") else { return nil }
        let parts = line.dropFirst(2).split(separator: " ", omittingEmptySubsequences: false)
        guard parts.count == 2, NoteKey.isName(String(parts[0])), let bytes = Base64.decode(parts[1]), bytes.count > 4
        else { return nil }
        name = String(parts[0])
        id = bytes.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
        self.bytes = Array(bytes.dropFirst(4))
    }

    fileprivate var idBytes: [UInt8] { withUnsafeBytes(of: id.bigEndian) { Array($0) } }
}
