import Foundation
import SirdarClouds
import SirdarImages
import Testing

@Suite("The demonstration studio")
struct DemoTests {
    private static let small = DemoStudio.Sizes(
        diskBytes: 64 << 20,
        workstationBytes: 2 << 20,
        renderNodeBytes: 1 << 20
    )

    private static func cloud() throws -> (LocalCloud, String) {
        let root = NSTemporaryDirectory() + "sirdar-demo-" + UUID().uuidString
        let settings = LocalCloudSettings(root: root, locations: DemoStudio.locations)
        try LocalCloud.makePools(settings)
        return (try LocalCloud(settings, tools: Toolbox()), root)
    }

    private static func remove(_ root: String) {
        try? FileManager.default.removeItem(atPath: root)  // A left-over folder in the temporary folder harms nobody.
    }

    @Test("it has its machines in two locations, some on and some off, and a golden image without an address")
    func made() throws {
        let (cloud, root) = try Self.cloud()
        defer { Self.remove(root) }
        let soon = Deadline.within(.seconds(120))
        let outcome = try DemoStudio(in: cloud, sizes: Self.small).make(by: soon)
        let again = try DemoStudio(in: cloud, sizes: Self.small).make(by: soon)
        #expect(outcome.machines == again.machines && outcome.goldenImage == again.goldenImage)
        #expect(outcome.machines.count == 10)

        let london = try cloud.machines(in: "london", project: nil, by: soon)
        #expect(
            london.map(\.name) == [
                "blackfen-rn-01", "blackfen-rn-02", "blackfen-rn-03", "blackfen-ws-01", "blackfen-ws-02",
            ]
        )
        #expect(london.map(\.state) == [.off, .on, .off, .off, .on])
        #expect(try cloud.machines(in: "oregon", project: "harrow", by: soon).count == 5)
        #expect(try cloud.machines(in: "frankfurt", project: nil, by: soon) == [])

        let inspection = try #require(cloud.inspection)
        let needles =
            [DemoProject.blackfen, .harrow].map { TraceNeedle.network($0.network) }
            + [.word("blackfen"), .word("harrow")]
        let golden = try inspection.searchImage(outcome.goldenImage, for: needles, by: soon)
        #expect(golden.hits == [] && golden.bytesRead > 1 << 20)
    }

    @Test("one workstation and all render nodes but one are generalised, and all disks are clean")
    func identities() throws {
        let (cloud, root) = try Self.cloud()
        defer { Self.remove(root) }
        let soon = Deadline.within(.seconds(120))
        let outcome = try DemoStudio(in: cloud, sizes: Self.small).make(by: soon)
        let inspection = try #require(cloud.inspection)
        var generalised: [String] = []
        for machine in outcome.machines {
            try cloud.stopMachine(machine, force: false, key: "s", by: soon)
            if try inspection.identityTraces(of: machine, by: soon).isEmpty { generalised.append(machine.id) }
            #expect(try judge("e2fsck", "-fn", "\(root)/\(machine.location)/machines/\(machine.id).raw").status == 0)
        }
        let expected = [
            "blackfen-ws-01", "blackfen-rn-01", "blackfen-rn-02", "blackfen-rn-03", "harrow-ws-01", "harrow-rn-01",
            "harrow-rn-02",
        ]
        #expect(generalised == expected)
        let station = MachineRef(location: "london", id: "blackfen-ws-02")
        let kinds = Set(try inspection.identityTraces(of: station, by: soon).map(\.kind))
        #expect(kinds == [.sshHostKey, .machineId, .hostName, .workerIdentity])
    }

    @Test("a project connects to Deadline remotely or directly, and owners are as in the field")
    func contents() throws {
        let (cloud, root) = try Self.cloud()
        defer { Self.remove(root) }
        let soon = Deadline.within(.seconds(120))
        let marl = DemoProject(
            code: "marl",
            location: "oregon",
            network: "10.61.0.0/16",
            storage: ("10.61.0.20", "/export/projects", "/mnt/projects"),
            manager: (.deadlineDirect, "10.61.0.30", 27_100)
        )
        _ = try DemoStudio(in: cloud, projects: [.blackfen, marl], sizes: Self.small).make(by: soon)
        let files = try #require(cloud.guestFiles)
        let ini = try GuestPath("/var/lib/Thinkbox/Deadline10/deadline.ini")
        let remote = try files.readFile(in: MachineRef(location: "london", id: "blackfen-rn-01"), at: ini, by: soon)
        let direct = try files.readFile(in: MachineRef(location: "oregon", id: "marl-rn-01"), at: ini, by: soon)
        #expect(
            String(decoding: remote.bytes, as: UTF8.self).contains("ConnectionType=Remote\nProxyRoot=10.42.0.30:8080\n")
        )
        #expect(
            String(decoding: direct.bytes, as: UTF8.self).contains("NetworkRoot=/mnt/projects/deadline/repository\n")
        )
        #expect((remote.file.mode, remote.file.owner) == (0o664, 990))
        let home = try files.statFile(
            in: MachineRef(location: "oregon", id: "marl-ws-01"),
            at: GuestPath("/home/artist"),
            by: soon
        )
        #expect((home.mode, home.owner, home.kind) == (0o700, 1_001, .directory))
    }

    @Test("what a kill left half made is made anew")
    func killed() throws {
        let (cloud, root) = try Self.cloud()
        defer { Self.remove(root) }
        let soon = Deadline.within(.seconds(120))
        let machines = root + "/london/machines/"
        try Data("half a disk".utf8).write(to: URL(fileURLWithPath: machines + "blackfen-ws-01.raw.partial"))
        try Data("a disk without a record".utf8).write(to: URL(fileURLWithPath: machines + "blackfen-ws-02.raw"))
        try FileManager.default.createDirectory(
            atPath: root + "/london/scratch/old/tree",
            withIntermediateDirectories: true
        )
        try cloud.resume(by: soon)
        #expect(try FileManager.default.contentsOfDirectory(atPath: root + "/london/scratch") == [])
        _ = try DemoStudio(in: cloud, sizes: Self.small).make(by: soon)
        let files = try #require(cloud.guestFiles)
        for name in ["blackfen-ws-01", "blackfen-ws-02"] {
            let machine = MachineRef(location: "london", id: name)
            let fstab = try files.readFile(in: machine, at: GuestPath("/etc/fstab"), by: soon)
            #expect(String(decoding: fstab.bytes, as: UTF8.self).contains("10.42.0.20:/export/projects "))
        }
    }
}
