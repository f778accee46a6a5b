import Logging
import SirdarEngine
import SirdarImages

extension LocalCloud {
    /// Lets one call at a time decide whether a name or a key is new in a folder.
    func gate(_ folder: String, by deadline: Deadline) throws(CloudError) -> FileLock {
        guard let lock = try FileLock.take(folder + "/.gate", .exclusive, for: "accept a request", by: deadline) else {
            throw CloudError(.transient, "Another request is just being accepted. Try again.")
        }
        return lock
    }

    func checkSame(_ isSame: Bool, _ key: String) throws(CloudError) {
        guard isSame else {
            throw CloudError(.conflict(facts: ["key": key]), "This key was used before, for something else.")
        }
    }

    func progress(_ pool: Pool, _ id: String) -> Double? {
        running.withLock { $0["\(pool.id)/\(id)"]?.progress }
    }

    func unwrittenFailure(_ pool: Pool, _ id: String) -> String? {
        unwritten.withLock { $0["\(pool.id)/\(id)"] }
    }

    /// Whether nobody in this process works on something that is pending.
    func isIdle(_ pool: Pool, _ id: String) -> Bool {
        progress(pool, id) == nil && unwrittenFailure(pool, id) == nil
    }

    func cancel(_ pool: Pool, _ id: String) {
        let work = running.withLock { $0["\(pool.id)/\(id)"] }
        work?.cancellation.cancel()
    }

    /// Gives work to a lane, unless it is there already.
    func begin(_ pool: Pool, _ id: String, _ work: @escaping @Sendable (Cancellation) -> Void) {
        let name = "\(pool.id)/\(id)"
        let cancellation = Cancellation()
        let isNew = running.withLock { running in
            guard running[name] == nil else { return false }
            running[name] = RunningWork(progress: 0, cancellation: cancellation)
            return true
        }
        guard isNew else { return }
        lanes.submit {
            work(cancellation)
            self.running.withLock { _ = $0.removeValue(forKey: name) }
        }
    }

    private func report(_ pool: Pool, _ id: String, _ progress: Double) {
        running.withLock { $0["\(pool.id)/\(id)"]?.progress = min(max(progress, 0), 1) }
    }

    // MARK: images

    /// Takes up an image that a crash left pending. While a tool of the crashed process still holds the locks, nothing
    /// happens, and the next poll tries again.
    func continueImage(_ pool: Pool, _ id: String) {
        begin(pool, id) { cancellation in
            do throws(CloudError) {
                guard let record = try Records.read(ImageRecord.self, pool.imageRecord(id)) else { return }
                guard let own = try FileLock.take(pool.imageLock(id), .exclusive, for: "being made", by: .within(.zero))
                else {
                    return
                }
                let source = try self.lockSource(of: record, by: .within(.zero))
                self.makeImage(pool, id, [own, source], cancellation)
            } catch {
                if case .conflict(let facts) = error.kind, facts["busyWith"] != nil { return }
                self.fail(pool, imageId: id, error)
            }
        }
    }

    private func lockSource(of record: ImageRecord, by deadline: Deadline) throws(CloudError) -> FileLock {
        if let machine = record.sourceMachine {
            let use = DiskUse(purpose: "make the image “\(record.name)”", mode: .exclusive, needsOff: "make the image")
            let disk = try open(machine, use, by: deadline)
            guard disk.record.starts == record.sourceStarts else {
                throw CloudError(.conflict(facts: [:]), "\(machine.id) was started after the image was asked for.")
            }
            return disk.lock
        }
        guard let image = record.sourceImage else { throw CloudError(.invalid, "The image's record names no source.") }
        return try lockImage(image, .shared, "copy it", by: deadline).1
    }

    /// Makes the image that a pending record describes. `locks` are the image's own and its source's.
    func makeImage(_ pool: Pool, _ id: String, _ locks: [FileLock], _ cancellation: Cancellation) {
        let work = ImageWork(
            tools: tools,
            pool: pool,
            locks: locks,
            deadline: .within(.seconds(settings.workSecondsMax)),
            cancellation: cancellation,
            report: { self.report(pool, id, $0) }
        )
        do throws(CloudError) {
            guard var record = try Records.read(ImageRecord.self, pool.imageRecord(id)), record.stage == .pending else {
                return
            }
            record.attempts += 1
            guard record.attempts <= Self.attemptsMax else {
                throw CloudError(.invalid, "It was begun \(Self.attemptsMax) times and never finished.")
            }
            try Records.write(record, to: pool.imageRecord(id))
            let outcome = try outcome(of: work, record)
            record.digest = outcome.digest
            record.storedBytes = outcome.storedBytes
            record.stage = .available
            record.availableAt = now()
            try Records.write(record, to: pool.imageRecord(id))
        } catch {
            if cancellation.isCancelled { return }
            fail(pool, imageId: id, error)
        }
    }

    private func outcome(of work: ImageWork, _ record: ImageRecord) throws(CloudError) -> ImageWork.Outcome {
        guard let source = record.sourceImage else { return try work.convert(record) }
        return try work.copy(record, from: try pool(source.location).image(source.id), try digest(of: source))
    }

    private func digest(of image: ImageRef) throws(CloudError) -> String {
        let pool = try pool(image.location)
        guard let digest = try imageRecord(image, in: pool).digest else {
            throw CloudError(.invalid, "The image \(image.id) has no digest, so a copy of it could not be verified.")
        }
        return digest
    }

