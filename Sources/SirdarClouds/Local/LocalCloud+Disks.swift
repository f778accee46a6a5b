import Foundation
import SirdarImages

/// A machine's disk, locked for one operation.
struct OpenDisk: Sendable {
    let pool: Pool
    let record: MachineRecord
    let lock: FileLock
    var path: String { pool.disk(record.id) }
}

extension LocalCloud {
    /// What an operation asks of a disk.
    struct DiskUse {
        let purpose: String
        let mode: FileLock.Mode
        /// What cannot be done while the machine is on; nil when its power does not matter.
        let needsOff: String?
    }

    /// Locks a machine's disk, finishes a write that was cut short, and checks that the disk is whole.
    func open(_ machine: MachineRef, _ use: DiskUse, by deadline: Deadline) throws(CloudError) -> OpenDisk {
        let pool = try pool(machine.location)
        _ = try existing(machine, in: pool)
        let lock = try lock(machine, in: pool, use, by: deadline)
        let record = try existing(machine, in: pool)
        try checkStage(record)
        if record.isOn, let what = use.needsOff {
            throw CloudError(
                .conflict(facts: ["machine": record.id, "state": "on"]),
                "\(record.id) is on. Turn it off, then \(what)."
            )
        }
        try checkSize(record, in: pool)
        return OpenDisk(pool: pool, record: record, lock: lock)
    }

    private func lock(
        _ machine: MachineRef,
        in pool: Pool,
        _ use: DiskUse,
        by deadline: Deadline
    ) throws(CloudError) -> FileLock {
        let path = pool.diskLock(machine.id)
        let redo = DiskEditor.redoPath(pool.disk(machine.id))
        if Durable.exists(redo) {
            guard let lock = try FileLock.take(path, .exclusive, for: "finish a write", by: deadline) else {
                throw busy(machine.id, path)
            }
            try DiskEditor.replay(pool.disk(machine.id))
            withExtendedLifetime(lock) {}
        }
        guard let lock = try FileLock.take(path, use.mode, for: use.purpose, by: deadline) else {
            throw busy(machine.id, path)
        }
        return lock
    }

    func busy(_ id: String, _ lockPath: String) -> CloudError {
        let purpose = FileLock.purpose(of: lockPath) ?? "another operation"
        return CloudError(
            .conflict(facts: ["id": id, "busyWith": purpose]),
            "\(id) is in use: \(purpose). Wait until that has ended, then try again."
        )
    }

    /// The record of a machine that is not gone.
    func existing(_ machine: MachineRef, in pool: Pool) throws(CloudError) -> MachineRecord {
        guard let record = try machineRecord(machine, in: pool), record.stage != .terminated else {
            throw CloudError(.gone, "There is no machine \(machine.id) in \(pool.label).")
        }
        return record
    }

    func machineRecord(_ machine: MachineRef, in pool: Pool) throws(CloudError) -> MachineRecord? {
        try Names.checkFileName(machine.id, "machine")
        return try Records.read(MachineRecord.self, pool.machineRecord(machine.id))
    }

    private func checkStage(_ record: MachineRecord) throws(CloudError) {
        switch record.stage {
        case .ready: return
        case .pending: throw CloudError(.eventual, "\(record.id) is still being made. Wait until it is ready.")
        case .failed:
            let reason = record.reason ?? "unknown"
            throw CloudError(.conflict(facts: ["state": "failed"]), "\(record.id) could not be made: \(reason)")
        case .terminated: throw CloudError(.gone, "The machine \(record.id) was terminated.")
        }
    }

    /// A disk that became shorter would convert without an error into an image that looks whole.
    private func checkSize(_ record: MachineRecord, in pool: Pool) throws(CloudError) {
        let path = pool.disk(record.id)
        guard Durable.exists(path) else {
            throw CloudError(
                .gone,
                "The disk of \(record.id) is missing from \(pool.label), although its record is there."
            )
        }
        let size = try Descriptor(path, O_RDONLY).size()
        guard size == record.diskBytes else {
            throw CloudError(
                .invalid,
                "The disk of \(record.id) is damaged: it has \(size) bytes and was made with \(record.diskBytes).",
                detail: "restore \(path) or use another machine"
            )
        }
    }
}
