import Foundation
import SirdarClouds
import SirdarImages
import Testing

@Suite("Files in a machine's disk")
struct GuestFilesTests {
    @Test("a file that is replaced keeps its mode and its owner, and the file system stays clean")
    func replaced() throws {
        let ground = try Ground()
        let machine = try ground.machine(
            "ws-01",
            [
                .text("/etc/secret.conf", "old\n", mode: 0o640, owner: 70_000, group: 12),
                .text("/etc/other", "untouched\n"),
            ]
        )
        let before = try ground.files.readFile(in: machine, at: GuestPath("/etc/secret.conf"), by: ground.soon)
        #expect(before.file.mode == 0o640)

        let text = String(repeating: "a line that is new\n", count: 2_000)
        let after = try ground.write(text, to: "/etc/secret.conf", on: machine)

        #expect(String(decoding: after.bytes, as: UTF8.self) == text)
        #expect((after.file.mode, after.file.owner, after.file.group) == (0o640, 70_000, 12))
        #expect(after.file.modifiedAt >= before.file.modifiedAt)
        #expect(try ground.text("/etc/other", on: machine) == "untouched\n")
        #expect(try judge("e2fsck", "-fn", ground.disk(machine)).status == 0)
        #expect(try judge("debugfs", "-R", "cat /etc/secret.conf", ground.disk(machine)).output == text)
    }

    @Test(
        "a new file is made with the mode and owner asked for, in a directory that exists, the root included",
        arguments: [
            "/etc/new.conf", "/new at the root", "/deep/er/still/x-\u{e9}\u{4e2d}",
        ]
    )
    func made(_ path: String) throws {
        let ground = try Ground()
        let machine = try ground.machine("ws-01", [.folder("/etc"), .folder("/deep/er/still")])
        let write = GuestWrite(Array("hello\n".utf8), access: (0o600, 990, 991))
        let made = try ground.files.writeFile(in: machine, at: GuestPath(path), write, key: "w", by: ground.soon)
        #expect((made.file.mode, made.file.owner, made.file.group) == (0o600, 990, 991))
        #expect(try ground.text(path, on: machine) == "hello\n")
        #expect(try judge("e2fsck", "-fn", ground.disk(machine)).status == 0)
    }

    @Test("replacing a file at the root leaves no damaged directory behind")
    func atTheRoot() throws {
        let ground = try Ground()
        let machine = try ground.machine("ws-01", [.text("/motd", "one\n")])
        try ground.write("two\n", to: "/motd", on: machine)
        try ground.write("", to: "/motd", on: machine)
        try ground.write("three\n", to: "/motd", on: machine)
        #expect(try ground.text("/motd", on: machine) == "three\n")
        #expect(try judge("e2fsck", "-fn", ground.disk(machine)).status == 0)
    }

    @Test("extended attributes of a replaced file are kept")
    func attributes() throws {
        let ground = try Ground()
        let machine = try ground.machine()
        let disk = ground.disk(machine)
        _ = try judge("debugfs", "-w", "-R", "ea_set /etc/fstab user.note kept", disk)
        _ = try judge("debugfs", "-w", "-R", "ea_set /etc/fstab security.selinux system_u:object_r:etc_t:s0", disk)
        try ground.write("changed\n", to: "/etc/fstab", on: machine)
        let kept = try judge("debugfs", "-R", "ea_list /etc/fstab", disk).output
        #expect(kept.contains("user.note") && kept.contains("kept") && kept.contains("object_r:etc_t"))
        #expect(try judge("e2fsck", "-fn", disk).status == 0)
    }

    @Test("a write that was cut short after it was decided is finished by whoever opens the disk next")
    func redo() throws {
        let ground = try Ground()
        let machine = try ground.machine()
        let disk = ground.disk(machine)
        let before = try Data(contentsOf: URL(fileURLWithPath: disk))
        try ground.write("the new one\n", to: "/etc/fstab", on: machine)
        let after = try Data(contentsOf: URL(fileURLWithPath: disk))
        let redo = Self.redo(from: before, to: after)
        // As after a kill: the decision is durable, and of its blocks only the first was written.
        try before.write(to: URL(fileURLWithPath: disk))
        try redo.write(to: URL(fileURLWithPath: disk + ".redo"))
        #expect(try ground.text("/etc/fstab", on: machine) == "the new one\n")
        #expect(!FileManager.default.fileExists(atPath: disk + ".redo"))
        #expect(try judge("e2fsck", "-fn", disk).status == 0)
    }

