import Foundation
import JSON
import Logging
import SirdarCore
import SirdarEngine
import SirdarJournal
import SirdarSQLite
import SirdarTestKit
import Testing

/// The stores that must pass the suite. Each case of the suite runs on each of them; there is no list of exceptions.
enum StoreUnderTest: String, CaseIterable, CustomTestStringConvertible {
    case sqlite

    var testDescription: String { rawValue }

    func open() throws -> Bench {
        switch self {
        case .sqlite:
            let folder = FileManager.default.temporaryDirectory.appending(path: "sirdar-store-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            let path = folder.appending(path: "sirdar.sqlite").path
            return Bench(store: try Self.sqlite(path), path: path)
        }
    }

    static func sqlite(_ path: String) throws -> SQLiteStore {
        try SQLiteStore(path: path, log: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
    }
}

/// A store with nothing in it but one deployed workflow, and the things that a test of it needs.
final class Bench {
    let store: any Store
    let path: String
    let clock = ManualClock()
    let identifiers: IdentifierSource
    private(set) var workflow = 0

    init(store: any Store, path: String) {
        self.store = store
        self.path = path
        identifiers = IdentifierSource(clock: clock)
    }

    deinit { try? FileManager.default.removeItem(at: URL(filePath: path).deletingLastPathComponent()) }

    static let deployment = Deployment(
        namespace: "test",
        name: "sample",
        version: "1.0.0",
        hash: ContentHash(hex: String(repeating: "a", count: 64)),
        source: "document: {}",
        runbooks: [.init(name: "fix", hash: ContentHash(hex: String(repeating: "b", count: 64)), source: "# Fix")],
        at: ManualClock.start
    )

    func commit(_ commit: Commit) throws {
        let store = store
        try answer { then in store.submit(commit) { then($0.mapError { $0 }) } }
    }

    func claim(_ claim: WorkClaim) throws -> [DueStep] {
        let store = store
        return try answer { then in store.claimWork(claim) { then($0.mapError { $0 }) } }
    }

    /// A running instance, stored.
    @discardableResult
    func instance(_ parent: Instance.Parent? = nil, scope: String = "blackfen") throws -> Instance {
        if workflow == 0 { workflow = try store.deploy(Self.deployment) }
        var instance = Instance(
            id: identifiers.next(),
            workflow: workflow,
            parent: parent,
            origin: .init(request: identifiers.next(), requester: "requester", scope: scope),
            startedAt: clock.now(),
            input: ["machine": "bf-ws-01"]
        )
        instance.version = 1
        instance.status = .running
        instance.context = ["big": 12_345_678_901_234]
        instance.nextStep = 4
        var commit = Commit()
        commit.instances = [InstanceWrite(instance, expecting: nil, at: clock.now())]
        try self.commit(commit)
        return instance
    }

    func due(_ instance: Instance, step: Int = 1, lane: String = "general", notBefore: Timestamp? = nil) -> DueStep {
        DueStep(
            instance: instance.id,
            step: step,
            node: 1,
            attempt: 1,
            action: "note",
            lane: Lane(lane),
            input: ["step": "check"],
            key: "0123456789abcdef0123456789abcdef",
            notBefore: notBefore ?? clock.now(),
            fence: 1
        )
    }

    func insert(_ step: DueStep, lease: Lease? = nil) throws {
        var commit = Commit()
        commit.work = [.insert(step, lease: lease)]
        try self.commit(commit)
    }

    /// Something that happened to an instance, for the journal.
    func entry(of instance: Instance) -> SealedEntry {
        Entry(
            at: clock.now(),
            actor: .system("test"),
            channel: .setup,
            action: "instance.started",
            object: .init(kind: "instance", id: instance.id)
        ).sealed(nonce: [])
    }

    func open(_ task: ManualTask) throws {
        var commit = Commit()
        commit.tasks = [TaskWrite(task, before: nil)]
        try self.commit(commit)
    }

    func claimOfAll(limit: Int = 10, room: [Lane: Int] = [:], owner: Int64 = 7) -> WorkClaim {
        WorkClaim(
            now: clock.now(),
            lease: Lease(owner: owner, until: clock.now().advanced(by: .seconds(60))),
            limit: limit,
            room: room
        )
    }
}
