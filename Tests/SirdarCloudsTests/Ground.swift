import Foundation
import SirdarClouds
import SirdarImages
import Testing

/// A local cloud of its own for one test, in a temporary folder that goes with it.
final class Ground: Sendable {
    static let mebibyte: Int64 = 1 << 20

    let root: String
    let settings: LocalCloudSettings
    let cloud: LocalCloud
    private let mountPoint: String?

    /// `toolFolders` come before the usual ones; `tmpfsBytes` puts the pool of Oregon on a disk of that size.
    init(toolFolders: [String] = [], oregonOn mountPoint: String? = nil) throws {
        root = NSTemporaryDirectory() + "sirdar-clouds-" + UUID().uuidString
        self.mountPoint = mountPoint
        let locations = ["london", "oregon"].map { LocalCloudSettings.Location(id: $0, label: $0.capitalized) }
        settings = LocalCloudSettings(root: root, locations: locations)
        try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
        if let mountPoint {
            try FileManager.default.createSymbolicLink(atPath: root + "/oregon", withDestinationPath: mountPoint)
        }
        try LocalCloud.makePools(settings)
        cloud = try LocalCloud(settings, tools: Toolbox(folders: toolFolders + Toolbox.folders))
    }

    deinit {
        cloud.close()
        try? FileManager.default.removeItem(atPath: root)  // A left-over folder in the temporary folder harms nobody.
    }

    var soon: Deadline { .within(.seconds(60)) }
    var files: any GuestFiles { get throws { try #require(cloud.guestFiles) } }
    var inspection: any DiskInspection { get throws { try #require(cloud.inspection) } }

    /// The same pools, as a server sees them that was just started.
    func restarted() throws -> LocalCloud {
        try LocalCloud(settings, tools: Toolbox())
    }

    func machine(
        _ name: String = "ws-01",
        in location: String = "london",
        isOn: Bool = false,
        bytes: Int64 = 64 * mebibyte,
        _ entries: [DiskEntry] = [
            .text("/etc/fstab", "10.42.0.20:/export/blackfen /mnt/blackfen nfs4 hard 0 0\n", mode: 0o640)
        ]
    ) throws -> MachineRef {
        let machine = NewMachine(
            name: name,
            project: "blackfen",
            machineType: "workstation",
            address: "10.42.1.11",
            diskBytes: bytes,
            isOn: isOn
        )
        return try cloud.addMachine(machine, in: location, entries: entries, by: soon)
    }

    func image(of machine: MachineRef, name: String = "first", key: String = "key-1") throws -> ImageFacts {
        try finished(cloud.createImage(ImageSpec(machine: machine, name: name), key: key, by: soon))
    }

    /// Polls an image until it is no longer pending.
    func finished(_ image: ImageRef, in other: LocalCloud? = nil) throws -> ImageFacts {
        try settled {
            let facts = try (other ?? cloud).image(image, by: soon)
            if case .pending = facts.state { return nil }
            return facts
        }
    }

    func finished(_ machine: MachineRef) throws -> MachineFacts {
        try settled {
            let facts = try cloud.machine(machine, by: soon)
            if case .pending = facts.state { return nil }
            return facts
        }
    }

    /// Asks until there is an answer, for a minute at most.
    func settled<Answer>(_ ask: () throws -> Answer?) throws -> Answer {
        let deadline = soon
        while !deadline.hasPassed {
            if let answer = try ask() { return answer }
            usleep(2_000)
        }
        throw CloudError(.transient, "The test waited for a minute in vain.")
    }

    func disk(_ machine: MachineRef) -> String { "\(root)/\(machine.location)/machines/\(machine.id).raw" }
    func file(_ image: ImageRef) -> String { "\(root)/\(image.location)/images/\(image.id).qcow2" }
    func names(in folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: root + "/" + folder).sorted()
    }

    func text(_ path: String, on machine: MachineRef) throws -> String {
        String(decoding: try files.readFile(in: machine, at: GuestPath(path), by: soon).bytes, as: UTF8.self)
    }

    @discardableResult
    func write(_ text: String, to path: String, on machine: MachineRef, key: String = "w") throws -> GuestContent {
        try files.writeFile(in: machine, at: GuestPath(path), GuestWrite(Array(text.utf8)), key: key, by: soon)
    }
}

/// Runs a tool that judges our work and did not make it.
func judge(_ tool: String, _ arguments: String...) throws -> (status: Int32, output: String) {
    let folder = try #require(
        Toolbox.folders.first { folder in access(folder + "/" + tool, X_OK) == 0 },
        "\(tool) is installed"
    )
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "\(folder)/\(tool)")
    process.arguments = arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: output, as: UTF8.self))
}

/// Whether the bytes of a file, holes left out, contain a text anywhere.
func occurrences(of text: String, in path: String) throws -> Int {
    let data = try Data(contentsOf: URL(fileURLWithPath: path), options: .alwaysMapped)
    let needle = Data(text.utf8)
    var count = 0
    var from = data.startIndex
    while let hit = data.range(of: needle, in: from..<data.endIndex) {
        count += 1
        from = hit.upperBound
    }
    return count
}

/// The names of the programs other than this one that have a file open.
func programs(holding path: String) throws -> [String] {
    let processes = try FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap { Int32($0) }
    return processes.filter { $0 != getpid() }.compactMap { process in
        // What is not ours to see holds none of our files.
        let open = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/fd")) ?? []
        let holds = open.contains { number in
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(process)/fd/\(number)")) == path
        }
        guard holds, let name = try? String(contentsOfFile: "/proc/\(process)/comm", encoding: .utf8) else {
            return nil
        }
        return name.trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
