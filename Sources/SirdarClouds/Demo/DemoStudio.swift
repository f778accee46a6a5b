import Foundation
import SirdarEngine
package import SirdarImages

/// Makes the demonstration studio: machines with real disks in two locations, and one golden image.
///
/// It may be killed at any moment and run again: what is there already is left as it is.
package struct DemoStudio: Sendable {
    /// The locations of the demonstration. Frankfurt has no machines: it is there to be copied to.
    package static let locations = [
        LocalCloudSettings.Location(id: "london", label: "London"),
        LocalCloudSettings.Location(id: "oregon", label: "Oregon"),
        LocalCloudSettings.Location(id: "frankfurt", label: "Frankfurt"),
    ]
    package static let goldenImageName = "rocky9-render-golden"
    package static let goldenKey = "demonstration-golden-image"

    /// How large the disks are, and how much is written on them.
    package struct Sizes: Sendable {
        package let diskBytes: Int64
        package let workstationBytes: Int64
        package let renderNodeBytes: Int64

        package init(diskBytes: Int64, workstationBytes: Int64, renderNodeBytes: Int64) {
            self.diskBytes = diskBytes
            self.workstationBytes = workstationBytes
            self.renderNodeBytes = renderNodeBytes
        }

        /// Disks of 60 GiB, with 120 and 64 MiB written.
        package static let usual = Sizes(diskBytes: 60 << 30, workstationBytes: 120 << 20, renderNodeBytes: 64 << 20)
    }

    package struct Outcome: Sendable {
        package let machines: [MachineRef]
        package let goldenImage: ImageRef
    }

    private let cloud: LocalCloud
    private let projects: [DemoProject]
    private let sizes: Sizes

    package init(
        in cloud: LocalCloud,
        projects: [DemoProject] = [.blackfen, .harrow],
        sizes: Sizes = .usual
    ) {
        self.cloud = cloud
        self.projects = projects
        self.sizes = sizes
    }

    /// Makes what is missing.
    package func make(by deadline: Deadline) throws(CloudError) -> Outcome {
        guard let home = projects.first else { throw CloudError(.invalid, "The demonstration needs a project.") }
        let goldenPool = try cloud.pool(home.location)
        var wanted: [(DemoMachine, Pool)] = []
        for project in projects {
            let pool = try cloud.pool(project.location)
            wanted += DemoMachine.all(of: project).map { ($0, pool) }
        }
        let golden = try goldenImage(in: goldenPool, by: deadline)
        let scratch = try Scratch(goldenPool, by: deadline)
        let payload = try payload(in: scratch)
        if golden == nil { wanted.insert((.golden, goldenPool), at: 0) }
        try makeAll(wanted, payload, by: deadline)
        let image = if let golden { golden } else { try makeGolden(in: goldenPool, by: deadline) }
        let refs = wanted.filter { $0.0.project != nil }.map { MachineRef(location: $0.1.id, id: $0.0.name) }
        return Outcome(machines: refs, goldenImage: image)
    }

    private func payload(in scratch: Scratch) throws(CloudError) -> DemoPayload {
        try DemoPayload(
            in: scratch,
            bytes: [.workstation: sizes.workstationBytes, .renderNode: sizes.renderNodeBytes]
        )
    }

    /// Two at a time: making a disk is half computing, half waiting for the disk below.
    private func makeAll(
        _ wanted: [(DemoMachine, Pool)],
        _ payload: DemoPayload,
        by deadline: Deadline
    ) throws(CloudError) {
        let failure = Locked<CloudError?>(nil)
        DispatchQueue.concurrentPerform(iterations: wanted.count) { index in
            guard failure.withLock({ $0 }) == nil else { return }
            let (machine, pool) = wanted[index]
            do throws(CloudError) {
                try make(machine, in: pool, payload, by: deadline)
            } catch {
                failure.withLock { $0 = $0 ?? error }
            }
        }
        if let failure = failure.withLock({ $0 }) { throw failure }
    }

    private func make(
        _ machine: DemoMachine,
        in pool: Pool,
        _ payload: DemoPayload,
        by deadline: Deadline
    ) throws(CloudError) {
        let new = NewMachine(
            name: machine.name,
            project: machine.project?.code,
            machineType: machine.kind.rawValue,
            address: machine.address,
            diskBytes: sizes.diskBytes,
            isOn: machine.isOn
        )
        let entries = DemoFiles(machine: machine).entries + payload.entries(for: machine.kind)
        _ = try cloud.addMachine(new, in: pool.id, entries: entries, by: deadline)
    }

    /// The golden image of an earlier run, when it is finished.
    private func goldenImage(in pool: Pool, by deadline: Deadline) throws(CloudError) -> ImageRef? {
        let found = try cloud.findByKey(Self.goldenKey, in: pool.id, by: deadline)
        for case .image(let facts) in found where facts.state == .available { return facts.ref }
        return nil
    }

    private func makeGolden(in pool: Pool, by deadline: Deadline) throws(CloudError) -> ImageRef {
        let machine = MachineRef(location: pool.id, id: DemoMachine.golden.name)
        let tags = ["sherpa:golden": "true", "sherpa:machine-type": DemoMachine.golden.kind.rawValue]
        let spec = ImageSpec(machine: machine, name: Self.goldenImageName, tags: tags)
        let image = try cloud.createImage(spec, key: Self.goldenKey, by: deadline)
        while true {
            switch try cloud.image(image, by: deadline).state {
            case .available:
                try cloud.terminate(machine, key: Self.goldenKey, by: deadline)
                return image
            case .pending:
                guard !deadline.hasPassed else { throw CloudError.tooLate("make the golden image") }
                usleep(20_000)
            case .failed(let reason): throw CloudError(.invalid, "The golden image could not be made: \(reason)")
            case .disabled, .gone: throw CloudError(.gone, "The golden image was deleted while it was being made.")
            }
        }
    }
}
