import CLinux
import Glibc
import SirdarImages

/// An open file that closes itself. Not inherited by any program we start, unless handed to it.
final class Descriptor: Sendable {
    let number: Int32

    init(taking number: Int32) {
        self.number = number
    }

    /// Opens `path`, or throws what the system said, in words.
    convenience init(_ path: String, _ flags: Int32, mode: mode_t = 0o600) throws(CloudError) {
        let number = open(path, flags | O_CLOEXEC, mode)
        guard number >= 0 else { throw CloudError.system(errno, doing: "open \(path)") }
        self.init(taking: number)
    }

    deinit {
        close(number)
    }

    func size() throws(CloudError) -> Int64 {
        var facts = stat()
        guard fstat(number, &facts) == 0 else { throw CloudError.system(errno, doing: "measure a file") }
        return Int64(facts.st_size)
    }

    func sync() throws(CloudError) {
        guard fsync(number) == 0 else { throw CloudError.system(errno, doing: "write a file to the disk") }
    }

    /// Reads up to `buffer.count` bytes at `offset`; fewer only at the end of the file.
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws(CloudError) -> Int {
        var done = 0
        while done < buffer.count, let base = buffer.baseAddress {
            let got = pread(number, base + done, buffer.count - done, off_t(offset) + off_t(done))
            if got == 0 { break }
            if got < 0 {
                if errno == EINTR { continue }
                throw CloudError.system(errno, doing: "read a disk")
            }
            done += got
        }
        return done
    }

    func write(_ buffer: UnsafeRawBufferPointer) throws(CloudError) {
        var done = 0
        while done < buffer.count, let base = buffer.baseAddress {
            let put = Glibc.write(number, base + done, buffer.count - done)
            if put < 0 {
                if errno == EINTR { continue }
                throw CloudError.system(errno, doing: "write a file")
            }
            done += put
        }
    }

    /// The next stretch of real data at or after `offset`, as the file system tells it; nil when only a hole is left.
    ///
    /// Sync the file first: what is a hole is certain only when everything is written. What is said to begin with data
    /// is at least a block.
    func nextData(from offset: Int64) throws(CloudError) -> Range<Int64>? {
        let start = lseek(number, off_t(offset), linux_seek_data)
        guard start >= 0 else {
            if errno == ENXIO { return nil }
            throw CloudError.system(errno, doing: "find the data of a disk")
        }
        let end = lseek(number, start, linux_seek_hole)
        guard end >= 0 else { throw CloudError.system(errno, doing: "find the data of a disk") }
        let least = min(Int64(start) + 4096, try size())
        return Int64(start)..<max(Int64(end), least)
    }

    /// Makes `range` read as zeros and gives its space back.
    func punchHole(_ range: Range<Int64>) throws(CloudError) {
        let length = off_t(range.upperBound - range.lowerBound)
        guard fallocate(number, linux_keep_size_and_punch_hole, off_t(range.lowerBound), length) == 0 else {
            throw CloudError.system(errno, doing: "clear free space")
        }
    }

    func put(_ bytes: [UInt8], at offset: Int64) throws(CloudError) {
        var done = 0
        while done < bytes.count {
            let put = bytes.withUnsafeBytes { buffer in
                pwrite(number, buffer.baseAddress.map { $0 + done }, buffer.count - done, off_t(offset) + off_t(done))
            }
            if put < 0 {
                if errno == EINTR { continue }
                throw CloudError.system(errno, doing: "write into a disk")
            }
            done += put
        }
    }
}
