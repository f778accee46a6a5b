import Glibc
import SirdarImages

/// An advisory lock on a file, held until it is let go of.
///
/// The kernel drops it when the last process that holds the open file ends. A tool that we start while holding it
/// inherits it: should this process be killed, the lock lasts until that tool, which still reads or writes the disk,
/// has ended too.
final class FileLock: Sendable {
    enum Mode: Sendable { case shared, exclusive }

    static let waitMax: Duration = .seconds(2)
    private static let pauseMicroseconds: UInt32 = 5_000

    let descriptor: Descriptor

    private init(_ descriptor: Descriptor) {
        self.descriptor = descriptor
    }

    /// Takes the lock, or answers nil when somebody else holds it; waits for at most two seconds, and not at all when
    /// `deadline` has passed. `purpose` is what others are told who find it taken.
    static func take(
        _ path: String,
        _ mode: Mode,
        for purpose: String,
        by deadline: Deadline
    ) throws(CloudError) -> FileLock? {
        let limit = deadline.orWithin(waitMax)
        repeat {
            let descriptor = try Descriptor(path, O_RDWR | O_CREAT)
            if flock(descriptor.number, (mode == .shared ? LOCK_SH : LOCK_EX) | LOCK_NB) == 0 {
                if isStill(descriptor, path) {
                    note(purpose, in: descriptor)
                    return FileLock(descriptor)
                }
                continue
            }
            guard errno == EWOULDBLOCK || errno == EINTR else { throw CloudError.system(errno, doing: "lock \(path)") }
            if limit.hasPassed { return nil }
            usleep(pauseMicroseconds)
        } while true
    }

    /// What the holder of a lock said it is doing.
    static func purpose(of path: String) -> String? {
        guard let descriptor = try? Descriptor(path, O_RDONLY) else { return nil }  // No lock file: nothing to tell.
        var bytes = [UInt8](repeating: 0, count: 256)
        let count = bytes.withUnsafeMutableBytes { pread(descriptor.number, $0.baseAddress, $0.count, 0) }
        return count > 0 ? String(decoding: bytes.prefix(count), as: UTF8.self) : nil
    }

    /// False when the file was unlinked between our opening and locking it: then the lock guards nothing.
    private static func isStill(_ descriptor: Descriptor, _ path: String) -> Bool {
        var ours = stat()
        var theirs = stat()
        guard fstat(descriptor.number, &ours) == 0, stat(path, &theirs) == 0 else { return false }
        return ours.st_ino == theirs.st_ino && ours.st_dev == theirs.st_dev
    }

    private static func note(_ purpose: String, in descriptor: Descriptor) {
        let bytes = Array(purpose.utf8.prefix(256))
        ftruncate(descriptor.number, 0)
        _ = bytes.withUnsafeBytes { pwrite(descriptor.number, $0.baseAddress, $0.count, 0) }
    }
}
