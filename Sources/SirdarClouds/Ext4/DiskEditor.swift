import Foundation
import SirdarImages

/// Replaces files inside an ext4 disk so that a kill or a power cut at any moment leaves the old file or the new one.
///
/// `debugfs` can write into an ext4 but not atomically: stopped halfway it leaves a damaged file system, and some of
/// its commands are traps. So it never touches the disk. It works on a shadow, a sparse file that holds the file
/// system's structures only (`e2image -r`); the shadow is checked (`e2fsck -fn`); what differs from the disk, usually
/// three or four blocks, goes into a redo file beside the disk, made durable; only then are these blocks written into
/// the disk, and the redo file is removed. Whoever opens the disk next and finds a redo file writes its blocks once
/// more.
struct DiskEditor {
    private static let redoBytesMax = 256 << 20
    private static let mark = Array("SIRDAR REDO 1\n".utf8)

    struct Change {
        /// The directory, without links.
        let folder: [String]
        let name: String
        let bytes: [UInt8]
        let access: (mode: Int, owner: Int, group: Int)
        /// The file that is replaced; nil makes a new one.
        let old: Ext4Inode?
        /// Seconds since 1970.
        let now: Int64
    }

    let tools: Toolbox
    let disk: String
    let scratch: Scratch
    let lock: FileLock
    let deadline: Deadline

    static func redoPath(_ disk: String) -> String { disk + ".redo" }

    /// Replaces a file or makes a new one.
    func apply(_ change: Change) throws(CloudError) {
        let content = scratch.folder + "/content"
        try Durable.write(change.bytes, to: content)
        try edit { (shadow) throws(CloudError) -> Void in
            let attributes = try carryAttributes(change, shadow)
            try command(Self.commands(change, content, attributes), shadow)
        }
    }

    /// Removes a file, a link or an empty directory, and clears its inode: the target of a short link lies there.
    func remove(_ name: String, _ inode: Ext4Inode, from folder: [String]) throws(CloudError) {
        let verb = inode.kind == .directory ? "rmdir" : "rm"
        let lines = [Self.enter(folder), "\(verb) \"\(name)\"", "clri <\(inode.number)>"]
        try edit { (shadow) throws(CloudError) -> Void in try command(lines, shadow) }
    }

    func makeFolder(
        _ name: String,
        in folder: [String],
        _ access: (mode: Int, owner: Int, group: Int)
    ) throws(CloudError) {
        let mode = "0" + String(0o040000 | access.mode, radix: 8)
        let lines = [
            Self.enter(folder), "mkdir \"\(name)\"", "sif \"\(name)\" mode \(mode)",
            "sif \"\(name)\" uid \(access.owner)", "sif \"\(name)\" gid \(access.group)",
        ]
        try edit { (shadow) throws(CloudError) -> Void in try command(lines, shadow) }
    }

    /// Writes all directories anew, without what deleted names left in them.
    func tidyFolders() throws(CloudError) {
        try edit { (shadow) throws(CloudError) -> Void in
            let result = try run(tools.e2fsck, ["-fyD", shadow])
            guard result.status <= 1 else { throw CloudError.tool(result, doing: "tidy the directories") }
        }
    }

    private func edit(_ body: (_ shadow: String) throws(CloudError) -> Void) throws(CloudError) {
        let shadow = scratch.folder + "/shadow"
        let made = try run(tools.e2image, ["-r", disk, shadow])
        guard made.status == 0 else { throw CloudError.tool(made, doing: "read the file system") }
        try checkShadow(shadow, "before the change")
        try body(shadow)
        try checkShadow(shadow, "after the change")
        try Durable.write(try redo(shadow), to: Self.redoPath(disk))
        try Self.replay(disk)
        try Durable.remove(shadow)
    }

    /// Writes the blocks of a redo file into its disk, if there is one, and removes it.
    static func replay(_ disk: String) throws(CloudError) {
        guard let redo = try Durable.read(redoPath(disk)) else { return }
        let body = redo.dropLast(64)
        guard redo.starts(with: mark), redo.count > mark.count + 64,
            Digest.of(Array(body)) == String(decoding: redo.suffix(64), as: UTF8.self)
        else { throw CloudError.damagedDisk("the redo file \(redoPath(disk)) is damaged") }
        let target = try Descriptor(disk, O_RDWR)
        let entries = Bytes(Array(body.dropFirst(mark.count)))
        var at = 0
        while at < entries.count {
            let offset = try entries.u64(low: at, high: at + 4)
            let length = Int(try entries.u32(at + 8))
            try target.put(try entries.slice(at + 12, length).storage, at: Int64(clamping: offset))
            at += 12 + length
        }
        try target.sync()
        try Durable.remove(redoPath(disk))
    }

