import Foundation

/// The folder that one process at a time owns: two writers on one SQLite file can damage it (a bug of every version
/// before 3.51.3), and two engines would perform every step twice.
package final class DataDirectory: Sendable {
    package let path: String
    private let descriptor: Int32

    /// Creates the folder where it is missing, and takes its lock.
    ///
    /// The lock is the kernel's: it is gone when the process is, however that ended.
    /// - Throws: `InUse` when another process holds it.
    package init(_ path: String) throws {
        self.path = path
        try FileManager.default.createDirectory(
            atPath: path,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
        let lock = path + "/lock"
        descriptor = open(lock, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Unusable(path: path, reason: String(cString: strerror(errno))) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw InUse(path: path)
        }
    }

    deinit { close(descriptor) }

    package struct InUse: Error, CustomStringConvertible {
        package let path: String

        package var description: String {
            "The data folder \(path) is in use by another process. Stop that server, or ask it instead (SIRDAR_URL)."
        }
    }

    package struct Unusable: Error, CustomStringConvertible {
        package let path: String
        package let reason: String

        package var description: String { "The data folder \(path) cannot be used: \(reason)." }
    }
}
