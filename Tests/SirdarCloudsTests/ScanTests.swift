import Foundation
import SirdarClouds
import SirdarImages
import Testing

@Suite("Traces on disks and in images")
struct ScanTests {
    private static let old = TraceNeedle.address("10.42.0.20")

    @Test("a scan finds text by its line, bytes by their offset, names, link targets and attributes")
    func everywhere() throws {
        let ground = try Ground()
        var program = [UInt8](repeating: 0, count: 3 << 20)
        program.replaceSubrange(2_097_145..<2_097_155, with: Array("10.42.0.20".utf8))
        let settings = "\u{FEFF}first\r\n\"Path\"=\"\\\\\\\\FILER\\\\projects\"\r\n"
        let registry: [UInt8] = settings.utf16.flatMap { unit -> [UInt8] in [UInt8(unit & 0xFF), UInt8(unit >> 8)] }
        let machine = try ground.machine(
            "ws-01",
            [
                .text("/etc/fstab", "# first\n\n10.42.0.20:/export /mnt nfs4\n10.42.0.200 is another\n"),
                DiskEntry(path: "/opt/program", content: .bytes(program), mode: 0o755, owner: 0, group: 0),
                DiskEntry(path: "/srv/drive.reg", content: .bytes(registry), mode: 0o644, owner: 0, group: 0),
                .text("/var/log/render-10.42.0.20.log", "nothing\n"), .link("/mnt-link", to: "/net/10.42.0.20/x"),
                .text("/srv/plain", "clean\n"), .folder("/mnt/blackfen"),
            ]
        )
        _ = try judge("debugfs", "-w", "-R", "ea_set /srv/plain user.server 10.42.0.20", ground.disk(machine))
        let needles: [TraceNeedle] = [Self.old, .path("\\\\filer\\projects"), .word("blackfen")]
        let report = try ground.inspection.scan(machine, for: needles, by: ground.soon)

        let expected: Set<TraceHit> = [
            TraceHit(
                needle: Self.old,
                place: .line(path: "/etc/fstab", number: 3, text: "10.42.0.20:/export /mnt nfs4")
            ),
            TraceHit(needle: Self.old, place: .offset(path: "/opt/program", offset: 2_097_145)),
            TraceHit(needle: Self.old, place: .name(path: "/var/log/render-10.42.0.20.log")),
            TraceHit(needle: Self.old, place: .link(path: "/mnt-link", target: "/net/10.42.0.20/x")),
            TraceHit(needle: Self.old, place: .attribute(path: "/srv/plain")),
            TraceHit(needle: .word("blackfen"), place: .name(path: "/mnt/blackfen")),
        ]
        #expect(expected.isSubset(of: report.hits))
        let lines = report.hits.compactMap { hit -> Int? in
            guard case .line("/srv/drive.reg", let number, _) = hit.place else { return nil }
            return number
        }
        #expect(lines == [2] && report.hits.count == expected.count + 1)
        #expect(report.unreadable == [] && report.filesRead == 5)
    }

    @Test(
        "a needle across the pieces of a large file is found once, wherever it lies",
        arguments: [
            1_048_570, 1_048_576, 1_047_552, 1_047_548, 2_097_151, 0, 2_999_990,
        ]
    )
    func pieces(_ offset: Int) throws {
        let ground = try Ground()
        var bytes = [UInt8](repeating: UInt8(ascii: " "), count: 3_000_000)
        bytes[0] = 0
        bytes.replaceSubrange(offset..<offset + 10, with: Array("10.42.0.20".utf8))
        let machine = try ground.machine(
            "ws-01",
            [DiskEntry(path: "/big", content: .bytes(bytes), mode: 0o644, owner: 0, group: 0)]
        )
        let report = try ground.inspection.scan(machine, for: [Self.old, .network("10.42.0.0/16")], by: ground.soon)
        #expect(report.hits.count == 2)
        #expect(report.hits.allSatisfy { $0.place == .offset(path: "/big", offset: Int64(offset)) } || offset == 0)
    }

