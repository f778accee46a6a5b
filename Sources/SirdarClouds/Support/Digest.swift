import Crypto
import Foundation
import SirdarImages

/// SHA-256 in lower-case hexadecimal.
enum Digest {
    static func of(_ bytes: [UInt8]) -> String { hex(SHA256.hash(data: bytes)) }

    static func of(_ text: String) -> String { of(Array(text.utf8)) }

    /// The digest of a whole file as it lies on the disk: what the system still has in memory is not trusted where it
    /// can be avoided.
    static func ofFile(
        _ path: String,
        by deadline: Deadline,
        unless cancellation: Cancellation? = nil,
        progress: (Double) -> Void = { _ in }
    ) throws(CloudError) -> String {
        let file = try Descriptor(path, O_RDONLY)
        _ = posix_fadvise(file.number, 0, 0, POSIX_FADV_DONTNEED)
        var hash = SHA256()
        let size = try file.size()
        var at: Int64 = 0
        while at < size {
            if cancellation?.isCancelled == true { throw CloudError.cancelled }
            if deadline.hasPassed { throw CloudError.tooLate("compute a digest") }
            let bytes = try file.bytes(at: at, 1 << 20)
            guard !bytes.isEmpty else { break }
            hash.update(data: bytes)
            at += Int64(bytes.count)
            progress(Double(at) / Double(size))
        }
        return hex(hash.finalize())
    }

    static func hex(_ digest: SHA256.Digest) -> String {
        digest.map { byte in
            let text = String(byte, radix: 16)
            return text.count == 1 ? "0" + text : text
        }.joined()
    }
}
