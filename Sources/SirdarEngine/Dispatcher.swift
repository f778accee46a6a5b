import Foundation
import Logging
import SirdarCore

/// Gives out what is due: steps to the pool, timers to their instances.
///
/// It sleeps until a commit, a free slot or the next due time rings; nothing sweeps over what sleeps. All its
/// deciding happens on one serial queue.
final class Dispatcher: Sendable {
    private let queue = DispatchQueue(label: "sirdar.dispatcher")
    private let clock: any Clock
    private let state = Locked(State())
    private let slotFreed = DispatchSemaphore(value: 0)

    private struct State {
        var engine: Engine?
        var isRinging = false
        var isClaiming = false
        /// Somebody rang while a claim was on its way, which may have been made too early for what is due now.
        var claimsAgain = false
        var wakeAt = Timestamp.distantFuture
        /// Timers whose decision is on its way.
        var firing: Set<FiringTimer> = []
        var renewedAt = Timestamp.zero
    }

    private struct FiringTimer: Hashable {
        let instance: Identifier
        let step: Int
        let kind: TimerKind
    }

    static let timersMax = 500
    static let lookAgainAfter = Interval(milliseconds: 250)

    init(clock: any Clock) { self.clock = clock }

    var isRunning: Bool { state.withLock { $0.engine != nil } }

    func start(_ engine: Engine) {
        state.withLock { $0.engine = engine }
        engine.backlog.mark()
        ring(at: clock.now())
    }

    func stop() { state.withLock { $0.engine = nil } }

    /// Until a slot is given back, and at most a fifth of a second.
    func waitForASlot() { _ = slotFreed.wait(timeout: .now() + .milliseconds(200)) }

    /// Whoever waits for the last slot to be given back looks again.
    func slotIsFree() { if !isRunning { slotFreed.signal() } }

    func placeIsFree(_ lane: Lane) {
        guard let engine = state.withLock({ $0.engine }) else { return slotIsFree() }
        guard engine.backlog.exists, engine.pool.isThin(lane) else { return }
        ring(at: clock.now())
    }

    /// Something is due at `moment`.
    func ring(at moment: Timestamp) {
        let now = clock.now()
        let (rings, waits) = state.withLock { state -> (Bool, Bool) in
            guard state.engine != nil else { return (false, false) }
            if moment <= now {
                guard !state.isRinging else { return (false, false) }
                state.isRinging = true
                return (true, false)
            }
            guard moment < state.wakeAt else { return (false, false) }
            state.wakeAt = moment
            return (false, true)
        }
        // Outside of the lock: a clock that has come to the moment meanwhile may wake on this thread.
        if waits { clock.wake(at: moment) { [weak self] in self?.woken(moment) } }
        if rings { queue.async { self.dispatch() } }
    }

    private func woken(_ moment: Timestamp) {
        state.withLock { state in if state.wakeAt <= moment { state.wakeAt = .distantFuture } }
        // The clock may wake early when a wait was cut: then this only sets the next wake.
        ring(at: min(moment, clock.now()))
    }

    private func dispatch() {
        let engine = state.withLock { state in
            state.isRinging = false
            return state.engine
        }
        guard let engine else { return }
        let now = clock.now()
        do {
            try fireTimers(engine)
            renewLeases(engine)
            claimWork(engine)
            if let next = try engine.store.nextDue() {
                // What was due already is in hand: on its way, or waiting for a place, and a free place rings. It is
                // looked at again all the same.
                ring(at: next > now ? next : clock.now().advanced(by: Self.lookAgainAfter))
            }
        } catch {
            engine.log.error("what is due could not be read: \(error)")
            ring(at: clock.now().advanced(by: .seconds(1)))
        }
    }

    // MARK: Timers

    private func fireTimers(_ engine: Engine) throws {
        let due = try engine.store.dueTimers(at: clock.now(), limit: Self.timersMax)
        for timer in due {
            let key = FiringTimer(instance: timer.instance, step: timer.step, kind: timer.kind)
            guard state.withLock({ $0.firing.insert(key).inserted }) else { continue }
            engine.fire(timer) { [weak self] in
                guard let self else { return }
                self.state.withLock { state in _ = state.firing.remove(key) }
                if due.count == Self.timersMax { self.ring(at: self.clock.now()) }
            }
        }
    }

    // MARK: Steps

