import SirdarCore

/// Who works on tasks, kept in memory; read again after somebody was changed.
package final class Roster: Sendable {
    private struct Known {
        let workers: [Worker]
        /// Whether there is anybody at all: an installation that keeps no people decides elsewhere who is eligible.
        let hasPeople: Bool
        /// Whose accounts are closed.
        let closed: Set<String>
        let absences: Absences
    }

    private let people: People
    private let known = Locked<Known?>(nil)

    init(_ records: any RecordReader) { people = People(records) }

    /// Whether somebody may work on a task of this queue, of these skills, who is not excluded from it, and
    /// who is there.
    func isRoutable(
        queue: String,
        skills: [String],
        excluded: [ManualTask.Exclusion],
        at now: Timestamp
    ) throws(StoreError) -> Bool {
        let known = try read()
        guard known.hasPeople else { return true }
        return known.workers.contains { worker in
            known.absences.absence(of: worker.person, at: now) == nil && worker.queues.contains(queue)
                && skills.allSatisfy(worker.skills.contains)
                && !excluded.contains { $0.person == worker.person }
        }
    }

    /// Somebody by name or identifier who can sign in.
    func worker(_ name: String) throws -> Worker {
        let person = try Identifier(name).flatMap { id throws(StoreError) in try people.person(id) }
        guard let person = try person ?? people.person(named: name), !person.isDisabled, !person.isService else {
            throw TaskRefusal.unknownPerson(name)
        }
        return person.worker
    }

    /// Who gets what is to go to a worker: they themselves, or whoever stands in for them.
    func standIn(for worker: Worker, at now: Timestamp) throws -> Worker {
        let absences = try read().absences
        guard let absence = absences.absence(of: worker.person, at: now) else { return worker }
        guard let other = absences.standIn(for: worker.person, at: now) else {
            throw TaskRefusal.absent(worker.person, until: absence.until)
        }
        return try self.worker(other)
    }

    func absences() throws(StoreError) -> Absences { try read().absences }
    func closed() throws(StoreError) -> Set<String> { try read().closed }

    /// People were changed: they are read again.
    func forget() { known.withLock { $0 = nil } }

    private func read() throws(StoreError) -> Known {
        if let known = known.withLock({ $0 }) { return known }
        let everybody = try people.everybody()
        let workers = everybody.filter { !$0.isDisabled }.map(\.worker).filter { !$0.queues.isEmpty }
        let read = Known(
            workers: workers,
            hasPeople: !everybody.isEmpty,
            closed: Set(everybody.filter(\.isDisabled).map(\.id.description)),
            absences: Absences(try people.everyAbsence())
        )
        known.withLock { $0 = read }
        return read
    }
}
