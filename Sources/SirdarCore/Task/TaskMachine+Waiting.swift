import JSON

// Tasks that rest: until a time, for a vendor, or for an answer of whoever asked.
extension TaskMachine {
    /// Why a task is put aside, in its owner's words.
    struct Resting {
        let awaiting: ManualTask.Hold.Awaiting
        let reason: String
        let until: Timestamp?

        init(_ awaiting: ManualTask.Hold.Awaiting, _ reason: String, _ until: Timestamp?) {
            self.awaiting = awaiting
            self.reason = reason
            self.until = until
        }
    }

    static func held(
        _ worker: Worker,
        _ resting: Resting,
        _ task: ManualTask,
        _ now: Timestamp
    ) throws(TaskRefusal) -> Decision {
        let isBegun = try expectRestable(worker, task)
        var errors: [FieldError] = []
        if resting.reason.allSatisfy(\.isWhitespace) {
            errors.append(FieldError(pointer: "/reason", "Say why it rests: the next person reads it."))
        }
        switch resting.awaiting {
        case .time:
            if resting.until == nil { errors.append(FieldError(pointer: "/until", "Say until when it rests.")) }
        case .vendor: break
        case .requester:
            errors.append(FieldError(pointer: "/awaiting", "Who waits for the requester asks them a question."))
        }
        if let until = resting.until, until <= now {
            errors.append(FieldError(pointer: "/until", "\(until) is over already."))
        }
        guard errors.isEmpty else { throw .invalid(errors) }
        var task = task
        task.state = .onHold(
            .init(
                awaiting: resting.awaiting,
                reason: resting.reason,
                until: resting.until,
                since: now,
                wasBegun: isBegun
            )
        )
        return Decision(task: task)
    }

    static func asked(
        _ worker: Worker,
        _ question: ManualTask.Question,
        _ task: ManualTask,
        _ now: Timestamp
    ) throws(TaskRefusal) -> Decision {
        let isBegun = try expectRestable(worker, task)
        try expectNote(question.text)
        var task = task
        task.state = .onHold(
            .init(
                awaiting: .requester,
                reason: question.text,
                until: nil,
                since: now,
                wasBegun: isBegun,
                question: question
            )
        )
        return Decision(task: task, comments: said(.question, by: worker, question.text))
    }

    /// The answer lands as a comment, and the task goes on in the same hands.
    static func answered(
        _ person: String,
        _ text: String,
        _ values: JSON.Object,
        _ due: DueTimes,
        _ task: ManualTask
    ) throws(TaskRefusal) -> Decision {
        guard let hold = task.hold, let question = hold.question else { throw .notOnHold }
        guard person == task.origin.requester else { throw .notRequester }
        var errors: [FieldError] = []
        var accepted = JSON.Object()
        switch question.form.check(values) {
        case .success(let values): accepted = values
        case .failure(let found): errors = found.errors
        }
        if question.form.fields.isEmpty, text.allSatisfy(\.isWhitespace) {
            errors.append(FieldError(pointer: "/text", "Write an answer."))
        }
        guard errors.isEmpty else { throw .invalid(errors) }
        return Decision(
            task: goingOn(task, hold, due),
            comments: [TaskComment(.answer, by: person, text, values: accepted)]
        )
    }

    static func resumed(_ worker: Worker?, _ due: DueTimes, _ task: ManualTask) throws(TaskRefusal) -> Decision {
        guard let hold = task.hold else { throw .notOnHold }
        if let worker { try expectOwnerOrSupervisor(worker, task) }
        return Decision(task: goingOn(task, hold, due))
    }

    private static func goingOn(_ task: ManualTask, _ hold: ManualTask.Hold, _ due: DueTimes) -> ManualTask {
        var task = task
        task.state = hold.wasBegun ? .inProgress : .claimed
        // Only the wait for the requester does not count: all others are ours.
        if hold.awaiting == .requester {
            task.dueAt = due.dueAt
            task.atRiskAt = due.atRiskAt
        }
        return task
    }

    /// Whether what is to rest had been begun.
    private static func expectRestable(_ worker: Worker, _ task: ManualTask) throws(TaskRefusal) -> Bool {
        switch task.standing {
        case .held(let isBegun):
            try expectOwnerOrSupervisor(worker, task)
            return isBegun
        case .offered, .onHold, .verifying, .inReview:
            try expectWorkable(worker, task)
            return false
        }
    }
}
