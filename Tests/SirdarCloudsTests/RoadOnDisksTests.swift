import Foundation
import JSON
import Logging
import SirdarClouds
import SirdarCore
import SirdarEngine
import SirdarImages
import SirdarJournal
import SirdarSQLite
import SirdarTestKit
import Testing

/// A shipped workflow on the real engine, the real store and real disks, with the machine's own clock.
final class RoadOnDisks {
    let ground: Ground
    let store: SQLiteStore
    private let cloud: LocalCloud
    private let engine: Engine
    private let library = Library()
    private var numbers: [String: Int] = [:]

    private static let quiet = Logger(label: "road", factory: { _ in SwiftLogNoOpLogHandler() })
    private static let asking = Actuation(actor: .init(id: "operator", kind: .person), channel: .api)
    private static let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path

    init(toolFolders: [String] = []) throws {
        ground = try Ground()
        cloud = try LocalCloud(ground.settings, tools: Toolbox(folders: toolFolders + Toolbox.folders))
        store = try SQLiteStore(path: ground.root + "/sirdar.sqlite", log: Self.quiet)
        let actions = ImageActions(cloud: cloud, projects: Projects([])).all
        let surroundings = Catalog.Surroundings(functions: actions.map { .init($0.signature) })
        let catalog = Catalog.load(folder: Self.repository, surroundings)
        for (name, definition) in catalog.definitions {
            let number = try store.deploy(definition.deployment(at: SystemClock().now()))
            library.add(definition.workflow, number: number, runbooks: definition.runbooks)
            numbers[name.name] = number
        }
        library.set(queues: catalog.queues)
        engine = Engine(
            store: store,
            clock: SystemClock(),
            library: library,
            actions: actions,
            projections: [ImageProjection(actions: actions)],
            log: Self.quiet
        )
        engine.run()
    }

    deinit {
        engine.stop()
        cloud.close()
    }

    func image(_ name: String, in location: String, _ change: (inout Image) -> Void = { _ in }) -> Image {
        var image = Image(
            id: engine.identifiers.next(),
            name: name,
            project: "blackfen",
            location: location,
            type: "renderNode",
            requester: "requester",
            createdAt: engine.clock.now()
        )
        change(&image)
        return image
    }

    func start(_ workflow: String, about image: Image, besides others: [Image] = [], _ input: JSON.Object) throws {
        var whole = input
        whole["request"] = .string(engine.identifiers.next().description)
        whole["image"] = image.json
        let start = InstanceStart(
            id: engine.identifiers.next(),
            workflow: numbers[workflow] ?? 0,
            input: .object(whole),
            origin: .init(request: nil, requester: "requester", scope: "blackfen"),
            records: ([image] + others).map(\.added)
        )
        let engine = engine
        _ = try answer { then in engine.start(start, by: Self.asking, then: then) } as Instance
    }

    /// The task that asks a person about a problem, once there is one.
    func problem() throws -> (task: ManualTask, sentence: String) {
        let task = try eventually { try store.tasks(TaskQuery(queue: "triage")).first { $0.stage == .ready } }
        let problem = task.spec.about["problem"]
        return (task, problem?["detail"]?.asString ?? problem?.asString ?? "")
    }

    func decide(_ task: ManualTask, _ outcome: String) throws {
        let worker = Worker(person: "operator", queues: ["triage"], skills: [], isSupervisor: false)
        let items = task.runbook.flatMap { library.runbook($0) }?.items.filter(\.isRequired) ?? []
        let ticks = items.map { Submission.TickedItem(item: $0.id, evidence: "seen") }
        for intent in [TaskIntent.start, .complete(outcome: outcome, values: [:], ticks: ticks, fence: nil)] {
            let engine = engine
            _ =
                try answer { then in
                    engine.act(intent, on: task.id, worker: worker, by: Self.asking, then: then)
                } as ManualTask
        }
    }

    /// The image once it is built.
    func built(_ image: Image) throws -> Image {
        try eventually {
            let found = try store.record(Image.kind, image.id.description).flatMap(Image.init)
            return found?.state == .built ? found : nil
        }
    }

