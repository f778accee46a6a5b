import Foundation
import SirdarEngine
import SirdarJournal

/// The key that signs the journal's checkpoints: a file for its owner's eyes, made once. It is no row, so that a copy
/// of the store cannot sign.
enum JournalKey {
    private static let file = "journal.key"
    /// Checkpoints are added to it. Copies of it on another machine are what shows a rewrite.
    private static let anchor = "journal-checkpoints.txt"

    static func sealer(_ program: Program) throws -> Sealer {
        let data = program.settings.data
        return Sealer(
            engine: program.engine,
            signer: try signer(in: data),
            anchors: [FileAnchor(path: "\(data)/\(anchor)")],
            log: program.log
        )
    }

    private static func signer(in data: String) throws -> NoteSigner {
        let path = "\(data)/\(file)"
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

    struct Readable: Error, CustomStringConvertible {
        let path: String

        var description: String { "Others can read \(path), which signs the journal: chmod 600 \(path)" }
    }
}
