import JSON
import SirdarCore
import SirdarEngine

// Actions that make, record and remove images.
extension ImageActions {
    var imageActions: [any Action] {
        [createImage, copyImage, verifyImage, recordImage, discardImage, checkReferences, deleteImage]
    }

    private var laneOfImage: @Sendable (JSON) -> Lane { lane { $0["location"]?.asString } }

    private var createImage: CloudAction {
        CloudAction(
            "createImage",
            "Makes an image of a machine that is off: every byte of its disks.",
            input: ["image": Self.identifier, "machine": Self.place],
            required: ["image", "machine"],
            changesOutside: true,
            lane: laneOfMachine()
        ) { call in
            let (image, record) = try call.image()
            let spec = ImageSpec(machine: try call.machine(), name: image.cloudName, tags: Self.tags(image))
            let ref = try cloud.createImage(spec, key: image.cloudKey, by: call.deadline)
            return try made(ref, image, record, call, as: .image)
        }
    }

    private var copyImage: CloudAction {
        CloudAction(
            "copyImage",
            "Copies an image into another location, and compares the two.",
            input: ["image": Self.identifier, "source": Self.identifier, "location": Self.text],
            required: ["image", "source", "location"],
            changesOutside: true,
            lane: laneOfImage
        ) { call in
            let (image, record) = try call.image()
            let (source, _) = try call.image("source")
            guard let from = source.ref else { throw Problem(.runtime, "The image \(source.name) is not built yet.") }
            let spec = CopySpec(
                image: from,
                to: try call.text("location"),
                name: image.cloudName,
                tags: Self.tags(image)
            )
            let ref = try cloud.copyImage(spec, key: image.cloudKey, by: call.deadline)
            return try made(ref, image, record, call, as: .copy, sentFrom: from.location)
        }
    }

    /// The image when it is whole; until then, a look at it later.
    private func made(
        _ ref: ImageRef,
        _ image: Image,
        _ record: Record,
        _ call: ActionCall,
        as kind: LedgerRow.Kind,
        sentFrom origin: String? = nil
    ) throws -> ActionOutcome {
        let facts = try cloud.image(ref, by: call.deadline)
        switch facts.state {
        case .pending: return .pending(checkAfter: Self.nextLook(call, since: facts.createdAt))
        case .available:
            let records = try begun(facts, image, call, as: kind, sentFrom: origin)
            return .done(["ref": ref.json, "name": .string(facts.name), "costs": Self.told(records)], records: records)
        case .failed(let reason):
            let error = CloudError(.invalid, "The image could not be made: \(reason)")
            return try clearedAway(ref, image, record, call, error)
        case .disabled: throw CloudError(.invalid, "Somebody has switched the image off in the cloud.")
        case .gone:
            let error = CloudError(.gone, "The image was removed while it was being made.")
            return try clearedAway(ref, image, record, call, error)
        }
    }

    /// Its data is there, and costs something from now on; what was sent to another location has cost something.
    private func begun(
        _ facts: ImageFacts,
        _ image: Image,
        _ call: ActionCall,
        as kind: LedgerRow.Kind,
        sentFrom origin: String?
    ) throws -> [RecordChange] {
        let (ledger, place) = (ledger(call), facts.ref.location)
        let time = facts.availableAt.map(Timestamp.init(milliseconds:)) ?? call.now
        let bytes = Self.storedBytes(facts)
        var records = try ledger.imageBegins(image, as: kind, in: place, bytes: bytes, at: time)
        if let origin, !records.isEmpty {
            records += try ledger.transferred(image, from: origin, bytes: bytes, at: time)
        }
        return records
    }

    /// What is kept of all its disks; `nil` where the cloud cannot tell of one.
    private static func storedBytes(_ facts: ImageFacts) -> Int64? {
        let sizes = facts.disks.compactMap(\.storedBytes)
        return sizes.count == facts.disks.count ? sizes.reduce(0, +) : nil
    }

    /// Whoever lets it be made again finds nothing in the way, and a key that is not spent.
    private func clearedAway(
        _ ref: ImageRef,
        _ failed: Image,
        _ record: Record,
        _ call: ActionCall,
        _ error: CloudError
    ) throws -> ActionOutcome {
        _ = try remove(failed, in: ref.location, call)
        var image = failed
        image.makings += 1
        let ended = try ledger(call).imageEnds(failed.id, at: call.now)
        return .failed(Failure(error), records: [image.changed(from: record)] + ended)
    }

