import SirdarImages

/// One file, directory or link of a volume.
struct Ext4Inode: Sendable {
    enum Kind: Sendable { case regular, directory, link, other }

    let number: UInt32
    let kind: Kind
    /// Permission bits, without the type.
    let mode: Int
    let owner: Int
    let group: Int
    let sizeBytes: Int64
    /// Seconds since 1970.
    let accessed: Int64
    let modified: Int64
    let created: Int64?
    let links: Int
    let attributeBlock: UInt64
    let body: Bytes
    private let flags: UInt32

    var usesExtents: Bool { flags & 0x8_0000 != 0 }
    var isInline: Bool { flags & 0x1000_0000 != 0 }
    var isEncrypted: Bool { flags & 0x800 != 0 }

    init(_ number: UInt32, _ body: Bytes) throws(CloudError) {
        self.number = number
        self.body = body
        let typeAndMode = try body.u16(0x00)
        switch typeAndMode & 0xF000 {
        case 0x8000: kind = .regular
        case 0x4000: kind = .directory
        case 0xA000: kind = .link
        default: kind = .other
        }
        mode = Int(typeAndMode & 0x0FFF)
        owner = Int(try body.u16(0x02)) | Int(try body.u16(0x78)) << 16
        group = Int(try body.u16(0x18)) | Int(try body.u16(0x7A)) << 16
        let size = try body.u64(low: 0x04, high: 0x6C)
        guard size <= UInt64(1) << 62 else { throw CloudError.damagedDisk("inode \(number) is impossibly large") }
        sizeBytes = Int64(size)
        links = Int(try body.u16(0x1A))
        flags = try body.u32(0x20)
        attributeBlock = UInt64(try body.u32(0x68)) | UInt64(try body.u16(0x76)) << 32
        let extra = body.count > 0x9C ? Int(try body.u16(0x80)) : 0
        accessed = try Self.time(body, 0x08, extra >= 0x10 ? 0x8C : nil)
        modified = try Self.time(body, 0x10, extra >= 0x0C ? 0x88 : nil)
        created = extra >= 0x18 ? try Self.time(body, 0x90, 0x94) : nil
    }

    /// The seconds are signed 32 bits; two bits of the extra field carry them beyond 2038.
    private static func time(_ body: Bytes, _ offset: Int, _ extra: Int?) throws(CloudError) -> Int64 {
        let seconds = Int64(Int32(bitPattern: try body.u32(offset)))
        guard let extra else { return seconds }
        return seconds + Int64(try body.u32(extra) & 3) << 32
    }

    /// Extended attributes that lie in the inode itself, undecoded.
    var attributeBytes: [UInt8] {
        get throws(CloudError) {
            guard body.count > 0x80 else { return [] }
            let start = 0x80 + Int(try body.u16(0x80))
            guard start + 4 <= body.count, try body.u32(start) == 0xEA02_0000 else { return [] }
            return Array(body.storage[(start + 4)...])
        }
    }
}

extension Ext4Volume {
    func inode(_ number: UInt32) throws(CloudError) -> Ext4Inode {
        guard number >= 1, number <= inodes else { throw CloudError.damagedDisk("there is no inode \(number)") }
        let group = Int((number - 1) / inodesPerGroup)
        guard group < groups.count else { throw CloudError.damagedDisk("inode \(number) lies outside the groups") }
        let offset = Int64((number - 1) % inodesPerGroup) * Int64(inodeBytes)
        let table = groups[group].inodeTable
        guard table < blocks else { throw CloudError.damagedDisk("the inode table of group \(group) is misplaced") }
        let bytes = try disk.bytes(at: Int64(table) * Int64(blockBytes) + offset, inodeBytes)
        guard bytes.count == inodeBytes else {
            throw CloudError.damagedDisk("inode \(number) lies beyond the disk's end")
        }
        return try Ext4Inode(number, Bytes(bytes))
    }

    /// The numbers of all inodes in use, in order, ordinary ones only.
    func inodesInUse() throws(CloudError) -> [UInt32] {
        var found: [UInt32] = []
        for (index, group) in groups.enumerated() where !group.inodesUninitialised {
            let bitmap = try block(group.inodeBitmap).storage
            let used = inodesPerGroup - min(inodesPerGroup, group.unusedInodes)
            let first = UInt64(index) * UInt64(inodesPerGroup) + 1
            for bit in 0..<Int(used) where bitmap[bit >> 3] & (1 << (bit & 7)) != 0 {
                let number = first + UInt64(bit)
                if number >= UInt64(Self.firstOrdinaryInode), number <= UInt64(inodes) { found.append(UInt32(number)) }
            }
        }
        return found
    }
}
