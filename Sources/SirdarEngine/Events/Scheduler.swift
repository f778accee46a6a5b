import Foundation
import JSON
import Logging
import SirdarCore

/// Starts instances when their time has come.
///
/// Where each schedule stands is a record, written in the same commit as the instance that it starts and only by
/// whoever read it as it was: so there is never a second instance for the same time, whatever stops in between. A
/// server that was down starts one instance for all the times that it has missed, and goes on from there.
final class Scheduler: Sendable {
    private let errand: Errand
    private let clock: any Clock
    private let home: TimeZone
    /// Schedules whose instance is being started.
    private let starting = Locked<Set<String>>([])

    init(clock: any Clock, home: TimeZone) {
        self.clock = clock
        self.home = home
        errand = Errand("sirdar.scheduler", clock: clock)
    }

    func start(_ engine: Engine) {
        errand.run { [weak self, weak engine] in
            guard let self, let engine else { return }
            self.look(engine)
        }
    }

    /// Answers when no look is in progress any more: what is said to be in force afterwards is not started by it.
    func stop() { errand.stop() }

    /// A schedule may have something to do.
    func ring() { errand.ring() }

    private func look(_ engine: Engine) {
        do {
            var next: Timestamp?
            for (number, workflow, schedule) in engine.library.scheduled {
                if let due = try look(at: schedule, workflow, number, engine) { next = min(next ?? due, due) }
            }
            if let next { errand.ring(at: next) }
        } catch {
            engine.log.error("schedules could not be read: \(error)")
            errand.ring(at: clock.now().advanced(by: .seconds(1)))
        }
    }

    /// Does what a schedule has to do now; answers when it has to do something next.
    private func look(
        at schedule: Workflow.Schedule,
        _ workflow: Workflow,
        _ number: Int,
        _ engine: Engine
    ) throws -> Timestamp? {
        let key = ScheduleRecord.key(workflow.document)
        let record = try engine.store.record(ScheduleRecord.kind, key)
        guard let record, let stands = ScheduleRecord(record, plan: schedule.plan) else {
            begin(schedule, workflow, record, engine)
            return nil
        }
        guard let next = stands.next else { return nil }
        guard next <= clock.now() else { return next }
        guard starting.withLock({ $0.insert(key).inserted }) else { return nil }
        fire(schedule, stands, record, (number, workflow), engine) { [weak self] in
            guard let self else { return }
            self.starting.withLock { _ = $0.remove(key) }
            self.ring()
        }
        return nil
    }

    /// A schedule that is new, or was changed.
    private func begin(_ schedule: Workflow.Schedule, _ workflow: Workflow, _ record: Record?, _ engine: Engine) {
        var stands = ScheduleRecord(plan: schedule.plan)
        stands.next = next(schedule, after: clock.now(), from: clock.now())
        var commit = Commit()
        commit.records = [stands.change(of: workflow.document, from: record)]
        engine.store.submit(commit) { [weak self] result in
            guard let self else { return }
            if case .failure(let error) = result, error != .conflict {
                engine.log.error("a schedule could not be kept: \(error)")
                return self.errand.ring(at: self.clock.now().advanced(by: .seconds(1)))
            }
            self.ring()
        }
    }

    private func fire(
        _ schedule: Workflow.Schedule,
        _ stands: ScheduleRecord,
        _ record: Record,
        _ version: (number: Int, workflow: Workflow),
        _ engine: Engine,
        done: @escaping @Sendable () -> Void
    ) {
        let now = clock.now()
        let times = missed(schedule, from: stands.next ?? now, until: now)
        var after = stands
        let id = engine.identifiers.next()
        after.last = times.latest
        after.next = next(schedule, after: now, from: times.latest)
        if case .after = schedule {
            after.next = nil
            after.instance = id
        }
        var cause: JSON.Object = [
            "schedule": .string(ScheduleRecord.key(version.workflow.document)), "plan": .string(schedule.plan),
            "for": .string(times.latest.description),
        ]
        if times.count > 1 { cause["missed"] = .number(JSON.Number(times.count - 1)) }
        let start = InstanceStart(
            id: id,
            workflow: version.number,
            input: [:],
            origin: .scheduled,
            records: [after.change(of: version.workflow.document, from: record)],
            cause: .object(cause)
        )
        engine.start(start, by: .schedule) { [weak self] result in
            guard let self, case .failure(let error) = result, !error.isConflict else { return done() }
            engine.log.error("an instance could not be started on schedule: \(error)")
            self.clock.wake(at: self.clock.now().advanced(by: .seconds(1)), done)
        }
    }

    // MARK: Times

    /// When a schedule starts an instance next: after a moment, counted from the last time.
    private func next(_ schedule: Workflow.Schedule, after moment: Timestamp, from last: Timestamp) -> Timestamp? {
        switch schedule {
        case .every(let interval):
            let rounds = max(0, moment.since(last).milliseconds) / interval.milliseconds + 1
            return last.advanced(by: interval * rounds)
        case .cron(let cron): return wallClock(cron).next(cron, after: moment)
        case .after(let interval): return moment.advanced(by: interval)
        case .on: return nil
        }
    }

    /// The latest of the times that have come, and how many there were; of very many, as many as are worth counting.
    private func missed(
        _ schedule: Workflow.Schedule,
        from first: Timestamp,
        until now: Timestamp
    ) -> (latest: Timestamp, count: Int) {
        switch schedule {
        case .every(let interval):
            let rounds = max(0, now.since(first).milliseconds) / interval.milliseconds
            return (first.advanced(by: interval * rounds), Int(rounds) + 1)
        case .cron:
            var (latest, count) = (first, 1)
            while count < Self.missedMax, let later = next(schedule, after: latest, from: latest), later <= now {
                latest = later
                count += 1
            }
            return (latest, count)
        case .after, .on: return (first, 1)
        }
    }

    private static let missedMax = 1000

    private func wallClock(_ cron: Cron) -> WallClock {
        WallClock(cron.zone.flatMap(TimeZone.init(identifier:)) ?? home)
    }
}

extension Instance.Origin {
    /// Of what starts by itself: nobody asked, and no project limits who sees it.
    static let scheduled = Instance.Origin(request: nil, requester: "schedule", scope: "")
}

extension Error {
    var isConflict: Bool { self as? StoreError == .conflict }
}

extension Assembly {
    /// A schedule that goes on after an instance's end goes on when it has ended, whichever way.
    mutating func noteEnding(of instance: Instance, _ workflow: Workflow) throws {
        guard instance.status.isFinal, case .after(let interval)? = workflow.schedule else { return }
        let (key, plan) = (ScheduleRecord.key(workflow.document), Workflow.Schedule.after(interval).plan)
        // One that ends within the commit that starts it finds the schedule there.
        if let index = commit.records.firstIndex(where: { $0.kind == ScheduleRecord.kind && $0.key == key }) {
            let change = commit.records[index]
            guard let body = change.body, var stands = ScheduleRecord(body: body, plan: plan),
                stands.instance == instance.id
            else { return }
            stands.goOn(at: now.advanced(by: interval))
            commit.records[index] = stands.change(of: workflow.document, expecting: change.expecting)
            return
        }
        guard let record = try engine.store.record(ScheduleRecord.kind, key),
            var stands = ScheduleRecord(record, plan: plan), stands.instance == instance.id
        else { return }
        stands.goOn(at: now.advanced(by: interval))
        commit.records.append(stands.change(of: workflow.document, from: record))
    }
}
