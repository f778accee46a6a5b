import JSON
import Logging
package import SirdarCore
import SirdarJournal

// Who is away, and whose account was closed: what would be theirs goes to others.
extension Engine {
    /// Sets when somebody is away, and who stands in for them; it takes the place of what was set before.
    ///
    /// `then`: gets it once it is durable, or an `AbsenceRefusal` or `StoreError`. A refusal is in the journal.
    package func setAbsence(
        of person: Person,
        from: Timestamp,
        until: Timestamp,
        substitute: String?,
        by actuation: Actuation,
        then: @escaping @Sendable (Result<Absence, any Error>) -> Void
    ) {
        let now = clock.now()
        do {
            let other = try substitute.map(stand(in:))
            let id = person.id.description
            let absence = Absence(person: id, from: from, until: until, substitute: other?.person)
            try absence.check(person.worker, other, at: now)
            let record = try store.record(Absence.kind, id)
            let entry = entry("absence.set", person, actuation, absence.told)
            write([absence.change(from: record)], entry: entry) { then($0.map { absence }) }
        } catch {
            refuse(error, "absence.set", person, actuation, then)
        }
    }

    /// They are there again.
    package func endAbsence(
        of person: Person,
        by actuation: Actuation,
        then: @escaping @Sendable (Result<Void, any Error>) -> Void
    ) {
        do {
            guard let record = try store.record(Absence.kind, person.id.description) else { throw AbsenceRefusal.none }
            write([record.removed], entry: entry("absence.ended", person, actuation, .null), then: then)
        } catch {
            refuse(error, "absence.ended", person, actuation, then)
        }
    }

    private func stand(in name: String) throws -> Worker {
        do { return try roster.worker(name) } catch TaskRefusal.unknownPerson(let name) {
            throw AbsenceRefusal.unknownPerson(name)
        }
    }

    private func entry(_ action: String, _ person: Person, _ actuation: Actuation, _ detail: JSON) -> Entry {
        Entry(
            at: clock.now(),
            actor: actuation.actor,
            channel: actuation.channel,
            action: action,
            object: .init(kind: Person.kind, id: person.id),
            detail: detail,
            requestID: actuation.requestID
        )
    }

    private func refuse<Answer>(
        _ error: any Error,
        _ action: String,
        _ person: Person,
        _ actuation: Actuation,
        _ then: @escaping @Sendable (Result<Answer, any Error>) -> Void
    ) {
        if let refusal = error as? AbsenceRefusal {
            var entry = entry(action, person, actuation, .null)
            entry.refusal = refusal.code
            note(entry)
        }
        then(.failure(error))
    }

    /// Wakes when somebody next comes or goes: tasks that nobody could do may have found somebody.
    func watchAbsences() {
        do {
            // Only the last who watches goes on.
            let watch = absenceWatch.withLock { watch in
                watch += 1
                return watch
            }
            guard let next = try roster.absences().nextChange(after: clock.now()) else { return }
            clock.wake(at: next) { [weak self] in
                guard let self, self.dispatcher.isRunning, self.absenceWatch.withLock({ $0 }) == watch else { return }
                // A long wait is cut by the clock: then nothing has changed.
                if self.clock.now() >= next { self.peopleChanged() }
                self.watchAbsences()
            }
        } catch {
            log.error("absences could not be read: \(error)")
        }
    }

    // MARK: Closed accounts

    /// Tasks in the hands of somebody whose account was closed go back to their queues; what is being checked or
    /// reviewed does so when that has ended.
    func returnTasks() {
        do {
            for person in try roster.closed() {
                var query = TaskQuery(owner: person, isOpen: true, limit: 200)
                while true {
                    let tasks = try store.tasks(query)
                    for task in tasks where task.isReturnable { giveBack(task) }
                    guard tasks.count == query.limit, let last = tasks.last else { break }
                    query.after = last.id
                }
            }
        } catch {
            log.error("the tasks of closed accounts could not be given back: \(error)")
        }
    }

    private func giveBack(_ task: ManualTask) {
        lane(of: task.instance).enter(task.instance) { turn in
            self.decide(turn, { (_: Result<ManualTask, any Error>) in }) {
                guard let current = try self.task(task.id, turn) else { throw UnknownTask(id: task.id) }
                // It may be somebody else's by now.
                guard current.owner?.person == task.owner?.person else { throw TaskRefusal.notClaimed }
                var assembly = Assembly(engine: self, actuation: .accounts, turn: turn)
                let after = try assembly.apply(.returned, to: current, verification: nil)
                return (assembly, after)
            }
        }
    }
}

extension Assembly {
    /// Work that comes back to somebody whose account is closed by now goes on to the queue.
    mutating func returnIfClosed(_ task: ManualTask, after event: TaskEvent) throws {
        switch event {
        case .checked, .pushedBack, .resumed, .reopened:
            guard task.isReturnable, let owner = task.owner, try engine.roster.closed().contains(owner.person) else {
                return
            }
            try apply(.returned, to: task, verification: nil)
        case .claimed, .started, .released, .assigned, .takenOver, .transferred, .routed, .lapsed, .returned, .drafted,
            .ticked, .unticked, .attached, .commented, .completed, .failed, .confirmed, .held, .asked, .answered,
            .escalated,
            .prioritised, .skipped, .checkWaived, .closed, .aged, .reminded:
            return
        }
    }
}

extension Actuation {
    /// What follows from an account's closing.
    static let accounts = Actuation(actor: .system("accounts"), channel: .timer)
}

extension ManualTask {
    fileprivate var isReturnable: Bool {
        switch state {
        case .claimed, .inProgress, .onHold: true
        case .unroutable, .ready, .verifying, .awaitingReview, .completed, .failed, .skipped, .cancelled, .expired:
            false
        }
    }
}

extension Absence {
    fileprivate var told: JSON {
        [
            "from": .string(from.description), "until": .string(until.description),
            "substitute": substitute.map(JSON.string) ?? .null,
        ]
    }
}
