import Foundation
package import SirdarImages

extension LocalCloud {
    package func createImage(_ spec: ImageSpec, key: String, by deadline: Deadline) throws(CloudError) -> ImageRef {
        let pool = try pool(spec.machine.location)
        let request = Self.canonical(["machine", spec.machine.id, spec.name], spec.tags)
        return try accept(pool, (spec.name, key, request), by: deadline) { () throws(CloudError) in
            let use = DiskUse(purpose: "make the image “\(spec.name)”", mode: .exclusive, needsOff: "make the image")
            let disk = try open(spec.machine, use, by: deadline)
            let source = Source(
                machineType: disk.record.machineType,
                machine: spec.machine,
                image: nil,
                starts: disk.record.starts,
                diskBytes: disk.record.diskBytes,
                tags: spec.tags
            )
            return (source, disk.lock)
        }
    }

    package func copyImage(_ spec: CopySpec, key: String, by deadline: Deadline) throws(CloudError) -> ImageRef {
        let pool = try pool(spec.location)
        guard spec.location != spec.image.location else {
            throw CloudError(.invalid, "The image is in \(pool.label) already; choose another location for the copy.")
        }
        let request = Self.canonical(["image", spec.image.location, spec.image.id, spec.name], spec.tags)
        return try accept(pool, (spec.name, key, request), by: deadline) { () throws(CloudError) in
            let (image, lock) = try lockImage(spec.image, .shared, "copy it to \(pool.label)", by: deadline)
            let source = Source(
                machineType: image.machineType,
                machine: nil,
                image: spec.image,
                starts: nil,
                diskBytes: image.diskBytes,
                tags: spec.tags
            )
            return (source, lock)
        }
    }

    /// What an image is made from, as its record keeps it.
    struct Source {
        let machineType: String?
        let machine: MachineRef?
        let image: ImageRef?
        let starts: Int?
        let diskBytes: Int64
        let tags: [String: String]
    }

    /// Writes down that an image is wanted and begins the work, or finds that this was done before.
    private func accept(
        _ pool: Pool,
        _ wanted: (name: String, key: String, request: String),
        by deadline: Deadline,
        _ source: () throws(CloudError) -> (Source, FileLock)
    ) throws(CloudError) -> ImageRef {
        try Names.checkKey(wanted.key)
        try Names.checkTitle(wanted.name)
        let gate = try gate(pool.images, by: deadline)
        defer { withExtendedLifetime(gate) {} }
        let request = Digest.of(wanted.request)
        let records = try Records.all(ImageRecord.self, in: pool.images)
        if let old = records.first(where: { $0.key == wanted.key }) {
            try checkSame(old.request == request, wanted.key)
            return ImageRef(location: pool.id, id: old.id)
        }
        if let other = records.first(where: { $0.name == wanted.name && [.pending, .available].contains($0.stage) }) {
            throw CloudError(
                .duplicate(id: other.id),
                "There is an image called “\(wanted.name)” in \(pool.label) already."
            )
        }
        let id = ImageRecord.id(name: wanted.name, key: wanted.key)
        let (from, sourceLock) = try source()
        guard let lock = try FileLock.take(pool.imageLock(id), .exclusive, for: "being made", by: deadline) else {
            throw busy(wanted.name, pool.imageLock(id))
        }
        let record = ImageRecord(
            id: id,
            name: wanted.name,
            machineType: from.machineType,
            tags: from.tags,
            createdAt: now(),
            key: wanted.key,
            request: request,
            sourceMachine: from.machine,
            sourceImage: from.image,
            sourceStarts: from.starts,
            diskBytes: from.diskBytes,
            stage: .pending
        )
        try Records.write(record, to: pool.imageRecord(id))
        begin(pool, id) { self.makeImage(pool, id, [lock, sourceLock], $0) }
        return ImageRef(location: pool.id, id: id)
    }

