import Crypto
import JSON
import SirdarCore
import SirdarJournal

/// Turns decisions into one commit: gives tasks, children and leases what the machine cannot know.
struct Assembly: Sendable {
    let engine: Engine
    let actuation: Actuation
    let turn: EngineLane.Turn
    let flight: Flight?
    let now: Timestamp
    var commit = Commit()
    var confidential: JSON.Object = [:]
    /// The instances that this commit writes, as they are afterwards.
    private(set) var decided: [Identifier: Instance] = [:]
    /// Steps born in our hands, to be performed once the commit is durable.
    private var born: [(step: DueStep, origin: Instance.Origin, place: WorkerPool.Place)] = []
    private var leavesBacklog = false
    /// A new step was put aside: how far the gate had moved by then.
    private var asideSince: Int?
    /// When the dispatcher has something to do on account of this commit.
    private var wakeAt: Timestamp?
    /// The due step whose result this is: its rows may be changed only by whoever still holds it.
    var held: DueStep?
    /// What a supervisor's input for a step takes the place of.
    var replaced: JSON?
    private var depth = 0
    private static let depthMax = 8

    /// `follows`: the decision on its way to the disk that this one is made on top of.
    init(engine: Engine, actuation: Actuation, turn: EngineLane.Turn, follows flight: Flight? = nil) {
        self.engine = engine
        self.actuation = actuation
        self.turn = turn
        self.flight = flight
        now = engine.clock.now()
        commit.follows = flight?.handle
    }

    // MARK: Instances

    mutating func start(_ start: InstanceStart, parent: Instance.Parent? = nil) throws {
        let instance = Instance(
            id: start.id,
            workflow: start.workflow,
            parent: parent,
            origin: start.origin,
            startedAt: now,
            input: start.input
        )
        try apply(.started, to: instance, isNew: true, cause: start.cause)
    }

    mutating func apply(_ event: Event, to instance: Instance, isNew: Bool = false, cause: JSON? = nil) throws {
        let workflow = try engine.library.workflow(instance.workflow)
        let moment = Moment(now: now, random: UInt64.random(in: 0 ... .max))
        let decision = try Machine.apply(event, to: instance, of: workflow, at: moment)
        decided[instance.id] = decision.instance
        commit.instances.append(
            InstanceWrite(decision.instance, before: isNew ? nil : instance, at: now)
        )
        for effect in decision.effects { try add(effect, of: decision.instance, workflow) }
        for projection in engine.projections {
            commit.records += try projection.changes(
                decision,
                before: isNew ? nil : instance,
                of: workflow,
                at: now,
                reading: records
            )
        }
        try noteEnding(of: decision.instance, workflow)
        try tellEnding(of: decision.instance, workflow)
        let detail = Story.detail(event, decision, before: instance, replaced: replaced, workflow, cause: cause)
        note(event.name, on: instance.id, kind: "instance", detail: detail)
    }

    /// Moves an instance to another version of its workflow.
    mutating func migrate(_ instance: Instance, by plan: Migration.Plan, of migration: Migration) throws {
        guard let decision = plan.decision else { return }
        decided[instance.id] = decision.instance
        commit.instances.append(InstanceWrite(decision.instance, before: instance, at: now))
        for effect in decision.effects { try add(effect, of: decision.instance, migration.to) }
        try place(instance, migration)
        note("instance.migrated", on: instance.id, kind: "instance", detail: Story.detail(plan, migration))
    }

    /// What projections read: with what this commit has written so far.
    var records: any RecordReader {
        commit.records.isEmpty ? engine.store : PendingRecords(store: engine.store, changes: commit.records)
    }

    // MARK: Effects

    private mutating func add(_ effect: Effect, of instance: Instance, _ workflow: Workflow) throws {
        switch effect {
        case .perform(let work): perform(due(work, of: instance), of: instance.origin)
        case .performAgain(let step, let attempt, let notBefore):
            let id = WorkID(instance: instance.id, step: step)
            commit.work.append(.again(id, attempt: attempt, notBefore: notBefore, fence: fence(id)))
            wake(at: notBefore)
            if notBefore <= now { leavesBacklog = true }
        case .park(let step):
            let id = WorkID(instance: instance.id, step: step)
            commit.work.append(.park(id, fence: fence(id)))
        case .dropWork(let step):
            let id = WorkID(instance: instance.id, step: step)
            commit.work.append(.drop(id, fence: fence(id)))
        case .amendWork(let step, let action, let input):
            let lane = engine.lane(of: action, input)
            commit.work.append(.amend(WorkID(instance: instance.id, step: step), input: input, lane: lane))
        case .openTask(let open): try openTask(open, of: instance)
        case .closeTask(let step, let expired): try closeTask(step, of: instance, expired: expired)
        case .setTimer(let step, let kind, let at): set(DueTimer(instance: instance.id, step: step, kind: kind, at: at))
        case .dropTimer(let step, let kind): commit.timers.append(.drop(instance.id, step: step, kind: kind))
        case .startChild(let step, let subflow): try startChild(step, subflow, of: instance)
        case .cancelChild(let step, _):
            guard let child = try reading().child(of: .init(instance: instance.id, step: step)) else { return }
            set(DueTimer(instance: child, step: 0, kind: .cancel, at: now))
        case .emit(let step, let event):
            let emitter = WorkID(instance: instance.id, step: step)
            commit.events.append(.happened(event, at: now, by: .step(emitter)))
        case .listen(let step, let addresses, let after):
            commit.events.append(.listen(WorkID(instance: instance.id, step: step), addresses, after: after))
        case .stopListening(let step):
            commit.events.append(.stopListening(WorkID(instance: instance.id, step: step)))
        case .tellParent(let parent, let ending):
            set(DueTimer(instance: parent.instance, step: parent.step, kind: .childEnded, at: now, ending: ending))
        }
    }

