package import Foundation
package import JSON
package import Logging
package import SirdarCore
package import SirdarJournal

/// Knows when to decide, records what was decided, and gives work to threads.
///
/// Everything that ever happens goes round one loop: an event comes in; the machine decides; the decision is one
/// commit; once it is durable, whoever waits is told and what is due is performed; the result is an event. Start
/// reading at `handle`.
package final class Engine: Sendable {
    package let store: any Store
    package let clock: any Clock
    package let library: Library
    package let identifiers: IdentifierSource
    let actions: [String: any Action]
    let projections: [any Projection]
    let pool: WorkerPool
    let settings: Settings
    package let log: Logger
    /// This run of the program: every lease and fence carries it.
    let owner: Int64
    let lanes: [EngineLane]
    let backlog = Backlog()
    let gate = StopGate()
    let bell = NoticeBell()
    let absenceWatch = Locked(0)
    let reservations = Reservations()
    package let roster: Roster
    let held = Locked<Set<WorkID>>([])
    private let followers = Locked<[@Sendable (Int) -> Void]>([])
    let dispatcher: Dispatcher
    let delivery = EventDelivery()
    let scheduler: Scheduler

    package struct Settings: Sendable {
        /// Actions at once.
        package var slots = 8
        /// Actions at once in one lane.
        package var laneLimit = 4
        /// Steps of a lane that are ours already and wait in memory for a slot.
        package var lineMax = 1024
        /// How long a worker's lease lasts between renewals.
        package var lease = Interval.seconds(60)
        /// Threads that decide.
        package var lanes = 4
        /// Decided instances kept in memory, in all lanes.
        package var cachedInstances = 4096
        /// How often a decision is made again after somebody else was first.
        package var commitAttemptsMax = 5
        /// The places that calls can reach, as lanes name them; empty: whatever there may be.
        package var clouds: [String] = []
        package var locations: [String] = []
        /// Where the clocks hang that schedules without a time zone of their own mean.
        package var timeZone = TimeZone.current

        package init() {}
    }

    package init(
        store: any Store,
        clock: any Clock,
        library: Library,
        actions: [any Action],
        projections: [any Projection] = [],
        settings: Settings = Settings(),
        log: Logger
    ) {
        self.store = store
        self.clock = clock
        self.library = library
        self.actions = Dictionary(actions.map { ($0.signature.name, $0) }, uniquingKeysWith: { _, latest in latest })
        self.projections = projections
        self.settings = settings
        self.log = log
        identifiers = IdentifierSource(clock: clock)
        roster = Roster(store)
        owner = identifiers.next().value
        let pool = WorkerPool(slots: settings.slots, laneLimit: settings.laneLimit, lineMax: settings.lineMax)
        let dispatcher = Dispatcher(clock: clock)
        let cached = max(1, settings.cachedInstances / settings.lanes)
        lanes = (0..<settings.lanes).map { number in
            EngineLane(number: number, cacheMax: cached) { turn in pool.lend(turn, onFree: dispatcher.slotIsFree) }
        }
        (self.pool, self.dispatcher) = (pool, dispatcher)
        scheduler = Scheduler(clock: clock, home: settings.timeZone)
    }

    /// Begins to perform what is due. Before it, events are decided and kept, and nothing is performed.
    package func run() {
        do { try gate.read(store) } catch { log.critical("what is stopped could not be read: \(error)") }
        takeUp()
        dispatcher.start(self)
        delivery.start(self)
        scheduler.start(self)
        returnTasks()
        watchAbsences()
    }

    /// Stops giving out work, and answers when what was being performed has been recorded.
    package func stop() {
        dispatcher.stop()
        delivery.stop()
        scheduler.stop()
        // What stands in line stays in the store: whoever opens it next has it.
        pool.clearLines()
        // By the machine's time: instances' time may stand still.
        let limit = DispatchTime.now() + .seconds(10)
        while !pool.isIdle, DispatchTime.now() < limit { dispatcher.waitForASlot() }
    }

    // MARK: The road

    /// Tells an instance that something has happened, and answers once that is durable.
    ///
    /// `then`: gets the instance as it is afterwards, or a `Refusal`, a `StoreError`, `UnknownInstance`. It
    ///   runs on a thread of the store's or the engine's, and must not wait there for another commit.
    package func handle(
        _ event: Event,
        for id: Identifier,
        by actuation: Actuation,
        then: @escaping @Sendable (Result<Instance, any Error>) -> Void
    ) {
        lane(of: id).enter(id) { turn in
            self.decide(turn, then) {
                guard let instance = try self.instance(id, turn) else { throw UnknownInstance(id: id) }
                var assembly = Assembly(engine: self, actuation: actuation, turn: turn)
                try assembly.apply(event, to: instance)
                return (assembly, assembly.decided[id] ?? instance)
            }
        }
    }

    /// Starts an instance of a workflow, with whatever the domain writes beside it.
    package func start(
        _ start: InstanceStart,
        by actuation: Actuation,
        then: @escaping @Sendable (Result<Instance, any Error>) -> Void
    ) {
        lane(of: start.id).enter(start.id) { turn in
            self.decide(turn, then) {
                var assembly = Assembly(engine: self, actuation: actuation, turn: turn)
                assembly.commit.records += start.records
                assembly.confidential = start.confidential
                try assembly.start(start)
                guard let instance = assembly.decided[start.id] else { throw UnknownInstance(id: start.id) }
                return (assembly, instance)
            }
        }
    }

    /// Writes records that belong to no instance, with an entry of their own.
    package func write(
        _ changes: [RecordChange],
        entry: Entry,
        then: @escaping @Sendable (Result<Void, any Error>) -> Void
    ) {
        var commit = Commit()
        commit.records = changes
        commit.entries = [entry.sealed(nonce: Nonce.next())]
        let changesPeople = changes.contains { $0.kind == Person.kind || $0.kind == Absence.kind }
        submit(commit) { result in
            if changesPeople {
                self.peopleChanged()
                self.watchAbsences()
            }
            then(result.mapError { $0 })
        }
    }

    /// Keeps an entry for something that changed nothing: a refusal, a sensitive read.
    package func note(_ entry: Entry) {
        var commit = Commit()
        commit.entries = [entry.sealed(nonce: Nonce.next())]
        submit(commit) { result in
            if case .failure(let error) = result { self.log.error("an entry was not kept: \(error)") }
        }
    }

    /// Tells `body` of entries that were committed, how many; from the store's thread, so it must be quick.
    package func follow(_ body: @escaping @Sendable (Int) -> Void) { followers.withLock { $0.append(body) } }

    /// Commits, and tells whoever follows the journal of the entries in it.
    func submit(_ commit: Commit, then: @escaping @Sendable (Result<Void, StoreError>) -> Void) {
        store.submit(commit) { result in
            if case .success = result { self.tell(of: commit) }
            then(result)
        }
    }

    private func tell(of commit: Commit) {
        let count = commit.entries.count
        guard count > 0 else { return }
        for tell in followers.withLock({ $0 }) { tell(count) }
    }

    // MARK: Deciding

    func lane(of id: Identifier) -> EngineLane {
        lanes[Int(truncatingIfNeeded: Mixer.mix(UInt64(id.value)) % UInt64(lanes.count))]
    }

    /// Makes a decision, commits it, and makes it again when somebody else was first.
    func decide<Answer: Sendable>(
        _ turn: EngineLane.Turn,
        attempt: Int = 1,
        _ then: @escaping @Sendable (Result<Answer, any Error>) -> Void,
        _ make: @escaping @Sendable () throws -> (Assembly, Answer)
    ) {
        let made: (assembly: Assembly, answer: Answer)
        do { made = try make() } catch {
            turn.leave()
            return then(.failure(error))
        }
        commit(made.assembly, looksAhead: attempt == 1) { result in
            if case .success = result { then(.success(made.answer)) }
        } free: { result in
            switch result {
            case .failure(.conflict) where attempt < self.settings.commitAttemptsMax:
                turn.resume { self.decide(turn, attempt: attempt + 1, then, make) }
            case .failure(let error):
                turn.leave()
                then(.failure(error))
            case .success: turn.leave()
            }
        }
    }

    /// Commits what was decided. `told` hears as soon as it is durable, or has failed; `free`, when nothing is under
    /// way any more that was decided on top of it: the turn can end.
    func commit(
        _ assembly: Assembly,
        looksAhead: Bool = true,
        told: @escaping Flight.Landing,
        free: @escaping Flight.Landing
    ) {
        var assembly = assembly
        let ahead = looksAhead ? assembly.takeAhead() : nil
        let landed: Flight.Landing = { [assembly] result in
            switch result {
            case .success:
                self.tell(of: assembly.commit)
                assembly.committed()
            case .failure: assembly.abandoned()
            }
            if let ahead { ahead.landed(result, free) } else { free(result) }
            told(result)
        }
        if let ahead {
            store.submit(assembly.commit, then: landed)
            performAhead(ahead)
        } else {
            // This thread is a lane's or a slot's, which has nothing better to do meanwhile.
            store.submitHere(assembly.commit, then: landed)
        }
    }

    /// The instance as it was last committed.
    func instance(_ id: Identifier, _ turn: EngineLane.Turn) throws -> Instance? {
        if let cached = turn.cached(id) { return cached }
        let instance = try store.instance(id)
        if id == turn.id, let instance { turn.remember(instance) }
        return instance
    }

    /// A task of the turn's instance, as it was last committed.
    func task(_ id: Identifier, _ turn: EngineLane.Turn) throws -> ManualTask? {
        if let cached = turn.cachedTask(id) { return cached }
        let task = try store.task(id)
        if let task, task.instance == turn.id { turn.remember(task) }
        return task
    }
}

