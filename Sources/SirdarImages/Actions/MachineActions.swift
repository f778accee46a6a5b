import JSON
import SirdarCore
import SirdarEngine

// Actions on places and machines.
extension ImageActions {
    var machineActions: [any Action] { [validateRegion, checkMachine, createMachine, deleteMachine] }

    private var validateRegion: CloudAction {
        CloudAction(
            "validateRegion",
            "Makes sure that a location exists and can be used now.",
            input: ["location": Self.text, "machineType": Self.text],
            required: ["location"],
            onlyLooks: true,
            lane: laneOfLocation()
        ) { call in
            let wanted = try call.text("location")
            let locations = try cloud.locations(by: call.deadline)
            guard let location = locations.first(where: { $0.id == wanted }) else {
                let known = locations.map(\.id).sorted().joined(separator: ", ")
                throw Problem(.validation, "There is no location \(wanted). There are: \(known).")
            }
            if let outage = location.outage {
                return .failed(Failure(Problem(.communication, outage), remedy: .tryAgain))
            }
            return .done(["location": .string(location.id), "label": .string(location.label)])
        }
    }

    /// Facts only: whether they are good enough, the workflow decides.
    private var checkMachine: CloudAction {
        CloudAction(
            "checkMachine",
            "Tells a machine's power, type and size, and what is left of its own identity.",
            input: ["machine": Self.place],
            required: ["machine"],
            lane: laneOfMachine()
        ) { call in
            let facts = try cloud.machine(call.machine(), by: call.deadline)
            var answer: JSON.Object = [
                "machine": facts.ref.json, "name": .string(facts.name), "power": .string(facts.state.word),
                "type": .string(facts.machineType), "starts": .number(JSON.Number(facts.starts)),
            ]
            switch facts.state {
            case .pending, .starting, .stopping: return .pending(checkAfter: .seconds(2))
            case .failed(let reason): throw CloudError(.invalid, "The machine \(facts.name) is broken: \(reason)")
            case .gone: throw CloudError(.gone, "The machine \(facts.name) is no longer there.")
            case .on: return .done(.object(answer))
            case .off: break
            }
            let estimate = try cloud.estimateBytes(of: facts.ref, by: call.deadline)
            answer["bytes"] = .number(JSON.Number(Int(estimate.measured ?? estimate.upperBound)))
            let traces = try cloud.inspection?.identityTraces(of: facts.ref, by: call.deadline) ?? []
            answer["isGeneralised"] = .bool(traces.isEmpty)
            answer["identity"] = .array(
                traces.map { ["file": .string($0.path), "text": .string($0.sentence)] }
            )
            return .done(.object(answer))
        }
    }

    private var createMachine: CloudAction {
        CloudAction(
            "createMachine",
            "Makes a machine from an image, to be adapted for a project. It stays off.",
            input: ["image": Self.identifier, "project": Self.text, "purpose": Self.identifier],
            required: ["image", "project", "purpose"],
            changesOutside: true,
            lane: lane { [projects] input in input["project"]?.asString.flatMap { projects[$0]?.location } }
        ) { call in
            let (image, _) = try call.image()
            let project = try project(call.text("project"))
            guard let ref = image.ref else { throw Problem(.runtime, "The image \(image.name) is not built yet.") }
            let purpose = try call.text("purpose")
            let spec = LaunchSpec(
                image: ref,
                name: Self.builderName(project.code, purpose),
                project: project.code,
                machineType: image.type,
                tags: ["sirdar:purpose": purpose]
            )
            let machine = try cloud.launch(spec, key: try builderKey(purpose, call), by: call.deadline)
            let facts = try cloud.machine(machine, by: call.deadline)
            switch facts.state {
            case .pending, .starting, .stopping:
                return .pending(checkAfter: Self.nextLook(call, since: facts.createdAt))
            case .failed(let reason):
                return try clearedAway(machine, call, CloudError(.invalid, "The machine could not be made: \(reason)"))
            case .gone:
                let error = CloudError(.gone, "The machine was removed while it was being made.")
                return try clearedAway(machine, call, error)
            case .on, .off:
                let begun = try ledger(call).builderBegins(
                    for: try call.image("purpose").image.id,
                    named: facts.name,
                    project: project.code,
                    in: machine.location,
                    at: Timestamp(milliseconds: facts.createdAt)
                )
                let answer: JSON = [
                    "machine": machine.json, "name": .string(facts.name), "starts": .number(JSON.Number(facts.starts)),
                    "costs": Self.told(begun),
                ]
                return .done(answer, records: begun)
            }
        }
    }

    /// Whoever lets it be made again finds nothing in the way, and a key that is not spent.
    private func clearedAway(_ machine: MachineRef, _ call: ActionCall, _ error: CloudError) throws -> ActionOutcome {
        let (found, record) = try call.image("purpose")
        try cloud.terminate(machine, key: try builderKey(found.id.description, call), by: call.deadline)
        var image = found
        image.builders += 1
        let ended = try ledger(call).builderEnds(for: found.id.description, at: call.now)
        return .failed(Failure(error), records: [image.changed(from: record)] + ended)
    }

    /// Finds the machine by its purpose, so that it also removes one whose making never answered.
    private var deleteMachine: CloudAction {
        CloudAction(
            "deleteMachine",
            "Removes the machine that was made for a purpose, and its disks.",
            input: ["location": Self.text, "purpose": Self.identifier],
            required: ["location", "purpose"],
            changesOutside: true,
            lane: laneOfLocation()
        ) { call in
            let purpose = try call.text("purpose")
            let key = try builderKey(purpose, call)
            var removed: [JSON] = []
            for case .machine(let facts) in try cloud.findByKey(key, in: call.text("location"), by: call.deadline) {
                guard facts.state != .gone else { continue }
                try cloud.terminate(facts.ref, key: key, by: call.deadline)
                removed.append(.string(facts.name))
            }
            let ended = try ledger(call).builderEnds(for: purpose, at: call.now)
            return .done(["removed": .array(removed), "costs": Self.told(ended)], records: ended)
        }
    }

    /// The key under which the machine is made: another after each making that is known to have failed.
    private func builderKey(_ purpose: String, _ call: ActionCall) throws -> String {
        let image = try call.records.record(Image.kind, purpose).flatMap(Image.init)
        let makings = image?.builders ?? 0
        return makings == 0 ? "builder-\(purpose)" : "builder-\(purpose)-\(makings)"
    }

    private static func builderName(_ project: String, _ purpose: String) -> String {
        "\(project)-builder-\(purpose.suffix(12))"
    }
}

extension MachineState {
    /// The word that people and programs read.
    package var word: String {
        switch self {
        case .pending: "pending"
        case .off: "off"
        case .starting: "starting"
        case .on: "on"
        case .stopping: "stopping"
        case .failed: "failed"
        case .gone: "gone"
        }
    }
}
