import JSON
import SirdarCore
import SirdarEngine

// Actions on machines that are made from a build profile, under names of their own.
extension ImageActions {
    var profileActions: [any Action] { [launchMachine, discardMachine] }

    private static let planned: JSON = [
        "type": "object", "properties": ["location": text, "name": text], "required": ["location", "name"],
        "additionalProperties": false,
    ]

    private var launchMachine: CloudAction {
        CloudAction(
            "launchMachine",
            "Makes a machine of a project from an image, under a name of its own. It stays off.",
            input: ["request": Self.identifier, "image": Self.identifier, "machine": Self.planned],
            required: ["request", "image", "machine"],
            changesOutside: true,
            lane: laneOfMachine()
        ) { call in
            let (image, _) = try call.image()
            guard let (plan, record) = try planned(call) else {
                throw Problem(.runtime, "The machine is not, or no longer, planned under this name by this request.")
            }
            guard image.state == .built, let ref = image.ref else {
                let sentence = "The image \(image.name) is \(image.state.rawValue): no machine is made of it any more."
                throw Problem(.runtime, sentence)
            }
            let spec = LaunchSpec(
                image: ref,
                name: plan.name,
                project: plan.project,
                machineType: image.type,
                tags: [
                    "sherpa:project": plan.project, "sirdar:request": plan.request.description,
                    "sirdar:profile": plan.profile.description,
                ]
            )
            let machine = try cloud.launch(spec, key: plan.cloudKey, by: call.deadline)
            let facts = try cloud.machine(machine, by: call.deadline)
            switch facts.state {
            case .pending, .starting, .stopping:
                return .pending(checkAfter: Self.nextLook(call, since: facts.createdAt))
            case .failed(let reason):
                let error = CloudError(.invalid, "The machine \(plan.name) could not be made: \(reason)")
                return try clearedAway(machine, plan, record, call, error)
            case .gone:
                let error = CloudError(.gone, "The machine \(plan.name) was removed while it was being made.")
                return try clearedAway(machine, plan, record, call, error)
            case .on, .off: return .done(["machine": machine.json, "name": .string(facts.name)])
            }
        }
    }

    /// Whoever lets it be made again finds nothing in the way, and a key that is not spent.
    private func clearedAway(
        _ machine: MachineRef,
        _ failed: PlannedMachine,
        _ record: Record,
        _ call: ActionCall,
        _ error: CloudError
    ) throws -> ActionOutcome {
        try cloud.terminate(machine, key: failed.cloudKey, by: call.deadline)
        var plan = failed
        plan.makings += 1
        return .failed(Failure(error), records: [record.changed(to: plan.body)])
    }

    /// Finds the machine by the key of its making, so that it also removes one whose making never answered.
    private var discardMachine: CloudAction {
        CloudAction(
            "discardMachine",
            "Removes a machine that was made for a request, and its disks; its name is free.",
            input: ["request": Self.identifier, "machine": Self.planned],
            required: ["request", "machine"],
            changesOutside: true,
            lane: laneOfMachine()
        ) { call in
            // Without its plan it has been removed already.
            guard let (plan, record) = try planned(call) else { return .done(["removed": []]) }
            var removed: [JSON] = []
            for case .machine(let facts) in try cloud.findByKey(plan.cloudKey, in: plan.location, by: call.deadline) {
                guard facts.state != .gone else { continue }
                try cloud.terminate(facts.ref, key: plan.cloudKey, by: call.deadline)
                removed.append(.string(facts.name))
            }
            return .done(["removed": .array(removed)], records: [record.removed])
        }
    }

    /// The plan of the machine, while it is the request's that the step belongs to.
    private func planned(_ call: ActionCall) throws -> (PlannedMachine, Record)? {
        guard let machine = call.input["machine"], let location = machine["location"]?.asString,
            let name = machine["name"]?.asString
        else { throw Problem(.validation, "`machine` is not a planned machine: it needs a location and a name.") }
        let request = try call.text("request")
        guard let record = try call.records.record(PlannedMachine.kind, PlannedMachine.key(name, in: location)),
            let plan = PlannedMachine(record), plan.request.description == request
        else { return nil }
        return (plan, record)
    }
}
