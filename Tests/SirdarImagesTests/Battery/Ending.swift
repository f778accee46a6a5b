import JSON
import SirdarCore
import SirdarEngine
import SirdarImages
import SirdarJournal
import SirdarTestKit

/// How a run ended: everything that must be the same whatever went wrong on the way, one line each.
struct Ending: CustomStringConvertible {
    /// What is there, in the store and in the cloud.
    let states: [String]
    /// What was done in the cloud, without what was made and taken away again because its making had failed.
    let effects: [String]
    /// What must not be there at the end of any run: open ends, and things that nobody owns.
    let leftovers: [String]
    /// The steps that began, by workflow and place.
    let reached: Set<String>

    var description: String {
        (states + effects.map { "did \($0)" } + leftovers.map { "LEFT OVER: \($0)" }).joined(separator: "\n")
    }

    init(of run: BatteryRun, _ store: any Store) throws {
        let instances = try store.instances(InstanceQuery())
        let images = try store.records(RecordQuery(kind: Image.kind)).compactMap(Image.init)
        let request = try store.record(ImageRequest.kind, run.world.request.id.description).flatMap(ImageRequest.init)
        var workflows: [Int: String] = [:]
        for deployed in try store.deployments() { workflows[deployed.number] = deployed.deployment.name }
        let costing = try Self.costing(store).map { "\($0.kind.rawValue) \($0.label) costs something" }.sorted()
        states =
            instances.map { "\(workflows[$0.workflow] ?? "?") is \($0.status.name)" }.sorted()
            + ["the request is \(request?.state.rawValue ?? "not there")"]
            + images.map { "the image \($0.name) is \($0.state.rawValue) in \($0.location), \($0.digest ?? "-")" }
            .sorted()
            + costing
            + run.world.cloud.machines.map { "the machine \($0.name) is \($0.isOn ? "on" : "off"), \($0.starts)" }
            + run.world.cloud.images.map {
                run.world.named("the cloud has \($0.name) in \($0.location)\($0.isReady ? "" : ", half made")")
            }
        effects = Self.lasting(run.world.cloud.effects).map(run.world.named).sorted()
        leftovers = try Self.leftovers(run, store, instances, images, request)
        var reached: Set<String> = []
        for instance in instances {
            for stored in try store.entries(EntryQuery(object: instance.id, limit: 1000)) {
                let steps = try JSON(parsing: stored.entry.canonical)["detail"]?["steps"]?.asArray ?? []
                for step in steps {
                    reached.insert("\(workflows[instance.workflow] ?? "?") \(step["at"]?.asString ?? "")")
                }
            }
        }
        self.reached = reached
    }

    /// An image that was taken away so that it could be made again counts as it was made last.
    private static func lasting(_ effects: [CloudWorld.Effect]) -> [String] {
        let made = effects.filter { $0.kind == .make }.map(\.id)
        let superseded = made.filter { id in made.last { name($0) == name(id) } != id }
        return effects.filter { !superseded.contains($0.id) }.map { "\($0.kind.rawValue) \(name($0.id))" }
    }

    /// The name of an image by its id: those made again have a number behind it.
    private static func name(_ id: String) -> String { String(id.prefix { $0 != "~" }) }

    private static func leftovers(
        _ run: BatteryRun,
        _ store: any Store,
        _ instances: [InstanceSummary],
        _ images: [Image],
        _ request: ImageRequest?
    ) throws -> [String] {
        var found = run.accepted
        for instance in instances {
            if !instance.status.isFinal { found.append("the instance \(instance.id) is \(instance.status.name)") }
            for task in try store.tasks(TaskQuery(instance: instance.id, isOpen: true)) {
                found.append("the task “\(task.spec.title)” is \(task.state.name)")
            }
            for work in try store.work(of: instance.id) { found.append("\(work.action) is due") }
        }
        if let next = try store.nextDue() { found.append("something is due at \(next)") }
        if request?.state.isOpen != false { found.append("the request is open") }
        for image in images {
            switch image.state {
            case .saved, .building, .deletionRequested, .deleting:
                found.append("the image \(image.name) is \(image.state.rawValue)")
            case .built, .failed, .withdrawn, .deleted, .lost: break
            }
        }
        let planned = try store.records(RecordQuery(kind: PlannedMachine.kind)).compactMap(PlannedMachine.init)
        for machine in run.world.cloud.machines where machine.name != run.world.machine.name {
            guard request?.state != .done || !planned.contains(where: { $0.name == machine.name }) else { continue }
            found.append("the machine \(machine.name) belongs to nobody")
        }
        if request?.state != .done {
            for plan in planned { found.append("the name \(plan.name) is taken, and no machine bears it") }
        }
        let owned = Set(images.filter { $0.state == .built }.compactMap(\.ref))
        let kept = Set(run.world.cloud.images.map { ImageRef(location: $0.location, id: $0.id) })
        for ref in kept.subtracting(owned) { found.append("the cloud's image \(ref.id) belongs to nobody") }
        for ref in owned.subtracting(kept) { found.append("the image \(ref.id) is built and not in the cloud") }
        // A deletion that was given up half-way keeps its image, so that it can be asked for again.
        let lost = Set(images.filter { $0.state == .lost }.compactMap(\.ref))
        for disk in run.world.cloud.orphanedDisks where !lost.contains(ImageRef(location: disk.location, id: disk.id)) {
            found.append("the bytes of \(disk.id) belong to nobody")
        }
        found += try costFaults(images, store)
        return found.map(run.world.named).sorted()
    }

    private static func costing(_ store: any Store) throws -> [LedgerRow] {
        try store.records(RecordQuery(kind: LedgerRow.openKind)).compactMap(LedgerRow.init)
    }

    /// What there is costs something, once; and what is gone does not.
    private static func costFaults(_ images: [Image], _ store: any Store) throws -> [String] {
        let open = try costing(store)
        let counted = open.compactMap { $0.kind == .builder ? nil : $0.image }
        let there = images.filter { $0.state == .built || $0.state == .lost }.map(\.id)
        var found = open.filter { $0.kind == .builder }.map { "\($0.label) is gone and costs on" }
        for image in images {
            let (isCounted, isThere) = (counted.contains(image.id), there.contains(image.id))
            if isCounted, !isThere { found.append("the image \(image.name) is \(image.state.rawValue) and costs on") }
            if image.state == .built, !isCounted { found.append("the image \(image.name) is built and costs nothing") }
        }
        for row in open where row.kind == .orphan {
            if images.contains(where: { $0.id == row.image && $0.state != .lost }) {
                found.append("\(row.label) is counted as given up, and is not")
            }
        }
        let closed = try store.records(RecordQuery(kind: LedgerRow.closedKind, limit: RecordQuery.limitMax))
            .compactMap(LedgerRow.init)
        for (number, row) in closed.enumerated() where row.kind != .transfer {
            let twin = (closed.dropFirst(number + 1) + open).first { other in
                other.image == row.image && (other.kind == .builder) == (row.kind == .builder)
                    && other.kind != .transfer
                    && !other.span.intersection(row.span).isEmpty
            }
            if twin != nil { found.append("\(row.label) is counted twice") }
        }
        return found
    }
}
