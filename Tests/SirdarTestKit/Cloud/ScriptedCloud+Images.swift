import SirdarCore
import SirdarEngine
package import SirdarImages

extension ScriptedCloud {
    package func createImage(_ spec: ImageSpec, key: String, by deadline: Deadline) throws(CloudError) -> ImageRef {
        let wish = "machine \(spec.machine.id) \(spec.name)"
        return try call("createImage \(spec.name)") { (state: inout CloudWorld.State) throws(CloudError) in
            try Self.make(spec.name, spec.machine.location, (key, wish, spec.tags), &state) {
                (state: CloudWorld.State) throws(CloudError) in
                guard let found = state.machines[spec.machine], found.resource.stage == .ready else {
                    throw Self.gone(spec.machine.id)
                }
                guard !found.machine.isOn else {
                    throw CloudError(.conflict(facts: ["power": "on"]), "\(spec.machine.id) is on. Stop it first.")
                }
                var image = CloudWorld.Image(spec.name, type: found.machine.type)
                (image.disk, image.freeSpace) = (found.machine.disk, found.machine.freeSpace)
                return (image, .machine(spec.machine))
            }
        }
    }

    package func copyImage(_ spec: CopySpec, key: String, by deadline: Deadline) throws(CloudError) -> ImageRef {
        let wish = "image \(spec.image.location)/\(spec.image.id) \(spec.name)"
        return try call("copyImage \(spec.name)") { (state: inout CloudWorld.State) throws(CloudError) in
            try Self.make(spec.name, spec.location, (key, wish, spec.tags), &state) {
                (state: CloudWorld.State) throws(CloudError) in
                guard let found = state.images[spec.image], found.resource.stage == .ready else {
                    throw Self.gone(spec.image.id)
                }
                var image = found.image
                image.name = spec.name
                return (image, .image(spec.image))
            }
        }
    }

    /// Begins an image, or finds that this was done before. As elsewhere a key is spent once used, whatever became of
    /// what it made; each making has an id of its own.
    private static func make(
        _ name: String,
        _ location: String,
        _ wanted: (key: String, wish: String, tags: [String: String]),
        _ state: inout CloudWorld.State,
        _ source: (CloudWorld.State) throws(CloudError) -> (CloudWorld.Image, ImageSource)
    ) throws(CloudError) -> ImageRef {
        if let (ref, old) = state.images.first(where: { $0.value.resource.key == wanted.key }) {
            try expectSame(old.resource.wish, wanted.wish, wanted.key)
            return ref
        }
        let live: [CloudWorld.Stage] = [.pending, .ready]
        let namesakes = state.images.filter { $0.key.location == location && $0.value.image.name == name }
        if let other = namesakes.first(where: { live.contains($0.value.resource.stage) }) {
            throw CloudError(.duplicate(id: other.key.id), "There is an image called \(name) already.")
        }
        let (image, madeOf) = try source(state)
        let ref = ImageRef(location: location, id: namesakes.isEmpty ? name : "\(name)~\(namesakes.count)")
        var resource = begun(wanted.key, wanted.wish, wanted.tags, state)
        resource.madeOf = madeOf
        state.images[ref] = (image, resource)
        state.keptDisks.insert(DiskRef(location: location, id: ref.id))
        state.effects.append(.init(kind: .make, id: ref.id))
        return ref
    }

    package func image(_ image: ImageRef, by deadline: Deadline) throws(CloudError) -> ImageFacts {
        try call("image \(image.id)") { (state: inout CloudWorld.State) throws(CloudError) in
            guard var found = state.images[image] else { throw Self.gone(image.id) }
            try Self.look(at: &found.resource, image.id) { state.images[image]?.resource = $0 }
            return Self.facts(image, found)
        }
    }

    package func images(in location: String, by deadline: Deadline) throws(CloudError) -> [ImageFacts] {
        try call("images \(location)") { state in
            state.images.filter { $0.key.location == location && $0.value.resource.stage != .gone }
                .map { Self.facts($0.key, $0.value) }.sorted { $0.name < $1.name }
        }
    }

    package func images(_ images: [ImageRef], by deadline: Deadline) throws(CloudError) -> [ImageFacts] {
        try call("images") { state in images.compactMap { ref in state.images[ref].map { Self.facts(ref, $0) } } }
    }

    package func findByKey(
        _ key: String,
        in location: String,
        by deadline: Deadline
    ) throws(CloudError) -> [KeyedResource] {
        try call("findByKey") { state in
            let images = state.images.filter { $0.key.location == location && $0.value.resource.key == key }
            let machines = state.machines.filter { $0.key.location == location && $0.value.resource.key == key }
            return images.map { .image(Self.facts($0.key, $0.value)) }
                + machines.map { .machine(Self.facts($0.key, $0.value)) }
        }
    }

    package func deregister(_ image: ImageRef, key: String, by deadline: Deadline) throws(CloudError) -> [DiskRef] {
        try call("deregister \(image.id)") { (state: inout CloudWorld.State) throws(CloudError) in
            guard let found = state.images[image] else { throw Self.gone(image.id) }
            if found.resource.stage != .gone {
                state.images[image]?.resource.stage = .gone
                state.effects.append(.init(kind: .deregister, id: image.id))
            }
            return [DiskRef(location: image.location, id: image.id)]
        }
    }

