import Foundation
import JSON
import Logging
import SirdarCore
import SirdarEngine
import SirdarJournal
import SirdarOutbound
import SirdarSQLite
import SirdarTestKit
import Testing

/// An engine on a real store, which calls out for real, to a server on this machine.
final class HTTPBench {
    let clock = ManualClock()
    let folder: URL
    let secrets: URL
    let store: any Store
    let engine: Engine
    let logged = LogLines()
    private let library = Library()

    /// What definitions here may name. A step that gives up faults, unless the definition says something else.
    static let vocabulary = Vocabulary(queues: [.init(name: "triage", hasSLA: true)], onExhausted: .fault)

    init(_ rules: OutboundRules, transport: any Transport, resolver: any Resolver = Loopback()) throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "sirdar-http-\(UUID().uuidString)")
        secrets = folder.appending(path: "secrets")
        let database = folder.appending(path: "data")
        for place in [secrets, database] {
            try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        }
        let lines = logged
        let log = Logger(label: "test") { _ in lines.handler }
        store = try SQLiteStore(path: database.appending(path: "sirdar.sqlite").path, log: log)
        let action = HTTPAction(
            outbound: Outbound(rules: rules, resolver: resolver, transport: transport),
            secrets: SecretFiles(folder: secrets.path),
            log: log
        )
        engine = Engine(store: store, clock: clock, library: library, actions: [action], log: log)
        engine.run()
    }

    /// A bench for one server, known by the name `api.example`.
    convenience init(_ server: ScriptedServer) throws {
        try self.init(Loopback.rules(["api.example"]), transport: Mapped(to: server))
    }

    deinit {
        engine.stop()
        try? FileManager.default.removeItem(at: folder)
    }

    func keep(_ secret: String, _ value: String, mode: Int = 0o600) throws {
        let path = secrets.appending(path: secret).path
        let attributes: [FileAttributeKey: Any] = [.posixPermissions: mode]
        try #require(FileManager.default.createFile(atPath: path, contents: Data(value.utf8), attributes: attributes))
    }

    static func decode(_ text: String) -> DefinitionDecoder.Decoded {
        switch YAMLSource.read(text) {
        case .success(let root): DefinitionDecoder.decode(root, hash: hash, vocabulary: vocabulary)
        case .failure(let diagnostic): .init(workflow: nil, diagnostics: [diagnostic])
        }
    }

    private static let hash = ContentHash(hex: String(repeating: "b", count: 64))

    /// Starts a definition that has these steps, under a head with these lines.
    func start(use: String = "", _ steps: String, _ input: JSON = [:]) throws -> Identifier {
        let head = "document: { dsl: '1.0.3', namespace: test, name: sample, version: 1.0.0 }\n"
        return try start(definition: head + use + "do:\n" + steps, input)
    }

    func start(definition: String, _ input: JSON) throws -> Identifier {
        let decoded = Self.decode(definition)
        let workflow = try #require(decoded.workflow, "\(decoded.diagnostics.map { $0.text(in: "x") })")
        let document = workflow.document
        let deployment = Deployment(
            namespace: document.namespace,
            name: document.name,
            version: document.version,
            hash: workflow.hash,
            source: definition,
            runbooks: [],
            at: clock.now()
        )
        let number = try store.deploy(deployment)
        library.add(workflow, number: number)
        let start = InstanceStart(id: engine.identifiers.next(), workflow: number, input: input, origin: Samples.origin)
        let engine = engine
        let instance: Instance = try answer { then in engine.start(start, by: Self.operation, then: then) }
        return instance.id
    }

    private static let operation = Actuation(actor: .init(id: "operator", kind: .person), channel: .cli)

    func ended(_ id: Identifier) throws -> Instance {
        try eventually {
            guard let instance = try store.instance(id), instance.status.isFinal else { return nil }
            return instance
        }
    }

    func output(_ id: Identifier) throws -> JSON {
        let instance = try ended(id)
        guard case .ended(.output(let output)) = instance.progress else {
            Issue.record("it ended otherwise: \(instance.progress)")
            return .null
        }
        return output
    }

    func problem(_ id: Identifier) throws -> Problem {
        let instance = try ended(id)
        guard case .ended(.problem(let problem)) = instance.progress else { throw NeverCame() }
        return problem
    }

    /// The open task of an instance, once there is one.
    func task(_ id: Identifier) throws -> ManualTask {
        try eventually { try store.tasks(TaskQuery(instance: id, isOpen: true)).first { $0.state.name == "ready" } }
    }

    @discardableResult
    func act(_ intent: TaskIntent, _ task: ManualTask) throws -> ManualTask {
        let engine = engine
        let worker = Samples.worker(queues: ["triage"], skills: [])
        return try answer { then in engine.act(intent, on: task.id, worker: worker, by: Self.operation, then: then) }
    }

    /// The step that waits for its next attempt, once it does, and when that is.
    func retry(_ id: Identifier, after last: Timestamp = .zero) throws -> Timestamp {
        try eventually {
            guard case .calling(let calling)? = try store.instance(id)?.leaves.first?.state,
                case .retrying(let at) = calling.phase, at > last
            else { return nil }
            return at
        }
    }

    /// What the journal tells of the steps.
    func story(_ id: Identifier) throws -> [JSON] {
        try store.entries(EntryQuery(object: id)).flatMap { stored in
            try JSON(parsing: stored.entry.canonical)["detail"]?["steps"]?.asArray ?? []
        }
    }

    /// Every byte of the database's files, its log of writes included.
    func database() throws -> Data {
        let place = folder.appending(path: "data")
        let names = try FileManager.default.contentsOfDirectory(atPath: place.path)
        #expect(names.contains("sirdar.sqlite"))
        return try names.reduce(into: Data()) { data, name in data += try Data(contentsOf: place.appending(path: name))
        }
    }
}

/// Every name is this machine.
struct Loopback: Resolver {
    func addresses(of host: String) throws(OutboundFailure) -> [NetworkAddress] {
        ["127.0.0.1"].compactMap(NetworkAddress.init)
    }

    static func rules(_ hosts: [String]) -> OutboundRules {
        OutboundRules(
            hosts: hosts.map { .init($0, networks: ["127.0.0.0/8"].compactMap(NetworkRange.init)) },
            timeout: .seconds(20)
        )
    }
}

/// The network, with https on 443 led to a server of the test that speaks http on a port of its own.
struct Mapped: Transport {
    private let port: String

    init(to server: ScriptedServer) { port = String(server.url.split(separator: ":").last ?? "") }
    init(port: Int) { self.port = String(port) }

    func send(_ exchange: Exchange) throws(OutboundFailure) -> OutboundResponse {
        var request = exchange.request
        do throws(WebAddress.Malformed) {
            request.address = try WebAddress("http://\(request.address.host):\(port)\(request.address.target)")
        } catch { throw OutboundFailure(.malformed, error.reason) }
        return try NetworkTransport().send(Exchange(request: request, to: exchange.to, rules: exchange.rules))
    }
}

/// Everything that was logged, metadata included.
final class LogLines: Sendable {
    private let lines = Locked<[String]>([])

    var text: String { lines.withLock { $0.joined(separator: "\n") } }
    var handler: any LogHandler { Handler(lines: self) }

    private struct Handler: LogHandler {
        let lines: LogLines
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            lines.lines.withLock { $0.append("\(event.message) \(event.metadata ?? [:])") }
        }
    }
}
