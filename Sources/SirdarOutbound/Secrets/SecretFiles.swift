import Foundation
import SirdarCore

/// Secrets by their names. What comes out of here exists on the slot that sends it, and is kept nowhere.
package protocol SecretSource: Sendable {
    /// The value as it is now.
    func value(of name: String) throws(SecretTrouble) -> String
}

/// Why a secret is not to be had, in words for an operator.
package struct SecretTrouble: Error, Sendable, Hashable {
    package let detail: String

    package init(_ detail: String) { self.detail = detail }
}

/// A folder with a file for each secret, readable by its owner and nobody else.
package struct SecretFiles: SecretSource {
    package let folder: String

    package static let bytesMax = 64 << 10
    /// Shorter ones could not be taken out of an answer that repeats them without taking out half of it.
    package static let bytesMin = 4

    package init(folder: String) { self.folder = folder }

    package func value(of name: String) throws(SecretTrouble) -> String {
        let path = "\(folder)/\(name)"
        guard SecretName.refusal(of: name) == nil else { throw SecretTrouble("`\(name)` is no name of a secret.") }
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else {
            let isMissing = errno == ENOENT
            throw SecretTrouble(
                isMissing ? "There is no secret \(name): put it into \(path)." : "\(path) cannot be read by the server."
            )
        }
        defer { close(file) }
        try Self.check(file, path)
        var bytes = [UInt8](repeating: 0, count: Self.bytesMax + 1)
        let count = read(file, &bytes, bytes.count)
        guard count >= 0 else { throw SecretTrouble("\(path) cannot be read by the server.") }
        guard count <= Self.bytesMax else { throw SecretTrouble("\(path) is larger than \(Self.bytesMax >> 10) KiB.") }
        guard var text = String(validating: bytes[..<count], as: UTF8.self) else {
            throw SecretTrouble("\(path) is not UTF-8.")
        }
        // Editors end a file with a line's end, which belongs to no secret.
        if text.hasSuffix("\r\n") || text.hasSuffix("\n") { text.removeLast() }
        guard text.utf8.count >= Self.bytesMin else {
            throw SecretTrouble("\(path) has less than \(Self.bytesMin) bytes, and is no secret.")
        }
        return text
    }

    /// What is wrong with the secrets of these names, for whoever starts the server.
    package func troubles(_ names: some Sequence<String>) -> [String] {
        names.compactMap { name in
            do throws(SecretTrouble) {
                _ = try value(of: name)
                return nil
            } catch { return error.detail }
        }
    }

    /// The file that was opened, and no other: what is looked at is what is read.
    private static func check(_ file: Int32, _ path: String) throws(SecretTrouble) {
        var status = stat()
        guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw SecretTrouble("\(path) is no plain file.")
        }
        guard status.st_mode & 0o077 == 0 else {
            throw SecretTrouble("\(path) can be read by others: chmod 600 it. It is not used until then.")
        }
        guard status.st_uid == geteuid() || status.st_uid == 0 else {
            throw SecretTrouble("\(path) belongs to somebody else than the server.")
        }
    }
}
