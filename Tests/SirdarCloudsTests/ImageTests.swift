import Foundation
import SirdarClouds
import SirdarEngine
import SirdarImages
import Testing

@Suite("Images and machines of the local cloud")
struct ImageTests {
    @Test("an image of a machine becomes available, is smaller than its disk, and has the digest of its file")
    func created() throws {
        let ground = try Ground()
        let machine = try ground.machine()
        let spec = ImageSpec(machine: machine, name: "Blackfen render, 2026", tags: ["sherpa:project": "blackfen"])
        let ref = try ground.cloud.createImage(spec, key: "request-1", by: ground.soon)
        let facts = try ground.finished(ref)

        #expect(facts.state == .available)
        #expect(facts.name == "Blackfen render, 2026" && facts.tags == ["sherpa:project": "blackfen"])
        #expect(facts.source == .machine(machine) && facts.machineType == "workstation")
        let disk = try #require(facts.disks.first)
        #expect(disk.sizeBytes == 64 * Ground.mebibyte)
        #expect(try #require(disk.storedBytes) < 2 * Ground.mebibyte)
        let bytes = try Data(contentsOf: URL(fileURLWithPath: ground.file(ref)))
        #expect(facts.digest == sha256(bytes))
        #expect(
            try judge("qemu-img", "compare", "-f", "raw", "-F", "qcow2", ground.disk(machine), ground.file(ref)).status
                == 0
        )
        #expect(try ground.names(in: "london/images").filter { $0.hasSuffix(".partial") } == [])
    }

    @Test("the same call with the same key answers the same image; with another content it is a conflict")
    func repeated() throws {
        let ground = try Ground()
        let machine = try ground.machine()
        let spec = ImageSpec(machine: machine, name: "one")
        let first = try ground.cloud.createImage(spec, key: "k", by: ground.soon)
        let again = try ground.cloud.createImage(spec, key: "k", by: ground.soon)
        let done = try ground.finished(first)
        let later = try ground.restarted().createImage(spec, key: "k", by: ground.soon)
        #expect(first == again && later == first)
        #expect(try ground.cloud.findByKey("k", in: "london", by: ground.soon) == [.image(done)])
        let other = try #require(throws: CloudError.self) {
            try ground.cloud.createImage(ImageSpec(machine: machine, name: "two"), key: "k", by: ground.soon)
        }
        #expect(other.code == "conflict")
        let twin = try #require(throws: CloudError.self) {
            try ground.cloud.createImage(spec, key: "k2", by: ground.soon)
        }
        #expect(twin.kind == .duplicate(id: first.id))
    }

    @Test("calls with one key from several threads at once make one image")
    func raced() throws {
        let ground = try Ground()
        let machine = try ground.machine()
        let spec = ImageSpec(machine: machine, name: "one")
        let answers = concurrently(6) { _ in try ground.cloud.createImage(spec, key: "k", by: ground.soon) }
        let refs = try answers.map { try $0.get() }
        #expect(Set(refs).count == 1)
        #expect(try ground.finished(refs[0]).state == .available)
        #expect(try ground.cloud.images(in: "london", by: ground.soon).count == 1)
    }

    @Test("a machine that is on is not imaged, and one being imaged is not started")
    func power() throws {
        let ground = try Ground()
        let machine = try ground.machine(isOn: true)
        let spec = ImageSpec(machine: machine, name: "one")
        let refusal = try #require(throws: CloudError.self) {
            try ground.cloud.createImage(spec, key: "k", by: ground.soon)
        }
        #expect(refusal.sentence == "ws-01 is on. Turn it off, then make the image.")
        try ground.cloud.stopMachine(machine, force: false, key: "s", by: ground.soon)
        try ground.cloud.stopMachine(machine, force: false, key: "s", by: ground.soon)

        let gate = try Gate(ground, tool: "qemu-img")
        let slow = try LocalCloud(ground.settings, tools: Toolbox(folders: [gate.folder] + Toolbox.folders))
        let ref = try slow.createImage(spec, key: "k", by: ground.soon)
        let busy = try #require(throws: CloudError.self) {
            try ground.cloud.startMachine(machine, key: "on", by: .within(.milliseconds(1)))
        }
        #expect(busy.sentence.contains("make the image “one”"))
        gate.open()
        #expect(try ground.finished(ref, in: slow).state == .available)
        try ground.cloud.startMachine(machine, key: "on", by: ground.soon)
        let facts = try ground.cloud.machine(machine, by: ground.soon)
        #expect(facts.state == .on && facts.starts == 2)
    }

    @Test("a copy in another location has the same digest and knows its source")
    func copied() throws {
        let ground = try Ground()
        let image = try ground.image(of: ground.machine())
        let spec = CopySpec(image: image.ref, to: "oregon", name: "copy")
        let copy = try ground.finished(ground.cloud.copyImage(spec, key: "c", by: ground.soon))
        #expect(copy.state == .available && copy.digest == image.digest && copy.ref.location == "oregon")
        #expect(copy.source == .image(image.ref) && copy.disks.first?.storedBytes == image.disks.first?.storedBytes)
        #expect(try ground.cloud.copyImage(spec, key: "c", by: ground.soon) == copy.ref)
        let references = try ground.cloud.references(to: image.ref, by: ground.soon)
        #expect(references == [.image(copy.ref, name: "copy", isPending: false)])
        #expect(throws: CloudError.self) {
            try ground.cloud.copyImage(CopySpec(image: image.ref, to: "london", name: "x"), key: "d", by: ground.soon)
        }
    }

    @Test("a machine launched from an image has its files, is off, and lives on when the image is deleted")
    func launched() throws {
        let ground = try Ground()
        let image = try ground.image(of: ground.machine())
        let spec = LaunchSpec(image: image.ref, name: "builder-1", project: "harrow", machineType: "workstation")
        let ref = try ground.cloud.launch(spec, key: "l", by: ground.soon)
        #expect(try ground.cloud.launch(spec, key: "l", by: ground.soon) == ref)
        let facts = try ground.finished(ref)
        #expect(facts.state == .off && facts.project == "harrow" && facts.sourceImage == image.ref)
        #expect(try ground.text("/etc/fstab", on: ref).contains("10.42.0.20"))
        #expect(try ground.cloud.references(to: image.ref, by: ground.soon) == [.machine(ref, name: "builder-1")])
        let twin = try #require(throws: CloudError.self) { try ground.cloud.launch(spec, key: "m", by: ground.soon) }
        #expect(twin.kind == .duplicate(id: "builder-1"))

        let disks = try ground.cloud.deregister(image.ref, key: "d", by: ground.soon)
        #expect(try ground.cloud.deregister(image.ref, key: "d", by: ground.soon) == disks)
        for disk in disks + disks { try ground.cloud.deleteDisk(disk, key: "d", by: ground.soon) }
        #expect(try ground.cloud.image(image.ref, by: ground.soon).state == .gone)
        #expect(!FileManager.default.fileExists(atPath: ground.file(image.ref)))
        #expect(try ground.text("/etc/fstab", on: ref).contains("10.42.0.20"))

        for _ in 0..<2 { try ground.cloud.terminate(ref, key: "t", by: ground.soon) }
        #expect(try ground.cloud.machine(ref, by: ground.soon).state == .gone)
        #expect(try ground.cloud.machines(in: "london", project: "harrow", by: ground.soon) == [])
        #expect(!FileManager.default.fileExists(atPath: ground.disk(ref)))
    }

    @Test("the disk of a registered image is not deleted, and one that never existed is gone")
    func deletion() throws {
        let ground = try Ground()
        let image = try ground.image(of: ground.machine())
        let disk = try #require(image.disks.first).ref
        #expect(throws: CloudError.self) { try ground.cloud.deleteDisk(disk, key: "d", by: ground.soon) }
        try ground.cloud.deleteDisk(DiskRef(location: "london", id: "never"), key: "d", by: ground.soon)
        let never = try #require(throws: CloudError.self) {
            try ground.cloud.image(ImageRef(location: "london", id: "never"), by: ground.soon)
        }
        #expect(never.kind == .gone)
        try FileManager.default.removeItem(atPath: ground.file(image.ref))
        #expect(try ground.cloud.image(image.ref, by: ground.soon).state == .gone)
    }

    @Test("an image that is given up while it is being made leaves nothing behind")
    func abandoned() throws {
        let ground = try Ground()
        let machine = try ground.machine()
        let gate = try Gate(ground, tool: "qemu-img")
        let slow = try LocalCloud(ground.settings, tools: Toolbox(folders: [gate.folder] + Toolbox.folders))
        let ref = try slow.createImage(ImageSpec(machine: machine, name: "one"), key: "k", by: ground.soon)
        #expect(try slow.image(ref, by: ground.soon).state == .pending(progress: 0))
        let disks = try slow.deregister(ref, key: "d", by: ground.soon)
        for disk in disks { try slow.deleteDisk(disk, key: "d", by: ground.soon) }
        #expect(try ground.cloud.image(ref, by: ground.soon).state == .gone)
        #expect(try ground.names(in: "london/images").filter { $0.contains(".qcow2") && !$0.hasSuffix(".lock") } == [])
        try ground.cloud.startMachine(machine, key: "on", by: ground.soon)
    }

    @Test("the estimate is what is written on the disk, at most the whole disk")
    func estimate() throws {
        let ground = try Ground()
        let machine = try ground.machine(
            "ws-01",
            bytes: 1 << 34,
            [
                DiskEntry(
                    path: "/big",
                    content: .bytes(Array(repeating: 7, count: 3 << 20)),
                    mode: 0o644,
                    owner: 0,
                    group: 0
                )
            ]
        )
        let estimate = try ground.cloud.estimateBytes(of: machine, by: ground.soon)
        #expect(estimate.upperBound == 1 << 34)
        #expect((3 << 20)..<(40 << 20) ~= (try #require(estimate.measured)))
    }

    @Test("names that would leave the pool are refused", arguments: ["../x", "a/b", "", ".hidden", "a b", "a\u{0}b"])
    func names(_ name: String) throws {
        let ground = try Ground()
        #expect(throws: CloudError.self) { try ground.machine(name) }
        #expect(throws: CloudError.self) {
            try ground.cloud.machine(MachineRef(location: "london", id: name), by: ground.soon)
        }
        #expect(throws: CloudError.self) { try ground.cloud.machines(in: name, project: nil, by: ground.soon) }
        #expect(throws: CloudError.self) {
            try ground.cloud.image(ImageRef(location: "london", id: name + "/../x"), by: ground.soon)
        }
    }
}

