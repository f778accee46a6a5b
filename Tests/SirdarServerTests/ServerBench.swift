import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import JSON
import Logging
import SirdarCore
import SirdarEngine
import SirdarImages
import SirdarJournal
import SirdarSQLite
import SirdarServer
import SirdarTestKit

/// A server on a real engine and a real store, with a clock that the test moves and a studio on paper.
final class ServerBench: Sendable {
    let clock: ManualClock
    let engine: Engine
    let studio: PaperStudio
    let server: Server
    /// It follows nothing by itself: a test says when it seals.
    let sealer: Sealer
    let notifier: Notifier?
    /// Whether the automatic check of a task finds something.
    let finds = Locked(false)
    private let folder: URL
    /// Watches the store's syncs, and can make one fail.
    let syncs: SyncWatch

    /// `notifies`: whether letters are written; what is sent goes nowhere.
    init(
        notifies: Bool = false,
        provider: (any IdentityProvider)? = nil,
        retention: RetentionPolicy = RetentionPolicy(),
        _ change: (inout Server.Settings) -> Void = { _ in }
    ) throws {
        clock = ManualClock()
        folder = FileManager.default.temporaryDirectory.appending(path: "sirdar-server-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        syncs = SyncWatch(folder: folder.path)
        let store = try SQLiteStore(path: folder.appending(path: "sirdar.sqlite").path, log: Self.quiet)
        let library = Library()
        library.set(queues: [QueuePolicy(name: "ops", title: "Operations"), QueuePolicy(name: "other", title: "Other")])
        let finds = finds
        let verify = ScriptedAction("verify") { _ in
            finds.withLock { $0 }
                ? .done(["passed": false, "summary": "The old address is still there.", "hits": [Self.hit]])
                : .done(["passed": true])
        }
        engine = Engine(
            store: store,
            clock: clock,
            library: library,
            actions: [ScriptedAction("note") { .done(["did": $0.input]) }, verify],
            log: Self.quiet
        )
        studio = PaperStudio()
        var settings = Server.Settings()
        settings.dataFolder = folder.path
        // A stream ends when everything was told, so that an answer can be looked at.
        settings.stream.life = .seconds(0)
        change(&settings)
        sealer = Sealer(
            engine: engine,
            signer: NoteSigner(name: "sirdar.test/journal"),
            anchors: [FileAnchor(path: folder.appending(path: "journal-checkpoints.txt").path)],
            log: Self.quiet
        )
        let notifier = notifies ? Self.notifier(engine) : nil
        notifier?.run()
        server = try Server(
            engine: engine,
            studio: studio,
            sealer: sealer,
            notifier: notifier,
            provider: provider,
            retention: Retention(engine: engine, policy: retention, log: Self.quiet),
            settings: settings,
            log: Self.quiet
        )
        self.notifier = notifier
        engine.run()
        let reading = SirdarEngine.Runbook.read(name: "shared-storage", source: Samples.runbookSource)
        try deploy(Samples.adapting, runbooks: reading.runbook.map { [$0] } ?? [])
    }

    deinit {
        engine.stop()
        notifier?.stop()
        try? FileManager.default.removeItem(at: folder)
    }

    /// A relay that is not there.
    private struct NoRelay: Postman {
        let channel = Channel.mail
        func carry(_ letter: Letter) throws(PostTrouble) { throw PostTrouble(.unreachable, "Nothing answers.") }
    }

    private static func notifier(_ engine: Engine) -> Notifier {
        Notifier(
            engine: engine,
            policy: NoticePolicy(
                mail: .init(
                    host: "127.0.0.1",
                    from: "sirdar@studio.example",
                    addresses: "{name}@studio.example",
                    domains: ["studio.example"]
                )
            ),
            postmen: [NoRelay()],
            writer: LetterWriter(base: "https://sirdar.example", seal: MuteSeal(secret: Array("secret".utf8))),
            log: quiet
        )
    }

    static let quiet = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
    private static let hit: JSON = ["file": "/etc/fstab", "line": 3, "text": "10.42.0.20:/projects /mnt/projects nfs"]
    static let password = "a long enough secret"
    /// Hashed once: it takes its time on purpose.
    private static let hash = Result { try Passwords.hash(password) }

    private func deploy(_ workflow: Workflow, runbooks: [SirdarEngine.Runbook]) throws {
        let document = workflow.document
        let deployment = Deployment(
            namespace: document.namespace,
            name: document.name,
            version: document.version,
            hash: workflow.hash,
            source: "",
            runbooks: [],
            at: clock.now()
        )
        engine.library.add(workflow, number: try engine.store.deploy(deployment), runbooks: runbooks)
    }

    /// Another version of the same workflow, to move instances to.
    func deployAnother() throws {
        let (document, nodes) = (Samples.adapting.document, Samples.adapting.nodes)
        let another = Workflow.Document(
            namespace: document.namespace,
            name: document.name,
            version: "1.1.0",
            title: document.title,
            summary: document.summary
        )
        let hash = ContentHash(hex: String(repeating: "c", count: 64))
        try deploy(Workflow(document: another, nodes: nodes, hash: hash), runbooks: [])
    }

    // MARK: People

    @discardableResult
    func person(
        _ name: String,
        _ roles: Set<Role>,
        projects: Set<String> = [],
        queues: Set<String> = [],
        skills: Set<String> = ["storage"],
        title: String = "",
        withPassword: Bool = false
    ) throws -> Person {
        let person = Person(
            id: engine.identifiers.next(),
            name: name,
            title: title,
            roles: roles,
            projects: projects,
            queues: queues,
            skills: skills
        )
        try write([person.added] + (withPassword ? [Credential.set(try Self.hash.get(), for: person.id)] : []))
        return person
    }

    func write(_ changes: [RecordChange]) throws {
        let entry = Entry(
            at: clock.now(),
            actor: .system("test"),
            channel: .setup,
            action: "test.wrote",
            object: .init(kind: "test", id: engine.identifiers.next())
        )
        let engine = engine
        try answer { then in engine.write(changes, entry: entry, then: then) }
    }

    /// What a browser that has signed in sends.
    func session(of person: Person) throws -> Browser {
        let secret = Secret()
        let session = Session(
            id: secret.digest,
            person: person.id,
            createdAt: clock.now(),
            address: "local",
            agent: "test"
        )
        try write([session.added])
        return Browser(secret: secret)
    }

    func token(of person: Person, _ scopes: Set<TokenScope> = Set(TokenScope.allCases)) throws -> HTTPFields {
        let secret = Secret()
        let token = APIToken(
            id: engine.identifiers.next(),
            person: person.id,
            name: "test",
            digest: secret.digest,
            scopes: scopes,
            createdAt: clock.now(),
            expiresAt: clock.now().advanced(by: .days(30))
        )
        try write([token.added])
        return [.authorization: "Bearer \(token.text(with: secret))"]
    }

    /// An operator of the queue `ops` who may see every project.
    func operatorPerson(_ name: String = "operator") throws -> Person {
        try person(name, [.operator], projects: ["*"], queues: ["ops"])
    }

    // MARK: Work

    @discardableResult
    func task(requester: Identifier? = nil, project: String = "harrow") throws -> ManualTask {
        let id = engine.identifiers.next()
        let origin = Instance.Origin(request: nil, requester: requester?.description ?? "requester", scope: project)
        let number = try engine.library.number("sirdar", "adapt-image", "1.0.0")
        let start = InstanceStart(id: id, workflow: number, input: [:], origin: origin)
        let engine = engine
        let actuation = Actuation(actor: .system("test"), channel: .setup)
        let _: Instance = try answer { then in engine.start(start, by: actuation, then: then) }
        return try eventually { try engine.store.tasks(TaskQuery(instance: id, isOpen: true)).first }
    }

    /// A file of a task, as if somebody had attached it.
    func attachment(_ text: String, of task: Identifier) throws -> Identifier {
        let files = try AttachmentFiles(folder: folder.appending(path: "attachments").path)
        let received = try files.receive(Array(text.utf8))
        try files.keep(received)
        let id = engine.identifiers.next()
        let body: JSON = [
            "by": "test", "at": .string(clock.now().description), "type": "text/plain",
            "bytes": .number(.init(received.bytes)), "digest": .string(received.digest.hex),
        ]
        try write([
            RecordChange(
                kind: StoredAttachment.kind,
                key: id.description,
                scope: task.description,
                name: "mounts.txt",
                body: body,
                expecting: .absent
            )
        ])
        return id
    }

    /// The files of attachments that lie in the data folder, wherever.
    func keptFiles() throws -> [String] {
        let root = folder.appending(path: "attachments").path
        return try FileManager.default.subpathsOfDirectory(atPath: root).filter { $0.utf8.count >= 64 }
    }

    /// The entries of visitors who were refused, once there are so many.
    func refused(count: Int) throws -> [RefusedVisitor] {
        try eventually {
            let refused = try engine.store.entries(EntryQuery(limit: 1000)).compactMap(RefusedVisitor.init)
            return refused.count >= count ? refused : nil
        }
    }

    /// Seals what has been committed.
    func seal() throws {
        let sealer = sealer
        let _: Sealer.Status = try answer { then in sealer.seal { then(.success($0)) } }
    }

    /// What somebody does to the store who gets at its file.
    func changeBehind(_ sql: String) throws {
        try changeBehindTheStore(folder.appending(path: "sirdar.sqlite").path, sql)
    }

    /// Whether a text stands in any file of the data folder, or of the folders in it.
    func keeps(_ text: String) throws -> Bool {
        try FileManager.default.subpathsOfDirectory(atPath: folder.path).contains { path in
            let file = folder.appending(path: path)
            guard try file.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile == true else { return false }
            return try Data(contentsOf: file).range(of: Data(text.utf8)) != nil
        }
    }

    /// A copy of the store, opened as a store.
    func opened(_ path: String) throws -> any Store { try SQLiteStore(path: path, log: Self.quiet) }

    /// The refusals that the journal holds, as `action code`.
    func refusals() throws -> [String] {
        try engine.store.entries(EntryQuery(limit: 1000)).compactMap { stored in
            let entry = try JSON(parsing: stored.entry.canonical)
            return entry["refusal"]?.asString.map { "\(entry["action"]?.asString ?? "") \($0)" }
        }
    }

    /// What the journal says was done or tried, in its order.
    func actions() throws -> [String] {
        try engine.store.entries(EntryQuery(limit: 1000)).compactMap { stored in
            try JSON(parsing: stored.entry.canonical)["action"]?.asString
        }
    }

    func task(_ id: Identifier, in state: String) throws -> ManualTask {
        try eventually { try engine.store.task(id).flatMap { $0.state.name == state ? $0 : nil } }
    }

    // MARK: Asking

    /// Every answer of the interface is held to its description besides.
    func asking(_ body: @Sendable (any TestClientProtocol) async throws -> Void) async throws {
        let description = Description(json: server.openAPI)
        try await server.application(host: "127.0.0.1", port: 0).test(.router) { client in
            try await body(DescribedClient(client: client, description: description))
        }
    }
}

/// What the journal says of a visitor who was refused.
struct RefusedVisitor {
    let refusal: String
    /// The kind of what was refused.
    let object: String
    let detail: JSON
    let confidential: JSON

