import SirdarCore

/// Who works on tasks, kept in memory; read again after somebody was changed.
package final class Roster: Sendable {
    private struct Known {
        let workers: [Worker]
        /// Whether there is anybody at all: an installation that keeps no people decides elsewhere who is eligible.
        let hasPeople: Bool
    }

    private let people: People
    private let known = Locked<Known?>(nil)

    init(_ records: any RecordReader) { people = People(records) }

    /// Whether somebody may work on a task of this queue, of these skills, who is not excluded from it.
    func isRoutable(queue: String, skills: [String], excluded: [ManualTask.Exclusion]) throws(StoreError) -> Bool {
        let known = try read()
        guard known.hasPeople else { return true }
        return known.workers.contains { worker in
            worker.queues.contains(queue) && skills.allSatisfy(worker.skills.contains)
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

    /// People were changed: they are read again.
    func forget() { known.withLock { $0 = nil } }

    private func read() throws(StoreError) -> Known {
        if let known = known.withLock({ $0 }) { return known }
        let everybody = try people.everybody()
        let workers = everybody.filter { !$0.isDisabled }.map(\.worker).filter { !$0.queues.isEmpty }
        let read = Known(workers: workers, hasPeople: !everybody.isEmpty)
        known.withLock { $0 = read }
        return read
    }
}