    package func image(_ image: ImageRef, by deadline: Deadline) throws(CloudError) -> ImageFacts {
        let pool = try pool(image.location)
        let record = try imageRecord(image, in: pool)
        if record.stage == .pending, isIdle(pool, record.id) { continueImage(pool, record.id) }
        return facts(record, in: pool)
    }

    package func images(in location: String, by deadline: Deadline) throws(CloudError) -> [ImageFacts] {
        let pool = try pool(location)
        return try Records.all(ImageRecord.self, in: pool.images)
            .filter { $0.stage != .deregistered && $0.stage != .deleted }
            .sorted { $0.name < $1.name }
            .map { facts($0, in: pool) }
    }

    package func images(_ images: [ImageRef], by deadline: Deadline) throws(CloudError) -> [ImageFacts] {
        var found: [ImageFacts] = []
        for ref in images {
            do throws(CloudError) { found.append(try image(ref, by: deadline)) } catch {
                guard error.kind == .gone else { throw error }
            }
        }
        return found
    }

    package func findByKey(
        _ key: String,
        in location: String,
        by deadline: Deadline
    ) throws(CloudError) -> [KeyedResource] {
        let pool = try pool(location)
        let images = try Records.all(ImageRecord.self, in: pool.images).filter { $0.key == key }
        let machines = try Records.all(MachineRecord.self, in: pool.machines).filter { $0.key == key }
        return images.map { .image(facts($0, in: pool)) } + machines.map { .machine(facts($0, in: pool)) }
    }

    package func deregister(_ image: ImageRef, key: String, by deadline: Deadline) throws(CloudError) -> [DiskRef] {
        try Names.checkKey(key)
        let pool = try pool(image.location)
        var record = try imageRecord(image, in: pool)
        let disks = [DiskRef(location: pool.id, id: record.id)]
        if record.stage == .pending { cancel(pool, record.id) }
        guard let lock = try FileLock.take(pool.imageLock(record.id), .exclusive, for: "delete it", by: deadline) else {
            throw busy(record.name, pool.imageLock(record.id))
        }
        defer { withExtendedLifetime(lock) {} }
        record = try imageRecord(image, in: pool)
        switch record.stage {
        case .deregistered, .deleted: return disks
        case .pending, .available, .failed:
            record.stage = .deregistered
            record.endedAt = now()
            try Records.write(record, to: pool.imageRecord(record.id))
            return disks
        }
    }

    package func deleteDisk(_ disk: DiskRef, key: String, by deadline: Deadline) throws(CloudError) {
        try Names.checkKey(key)
        let pool = try pool(disk.location)
        guard let first = try imageRecordIfAny(disk.id, in: pool) else { return }
        guard let lock = try FileLock.take(pool.imageLock(disk.id), .exclusive, for: "delete it", by: deadline) else {
            throw busy(first.name, pool.imageLock(disk.id))
        }
        defer { withExtendedLifetime(lock) {} }
        guard var record = try imageRecordIfAny(disk.id, in: pool) else { return }
        guard record.stage == .deregistered || record.stage == .deleted else {
            throw CloudError(
                .conflict(facts: ["image": record.id, "stage": record.stage.rawValue]),
                "The image “\(record.name)” is still registered. Deregister it before its disk is deleted."
            )
        }
        for leftover in [pool.image(record.id), pool.image(record.id) + ".partial"] { try Durable.remove(leftover) }
        guard record.stage != .deleted else { return }
        record.stage = .deleted
        record.endedAt = now()
        try Records.write(record, to: pool.imageRecord(record.id))
    }

