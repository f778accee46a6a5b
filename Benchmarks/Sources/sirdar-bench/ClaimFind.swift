import Foundation
import JSON
import SirdarCore
import SirdarEngine
import SirdarSQLite

/// How long it takes to find the next task for a person, whatever the number of the others: 20 queues, 8 skill sets of
/// which the person holds 2, and 1 % of the tasks closed to that person.
enum ClaimFind {
    static let queues = (0..<20).map { "queue-\($0)" }
    static let skills = (0..<8).map { "skill-\($0)" }

    static func measure(_ options: Options, _ scratch: Scratch, _ report: Report, _ limit: Yardstick) throws {
        let tasks = try OpenTasks(folder: scratch.folder("find"))
        var first: Samples?
        for size in options.scale([1000, 100_000, 1_000_000], quick: [1000, 10_000]) {
            try tasks.fill(to: size)
            let samples = try tasks.find(options.scale(1000, quick: 200))
            report.add("claim_find_\(size)_p50_us", samples.p50, limit: first?.p50)
            report.add("claim_find_\(size)_p99_us", samples.p99, limit: first?.p99)
            first = first ?? samples
        }
        scratch.remove("find")
        let worst = try OpenTasks(folder: scratch.folder("worst"))
        // What stands first needs a skill that the person lacks.
        try worst.fill(to: options.scale(100_000, quick: 5000), skill: { _ in 7 }, priority: .urgent)
        try worst.fill(to: options.scale(101_000, quick: 6000))
        let samples = try worst.find(options.scale(1000, quick: 200))
        report.add("claim_find_worst_p50_us", samples.p50, limit: first?.p50)
        report.add("claim_find_worst_p99_us", samples.p99, limit: first?.p99)
    }
}

/// A store with nothing but open tasks.
final class OpenTasks {
    let store: SQLiteStore
    private let identifiers = IdentifierSource(clock: SystemClock())
    private let instance: Identifier
    private var count = 0

    init(folder: String) throws {
        let bench = try FiveSteps(folder: folder)
        store = bench.store.inner
        instance = identifiers.next()
        var commit = Commit()
        var waiting = Instance(
            id: instance,
            workflow: bench.workflow,
            parent: nil,
            origin: .init(request: nil, requester: "requester", scope: "blackfen"),
            startedAt: SystemClock().now(),
            input: .null
        )
        waiting.version = 1
        waiting.status = .waiting
        commit.instances = [InstanceWrite(waiting, expecting: nil, at: waiting.startedAt)]
        try write(commit)
    }

    func fill(
        to size: Int,
        skill: (Int) -> Int = { $0 / 20 % 8 },
        priority: TaskSpec.Priority = .normal
    ) throws {
        while count < size {
            var commit = Commit()
            for _ in 0..<min(2000, size - count) {
                commit.tasks.append(TaskWrite(try task(skill(count), priority), before: nil))
                count += 1
            }
            try write(commit)
        }
    }

    private func task(_ skill: Int, _ priority: TaskSpec.Priority) throws -> ManualTask {
        let queue = ClaimFind.queues[count % 20]
        let spec = try TaskSpec(
            json: [
                "title": "Reconfigure the storage", "queue": .string(queue), "priority": .string(priority.name),
                "skills": [.string(ClaimFind.skills[skill])], "outcomes": ["done", "cannot"],
            ],
            at: "/do/2/reconfigure"
        )
        let id = identifiers.next()
        return ManualTask(
            id: id,
            instance: instance,
            open: .init(step: count + 1, node: 3, kind: .manual, spec: spec),
            origin: .init(request: nil, requester: "requester", scope: "blackfen"),
            createdAt: id.time,
            dueAt: id.time.advanced(by: .hours(4)),
            excluded: count % 100 == 0 ? [.init(person: "operator", why: "Separation of duties.")] : []
        )
    }

    func find(_ times: Int) throws -> Samples {
        let query = NextTaskQuery(queues: Set(ClaimFind.queues), skills: ["skill-0", "skill-1"], person: "operator")
        var samples = Samples()
        for round in 0..<times + 50 {
            let watch = Stopwatch()
            guard try store.nextTask(query) != nil else { throw Wrong("there is no task to find") }
            if round >= 50 { samples.add(watch.microseconds) }
        }
        return samples
    }

    private func write(_ commit: Commit) throws {
        let failure = Locked<StoreError?>(nil)
        let written = DispatchSemaphore(value: 0)
        store.submit(commit) { result in
            if case .failure(let error) = result { failure.withLock { $0 = error } }
            written.signal()
        }
        written.wait()
        if let failure = failure.withLock({ $0 }) { throw failure }
    }
}