/// Who does something, and by which way it came.
package struct Actuation: Sendable, Hashable {
    package var actor: Entry.Actor
    package var channel: Entry.Channel
    package var requestID: String?
    /// Why, in the person's own words; kept where it can be erased.
    package var reason: String?

    package init(actor: Entry.Actor, channel: Entry.Channel, requestID: String? = nil, reason: String? = nil) {
        self.actor = actor
        self.channel = channel
        self.requestID = requestID
        self.reason = reason
    }

    package static let worker = Actuation(actor: .system("worker"), channel: .worker)
    package static let timer = Actuation(actor: .system("timer"), channel: .timer)
    /// What an event moves or starts.
    package static let event = Actuation(actor: .system("event"), channel: .event)
    /// What starts because its time has come.
    package static let schedule = Actuation(actor: .system("schedule"), channel: .timer)
}

/// A new instance, and what is written with it.
package struct InstanceStart: Sendable {
    package let id: Identifier
    /// The number of the deployed workflow.
    package let workflow: Int
    package let input: JSON
    package let origin: Instance.Origin
    package let records: [RecordChange]
    /// Names and free text for the journal.
    package let confidential: JSON.Object
    /// What made it start, where that was no person: a schedule, an event, another instance. The journal tells it.
    package let cause: JSON?

    package init(
        id: Identifier,
        workflow: Int,
        input: JSON,
        origin: Instance.Origin,
        records: [RecordChange] = [],
        confidential: JSON.Object = [:],
        cause: JSON? = nil
    ) {
        self.id = id
        self.workflow = workflow
        self.input = input
        self.origin = origin
        self.records = records
        self.confidential = confidential
        self.cause = cause
    }
}

