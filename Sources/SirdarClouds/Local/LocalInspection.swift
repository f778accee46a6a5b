import Foundation
import SirdarImages

/// Looking into the disks of local machines and images.
struct LocalInspection: DiskInspection {
    let cloud: LocalCloud

    func scan(
        _ machine: MachineRef,
        for needles: [TraceNeedle],
        by deadline: Deadline
    ) throws(CloudError) -> TraceReport {
        let use = LocalCloud.DiskUse(purpose: "search for traces", mode: .shared, needsOff: "search its disk")
        let disk = try cloud.open(machine, use, by: deadline)
        return try DiskScanner.scan(try Ext4Volume(disk.path), for: needles, by: deadline)
    }

    /// By punching holes: quick on a sparse disk of any size, and the space comes back. `zerofree` reads every free block
    /// one by one, which takes 80 seconds on an empty 60 GiB disk.
    func zeroFreeSpace(of machine: MachineRef, key: String, by deadline: Deadline) throws(CloudError) -> ClearedSpace {
        try Names.checkKey(key)
        let use = LocalCloud.DiskUse(purpose: "clear free space", mode: .exclusive, needsOff: "clear its free space")
        let disk = try cloud.open(machine, use, by: deadline)
        let file = try Descriptor(disk.path, O_RDWR)
        let volume = try Ext4Volume(file)
        guard volume.isClean else {
            throw CloudError(
                .conflict(facts: ["journal": "needs recovery"]),
                "\(machine.id) was not shut down cleanly. Start it, shut it down properly, then clear its free space."
            )
        }
        var free: Int64 = 0
        var cleared: Int64 = 0
        for range in try volume.freeSpace() {
            if deadline.hasPassed { throw CloudError.tooLate("clear free space") }
            free += range.upperBound - range.lowerBound
            cleared += try clear(range, in: file)
        }
        try file.sync()
        return ClearedSpace(freeBytes: free, clearedBytes: cleared)
    }

    private func clear(_ range: Range<Int64>, in file: Descriptor) throws(CloudError) -> Int64 {
        var cleared: Int64 = 0
        var at = range.lowerBound
        while at < range.upperBound, let data = file.nextData(from: at), data.lowerBound < range.upperBound {
            let part = data.clamped(to: range)
            try file.punchHole(part)
            cleared += part.upperBound - part.lowerBound
            at = part.upperBound
        }
        return cleared
    }

    func searchImage(
        _ image: ImageRef,
        for needles: [TraceNeedle],
        by deadline: Deadline
    ) throws(CloudError) -> TraceReport {
        let (record, lock) = try cloud.lockImage(image, .shared, "search its bytes", by: deadline)
        let pool = try cloud.pool(image.location)
        let scratch = try Scratch(pool, by: deadline)
        let raw = scratch.folder + "/disk.raw"
        let arguments = ["convert", "-f", "qcow2", "-O", "raw", pool.image(record.id), raw]
        let result = try ToolRun.run(cloud.tools.qemuImg, arguments, keeping: [lock], by: deadline)
        guard result.status == 0 else { throw CloudError.tool(result, doing: "unpack the image for searching") }
        return try RawScanner.scan(try Descriptor(raw, O_RDONLY), for: needles, by: deadline)
    }

    func identityTraces(of machine: MachineRef, by deadline: Deadline) throws(CloudError) -> [IdentityTrace] {
        let use = LocalCloud.DiskUse(purpose: "look for its identity", mode: .shared, needsOff: "look at its disk")
        let disk = try cloud.open(machine, use, by: deadline)
        return try IdentityCheck(volume: try Ext4Volume(disk.path)).traces()
    }
}
