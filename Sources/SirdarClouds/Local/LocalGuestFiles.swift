import Foundation
import SirdarImages

/// The files in the disks of local machines.
struct LocalGuestFiles: GuestFiles {
    let cloud: LocalCloud
    let fileBytesMax = 1 << 20
    private static let listMax = 10_000

    func listFiles(in machine: MachineRef, at path: GuestPath, by deadline: Deadline) throws(CloudError) -> [GuestFile]
    {
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

    func readFile(in machine: MachineRef, at path: GuestPath, by deadline: Deadline) throws(CloudError) -> GuestContent
    {
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
            throw CloudError(
                .invalid,
                "The file has \(write.bytes.count) bytes; at most \(fileBytesMax) can be written."
            )
        }
        let (disk, volume) = try writing(machine, path, "write the file", by: deadline)
        let place = try place(of: path, in: volume)
        if let old = place.old, try isDone(write, old, path, in: volume) { return try content(old, path, in: volume) }
        let editor = try editor(disk, by: deadline)
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

    func removeFile(
        in machine: MachineRef,
        at path: GuestPath,
        key: String,
        by deadline: Deadline
    ) throws(CloudError) {
        try Names.checkKey(key)
        let (disk, volume) = try writing(machine, path, "remove the file", by: deadline)
        guard let name = path.components.last else { throw CloudError(.invalid, "The root cannot be removed.") }
        let parent = try volume.resolve(Array(path.components.dropLast()), followingLast: true)?.path
        guard let parent, let old = try volume.resolve(parent + [name], followingLast: false)?.inode else { return }
        let isFilled = old.kind == .directory ? try !volume.entries(of: old).isEmpty : false
        guard !isFilled else { throw CloudError(.invalid, "The directory \(path) is not empty.") }
        guard old.kind != .other else { throw CloudError(.invalid, "\(path) is a device, a pipe or a socket.") }
        guard old.kind == .directory || old.links == 1 else {
            throw CloudError(.invalid, "\(path) has \(old.links) names (hard links); remove it on the machine itself.")
        }
        try editor(disk, by: deadline).remove(name, old, from: parent)
        guard try Ext4Volume(disk.path).resolve(parent + [name], followingLast: false) == nil else {
            throw CloudError.damagedDisk("\(path) is still there after it was removed")
        }
    }

    func makeFolder(
        in machine: MachineRef,
        at path: GuestPath,
        access: (mode: Int, owner: Int, group: Int),
        key: String,
        by deadline: Deadline
    ) throws(CloudError) {
        try Names.checkKey(key)
        let (disk, volume) = try writing(machine, path, "make the directory", by: deadline)
        if let there = try volume.resolve(path.components, followingLast: true) {
            guard there.inode.kind == .directory else {
                throw CloudError(.invalid, "\(path) is there and is not a directory.")
            }
            return
        }
        let parent = try volume.resolve(Array(path.components.dropLast()), followingLast: true)
        guard let name = path.components.last, let parent, parent.inode.kind == .directory else {
            throw CloudError(.gone, "The directory above \(path) does not exist on the machine.")
        }
        try editor(disk, by: deadline).makeFolder(name, in: parent.path, access)
    }

    /// A disk that may be changed: the machine is off and was shut down cleanly.
    private func writing(
        _ machine: MachineRef,
        _ path: GuestPath,
        _ what: String,
        by deadline: Deadline
    ) throws(CloudError) -> (OpenDisk, Ext4Volume) {
        let use = LocalCloud.DiskUse(purpose: "\(what) \(path)", mode: .exclusive, needsOff: what)
        let disk = try cloud.open(machine, use, by: deadline)
        let volume = try Ext4Volume(disk.path)
        try volume.checkClean(machine.id, before: what)
        return (disk, volume)
    }

    private func editor(_ disk: OpenDisk, by deadline: Deadline) throws(CloudError) -> DiskEditor {
        let scratch = try Scratch(disk.pool, by: deadline)
        return DiskEditor(tools: cloud.tools, disk: disk.path, scratch: scratch, lock: disk.lock, deadline: deadline)
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

    private func verify(
        _ change: DiskEditor.Change,
        _ path: GuestPath,
        _ disk: OpenDisk
    ) throws(CloudError) -> GuestContent {
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

    private func content(
        _ inode: Ext4Inode,
        _ path: GuestPath,
        in volume: Ext4Volume
    ) throws(CloudError) -> GuestContent {
        guard inode.kind == .regular else { throw CloudError(.invalid, "\(path) is not a file.") }
        let bytes = try volume.bytes(of: inode, limit: fileBytesMax)
        return GuestContent(
            file: try facts(inode, path.description, in: volume),
            bytes: bytes,
            digest: Digest.of(bytes)
        )
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

extension Ext4Volume {
    func checkClean(_ machine: String, before what: String) throws(CloudError) {
        guard isClean else {
            throw CloudError(
                .conflict(facts: ["journal": "needs recovery"]),
                "\(machine) was not shut down cleanly. Start it, shut it down properly, then \(what)."
            )
        }
    }
}
