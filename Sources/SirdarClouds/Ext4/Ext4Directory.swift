import SirdarImages

struct Ext4Entry: Sendable {
    let name: String
    let inode: UInt32
}

/// A path followed to its end.
struct Ext4Resolved: Sendable {
    let inode: Ext4Inode
    /// The path without any link in it.
    let path: [String]
}

extension Ext4Volume {
    private static let directoryBytesMax: Int64 = 256 << 20
    private static let linksMax = 40

    /// What a directory holds, without `.` and `..`, in the order of the disk.
    func entries(of directory: Ext4Inode) throws(CloudError) -> [Ext4Entry] {
        guard directory.kind == .directory else { throw CloudError(.invalid, "It is not a directory.") }
        guard !directory.isEncrypted else { throw CloudError.unsupportedDisk("the directory is encrypted") }
        guard directory.sizeBytes <= Self.directoryBytesMax else { throw CloudError.damagedDisk("a huge directory") }
        if directory.isInline { return try inlineEntries(of: directory) }
        var found: [Ext4Entry] = []
        try content(of: directory) { piece, _ throws(CloudError) in
            let bytes = Bytes(Array(piece))
            for start in stride(from: 0, to: bytes.count, by: blockBytes) {
                try parse(bytes, start..<min(start + blockBytes, bytes.count), &found)
            }
        }
        return found
    }

    private func inlineEntries(of directory: Ext4Inode) throws(CloudError) -> [Ext4Entry] {
        guard directory.sizeBytes <= 60 else {
            throw CloudError.unsupportedDisk("the directory lies in its attributes")
        }
        var found: [Ext4Entry] = []
        let bytes = try directory.body.slice(0x28, 60)
        try parse(bytes, 4..<60, &found)
        return found
    }

    private func parse(_ bytes: Bytes, _ range: Range<Int>, _ found: inout [Ext4Entry]) throws(CloudError) {
        var at = range.lowerBound
        while at + 8 <= range.upperBound {
            let length = Int(try bytes.u16(at + 4))
            guard length >= 8, at + length <= range.upperBound else {
                throw CloudError.damagedDisk("a directory entry")
            }
            let inode = try bytes.u32(at)
            let nameBytes = Int(try bytes.u8(at + 6))
            if inode != 0, nameBytes > 0 {
                guard nameBytes + 8 <= length else { throw CloudError.damagedDisk("a name in a directory") }
                let name = String(decoding: try bytes.slice(at + 8, nameBytes).storage, as: UTF8.self)
                if name != ".", name != ".." { found.append(Ext4Entry(name: name, inode: inode)) }
            }
            at += length
        }
    }

    /// Follows a path from the root; nil when nothing is there. Links in the middle are followed, one at the end only
    /// with `followingLast`. `..` in a link's target is understood, and never leaves the volume.
    func resolve(_ path: [String], followingLast: Bool) throws(CloudError) -> Ext4Resolved? {
        var trail: [(name: String, inode: Ext4Inode)] = []
        var pending = Array(path.reversed())
        var links = 0
        let root = try inode(Self.rootInode)
        while let name = pending.popLast() {
            if name == "." || name.isEmpty { continue }
            if name == ".." {
                _ = trail.popLast()
                continue
            }
            let here = trail.last?.inode ?? root
            guard here.kind == .directory else { return nil }
            guard let entry = try entries(of: here).first(where: { $0.name == name }) else { return nil }
            let next = try inode(entry.inode)
            guard next.kind == .link, followingLast || !pending.isEmpty else {
                trail.append((name, next))
                continue
            }
            links += 1
            guard links <= Self.linksMax else { throw CloudError(.invalid, "The path goes through too many links.") }
            let target = try target(of: next)
            if target.hasPrefix("/") { trail = [] }
            pending += target.split(separator: "/").reversed().map(String.init)
        }
        return Ext4Resolved(inode: trail.last?.inode ?? root, path: trail.map(\.name))
    }
}
