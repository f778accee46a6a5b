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

    func zeroFreeSpace(of machine: MachineRef, key: String, by deadline: Deadline) throws(CloudError) -> ClearedSpace {
        try Names.checkKey(key)
        let what = "clear its free space"
        let disk = try cloud.open(
            machine,
            LocalCloud.DiskUse(purpose: what, mode: .exclusive, needsOff: what),
            by: deadline
        )
        try Ext4Volume(disk.path).checkClean(machine.id, before: what)
        let scratch = try Scratch(disk.pool, by: deadline)
        let editor = DiskEditor(
            tools: cloud.tools,
            disk: disk.path,
            scratch: scratch,
            lock: disk.lock,
            deadline: deadline
        )
        try editor.tidyFolders()
        return try DiskCleaner(disk.path, by: deadline).clean()
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
        return try RawScanner.scan(fileAt: raw, for: needles, by: deadline)
    }

    func identityTraces(of machine: MachineRef, by deadline: Deadline) throws(CloudError) -> [IdentityTrace] {
        let use = LocalCloud.DiskUse(purpose: "look for its identity", mode: .shared, needsOff: "look at its disk")
        let disk = try cloud.open(machine, use, by: deadline)
        return try IdentityCheck(volume: try Ext4Volume(disk.path)).traces()
    }
}