    /// What was made is what was asked for: whole, with a digest, and of a machine that was off throughout.
    private var verifyImage: CloudAction {
        CloudAction(
            "verifyImage",
            "Makes sure that an image is whole, and that its machine stayed off while it was made.",
            input: [
                "image": Self.identifier, "location": Self.text, "machine": Self.place, "starts": ["type": "integer"],
                "source": Self.identifier,
            ],
            required: ["image", "location"],
            onlyLooks: true,
            lane: laneOfImage
        ) { call in
            let (image, _) = try call.image()
            guard let facts = try find(image, in: call.text("location"), call) else {
                throw CloudError(.gone, "The image \(image.name) is not in the cloud.")
            }
            guard facts.state == .available, !facts.disks.isEmpty else {
                throw CloudError(.invalid, "The image \(image.name) is not whole: it has no disk that could be used.")
            }
            if cloud.capabilities.digest, facts.digest == nil {
                throw CloudError(.invalid, "The image \(image.name) has no digest.")
            }
            if call.input["source"] != nil {
                let (source, _) = try call.image("source")
                guard let digest = source.digest, digest == facts.digest else {
                    throw CloudError(
                        .invalid,
                        "The copy's bytes are not those of \(source.name): their digests differ."
                    )
                }
            }
            if let machine = call.input["machine"].flatMap(MachineRef.init(json:)),
                let starts = call.input["starts"]?.asInt
            {
                guard try cloud.machine(machine, by: call.deadline).starts == starts else {
                    throw CloudError(
                        .conflict(facts: ["machine": machine.id]),
                        "\(machine.id) was started while its image was made, so the image cannot be trusted. "
                            + "Stop the machine, then let the image be made again."
                    )
                }
            }
            return .done(Self.facts(facts))
        }
    }

    private var recordImage: CloudAction {
        CloudAction(
            "recordImage",
            "Marks an image as built, with its digest and its size.",
            input: ["image": Self.identifier, "location": Self.text],
            required: ["image", "location"],
            onlyLooks: true,
            lane: laneOfImage
        ) { call in
            let (found, record) = try call.image()
            // A copy in between that was cleared away may have been made again.
            let from: [Image.State] =
                found.isInternal ? [.saved, .building, .built, .deleted] : [.saved, .building, .built]
            try Self.expect(found, in: from, toBecome: .built)
            guard let facts = try find(found, in: call.text("location"), call) else {
                throw CloudError(.gone, "The image \(found.name) is not in the cloud.")
            }
            var image = found
            image.state = .built
            image.ref = facts.ref
            image.location = facts.ref.location
            image.digest = facts.digest
            image.storedBytes = facts.disks.compactMap(\.storedBytes).reduce(0, +)
            image.builtAt = call.now
            image.note = nil
            return .done(Self.facts(facts), records: [image.changed(from: record)])
        }
    }

    /// Undoes the making of an image, also of one whose making never answered.
    private var discardImage: CloudAction {
        CloudAction(
            "discardImage",
            "Removes a half-made or in-between image and its bytes.",
            input: ["image": Self.identifier, "location": Self.text],
            required: ["image", "location"],
            changesOutside: true,
            lane: laneOfImage
        ) { call in
            let (found, record) = try call.image()
            let isRemoved = try remove(found, in: call.text("location"), call)
            var image = found
            if isRemoved { image.makings += 1 }
            if found.isInternal { image.state = .deleted }
            let ended = try ledger(call).imageEnds(found.id, at: call.now)
            let records = (image == found ? [] : [image.changed(from: record)]) + ended
            return .done(["removed": .bool(isRemoved), "costs": Self.told(ended)], records: records)
        }
    }

