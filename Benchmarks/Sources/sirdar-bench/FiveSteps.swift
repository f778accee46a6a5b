import Foundation
import JSON
import Logging
import SirdarCore
import SirdarEngine
import SirdarJournal
import SirdarSQLite

/// The work that every engine is measured by: validate-region, snapshot → reconfigure (a person's, with a JSON
/// payload) → verify, register. The steps are trivial, each is durable by itself, and the journal tells all of it.
final class FiveSteps: Sendable {
    let engine: Engine
    let store: ObservedStore
    let workflow: Int

    static let payload: JSON.Object = ["storage_ip": "10.0.0.17", "render_manager_ip": "10.0.0.18"]
    static let worker = Worker(person: "operator", queues: ["ops"], skills: ["storage"], isSupervisor: false)
    static let operation = Actuation(actor: .init(id: "operator", kind: .person), channel: .api)

    /// `looksAhead`: whether the steps say of themselves what their like in the shipped workflows say.
    init(folder: String, looksAhead: Bool = true) throws {
        store = ObservedStore(try SQLiteStore(path: folder + "/sirdar.sqlite", log: Self.quiet))
        let library = Library()
        let clock = SystemClock()
        let hash = ContentHash(hex: String(repeating: "a", count: 64))
        let deployment = Deployment(
            namespace: "bench",
            name: "five-steps",
            version: "1.0.0",
            hash: hash,
            source: "",
            runbooks: [],
            at: clock.now()
        )
        workflow = try store.deploy(deployment)
        library.add(Self.definition(hash), number: workflow)
        let actions = looksAhead ? Self.actions : Self.actions.map(\.saysNothing)
        engine = Engine(store: store, clock: clock, library: library, actions: actions, log: Self.quiet)
        engine.run()
    }

    private static let quiet = Logger(label: "bench", factory: { _ in SwiftLogNoOpLogHandler() })

    /// As `validateRegion`, `createImage`, `verifyImage` and `recordImage` say it of themselves.
    private static let actions = [
        Trivial("validate-region", onlyLooks: true), Trivial("snapshot", changesOutside: true),
        Trivial("verify", onlyLooks: true), Trivial("register", onlyLooks: true),
    ]

    private struct Trivial: Action {
        let signature: ActionSignature

        init(_ name: String, changesOutside: Bool = false, onlyLooks: Bool = false) {
            signature = ActionSignature(
                name: name,
                summary: "Answers at once.",
                input: ["type": "object"],
                changesOutside: changesOutside,
                onlyLooks: onlyLooks
            )
        }

        /// The same action, of which nobody knows what it does.
        var saysNothing: Self { Self(signature.name) }

        func perform(_ call: ActionCall) -> ActionOutcome { .done(["ok": true]) }
    }

    private static func definition(_ hash: ContentHash) -> Workflow {
        func call(_ index: Int, _ name: String) -> Node {
            Node(
                index: index,
                parent: 0,
                name: name,
                pointer: "/do/\(index - 1)/\(name)",
                kind: .call(.init(action: name, with: .constant(["region": "eu-west"])))
            )
        }
        let opening: JSON = [
            "title": "Reconfigure the storage", "queue": "ops", "skills": ["storage"], "outcomes": ["done", "cannot"],
            "form": [
                "storage_ip": ["type": "ip", "label": "Storage", "required": true],
                "render_manager_ip": ["type": "ip", "label": "Render manager", "required": true],
            ],
        ]
        let manual = Node(
            index: 3,
            parent: 0,
            name: "reconfigure",
            pointer: "/do/2/reconfigure",
            kind: .manual(ManualWork(opening: .constant(opening)))
        )
        return Workflow(
            document: .init(namespace: "bench", name: "five-steps", version: "1.0.0"),
            nodes: [
                Node(index: 0, parent: nil, name: "", pointer: "/do", kind: .sequence([1, 2, 3, 4, 5])),
                call(1, "validate-region"), call(2, "snapshot"), manual, call(4, "verify"), call(5, "register"),
            ],
            hash: hash
        )
    }

    // MARK: One instance

    /// Starts an instance; the store's observer tells how it goes on.
    func start() {
        let start = InstanceStart(
            id: engine.identifiers.next(),
            workflow: workflow,
            input: ["machine": "bf-ws-01", "project": "blackfen"],
            origin: .init(request: nil, requester: "requester", scope: "blackfen")
        )
        engine.start(start, by: Self.operation) { Self.expectSuccess($0) }
    }

    /// Begins and completes a task, as the person whose it is.
    func complete(_ task: Identifier) {
        engine.act(.start, on: task, worker: Self.worker, by: Self.operation) { result in
            Self.expectSuccess(result)
            self.finish(task)
        }
    }

    func finish(_ task: Identifier) {
        let intent = TaskIntent.complete(outcome: "done", values: Self.payload, ticks: [], fence: nil)
        engine.act(intent, on: task, worker: Self.worker, by: Self.operation) { Self.expectSuccess($0) }
    }

    static func expectSuccess(_ result: Result<some Any, any Error>) {
        if case .failure(let error) = result { preconditionFailure("the benchmark's own work was refused: \(error)") }
    }
}
