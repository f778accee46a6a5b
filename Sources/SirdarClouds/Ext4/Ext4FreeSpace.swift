import SirdarImages

extension Ext4Volume {
    /// The stretches of the disk that the file system does not use, in bytes, in order.
    ///
    /// In a group whose bitmap was never written, all is free but the file system's own structures; there, the place
    /// of a backup superblock counts as used whether or not the group has one.
    func freeSpace() throws(CloudError) -> [Range<Int64>] {
        let structures = try ownStructures()
        var free: [Range<Int64>] = []
        for (index, group) in groups.enumerated() {
            let first = UInt64(firstDataBlock) + UInt64(index) * UInt64(blocksPerGroup)
            let count = Int(min(UInt64(blocksPerGroup), blocks - first))
            if group.blocksUninitialised {
                append(
                    Self.gaps(first + UInt64(min(backupBlocks, count)), first + UInt64(count), structures),
                    to: &free
                )
            } else {
                append(Self.zeroRuns(try block(group.blockBitmap).storage, count, first), to: &free)
            }
        }
        return free
    }

    /// The blocks of bitmaps and inode tables, as ordered ranges.
    private func ownStructures() throws(CloudError) -> [Range<UInt64>] {
        let table = (UInt64(inodesPerGroup) * UInt64(inodeBytes) + UInt64(blockBytes) - 1) / UInt64(blockBytes)
        var ranges: [Range<UInt64>] = []
        for group in groups {
            guard max(group.blockBitmap, group.inodeBitmap) < blocks, group.inodeTable < blocks else {
                throw CloudError.damagedDisk("a group's structures are misplaced")
            }
            ranges.append(group.blockBitmap..<group.blockBitmap + 1)
            ranges.append(group.inodeBitmap..<group.inodeBitmap + 1)
            ranges.append(group.inodeTable..<group.inodeTable + table)
        }
        return ranges.sorted { $0.lowerBound < $1.lowerBound }
    }

    private static func gaps(_ start: UInt64, _ end: UInt64, _ used: [Range<UInt64>]) -> [Range<UInt64>] {
        var gaps: [Range<UInt64>] = []
        var at = start
        for range in used where range.upperBound > at && range.lowerBound < end {
            if range.lowerBound > at { gaps.append(at..<range.lowerBound) }
            at = max(at, range.upperBound)
        }
        if at < end { gaps.append(at..<end) }
        return gaps
    }

    private static func zeroRuns(_ bitmap: [UInt8], _ count: Int, _ first: UInt64) -> [Range<UInt64>] {
        var runs: [Range<UInt64>] = []
        var start: Int?
        var bit = 0
        while bit < count {
            let byte = bitmap[bit >> 3]
            if bit & 7 == 0, bit + 8 <= count, byte == (start == nil ? 0xFF : 0x00) {
                bit += 8
                continue
            }
            let isUsed = byte & (1 << (bit & 7)) != 0
            if isUsed, let begun = start {
                runs.append(first + UInt64(begun)..<first + UInt64(bit))
                start = nil
            } else if !isUsed, start == nil {
                start = bit
            }
            bit += 1
        }
        if let start { runs.append(first + UInt64(start)..<first + UInt64(count)) }
        return runs
    }

    private func append(_ runs: [Range<UInt64>], to free: inout [Range<Int64>]) {
        for run in runs {
            let range = Int64(run.lowerBound) * Int64(blockBytes)..<Int64(run.upperBound) * Int64(blockBytes)
            if let last = free.last, last.upperBound == range.lowerBound {
                free[free.count - 1] = last.lowerBound..<range.upperBound
            } else {
                free.append(range)
            }
        }
    }
}