    /// What the shadow has and the disk has not. Both are read in whole blocks; a hole of the shadow is unchanged.
    private func redo(_ shadow: String) throws(CloudError) -> [UInt8] {
        let ours = try Descriptor(shadow, O_RDONLY)
        // Before all is written, a block of the shadow can still pass for a hole.
        try ours.sync()
        let theirs = try Descriptor(disk, O_RDONLY)
        guard try ours.size() == theirs.size() else { throw CloudError.damagedDisk("its shadow has another size") }
        var redo = Self.mark
        var at: Int64 = 0
        while let data = try ours.nextData(from: at) {
            at = data.lowerBound
            while at < data.upperBound {
                let block = try ours.bytes(at: at, Int(min(4_096, data.upperBound - at)))
                if try theirs.bytes(at: at, block.count) != block {
                    for shift in stride(from: 0, to: 64, by: 8) { redo.append(UInt8(truncatingIfNeeded: at >> shift)) }
                    for shift in stride(from: 0, to: 32, by: 8) {
                        redo.append(UInt8(truncatingIfNeeded: block.count >> shift))
                    }
                    redo += block
                }
                at += Int64(block.count)
            }
            guard redo.count <= Self.redoBytesMax else { throw CloudError.damagedDisk("the change touches too much") }
        }
        return redo + Array(Digest.of(redo).utf8)
    }

    /// The commands for `debugfs`. It stands in the directory and names the file only: given a path, its `rm` may
    /// leave the entry of a file that it has freed.
    private static func commands(_ change: Change, _ content: String, _ attributes: [(String, String)]) -> [String] {
        let name = "\"\(change.name)\""
        var lines = [enter(change.folder)]
        if let old = change.old { lines += ["rm \(name)", "clri <\(old.number)>"] }
        lines.append("write \"\(content)\" \(name)")
        let mode = "0" + String(0o100000 | change.access.mode, radix: 8)
        lines += [
            "sif \(name) mode \(mode)", "sif \(name) uid \(change.access.owner)",
            "sif \(name) gid \(change.access.group)",
        ]
        lines += ["mtime", "ctime"].map { "sif \(name) \($0) @\(change.now)" }
        lines.append("sif \(name) atime @\(change.old?.accessed ?? change.now)")
        lines.append("sif \(name) crtime @\(change.old?.created ?? change.now)")
        return lines + attributes.map { "ea_set -f \"\($0.1)\" \(name) \($0.0)" }
    }

    private static func enter(_ folder: [String]) -> String { "cd \"/\(folder.joined(separator: "/"))\"" }

    /// Saves the extended attributes of the file that is replaced: their names, and the files that hold their values.
    private func carryAttributes(_ change: Change, _ shadow: String) throws(CloudError) -> [(String, String)] {
        guard let old = change.old else { return [] }
        let inner = try old.attributeBytes
        guard old.attributeBlock != 0 || !inner.isEmpty else { return [] }
        let list = try run(tools.debugfs, ["-R", "ea_list <\(old.number)>", shadow]).text
        var carried: [(String, String)] = []
        for line in list.split(separator: "\n") where line.hasPrefix("  ") {
            let name = String(line.dropFirst(2).prefix { $0 != " " })
            guard name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) }), !name.isEmpty
            else {
                throw CloudError(.invalid, "The file has an extended attribute that Sirdar cannot carry over: \(name).")
            }
            let value = "\(scratch.folder)/attribute-\(carried.count)"
            try command(["ea_get -f \"\(value)\" <\(old.number)> \(name)"], shadow)
            guard Durable.exists(value) else { throw CloudError.damagedDisk("attribute \(name) cannot be read") }
            carried.append((name, value))
        }
        return carried
    }

    /// `debugfs` ends with 0 whatever happens; its errors are the lines it says beside its banner.
    private func command(_ lines: [String], _ shadow: String) throws(CloudError) {
        let script = scratch.folder + "/script"
        try Durable.write(Array((lines.joined(separator: "\n") + "\n").utf8), to: script)
        let result = try run(tools.debugfs, ["-w", "-f", script, shadow])
        let said = result.errors.split(separator: "\n").filter { !$0.hasPrefix("debugfs 1.") && !$0.isEmpty }
        guard result.status == 0, said.isEmpty else {
            throw CloudError.damagedDisk("debugfs: \(said.joined(separator: "; "))")
        }
    }

    private func checkShadow(_ shadow: String, _ when: String) throws(CloudError) {
        let result = try run(tools.e2fsck, ["-fn", shadow])
        guard result.status == 0 else {
            let said = result.text.split(separator: "\n").filter { !$0.hasPrefix("Pass ") }.prefix(5)
            throw CloudError.damagedDisk("e2fsck \(when): \(said.joined(separator: "; "))")
        }
    }

    private func run(_ tool: String, _ arguments: [String]) throws(CloudError) -> ToolResult {
        try ToolRun.run(tool, arguments, keeping: [lock], by: deadline)
    }
}