    private var checkReferences: CloudAction {
        CloudAction(
            "checkReferences",
            "Tells what still uses an image: build profiles, machines that are being made of it, copies, machines.",
            input: ["image": Self.identifier, "location": Self.text],
            required: ["image", "location"],
            onlyLooks: true,
            lane: laneOfImage
        ) { call in
            let (image, _) = try call.image()
            let uses = try ImageUses(of: image, call.records)
            guard let facts = try find(image, in: call.text("location"), call) else {
                let answer: JSON.Object = ["machines": [], "copies": [], "inUse": .bool(uses.isAny)]
                return .done(.object(answer.merging(uses.json)))
            }
            var machines: [JSON] = []
            var copies: [JSON] = []
            for reference in try cloud.references(to: facts.ref, by: call.deadline) {
                switch reference {
                case .machine(_, let name): machines.append(.string(name))
                case .image(_, let name, let isPending): if isPending { copies.append(.string(name)) }
                }
            }
            // Machines live on when their image goes; what is still being made of it would not.
            let answer: JSON.Object = [
                "machines": .array(machines), "copies": .array(copies), "inUse": .bool(!copies.isEmpty || uses.isAny),
                "golden": .bool(image.isGolden),
            ]
            return .done(.object(answer.merging(uses.json)))
        }
    }

    private var deleteImage: CloudAction {
        CloudAction(
            "deleteImage",
            "Deletes an image and its bytes, for good.",
            input: ["image": Self.identifier, "location": Self.text],
            required: ["image", "location"],
            changesOutside: true,
            lane: laneOfImage
        ) { call in
            let (found, record) = try call.image()
            try Self.expect(found, in: [.deletionRequested, .deleting, .deleted], toBecome: .deleted)
            var image = found
            do {
                let isRemoved = try remove(found, in: call.text("location"), call) { image.isDeregistered = true }
                image.state = .deleted
                let ended = try ledger(call).imageEnds(found.id, at: call.now)
                return .done(
                    ["removed": .bool(isRemoved), "costs": Self.told(ended)],
                    records: [image.changed(from: record)] + ended
                )
            } catch let error as CloudError where image.isDeregistered && !found.isDeregistered {
                // There is no way back, whoever gives the deletion up now.
                return .failed(Failure(error), records: [image.changed(from: record)])
            }
        }
    }

    // MARK: Finding and removing

    /// The image as its cloud has it: found by the key under which it was made, whether or not that ever answered.
    private func find(_ image: Image, in location: String, _ call: ActionCall) throws -> ImageFacts? {
        if let ref = image.ref {
            let facts = try cloud.images([ref], by: call.deadline).first
            return facts.flatMap { $0.state == .gone ? nil : $0 }
        }
        for case .image(let facts) in try cloud.findByKey(image.cloudKey, in: location, by: call.deadline)
        where facts.state != .gone {
            return facts
        }
        return nil
    }

    /// The stored disks are known before the image is deregistered, and deleted after it.
    private func remove(
        _ image: Image,
        in location: String,
        _ call: ActionCall,
        onDeregistered: () -> Void = {}
    ) throws -> Bool {
        var found: [ImageRef] = []
        if let ref = image.ref { found.append(ref) }
        for case .image(let facts) in try cloud.findByKey(image.cloudKey, in: location, by: call.deadline) {
            if !found.contains(facts.ref) { found.append(facts.ref) }
        }
        for ref in found {
            do {
                let disks = try cloud.deregister(ref, key: image.cloudKey, by: call.deadline)
                onDeregistered()
                for disk in disks {
                    try cloud.deleteDisk(disk, key: image.cloudKey, by: call.deadline)
                }
            } catch {
                guard error.kind == .gone else { throw error }
            }
        }
        return !found.isEmpty
    }

    private static func expect(_ image: Image, in states: [Image.State], toBecome next: Image.State) throws {
        guard !states.contains(image.state) else { return }
        throw Problem(
            .runtime,
            "The image \(image.name) is \(image.state.rawValue), so it cannot become \(next.rawValue)."
        )
    }

    private static func tags(_ image: Image) -> [String: String] {
        [
            "sherpa:project": image.project, "sherpa:machine-type": image.type,
            "sirdar:request": image.request?.description ?? "",
        ]
    }

    private static func facts(_ facts: ImageFacts) -> JSON {
        var object: JSON.Object = ["ref": facts.ref.json, "name": .string(facts.name)]
        object["digest"] = facts.digest.map(JSON.string)
        object["bytes"] = .number(JSON.Number(Int(facts.disks.compactMap(\.storedBytes).reduce(0, +))))
        return .object(object)
    }
}
