import Foundation
import JSON
import SirdarCore
import SirdarEngine
import SirdarTestKit
import Testing

/// How many there are: as many as a test can wait for, or with `SIRDAR_CROWD=full` as many as there are to be.
enum Crowd {
    static let isFull = ProcessInfo.processInfo.environment["SIRDAR_CROWD"] == "full"
    static let tasks = isFull ? 20_000 : 1_000
    static let claimers = 64
}

@Suite("A crowd at one queue")
struct CrowdTests {
    @Test("64 people who claim as fast as they can get every task, each of them once")
    func claims() throws {
        let bench = try EngineBench()
        let workflow = try bench.deploy(Samples.workflow())
        // Of several instances, whose tasks are decided on beside one another.
        let instances = try (0..<16).map { _ in try bench.task(of: bench.start(workflow)) }
        var open = Set(instances.map(\.id))
        for first in stride(from: instances.count, to: Crowd.tasks, by: 500) {
            var commit = Commit()
            for number in first..<min(first + 500, Crowd.tasks) {
                let instance = instances[number % instances.count].instance
                let task = Samples.task(bench.engine.identifiers.next(), of: instance, step: 100 + number)
                commit.tasks.append(TaskWrite(task, before: nil))
                open.insert(task.id)
            }
            let (store, writes) = (bench.store, commit)
            try answer { then in store.submit(writes) { then($0.mapError { $0 }) } } as Void
        }
        let (engine, claimed) = (bench.engine, Locked<[Identifier]>([]))
        let ended = (0..<Crowd.claimers).map { _ in Promise<String>() }
        for (number, end) in ended.enumerated() {
            Self.claimOn(engine, Samples.worker("operator-\(number)"), claimed, end)
        }
        // As long as somebody still gets one.
        var before = -1
        for end in ended {
            while true {
                let count = claimed.withLock { $0.count }
                do {
                    #expect(try end.wait() == "none left")
                    break
                } catch {
                    guard count > before else { throw error }
                    before = count
                }
            }
        }
        let ids = claimed.withLock { $0 }
        #expect(ids.count == open.count && Set(ids) == open)
        #expect(try bench.store.queueCounts() == [QueueCount(queue: "ops", ready: 0, held: open.count)])
        for id in ids.shuffled().prefix(200) {
            let task = try #require(try bench.store.task(id))
            #expect(task.fence == 1 && task.version == 2 && task.state == .inProgress)
        }
    }

    /// One after the other, until there is none.
    private static func claimOn(
        _ engine: Engine,
        _ worker: Worker,
        _ claimed: Locked<[Identifier]>,
        _ end: Promise<String>
    ) {
        engine.claimNext(queue: nil, worker: worker, by: EngineBench.operation) { result in
            switch result {
            case .success(let task?):
                claimed.withLock { $0.append(task.id) }
                // On another thread: this one may be the store's.
                DispatchQueue.global().async { claimOn(engine, worker, claimed, end) }
            case .success(nil): end.fulfil("none left")
            case .failure(let error): end.fulfil("\(error)")
            }
        }
    }
}
