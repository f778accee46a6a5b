package import JSON
import Logging
package import SirdarCore
import SirdarJournal

/// What a person wants to do with a task.
package enum TaskIntent: Sendable, Hashable {
    case claim
    case start
    case release(note: String)
    case draft(JSON.Object)
    case tick(item: String, evidence: String?)
    case complete(outcome: String, values: JSON.Object, ticks: [Submission.TickedItem], fence: Int64?)
    case fail(code: String, text: String)
}

extension Engine {
    /// Does something with a task, and answers once that is durable.
    ///
    /// `then`: gets the task as it is afterwards, or a `TaskRefusal`, `UnknownTask` or `StoreError`. A
    ///   refusal is in the journal by then, or on its way there.
    package func act(
        _ intent: TaskIntent,
        on id: Identifier,
        worker: Worker,
        by actuation: Actuation,
        then: @escaping @Sendable (Result<ManualTask, any Error>) -> Void
    ) {
        do {
            guard let instance = try store.instance(ofTask: id) else { throw UnknownTask(id: id) }
            act(intent, on: id, of: instance, Actor(worker: worker, actuation: actuation), then: then)
        } catch {
            then(.failure(error))
        }
    }

    private struct Actor: Sendable {
        let worker: Worker
        let actuation: Actuation
    }

    private func act(
        _ intent: TaskIntent,
        on id: Identifier,
        of instance: Identifier,
        _ actor: Actor,
        then: @escaping @Sendable (Result<ManualTask, any Error>) -> Void
    ) {
        lane(of: instance).enter(instance) { turn in
            self.decide(turn, { self.answer($0, intent, id, actor.actuation, then) }) {
                guard let current = try self.task(id, turn) else { throw UnknownTask(id: id) }
                return try self.acted(intent, on: current, actor, turn)
            }
        }
    }

    /// Claims and starts the task that comes first for this person; `nil` when there is none.
    package func claimNext(
        queue: String?,
        worker: Worker,
        by actuation: Actuation,
        attempt: Int = 1,
        then: @escaping @Sendable (Result<ManualTask?, any Error>) -> Void
    ) {
        let queues = queue.map { worker.queues.intersection([$0]) } ?? worker.queues
        do {
            if let queue, queues.isEmpty { throw TaskRefusal.notInQueue(queue) }
            let query = NextTaskQuery(queues: queues, skills: worker.skills, person: worker.person)
            let found = try reservations.reserve { reserved in
                var query = query
                query.besides = reserved
                return try store.nextTask(query)
            }
            guard let task = found else { return then(.success(nil)) }
            let actor = Actor(worker: worker, actuation: actuation)
            act(.start, on: task.id, of: task.instance, actor) { result in
                self.reservations.release(task.id)
                // Somebody else was first: the next one is as good.
                if case .failure(TaskRefusal.heldBy) = result, attempt < Self.nextAttemptsMax {
                    return self.claimNext(
                        queue: queue,
                        worker: worker,
                        by: actuation,
                        attempt: attempt + 1,
                        then: then
                    )
                }
                then(result.map { $0 })
            }
        } catch {
            then(.failure(error))
        }
    }

    private static let nextAttemptsMax = 20

    private func acted(
        _ intent: TaskIntent,
        on task: ManualTask,
        _ actor: Actor,
        _ turn: EngineLane.Turn
    ) throws -> (Assembly, ManualTask) {
        var assembly = Assembly(engine: self, actuation: actor.actuation, turn: turn)
        let worker = actor.worker
        let event: TaskEvent
        var verification: DueStep?
        switch intent {
        case .claim: event = .claimed(by: worker)
        case .start: event = .started(by: worker)
        case .release(let note):
            event = .released(by: worker, note: note)
            assembly.confidential["note"] = .string(note)
        case .draft(let values): event = .drafted(by: worker, values: values)
        case .tick(let item, let evidence): event = .ticked(by: worker, item: item, evidence: evidence)
        case .fail(let code, let text):
            event = .failed(by: worker, code: code, text: text)
            assembly.confidential["text"] = .string(text)
        case .complete(let outcome, let values, let ticks, let fence):
            var submission = Submission(outcome: outcome, values: values, ticks: ticks, fence: fence)
            submission.checklist = task.runbook.flatMap { library.runbook($0)?.checklist } ?? submission.checklist
            verification = try self.verification(of: task, outcome, values, turn)
            submission.verifies = verification != nil
            event = .completed(by: worker, submission)
        }
        let after = try assembly.apply(event, to: task, verification: verification)
        return (assembly, after)
    }

    /// The check that follows a completion: only the first outcome, the one that says that the work is done, has one.
    private func verification(
        of task: ManualTask,
        _ outcome: String,
        _ values: JSON.Object,
        _ turn: EngineLane.Turn
    ) throws -> DueStep? {
        guard task.kind == .manual, let instance = try instance(task.instance, turn) else { return nil }
        let workflow = try library.workflow(instance.workflow)
        guard let check = try task.check(after: outcome, values, of: instance, workflow) else { return nil }
        return DueStep(
            instance: task.instance,
            step: Assembly.verificationStep(of: task),
            task: task.id,
            node: task.node,
            attempt: 1,
            action: check.action,
            lane: lane(of: check.action, check.input),
            input: check.input,
            key: CallKey.of(task.instance, step: task.step, round: task.version),
            notBefore: clock.now(),
            fence: 1
        )
    }

    /// Passes the answer on; a refusal goes into the journal first.
    private func answer(
        _ result: Result<ManualTask, any Error>,
        _ intent: TaskIntent,
        _ id: Identifier,
        _ actuation: Actuation,
        _ then: @Sendable (Result<ManualTask, any Error>) -> Void
    ) {
        if case .failure(let error) = result, let refusal = error as? TaskRefusal {
            do {
                if let task = try store.task(id) { note(refusal, of: intent, on: task, actuation) }
            } catch {
                log.error("a refusal was not kept: \(error)")
            }
        }
        then(result)
    }

    private func note(_ refusal: TaskRefusal, of intent: TaskIntent, on task: ManualTask, _ actuation: Actuation) {
        note(
            Entry(
                at: clock.now(),
                actor: actuation.actor,
                channel: actuation.channel,
                action: intent.name,
                object: .init(kind: "task", id: task.instance, part: task.id.description),
                refusal: refusal.code,
                detail: ["state": .string(task.state.name)],
                requestID: actuation.requestID
            )
        )
    }
}

extension TaskIntent {
    /// The operation's name, as the API, the journal and the buttons know it.
    package var name: String {
        switch self {
        case .claim: "task.claim"
        case .start: "task.start"
        case .release: "task.release"
        case .draft: "task.draft"
        case .tick: "task.tick"
        case .complete: "task.complete"
        case .fail: "task.fail"
        }
    }
}
