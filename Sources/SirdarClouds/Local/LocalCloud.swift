import Foundation
package import Logging
import SirdarCore
import SirdarEngine
package import SirdarImages

/// Where the local cloud keeps its pools, and how much it does at once.
package struct LocalCloudSettings: Sendable {
    package struct Location: Sendable, Hashable {
        package let id: String
        package let label: String

        package init(id: String, label: String) {
            self.id = id
            self.label = label
        }
    }

    /// The folder that holds one folder for each location.
    package let root: String
    package let locations: [Location]
    /// How many images and machines are made at the same time.
    package let workers: Int
    /// How long making one may take.
    package let workSecondsMax: Int

    package init(root: String, locations: [Location], workers: Int = 2, workSecondsMax: Int = 6 * 3_600) {
        self.root = root
        self.locations = locations
        self.workers = workers
        self.workSecondsMax = workSecondsMax
    }
}

/// A cloud on the disks of this machine, in which nothing is simulated.
///
/// A location is a pool: a folder. A machine's disk is a sparse raw file with an ext4 file system; an image is a
/// compressed qcow2 with a record and a digest; power is a durable fact in the machine's record. Bytes, durations,
/// full disks, damage and concurrent starts are real. Machines have no processor and no network, so files in them are
/// the only thing that can be changed.
///
/// *Locks.* Whatever happens to a disk happens under a `flock` on `<disk>.lock`: exclusive for starting, stopping,
/// imaging and writing files, shared for reading and scanning. The tools inherit it, see ``FileLock``.
///
/// *Crashes.* Every change is one atomic replacement of a record. Disks and images are made under a temporary name; the
/// record says `pending` until they are whole. ``resume(by:)``, or the next poll, starts over what a crash interrupted.
package final class LocalCloud: Cloud {
    /// How long a record of something that is gone is kept, so that late repetitions of a call are understood.
    static let tombstoneMilliseconds: Int64 = 30 * 86_400_000
    static let attemptsMax = 3

    package let name = "local"
    package let capabilities = CloudCapabilities(
        imaging: (machineMustBeOff: .enforced, progress: .percent, crossRegion: true, digest: true, atomicTags: true),
        guest: (files: true, exec: false, probe: false, network: false)
    )

    let settings: LocalCloudSettings
    let tools: Toolbox
    let pools: [String: Pool]
    let lanes: WorkLanes
    let running = Locked<[String: RunningWork]>([:])
    /// Failures that could not be written down, because the disk of the pool is full or broken.
    let unwritten = Locked<[String: String]>([:])
    let now: @Sendable () -> Int64
    let logger: Logger

    /// Opens pools that exist; see ``makePools(_:)``. `now` gives UTC milliseconds since 1970.
    package init(
        _ settings: LocalCloudSettings,
        tools: Toolbox,
        now: @escaping @Sendable () -> Int64 = LocalCloud.wallClock,
        logger: Logger = Logger(label: "sirdar.clouds.local")
    ) throws(CloudError) {
        self.settings = settings
        self.tools = tools
        self.now = now
        self.logger = logger
        pools = try Self.pools(settings)
        lanes = WorkLanes(count: max(1, settings.workers), label: "sirdar.local-cloud")
    }

    /// Makes the folders of all locations. Making those that exist changes nothing.
    package static func makePools(_ settings: LocalCloudSettings) throws(CloudError) {
        try Durable.makeFolder(settings.root)
        for pool in try pools(settings).values { try pool.make() }
    }

    private static func pools(_ settings: LocalCloudSettings) throws(CloudError) -> [String: Pool] {
        guard settings.root.hasPrefix("/"), !settings.root.contains(where: { "\"'`\n\r\t".contains($0) }) else {
            throw CloudError(.invalid, "The folder of the local cloud must be an absolute path without quotes.")
        }
        var pools: [String: Pool] = [:]
        for location in settings.locations {
            try Names.checkFileName(location.id, "location")
            pools[location.id] = Pool(id: location.id, label: location.label, folder: "\(settings.root)/\(location.id)")
        }
        return pools
    }

    package static let wallClock: @Sendable () -> Int64 = { SystemClock().now().milliseconds }

    package var guestFiles: (any GuestFiles)? { LocalGuestFiles(cloud: self) }
    package var inspection: (any DiskInspection)? { LocalInspection(cloud: self) }

    package func locations(by deadline: Deadline) throws(CloudError) -> [LocationFacts] {
        settings.locations.map { LocationFacts(id: $0.id, label: $0.label, outage: pools[$0.id]?.outage) }
    }

    /// Begins again what a crash interrupted, and removes temporary files that nobody owns. To be called once, at
    /// start.
    package func resume(by deadline: Deadline) throws(CloudError) {
        for pool in pools.values where pool.outage == nil {
            try sweep(pool, by: deadline)
            for record in try Records.all(ImageRecord.self, in: pool.images) where record.stage == .pending {
                continueImage(pool, record.id)
            }
            for record in try Records.all(MachineRecord.self, in: pool.machines) where record.stage == .pending {
                continueLaunch(pool, record.id)
            }
        }
    }

    /// Stops all work in progress; its records stay pending, and the next start goes on with them.
    package func close() {
        let all = running.withLock { Array($0.values) }
        for work in all { work.cancellation.cancel() }
    }

    func pool(_ location: String) throws(CloudError) -> Pool {
        guard let pool = pools[location] else {
            throw CloudError(
                .invalid,
                "There is no location “\(location)”. Known are: \(pools.keys.sorted().joined(separator: ", "))."
            )
        }
        try pool.check()
        return pool
    }
}

/// Work that goes on in this process.
struct RunningWork: Sendable {
    var progress: Double
    let cancellation: Cancellation
}

/// What may be a name here.
enum Names {
    /// A name that becomes a file's: letters, digits, dot, hyphen, underscore; it begins with a letter or digit.
    static func checkFileName(_ name: String, _ what: String) throws(CloudError) {
        let isLegal = name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) }
        guard isLegal, (1...63).contains(name.count), let first = name.first, first.isLetter || first.isNumber else {
            throw CloudError(
                .invalid,
                "“\(name)” cannot be the name of a \(what): use 1 to 63 letters, digits, dots, hyphens, underscores."
            )
        }
    }

    /// A name for people.
    static func checkTitle(_ name: String) throws(CloudError) {
        let hasControl = name.unicodeScalars.contains { $0.properties.generalCategory == .control }
        guard (1...128).contains(name.count), !hasControl, name.first != " ", name.last != " " else {
            throw CloudError(
                .invalid,
                "An image's name has 1 to 128 characters and neither begins nor ends with a space."
            )
        }
    }

    static func checkKey(_ key: String) throws(CloudError) {
        guard (1...128).contains(key.utf8.count), key.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw CloudError(.invalid, "A key has 1 to 128 printable ASCII characters.")
        }
    }
}
