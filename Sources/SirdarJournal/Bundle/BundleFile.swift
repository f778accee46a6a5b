import Foundation

/// A bundle on the disk, read a piece at a time: a million entries need no more memory than one.
package enum BundleFile {
    private static let pieceBytes = 1 << 20

    package struct Unreadable: Error, Sendable, Hashable, CustomStringConvertible {
        package let path: String
        package let reason: String

        package var description: String { "\(path) cannot be read: \(reason)." }
    }

    /// - Throws: `BundleFault`; `Unreadable`.
    package static func verify(_ path: String, key: NoteKey, since notes: [String] = []) throws -> BundleVerdict {
        var verifier = try BundleVerifier(key: key, since: notes)
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Unreadable(path: path, reason: String(cString: strerror(errno))) }
        defer { close(descriptor) }
        var piece = [UInt8](repeating: 0, count: pieceBytes)
        while true {
            let count = piece.withUnsafeMutableBytes { Foundation.read(descriptor, $0.baseAddress, $0.count) }
            guard count >= 0 else { throw Unreadable(path: path, reason: String(cString: strerror(errno))) }
            if count == 0 { return try verifier.verdict() }
            try verifier.read(Array(piece[..<count]))
        }
    }
}