    private func claimWork(_ engine: Engine) {
        let room = engine.pool.room
        if room.total == 0 { engine.backlog.mark() }
        guard room.total > 0,
            state.withLock({ state in
                state.claimsAgain = state.isClaiming
                defer { state.isClaiming = true }
                return !state.isClaiming
            })
        else { return }
        let now = clock.now()
        let lease = Lease(owner: engine.owner, until: now.advanced(by: engine.settings.lease))
        let limit = min(room.total, engine.pool.laneRoomMax)
        let claim = WorkClaim(now: now, lease: lease, limit: limit, room: room.lanes)
        let marks = engine.backlog.marks
        engine.store.claimWork(claim) { [weak self] result in
            guard let self else { return }
            self.queue.async {
                let again = self.state.withLock { state in
                    defer { state.claimsAgain = false }
                    state.isClaiming = false
                    return state.claimsAgain
                }
                self.claimed(result, claim, marks, engine)
                if again { self.ring(at: self.clock.now()) }
            }
        }
    }

    private func claimed(_ result: Result<[DueStep], StoreError>, _ claim: WorkClaim, _ marks: Int, _ engine: Engine) {
        switch result {
        case .failure(let error):
            engine.log.error("due steps could not be claimed: \(error)")
            ring(at: clock.now().advanced(by: .seconds(1)))
        case .success(let steps):
            var unplaced: [DueStep] = []
            for step in steps {
                if let place = engine.pool.reserve(step.lane) {
                    engine.perform(step, of: nil, in: place)
                } else {
                    unplaced.append(step)
                }
            }
            engine.giveBack(unplaced)
            if unplaced.isEmpty, claim.isDrained(by: steps) { engine.backlog.clear(since: marks) }
            if engine.backlog.exists, !steps.isEmpty { ring(at: clock.now()) }
        }
    }

    private func renewLeases(_ engine: Engine) {
        let now = clock.now()
        let third = Interval(milliseconds: engine.settings.lease.milliseconds / 3)
        let isDue = state.withLock { state in
            guard now.since(state.renewedAt) >= third else { return false }
            state.renewedAt = now
            return true
        }
        guard isDue else { return }
        engine.renewLeases()
        if engine.held.withLock({ !$0.isEmpty }) { ring(at: now.advanced(by: third)) }
    }
}

extension Engine {
    /// Tells an instance, or a task of it, that a time has come; `done` follows whatever became of it.
    func fire(_ timer: DueTimer, done: @escaping @Sendable () -> Void) {
        lane(of: timer.instance).enter(timer.instance) { turn in
            self.decide(turn, { self.fired($0, timer, done) }) {
                var assembly = Assembly(engine: self, actuation: .timer, turn: turn)
                assembly.commit.timers.append(.drop(timer.instance, step: timer.step, kind: timer.kind))
                if timer.kind == .deadline || timer.kind == .holder {
                    let open = try self.store.tasks(TaskQuery(instance: timer.instance, isOpen: true))
                    guard let task = open.first(where: { $0.step == timer.step }) else {
                        throw Refusal.noSuchStep(timer.step)
                    }
                    try assembly.timeCame(timer.kind, for: task)
                } else {
                    guard let instance = try self.instance(timer.instance, turn) else {
                        throw UnknownInstance(id: timer.instance)
                    }
                    try assembly.apply(timer.event, to: instance)
                }
                return (assembly, ())
            }
        }
    }

    private func fired(_ result: Result<Void, any Error>, _ timer: DueTimer, _ done: @escaping @Sendable () -> Void) {
        guard case .failure(let error) = result else { return done() }
        switch error {
        case is Refusal, is TaskRefusal, is UnknownInstance:
            // Nobody waits for it any more.
            var commit = Commit()
            commit.timers = [.drop(timer.instance, step: timer.step, kind: timer.kind)]
            store.submit(commit) { _ in done() }
        default:
            log.error("a timer could not be told: \(error)")
            clock.wake(at: clock.now().advanced(by: .seconds(1)), done)
        }
    }

    /// Steps that were claimed and found no room after all.
    func giveBack(_ steps: [DueStep]) {
        guard !steps.isEmpty else { return }
        var commit = Commit()
        let now = clock.now()
        commit.work = steps.map { .again($0.id, attempt: $0.attempt, notBefore: now, fence: $0.fence) }
        store.submit(commit) { _ in }
    }
}

extension WorkClaim {
    /// Whether every lane gave less than there was room for, so that nothing is left in any.
    fileprivate func isDrained(by steps: [DueStep]) -> Bool {
        guard steps.count < limit else { return false }
        let taken = Dictionary(steps.map { ($0.lane, 1) }, uniquingKeysWith: +)
        return room.allSatisfy { lane, room in taken[lane, default: 0] < room }
    }
}

extension DueTimer {
    fileprivate var event: Event {
        if kind == .cancel { return .cancelRequested(reason: "What it ran for is over.") }
        if kind == .childEnded, let ending { return .childEnded(step: step, ending: ending) }
        return .timerFired(step: step, timer: kind)
    }
}