    package func references(to image: ImageRef, by deadline: Deadline) throws(CloudError) -> [ImageReference] {
        var found: [ImageReference] = []
        for pool in pools.values.sorted(by: { $0.id < $1.id }) where pool.outage == nil {
            for record in try Records.all(MachineRecord.self, in: pool.machines)
            where record.sourceImage == image && record.stage != .terminated {
                found.append(.machine(MachineRef(location: pool.id, id: record.id), name: record.id))
            }
            for record in try Records.all(ImageRecord.self, in: pool.images)
            where record.sourceImage == image && [.pending, .available].contains(record.stage) {
                let ref = ImageRef(location: pool.id, id: record.id)
                found.append(.image(ref, name: record.name, isPending: record.stage == .pending))
            }
        }
        return found
    }

    func imageRecord(_ image: ImageRef, in pool: Pool) throws(CloudError) -> ImageRecord {
        guard let record = try imageRecordIfAny(image.id, in: pool) else {
            throw CloudError(.gone, "There is no image \(image.id) in \(pool.label).")
        }
        return record
    }

    private func imageRecordIfAny(_ id: String, in pool: Pool) throws(CloudError) -> ImageRecord? {
        guard !id.contains("/"), !id.hasPrefix("."), id.utf8.count <= 200 else {
            throw CloudError(.invalid, "“\(id)” is not an image's id.")
        }
        return try Records.read(ImageRecord.self, pool.imageRecord(id))
    }

    /// Locks an image that is available and whole.
    func lockImage(
        _ image: ImageRef,
        _ mode: FileLock.Mode,
        _ purpose: String,
        by deadline: Deadline
    ) throws(CloudError) -> (ImageRecord, FileLock) {
        let pool = try pool(image.location)
        _ = try imageRecord(image, in: pool)
        guard let lock = try FileLock.take(pool.imageLock(image.id), mode, for: purpose, by: deadline) else {
            throw busy(image.id, pool.imageLock(image.id))
        }
        let record = try imageRecord(image, in: pool)
        switch record.stage {
        case .available: break
        case .pending: throw CloudError(.eventual, "The image “\(record.name)” is still being made.")
        case .failed:
            throw CloudError(.conflict(facts: ["state": "failed"]), "The image “\(record.name)” could not be made.")
        case .deregistered, .deleted: throw CloudError(.gone, "The image “\(record.name)” was deleted.")
        }
        let path = pool.image(record.id)
        let size = Durable.exists(path) ? try Descriptor(path, O_RDONLY).size() : nil
        guard size == record.storedBytes else {
            throw CloudError(
                .invalid,
                "The image “\(record.name)” is damaged: its file is missing or has another size than when it was made.",
                detail: "\(path): \(size.map(String.init) ?? "missing"), recorded \(record.storedBytes ?? 0)"
            )
        }
        return (record, lock)
    }

    func facts(_ record: ImageRecord, in pool: Pool) -> ImageFacts {
        let disk = DiskFacts(
            ref: DiskRef(location: pool.id, id: record.id),
            sizeBytes: record.diskBytes,
            storedBytes: record.storedBytes
        )
        let source: ImageSource? = record.sourceMachine.map { .machine($0) } ?? record.sourceImage.map { .image($0) }
        return ImageFacts(
            identity: (ImageRef(location: pool.id, id: record.id), record.name, record.machineType),
            state: state(of: record, in: pool),
            source: source,
            content: ([disk], record.digest),
            origin: (record.createdAt, record.availableAt, record.tags, record.key)
        )
    }

    /// An image whose file somebody took away is gone, whatever its record says.
    private func state(of record: ImageRecord, in pool: Pool) -> ImageState {
        switch record.stage {
        case .pending:
            unwrittenFailure(pool, record.id).map { .failed(reason: $0) }
                ?? .pending(progress: progress(pool, record.id))
        case .available: Durable.exists(pool.image(record.id)) ? .available : .gone
        case .failed: .failed(reason: record.reason ?? "unknown")
        case .deregistered, .deleted: .gone
        }
    }

    private static func canonical(_ parts: [String], _ tags: [String: String]) -> String {
        let sorted = tags.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        return (parts + sorted).joined(separator: "\u{0}")
    }
}
