import Glibc
import SirdarImages

/// Clears what an ext4 disk keeps of deleted files: free blocks, free inodes, the journal of a clean file system.
///
/// Free blocks are cleared by punching holes: quick on a sparse disk of any size, and the space comes back.
/// `zerofree` reads every free block one by one, which takes 80 seconds on an empty 60 GiB disk. Nothing that is in
/// use is touched, so a kill in the middle does no harm.
struct DiskCleaner {
    private let disk: Descriptor
    private let volume: Ext4Volume
    private let deadline: Deadline

    init(_ path: String, by deadline: Deadline) throws(CloudError) {
        disk = try Descriptor(path, O_RDWR)
        volume = try Ext4Volume(disk)
        self.deadline = deadline
    }

    func clean() throws(CloudError) -> ClearedSpace {
        // Before all is written, a place with old bytes can still pass for a hole.
        try disk.sync()
        var free: Int64 = 0
        var cleared: Int64 = 0
        for range in try volume.freeSpace() {
            if deadline.hasPassed { throw CloudError.tooLate("clear free space") }
            free += range.upperBound - range.lowerBound
            cleared += try clear(range)
        }
        try clearInodes()
        try clearJournal()
        try disk.sync()
        return ClearedSpace(freeBytes: free, clearedBytes: cleared)
    }

    private func clear(_ range: Range<Int64>) throws(CloudError) -> Int64 {
        var cleared: Int64 = 0
        var at = range.lowerBound
        while at < range.upperBound, let data = try disk.nextData(from: at), data.lowerBound < range.upperBound {
            let part = data.clamped(to: range)
            try disk.punchHole(part)
            cleared += part.upperBound - part.lowerBound
            at = part.upperBound
        }
        return cleared
    }

    /// The target of a deleted link, and small attributes, stay in the inode that is free again.
    private func clearInodes() throws(CloudError) {
        let nothing = [UInt8](repeating: 0, count: volume.inodeBytes)
        for (index, group) in volume.groups.enumerated() where !group.inodesUninitialised {
            let bitmap = try volume.block(group.inodeBitmap).storage
            let first = index * Int(volume.inodesPerGroup) + 1
            for bit in 0..<Int(volume.inodesPerGroup) where bitmap[bit >> 3] & (1 << (bit & 7)) == 0 {
                guard first + bit >= Int(Ext4Volume.firstOrdinaryInode) else { continue }
                let offset = Int64(group.inodeTable) * Int64(volume.blockBytes) + Int64(bit * volume.inodeBytes)
                if try disk.bytes(at: offset, volume.inodeBytes).contains(where: { $0 != 0 }) {
                    try disk.put(nothing, at: offset)
                }
            }
        }
    }

    /// A journal that needs no recovery, says its own header, may hold anything; its first block is the header.
    private func clearJournal() throws(CloudError) {
        let journal = try volume.inode(Ext4Volume.journalInode)
        guard journal.kind == .regular, let head = try volume.extents(of: journal).first(where: { $0.logical == 0 })
        else {
            return
        }
        let header = try volume.block(head.physical)
        guard try header.u32(0) == 0x9839_3BC0, try header.u32(0x1C) == 0 else { return }
        for extent in try volume.extents(of: journal) {
            let skipped: UInt64 = extent.logical == 0 ? 1 : 0
            let start = Int64(extent.physical + skipped) * Int64(volume.blockBytes)
            _ = try clear(start..<start + Int64(extent.count - skipped) * Int64(volume.blockBytes))
        }
    }
}
