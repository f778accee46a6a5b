import JSON
import Logging
package import SirdarCore
import SirdarJournal

extension Engine {
    /// Does something with a task, and answers once that is durable.
    ///
    /// `then`: gets the task as it is afterwards, or a `TaskRefusal`, `UnknownTask` or `StoreError`. A
    ///   refusal is in the journal by then, or on its way there. `TaskChanged` when it is not `version` any more.
    package func act(
        _ intent: TaskIntent,
        on id: Identifier,
        worker: Worker,
        by actuation: Actuation,
        expecting version: Int64? = nil,
        then: @escaping @Sendable (Result<ManualTask, any Error>) -> Void
    ) {
        do {
            guard let instance = try store.instance(ofTask: id) else { throw UnknownTask(id: id) }
            let actor = Actor(worker: worker, actuation: actuation, version: version)
            act(intent, on: id, of: instance, actor, then: then)
        } catch {
            then(.failure(error))
        }
    }

    private struct Actor: Sendable {
        let worker: Worker
        let actuation: Actuation
        /// The task as they saw it; `nil`: whatever it is now.
        var version: Int64?
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
                if let version = actor.version, version != current.version { throw TaskChanged(id: id) }
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
        do {
            let worker = try limited(worker)
            let queues = queue.map { worker.queues.intersection([$0]) } ?? worker.queues
            if let queue, queues.isEmpty { throw TaskRefusal.notInQueue(queue) }
            let open = queues.subtracting(worker.fullQueues.keys)
            let going = open.filter { stops[.init(.queue, $0)] == nil }
            if going.isEmpty, let stop = open.sorted().compactMap({ stops[.init(.queue, $0)] }).first {
                throw TaskRefusal.stopped(stop)
            }
            if open.isEmpty, let full = worker.fullQueues.first(where: { queues.contains($0.key) }) {
                throw TaskRefusal.claimLimit(full.key, full.value)
            }
            let query = NextTaskQuery(queues: going, skills: worker.skills, person: worker.person)
            let found = try reservations.reserve { reserved in
                var query = query
                query.besides = reserved
                return try nextGoing(&query)
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
            if let refusal = error as? TaskRefusal { note(refusal, ofNextIn: queue, actuation) }
            then(.failure(error))
        }
    }

    private static let nextAttemptsMax = 20

    /// The first that is not of a stopped workflow.
    private func nextGoing(_ query: inout NextTaskQuery) throws -> ManualTask? {
        for _ in 0..<Self.passedOverMax {
            guard let task = try store.nextTask(query) else { return nil }
            guard try stop(of: task) != nil else { return task }
            query.besides.insert(task.id)
        }
        return nil
    }

    private static let passedOverMax = 1000

    private func acted(
        _ intent: TaskIntent,
        on task: ManualTask,
        _ actor: Actor,
        _ turn: EngineLane.Turn
    ) throws -> (Assembly, ManualTask) {
        var assembly = Assembly(engine: self, actuation: actor.actuation, turn: turn)
        assembly.confidential = intent.words
        var verification: DueStep?
        let event: TaskEvent
        if case .complete(let outcome, let values, let ticks, let fence) = intent {
            var submission = Submission(outcome: outcome, values: values, ticks: ticks, fence: fence)
            submission.checklist = task.runbook.flatMap { library.runbook($0)?.checklist } ?? submission.checklist
            if submission.checklist.items.contains(where: { $0.evidence == Checklist.fileEvidence }) {
                submission.files = Set(try StoredAttachment.all(of: task.id, assembly.reading()).map(\.file.name))
            }
            let sequel = try sequel(of: task, outcome, values, turn)
            verification = sequel.check.map { dueCheck($0, of: task) }
            submission.verifies = verification != nil
            submission.review = sequel.review
            event = .completed(by: actor.worker, submission)
        } else {
            event = try self.event(intent, on: task, by: actor.worker, at: assembly.now)
        }
        let after = try assembly.apply(event, to: task, verification: verification)
        return (assembly, after)
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

    /// Nobody's task: what was refused is the queue.
    private func note(_ refusal: TaskRefusal, ofNextIn queue: String?, _ actuation: Actuation) {
        note(
            Entry(
                at: clock.now(),
                actor: actuation.actor,
                channel: actuation.channel,
                action: "task.claimNext",
                object: .init(kind: "queue", id: identifiers.next(), part: queue),
                refusal: refusal.code,
                requestID: actuation.requestID
            )
        )
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
