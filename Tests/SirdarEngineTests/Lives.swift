import Foundation
import JSON
import Logging
import SirdarCore
import SirdarEngine
import SirdarJournal
import SirdarSQLite
import SirdarTestKit
import Testing

/// One instance on one file, and as many lives of the program as it takes to end it. Each life may end right after one
/// of its commits; people and time do what is asked of them, one thing after the other, when nothing else moves.
final class Lives {
    private let folder = FileManager.default.temporaryDirectory.appending(path: "sirdar-lives-\(UUID().uuidString)")
    private let clock = ManualClock()
    private let library = Library()
    private let actions: [any Action]
    private let start: InstanceStart
    private let stopsAfter: (Int) -> Int?
    private var store: StoppingStore
    private var engine: Engine
    private(set) var count = 1
    /// What was committed in all lives.
    private var committed = 0

    var commits: Int { committed + store.commits }

    private static let quiet = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
    private static let livesMax = 500
    private static let looksPerTick = 400

    /// Starts an instance of a definition whose steps are `steps`; life number n ends after `stopsAfter(n)` commits.
    init(of steps: String, _ actions: [any Action], stopsAfter: @escaping (Int) -> Int?) throws {
        (self.actions, self.stopsAfter) = (actions, stopsAfter)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let decoded = Sample.decode(Sample.definition(steps))
        let workflow = try #require(decoded.workflow, "\(decoded.lines)")
        let inner = try Self.open(folder)
        let number = try inner.deploy(
            Deployment(
                namespace: workflow.document.namespace,
                name: workflow.document.name,
                version: workflow.document.version,
                hash: Sample.hash,
                source: "",
                runbooks: [],
                at: clock.now()
            )
        )
        library.add(workflow, number: number)
        let id = IdentifierSource(clock: clock).next()
        start = InstanceStart(id: id, workflow: number, input: [:], origin: Samples.origin)
        store = StoppingStore(inner, commits: 0, stopsAfter: stopsAfter(1))
        engine = Self.engine(store, clock, library, actions)
        engine.run()
    }

    deinit {
        engine.stop()
        try? FileManager.default.removeItem(at: folder)
    }

    private static func open(_ folder: URL) throws -> SQLiteStore {
        try SQLiteStore(path: folder.appending(path: "sirdar.sqlite").path, log: quiet)
    }

    private static func engine(
        _ store: any Store,
        _ clock: ManualClock,
        _ library: Library,
        _ actions: [any Action]
    )
        -> Engine
    {
        var settings = Engine.Settings()
        (settings.slots, settings.lanes) = (1, 1)
        return Engine(
            store: store,
            clock: clock,
            library: library,
            actions: actions,
            settings: settings,
            log: quiet
        )
    }

    /// Lives until nothing is left to do.
    func ending() throws -> Ending {
        while count < Self.livesMax {
            var looks = 0
            let isAlive = try eventually { () -> Bool? in
                if store.isStopped { return false }
                looks += 1
                // The dispatcher looks again after a while at what it left; that while is the clock's.
                if looks.isMultiple(of: Self.looksPerTick) { clock.advance(by: Interval(milliseconds: 250)) }
                return try isQuiet ? true : nil
            }
            if !isAlive {
                try restart()
            } else if try !goOn() {
                return try Ending(of: start.id, store.store)
            }
        }
        throw NeverCame()
    }

    private func restart() throws {
        engine.stop()
        // What it had handed in before it died is durable or not, but nothing comes of it later.
        let last = store
        _ = try eventually { last.isIdle ? true : nil }
        // A start takes time, if only a second.
        clock.advance(by: .seconds(1))
        count += 1
        committed += last.commits
        store = StoppingStore(try Self.open(folder), commits: 0, stopsAfter: stopsAfter(count))
        engine = Self.engine(store, clock, library, actions)
        engine.run()
    }

