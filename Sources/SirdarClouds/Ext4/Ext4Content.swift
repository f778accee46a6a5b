import SirdarImages

extension Ext4Volume {
    static let pieceBytes = 1 << 20

    /// Hands over a file's written content piece by piece, in order, with the offset of each piece. Holes are left out:
    /// they read as zeros, in which nothing can be found.
    func content(
        of inode: Ext4Inode,
        _ body: (UnsafeRawBufferPointer, _ at: Int64) throws(CloudError) -> Void
    ) throws(CloudError) {
        guard !inode.isEncrypted else { throw CloudError.unsupportedDisk("the file is encrypted") }
        if inode.isInline {
            guard inode.sizeBytes <= 60 else { throw CloudError.unsupportedDisk("the file lies in its attributes") }
            return try hand(try inode.body.slice(0x28, Int(inode.sizeBytes)).storage, at: 0, body)
        }
        let written = try extents(of: inode).filter { !$0.isUnwritten }
        for extent in written.sorted(by: { $0.logical < $1.logical }) {
            let start = Int64(extent.logical) * Int64(blockBytes)
            var left = min(Int64(extent.count) * Int64(blockBytes), inode.sizeBytes - start)
            var done: Int64 = 0
            while left > 0 {
                let count = Int(min(left, Int64(Self.pieceBytes)))
                let bytes = try disk.bytes(at: Int64(extent.physical) * Int64(blockBytes) + done, count)
                guard bytes.count == count else { throw CloudError.damagedDisk("the disk ends inside a file") }
                try hand(bytes, at: start + done, body)
                done += Int64(count)
                left -= Int64(count)
            }
        }
    }

    /// A whole file of at most `limit` bytes, holes as zeros.
    func bytes(of inode: Ext4Inode, limit: Int) throws(CloudError) -> [UInt8] {
        guard inode.sizeBytes <= Int64(limit) else {
            throw CloudError(.invalid, "The file has \(inode.sizeBytes) bytes; at most \(limit) can be read.")
        }
        var whole = [UInt8](repeating: 0, count: Int(inode.sizeBytes))
        try content(of: inode) { (piece, offset) throws(CloudError) -> Void in
            whole.replaceSubrange(Int(offset)..<Int(offset) + piece.count, with: piece)
        }
        return whole
    }

    /// Where a symbolic link points to, as it stands there.
    func target(of inode: Ext4Inode) throws(CloudError) -> String {
        if inode.sizeBytes < 60, try extentsAreAbsent(inode) {
            return String(decoding: try inode.body.slice(0x28, Int(inode.sizeBytes)).storage, as: UTF8.self)
        }
        return String(decoding: try bytes(of: inode, limit: 4_096), as: UTF8.self)
    }

    /// A short link lies where a longer one keeps its tree.
    private func extentsAreAbsent(_ inode: Ext4Inode) throws(CloudError) -> Bool {
        if !inode.usesExtents { return true }
        return try inode.body.u16(0x28) != 0xF30A
    }

    private func hand(
        _ bytes: [UInt8],
        at offset: Int64,
        _ body: (UnsafeRawBufferPointer, _ at: Int64) throws(CloudError) -> Void
    ) throws(CloudError) {
        var outcome: CloudError?
        bytes.withUnsafeBytes { buffer in
            do throws(CloudError) { try body(buffer, offset) } catch { outcome = error }
        }
        if let outcome { throw outcome }
    }
}