    @Test("a file that has no name any more is searched as well")
    func nameless() throws {
        let ground = try Ground()
        let machine = try ground.machine("ws-01", [.text("/a/open", "still 10.42.0.20\n")])
        _ = try judge("debugfs", "-w", "-R", "unlink /a/open", ground.disk(machine))
        let report = try ground.inspection.scan(machine, for: [Self.old], by: ground.soon)
        #expect(report.hits.count == 1)
        guard case .line(let path, 1, "still 10.42.0.20")? = report.hits.first?.place else {
            Issue.record("the hit is a line")
            return
        }
        #expect(path.hasPrefix("file without a name"))
    }

    @Test("what a deleted file held travels in an image, and does not after free space was cleared")
    func freeSpace() throws {
        let ground = try Ground()
        let lines = (0..<400).map { "10.42.0.20:/export/blackfen/shot-\($0) /mnt nfs4 hard 0 0\n" }.joined()
        let machine = try ground.machine(
            "ws-01",
            [
                .text("/etc/fstab", lines), .text("/etc/blackfen.conf", "x\n"),
                .link("/etc/old", to: "/net/10.42.0.20"),
                .folder("/mnt/blackfen"), .text("/etc/kept", "kept\n"),
            ]
        )
        let needles: [TraceNeedle] = [Self.old, .word("blackfen")]
        try ground.write("10.57.0.20:/export/harrow /mnt nfs4 hard 0 0\n", to: "/etc/fstab", on: machine)
        for path in ["/etc/blackfen.conf", "/etc/old", "/mnt/blackfen"] {
            for _ in 0..<2 { try ground.files.removeFile(in: machine, at: GuestPath(path), key: "r", by: ground.soon) }
        }
        #expect(try ground.inspection.scan(machine, for: needles, by: ground.soon).isClean)

        let leaking = try ground.image(of: machine, name: "leaking", key: "a")
        let leak = try ground.inspection.searchImage(leaking.ref, for: needles, by: ground.soon)
        let areas = Set(
            leak.hits.map { hit in
                guard case .disk(_, let area) = hit.place else { return "?" }
                return area
            }
        )
        #expect(leak.hits.count > 300 && areas.contains("free space"))
        #expect(areas.contains("the directory /etc/, perhaps a name that was deleted"))

        let cleared = try ground.inspection.zeroFreeSpace(of: machine, key: "z", by: ground.soon)
        #expect(cleared.clearedBytes > 20_000 && cleared.freeBytes > 16 * Ground.mebibyte)
        let clean = try ground.image(of: machine, name: "clean", key: "b")
        #expect(try ground.inspection.searchImage(clean.ref, for: needles, by: ground.soon).isClean)

        let disk = ground.disk(machine)
        #expect(try judge("e2fsck", "-fn", disk).status == 0)
        #expect(try occurrences(of: "10.42.0.20", in: disk) == 0)
        #expect(try judge("zerofree", "-n", "-v", disk).output.split(separator: "\r").last?.hasPrefix("0/") == true)
        #expect(try ground.text("/etc/kept", on: machine) == "kept\n")
    }

    @Test("a raw search says in which file an offset lies")
    func areas() throws {
        let ground = try Ground()
        let machine = try ground.machine("ws-01", [.text("/etc/fstab", "10.42.0.20:/export /mnt nfs4\n")])
        let image = try ground.image(of: machine)
        let report = try ground.inspection.searchImage(image.ref, for: [Self.old], by: ground.soon)
        guard case .disk(let offset, "/etc/fstab")? = report.hits.first?.place else {
            Issue.record("the hit lies in /etc/fstab: \(report.hits)")
            return
        }
        #expect(report.hits.count == 1 && offset % 4_096 == 0)
        #expect(try ground.names(in: "london/scratch") == [])
    }

