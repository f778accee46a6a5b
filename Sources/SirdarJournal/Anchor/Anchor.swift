import Foundation

/// Keeps checkpoints where whoever changes the journal does not reach: that is what makes a rewrite show.
package protocol Anchor: Sendable {
    /// What people call it, and what the journal's page says: a file's path, an address.
    var name: String { get }
    /// Keeps a signed checkpoint; it is safe there when this returns.
    func keep(_ note: String) throws
    /// The checkpoint that was kept last; `nil` when there is none, or it cannot be asked.
    func latest() throws -> String?
}

/// Keeps checkpoints in a file to which lines are only ever added, one note after the other.
package struct FileAnchor: Anchor {
    package let path: String

    package init(path: String) { self.path = path }

    package var name: String { path }

    package struct Failure: Error, Sendable, Hashable, CustomStringConvertible {
        package let path: String
        package let reason: String

        package var description: String { "\(path): \(reason)" }
    }

    package func keep(_ note: String) throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw failure }
        defer { close(descriptor) }
        // One write: a note stands there whole or not at all.
        let bytes = Array(note.utf8)
        let count = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        guard count == bytes.count, fsync(descriptor) == 0 else { throw failure }
    }

    package func latest() throws -> String? { try notes().last }

    package func notes() throws -> [String] {
        guard FileManager.default.fileExists(atPath: path) else { return [] }
        guard let data = FileManager.default.contents(atPath: path) else { throw failure }
        return Self.notes(in: String(decoding: data, as: UTF8.self))
    }

    private var failure: Failure { Failure(path: path, reason: String(cString: strerror(errno))) }

    /// The notes that stand in a text one after the other: each ends with its signatures. What is cut at the end, by a
    /// power cut, is passed over.
    package static func notes(in text: String) -> [String] {
        var notes: [String] = []
        var note = ""
        var isSigned = false
        for line in text.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
            let signs = line.hasPrefix("\u{2014} ")
            if isSigned, !signs {
                notes.append(note)
                note = ""
            }
            isSigned = signs
            note += line + "\n"
        }
        return isSigned ? notes + [note] : notes
    }
}
