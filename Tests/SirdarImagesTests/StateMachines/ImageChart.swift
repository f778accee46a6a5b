import Foundation
import JSON
import Logging
import SirdarCore
import SirdarEngine
import SirdarImages
import SirdarJournal
import SirdarSQLite
import SirdarTestKit

/// Asks the domain what becomes of an image in each state: the projection that follows instances, the actions of the
/// workflows, and the studio that takes requests.
struct ImageChart {
    private let folder = FileManager.default.temporaryDirectory.appending(path: "sirdar-chart-\(UUID().uuidString)")
    private let store: SQLiteStore
    private let engine: Engine
    private let studio: ImageStudio
    private let actions: [any Action]
    private let identifiers: IdentifierSource
    private let workflow: Int
    private let world = CloudWorld(locations: ["london"])

    private static let quiet = Logger(label: "chart", factory: { _ in SwiftLogNoOpLogHandler() })
    private static let asking = Actuation(actor: .init(id: "requester", kind: .person), channel: .api)

    init() throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        store = try SQLiteStore(path: folder.appending(path: "sirdar.sqlite").path, log: Self.quiet)
        guard let network = NetworkRange("10.42.0.0/16") else { throw NeverCame() }
        let project = Project(
            code: "blackfen",
            title: "Blackfen",
            location: "london",
            network: network,
            storage: .init(kind: "nfs", address: "10.42.0.20", exportPath: "/export", mountPoint: "/mnt"),
            manager: .init(kind: "deadline", connection: .remote, address: "10.42.0.30", port: 8080)
        )
        let cloud = ScriptedCloud(world)
        actions = ImageActions(cloud: cloud, projects: Projects([project])).all
        let library = Library()
        var number = 0
        for (name, definition) in BatteryCase.catalog.definitions where name.name == "delete-image" {
            number = try store.deploy(definition.deployment(at: ManualClock.start))
            library.add(definition.workflow, number: number, runbooks: definition.runbooks)
        }
        workflow = number
        engine = Engine(
            store: store,
            clock: ManualClock(),
            library: library,
            actions: actions,
            projections: [ImageProjection(actions: actions)],
            log: Self.quiet
        )
        identifiers = engine.identifiers
        studio = ImageStudio(engine: engine, cloud: cloud, projects: Projects([project]))
    }

    private static let states = Image.State.allCases

    func chart() throws -> Chart {
        var chart = Chart(
            "Images",
            "An image moves with the instance that works on it, in the same commit. *Lost* is an image whose deletion "
                + "was given up when the cloud had already forgotten it.",
            events: "what happens",
            states: Self.states.map(\.rawValue)
        )
        let library = engine.library
        let definition = try library.workflow(workflow)
        for state in Self.states {
            for (name, event) in Self.events {
                let answer = try followed(state, event, definition)
                chart.put(name, to: state.rawValue, answer)
            }
            for (name, action, isInternal) in Self.steps {
                chart.put(name, to: state.rawValue, try performed(action, on: state, isInternal: isInternal))
            }
            chart.put("its deletion is requested", to: state.rawValue, try requested(state))
        }
        try? FileManager.default.removeItem(at: folder)
        return chart
    }

    private static let events: [(String, Instance.Ending?)] = [
        ("work begins that others can see", nil),
        ("its instance ends by a problem", .problem(Problem(.runtime, "No."))),
        ("its request is withdrawn", .cancelled(reason: "No longer needed.")),
    ]

    private static let steps = [
        ("`recordImage` has found it whole", "recordImage", false),
        ("`discardImage` has removed it (an in-between copy)", "discardImage", true),
        ("`deleteImage` has deleted its bytes", "deleteImage", false),
    ]

    // MARK: Asking

    private func image(_ state: Image.State, isInternal: Bool = false) throws -> Image {
        var image = Image(
            id: identifiers.next(),
            name: "image \(state.rawValue)\(identifiers.next())",
            project: "blackfen",
            location: "london",
            type: "renderNode",
            state: state,
            requester: "requester",
            createdAt: ManualClock.start
        )
        (image.isInternal, image.isDeregistered) = (isInternal, state == .lost)
        try commit([image.added])
        return image
    }

    private func commit(_ records: [RecordChange]) throws {
        var commit = Commit()
        commit.records = records
        let store = store
        try answer { then in store.submit(commit) { then($0.mapError { $0 }) } }
    }

    private func state(_ image: Image, _ changes: [RecordChange]) -> Chart.Answer {
        let change = changes.last { $0.kind == Image.kind && $0.key == image.id.description }
        guard let state = change?.body?["state"]?.asString else { return .goes(to: image.state.rawValue) }
        return .goes(to: state)
    }

    /// What the projection makes of an instance that begins its work, or has ended.
    private func followed(
        _ state: Image.State,
        _ ending: Instance.Ending?,
        _ definition: Workflow
    ) throws -> Chart.Answer {
        let image = try image(state)
        let request = ImageRequest(
            id: identifiers.next(),
            kind: .delete,
            image: image.id,
            project: "blackfen",
            requester: "requester",
            createdAt: ManualClock.start,
            instance: nil
        )
        try commit([request.added])
        var instance = Instance(
            id: identifiers.next(),
            workflow: workflow,
            parent: nil,
            origin: .init(request: request.id, requester: "requester", scope: "blackfen"),
            startedAt: ManualClock.start,
            input: ["image": image.json]
        )
        var effects: [Effect] = []
        if let ending {
            instance.progress = .ended(ending)
        } else {
            let work = Effect.Work(
                step: 1,
                node: 1,
                attempt: 1,
                action: "createImage",
                input: .null,
                notBefore: ManualClock.start
            )
            effects.append(.perform(work))
        }
        let projection = ImageProjection(actions: actions)
        let changes = try projection.changes(
            Decision(instance: instance, effects: effects),
            before: nil,
            of: definition,
            at: ManualClock.start,
            reading: store
        )
        return self.state(image, changes)
    }

    private func performed(_ name: String, on state: Image.State, isInternal: Bool) throws -> Chart.Answer {
        let found = try image(state, isInternal: isInternal)
        guard let action = actions.first(where: { $0.signature.name == name }) else { return .none }
        // The image is in the cloud under its key, as its making has left it.
        world.add(CloudWorld.Image(found.cloudName, type: found.type), in: "london", key: found.cloudKey)
        let outcome = action.perform(
            ActionCall(
                input: ["image": .string(found.id.description), "location": "london"],
                key: "chart",
                attempt: 1,
                instance: identifiers.next(),
                origin: Samples.origin,
                now: ManualClock.start,
                records: store
            )
        )
        guard case .done(_, let records) = outcome else { return .refused("the step fails") }
        return self.state(found, records)
    }

    private func requested(_ state: Image.State) throws -> Chart.Answer {
        let image = try image(state)
        let studio = studio
        do {
            _ =
                try answer { then in
                    studio.submit(Wish(.delete(image: image.id, reason: "")), by: Self.asking, then: then)
                } as StudioRequest
        } catch let refusal as StudioRefusal {
            return .refused(refusal.code)
        }
        guard let after = try store.record(Image.kind, image.id.description).flatMap(Image.init) else { return .none }
        return .goes(to: after.state.rawValue)
    }
}
