import Foundation
import SirdarClouds
import SirdarImages
import Testing

@Suite("Damage, full disks and crashes")
struct FaultTests {
    private static func reason(_ facts: ImageFacts) -> String {
        if case .failed(let reason) = facts.state { reason } else { "it is \(facts.state)" }
    }

    @Test("a machine's disk that was cut short is refused, although qemu-img would convert it without an error")
    func truncated() throws {
        let ground = try Ground()
        let machine = try ground.machine()
        #expect(truncate(ground.disk(machine), 40 << 20) == 0)
        #expect(
            try judge("qemu-img", "convert", "-f", "raw", "-O", "qcow2", ground.disk(machine), ground.root + "/x")
                .status == 0
        )
        let error = try #require(throws: CloudError.self) {
            try ground.cloud.createImage(ImageSpec(machine: machine, name: "x"), key: "k", by: ground.soon)
        }
        #expect(
            error.sentence.hasPrefix("The disk of ws-01 is damaged: it has 41943040 bytes and was made with 67108864.")
        )
    }

    @Test("an image that was damaged is neither launched nor copied")
    func damagedImage() throws {
        let ground = try Ground()
        let image = try ground.image(of: ground.machine())
        let file = try FileHandle(forUpdating: URL(fileURLWithPath: ground.file(image.ref)))
        try file.seek(toOffset: 200_000)
        try file.write(contentsOf: Data("damage".utf8))
        try file.close()
        let copy = try ground.cloud.copyImage(
            CopySpec(image: image.ref, to: "oregon", name: "c"),
            key: "c",
            by: ground.soon
        )
        #expect(Self.reason(try ground.finished(copy)).contains("are not what they were"))
        let spec = LaunchSpec(image: image.ref, name: "m", project: nil, machineType: "workstation")
        let machine = try ground.finished(ground.cloud.launch(spec, key: "l", by: ground.soon))
        #expect(machine.state == .failed(reason: Self.reason(try ground.finished(copy))))
        #expect(try ground.names(in: "oregon/images").filter { $0.hasSuffix("qcow2") || $0.hasSuffix("partial") } == [])

        #expect(truncate(ground.file(image.ref), 1_000) == 0)
        let error = try #require(throws: CloudError.self) {
            try ground.cloud.copyImage(CopySpec(image: image.ref, to: "oregon", name: "d"), key: "d", by: ground.soon)
        }
        #expect(error.kind == .invalid && error.sentence.contains("is damaged"))
    }

    @Test(
        "a pool without room fails the image with a sentence, leaves no half of it, and works again when there is room"
    )
    func noRoom() throws {
        // The real qemu-img under a real limit on file sizes: what a full disk is to it, without being root.
        let ground = try Ground()
        let limited = ground.root + "/limited"
        try FileManager.default.createDirectory(atPath: limited, withIntermediateDirectories: true)
        let script = "#!/bin/sh\ntrap '' XFSZ\nulimit -f 200\nexec /usr/bin/qemu-img \"$@\"\n"
        try Data(script.utf8).write(to: URL(fileURLWithPath: limited + "/qemu-img"))
        #expect(chmod(limited + "/qemu-img", 0o755) == 0)
        let noise = (0..<1 << 20).map { UInt8(truncatingIfNeeded: ($0 &* 2_654_435_761) >> 7 ^ $0 &* $0) }
        let machine = try ground.machine(
            "ws-01",
            [DiskEntry(path: "/noise", content: .bytes(noise), mode: 0o644, owner: 0, group: 0)]
        )
        let cloud = try LocalCloud(ground.settings, tools: Toolbox(folders: [limited] + Toolbox.folders))
        let spec = ImageSpec(machine: machine, name: "one")
        let failed = try ground.finished(cloud.createImage(spec, key: "k", by: ground.soon), in: cloud)
        #expect(Self.reason(failed).hasPrefix("The pool is full: there was no room to write the image."))
        #expect(try ground.names(in: "london/images").filter { $0.hasSuffix("qcow2") || $0.hasSuffix("partial") } == [])
        #expect(try ground.image(of: machine, name: "one", key: "k2").state == .available)
    }

    @Test(
        "a copy into a full disk fails with a sentence",
        .enabled(if: geteuid() == 0, "only root can mount a small disk")
    )
    func fullDisk() throws {
        let mountPoint = NSTemporaryDirectory() + "sirdar-full-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: mountPoint, withIntermediateDirectories: true)
        #expect(try judge("mount", "-t", "tmpfs", "-o", "size=300k", "none", mountPoint).status == 0)
        defer {
            // A mount that stays is seen by who looks after the test machine.
            _ = try? judge("umount", "-l", mountPoint)
            rmdir(mountPoint)
        }
        let ground = try Ground(oregonOn: mountPoint)
        let noise = (0..<1 << 20).map { UInt8(truncatingIfNeeded: ($0 &* 2_654_435_761) >> 7 ^ $0 &* $0) }
        let machine = try ground.machine(
            "ws-01",
            [DiskEntry(path: "/noise", content: .bytes(noise), mode: 0o644, owner: 0, group: 0)]
        )
        let image = try ground.image(of: machine)
        let copy = try ground.cloud.copyImage(
            CopySpec(image: image.ref, to: "oregon", name: "c"),
            key: "c",
            by: ground.soon
        )
        #expect(Self.reason(try ground.finished(copy)).hasPrefix("The pool is full"))
        #expect(try ground.names(in: "oregon/images").filter { $0.hasSuffix("partial") } == [])
    }

    @Test("a pool that is not there is out of order, not empty")
    func vanished() throws {
        let ground = try Ground()
        let machine = try ground.machine()
        try FileManager.default.moveItem(atPath: ground.root + "/london", toPath: ground.root + "/elsewhere")
        let error = try #require(throws: CloudError.self) { try ground.cloud.machine(machine, by: ground.soon) }
        #expect(error.kind == .transient && error.sentence.hasPrefix("The pool of London is not there"))
        let locations = try ground.cloud.locations(by: ground.soon)
        #expect(locations.map { $0.outage == nil } == [false, true])
        try FileManager.default.moveItem(atPath: ground.root + "/elsewhere", toPath: ground.root + "/london")
        #expect(try ground.cloud.machine(machine, by: ground.soon).state == .off)
    }

    @Test("a record that cannot be read is an error that names the file")
    func damagedRecord() throws {
        let ground = try Ground()
        let machine = try ground.machine()
        try Data("{ half".utf8).write(to: URL(fileURLWithPath: ground.root + "/london/machines/ws-01.json"))
        let error = try #require(throws: CloudError.self) { try ground.cloud.machine(machine, by: ground.soon) }
        #expect(error.sentence.contains("london/machines/ws-01.json is damaged"))
    }

    @Test(
        "an image that a kill left half made is made by the next start, and by the next poll",
        arguments: [true, false]
    )
    func killed(_ byResume: Bool) throws {
        let ground = try Ground()
        let machine = try ground.machine()
        let spec = ImageSpec(machine: machine, name: "one")
        let (ref, killed) = try Self.interrupted(ground) { try $0.createImage(spec, key: "k", by: ground.soon) }
        try Data("half an image".utf8).write(to: URL(fileURLWithPath: ground.file(ref) + ".partial"))
        let cloud = try ground.restarted()
        if byResume { try cloud.resume(by: ground.soon) }
        #expect(try cloud.createImage(spec, key: "k", by: ground.soon) == ref)
        #expect(try ground.finished(ref, in: cloud).state == .available)
        #expect(
            try judge("qemu-img", "compare", "-f", "raw", "-F", "qcow2", ground.disk(machine), ground.file(ref)).status
                == 0
        )
        #expect(try ground.names(in: "london/images").filter { $0.hasSuffix(".partial") } == [])
        withExtendedLifetime(killed) {}
    }

    @Test("a launch that a kill left half made is finished by the next start")
    func killedLaunch() throws {
        let ground = try Ground()
        let image = try ground.image(of: ground.machine())
        let spec = LaunchSpec(image: image.ref, name: "builder", project: nil, machineType: "workstation")
        let (ref, killed) = try Self.interrupted(ground) { try $0.launch(spec, key: "l", by: ground.soon) }
        let cloud = try ground.restarted()
        try cloud.resume(by: ground.soon)
        let state = try ground.settled { () -> MachineState? in
            let state = try cloud.machine(ref, by: ground.soon).state
            if case .pending = state { return nil } else { return state }
        }
        #expect(state == MachineState.off)
        #expect(try ground.text("/etc/fstab", on: ref).contains("10.42.0.20"))
        withExtendedLifetime(killed) {}
    }

    /// Begins work whose tool waits at a gate, then ends it as a kill would: the record stays pending.
    private static func interrupted<Ref>(
        _ ground: Ground,
        _ begin: (LocalCloud) throws -> Ref
    ) throws -> (Ref, LocalCloud) {
        let gate = try Gate(ground, tool: "qemu-img")
        let cloud = try LocalCloud(ground.settings, tools: Toolbox(folders: [gate.folder] + Toolbox.folders))
        let ref = try begin(cloud)
        cloud.close()
        return (ref, cloud)
    }

    @Test("a machine that was started between a kill and the next start is not imaged")
    func startedMeanwhile() throws {
        let ground = try Ground()
        let machine = try ground.machine()
        let (ref, killed) = try Self.interrupted(ground) {
            try $0.createImage(ImageSpec(machine: machine, name: "one"), key: "k", by: ground.soon)
        }
        try ground.cloud.startMachine(machine, key: "on", by: ground.soon)
        try ground.cloud.stopMachine(machine, force: false, key: "off", by: ground.soon)
        #expect(
            Self.reason(try ground.finished(ref, in: ground.restarted())).contains(
                "was started after the image was asked for"
            )
        )
        withExtendedLifetime(killed) {}
    }

    @Test("a lock outlives its process for as long as a tool of it works on the disk")
    func orphan() throws {
        let ground = try Ground()
        let machine = try ground.machine()
        let lock = ground.disk(machine) + ".lock"
        let holder = Process()
        holder.executableURL = URL(fileURLWithPath: "/usr/bin/flock")
        holder.arguments = ["-x", lock, "cat"]
        let input = Pipe()
        holder.standardInput = input
        try holder.run()
        let refusal = try ground.settled { () -> CloudError? in
            do {
                _ = try ground.files.statFile(in: machine, at: GuestPath("/etc"), by: .within(.milliseconds(1)))
                return nil
            } catch {
                return error as? CloudError
            }
        }
        #expect(refusal.code == "conflict")
        try input.fileHandleForWriting.close()
        holder.waitUntilExit()
        #expect(try ground.text("/etc/fstab", on: machine).contains("10.42.0.20"))
    }

    @Test("a tool inherits the locks of what it works on, and nothing else")
    func inheritance() throws {
        let ground = try Ground()
        let machine = try ground.machine()
        let gate = try Gate(ground, tool: "qemu-img")
        let cloud = try LocalCloud(ground.settings, tools: Toolbox(folders: [gate.folder] + Toolbox.folders))
        let spec = ImageSpec(machine: machine, name: "one")
        let image = try cloud.createImage(spec, key: "k", by: ground.soon)
        _ = try ground.settled { gate.isReached() ? true : nil }
        #expect(try programs(holding: ground.disk(machine) + ".lock").contains("qemu-img"))
        #expect(try programs(holding: ground.file(image) + ".lock").contains("qemu-img"))
        #expect(try programs(holding: ground.root + "/london/images/.gate") == [])
        gate.open()
        #expect(try ground.finished(image, in: cloud).state == .available)
    }

    @Test("the sweep removes what nobody owns and leaves what somebody is working on")
    func sweep() throws {
        let ground = try Ground()
        let machine = try ground.machine()
        for name in ["images/x-1.qcow2.partial", "images/x-1.json.new", "machines/y.raw.partial"] {
            try Data("left over".utf8).write(to: URL(fileURLWithPath: "\(ground.root)/london/\(name)"))
        }
        let gate = try Gate(ground, tool: "qemu-img")
        let busy = try LocalCloud(ground.settings, tools: Toolbox(folders: [gate.folder] + Toolbox.folders))
        let ref = try busy.createImage(ImageSpec(machine: machine, name: "one"), key: "k", by: ground.soon)
        let partial = "\(ref.id).qcow2.partial"
        _ = try ground.settled { gate.isReached() ? true : nil }
        try Data("in work".utf8).write(to: URL(fileURLWithPath: "\(ground.root)/london/images/\(partial)"))
        try ground.restarted().resume(by: ground.soon)
        #expect(
            try ground.names(in: "london/images").filter { $0.hasSuffix(".partial") || $0.hasSuffix(".new") } == [
                partial
            ]
        )
        #expect(try ground.names(in: "london/machines").filter { $0.hasSuffix(".partial") } == [])
        gate.open()
        #expect(try ground.finished(ref, in: busy).state == .available)
    }

    @Test("a deadline that has passed stops the work and says so")
    func deadlines() throws {
        let ground = try Ground()
        let machine = try ground.machine()
        let error = try #require(throws: CloudError.self) {
            try ground.inspection.scan(machine, for: [.word("blackfen")], by: .within(.zero))
        }
        #expect(error.kind == .transient && error.sentence.hasPrefix("It took too long"))
    }

    @Test("missing tools are named with the package that has them")
    func tools() throws {
        let error = try #require(throws: CloudError.self) { try Toolbox(folders: ["/nowhere"]) }
        #expect(error.sentence.contains("qemu-img (package qemu-utils)") && error.sentence.contains("e2fsprogs"))
    }
}