    private func fence(_ id: WorkID) -> Int64? { held.flatMap { $0.id == id ? $0.fence : nil } }

    mutating func set(_ timer: DueTimer) {
        commit.timers.append(.set(timer))
        wake(at: timer.at)
    }

    /// The dispatcher has something to do at `moment` on account of this commit.
    mutating func wakeUp(at moment: Timestamp) { wake(at: moment) }

    private mutating func wake(at moment: Timestamp) { wakeAt = min(wakeAt ?? moment, moment) }

    private func due(_ work: Effect.Work, of instance: Instance) -> DueStep {
        DueStep(
            instance: instance.id,
            step: work.step,
            node: work.node,
            attempt: work.attempt,
            action: work.action,
            lane: engine.lane(of: work.action, work.input),
            input: work.input,
            key: CallKey.of(instance.id, step: work.step),
            notBefore: work.notBefore,
            fence: 1
        )
    }

    /// A due step is born leased when there is room to perform it at once, and nobody has waited longer.
    mutating func perform(_ step: DueStep, of origin: Instance.Origin) {
        let moves = engine.gate.moves
        if engine.isStopped(step, decided[step.instance]) {
            commit.work.append(.insert(step.aside, lease: nil))
            asideSince = moves
            return
        }
        guard step.notBefore <= now, !engine.backlog.exists, engine.dispatcher.isRunning,
            let place = engine.pool.reserve(step.lane)
        else {
            commit.work.append(.insert(step, lease: nil))
            if step.notBefore <= now { leavesBacklog = true }
            return wake(at: step.notBefore)
        }
        let lease = Lease(owner: engine.owner, until: now.advanced(by: engine.settings.lease))
        commit.work.append(.insert(step, lease: lease))
        born.append((step, origin, place))
    }

    /// The step born in our hands, if there is one and no other.
    var onlyBorn: (step: DueStep, origin: Instance.Origin, place: WorkerPool.Place)? {
        born.count == 1 ? born.first : nil
    }

    /// Somebody else sees to the steps that were born in our hands.
    mutating func forgetBorn() { born = [] }

    private mutating func startChild(_ step: Int, _ subflow: Effect.SubflowStart, of instance: Instance) throws {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.depthMax else { throw NestedTooDeep() }
        let number = try engine.library.number(subflow.namespace, subflow.name, subflow.version)
        let child = InstanceStart(
            id: engine.identifiers.next(),
            workflow: number,
            input: subflow.input,
            origin: instance.origin,
            cause: subflow.isAwaited
                ? nil : ["instance": .string(instance.id.description), "step": .number(JSON.Number(step))]
        )
        try start(child, parent: subflow.isAwaited ? .init(instance: instance.id, step: step) : nil)
    }

    // MARK: The journal

    mutating func note(
        _ action: String,
        on id: Identifier,
        kind: String,
        part: String? = nil,
        fence: Int64? = nil,
        detail: JSON
    ) {
        var hidden = confidential
        if let reason = actuation.reason, !reason.isEmpty { hidden["reason"] = .string(reason) }
        let entry = Entry(
            at: now,
            actor: actuation.actor,
            channel: actuation.channel,
            action: action,
            object: .init(kind: kind, id: id, part: part),
            fence: fence,
            detail: detail,
            confidential: hidden,
            requestID: actuation.requestID
        )
        commit.entries.append(entry.sealed(nonce: hidden.isEmpty ? [] : Nonce.next()))
    }

    // MARK: Afterwards

    /// The commit is durable: what it made due is performed.
    func committed() {
        for (id, instance) in decided where id == turn.id { turn.remember(instance) }
        for write in commit.tasks where write.task.instance == turn.id { turn.remember(write.task) }
        for case .task(let id, node: _) in commit.placements { turn.forgetTask(id) }
        if leavesBacklog { engine.backlog.mark() }
        if let asideSince { engine.wasPutAside(since: asideSince) }
        for (step, origin, place) in born { engine.perform(step, of: origin, in: place) }
        if let wakeAt { engine.dispatcher.ring(at: wakeAt) }
        if commit.bringsEvents { engine.delivery.ring() }
        if commit.tellsNotices { engine.bell.ring() }
        if commit.movesSchedules { engine.scheduler.ring() }
    }

    /// The commit failed, and nothing of it happened.
    func abandoned() {
        for id in decided.keys { turn.forget(id) }
        for write in commit.tasks { turn.forgetTask(write.task.id) }
        for (_, _, place) in born { engine.pool.release(place) }
    }
}

/// A workflow starts a workflow that starts a workflow, and so on.
struct NestedTooDeep: Error, CustomStringConvertible {
    var description: String { "Workflows start one another more than 8 deep in one go." }
}

/// The key under which an action does its work outside: the same at every attempt.
enum CallKey {
    static func of(_ instance: Identifier, step: Int, round: Int64 = 0) -> String {
        let name = "\(instance.value)/\(step)/\(round)"
        return SHA256.hash(data: Array(name.utf8)).prefix(16).hexadecimal
    }
}