    package func deleteDisk(_ disk: DiskRef, key: String, by deadline: Deadline) throws(CloudError) {
        try call("deleteDisk \(disk.id)") { (state: inout CloudWorld.State) throws(CloudError) in
            let image = state.images[ImageRef(location: disk.location, id: disk.id)]
            if let image, image.resource.stage != .gone {
                throw CloudError(.conflict(facts: ["image": disk.id]), "The image \(disk.id) is still registered.")
            }
            if state.keptDisks.remove(disk) != nil { state.effects.append(.init(kind: .deleteDisk, id: disk.id)) }
        }
    }

    package func references(to image: ImageRef, by deadline: Deadline) throws(CloudError) -> [ImageReference] {
        try call("references \(image.id)") { state in
            let machines: [ImageReference] = state.machines.filter { _, found in
                found.resource.madeOf == .image(image) && found.resource.stage != .gone
            }
            .map { .machine($0.key, name: $0.value.machine.name) }
            let copies: [ImageReference] = state.images.filter { _, found in
                found.resource.madeOf == .image(image) && found.resource.stage != .gone
            }
            .map { .image($0.key, name: $0.value.image.name, isPending: $0.value.resource.stage == .pending) }
            return machines + copies
        }
    }

    /// What tells two images' bytes apart: here, the bytes.
    package static func digest(disk: [String: String], freeSpace: String) -> String {
        disk.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: "|") + "|" + freeSpace
    }

    private static func facts(
        _ ref: ImageRef,
        _ found: (image: CloudWorld.Image, resource: CloudWorld.Resource)
    ) -> ImageFacts {
        let (image, resource) = found
        let state: ImageState =
            switch resource.stage {
            case .pending: .pending(progress: nil)
            case .ready: .available
            case .failed: .failed(reason: resource.fails ?? "unknown")
            case .gone: .gone
            }
        let content = digest(disk: image.disk, freeSpace: image.freeSpace)
        let disk = DiskFacts(
            ref: DiskRef(location: ref.location, id: ref.id),
            sizeBytes: 1 << 20,
            storedBytes: Int64(content.utf8.count)
        )
        return ImageFacts(
            identity: (ref, image.name, image.type),
            state: state,
            source: resource.madeOf,
            content: ([disk], content),
            origin: (
                ManualClock.start.milliseconds, ManualClock.start.milliseconds, resource.tags, resource.key
            )
        )
    }
}

// Disks are texts here, and a trace is a part of one.
extension ScriptedCloud: DiskInspection {
    package func scan(
        _ machine: MachineRef,
        for needles: [TraceNeedle],
        by deadline: Deadline
    ) throws(CloudError) -> TraceReport {
        try call("scan \(machine.id)") { (state: inout CloudWorld.State) throws(CloudError) in
            guard let found = state.machines[machine], found.resource.stage == .ready else {
                throw Self.gone(machine.id)
            }
            return Self.search(found.machine.disk, needles)
        }
    }

    package func searchImage(
        _ image: ImageRef,
        for needles: [TraceNeedle],
        by deadline: Deadline
    ) throws(CloudError) -> TraceReport {
        try call("search \(image.id)") { (state: inout CloudWorld.State) throws(CloudError) in
            guard let found = state.images[image], found.resource.stage == .ready else { throw Self.gone(image.id) }
            var report = Self.search(found.image.disk.merging(["free space": found.image.freeSpace]) { $1 }, needles)
            if state.isSpoiled, let needle = needles.first {
                report.hits.append(TraceHit(needle: needle, place: .disk(offset: 4096, area: "free space")))
            }
            return report
        }
    }

    package func zeroFreeSpace(
        of machine: MachineRef,
        key: String,
        by deadline: Deadline
    ) throws(CloudError) -> ClearedSpace {
        try call("zeroFreeSpace \(machine.id)") { (state: inout CloudWorld.State) throws(CloudError) in
            guard let found = state.machines[machine], found.resource.stage == .ready else {
                throw Self.gone(machine.id)
            }
            state.machines[machine]?.machine.freeSpace = ""
            return ClearedSpace(freeBytes: 1 << 19, clearedBytes: Int64(found.machine.freeSpace.utf8.count))
        }
    }

    package func identityTraces(of machine: MachineRef, by deadline: Deadline) throws(CloudError) -> [IdentityTrace] {
        try call("identity \(machine.id)") { (state: inout CloudWorld.State) throws(CloudError) in
            guard let found = state.machines[machine] else { throw Self.gone(machine.id) }
            guard !found.machine.isGeneralised else { return [] }
            return [IdentityTrace(.machineId, path: "/etc/machine-id", "The machine's own id is still there.")]
        }
    }

    private static func search(_ disk: [String: String], _ needles: [TraceNeedle]) -> TraceReport {
        var report = TraceReport()
        for (path, text) in disk.sorted(by: { $0.key < $1.key }) {
            report.filesRead += 1
            for needle in needles {
                // A network is looked for by what its addresses begin with.
                let wanted =
                    if case .network(let range) = needle {
                        range.split(separator: ".").prefix(2).joined(separator: ".") + "."
                    } else { needle.text }
                guard text.contains(wanted) else { continue }
                report.hits.append(TraceHit(needle: needle, place: .line(path: path, number: 1, text: text)))
            }
        }
        return report
    }
}
