import Crypto
import Foundation

/// The key that signs checkpoints, with its name, which is the journal's origin.
///
/// Its text is the form that signed notes' tools share: `PRIVATE+KEY+name+id+base64`.
package struct NoteSigner: Sendable {
    package let key: NoteKey
    private let secret: Curve25519.Signing.PrivateKey

    private static let prefix = "PRIVATE+KEY+"

    /// A new key. `name`: without spaces and `+`.
    package init(name: String) {
        precondition(NoteKey.isName(name), "a key's name has neither spaces nor +")
        self.init(name: name, secret: Curve25519.Signing.PrivateKey())
    }

    private init(name: String, secret: Curve25519.Signing.PrivateKey) {
        self.secret = secret
        key = NoteKey(name: name, key: secret.publicKey)
    }

    /// - Throws: `NoteKey.Malformed`; its sentence holds nothing of the text, which is secret.
    package init(text: String) throws {
        let text = text.trimmingCharacters(in: .whitespacesAndNewlines)
        guard text.hasPrefix(Self.prefix) else { throw NoteKey.Malformed(what: "no signing key") }
        let parts = text.dropFirst(Self.prefix.count).split(separator: "+", maxSplits: 2)
        guard parts.count == 3, let bytes = Base64.decode(parts[2]), bytes.first == NoteKey.ed25519,
            let secret = try? Curve25519.Signing.PrivateKey(rawRepresentation: bytes.dropFirst())
        else { throw NoteKey.Malformed(what: "a signing key that is cut or changed") }
        self.init(name: String(parts[0]), secret: secret)
        guard key.idText == parts[1] else { throw NoteKey.Malformed(what: "a signing key whose number does not fit") }
    }

    package var text: String {
        "\(Self.prefix)\(key.name)+\(key.idText)+\(Base64.encode([NoteKey.ed25519] + secret.rawRepresentation))"
    }

    /// Signs a text that ends with a newline.
    ///
    /// - Throws: what the library says; Ed25519 fails only where no random numbers are to be had.
    package func sign(_ text: String) throws -> SignedNote {
        let signature = try secret.signature(for: Data(text.utf8))
        return SignedNote(text: text, signatures: [.init(name: key.name, id: key.id, bytes: Array(signature))])
    }
}

/// The public half of a signer's key, by which others verify: `name+id+base64`.
package struct NoteKey: Sendable, Hashable {
    package let name: String
    /// The first four bytes of a hash over name and key: it finds the key, and proves nothing.
    package let id: UInt32
    private let bytes: [UInt8]

    static let ed25519: UInt8 = 1

    package struct Malformed: Error, Sendable, Hashable, CustomStringConvertible {
        package let what: String

        package var description: String { "This is \(what). A key is one line: name+number+base64." }
    }

    init(name: String, key: Curve25519.Signing.PublicKey) {
        self.name = name
        bytes = Array(key.rawRepresentation)
        id = Self.id(name, bytes)
    }

    package init(text: String) throws(Malformed) {
        let parts = text.trimmingCharacters(in: .whitespacesAndNewlines).split(separator: "+", maxSplits: 2)
        guard parts.count == 3, Self.isName(String(parts[0])) else { throw Malformed(what: "no key") }
        guard let bytes = Base64.decode(parts[2]), bytes.count == 33, bytes.first == Self.ed25519 else {
            throw Malformed(what: "no Ed25519 key")
        }
        name = String(parts[0])
        self.bytes = Array(bytes.dropFirst())
        id = Self.id(name, self.bytes)
        guard idText == parts[1] else { throw Malformed(what: "a key whose number does not fit") }
    }

    package var text: String { "\(name)+\(idText)+\(Base64.encode([Self.ed25519] + bytes))" }

    var idText: String { withUnsafeBytes(of: id.bigEndian) { $0.hexadecimal } }

    func isValid(_ signature: [UInt8], for text: String) -> Bool {
        guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: bytes) else { return false }
        return key.isValidSignature(signature, for: Data(text.utf8))
    }

    static func isName(_ name: String) -> Bool {
        !name.isEmpty && name.unicodeScalars.allSatisfy { !$0.properties.isWhitespace && $0 != "+" && $0.value >= 0x20 }
    }

    private static func id(_ name: String, _ key: [UInt8]) -> UInt32 {
        SHA256.hash(data: Array(name.utf8) + [0x0A, ed25519] + key).prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
    }
}
