import Glibc
import SirdarImages

/// An ext4 file system in a raw disk, read and never written.
///
/// Why a reader of our own and not `debugfs`: a scan reads every file in use, and `debugfs` would either copy the
/// whole content of a client's disk into a folder (`rdump`) or print names and contents in a form that a file's own
/// name can forge. This reader streams straight from the disk, skips holes, sees deleted-but-open inodes and extended
/// attributes, and answers which file an offset belongs to. The disk is its guest's, so nothing on it is trusted:
/// every structure is read through bounds-checked ``Bytes``, and every walk has a limit. Tests hold it against
/// `debugfs` and `e2fsck`.
struct Ext4Volume: Sendable {
    static let rootInode: UInt32 = 2
    static let journalInode: UInt32 = 8
    static let firstOrdinaryInode: UInt32 = 11

    let disk: Descriptor
    let diskBytes: Int64
    let blockBytes: Int
    let blocks: UInt64
    let inodes: UInt32
    let inodeBytes: Int
    let blocksPerGroup: UInt32
    let inodesPerGroup: UInt32
    let firstDataBlock: UInt32
    let groups: [Ext4Group]
    /// The blocks from a group's start that backups of the superblock and of the group table may lie in.
    let backupBlocks: Int
    /// False when the guest was not shut down: its journal holds what the disk does not show yet.
    let isClean: Bool

    init(_ path: String) throws(CloudError) {
        try self.init(Descriptor(path, O_RDONLY))
    }

    init(_ disk: Descriptor) throws(CloudError) {
        self.disk = disk
        diskBytes = try disk.size()
        let super_ = try Bytes(disk.bytes(at: 1_024, 1_024))
        guard super_.count == 1_024, try super_.u16(0x38) == 0xEF53 else {
            throw CloudError.unsupportedDisk("it does not hold an ext4 file system")
        }
        let features = try super_.u32(0x60)
        try Self.check(features, readOnly: super_.u32(0x64))
        let logBlock = try super_.u32(0x18)
        guard logBlock <= 6 else { throw CloudError.damagedDisk("block size 2^\(10 + logBlock)") }
        blockBytes = 1_024 << logBlock
        blocks = try features & 0x80 != 0 ? super_.u64(low: 0x04, high: 0x150) : UInt64(super_.u32(0x04))
        inodes = try super_.u32(0x00)
        inodeBytes = Int(try super_.u16(0x58))
        blocksPerGroup = try super_.u32(0x20)
        inodesPerGroup = try super_.u32(0x28)
        firstDataBlock = try super_.u32(0x14)
        isClean = features & 0x4 == 0
        let bits = UInt32(blockBytes * 8)
        guard (1...bits).contains(blocksPerGroup), (1...bits).contains(inodesPerGroup), inodeBytes >= 128,
            inodeBytes <= blockBytes, blocks > UInt64(firstDataBlock)
        else { throw CloudError.damagedDisk("impossible geometry in the superblock") }
        guard blocks <= UInt64(diskBytes) / UInt64(blockBytes) else {
            throw CloudError.damagedDisk("the disk is shorter than its file system: \(diskBytes) bytes")
        }
        let descriptorBytes = features & 0x80 != 0 ? Int(try super_.u16(0xFE)) : 32
        let count = Int((blocks - UInt64(firstDataBlock) + UInt64(blocksPerGroup) - 1) / UInt64(blocksPerGroup))
        groups = try Self.groups(disk, count, descriptorBytes, at: Int64(firstDataBlock + 1) * Int64(blockBytes))
        let tableBlocks = (count * descriptorBytes + blockBytes - 1) / blockBytes
        backupBlocks = 1 + tableBlocks + Int(try super_.u16(0xCE))
    }

    private static func check(_ features: UInt32, readOnly: UInt32) throws(CloudError) {
        // File types, recovery, extents, 64 bits, multiple-mount protection, flexible groups, attribute inodes,
        // checksum seed, large directories, inline data, encryption, folded case.
        let known: UInt32 = 0x3E7C6
        let unknown = features & ~known
        guard unknown == 0 else {
            throw CloudError.unsupportedDisk("it uses ext4 features \(String(unknown, radix: 16))")
        }
        guard readOnly & 0x200 == 0 else { throw CloudError.unsupportedDisk("it allocates in clusters (bigalloc)") }
    }

    private static func groups(
        _ disk: Descriptor,
        _ count: Int,
        _ bytesEach: Int,
        at offset: Int64
    ) throws(CloudError) -> [Ext4Group] {
        guard bytesEach >= 32, bytesEach <= 1_024, count <= 1 << 20 else { throw CloudError.damagedDisk("group table") }
        let table = Bytes(try disk.bytes(at: offset, count * bytesEach))
        var groups: [Ext4Group] = []
        groups.reserveCapacity(count)
        for index in 0..<count {
            groups.append(try Ext4Group(table, at: index * bytesEach, isWide: bytesEach >= 64))
        }
        return groups
    }

    /// Bytes of one block or several, zeros where the disk has a hole.
    func block(_ number: UInt64, count: Int = 1) throws(CloudError) -> Bytes {
        guard number < blocks, UInt64(count) <= blocks - number else {
            throw CloudError.damagedDisk("block \(number) lies outside the file system")
        }
        return Bytes(try disk.bytes(at: Int64(number) * Int64(blockBytes), count * blockBytes))
    }
}

/// Where a block group keeps its bitmaps and its inodes.
struct Ext4Group: Sendable {
    let blockBitmap: UInt64
    let inodeBitmap: UInt64
    let inodeTable: UInt64
    let unusedInodes: UInt32
    let inodesUninitialised: Bool
    let blocksUninitialised: Bool

    init(_ table: Bytes, at offset: Int, isWide: Bool) throws(CloudError) {
        func place(_ low: Int, _ high: Int) throws(CloudError) -> UInt64 {
            try isWide ? table.u64(low: offset + low, high: offset + high) : UInt64(table.u32(offset + low))
        }
        blockBitmap = try place(0x00, 0x20)
        inodeBitmap = try place(0x04, 0x24)
        inodeTable = try place(0x08, 0x28)
        unusedInodes = UInt32(try table.u16(offset + 0x1C))
        let flags = try table.u16(offset + 0x12)
        inodesUninitialised = flags & 1 != 0
        blocksUninitialised = flags & 2 != 0
    }
}

extension Descriptor {
    /// Up to `count` bytes at `offset`; fewer only at the end.
    func bytes(at offset: Int64, _ count: Int) throws(CloudError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var outcome: Result<Int, CloudError> = .success(0)
        bytes.withUnsafeMutableBytes { buffer in
            do throws(CloudError) { outcome = .success(try read(into: buffer, at: offset)) } catch {
                outcome = .failure(error)
            }
        }
        let got = try outcome.get()
        return got == count ? bytes : Array(bytes.prefix(got))
    }
}
