import Logging
import SirdarCore

// What becomes due about a task: its own times, and its holder's.
extension Assembly {
    /// The timers of a task that has changed.
    mutating func setTimers(of task: ManualTask, before: ManualTask, _ event: TaskEvent) {
        let rests = task.state.isFinal || task.isWaitingForRequester
        let hadDeadline = before.dueAt != nil || before.atRiskAt != nil
        if rests {
            if hadDeadline { commit.timers.append(.drop(task.instance, step: task.step, kind: .deadline)) }
        } else if event.isAging || before.isWaitingForRequester || before.state.isFinal {
            setDeadline(of: task)
        }
        guard task.state != before.state || task.owner != before.owner || event == .reminded else { return }
        if let at = engine.holderTime(of: task) {
            set(DueTimer(instance: task.instance, step: task.step, kind: .holder, at: at))
        } else if engine.holderTime(of: before) != nil {
            commit.timers.append(.drop(task.instance, step: task.step, kind: .holder))
        }
    }

    /// The timer that moves the task in its queue when it comes to be at risk, then overdue, then up its ladder.
    mutating func setDeadline(of task: ManualTask) {
        let rungs = task.dueAt.map { due in engine.ladder(of: task).map { due.advanced(by: $0.after) } } ?? []
        let next = ([task.atRiskAt, task.dueAt].compactMap(\.self) + rungs).filter { $0 > now }.min()
        guard let next else { return }
        set(DueTimer(instance: task.instance, step: task.step, kind: .deadline, at: next))
    }

    /// A time of a task has come.
    ///
    /// - Throws: `TaskRefusal` when nothing is due any more.
    mutating func timeCame(_ kind: TimerKind, for task: ManualTask) throws {
        if kind == .deadline {
            let passed = task.dueAt.map { due in
                engine.ladder(of: task).filter { due.advanced(by: $0.after) <= now }
            }
            if let rung = passed?.last, let count = passed?.count, count > task.escalation {
                let event = TaskEvent.escalated(by: nil, comment: "", priority: rung.priority)
                let raised = try apply(event, to: task, verification: nil)
                if raised.urgency != raised.urgency(at: now) { try apply(.aged, to: raised, verification: nil) }
                return
            }
            try apply(.aged, to: task, verification: nil)
            return
        }
        try holderTimeCame(for: task)
    }

    private mutating func holderTimeCame(for task: ManualTask) throws {
        guard let at = engine.holderTime(of: task) else { throw TaskRefusal.notClaimed }
        if at > now {
            // Something was done with it since the timer was set.
            return set(DueTimer(instance: task.instance, step: task.step, kind: .holder, at: at))
        }
        switch task.state {
        case .claimed: try apply(.lapsed, to: task, verification: nil)
        case .onHold: try apply(.resumed(by: nil, due: engine.due(of: task, from: now)), to: task, verification: nil)
        case .inProgress:
            // Its owner first; who does not answer is not asked a third time, but a supervisor is told.
            let isTold = task.reminders > 0
            let reminded = try apply(.reminded, to: task, verification: nil)
            if isTold { try apply(.escalated(by: nil, comment: "", priority: nil), to: reminded, verification: nil) }
        case .unroutable, .ready, .verifying, .awaitingReview, .completed, .failed, .skipped, .cancelled, .expired:
            throw TaskRefusal.notClaimed
        }
    }
}

extension Engine {
    /// When something is due about a task's holder.
    func holderTime(of task: ManualTask) -> Timestamp? {
        let policy = library.queue(task.queue)
        switch task.state {
        case .claimed:
            return policy?.releaseUnstartedAfter.flatMap { after in task.owner?.since.advanced(by: after) }
        case .inProgress:
            // The owner once, then the supervisors once.
            guard task.reminders < Self.remindersMax else { return nil }
            return policy?.remindAfter.map { after in
                task.activeAt.advanced(by: after * Int64(task.reminders + 1))
            }
        case .onHold(let hold): return hold.until
        case .unroutable, .ready, .verifying, .awaitingReview, .completed, .failed, .skipped, .cancelled, .expired:
            return nil
        }
    }

    private static let remindersMax = 2

    func ladder(of task: ManualTask) -> [QueuePolicy.Rung] { library.queue(task.queue)?.escalation ?? [] }

    /// Somebody was added, changed or disabled: tasks that nobody could do may have found somebody.
    func peopleChanged() {
        roster.forget()
        returnTasks()
        for queue in library.queues { route(queue.name) }
    }

    private func route(_ queue: String) {
        do {
            let open = try store.tasks(TaskQuery(queue: queue, isOpen: true, limit: Self.routedMax))
            for task in open where task.state == .unroutable {
                let isRoutable = try roster.isRoutable(
                    queue: task.queue,
                    skills: task.spec.skills,
                    excluded: task.excluded,
                    at: clock.now()
                )
                if isRoutable { route(task) }
            }
        } catch {
            log.error("tasks could not be routed: \(error)")
        }
    }

    /// What is beyond it is found by whoever asks for their next task: it is offered to them all the same.
    private static let routedMax = 200

    private func route(_ task: ManualTask) {
        lane(of: task.instance).enter(task.instance) { turn in
            self.decide(turn, { (_: Result<ManualTask, any Error>) in }) {
                guard let current = try self.task(task.id, turn) else { throw UnknownTask(id: task.id) }
                var assembly = Assembly(engine: self, actuation: .timer, turn: turn)
                let after = try assembly.apply(.routed, to: current, verification: nil)
                return (assembly, after)
            }
        }
    }
}

extension ManualTask {
    /// The only wait that stops its clock.
    fileprivate var isWaitingForRequester: Bool { hold?.awaiting == .requester }
}

extension TaskEvent {
    fileprivate var isAging: Bool {
        switch self {
        case .aged, .escalated(by: nil, comment: _, priority: _): true
        case .claimed, .started, .released, .assigned, .takenOver, .transferred, .routed, .lapsed, .returned, .drafted,
            .ticked,
            .unticked, .attached, .commented, .completed, .failed, .checked, .confirmed, .pushedBack, .held, .asked,
            .answered,
            .resumed, .escalated, .prioritised, .skipped, .checkWaived, .reopened, .closed, .reminded:
            false
        }
    }
}
