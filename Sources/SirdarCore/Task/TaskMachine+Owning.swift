import JSON

// Into whose hands a task comes, and out of whose.
extension TaskMachine {
    static func claimed(_ worker: Worker, _ task: ManualTask, _ now: Timestamp) throws(TaskRefusal) -> Decision {
        switch task.standing {
        case .offered:
            try worker.mayTake(task)
            return Decision(task: given(task, to: worker, now))
        case .held, .onHold, .verifying, .inReview:
            try worker.mayWork(on: task)
            throw heldBy(task)
        }
    }

    static func started(_ worker: Worker, _ task: ManualTask, _ now: Timestamp) throws(TaskRefusal) -> Decision {
        switch task.standing {
        case .offered:
            var decision = try claimed(worker, task, now)
            decision.task.state = .inProgress
            return decision
        case .held(let isBegun):
            try worker.mayWork(on: task)
            try expectOwner(worker, task)
            if isBegun { throw .alreadyStarted }
            if let stop = worker.stop { throw .stopped(stop) }
            var task = task
            task.state = .inProgress
            return Decision(task: task)
        case .onHold(let hold):
            try expectOwner(worker, task)
            throw .onHold(until: hold.until)
        case .verifying, .inReview: throw heldBy(task)
        }
    }

    static func released(_ worker: Worker, _ note: String, _ task: ManualTask) throws(TaskRefusal) -> Decision {
        switch task.standing {
        case .offered: throw .notClaimed
        case .held(let isBegun):
            try expectOwnerOrSupervisor(worker, task)
            if isBegun { try expectNote(note) }
        case .onHold:
            try expectOwnerOrSupervisor(worker, task)
            try expectNote(note)
        case .verifying: throw .beingVerified
        case .inReview: throw .inReview
        }
        return Decision(task: offered(task), comments: said(.note, by: worker, note))
    }

    /// By a supervisor to anybody who may have it, by its owner to another.
    static func assigned(
        _ worker: Worker,
        to other: Worker,
        _ note: String,
        _ task: ManualTask,
        _ now: Timestamp
    ) throws(TaskRefusal) -> Decision {
        try expectMovable(task)
        try expectOwnerOrSupervisor(worker, task)
        if task.owner?.person == other.person { throw .heldBy(other.person, since: task.owner?.since ?? now) }
        do throws(TaskRefusal) { try other.mayTake(task) } catch { throw .notTheirs(other.person, error) }
        return Decision(task: given(task, to: other, now), comments: said(.note, by: worker, note))
    }

    /// What is never done by a claim: somebody else's task becomes mine, and everybody is told why.
    static func takenOver(
        _ worker: Worker,
        _ reason: String,
        isReserved: Bool,
        _ task: ManualTask,
        _ now: Timestamp
    ) throws(TaskRefusal) -> Decision {
        switch task.standing {
        case .offered: throw .notClaimed
        case .held, .onHold: break
        case .verifying: throw .beingVerified
        case .inReview: throw .inReview
        }
        if task.owner?.person == worker.person { throw .alreadyYours }
        if isReserved, !worker.isSupervisor { throw .reservedToSupervisors(task.queue) }
        try worker.mayTake(task)
        try expectNote(reason)
        return Decision(task: given(task, to: worker, now), comments: said(.note, by: worker, reason))
    }

    static func transferred(
        _ worker: Worker,
        to queue: String,
        _ reason: String,
        isRoutable: Bool,
        _ task: ManualTask
    ) throws(TaskRefusal) -> Decision {
        try expectMovable(task)
        try expectOwnerOrSupervisor(worker, task)
        try expectNote(reason)
        var moved = offered(task)
        moved.queue = queue
        if !isRoutable { moved.state = .unroutable }
        return Decision(task: moved, comments: said(.note, by: worker, reason))
    }

    static func routed(_ task: ManualTask) throws(TaskRefusal) -> Decision {
        switch task.state {
        case .unroutable:
            var task = task
            task.state = .ready
            return Decision(task: task)
        case .ready, .claimed, .inProgress, .onHold, .verifying, .awaitingReview, .completed, .failed, .skipped,
            .cancelled, .expired:
            throw heldBy(task)
        }
    }

    /// A claim that was never begun goes back; what has been begun never does so by itself.
    static func lapsed(_ task: ManualTask) throws(TaskRefusal) -> Decision {
        switch task.standing {
        case .held(isBegun: false): return Decision(task: offered(task))
        case .held(isBegun: true), .onHold, .verifying, .inReview: throw .alreadyStarted
        case .offered: throw .notClaimed
        }
    }

    /// What its owner has done stays; who takes it next goes on from there. A check or a review that is in progress
    /// ends first.
    static func returned(_ task: ManualTask) throws(TaskRefusal) -> Decision {
        switch task.standing {
        case .held, .onHold: return Decision(task: offered(task))
        case .verifying: throw .beingVerified
        case .inReview: throw .inReview
        case .offered: throw .notClaimed
        }
    }

    private static func given(_ task: ManualTask, to worker: Worker, _ now: Timestamp) -> ManualTask {
        var task = task
        task.state = .claimed
        task.owner = .init(person: worker.person, since: now)
        task.fence += 1
        return task
    }

    private static func offered(_ task: ManualTask) -> ManualTask {
        var task = task
        task.state = .ready
        task.owner = nil
        return task
    }

    static func said(_ kind: TaskComment.Kind, by worker: Worker, _ text: String) -> [TaskComment] {
        text.isEmpty ? [] : [TaskComment(kind, by: worker.person, text)]
    }
}
