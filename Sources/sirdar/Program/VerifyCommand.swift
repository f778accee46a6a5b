import ArgumentParser
import Foundation
import SirdarJournal

/// `sirdar journal verify BUNDLE`: needs no server and no database.
struct VerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Verify a bundle that was exported. It needs no server and no database.",
        discussion: "It says up to which entry and which time the checkpoints vouch, or why they do not."
    )

    @Argument(help: "The bundle.", completion: .file()) var bundle: String
    @Option(help: "The public key, or a file that holds it.") var key: String
    @Option(
        help: "A file with checkpoints that were kept elsewhere, with which the bundle must agree.",
        completion: .file()
    )
    var since: String?

    func run() throws {
        let text = FileManager.default.contents(atPath: key).map { String(decoding: $0, as: UTF8.self) } ?? key
        let notes = try since.map(kept) ?? []
        let trusted: NoteKey
        do { trusted = try NoteKey(text: text) } catch { throw ValidationError("--key: \(error)") }
        let verdict = try BundleFile.verify(bundle, key: trusted, since: notes)
        print("Vouched for: entries \(verdict.first) to \(verdict.last) of \(verdict.origin), up to \(verdict.lastAt).")
        print("\(verdict.checkpoints) checkpoints; the names and free text of \(verdict.erased) entries were left out.")
        if let size = verdict.agreesWith { print("It agrees with the checkpoint of \(size) entries that was kept.") }
        if verdict.uncovered > 0 { print("Nothing vouches yet for the \(verdict.uncovered) entries after that.") }
    }

    private func kept(_ path: String) throws -> [String] {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw ValidationError("\(path) cannot be read.")
        }
        let notes = FileAnchor.notes(in: String(decoding: data, as: UTF8.self))
        guard !notes.isEmpty else { throw ValidationError("\(path) holds no checkpoint.") }
        return notes
    }
}