    @Test("what lies before a file on the disk does not hide its first word", arguments: ["7", ".", "a", "_", "\u{0}"])
    func neighbours(_ before: String) throws {
        let ground = try Ground()
        let path = ground.root + "/neighbours.raw"
        var bytes = [UInt8](repeating: 0, count: 4_096)
        bytes[2_047] = Array(before.utf8)[0]
        bytes.replaceSubrange(2_048..<2_059, with: Array("10.42.0.20:".utf8))
        bytes.replaceSubrange(4_086..<4_096, with: Array("10.42.0.20".utf8))
        try Data(bytes + Array("9 is the next block's".utf8)).write(to: URL(filePath: path))
        let report = try RawScanner.scan(fileAt: path, for: [Self.old], by: ground.soon)
        let offsets = report.hits.compactMap { hit -> Int64? in
            if case .disk(let offset, _) = hit.place { offset } else { nil }
        }
        #expect(Set(offsets).isSuperset(of: [2_048, 4_086]), "\(offsets)")
    }

    @Test("a journal that must be recovered makes a scan incomplete and stops a write")
    func journal() throws {
        let ground = try Ground()
        let machine = try ground.machine()
        _ = try judge("debugfs", "-w", "-R", "feature needs_recovery", ground.disk(machine))
        let report = try ground.inspection.scan(machine, for: [.address("10.9.9.9")], by: ground.soon)
        #expect(!report.isClean && report.unreadable.map(\.path) == ["journal"])
        let error = try #require(throws: CloudError.self) { try ground.write("x", to: "/etc/fstab", on: machine) }
        #expect(error.sentence.contains("was not shut down cleanly"))
    }

    @Test("a machine is generalised when the files that make it itself are gone")
    func identity() throws {
        let ground = try Ground()
        let machine = try ground.machine(
            "ws-01",
            [
                .text("/etc/ssh/ssh_host_rsa_key", "key\n", mode: 0o600),
                .text("/etc/machine-id", "4f2a\n", mode: 0o444),
                .text("/etc/hostname", "ws-01\n"), .text("/var/lib/Thinkbox/Deadline10/slaves/ws-01.ini", "[Slave]\n"),
                .text("/etc/opencue/rqd.conf", "[Override]\n OVERRIDE_HOSTNAME = ws-01\n"),
                .folder("/var/lib/cloud/instance"),
            ]
        )
        let before = try ground.inspection.identityTraces(of: machine, by: ground.soon)
        #expect(before.count == 6 && Set(before.map(\.kind)).count == 5)
        for trace in before {
            switch trace.kind {
            case .machineId, .hostName: try ground.write("", to: trace.path, on: machine)
            case .workerIdentity where trace.path.hasSuffix("rqd.conf"):
                try ground.write("[Override]\n", to: trace.path, on: machine)
            case .sshHostKey, .workerIdentity, .cloudInit:
                try ground.files.removeFile(in: machine, at: GuestPath(trace.path), key: "r", by: ground.soon)
            }
        }
        #expect(try ground.inspection.identityTraces(of: machine, by: ground.soon) == [])
        #expect(try judge("e2fsck", "-fn", ground.disk(machine)).status == 0)
    }

    @Test("directories are made where their parent exists, and only empty ones are removed")
    func folders() throws {
        let ground = try Ground()
        let machine = try ground.machine("ws-01", [.folder("/mnt")])
        let path = try GuestPath("/mnt/harrow")
        for _ in 0..<2 {
            try ground.files.makeFolder(in: machine, at: path, access: (0o750, 1_001, 1_002), key: "m", by: ground.soon)
        }
        let made = try ground.files.statFile(in: machine, at: path, by: ground.soon)
        #expect((made.kind, made.mode, made.owner, made.group) == (.directory, 0o750, 1_001, 1_002))
        try ground.write("x\n", to: "/mnt/harrow/file", on: machine)
        #expect(throws: CloudError.self) {
            try ground.files.removeFile(in: machine, at: path, key: "r", by: ground.soon)
        }
        #expect(try judge("e2fsck", "-fn", ground.disk(machine)).status == 0)
    }
}