    private func fail(_ pool: Pool, imageId id: String, _ error: CloudError) {
        logger.warning("image \(pool.id)/\(id) failed: \(error)")
        do throws(CloudError) {
            try Durable.remove(pool.image(id) + ".partial")
            guard var record = try Records.read(ImageRecord.self, pool.imageRecord(id)), record.stage == .pending else {
                return
            }
            record.stage = .failed
            record.reason = error.sentence
            record.endedAt = now()
            try Records.write(record, to: pool.imageRecord(id))
        } catch let second {
            unwritten.withLock { $0["\(pool.id)/\(id)"] = error.sentence }
            logger.error("image \(pool.id)/\(id): its failure could not be written down: \(second)")
        }
    }

    // MARK: machines

    /// Takes up a machine that a crash left pending, as with images.
    func continueLaunch(_ pool: Pool, _ id: String) {
        begin(pool, id) { cancellation in
            do throws(CloudError) {
                guard let record = try Records.read(MachineRecord.self, pool.machineRecord(id)),
                    let image = record.sourceImage,
                    let own = try FileLock.take(pool.diskLock(id), .exclusive, for: "being made", by: .within(.zero))
                else { return }
                let source = try self.lockImage(image, .shared, "launch \(id) from it", by: .within(.zero)).1
                self.makeMachine(pool, id, [own, source], cancellation)
            } catch {
                if case .conflict(let facts) = error.kind, facts["busyWith"] != nil { return }
                self.fail(pool, machineId: id, error)
            }
        }
    }

    func makeMachine(_ pool: Pool, _ id: String, _ locks: [FileLock], _ cancellation: Cancellation) {
        let work = ImageWork(
            tools: tools,
            pool: pool,
            locks: locks,
            deadline: .within(.seconds(settings.workSecondsMax)),
            cancellation: cancellation,
            report: { self.report(pool, id, $0) }
        )
        do throws(CloudError) {
            guard var record = try Records.read(MachineRecord.self, pool.machineRecord(id)), record.stage == .pending,
                let image = record.sourceImage
            else { return }
            record.attempts += 1
            guard record.attempts <= Self.attemptsMax else {
                throw CloudError(.invalid, "It was begun \(Self.attemptsMax) times and never finished.")
            }
            try Records.write(record, to: pool.machineRecord(id))
            try work.expand(self.pool(image.location).image(image.id), digest: digest(of: image), to: pool.disk(id))
            record.stage = .ready
            record.powerSince = now()
            try Records.write(record, to: pool.machineRecord(id))
        } catch {
            if cancellation.isCancelled { return }
            fail(pool, machineId: id, error)
        }
    }

    private func fail(_ pool: Pool, machineId id: String, _ error: CloudError) {
        logger.warning("machine \(pool.id)/\(id) failed: \(error)")
        do throws(CloudError) {
            try Durable.remove(pool.disk(id) + ".partial")
            guard var record = try Records.read(MachineRecord.self, pool.machineRecord(id)), record.stage == .pending
            else {
                return
            }
            record.stage = .failed
            record.reason = error.sentence
            record.endedAt = now()
            try Records.write(record, to: pool.machineRecord(id))
        } catch let second {
            unwritten.withLock { $0["\(pool.id)/\(id)"] = error.sentence }
            logger.error("machine \(pool.id)/\(id): its failure could not be written down: \(second)")
        }
    }

    // MARK: what is left over

    /// Removes temporary files that nobody owns, and records of what has been gone for a month.
    func sweep(_ pool: Pool, by deadline: Deadline) throws(CloudError) {
        try Scratch.sweep(pool, by: deadline)
        let horizon = now() - Self.tombstoneMilliseconds
        for record in try Records.all(ImageRecord.self, in: pool.images) where record.stage == .deleted {
            if let ended = record.endedAt, ended < horizon {
                try Durable.remove(pool.imageRecord(record.id))
                try Durable.remove(pool.imageLock(record.id))
            }
        }
        for record in try Records.all(MachineRecord.self, in: pool.machines) where record.stage == .terminated {
            if let ended = record.endedAt, ended < horizon {
                try Durable.remove(pool.machineRecord(record.id))
                try Durable.remove(pool.diskLock(record.id))
            }
        }
        for (folder, disk) in [(pool.images, ".qcow2"), (pool.machines, ".raw")] {
            try sweep(folder, disk)
        }
    }

    /// Every temporary file belongs to a disk or an image, whose lock tells whether somebody is working on it.
    private func sweep(_ folder: String, _ disk: String) throws(CloudError) {
        let endings = [(disk + ".partial", disk), (".json.new", disk), (disk + ".redo.new", disk)]
        for name in try Durable.names(in: folder) {
            guard let (ending, kept) = endings.first(where: { name.hasSuffix($0.0) }) else { continue }
            let lockPath = "\(folder)/\(name.dropLast(ending.count))\(kept).lock"
            let isLocked = try Durable.exists(lockPath) ? !canLock(lockPath) : false
            if !isLocked { try Durable.remove("\(folder)/\(name)") }
        }
    }

    private func canLock(_ path: String) throws(CloudError) -> Bool {
        try FileLock.take(path, .exclusive, for: "sweep", by: .within(.zero)) != nil
    }
}