/// A real tool behind a gate: it begins only when the test says so.
final class Gate: Sendable {
    let folder: String

    init(_ ground: Ground, tool: String) throws {
        folder = ground.root + "/gate-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let paths = Toolbox.folders.map { folder in folder + "/" + tool }
        let real = try #require(paths.first { path in access(path, X_OK) == 0 })
        let script =
            "#!/bin/sh\n: > '\(folder)/reached'\n"
            + "while [ ! -e '\(folder)/open' ]; do sleep 0.01; done\nexec \(real) \"$@\"\n"
        try Data(script.utf8).write(to: URL(fileURLWithPath: "\(folder)/\(tool)"))
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: "\(folder)/\(tool)")
    }

    /// Whether the tool was started and waits.
    func isReached() -> Bool {
        FileManager.default.fileExists(atPath: folder + "/reached")
    }

    func open() {
        _ = FileManager.default.createFile(atPath: folder + "/open", contents: nil)
    }
}

/// Runs `work` on as many threads at once, and gives back what each came to.
func concurrently<Answer: Sendable>(
    _ count: Int,
    _ work: @escaping @Sendable (Int) throws -> Answer
) -> [Result<Answer, any Error>] {
    let all = Locked<[Result<Answer, any Error>]>([])
    DispatchQueue.concurrentPerform(iterations: count) { index in
        let result = Result { try work(index) }
        all.withLock { $0.append(result) }
    }
    return all.withLock { $0 }
}