    /// The steps that wait for another attempt, with why the last one failed.
    func retrying() throws -> String? {
        for summary in try store.instances(InstanceQuery(isOpen: true)) {
            guard let leaf = try store.instance(summary.id)?.leaves.first, case .retrying = leaf.phase else { continue }
            let entries = try store.entries(EntryQuery(object: summary.id, newestFirst: true, limit: 1))
            return entries.first.map { String(decoding: $0.entry.canonical, as: UTF8.self) }
        }
        return nil
    }
}

@Suite("Trouble with disks, from the disk to the person who is asked, and on when it is mended")
struct RoadOnDisksTests {
    @Test("no room for an image: a person is told, makes room, and it is made")
    func noRoom() throws {
        let folder = NSTemporaryDirectory() + "sirdar-tools-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        // The real qemu-img, under a real limit on file sizes for as long as there is the file `full`.
        let script = """
            #!/bin/sh
            if [ -e \(folder)/full ]; then trap '' XFSZ; ulimit -f 200; fi
            exec /usr/bin/qemu-img "$@"

            """
        try Data(script.utf8).write(to: URL(filePath: folder + "/qemu-img"))
        #expect(chmod(folder + "/qemu-img", 0o755) == 0)
        try Data().write(to: URL(filePath: folder + "/full"))
        let road = try RoadOnDisks(toolFolders: [folder])
        let noise = (0..<1 << 20).map { UInt8(truncatingIfNeeded: ($0 &* 2_654_435_761) >> 7 ^ $0 &* $0) }
        let entry = DiskEntry(path: "/noise", content: .bytes(noise), mode: 0o644, owner: 0, group: 0)
        let machine = try road.ground.machine("rn-01", [entry])
        let image = road.image("wanted", in: "london")
        try road.start(
            "create-image",
            about: image,
            [
                "machine": ["location": "london", "id": .string(machine.id)], "machineName": "rn-01",
                "machineType": "renderNode",
            ]
        )
        let (task, sentence) = try road.problem()
        #expect(sentence.contains("The pool is full"), "\(sentence)")
        #expect(try road.ground.names(in: "london/images").filter { $0.hasSuffix("qcow2") } == [])
        try FileManager.default.removeItem(atPath: folder + "/full")
        try road.decide(task, "retry")
        #expect(try road.built(image).digest?.count == 64)
    }

    @Test("a source that was damaged: a person is told, puts it right, and the copy is made")
    func damaged() throws {
        let road = try RoadOnDisks()
        let facts = try road.ground.image(of: road.ground.machine())
        let source = road.image("source", in: "london") { image in
            (image.state, image.ref, image.digest) = (.built, facts.ref, facts.digest)
        }
        let whole = try Data(contentsOf: URL(filePath: road.ground.file(facts.ref)))
        #expect(truncate(road.ground.file(facts.ref), 1_000) == 0)
        let copy = road.image("copy", in: "oregon")
        try road.start("copy-image", about: copy, besides: [source], ["source": source.json, "location": "oregon"])
        let (task, sentence) = try road.problem()
        #expect(sentence.contains("is damaged"), "\(sentence)")
        try whole.write(to: URL(filePath: road.ground.file(facts.ref)))
        try road.decide(task, "tryAgain")
        #expect(try road.built(copy).digest == facts.digest)
    }

    @Test("a pool that vanished is tried again until it is back, and nobody is asked")
    func vanished() throws {
        let road = try RoadOnDisks()
        let facts = try road.ground.image(of: road.ground.machine())
        let source = road.image("source", in: "london") { image in
            (image.state, image.ref, image.digest) = (.built, facts.ref, facts.digest)
        }
        let (pool, away) = (road.ground.root + "/oregon", road.ground.root + "/away")
        try FileManager.default.moveItem(atPath: pool, toPath: away)
        let copy = road.image("copy", in: "oregon")
        try road.start("copy-image", about: copy, besides: [source], ["source": source.json, "location": "oregon"])
        let why = try eventually { try road.retrying() }
        #expect(why.contains("Oregon"), "\(why)")
        try FileManager.default.moveItem(atPath: away, toPath: pool)
        #expect(try road.built(copy).digest == facts.digest)
        #expect(try road.store.tasks(TaskQuery(isOpen: nil)).isEmpty)
    }
}
