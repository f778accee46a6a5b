import Foundation
import SirdarEngine
import SirdarJournal

/// The key that signs the journal's checkpoints: a file for its owner's eyes, made once. It is no row, so that a copy
/// of the store cannot sign.
enum JournalKey {
    static func sealer(_ program: Program) throws -> Sealer {
        Sealer(
            engine: program.engine,
            signer: try signer(program.settings),
            anchors: [FileAnchor(path: program.settings.journalAnchor)],
            log: program.log
        )
    }

    /// The key that is there, or a new one.
    ///
    /// - Throws: `Readable`; `NoteKey.Malformed`; why the file cannot be read or made.
    static func signer(_ settings: Settings) throws -> NoteSigner {
        let path = settings.journalKey
        guard FileManager.default.fileExists(atPath: path) else {
            let signer = NoteSigner(name: "localhost/sirdar-\(Secret().digest.prefix(8))")
            try PrivateFile.write(Data((signer.text + "\n").utf8), to: path)
            return signer
        }
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        guard let mode = attributes[.posixPermissions] as? NSNumber, mode.intValue & 0o077 == 0 else {
            throw Readable(path: path)
        }
        return try NoteSigner(text: try String(contentsOfFile: path, encoding: .utf8))
    }

    /// Makes the key, and says what whoever audits needs.
    static func introduce(_ settings: Settings) throws -> String {
        "The journal is signed. Give its public key to whoever audits: \(try signer(settings).key.text)"
    }

    struct Readable: EndsWithCode, CustomStringConvertible {
        let path: String

        var ending: Ending { .configuration }
        var description: String { "Others can read \(path), which signs the journal: chmod 600 \(path)" }
    }
}
