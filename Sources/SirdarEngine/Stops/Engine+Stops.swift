import JSON
import Logging
package import SirdarCore
import SirdarJournal

// Stopping and lifting. Each is in the journal with whoever did it, and so is a refusal.
extension Engine {
    package var stops: Stops { gate.stops }

    /// Lets nothing new begin on a part of the installation; what runs there finishes.
    ///
    /// `then`: gets the stop once it is durable, or a `StopRefusal` or `StoreError`. The reason is the actuation's.
    package func stop(
        _ part: Stop.Part,
        by actuation: Actuation,
        then: @escaping @Sendable (Result<Stop, any Error>) -> Void
    ) {
        let stop = Stop(part, reason: actuation.reason ?? "", by: actuation.actor.id, since: clock.now())
        do throws(StopRefusal) { _ = try stops.stopping(stop, known: known(part.kind)) } catch {
            return refuse(error, "stop.set", part, actuation, then)
        }
        write([stop.added], entry: entry("stop.set", part, actuation)) { result in
            switch result {
            case .success:
                self.gate.change { $0.with(stop) }
                then(.success(stop))
            case .failure(let error):
                // Somebody stopped it in the same moment.
                guard error.isConflict, let earlier = self.stops[part] else { return then(.failure(error)) }
                self.refuse(.alreadyStopped(earlier), "stop.set", part, actuation, then)
            }
        }
    }

    /// Lets things begin again; what was put aside meanwhile goes on at once.
    package func lift(
        _ part: Stop.Part,
        by actuation: Actuation,
        then: @escaping @Sendable (Result<Void, any Error>) -> Void
    ) {
        do throws(StopRefusal) { _ = try stops.lifting(part) } catch {
            return refuse(error, "stop.lifted", part, actuation, then)
        }
        write([part.removed], entry: entry("stop.lifted", part, actuation)) { result in
            if case .failure(let error) = result {
                // Somebody lifted it in the same moment.
                guard error.isConflict, self.stops[part] == nil else { return then(result) }
                return self.refuse(.notStopped(part), "stop.lifted", part, actuation, then)
            }
            self.gate.change { $0.without(part) }
            self.takeUp()
            then(.success(()))
        }
    }

    /// The names that can be stopped of a kind; `nil` where nobody has said what there is.
    package func known(_ kind: Stop.Part.Kind) -> [String]? {
        switch kind {
        case .queue: library.queues.map(\.name)
        case .action: actions.keys.sorted()
        case .workflow: Set(library.workflows.map(\.workflow.document.part.name)).sorted()
        case .location: settings.locations.isEmpty ? nil : settings.locations
        case .cloud: settings.clouds.isEmpty ? nil : settings.clouds
        }
    }

    private func entry(_ action: String, _ part: Stop.Part, _ actuation: Actuation) -> Entry {
        let reason = actuation.reason ?? ""
        return Entry(
            at: clock.now(),
            actor: actuation.actor,
            channel: actuation.channel,
            action: action,
            object: .init(kind: part.kind.rawValue, id: identifiers.next(), part: part.name),
            confidential: reason.isEmpty ? [:] : ["reason": .string(reason)],
            requestID: actuation.requestID
        )
    }

    private func refuse<Answer>(
        _ refusal: StopRefusal,
        _ action: String,
        _ part: Stop.Part,
        _ actuation: Actuation,
        _ then: @escaping @Sendable (Result<Answer, any Error>) -> Void
    ) {
        var refused = entry(action, part, actuation)
        refused.refusal = refusal.code
        note(refused)
        then(.failure(refusal))
    }
}

// What begins asks here.
extension Engine {
    /// On account of what a due step is not to begin; what has begun outside is looked after in any case.
    func stop(of step: DueStep) throws -> Stop? {
        guard !gate.isOpen else { return nil }
        // A check belongs to a task that was begun: only where it goes can stop it.
        guard step.task == nil else { return stops.covering(.step(step, of: nil)) }
        let instance = try store.instance(step.instance)
        if instance?.leaf(step.step)?.goesOnOutside == true { return nil }
        let workflow = try instance.map { try library.workflow($0.workflow) }
        return stops.covering(.step(step, of: workflow?.document.part.name))
    }

    /// The same of a step that is put aside or waits for its turn, as people ask.
    package func stop(of work: HeldWork, in instance: Instance) throws -> Stop? {
        guard !gate.isOpen, work.leasedUntil == nil, !work.isParked else { return nil }
        let lane = lane(of: work.action, work.input)
        let workflow = work.step > 0 ? try library.workflow(instance.workflow).document.part.name : nil
        return stops.covering(.call(work.action, lane, of: workflow))
    }

    /// On account of what a task is not begun; `nil` for one that was, too.
    package func stop(of task: ManualTask) throws -> Stop? {
        guard !gate.isOpen, !task.isBegun else { return nil }
        let workflow = stops.stops(.workflow) ? try store.instance(task.instance)?.workflow : nil
        return stops.covering(
            .task(in: task.queue, of: try workflow.map { try library.workflow($0).document.part.name })
        )
    }

    /// A step that is ours, in a place of the pool, is not to begin. `moves`: the gate's, when that was decided.
    func putAside(_ step: DueStep, since moves: Int) {
        var commit = Commit()
        commit.work = [.again(step.id, attempt: step.attempt, notBefore: StopGate.aside, fence: step.fence)]
        store.submit(commit) { result in
            self.held.withLock { held in _ = held.remove(step.id) }
            if case .failure(let error) = result { self.log.info("a step was not put aside: \(error)") }
            self.wasPutAside(since: moves)
        }
    }

    /// Steps were put aside, as the gate stood then.
    func wasPutAside(since moves: Int) { if gate.moves != moves { takeUp() } }

    /// Everything that was put aside is due again; what another stop covers is put aside once more.
    func takeUp() {
        let now = clock.now()
        var commit = Commit()
        commit.work = [.takeUp(at: now)]
        store.submit(commit) { result in
            if case .failure(let error) = result {
                self.log.error("what was put aside could not be taken up: \(error)")
                return self.clock.wake(at: now.advanced(by: .seconds(1))) { self.takeUp() }
            }
            self.backlog.mark()
            self.dispatcher.ring(at: now)
        }
    }
}

extension Step {
    /// Whether it was begun, and its work goes on outside: not looking after it would not stop it.
    fileprivate var goesOnOutside: Bool {
        guard case .calling(let calling) = state, case .polling = calling.phase else { return false }
        return true
    }
}

extension ManualTask {
    /// Whether its owner has begun it, and so finishes it.
    fileprivate var isBegun: Bool {
        switch state {
        case .unroutable, .ready, .claimed: false
        case .inProgress, .onHold, .verifying, .awaitingReview, .completed, .failed, .skipped, .cancelled, .expired:
            true
        }
    }
}

extension Engine {
    /// Whether a step that is being decided on is not to begin; `instance`: as the decision in hand leaves it.
    func isStopped(_ step: DueStep, _ instance: Instance?) -> Bool {
        guard !gate.isOpen else { return false }
        let workflow = step.task == nil ? instance.flatMap { try? library.workflow($0.workflow) } : nil
        return stops.covering(.step(step, of: workflow?.document.part.name)) != nil
    }
}

extension DueStep {
    /// The same step, due when it is taken up.
    var aside: DueStep {
        DueStep(
            instance: instance,
            step: self.step,
            task: task,
            node: node,
            attempt: attempt,
            action: action,
            lane: lane,
            input: input,
            key: key,
            notBefore: StopGate.aside,
            fence: fence
        )
    }
}
