import SirdarEngine
package import SirdarImages

/// What is behind a ``ScriptedCloud``: machines, images and their disks in memory. It outlives the clients that reach
/// it, as a cloud outlives a crash of the program.
package final class CloudWorld: Sendable {
    let state: Locked<State>

    package struct Machine: Sendable, Hashable {
        package var name: String
        package var project: String?
        package var type: String
        package var isOn = false
        package var starts = 0
        /// The files of its disk: path and text.
        package var disk: [String: String] = [:]
        package var isGeneralised = true
        /// What deleted files left behind; an image of the machine holds it too.
        package var freeSpace = ""

        package init(_ name: String, project: String?, type: String) {
            self.name = name
            self.project = project
            self.type = type
        }
    }

    package struct Image: Sendable, Hashable {
        package var name: String
        package var type: String
        package var disk: [String: String] = [:]
        package var freeSpace = ""

        package init(_ name: String, type: String) {
            self.name = name
            self.type = type
        }
    }

    /// What becomes of a call of the cloud.
    package enum Fault: Sendable, Hashable {
        /// It is refused, and nothing has been done.
        case refuse(CloudError.Kind)
        /// It is carried out, and its answer is lost.
        case loseAnswer
        /// Somebody starts every machine just before it.
        case startMachines
        /// What it begins to make will fail after a while, for want of room.
        case runOutOfRoom
        /// What it searches holds something of every project.
        case leaveTraces
    }

    /// Something that was really done, once.
    package struct Effect: Sendable, Hashable {
        package enum Kind: String, Sendable, Hashable { case make, launch, deregister, deleteDisk, terminate }

        package let kind: Kind
        /// The machine, the image or the disk.
        package let id: String
    }

    /// A machine or an image, and how it came to be.
    struct Resource: Sendable {
        var stage: Stage
        var key: String?
        /// What was asked for under the key: the same key with another wish is a conflict.
        var wish = ""
        var tags: [String: String] = [:]
        var madeOf: ImageSource?
        /// How often it must still be looked at before it is ready.
        var looksLeft = 0
        /// How often it must still be asked for before the cloud shows it at all.
        var hiddenFor = 0
        /// What will become of it once it has been looked at often enough.
        var fails: String?
    }

    enum Stage: Sendable, Hashable { case pending, ready, failed, gone }

    struct State: Sendable {
        var machines: [MachineRef: (machine: Machine, resource: Resource)] = [:]
        var images: [ImageRef: (image: Image, resource: Resource)] = [:]
        var keptDisks: Set<DiskRef> = []
        var locations: [String]
        /// How long a new machine or image takes, counted in looks at it.
        var looks = 1
        /// How many times a new machine or image is asked for before the cloud shows it.
        var hiddenFor = 0
        var faults: [Int: Fault] = [:]
        var refused: Set<String> = []
        var calls: [String] = []
        var effects: [Effect] = []
        /// What is begun by the call in hand will fail.
        var outOfRoom = false
        /// What the call in hand searches holds traces.
        var isSpoiled = false
    }

    package init(locations: [String]) { state = Locked(State(locations: locations)) }

    /// How the cloud behaves: how many looks something new takes, and for how many questions it stays hidden.
    package func paces(looks: Int, hiddenFor: Int) {
        state.withLock { state in (state.looks, state.hiddenFor) = (looks, hiddenFor) }
    }

    /// Places a fault at the `number`th call from the world's beginning, the first being 1.
    package func place(_ fault: Fault, at number: Int) { state.withLock { $0.faults[number] = fault } }

    /// Refuses each call that is worded so, as `calls` has it, from now on.
    package func refuse(_ call: String) { state.withLock { _ = $0.refused.insert(call) } }

    /// Every call so far, in order: its operation and what it was about.
    package var calls: [String] { state.withLock { $0.calls } }
    /// What has really been made and taken away, in order.
    package var effects: [Effect] { state.withLock { $0.effects } }

    // MARK: What is there

    @discardableResult
    package func add(_ machine: Machine, in location: String) -> MachineRef {
        let ref = MachineRef(location: location, id: machine.name)
        state.withLock { $0.machines[ref] = (machine, Resource(stage: .ready)) }
        return ref
    }

    @discardableResult
    package func add(_ image: Image, in location: String, key: String) -> ImageRef {
        let ref = ImageRef(location: location, id: image.name)
        state.withLock { state in
            state.images[ref] = (image, Resource(stage: .ready, key: key))
            state.keptDisks.insert(DiskRef(location: location, id: image.name))
        }
        return ref
    }

    /// A person's work on a machine, by its name: edits its disk, stops it.
    package func edit(_ name: String, _ change: @Sendable (inout Machine) -> Void) {
        state.withLock { state in
            for ref in state.machines.keys where ref.id == name {
                guard var found = state.machines[ref] else { continue }
                change(&found.machine)
                state.machines[ref] = found
            }
        }
    }

    /// A person goes round and turns every machine off.
    package func stopMachines() {
        state.withLock { state in for ref in state.machines.keys { state.machines[ref]?.machine.isOn = false } }
    }

    /// The machines that are there, by name: also those that are half made, or failed.
    package var machines: [Machine] {
        state.withLock { state in
            state.machines.values.filter { $0.resource.stage != .gone }.map(\.machine).sorted { $0.name < $1.name }
        }
    }

    /// Images that are there, with their location: also those that are half made, or failed.
    package var images: [(location: String, id: String, name: String, isReady: Bool)] {
        state.withLock { state in
            state.images.filter { $0.value.resource.stage != .gone }
                .map { ($0.key.location, $0.key.id, $0.value.image.name, $0.value.resource.stage == .ready) }
                .sorted { ($0.0, $0.1) < ($1.0, $1.1) }
        }
    }

    /// Stored bytes that no image has any more.
    package var orphanedDisks: [DiskRef] {
        state.withLock { state in
            state.keptDisks.filter { disk in
                let image = state.images[ImageRef(location: disk.location, id: disk.id)]
                return image.map { $0.resource.stage == .gone } ?? true
            }
        }
    }
}
