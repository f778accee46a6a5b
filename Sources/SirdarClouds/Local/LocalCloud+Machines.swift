import Foundation
package import SirdarImages

extension LocalCloud {
    package func machine(_ machine: MachineRef, by deadline: Deadline) throws(CloudError) -> MachineFacts {
        let pool = try pool(machine.location)
        guard let record = try machineRecord(machine, in: pool) else {
            throw CloudError(.gone, "There is no machine \(machine.id) in \(pool.label).")
        }
        if record.stage == .pending, isIdle(pool, record.id) { continueLaunch(pool, record.id) }
        return facts(record, in: pool)
    }

    package func machines(
        in location: String,
        project: String?,
        by deadline: Deadline
    ) throws(CloudError) -> [MachineFacts] {
        let pool = try pool(location)
        return try Records.all(MachineRecord.self, in: pool.machines)
            .filter { $0.stage != .terminated && (project == nil || $0.project == project) }
            .map { facts($0, in: pool) }
    }

    package func startMachine(_ machine: MachineRef, key: String, by deadline: Deadline) throws(CloudError) {
        try Names.checkKey(key)
        try setPower(machine, on: true, "start it", by: deadline)
    }

    package func stopMachine(
        _ machine: MachineRef,
        force: Bool,
        key: String,
        by deadline: Deadline
    ) throws(CloudError) {
        try Names.checkKey(key)
        try setPower(machine, on: false, "stop it", by: deadline)
    }

    private func setPower(_ machine: MachineRef, on: Bool, _ what: String, by deadline: Deadline) throws(CloudError) {
        let use = DiskUse(purpose: what, mode: .exclusive, needsOff: nil)
        let disk = try open(machine, use, by: deadline)
        guard disk.record.isOn != on else { return }
        var record = disk.record
        record.isOn = on
        record.powerSince = now()
        if on { record.starts += 1 }
        try Records.write(record, to: disk.pool.machineRecord(record.id))
    }

    package func launch(_ spec: LaunchSpec, key: String, by deadline: Deadline) throws(CloudError) -> MachineRef {
        try Names.checkKey(key)
        try Names.checkFileName(spec.name, "machine")
        let pool = try pool(spec.image.location)
        let ref = MachineRef(location: pool.id, id: spec.name)
        let request = Digest.of(Self.canonical(spec))
        let gate = try gate(pool.machines, by: deadline)
        defer { withExtendedLifetime(gate) {} }
        if let old = try machineRecord(ref, in: pool) {
            if old.key == key {
                try checkSame(old.request == request, key)
                return ref
            }
            guard old.stage == .terminated else {
                throw CloudError(
                    .duplicate(id: old.id),
                    "There is a machine called \(old.id) in \(pool.label) already."
                )
            }
        }
        let (image, imageLock) = try lockImage(spec.image, .shared, "launch \(spec.name) from it", by: deadline)
        let diskLock = try lockNewDisk(spec.name, in: pool, by: deadline)
        let record = MachineRecord(
            id: spec.name,
            project: spec.project,
            machineType: spec.machineType,
            os: "linux",
            architecture: "x86_64",
            address: spec.address,
            tags: spec.tags,
            createdAt: now(),
            key: key,
            request: request,
            sourceImage: spec.image,
            stage: .pending,
            diskBytes: image.diskBytes,
            powerSince: now()
        )
        try Records.write(record, to: pool.machineRecord(record.id))
        begin(pool, record.id) { self.makeMachine(pool, record.id, [diskLock, imageLock], $0) }
        return ref
    }

    private func lockNewDisk(_ name: String, in pool: Pool, by deadline: Deadline) throws(CloudError) -> FileLock {
        let path = pool.diskLock(name)
        guard let lock = try FileLock.take(path, .exclusive, for: "being made", by: deadline) else {
            throw busy(name, path)
        }
        return lock
    }

    package func terminate(_ machine: MachineRef, key: String, by deadline: Deadline) throws(CloudError) {
        try Names.checkKey(key)
        let pool = try pool(machine.location)
        guard let first = try machineRecord(machine, in: pool) else { return }
        if first.stage == .pending { cancel(pool, machine.id) }
        let path = pool.diskLock(machine.id)
        guard let lock = try FileLock.take(path, .exclusive, for: "terminate it", by: deadline) else {
            throw busy(machine.id, path)
        }
        defer { withExtendedLifetime(lock) {} }
        guard var record = try machineRecord(machine, in: pool) else { return }
        if record.stage != .terminated {
            record.stage = .terminated
            record.isOn = false
            record.endedAt = now()
            try Records.write(record, to: pool.machineRecord(record.id))
        }
        let disk = pool.disk(machine.id)
        for leftover in [disk, disk + ".partial", DiskEditor.redoPath(disk)] { try Durable.remove(leftover) }
    }

    package func estimateBytes(of machine: MachineRef, by deadline: Deadline) throws(CloudError) -> ByteEstimate {
        let pool = try pool(machine.location)
        let record = try existing(machine, in: pool)
        let disk = try Descriptor(pool.disk(machine.id), O_RDONLY)
        var written: Int64 = 0
        var at: Int64 = 0
        while let data = try disk.nextData(from: at) {
            written += data.upperBound - data.lowerBound
            at = data.upperBound
        }
        let method = "The bytes written on the disk; an image is compressed and usually smaller."
        return ByteEstimate(measured: written, upperBound: record.diskBytes, method: method)
    }

    func facts(_ record: MachineRecord, in pool: Pool) -> MachineFacts {
        var facts = stat()
        let stored = stat(pool.disk(record.id), &facts) == 0 ? Int64(facts.st_blocks) * 512 : nil
        let disk = DiskFacts(
            ref: DiskRef(location: pool.id, id: record.id),
            sizeBytes: record.diskBytes,
            storedBytes: stored
        )
        return MachineFacts(
            identity: (MachineRef(location: pool.id, id: record.id), record.id, record.project, record.address),
            kind: (record.machineType, record.os, record.architecture),
            power: (state(of: record, in: pool), record.powerSince, record.starts),
            disks: [disk],
            origin: (record.sourceImage, record.createdAt, record.tags, record.key)
        )
    }

    private func state(of record: MachineRecord, in pool: Pool) -> MachineState {
        switch record.stage {
        case .pending:
            unwrittenFailure(pool, record.id).map { .failed(reason: $0) }
                ?? .pending(progress: progress(pool, record.id))
        case .ready: record.isOn ? .on : .off
        case .failed: .failed(reason: record.reason ?? "unknown")
        case .terminated: .gone
        }
    }

    private static func canonical(_ spec: LaunchSpec) -> String {
        let tags = spec.tags.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        let parts = [spec.image.id, spec.name, spec.project ?? "", spec.machineType, spec.address ?? ""] + tags
        return parts.joined(separator: "\u{0}")
    }
}
