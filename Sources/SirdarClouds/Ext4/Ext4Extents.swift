import SirdarImages

/// A stretch of a file that lies in one piece on the disk.
struct Ext4Extent: Sendable, Equatable {
    /// The first block, counted in the file.
    let logical: UInt64
    /// The first block, counted on the disk.
    let physical: UInt64
    let count: UInt64
    /// Reserved, and reads as zeros.
    let isUnwritten: Bool
}

extension Ext4Volume {
    private static let extentsMax = 1 << 20
    private static let depthMax = 5

    /// Where a file's blocks lie, in the order of the tree. A file whose content lies in its inode has none.
    func extents(of inode: Ext4Inode) throws(CloudError) -> [Ext4Extent] {
        guard !inode.isInline else { return [] }
        var found: [Ext4Extent] = []
        let root = try inode.body.slice(0x28, 60)
        if inode.usesExtents {
            try walk(root, depth: Self.depthMax, &found)
        } else {
            try blockMap(
                root,
                fileBlocks: (UInt64(inode.sizeBytes) + UInt64(blockBytes) - 1) / UInt64(blockBytes),
                &found
            )
        }
        return found
    }

    private func walk(_ node: Bytes, depth: Int, _ found: inout [Ext4Extent]) throws(CloudError) {
        guard try node.u16(0) == 0xF30A else { throw CloudError.damagedDisk("an extent tree has a bad mark") }
        let entries = Int(try node.u16(2))
        let isLeaf = try node.u16(6) == 0
        guard isLeaf || depth > 0 else { throw CloudError.damagedDisk("an extent tree is too deep") }
        for index in 0..<entries {
            let at = 12 + index * 12
            if isLeaf {
                let length = UInt64(try node.u16(at + 4))
                let physical = UInt64(try node.u32(at + 8)) | UInt64(try node.u16(at + 6)) << 32
                let isUnwritten = length > 32_768
                try add(try node.u32(at), physical, isUnwritten ? length - 32_768 : length, isUnwritten, &found)
            } else {
                let child = UInt64(try node.u32(at + 4)) | UInt64(try node.u16(at + 8)) << 32
                try walk(try block(child), depth: depth - 1, &found)
            }
        }
    }

    private func add(
        _ logical: UInt32,
        _ physical: UInt64,
        _ count: UInt64,
        _ isUnwritten: Bool,
        _ found: inout [Ext4Extent]
    ) throws(CloudError) {
        guard physical < blocks, count <= blocks - physical, found.count < Self.extentsMax else {
            throw CloudError.damagedDisk("an extent lies outside the file system")
        }
        let extent = Ext4Extent(logical: UInt64(logical), physical: physical, count: count, isUnwritten: isUnwritten)
        found.append(extent)
    }

    /// The old way of ext2 and ext3: twelve blocks, then blocks of block numbers, one to three deep.
    private func blockMap(_ root: Bytes, fileBlocks: UInt64, _ found: inout [Ext4Extent]) throws(CloudError) {
        var logical: UInt64 = 0
        for index in 0..<15 where logical < fileBlocks {
            try mapped(try root.u32(index * 4), depth: max(0, index - 11), &logical, fileBlocks, &found)
        }
    }

    private func mapped(
        _ number: UInt32,
        depth: Int,
        _ logical: inout UInt64,
        _ fileBlocks: UInt64,
        _ found: inout [Ext4Extent]
    ) throws(CloudError) {
        let perBlock = UInt64(blockBytes / 4)
        guard number != 0 else {
            logical += (0..<depth).reduce(1) { span, _ in span * perBlock }
            return
        }
        guard depth > 0 else {
            try add(UInt32(truncatingIfNeeded: logical), UInt64(number), 1, false, &found)
            logical += 1
            return
        }
        let table = try block(UInt64(number))
        for index in 0..<Int(perBlock) where logical < fileBlocks {
            try mapped(try table.u32(index * 4), depth: depth - 1, &logical, fileBlocks, &found)
        }
    }
}
