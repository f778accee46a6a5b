import Foundation
import JSON
import Logging
import SirdarCore
import SirdarEngine
import SirdarImages
import SirdarJournal
import SirdarSQLite
import SirdarTestKit

/// The real studio on a scripted cloud: two projects of one location, every shipped workflow, an engine that runs.
final class StudioBench {
    let world = CloudWorld(locations: ["london", "oregon"])
    let clock = ManualClock()
    let store: any Store
    let engine: Engine
    let studio: ImageStudio
    private let folder = FileManager.default.temporaryDirectory.appending(path: "sirdar-studio-\(UUID().uuidString)")

    private static let quiet = Logger(label: "studio", factory: { _ in SwiftLogNoOpLogHandler() })
    static let asking = Actuation(actor: .init(id: "requester", kind: .person), channel: .api)

    init() throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        store = try SQLiteStore(path: folder.appending(path: "sirdar.sqlite").path, log: Self.quiet)
        let projects = Projects([try Self.project("blackfen", "10.42"), try Self.project("ridge", "10.43")])
        let cloud = ScriptedCloud(world)
        let actions = ImageActions(cloud: cloud, projects: projects).all
        let library = Library()
        for (_, definition) in BatteryCase.catalog.definitions {
            let number = try store.deploy(definition.deployment(at: ManualClock.start))
            library.add(definition.workflow, number: number, runbooks: definition.runbooks)
        }
        library.set(queues: BatteryCase.catalog.queues)
        engine = Engine(
            store: store,
            clock: clock,
            library: library,
            actions: actions,
            projections: [ImageProjection(actions: actions)],
            log: Self.quiet
        )
        studio = ImageStudio(engine: engine, cloud: cloud, projects: projects)
        engine.run()
    }

    deinit {
        engine.stop()
        try? FileManager.default.removeItem(at: folder)
    }

    private static func project(_ code: String, _ network: String) throws -> Project {
        guard let range = NetworkRange("\(network).0.0/16") else { throw NeverCame() }
        return Project(
            code: code,
            title: code,
            location: "london",
            network: range,
            storage: .init(kind: "nfs", address: "\(network).0.20", exportPath: "/export", mountPoint: "/mnt"),
            manager: .init(kind: "deadline", connection: .remote, address: "\(network).0.30", port: 8080)
        )
    }

    /// A built image of a project, in the store and in the cloud.
    func image(
        _ name: String,
        of project: String = "blackfen",
        disk: [String: String] = ["/etc/motd": "Welcome."],
        golden: Bool = false
    ) throws -> Image {
        var image = Image(
            id: engine.identifiers.next(),
            name: name,
            project: project,
            location: "london",
            type: "workstation",
            state: .built,
            requester: "somebody",
            createdAt: clock.now()
        )
        image.ref = ImageRef(location: "london", id: image.cloudName)
        image.isGolden = golden
        var there = CloudWorld.Image(image.cloudName, type: image.type)
        there.disk = disk
        image.digest = ScriptedCloud.digest(disk: disk, freeSpace: "")
        world.add(there, in: "london", key: image.cloudKey)
        try write([image.added])
        return image
    }

    func profile(_ name: String, _ image: Image, of project: String = "blackfen") throws -> BuildProfile {
        let (engine, place) = (engine, ProfileDesk.Place(try shown(project)))
        let draft = ProfileDesk.Draft(name: name, image: image.id)
        return try answer { then in
            ProfileDesk(engine).add(draft, type: "workstation", to: place, by: Self.asking, then: then)
        }
    }

    func shown(_ project: String) throws -> StudioProject {
        guard let found = try studio.projects().first(where: { $0.code == project }) else { throw NeverCame() }
        return found
    }

    func write(_ changes: [RecordChange]) throws {
        var commit = Commit()
        commit.records = changes
        let store = store
        try answer { then in store.submit(commit) { then($0.mapError { $0 }) } }
    }

    func submit(_ wish: Wish.What) throws -> StudioRequest {
        let studio = studio
        return try answer { then in studio.submit(Wish(wish), by: Self.asking, then: then) }
    }

    /// An engineer takes the one task of an instance, and says its first outcome.
    func confirm(_ instance: Identifier) throws {
        let engine = engine
        let worker = Worker(person: "operator", queues: ["image-preparation"], skills: ["imaging"], isSupervisor: false)
        let by = Actuation(actor: .init(id: "operator", kind: .person), channel: .api)
        var task = try when { try store.tasks(TaskQuery(instance: instance, isOpen: true)).first }
        let id = task.id
        task = try answer { then in engine.act(.start, on: id, worker: worker, by: by, then: then) }
        let outcome = task.spec.outcomes.first ?? ""
        let intent = TaskIntent.complete(outcome: outcome, values: [:], ticks: [], fence: task.fence)
        let _: ManualTask = try answer { then in engine.act(intent, on: id, worker: worker, by: by, then: then) }
    }

    func image(_ id: Identifier) throws -> Image {
        guard let image = try store.record(Image.kind, id.description).flatMap(Image.init) else { throw NeverCame() }
        return image
    }

    /// The request when it is in a state, while time goes on as far as what is due.
    func request(_ id: Identifier, in state: String) throws -> StudioRequest {
        try when { try studio.request(id).flatMap { $0.state == state ? $0 : nil } }
    }

    /// Looks until `condition` gives a value, and lets time pass to whatever is due meanwhile.
    func when<Value>(_ condition: () throws -> Value?) throws -> Value {
        try eventually {
            if let value = try condition() { return value }
            if let next = try store.nextDue(), next > clock.now() { clock.advance(by: next.since(clock.now())) }
            return nil
        }
    }
}
