import Foundation
import JSON
import Logging
import SirdarCore
import SirdarEngine
import SirdarJournal
import SirdarSQLite
import SirdarTestKit

/// An engine on a real store, with a clock that the test moves and actions that the test writes.
final class EngineBench {
    let clock: ManualClock
    let folder: URL
    let library = Library()
    private(set) var store: any Store
    private(set) var engine: Engine
    private let actions: [any Action]
    private var workflows: [(Workflow, Int)] = []

    init(
        in folder: URL? = nil,
        clock: ManualClock = ManualClock(),
        actions: [any Action] = [EngineBench.note]
    ) throws {
        self.clock = clock
        self.actions = actions
        let temporary = FileManager.default.temporaryDirectory
        self.folder = folder ?? temporary.appending(path: "sirdar-engine-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: self.folder, withIntermediateDirectories: true)
        store = try Self.open(self.folder)
        engine = Self.make(store, clock, library, actions)
        engine.run()
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    /// Ends the engine as a crash would, and starts another on the same file.
    func restart() throws {
        engine.stop()
        store = try Self.open(folder)
        engine = Self.make(store, clock, library, actions)
        engine.run()
    }

    private static func open(_ folder: URL) throws -> SQLiteStore {
        try SQLiteStore(path: folder.appending(path: "sirdar.sqlite").path, log: quiet)
    }

    private static func make(
        _ store: any Store,
        _ clock: ManualClock,
        _ library: Library,
        _ actions: [any Action]
    ) -> Engine {
        Engine(store: store, clock: clock, library: library, actions: actions, log: quiet)
    }

    private static let quiet = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })

    /// Answers with the input it got.
    static let note = ScriptedAction("note") { .done(["did": $0.input]) }
    static let operation = Actuation(actor: .init(id: "operator", kind: .person), channel: .cli)

    @discardableResult
    func deploy(_ workflow: Workflow) throws -> Int {
        let document = workflow.document
        let deployment = Deployment(
            namespace: document.namespace, name: document.name, version: document.version,
            hash: ContentHash(hex: String(repeating: "a", count: 64)), source: "", runbooks: [], at: clock.now())
        let number = try store.deploy(deployment)
        library.add(workflow, number: number)
        return number
    }

    func start(_ workflow: Int, _ input: JSON = [:]) throws -> Identifier {
        let id = engine.identifiers.next()
        let start = InstanceStart(id: id, workflow: workflow, input: input, origin: Samples.origin)
        let engine = engine
        _ = try answer { then in engine.start(start, by: Self.operation, then: then) } as Instance
        return id
    }

    @discardableResult
    func handle(_ event: Event, _ id: Identifier) throws -> Instance {
        let engine = engine
        return try answer { then in engine.handle(event, for: id, by: Self.operation, then: then) }
    }

    @discardableResult
    func act(_ intent: TaskIntent, _ task: Identifier, _ worker: Worker = Samples.worker()) throws -> ManualTask {
        let engine = engine
        return try answer { then in engine.act(intent, on: task, worker: worker, by: Self.operation, then: then) }
    }

    func complete(_ task: ManualTask, _ outcome: String = "done", _ values: JSON.Object = ["address": "10.57.0.20"]) throws
        -> ManualTask
    {
        try act(.complete(outcome: outcome, values: values, ticks: [], fence: nil), task.id)
    }

    /// The open task of an instance, once there is one.
    func task(of id: Identifier, in state: String = "ready") throws -> ManualTask {
        try eventually {
            try store.tasks(TaskQuery(instance: id, isOpen: true)).first { $0.state.name == state }
        }
    }

    /// The instance, once it has ended. Time passes where it waits for nothing else.
    func ended(_ id: Identifier) throws -> Instance {
        try eventually {
            guard let instance = try store.instance(id), instance.status.isFinal else { return nil }
            return instance
        }
    }

    /// The instance, once it is as `condition` says.
    func instance(_ id: Identifier, where condition: (Instance) -> Bool) throws -> Instance {
        try eventually {
            guard let instance = try store.instance(id), condition(instance) else { return nil }
            return instance
        }
    }

    /// What the journal tells of an instance.
    func story(_ id: Identifier) throws -> [JSON] {
        try store.entries(EntryQuery(object: id)).map { stored in
            try JSON(parsing: stored.entry.canonical)
        }
    }

    func actions(_ id: Identifier) throws -> [String] { try story(id).compactMap { $0["action"]?.asString } }
}