    init?(_ stored: StoredEntry) throws {
        let entry = try JSON(parsing: stored.entry.canonical)
        guard entry["actor"]?["id"] == "visitor" else { return nil }
        refusal = entry["refusal"]?.asString ?? ""
        object = entry["object"]?["kind"]?.asString ?? ""
        detail = entry["detail"] ?? .null
        confidential = try stored.entry.confidential.map { try JSON(parsing: $0) } ?? .null
    }
}

/// The cookie of a session, and what our own pages send with it.
struct Browser: Sendable {
    let secret: Secret

    var cookie: HTTPFields { [.cookie: "__Host-sirdar=\(secret.text)"] }

    /// The headers of a form that was sent from one of our own pages.
    var form: HTTPFields {
        var fields = cookie
        fields[.contentType] = "application/x-www-form-urlencoded"
        fields[.fetchSite] = "same-origin"
        return fields
    }
}

extension HTTPField.Name {
    static let fetchSite = named("Sec-Fetch-Site")

    static func named(_ name: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(name) else { preconditionFailure("\(name) can be a header's name") }
        return name
    }
}

extension TestResponse {
    var text: String { String(buffer: body) }

    /// `null` for a body that is no JSON: no expectation is met by that.
    var json: JSON { (try? JSON(parsing: Array(body.readableBytesView))) ?? .null }
}

extension TestClientProtocol {
    func get(_ uri: String, _ headers: HTTPFields = [:]) async throws -> TestResponse {
        try await execute(uri: uri, method: .get, headers: headers)
    }

    func send(
        _ method: HTTPRequest.Method,
        _ uri: String,
        _ headers: HTTPFields,
        _ body: String = ""
    ) async throws -> TestResponse {
        try await execute(uri: uri, method: method, headers: headers, body: ByteBuffer(string: body))
    }
}
