import JSON
import Logging
package import SirdarCore
import SirdarJournal

/// What became of an event that was brought from outside.
package struct EventReceipt: Sendable, Hashable {
    /// It was here before: nothing happened.
    package let isRepeated: Bool
    /// How many instances it has moved or started; `nil`: it is kept, and still on its way.
    package let reached: Int?

    package init(isRepeated: Bool, reached: Int?) {
        self.isRepeated = isRepeated
        self.reached = reached
    }
}

extension Engine {
    /// Keeps an event that has happened outside, and brings it to whoever listens.
    ///
    /// `then`: gets a receipt once the event is durable and was brought, or a `StoreError`. An event of the same source
    ///   and id as an earlier one is that one, and does nothing.
    package func receive(
        _ event: CloudEvent,
        by actuation: Actuation,
        then: @escaping @Sendable (Result<EventReceipt, any Error>) -> Void
    ) {
        let entry = entry(of: event, actuation)
        var commit = Commit()
        commit.events = [.happened(event, at: entry.at, by: .outside)]
        commit.entries = [entry.sealed(nonce: [])]
        let isBrought = delivery.await(event) { reached in
            then(.success(EventReceipt(isRepeated: false, reached: reached)))
        }
        submit(commit) { result in
            switch result {
            case .success:
                self.delivery.ring()
                if !isBrought { then(.success(EventReceipt(isRepeated: false, reached: nil))) }
            case .failure(.nameTaken):
                self.delivery.forget(event)
                var refused = entry
                refused.refusal = "repeated"
                self.note(refused)
                then(.success(EventReceipt(isRepeated: true, reached: 0)))
            case .failure(let error):
                self.delivery.forget(event)
                then(.failure(error))
            }
        }
    }

    private func entry(of event: CloudEvent, _ actuation: Actuation) -> Entry {
        var detail: JSON.Object = [
            "id": .string(event.id), "source": .string(event.source), "type": .string(event.type),
        ]
        detail["subject"] = event.subject.map(JSON.string)
        return Entry(
            at: clock.now(),
            actor: actuation.actor,
            channel: actuation.channel,
            action: "event.received",
            object: .init(kind: "event", id: identifiers.next(), part: event.id),
            detail: .object(detail),
            requestID: actuation.requestID
        )
    }

    // MARK: Bringing it

    /// Offers an event to an instance; `done` gets whether it took it, as 1 or 0, or `nil` when it could not be asked.
    func offer(_ event: StoredEvent, to id: Identifier, done: @escaping @Sendable (Int?) -> Void) {
        handle(.eventCame(event.event, sequence: event.sequence), for: id, by: .event) { result in
            switch result {
            case .success: done(1)
            case .failure(let error):
                switch error {
                case is Refusal, is UnknownInstance: done(0)
                default:
                    self.log.error("an instance could not be told of an event: \(error)")
                    done(nil)
                }
            }
        }
    }

    /// Offers an event to the schedules that wait for events, one after the other.
    func offer(
        _ event: StoredEvent,
        toSchedules schedules: [(number: Int, workflow: Workflow, schedule: Workflow.Schedule)],
        reached: Int = 0,
        done: @escaping @Sendable (Int?) -> Void
    ) {
        guard let (number, workflow, schedule) = schedules.first else { return done(reached) }
        let rest = Array(schedules.dropFirst())
        guard case .on(let strategy, let read) = schedule else {
            return offer(event, toSchedules: rest, reached: reached, done: done)
        }
        let goOn: @Sendable (Result<Int, any Error>) -> Void = { result in
            switch result {
            case .success(let started):
                self.offer(event, toSchedules: rest, reached: reached + started, done: done)
            case .failure(let error):
                self.log.error("a schedule could not be told of an event: \(error)")
                done(nil)
            }
        }
        do {
            try tell(event, (number, workflow), (strategy, read), schedule.plan, goOn)
        } catch { goOn(.failure(error)) }
    }

    private func tell(
        _ event: StoredEvent,
        _ version: (number: Int, workflow: Workflow),
        _ wanted: (strategy: EventStrategy, read: EventRead),
        _ plan: String,
        _ then: @escaping @Sendable (Result<Int, any Error>) -> Void
    ) throws {
        let document = version.workflow.document
        let record = try store.record(ScheduleRecord.kind, ScheduleRecord.key(document))
        guard let record, var stands = ScheduleRecord(record, plan: plan) else {
            // It was not yet in force when the event came.
            return then(.success(0))
        }
        var hearing = try stands.hearing ?? Hearing.ofSchedule(wanted.strategy)
        if !hearing.fits(wanted.strategy) { hearing = try Hearing.ofSchedule(wanted.strategy) }
        guard
            hearing.takeForSchedule(
                event.event,
                sequence: event.sequence,
                wanted.strategy,
                wanted.read
            )
        else { return then(.success(0)) }
        guard hearing.isOver else {
            stands.hearing = hearing
            var commit = Commit()
            commit.records = [stands.change(of: document, from: record)]
            return store.submit(commit) { then($0.map { 0 }.mapError { $0 }) }
        }
        var fresh = try Hearing.ofSchedule(wanted.strategy)
        fresh.mark = event.sequence
        stands.hearing = fresh
        stands.last = event.at
        let start = InstanceStart(
            id: identifiers.next(),
            workflow: version.number,
            input: .array(hearing.items),
            origin: .scheduled,
            records: [stands.change(of: document, from: record)],
            cause: [
                "schedule": .string(ScheduleRecord.key(document)), "plan": .string(plan),
                "event": [
                    "id": .string(event.event.id), "sequence": .number(JSON.Number(Int(event.sequence))),
                    "source": .string(event.event.source), "type": .string(event.event.type),
                ],
            ]
        )
        self.start(start, by: .event) { then($0.map { _ in 1 }) }
    }
}