    /// Nothing moves any more unless a person does something or time passes.
    private var isQuiet: Bool {
        get throws {
            guard store.isIdle else { return false }
            guard try store.store.work(of: start.id).allSatisfy({ $0.leasedUntil == nil }) else { return false }
            guard try store.store.events(EventQuery(isPending: true)).isEmpty, store.isIdle else { return false }
            return try store.store.nextDue().map { $0 > clock.now() } ?? true
        }
    }

    /// The journal alone leads to what the store holds.
    private func checkStory() throws {
        guard let instance = try store.store.instance(start.id) else { return }
        var replay = StoryReplay()
        for stored in try store.store.entries(EntryQuery(object: start.id, limit: 1000)) {
            replay.read(try JSON(parsing: stored.entry.canonical))
        }
        #expect(replay.differences(from: instance) == [])
    }

    /// Does the next thing that moves the instance on; `false` when there is none.
    private func goOn() throws -> Bool {
        try checkStory()
        do {
            let (engine, start) = (engine, start)
            guard try store.store.instance(start.id) != nil else {
                _ = try answer { then in engine.start(start, by: EngineBench.operation, then: then) } as Instance
                return true
            }
            if let task = try store.store.tasks(TaskQuery(instance: start.id, isOpen: true)).first {
                let intent = task.state.name == "in_progress" ? Self.completion : .start
                _ =
                    try answer { then in
                        engine.act(intent, on: task.id, worker: Self.worker, by: EngineBench.operation, then: then)
                    } as ManualTask
                return true
            }
            guard let next = try store.store.nextDue() else { return false }
            clock.advance(by: next.since(clock.now()))
        } catch StoreError.unavailable {
            guard store.isStopped else { throw NeverCame() }
        }
        return true
    }

    private static let worker = Samples.worker(queues: ["image-reconfiguration"])
    private static let completion = TaskIntent.complete(
        outcome: "done",
        values: ["address": "10.57.0.20"],
        ticks: [],
        fence: nil
    )
}

/// How an instance ended, and what its journal tells: the same for two runs that came to the same.
struct Ending {
    let title: String?
    /// Each line of each step, without numbers and times, sorted: branches take turns in any order, and their steps are
    /// numbered by it.
    let story: [String]
    /// What is left over: due steps, timers, listeners, and events on their way.
    let left: Int
    /// What the events said, in their order.
    let events: [JSON?]

    init(of id: Identifier, _ store: any Store) throws {
        let progress = try #require(try store.instance(id)).progress
        if case .ended(.problem(let problem)) = progress { title = problem.title } else { title = nil }
        story = try store.entries(EntryQuery(object: id, limit: 1000)).flatMap { stored in
            let entry = try JSON(parsing: stored.entry.canonical)
            return (entry["detail"]?["steps"]?.asArray ?? []).map(Self.line)
        }.sorted()
        let address = ListenerQuery(address: .init(topic: "told", form: "", key: ""), sequence: .max)
        left =
            try store.work(of: id).count + store.dueTimers(at: .distantFuture, limit: 9).count
            + store.listeners(address).count + store.events(EventQuery(isPending: true)).count
        events = try store.events(EventQuery()).map { $0.event["data"] }
    }

    private static func line(_ step: JSON) -> String {
        // What an event and a completed task give has the time in it, and an event the step's number.
        var output = step["output"]
        if case .object(var members)? = output {
            for name in ["completedAt", "time", "id"] { members[name] = nil }
            output = .object(members)
        }
        let words = ["at", "is", "attempt", "input", "problem"].map { step[$0]?.text ?? "-" }
        return (words + [output?.text ?? "-"]).joined(separator: " ")
    }

    /// In words; empty when there are none.
    func differences(from other: Ending) -> [String] {
        var told = story.difference(from: other.story).map { change in
            switch change {
            case .insert(_, let line, _): "+ \(line)"
            case .remove(_, let line, _): "- \(line)"
            }
        }
        if title != other.title { told.append("ended with \(title ?? "no problem")") }
        if left != other.left { told.append("\(left) left over") }
        if events != other.events { told.append("events \(events)") }
        return told
    }
}