package struct UnknownInstance: Error, Sendable, Hashable {
    package let id: Identifier
}

/// A task is not any more what somebody saw who wanted to do something only while it is.
package struct TaskChanged: Error, Sendable, Hashable {
    package let id: Identifier
}

package struct UnknownTask: Error, Sendable, Hashable {
    package let id: Identifier
}

/// Keeps records of the domain in step with the instances that move them, in the same transaction.
package protocol Projection: Sendable {
    /// What changes in the domain when `decision` is committed; `before` is `nil` when the instance is new.
    func changes(
        _ decision: Decision,
        before: Instance?,
        of workflow: Workflow,
        at now: Timestamp,
        reading records: any RecordReader
    ) throws -> [RecordChange]

    /// What changes in the domain when a task does.
    func changes(
        _ decision: TaskMachine.Decision,
        before: ManualTask,
        at now: Timestamp,
        reading records: any RecordReader
    ) throws -> [RecordChange]

    /// What people call what an instance is about, for whoever is told of its end; `nil`: it is not of this domain.
    func subject(of instance: Instance, reading records: any RecordReader) throws -> NoticeSubject?
}

package enum Nonce {
    /// 16 bytes that nobody can guess.
    package static func next() -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        let words = (generator.next(), generator.next())
        return withUnsafeBytes(of: words) { Array($0) }
    }
}
