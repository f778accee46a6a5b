import Crypto
import Foundation
package import SirdarCore
import SirdarJournal

/// Keeps the bytes of attachments beside the store, in files named by their digest: one copy of what is equal, never
/// changed.
///
/// What comes in lies apart, durable, until the commit that tells of it is; then it takes its place. Whatever ends the
/// program between the two leaves a file there that the next start puts in place or removes.
package final class AttachmentFiles: Sendable {
    private let folder: String
    private var incoming: String { "\(folder)/incoming" }

    /// Bytes that have come in, and of which no commit tells yet.
    package struct Incoming: Sendable, Hashable {
        let path: String
        package let digest: ContentHash
        package let bytes: Int
    }

    package enum Trouble: Error, Sendable, Hashable {
        /// The file is not there, or is not what it was.
        case damaged(ContentHash)
    }

    /// `folder`: is made where it is missing.
    package init(folder: String) throws {
        self.folder = folder
        try FileManager.default.createDirectory(
            atPath: "\(folder)/incoming",
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
    }

    /// Writes what came in, durably.
    package func receive(_ bytes: [UInt8]) throws -> Incoming {
        let digest = ContentHash(hex: SHA256.hash(data: bytes).hexadecimal)
        let path = "\(incoming)/\(digest.hex).\(UUID().uuidString)"
        let mode: [FileAttributeKey: Any] = [.posixPermissions: 0o600]
        guard FileManager.default.createFile(atPath: path, contents: nil, attributes: mode) else {
            throw CocoaError(.fileWriteUnknown, userInfo: [NSFilePathErrorKey: path])
        }
        do {
            let file = try FileHandle(forWritingTo: URL(filePath: path))
            try file.write(contentsOf: Data(bytes))
            try file.synchronize()
            try file.close()
            try Self.sync(folder: incoming)
        } catch {
            unlink(path)
            throw error
        }
        return Incoming(path: path, digest: digest, bytes: bytes.count)
    }

    /// A commit tells of it: it takes its place, where the same bytes may be already.
    package func keep(_ received: Incoming) throws {
        let path = place(of: received.digest)
        let parent = (path as NSString).deletingLastPathComponent
        try FileManager.default.createDirectory(
            atPath: parent,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
        guard rename(received.path, path) == 0 else {
            throw CocoaError(.fileWriteUnknown, userInfo: [NSFilePathErrorKey: path])
        }
        try Self.sync(folder: parent)
        try Self.sync(folder: folder)
    }

    /// No commit will tell of it.
    package func discard(_ received: Incoming) { unlink(received.path) }

    /// The bytes, held against their digest.
    package func read(_ digest: ContentHash) throws -> [UInt8] {
        guard let data = FileManager.default.contents(atPath: try found(digest)) else { throw Trouble.damaged(digest) }
        let bytes = Array(data)
        guard SHA256.hash(data: bytes).hexadecimal == digest.hex else {
            throw Trouble.damaged(digest)
        }
        return bytes
    }

    /// After a start: what came in and is told of takes its place, and what is not told of is removed.
    ///
    /// - Returns: how many were removed.
    package func tidy(_ records: any RecordReader) throws -> Int {
        var removed = 0
        for name in try FileManager.default.contentsOfDirectory(atPath: incoming).sorted() {
            let digest = ContentHash(hex: String(name.prefix(64)))
            let received = Incoming(path: "\(incoming)/\(name)", digest: digest, bytes: 0)
            if try StoredAttachment.exists(digest, records) {
                try keep(received)
            } else {
                discard(received)
                removed += 1
            }
        }
        return removed
    }

    /// What is told of and has not taken its place yet is read where it came in.
    private func found(_ digest: ContentHash) throws -> String {
        let path = place(of: digest)
        if FileManager.default.fileExists(atPath: path) { return path }
        let names = try FileManager.default.contentsOfDirectory(atPath: incoming)
        guard let name = names.first(where: { $0.hasPrefix(digest.hex) }) else { throw Trouble.damaged(digest) }
        return "\(incoming)/\(name)"
    }

    private func place(of digest: ContentHash) -> String { "\(folder)/\(digest.hex.prefix(2))/\(digest.hex)" }

    /// That a name is in a folder is durable only when the folder is.
    private static func sync(folder: String) throws {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        defer { if descriptor >= 0 { close(descriptor) } }
        guard descriptor >= 0, fsync(descriptor) == 0 else {
            throw CocoaError(.fileWriteUnknown, userInfo: [NSFilePathErrorKey: folder])
        }
    }
}
