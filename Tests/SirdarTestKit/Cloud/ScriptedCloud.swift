import SirdarCore
import SirdarEngine
package import SirdarImages

/// A client of a ``CloudWorld``: the seam `Cloud` in memory, with the facts, keys and faults that a test places.
package final class ScriptedCloud: Cloud {
    package let world: CloudWorld
    private let isCut = Locked(false)

    package let name = "scripted"
    package let capabilities = CloudCapabilities(
        imaging: (machineMustBeOff: .enforced, progress: .none, crossRegion: true, digest: true, atomicTags: true),
        guest: (files: false, exec: false, probe: false, network: false)
    )
    package var guestFiles: (any GuestFiles)? { nil }
    package var inspection: (any DiskInspection)? { self }

    package init(_ world: CloudWorld) { self.world = world }

    /// From now on no call of this client reaches the cloud: the program that used it has died.
    package func cut() { isCut.withLock { $0 = true } }

    /// Makes one call: counts it, and lets it meet the fault that was placed at its number.
    func call<Answer>(
        _ what: String,
        _ body: (inout CloudWorld.State) throws(CloudError) -> Answer
    ) throws(CloudError) -> Answer {
        if isCut.withLock({ $0 }) { throw CloudError(.transient, "The connection to the cloud was cut.") }
        return try world.state.withLock { (state: inout CloudWorld.State) throws(CloudError) -> Answer in
            state.calls.append(what)
            let fault = state.faults[state.calls.count]
            state.outOfRoom = fault == .runOutOfRoom
            state.isSpoiled = fault == .leaveTraces
            if state.refused.contains(what) {
                throw CloudError(.denied, "The cloud refuses \(what), as the test says.")
            }
            switch fault {
            case .refuse(let kind)?: throw CloudError(kind, "The cloud refused \(what), as the test says.")
            case .startMachines?: Self.startAll(&state)
            case .loseAnswer?, .runOutOfRoom?, .leaveTraces?, nil: break
            }
            let answer = try body(&state)
            if fault == .loseAnswer { throw CloudError(.unknown, "The answer to \(what) was lost.") }
            return answer
        }
    }

    private static func startAll(_ state: inout CloudWorld.State) {
        for (ref, var found) in state.machines where found.resource.stage == .ready && !found.machine.isOn {
            found.machine.isOn = true
            found.machine.starts += 1
            state.machines[ref] = found
        }
    }

    // MARK: Places and machines

    package func locations(by deadline: Deadline) throws(CloudError) -> [LocationFacts] {
        try call("locations") { state in state.locations.map { LocationFacts(id: $0, label: $0) } }
    }

    package func machine(_ machine: MachineRef, by deadline: Deadline) throws(CloudError) -> MachineFacts {
        try call("machine \(machine.id)") { (state: inout CloudWorld.State) throws(CloudError) in
            guard var found = state.machines[machine] else { throw Self.gone(machine.id) }
            try Self.look(at: &found.resource, machine.id) { state.machines[machine]?.resource = $0 }
            return Self.facts(machine, found)
        }
    }

    package func machines(
        in location: String,
        project: String?,
        by deadline: Deadline
    ) throws(CloudError) -> [MachineFacts] {
        try call("machines \(location)") { state in
            state.machines.filter { ref, found in
                ref.location == location && found.resource.stage != .gone
                    && (project == nil || found.machine.project == project)
            }
            .map { Self.facts($0.key, $0.value) }.sorted { $0.name < $1.name }
        }
    }

    package func startMachine(_ machine: MachineRef, key: String, by deadline: Deadline) throws(CloudError) {
        try power(machine, on: true)
    }

    package func stopMachine(
        _ machine: MachineRef,
        force: Bool,
        key: String,
        by deadline: Deadline
    ) throws(CloudError) {
        try power(machine, on: false)
    }

    private func power(_ machine: MachineRef, on: Bool) throws(CloudError) {
        try call("\(on ? "start" : "stop") \(machine.id)") { (state: inout CloudWorld.State) throws(CloudError) in
            guard let found = state.machines[machine], found.resource.stage == .ready else {
                throw Self.gone(machine.id)
            }
            guard found.machine.isOn != on else { return }
            state.machines[machine]?.machine.isOn = on
            if on { state.machines[machine]?.machine.starts += 1 }
        }
    }

    package func launch(_ spec: LaunchSpec, key: String, by deadline: Deadline) throws(CloudError) -> MachineRef {
        let wish = "\(spec.image.id) \(spec.name) \(spec.project ?? "") \(spec.machineType)"
        return try call("launch \(spec.name)") { (state: inout CloudWorld.State) throws(CloudError) in
            if let (ref, old) = state.machines.first(where: { $0.value.resource.key == key }) {
                try Self.expectSame(old.resource.wish, wish, key)
                return ref
            }
            guard let image = state.images[spec.image], image.resource.stage == .ready else {
                throw Self.gone(spec.image.id)
            }
            let ref = MachineRef(location: spec.image.location, id: spec.name)
            if let other = state.machines[ref], other.resource.stage != .gone {
                throw CloudError(.duplicate(id: ref.id), "There is a machine called \(ref.id) already.")
            }
            var machine = CloudWorld.Machine(spec.name, project: spec.project, type: spec.machineType)
            (machine.disk, machine.freeSpace) = (image.image.disk, image.image.freeSpace)
            var resource = Self.begun(key, wish, spec.tags, state)
            resource.madeOf = .image(spec.image)
            state.machines[ref] = (machine, resource)
            state.effects.append(.init(kind: .launch, id: ref.id))
            return ref
        }
    }

    package func terminate(_ machine: MachineRef, key: String, by deadline: Deadline) throws(CloudError) {
        try call("terminate \(machine.id)") { state in
            guard let found = state.machines[machine], found.resource.stage != .gone else { return }
            state.machines[machine]?.resource.stage = .gone
            state.machines[machine]?.machine.isOn = false
            state.effects.append(.init(kind: .terminate, id: machine.id))
        }
    }

    package func estimateBytes(of machine: MachineRef, by deadline: Deadline) throws(CloudError) -> ByteEstimate {
        try call("estimate \(machine.id)") { (state: inout CloudWorld.State) throws(CloudError) in
            guard let found = state.machines[machine] else { throw Self.gone(machine.id) }
            let bytes = Int64(found.machine.disk.values.map(\.utf8.count).reduce(0, +))
            return ByteEstimate(measured: bytes, upperBound: 1 << 20, method: "The bytes of its files.")
        }
    }

    // MARK: What machines and images have in common

    /// One look at something that may still be in the making.
    static func look(
        at resource: inout CloudWorld.Resource,
        _ name: String,
        _ keep: (CloudWorld.Resource) -> Void
    ) throws(CloudError) {
        defer { keep(resource) }
        if resource.hiddenFor > 0 {
            resource.hiddenFor -= 1
            throw CloudError(.eventual, "The cloud does not show \(name) yet.")
        }
        guard resource.stage == .pending else { return }
        if resource.looksLeft > 0 {
            resource.looksLeft -= 1
        } else {
            resource.stage = resource.fails == nil ? .ready : .failed
        }
    }

    static func begun(
        _ key: String,
        _ wish: String,
        _ tags: [String: String],
        _ state: CloudWorld.State
    ) -> CloudWorld.Resource {
        var resource = CloudWorld.Resource(stage: .pending, key: key, wish: wish, tags: tags)
        resource.looksLeft = state.looks
        resource.hiddenFor = state.hiddenFor
        if state.outOfRoom { resource.fails = "There is no room left on the disk. Free some, then try again." }
        return resource
    }

    static func expectSame(_ old: String, _ new: String, _ key: String) throws(CloudError) {
        guard old == new else {
            throw CloudError(.conflict(facts: ["key": key]), "This key was used before, for something else.")
        }
    }

    static func gone(_ name: String) -> CloudError { CloudError(.gone, "There is no \(name).") }

    static func facts(
        _ ref: MachineRef,
        _ found: (machine: CloudWorld.Machine, resource: CloudWorld.Resource)
    ) -> MachineFacts {
        let (machine, resource) = found
        let state: MachineState =
            switch resource.stage {
            case .pending: .pending(progress: nil)
            case .ready: machine.isOn ? .on : .off
            case .failed: .failed(reason: resource.fails ?? "unknown")
            case .gone: .gone
            }
        var source: ImageRef?
        if case .image(let image)? = resource.madeOf { source = image }
        let disk = DiskFacts(ref: DiskRef(location: ref.location, id: ref.id), sizeBytes: 1 << 20, storedBytes: nil)
        return MachineFacts(
            identity: (ref, machine.name, machine.project, nil),
            kind: (machine.type, "linux", "x86_64"),
            power: (state, 0, machine.starts),
            disks: [disk],
            origin: (source, ManualClock.start.milliseconds, resource.tags, resource.key)
        )
    }
}
