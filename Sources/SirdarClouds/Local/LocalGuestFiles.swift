import Foundation
import SirdarImages

/// The files in the disks of local machines.
struct LocalGuestFiles: GuestFiles {
    let cloud: LocalCloud
    let fileBytesMax = 1 << 20
    private static let listMax = 10_000

    func listFiles(in machine: MachineRef, at path: GuestPath, by deadline: Deadline) throws(CloudError) -> [GuestFile] {
        let disk = try reading(machine, by: deadline)
        let volume = try Ext4Volume(disk.path)
        let folder = try find(path, in: volume, followingLast: true)
        guard folder.inode.kind == .directory else { throw CloudError(.invalid, "\(path) is not a directory.") }
        let entries = try volume.entries(of: folder.inode)
        guard entries.count <= Self.listMax else {
            throw CloudError(.invalid, "\(path) holds \(entries.count) files; at most \(Self.listMax) are listed.")
        }
        let base = path.components.isEmpty ? "" : path.description
        var files: [GuestFile] = []
        for entry in entries { files.append(try facts(volume.inode(entry.inode), "\(base)/\(entry.name)", in: volume)) }
        return files.sorted { $0.path < $1.path }
    }

    func statFile(in machine: MachineRef, at path: GuestPath, by deadline: Deadline) throws(CloudError) -> GuestFile {
        let disk = try reading(machine, by: deadline)
        let volume = try Ext4Volume(disk.path)
        return try facts(find(path, in: volume, followingLast: false).inode, path.description, in: volume)
    }

    func readFile(in machine: MachineRef, at path: GuestPath, by deadline: Deadline) throws(CloudError) -> GuestContent {
        let disk = try reading(machine, by: deadline)
        let volume = try Ext4Volume(disk.path)
        return try content(find(path, in: volume, followingLast: true).inode, path, in: volume)
    }

    func writeFile(
        in machine: MachineRef,
        at path: GuestPath,
        _ write: GuestWrite,
        key: String,
        by deadline: Deadline
    ) throws(CloudError) -> GuestContent {
        try Names.checkKey(key)
        guard write.bytes.count <= fileBytesMax else {
            throw CloudError(.invalid, "The file has \(write.bytes.count) bytes; at most \(fileBytesMax) can be written.")
        }
        let use = LocalCloud.DiskUse(purpose: "write \(path)", mode: .exclusive, needsOff: "write the file")
        let disk = try cloud.open(machine, use, by: deadline)
        let volume = try Ext4Volume(disk.path)
        guard volume.isClean else {
            throw CloudError(
                .conflict(facts: ["journal": "needs recovery"]),
                "\(machine.id) was not shut down cleanly. Start it, shut it down properly, then write the file."
            )
        }
        let place = try place(of: path, in: volume)
        if let old = place.old, try isDone(write, old, path, in: volume) { return try content(old, path, in: volume) }
        let editor = DiskEditor(
            tools: cloud.tools,
            disk: disk.path,
            scratch: try Scratch(disk.pool, by: deadline),
            lock: disk.lock,
            deadline: deadline
        )
        let access = place.old.map { ($0.mode, $0.owner, $0.group) } ?? write.access
        let change = DiskEditor.Change(
            folder: place.folder,
            name: place.name,
            bytes: write.bytes,
            access: access,
            old: place.old,
            now: cloud.now() / 1_000
        )
        try editor.apply(change)
        return try verify(change, path, disk)
    }

    /// Whether the file holds these bytes already, from an earlier try. Refuses when it holds something unexpected.
    private func isDone(
        _ write: GuestWrite,
        _ old: Ext4Inode,
        _ path: GuestPath,
        in volume: Ext4Volume
    ) throws(CloudError) -> Bool {
        let bytes = try volume.bytes(of: old, limit: fileBytesMax)
        if bytes == write.bytes { return true }
        let digest = Digest.of(bytes)
        if let expected = write.expecting, expected != digest {
            throw CloudError(
                .conflict(facts: ["digest": digest]),
                "\(path) was changed by somebody else meanwhile. Read it again, then make your change once more."
            )
        }
        return false
    }

    /// Where a file is to be written; refuses whatever is not a plain file in a directory that exists.
    private func place(
        of path: GuestPath,
        in volume: Ext4Volume
    ) throws(CloudError) -> (folder: [String], name: String, old: Ext4Inode?) {
        guard let name = path.components.last else { throw CloudError(.invalid, "The root is a directory.") }
        let parent = try volume.resolve(Array(path.components.dropLast()), followingLast: true)
        guard let parent, parent.inode.kind == .directory else {
            throw CloudError(.gone, "The directory of \(path) does not exist on the machine.")
        }
        _ = try GuestPath("/" + parent.path.joined(separator: "/"))
        guard let old = try volume.resolve(parent.path + [name], followingLast: false)?.inode else {
            return (parent.path, name, nil)
        }
        switch old.kind {
        case .regular: break
        case .link:
            let target = try volume.target(of: old)
            throw CloudError(.invalid, "\(path) is a link to \(target). Write the file that it points to.")
        case .directory: throw CloudError(.invalid, "\(path) is a directory.")
        case .other: throw CloudError(.invalid, "\(path) is a device, a pipe or a socket, not a file.")
        }
        guard old.links == 1 else {
            throw CloudError(.invalid, "\(path) has \(old.links) names (hard links); replacing one would part them.")
        }
        return (parent.path, name, old)
    }

    private func verify(_ change: DiskEditor.Change, _ path: GuestPath, _ disk: OpenDisk) throws(CloudError) -> GuestContent {
        let volume = try Ext4Volume(disk.path)
        let written = try content(find(path, in: volume, followingLast: false).inode, path, in: volume)
        let access = (written.file.mode, written.file.owner, written.file.group)
        guard written.bytes == change.bytes, access == change.access else {
            throw CloudError.damagedDisk("\(path) reads back differently from what was written")
        }
        return written
    }

    private func reading(_ machine: MachineRef, by deadline: Deadline) throws(CloudError) -> OpenDisk {
        try cloud.open(machine, LocalCloud.DiskUse(purpose: "read files", mode: .shared, needsOff: nil), by: deadline)
    }

    private func find(
        _ path: GuestPath,
        in volume: Ext4Volume,
        followingLast: Bool
    ) throws(CloudError) -> Ext4Resolved {
        guard let found = try volume.resolve(path.components, followingLast: followingLast) else {
            throw CloudError(.gone, "There is no \(path) on the machine.")
        }
        return found
    }

    private func content(_ inode: Ext4Inode, _ path: GuestPath, in volume: Ext4Volume) throws(CloudError) -> GuestContent {
        guard inode.kind == .regular else { throw CloudError(.invalid, "\(path) is not a file.") }
        let bytes = try volume.bytes(of: inode, limit: fileBytesMax)
        return GuestContent(file: try facts(inode, path.description, in: volume), bytes: bytes, digest: Digest.of(bytes))
    }

    private func facts(_ inode: Ext4Inode, _ path: String, in volume: Ext4Volume) throws(CloudError) -> GuestFile {
        let kind: GuestFileKind =
            switch inode.kind {
            case .regular: .regular
            case .directory: .directory
            case .link: .link
            case .other: .other
            }
        return GuestFile(
            path: path,
            kind: kind,
            access: (inode.mode, inode.owner, inode.group),
            sizeBytes: inode.sizeBytes,
            modifiedAt: inode.modified * 1_000,
            linkTarget: inode.kind == .link ? try volume.target(of: inode) : nil
        )
    }
}
