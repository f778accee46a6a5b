import SirdarImages

/// Little-endian numbers out of bytes that nobody vouches for: an offset outside them is an error, never a trap.
struct Bytes: Sendable {
    let storage: [UInt8]

    init(_ storage: [UInt8]) {
        self.storage = storage
    }

    var count: Int { storage.count }

    func u8(_ offset: Int) throws(CloudError) -> UInt8 {
        guard offset >= 0, offset < storage.count else { throw CloudError.damagedDisk("a structure ends early") }
        return storage[offset]
    }

    func u16(_ offset: Int) throws(CloudError) -> UInt16 {
        UInt16(try u8(offset)) | UInt16(try u8(offset + 1)) << 8
    }

    func u32(_ offset: Int) throws(CloudError) -> UInt32 {
        UInt32(try u16(offset)) | UInt32(try u16(offset + 2)) << 16
    }

    /// A number that is stored as a low and a high half in different places.
    func u64(low: Int, high: Int) throws(CloudError) -> UInt64 {
        UInt64(try u32(low)) | UInt64(try u32(high)) << 32
    }

    func slice(_ offset: Int, _ count: Int) throws(CloudError) -> Bytes {
        guard offset >= 0, count >= 0, offset <= storage.count - count else {
            throw CloudError.damagedDisk("a structure ends early")
        }
        return Bytes(Array(storage[offset..<offset + count]))
    }
}

extension CloudError {
    static func damagedDisk(_ what: String) -> CloudError {
        CloudError(
            .invalid,
            "The file system on the disk is damaged. Have it checked with e2fsck, or use another machine.",
            detail: what
        )
    }

    static func unsupportedDisk(_ what: String) -> CloudError {
        CloudError(.invalid, "Sirdar cannot look into this disk: \(what).")
    }
}
