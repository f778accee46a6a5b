import Foundation
import JSON
import JSONSchema
import Logging
import SirdarCore

// Automatic work: performing it, and recording what came of it.
extension Engine {
    func lane(of action: String, _ input: JSON) -> Lane { actions[action]?.signature.lane(input) ?? .general }

    /// Performs a step that is ours, in a reserved place. `origin`: its instance's, where that is known.
    func perform(_ step: DueStep, of origin: Instance.Origin?, in place: WorkerPool.Place) {
        held.withLock { held in _ = held.insert(step.id) }
        // Should it take long, its lease is prolonged well before it lapses.
        dispatcher.ring(at: clock.now().advanced(by: Interval(milliseconds: settings.lease.milliseconds / 3)))
        pool.run(place) {
            let moves = self.gate.moves
            // What cannot be known is performed: the store that does not answer now refuses the result as well.
            if (try? self.stop(of: step)) != nil { return self.putAside(step, since: moves) }
            let outcome = self.attempt(step, of: origin)
            self.report(outcome, of: step)
        } onFree: {
            self.dispatcher.placeIsFree(step.lane)
        }
    }

    private func attempt(_ step: DueStep, of origin: Instance.Origin?) -> ActionOutcome {
        guard let action = actions[step.action] else {
            let problem = Problem(.configuration, "There is no action \(step.action) in this installation.")
            return .failed(Failure(problem, remedy: .permanent))
        }
        if let problem = action.signature.problem(with: step.input) {
            return .failed(Failure(problem, remedy: .permanent))
        }
        do {
            guard let origin = try origin ?? store.instance(step.instance)?.origin else {
                return .failed(Failure(Problem(.runtime, "The instance is gone."), remedy: .permanent))
            }
            return action.perform(
                ActionCall(
                    input: step.input,
                    key: step.key,
                    attempt: step.attempt,
                    instance: step.instance,
                    origin: origin,
                    now: clock.now(),
                    records: store
                )
            )
        } catch {
            return .failed(Failure(Problem(.runtime, "The store could not be read: \(error)"), remedy: .tryAgain))
        }
    }

    /// Records what came of an attempt. A result that nobody waits for any more changes nothing.
    func report(_ outcome: ActionOutcome, of step: DueStep) {
        // The slot is ours until the place is given back: deciding there saves a change of threads.
        lane(of: step.instance).enter(step.instance, here: true) { turn in
            self.decide(turn, { self.reported($0, outcome, step) }) {
                var assembly = Assembly(engine: self, actuation: .worker, turn: turn)
                assembly.held = step
                assembly.commit.records += outcome.records
                if let task = step.task {
                    try self.record(outcome, ofCheck: step, task, &assembly)
                } else {
                    guard let instance = try self.instance(step.instance, turn) else {
                        throw UnknownInstance(id: step.instance)
                    }
                    try assembly.apply(outcome.event(step, now: assembly.now), to: instance)
                }
                return (assembly, ())
            }
        }
    }

    private func record(
        _ outcome: ActionOutcome,
        ofCheck step: DueStep,
        _ id: Identifier,
        _ assembly: inout Assembly
    ) throws {
        guard let task = try task(id, assembly.turn) else { throw UnknownTask(id: id) }
        let now = assembly.now
        switch outcome {
        case .done(let answer, records: _):
            let output = try verification(of: task, assembly.turn)?.read(answer).output ?? answer
            let passed = output["passed"]?.asBool ?? false
            try assembly.apply(
                .checked(.init(passed ? .passed : .failed, output: output, at: now)),
                to: task,
                verification: nil
            )
        case .failed(let failure, records: _):
            let policy = actions[step.action]?.signature.retry ?? .standard
            let delay = policy.delay(after: step.attempt, random: UInt64.random(in: 0 ... .max))
            if failure.remedy != .permanent, policy.allows(anotherAfter: step.attempt, elapsed: .zero) {
                let at = now.advanced(by: delay)
                assembly.commit.work.append(
                    .again(step.id, attempt: step.attempt + 1, notBefore: at, fence: step.fence)
                )
                assembly.wakeUp(at: at)
                return
            }
            let output: JSON = ["passed": false, "problem": failure.problem.json]
            try assembly.apply(.checked(.init(.impossible, output: output, at: now)), to: task, verification: nil)
        case .pending(let delay, records: _):
            let at = now.advanced(by: delay)
            assembly.commit.work.append(.again(step.id, attempt: step.attempt, notBefore: at, fence: step.fence))
            assembly.wakeUp(at: at)
        }
    }

    /// The call that checks a task, as its definition says it.
    private func verification(of task: ManualTask, _ turn: EngineLane.Turn) throws -> Node.Call? {
        guard let instance = try instance(task.instance, turn) else { return nil }
        return try library.workflow(instance.workflow)[task.node].manual?.verify
    }

    private func reported(_ result: Result<Void, any Error>, _ outcome: ActionOutcome, _ step: DueStep) {
        held.withLock { held in _ = held.remove(step.id) }
        guard case .failure(let error) = result else { return }
        switch error {
        case StoreError.staleFence, is Refusal, is TaskRefusal:
            // Late: another owner has it, or the step is over. Its row, if it still stands, is nobody's.
            log.info("a late result of \(step.action) was refused: \(error)")
            drop(step)
        case StoreError.conflict, StoreError.nameTaken:
            // What the action read has changed under it: it is performed again, on what is there now.
            again(step, after: .seconds(1))
        default:
            log.error("the result of \(step.action) was not recorded: \(error)")
            again(step, after: .seconds(5))
        }
    }

    private func drop(_ step: DueStep) {
        var commit = Commit()
        commit.work = [.drop(step.id, fence: step.fence)]
        store.submit(commit) { _ in }
    }

    private func again(_ step: DueStep, after delay: Interval) {
        let at = clock.now().advanced(by: delay)
        var commit = Commit()
        commit.work = [.again(step.id, attempt: step.attempt, notBefore: at, fence: step.fence)]
        // When this fails too, the lease lapses and the step is offered again.
        store.submit(commit) { _ in self.dispatcher.ring(at: at) }
    }

    /// Prolongs the leases of what is being performed, well before they lapse.
    func renewLeases() {
        let work = held.withLock { Array($0) }
        guard !work.isEmpty else { return }
        let lease = Lease(owner: owner, until: clock.now().advanced(by: settings.lease))
        do {
            let lost = try store.renewLeases(work, lease)
            if !lost.isEmpty { log.warning("leases were lost", metadata: ["count": "\(lost.count)"]) }
        } catch {
            log.error("leases were not renewed: \(error)")
        }
    }
}

extension ActionOutcome {
    var records: [RecordChange] {
        switch self {
        case .done(_, let records), .failed(_, let records), .pending(_, let records): records
        }
    }

    func event(_ step: DueStep, now: Timestamp) -> Event {
        switch self {
        case .done(let output, records: _): .stepSucceeded(step: step.step, attempt: step.attempt, output: output)
        case .failed(let failure, records: _): .stepFailed(step: step.step, attempt: step.attempt, failure: failure)
        case .pending(let delay, records: _):
            .stepPending(step: step.step, attempt: step.attempt, checkAt: now.advanced(by: delay))
        }
    }
}

extension ActionSignature {
    /// What is wrong with the arguments of a call, or `nil`.
    func problem(with input: JSON) -> Problem? {
        let violations = self.input.validate(input)
        guard !violations.isEmpty else { return nil }
        let sentences = violations.map { "\($0.instancePointer): \($0.message)" }
        return Problem(.validation, "\(name) was called with wrong arguments. \(sentences.joined(separator: "; "))")
    }
}
