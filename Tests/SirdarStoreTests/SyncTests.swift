import Foundation
import JSON
import SirdarCore
import SirdarEngine
import SirdarTestKit
import Testing

@Suite("Nothing is acknowledged before it is on the disk")
struct SyncTests {
    /// By which thread a commit is written.
    enum Way: CaseIterable {
        case writers
        case callers

        func submit(
            _ commit: Commit,
            to store: any Store,
            then: @escaping @Sendable (Result<Void, StoreError>) -> Void
        ) {
            switch self {
            case .writers: store.submit(commit, then: then)
            case .callers: store.submitHere(commit, then: then)
            }
        }
    }

    @Test("while the disk holds a sync up, nobody is told; when it has synced, everybody is", arguments: Way.allCases)
    func held(_ way: Way) throws {
        let (bench, watch) = try Self.open()
        let instance = try bench.instance()
        watch.hold()
        let answered = Locked(0)
        let promise = Promise<Void>()
        let (store, commit) = (bench.store, Self.change(instance, bench))
        DispatchQueue(label: "caller").async {
            way.submit(commit, to: store) { _ in
                answered.withLock { $0 += 1 }
                promise.fulfil(())
            }
        }
        _ = try eventually { watch.held > 0 ? true : nil }
        // The rows are written and the commit has been given to the disk: what is left is only the sync.
        #expect(answered.withLock { $0 } == 0)
        watch.letGo()
        try promise.wait()
        #expect(answered.withLock { $0 } == 1)
    }

    @Test(
        "of many commits at once, each is told only after a sync that began after it was handed in",
        arguments: Way.allCases
    )
    func many(_ way: Way) throws {
        let (bench, watch) = try Self.open()
        let instances = try (0..<200).map { _ in try bench.instance() }
        let tooEarly = Locked(0)
        let left = Locked(instances.count)
        let done = Promise<Void>()
        let (store, changes) = (bench.store, instances.map { Self.change($0, bench) })
        DispatchQueue.concurrentPerform(iterations: changes.count) { index in
            let before = watch.count
            way.submit(changes[index], to: store) { result in
                if case .success = result, watch.count == before { tooEarly.withLock { $0 += 1 } }
                if left.withLock({ left in
                    left -= 1; return left == 0
                }) {
                    done.fulfil(())
                }
            }
        }
        try done.wait()
        #expect(tooEarly.withLock { $0 } == 0)
    }

    @Test("when the sync fails, the answer is a failure, and the change is not there", arguments: Way.allCases)
    func failing(_ way: Way) throws {
        let (bench, watch) = try Self.open()
        let instance = try bench.instance()
        watch.failNext()
        let (store, commit) = (bench.store, Self.change(instance, bench))
        #expect(throws: StoreError.self) {
            try answer { then in way.submit(commit, to: store) { then($0.mapError { $0 }) } }
        }
        #expect(try bench.store.instance(instance.id)?.version == 1)
        try bench.commit(Self.change(instance, bench))
        #expect(try bench.store.instance(instance.id)?.version == 2)
    }

    private static func open() throws -> (Bench, SyncWatch) {
        let folder = FileManager.default.temporaryDirectory.appending(path: "sirdar-sync-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let watch = SyncWatch(folder: folder.path)
        let path = folder.appending(path: "sirdar.sqlite").path
        return (Bench(store: try StoreUnderTest.sqlite(path), path: path), watch)
    }

    private static func change(_ instance: Instance, _ bench: Bench) -> Commit {
        var changed = instance
        changed.version += 1
        var commit = Commit()
        commit.instances = [InstanceWrite(changed, expecting: instance.version, at: bench.clock.now())]
        return commit
    }
}
