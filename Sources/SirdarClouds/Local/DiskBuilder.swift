import Foundation
package import SirdarImages

/// One entry of a file system to be made.
package struct DiskEntry: Sendable {
    package enum Content: Sendable {
        case folder
        case bytes([UInt8])
        case link(String)
        /// The content of a file of this host, which is shared between trees and not changed.
        case host(String)
    }

    package let path: String
    package let content: Content
    package let mode: Int
    package let owner: Int
    package let group: Int

    package init(path: String, content: Content, mode: Int, owner: Int, group: Int) {
        self.path = path
        self.content = content
        self.mode = mode
        self.owner = owner
        self.group = group
    }

    package static func folder(_ path: String, mode: Int = 0o755, owner: Int = 0) -> DiskEntry {
        DiskEntry(path: path, content: .folder, mode: mode, owner: owner, group: owner)
    }

    package static func text(
        _ path: String,
        _ text: String,
        mode: Int = 0o644,
        owner: Int = 0,
        group: Int? = nil
    ) -> DiskEntry {
        DiskEntry(path: path, content: .bytes(Array(text.utf8)), mode: mode, owner: owner, group: group ?? owner)
    }

    package static func link(_ path: String, to target: String) -> DiskEntry {
        DiskEntry(path: path, content: .link(target), mode: 0o777, owner: 0, group: 0)
    }
}

/// A machine to be put into a pool together with its disk.
package struct NewMachine: Sendable {
    package let name: String
    package let project: String?
    package let machineType: String
    package let address: String?
    package let diskBytes: Int64
    package let isOn: Bool

    package init(
        name: String,
        project: String?,
        machineType: String,
        address: String? = nil,
        diskBytes: Int64,
        isOn: Bool = false
    ) {
        self.name = name
        self.project = project
        self.machineType = machineType
        self.address = address
        self.diskBytes = diskBytes
        self.isOn = isOn
    }
}

extension LocalCloud {
    /// Makes a machine with a new disk that holds these entries. One that is there already is left as it is, so that
    /// the call may be repeated after a crash.
    package func addMachine(
        _ machine: NewMachine,
        in location: String,
        entries: [DiskEntry],
        by deadline: Deadline
    ) throws(CloudError) -> MachineRef {
        try Names.checkFileName(machine.name, "machine")
        let pool = try pool(location)
        let ref = MachineRef(location: pool.id, id: machine.name)
        guard let lock = try FileLock.take(pool.diskLock(ref.id), .exclusive, for: "being made", by: deadline) else {
            throw busy(ref.id, pool.diskLock(ref.id))
        }
        defer { withExtendedLifetime(lock) {} }
        guard try machineRecord(ref, in: pool) == nil else { return ref }
        let partial = pool.disk(ref.id) + ".partial"
        try Durable.remove(partial)
        let builder = DiskBuilder(tools: tools, deadline: deadline)
        let scratch = try Scratch(pool, by: deadline)
        try builder.build(entries, label: machine.name, bytes: machine.diskBytes, at: partial, in: scratch)
        try Durable.sync(partial)
        try Durable.rename(partial, to: pool.disk(ref.id))
        try Records.write(record(of: machine), to: pool.machineRecord(ref.id))
        return ref
    }

    private func record(of machine: NewMachine) -> MachineRecord {
        let project = machine.project.map { ["sherpa:project": $0] } ?? [:]
        return MachineRecord(
            id: machine.name,
            project: machine.project,
            machineType: machine.machineType,
            os: "linux",
            architecture: "x86_64",
            address: machine.address,
            tags: project.merging(["sherpa:machine-type": machine.machineType]) { first, _ in first },
            createdAt: now(),
            key: nil,
            request: nil,
            sourceImage: nil,
            stage: .ready,
            diskBytes: machine.diskBytes,
            isOn: machine.isOn,
            powerSince: now(),
            starts: machine.isOn ? 1 : 0
        )
    }
}

/// Makes ext4 disks out of entries, without being root and without mounting anything.
struct DiskBuilder {
    let tools: Toolbox
    let deadline: Deadline

    /// Makes a sparse disk at `path`. A folder that is not among the entries is made with mode 0755, owned by root.
    func build(
        _ entries: [DiskEntry],
        label: String,
        bytes: Int64,
        at path: String,
        in scratch: Scratch
    ) throws(CloudError) {
        let tree = "\(scratch.folder)/\(label)"
        try Durable.makeFolder(tree)
        let all = Self.withParents(entries)
        for entry in all { try place(entry, in: tree) }
        let options = "lazy_itable_init=1,lazy_journal_init=1,nodiscard,root_owner=0:0"
        let size = "\(bytes >> 10)k"
        let arguments = ["-q", "-F", "-b", "4096", "-m", "0", "-L", "root", "-E", options, "-d", tree, path, size]
        let made = try ToolRun.run(tools.mkfs, arguments, by: deadline)
        guard made.status == 0 else { throw CloudError.tool(made, doing: "make the disk of \(label)") }
        try setOwners(of: all, on: path, in: scratch, label)
        Scratch.remove(tree)
    }

    /// Whoever runs us owns the files in the tree; on the disk they belong to whom the entries say.
    private func setOwners(
        of entries: [DiskEntry],
        on disk: String,
        in scratch: Scratch,
        _ label: String
    ) throws(CloudError) {
        let lines = entries.flatMap { entry in
            [
                "sif \"\(entry.path)\" uid \(entry.owner)", "sif \"\(entry.path)\" gid \(entry.group)",
            ]
        }
        let script = "\(scratch.folder)/\(label).debugfs"
        try Durable.write(Array((lines.joined(separator: "\n") + "\n").utf8), to: script)
        let result = try ToolRun.run(tools.debugfs, ["-w", "-f", script, disk], by: deadline)
        let said = result.errors.split(separator: "\n").filter { !$0.hasPrefix("debugfs 1.") && !$0.isEmpty }
        guard result.status == 0, said.isEmpty else {
            throw CloudError.damagedDisk("debugfs: \(said.prefix(5).joined(separator: "; "))")
        }
    }

    private func place(_ entry: DiskEntry, in tree: String) throws(CloudError) {
        let path = tree + entry.path
        switch entry.content {
        case .folder: try Durable.makeFolder(path)
        case .bytes(let bytes): try Durable.write(bytes, to: try Descriptor(path, O_WRONLY | O_CREAT | O_EXCL))
        case .link(let target):
            guard symlink(target, path) == 0 else { throw CloudError.system(errno, doing: "make \(path)") }
            return
        case .host(let source):
            if link(source, path) != 0 { try Durable.copy(source, to: path) }
        }
        guard chmod(path, mode_t(entry.mode)) == 0 else { throw CloudError.system(errno, doing: "make \(path)") }
    }

    /// The entries with all folders above them, each once, parents first.
    static func withParents(_ entries: [DiskEntry]) -> [DiskEntry] {
        var all: [String: DiskEntry] = [:]
        for entry in entries {
            var parent = entry.path.split(separator: "/").dropLast()
            while !parent.isEmpty {
                let path = "/" + parent.joined(separator: "/")
                if all[path] == nil { all[path] = .folder(path) }
                parent = parent.dropLast()
            }
        }
        for entry in entries { all[entry.path] = entry }
        return all.values.sorted { $0.path < $1.path }
    }
}
