import JSON
import SirdarCore
import SirdarEngine

// Machines from build profiles: what is checked before any is made, and where those that there are came from.
extension ImageStudio {
    func planMachines(_ id: Identifier, _ names: MachineNames, _ requester: String) throws -> Plan {
        let profiles = ProfileBook(engine.store)
        guard let profile = try profiles.profile(id), let project = book[profile.project] else {
            throw StudioRefusal(status: 404, code: "not-found", "There is no build profile \(id).")
        }
        guard names.errors.isEmpty else { throw Self.invalid(names.errors) }
        if let refusal = try profiles.refusal(of: profile, in: project.location) {
            throw StudioRefusal(code: "profile-unusable", refusal)
        }
        guard let record = try engine.store.record(Image.kind, profile.image.description), let image = Image(record)
        else { throw StudioRefusal(status: 404, code: "not-found", "There is no image \(profile.image).") }
        let old = try plans(of: names, in: project.location)
        if let refusal = names.refusal(try taken(project, old)) { throw Self.invalid("/first", refusal) }
        var request = ImageRequest(
            id: engine.identifiers.next(),
            kind: .machines,
            image: image.id,
            project: project.code,
            requester: requester,
            createdAt: engine.clock.now(),
            instance: engine.identifiers.next()
        )
        request.about = "\(names.words), from \(profile.name)"
        let machines = names.all.map { name in
            PlannedMachine(
                location: project.location,
                name: name,
                project: project.code,
                request: request.id,
                profile: profile.id,
                image: image.id
            )
        }
        let input: JSON.Object = [
            "profile": ["id": .string(profile.id.description), "name": .string(profile.name)],
            "machines": .array(machines.map(\.json)),
        ]
        // The image is touched, so that whoever asks meanwhile for its deletion is not overlooked.
        let records = [request.added, record.changed(to: record.body)] + machines.map { $0.added(over: old[$0.name]) }
        return try plan(request, image, input, records)
    }

    /// What was planned under these names before.
    private func plans(of names: MachineNames, in location: String) throws -> [String: Record] {
        var found: [String: Record] = [:]
        for name in names.all {
            found[name] = try engine.store.record(PlannedMachine.kind, PlannedMachine.key(name, in: location))
        }
        return found
    }

    /// The names of a project's location that are there, or that an open request is about to use.
    private func taken(_ project: Project, _ plans: [String: Record]) throws -> Set<String> {
        var taken = Set(try cloud.machines(in: project.location, project: nil, by: deadline).map(\.name))
        // Others of the project too, so that the number which is advised is free.
        let own = try ProfileBook(engine.store).all(PlannedMachine.kind, scope: project.code)
        var isOpen: [Identifier: Bool] = [:]
        for plan in (own + plans.values).compactMap(PlannedMachine.init)
        where plan.location == project.location && !taken.contains(plan.name) {
            if isOpen[plan.request] == nil {
                let request = try engine.store.record(ImageRequest.kind, plan.request.description)
                isOpen[plan.request] = request.flatMap(ImageRequest.init)?.state.isOpen ?? false
            }
            if isOpen[plan.request] == true { taken.insert(plan.name) }
        }
        return taken
    }

    /// The profile and the image of a machine that was made from a profile.
    func madeFrom(_ facts: MachineFacts) throws -> StudioMachine.MadeFrom? {
        let key = PlannedMachine.key(facts.name, in: facts.ref.location)
        guard let plan = try engine.store.record(PlannedMachine.kind, key).flatMap(PlannedMachine.init),
            // Another that bears its name now was not made from it.
            plan.cloudKey == facts.key
        else { return nil }
        let profiles = ProfileBook(engine.store)
        return try StudioMachine.MadeFrom(
            profile: plan.profile,
            profileName: profiles.profile(plan.profile)?.name ?? "",
            image: plan.image,
            imageName: profiles.image(plan.image)?.name ?? "",
            request: plan.request
        )
    }
}
