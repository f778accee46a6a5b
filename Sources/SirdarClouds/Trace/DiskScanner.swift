import SirdarImages

/// Searches all that is in use on a volume: files, names, links, extended attributes.
struct DiskScanner {
    static let hitsMax = 5_000
    private static let probeBytes = 8_192
    private static let filesMax = 20_000_000

    private let volume: Ext4Volume
    private let matcher: TraceMatcher
    private let deadline: Deadline
    private var report = TraceReport()
    private var seen: Set<UInt32> = [Ext4Volume.rootInode]

    static func scan(
        _ volume: Ext4Volume,
        for needles: [TraceNeedle],
        by deadline: Deadline
    ) throws(CloudError) -> TraceReport {
        var scanner = DiskScanner(volume: volume, matcher: try TraceMatcher(needles), deadline: deadline)
        try scanner.tree()
        try scanner.namelessFiles()
        if !volume.isClean {
            let reason = "The machine was not shut down: what its journal still holds was not searched."
            scanner.report.unreadable.append(UnreadableFile(path: "journal", reason: reason))
        }
        return scanner.report
    }

    private init(volume: Ext4Volume, matcher: TraceMatcher, deadline: Deadline) {
        self.volume = volume
        self.matcher = matcher
        self.deadline = deadline
    }

    private mutating func tree() throws(CloudError) {
        var folders: [(path: String, inode: UInt32)] = [("", Ext4Volume.rootInode)]
        while let folder = folders.popLast() {
            let entries: [Ext4Entry]
            do throws(CloudError) {
                entries = try volume.entries(of: volume.inode(folder.inode))
            } catch {
                unreadable(folder.path, error)
                continue
            }
            for entry in entries {
                try checkTime()
                let path = folder.path + "/" + entry.name
                for needle in matcher.needles(in: entry.name) { hit(needle, .name(path: path)) }
                guard seen.insert(entry.inode).inserted else { continue }
                if look(at: entry.inode, path) == .directory { folders.append((path, entry.inode)) }
            }
        }
    }

    /// Files that were deleted while open, and whatever else is in use without a name.
    private mutating func namelessFiles() throws(CloudError) {
        let inUse: [UInt32]
        do throws(CloudError) { inUse = try volume.inodesInUse() } catch {
            return unreadable("files without a name", error)
        }
        for number in inUse where !seen.contains(number) {
            try checkTime()
            _ = look(at: number, "file without a name, inode \(number)")
        }
    }

    private mutating func look(at number: UInt32, _ path: String) -> Ext4Inode.Kind? {
        do throws(CloudError) {
            let inode = try volume.inode(number)
            try attributes(of: inode, path)
            switch inode.kind {
            case .regular: try file(inode, path)
            case .link:
                let target = try volume.target(of: inode)
                for needle in matcher.needles(in: target) { hit(needle, .link(path: path, target: target)) }
            case .directory, .other: break
            }
            return inode.kind
        } catch {
            unreadable(path, error)
            return nil
        }
    }

    private mutating func file(_ inode: Ext4Inode, _ path: String) throws(CloudError) {
        report.filesRead += 1
        var stream: TraceStream?
        var isText = false
        try volume.content(of: inode) { (piece, offset) throws(CloudError) -> Void in
            if stream == nil {
                isText = offset == 0 && Self.looksLikeText(piece)
                stream = TraceStream(matcher, readsLines: isText)
            }
            stream?.feed(piece, at: offset)
            report.bytesRead += Int64(piece.count)
            try checkTime()
        }
        stream?.finish()
        for match in stream?.matches ?? [] {
            let needle = matcher.needles[match.needle]
            let place: TracePlace =
                isText
                ? .line(path: path, number: match.line, text: match.text)
                : .offset(path: path, offset: match.offset)
            hit(needle, place)
        }
        if stream?.isTruncated == true { report.isTruncated = true }
    }

    /// No zero byte near the start, or the mark with which Windows begins its text files.
    private static func looksLikeText(_ piece: UnsafeRawBufferPointer) -> Bool {
        if piece.count >= 2, piece[0] == 0xFF, piece[1] == 0xFE { return true }
        return !piece.prefix(probeBytes).contains(0)
    }

    private mutating func attributes(of inode: Ext4Inode, _ path: String) throws(CloudError) {
        var bytes = try inode.attributeBytes
        if inode.attributeBlock != 0 { bytes += try volume.block(inode.attributeBlock).storage }
        guard bytes.contains(where: { $0 != 0 }) else { return }
        var stream = TraceStream(matcher, readsLines: false)
        bytes.withUnsafeBytes { stream.feed($0, at: 0) }
        stream.finish()
        for index in Set(stream.matches.map(\.needle)).sorted() {
            hit(matcher.needles[index], .attribute(path: path))
        }
    }

    private mutating func hit(_ needle: TraceNeedle, _ place: TracePlace) {
        guard report.hits.count < Self.hitsMax else {
            report.isTruncated = true
            return
        }
        report.hits.append(TraceHit(needle: needle, place: place))
    }

    private mutating func unreadable(_ path: String, _ error: CloudError) {
        guard report.unreadable.count < Self.hitsMax else {
            report.isTruncated = true
            return
        }
        let reason = error.detail ?? error.sentence
        report.unreadable.append(UnreadableFile(path: path.isEmpty ? "/" : path, reason: reason))
    }

    private func checkTime() throws(CloudError) {
        guard seen.count <= Self.filesMax else { throw CloudError.unsupportedDisk("it holds too many files") }
        if deadline.hasPassed { throw CloudError.tooLate("search the disk") }
    }
}