    /// A redo file as the editor writes it, made here from two states of a disk.
    private static func redo(from before: Data, to after: Data) -> Data {
        var redo = Data("SIRDAR REDO 1\n".utf8)
        for at in stride(from: 0, to: before.count, by: 4_096) where before[at..<at + 4_096] != after[at..<at + 4_096] {
            withUnsafeBytes(of: UInt64(at).littleEndian) { redo.append(contentsOf: $0) }
            withUnsafeBytes(of: UInt32(4_096).littleEndian) { redo.append(contentsOf: $0) }
            redo.append(after[at..<at + 4_096])
        }
        redo.append(Data(sha256(redo).utf8))
        return redo
    }

    @Test("repeating a write changes nothing, and a stale expectation is a conflict that names the digest")
    func expectations() throws {
        let ground = try Ground()
        let machine = try ground.machine()
        let path = try GuestPath("/etc/fstab")
        let old = try ground.files.readFile(in: machine, at: path, by: ground.soon)
        let write = GuestWrite(Array("mine\n".utf8), expecting: old.digest)
        let first = try ground.files.writeFile(in: machine, at: path, write, key: "w", by: ground.soon)
        let second = try ground.files.writeFile(in: machine, at: path, write, key: "w", by: ground.soon)
        #expect(first == second)
        let late = GuestWrite(Array("theirs\n".utf8), expecting: old.digest)
        let error = try #require(throws: CloudError.self) {
            try ground.files.writeFile(in: machine, at: path, late, key: "x", by: ground.soon)
        }
        #expect(error.kind == .conflict(facts: ["digest": first.digest]))
    }

    @Test(
        "what cannot be written is refused with its reason",
        arguments: [
            ("/etc/link", "link"), ("/etc", "directory"), ("/missing/file", "does not exist"),
            ("/etc/fstab/x", "does not exist"),
            ("/", "directory"),
        ]
    )
    func refused(_ path: String, _ reason: String) throws {
        let ground = try Ground()
        let machine = try ground.machine("ws-01", [.text("/etc/fstab", "x\n"), .link("/etc/link", to: "fstab")])
        let error = try #require(throws: CloudError.self) { try ground.write("y\n", to: path, on: machine) }
        #expect(error.sentence.contains(reason))
        #expect(try ground.text("/etc/fstab", on: machine) == "x\n")
    }

    @Test("a machine that is on is not written to, and the refusal says what to do")
    func machineOn() throws {
        let ground = try Ground()
        let machine = try ground.machine(isOn: true)
        let error = try #require(throws: CloudError.self) { try ground.write("y\n", to: "/etc/fstab", on: machine) }
        #expect(error.sentence == "ws-01 is on. Turn it off, then write the file.")
    }

    @Test(
        "paths that could leave their place or their command are refused",
        arguments: [
            "etc/fstab", "/etc/../shadow", "/etc//fstab", "/etc/\"; rm x", "/a\nb", "/a'b", "/a`b", "/./a", "/a/", "",
            "/" + String(repeating: "x", count: 1_024), "/" + String(repeating: "y", count: 256),
        ]
    )
    func paths(_ path: String) {
        #expect(throws: CloudError.self) { try GuestPath(path) }
    }

    @Test("links are followed when reading, reported when asked about, and cannot loop for ever")
    func links() throws {
        let ground = try Ground()
        let machine = try ground.machine(
            "ws-01",
            [
                .text("/srv/real/file", "there\n"), .link("/short", to: "srv/real"),
                .link("/srv/up", to: "../short/file"),
                .link("/absolute", to: "/srv/up"), .link("/loop", to: "/loop"),
                .link("/long", to: "/srv/./" + String(repeating: "./", count: 60) + "real/file"),
            ]
        )
        for path in ["/short/file", "/srv/up", "/absolute", "/long"] {
            #expect(try ground.text(path, on: machine) == "there\n")
        }
        let facts = try ground.files.statFile(in: machine, at: GuestPath("/srv/up"), by: ground.soon)
        #expect(facts.kind == .link && facts.linkTarget == "../short/file")
        #expect(throws: CloudError.self) { try ground.text("/loop", on: machine) }
        #expect(throws: CloudError.self) { try ground.text("/short/none", on: machine) }
    }

    @Test("a large directory, a large file and a file with holes are read as they are")
    func large() throws {
        let ground = try Ground()
        let names = (0..<2_000).map { "/many/file-with-a-rather-long-name-\($0).txt" }
        let machine = try ground.machine(
            "ws-01",
            names.map { DiskEntry.text($0, $0) } + [
                DiskEntry(
                    path: "/big",
                    content: .bytes((0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 / 7) }),
                    mode: 0o644,
                    owner: 0,
                    group: 0
                )
            ]
        )
        _ = try judge("debugfs", "-w", "-R", "punch /big 10 100", ground.disk(machine))
        _ = try judge("e2fsck", "-fyD", ground.disk(machine))
        let listed = try ground.files.listFiles(in: machine, at: GuestPath("/many"), by: ground.soon)
        #expect(listed.map(\.path) == names.sorted())
        #expect(try ground.text(names[1_234], on: machine) == names[1_234])
        let big = try ground.files.readFile(in: machine, at: GuestPath("/big"), by: ground.soon).bytes
        let expected = (0..<1_000_000).map {
            (10 * 4_096..<101 * 4_096).contains($0) ? 0 : UInt8(truncatingIfNeeded: $0 / 7)
        }
        #expect(big == expected)
    }

    @Test("a disk of the older ext2 kind is read too")
    func ext2() throws {
        let ground = try Ground()
        let machine = try ground.machine("ws-01", [.text("/a", "a\n")])
        let tree = ground.root + "/tree"
        try FileManager.default.createDirectory(atPath: tree, withIntermediateDirectories: true)
        let bytes = (0..<900_000).map { UInt8(truncatingIfNeeded: $0 / 3) }
        try Data(bytes).write(to: URL(fileURLWithPath: tree + "/big"))
        try Data("small\n".utf8).write(to: URL(fileURLWithPath: tree + "/small"))
        #expect(try judge("mkfs.ext2", "-q", "-F", "-b", "1024", "-d", tree, ground.disk(machine), "64M").status == 0)
        #expect(try ground.files.readFile(in: machine, at: GuestPath("/big"), by: ground.soon).bytes == bytes)
        try ground.write("changed\n", to: "/small", on: machine)
        #expect(try ground.text("/small", on: machine) == "changed\n")
        #expect(try judge("e2fsck", "-fn", ground.disk(machine)).status == 0)
    }

    @Test("a disk full of nonsense is an error, never a crash", arguments: 0..<40)
    func damaged(_ seed: Int) throws {
        let ground = try Ground()
        let machine = try ground.machine(bytes: 16 * Ground.mebibyte)
        let disk = try FileHandle(forUpdating: URL(fileURLWithPath: ground.disk(machine)))
        var state = UInt64(seed + 1) &* 0x9E37_79B9_7F4A_7C15
        for _ in 0..<400 {
            state = state &* 6_364_136_223_846_793_005 &+ 1
            try disk.seek(toOffset: 1_024 + (state >> 33) % (seed.isMultiple(of: 2) ? 1_024 : 1 << 20))
            try disk.write(contentsOf: Data([UInt8(truncatingIfNeeded: state >> 56)]))
        }
        try disk.close()
        do {
            _ = try ground.inspection.scan(machine, for: [.address("10.42.0.20")], by: ground.soon)
            _ = try ground.text("/etc/fstab", on: machine)
            _ = try ground.inspection.zeroFreeSpace(of: machine, key: "z", by: ground.soon)
        } catch {
            #expect(error is CloudError)
        }
    }
}
