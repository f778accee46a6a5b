import Glibc
package import SirdarImages

/// Searches all written bytes of a raw disk, in use or not, and says what lies where something is found.
///
/// It searches twice: the bytes as they lie, and each block for itself. A file begins with a block, and what lies
/// before it on the disk is another file's: its last byte must not decide whether the first word stands alone.
package enum RawScanner {
    private static let pieceBytes = 1 << 20
    /// The smallest block of an ext file system; larger ones are made of it.
    private static let blockBytes = 1 << 10

    /// Searches a file that nobody writes to meanwhile.
    package static func scan(
        fileAt path: String,
        for needles: [TraceNeedle],
        by deadline: Deadline
    ) throws(CloudError) -> TraceReport {
        // What is a hole is certain only when everything is written.
        try Durable.sync(path)
        let disk = try Descriptor(path, O_RDONLY)
        let matcher = try TraceMatcher(needles)
        var report = TraceReport()
        var stream = TraceStream(matcher, readsLines: false)
        var blocks = TraceStream(matcher, readsLines: false)
        var at: Int64 = 0
        while let data = try disk.nextData(from: at) {
            at = data.lowerBound
            while at < data.upperBound {
                guard !deadline.hasPassed else { throw CloudError.tooLate("search the image") }
                let bytes = try disk.bytes(at: at, Int(min(Int64(pieceBytes), data.upperBound - at)))
                guard !bytes.isEmpty else { throw CloudError.damagedDisk("the image ended while it was read") }
                bytes.withUnsafeBytes { piece in
                    stream.feed(piece, at: at)
                    for start in stride(from: 0, to: piece.count, by: blockBytes) {
                        let block = piece[start..<min(start + blockBytes, piece.count)]
                        blocks.feedAlone(UnsafeRawBufferPointer(rebasing: block), at: at + Int64(start))
                    }
                }
                at += Int64(bytes.count)
                report.bytesRead += Int64(bytes.count)
            }
        }
        stream.finish()
        report.isTruncated = stream.isTruncated || blocks.isTruncated
        let found = Set(stream.matches + blocks.matches).sorted { ($0.offset, $0.needle) < ($1.offset, $1.needle) }
        let areas = DiskAreas(disk, found.map(\.offset))
        report.hits = found.map { match in
            let place = TracePlace.disk(offset: match.offset, area: areas.area(of: match.offset))
            return TraceHit(needle: matcher.needles[match.needle], place: place)
        }
        return report
    }
}

/// What lies at some offsets of a disk: a file, free space, the file system's own structures.
struct DiskAreas {
    private var names: [Int64: String] = [:]

    /// Looks up all offsets in one walk; a disk that cannot be understood leaves them unknown.
    init(_ disk: Descriptor, _ offsets: [Int64]) {
        guard !offsets.isEmpty else { return }
        let sorted = offsets.sorted()
        do throws(CloudError) {
            let volume = try Ext4Volume(disk)
            Self.mark(sorted, 0..<2_048, "the file system's label or last mount point", &names)
            for range in try volume.freeSpace() { Self.mark(sorted, range, "free space", &names) }
            try owners(volume, sorted)
            for offset in sorted where names[offset] == nil { names[offset] = "file system structures" }
        } catch {
            for offset in sorted where names[offset] == nil { names[offset] = "an area that could not be told" }
        }
    }

    func area(of offset: Int64) -> String {
        names[offset] ?? "an area that could not be told"
    }

    private mutating func owners(_ volume: Ext4Volume, _ sorted: [Int64]) throws(CloudError) {
        try owner(volume, volume.inode(Ext4Volume.journalInode), "the journal", sorted)
        var folders: [(path: String, inode: UInt32)] = [("", Ext4Volume.rootInode)]
        var seen: Set<UInt32> = [Ext4Volume.rootInode]
        while let folder = folders.popLast() {
            let directory = try volume.inode(folder.inode)
            try owner(volume, directory, "the directory \(folder.path)/, perhaps a name that was deleted", sorted)
            for entry in try volume.entries(of: directory) where seen.insert(entry.inode).inserted {
                let inode = try volume.inode(entry.inode)
                let path = folder.path + "/" + entry.name
                if inode.kind == .directory { folders.append((path, entry.inode)) }
                if inode.kind == .regular { try owner(volume, inode, path, sorted) }
            }
        }
    }

    private mutating func owner(
        _ volume: Ext4Volume,
        _ inode: Ext4Inode,
        _ name: String,
        _ sorted: [Int64]
    ) throws(CloudError) {
        for extent in try volume.extents(of: inode) {
            let start = Int64(extent.physical) * Int64(volume.blockBytes)
            Self.mark(sorted, start..<start + Int64(extent.count) * Int64(volume.blockBytes), name, &names)
        }
    }

    private static func mark(_ sorted: [Int64], _ range: Range<Int64>, _ name: String, _ names: inout [Int64: String]) {
        var low = 0
        var high = sorted.count
        while low < high {
            let middle = (low + high) / 2
            if sorted[middle] < range.lowerBound { low = middle + 1 } else { high = middle }
        }
        while low < sorted.count, sorted[low] < range.upperBound {
            names[sorted[low]] = name
            low += 1
        }
    }
}
