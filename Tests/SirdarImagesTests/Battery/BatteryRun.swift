import Foundation
import JSON
import Logging
import SirdarCore
import SirdarEngine
import SirdarImages
import SirdarJournal
import SirdarSQLite
import SirdarTestKit

/// One run of one case: the real engine, the real actions and the real store on a scripted cloud, with one thing that
/// goes wrong. It goes on, through as many lives of the program as that takes, until nothing is left to do.
final class BatteryRun {
    let battery: BatteryCase
    let plan: Plan
    let world: BatteryWorld
    let performances: Performances
    private(set) var people: BatteryPeople
    private let clock = ManualClock()
    private let folder: URL
    private let start: InstanceStart
    private let library = Library()
    private var store: StoppingStore
    private var engine: Engine
    private var client: ScriptedCloud
    private var isWithdrawn = false
    /// Results that were taken a second time.
    private(set) var accepted: [String] = []

    private static let quiet = Logger(label: "battery", factory: { _ in SwiftLogNoOpLogHandler() })
    /// Memory where there is any: that a commit survives a power cut is proven elsewhere.
    private static let temporary =
        FileManager.default.isWritableFile(atPath: "/dev/shm")
        ? URL(filePath: "/dev/shm") : FileManager.default.temporaryDirectory

    init(_ battery: BatteryCase, _ plan: Plan) throws {
        (self.battery, self.plan) = (battery, plan)
        world = try BatteryWorld(battery, IdentifierSource(clock: clock, node: 1), at: clock.now())
        if case .fault(let number, let fault) = plan { world.cloud.place(fault, at: number) }
        if case .refuseAndGiveUp(let number) = plan { world.cloud.place(.refuse(.denied), at: number) }
        performances = Performances(plan)
        people = BatteryPeople(plan: plan, isHard: battery.isHard, cloud: world.cloud)
        folder = Self.temporary.appending(path: "sirdar-battery-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let (file, numbers) = try Self.deployed.get()
        try file.write(to: folder.appending(path: "sirdar.sqlite"))
        let inner = try Self.open(folder)
        for (name, definition) in BatteryCase.catalog.definitions {
            library.add(definition.workflow, number: numbers[name] ?? 0, runbooks: definition.runbooks)
        }
        library.set(queues: BatteryCase.catalog.queues)
        start = try world.start(numbers[battery.workflow] ?? 0)
        store = StoppingStore(inner, commits: 0, stopsAfter: plan.stopsAfter)
        (engine, client) = Self.engine(store, clock, library, world, performances)
        engine.run()
    }

    deinit {
        engine.stop()
        try? FileManager.default.removeItem(at: folder)
    }

    var commits: Int { store.commits }

    /// A store in which every workflow is deployed and nothing has happened: each run begins with a copy of its file.
    private static let deployed = Result { () -> (Data, [Vocabulary.WorkflowName: Int]) in
        let folder = temporary.appending(path: "sirdar-battery-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        var numbers: [Vocabulary.WorkflowName: Int] = [:]
        do {
            let store = try open(folder)
            for (name, definition) in BatteryCase.catalog.definitions {
                numbers[name] = try store.deploy(definition.deployment(at: ManualClock.start))
            }
            // A backup is whole in one file, whatever the log still holds.
            try store.backup(to: folder.appending(path: "copy.sqlite").path)
        }
        return (try Data(contentsOf: folder.appending(path: "copy.sqlite")), numbers)
    }

    private static func open(_ folder: URL) throws -> SQLiteStore {
        try SQLiteStore(path: folder.appending(path: "sirdar.sqlite").path, log: quiet)
    }

    private static func engine(
        _ store: any Store,
        _ clock: ManualClock,
        _ library: Library,
        _ world: BatteryWorld,
        _ performances: Performances
    ) -> (Engine, ScriptedCloud) {
        let client = ScriptedCloud(world.cloud)
        let actions = ImageActions(cloud: client, projects: world.projects).all
            .map { PlannedAction(action: $0, performances: performances) }
        var settings = Engine.Settings()
        (settings.slots, settings.lanes) = (1, 1)
        let engine = Engine(
            store: store,
            clock: clock,
            library: library,
            actions: actions,
            projections: [ImageProjection(actions: actions)],
            settings: settings,
            log: quiet
        )
        return (engine, client)
    }

    // MARK: Going on

    /// Goes on until nothing is left to do.
    func finish() throws -> Ending {
        for _ in 0..<500 {
            let isAlive = try store.settles(clock) { try isQuiet }
            if !isAlive {
                try restart()
            } else if try !goOn() {
                return try Ending(of: self, store.store)
            }
        }
        throw BatteryTrouble("It never came to an end. \(try Ending(of: self, store.store))")
    }

    /// A new life of the program, on what the last one has left.
    private func restart() throws {
        client.cut()
        engine.stop()
        // What it had handed in before it died is durable or not, but nothing comes of it later.
        let last = store
        _ = try eventually { last.isIdle ? true : nil }
        // A start takes time, if only a second.
        clock.advance(by: .seconds(1))
        store = StoppingStore(try Self.open(folder), commits: store.commits, stopsAfter: nil)
        (engine, client) = Self.engine(store, clock, library, world, performances)
        engine.run()
    }

    /// Nothing moves any more unless a person does something or time passes.
    private var isQuiet: Bool {
        get throws {
            guard store.isIdle, performances.isIdle else { return false }
            let open = try store.store.instances(InstanceQuery(isOpen: true))
            let isHeld = try open.contains { try store.store.work(of: $0.id).contains { $0.leasedUntil != nil } }
            guard !isHeld, store.isIdle, performances.isIdle else { return false }
            return try store.store.nextDue().map { $0 > clock.now() } ?? true
        }
    }

    /// Does the next thing that moves the run on; `false` when there is none.
    private func goOn() throws -> Bool {
        do {
            if case .twice = plan { try deliverAgain() }
            guard try store.store.instance(start.id) != nil else {
                let (engine, start) = (engine, start)
                _ = try answer { then in engine.start(start, by: Self.asking, then: then) } as Instance
                return true
            }
            if let task = try openTask() {
                try handle(task)
                return true
            }
            guard let next = try store.store.nextDue() else { return false }
            clock.advance(by: next.since(clock.now()))
        } catch StoreError.unavailable {
            guard store.isStopped else { throw BatteryTrouble("The store was not there.") }
        }
        return true
    }

    /// The first task that a person can do something about.
    private func openTask() throws -> ManualTask? {
        let open = try store.store.instances(InstanceQuery(isOpen: true))
        let tasks = try open.flatMap { try store.store.tasks(TaskQuery(instance: $0.id, isOpen: true)) }
        return tasks.sorted { $0.id < $1.id }.first {
            $0.stage == .ready || $0.state == .claimed || $0.state == .inProgress
        }
    }

    private func handle(_ task: ManualTask) throws {
        if case .withdraw(people.number(of: task)) = plan, !isWithdrawn {
            isWithdrawn = true
            let (engine, id) = (engine, start.id)
            _ =
                try answer { then in
                    engine.handle(.cancelRequested(reason: "No longer needed."), for: id, by: Self.asking, then: then)
                } as Instance
            return
        }
        let worker = try people.worker(for: task)
        if task.state != .inProgress { return try act(.start, task, worker) }
        let workflow = try store.store.instance(task.instance).map { try library.workflow($0.workflow) }
        let isChecked = task.kind == .manual && workflow?[task.node].manual?.verify != nil
        let runbook = task.runbook.flatMap { library.runbook($0) }
        try act(people.completion(of: task, isChecked: isChecked, runbook), task, worker)
    }

    private func act(_ intent: TaskIntent, _ task: ManualTask, _ worker: Worker) throws {
        let (engine, id) = (engine, task.id)
        _ =
            try answer { then in
                engine.act(intent, on: id, worker: worker, by: Self.asking, then: then)
            } as ManualTask
    }

    private static let asking = Actuation(actor: .init(id: "operator", kind: .person), channel: .api)

    /// Delivers again what has been delivered; whoever takes it a second time is written down.
    private func deliverAgain() throws {
        for result in performances.takeResults() {
            guard case .done(let output, records: _) = result.outcome, let step = store.due[result.key],
                step.task == nil
            else { continue }
            let event = Event.stepSucceeded(step: step.step, attempt: result.attempt, output: output)
            let engine = engine
            do {
                _ =
                    try answer { then in engine.handle(event, for: result.instance, by: .worker, then: then) }
                    as Instance
                accepted.append("\(step.action) was taken twice")
            } catch is Refusal {
                // As it must be.
            }
        }
    }
}

extension Plan {
    fileprivate var stopsAfter: Int? {
        if case .stop(let number) = self { number } else { nil }
    }
}
