import SirdarCore
import SirdarEngine

extension WriteTransaction {
    /// A task that has ended; one that is opened again ends once more later, and is kept as it ended then.
    mutating func write(_ ending: TaskEnding) throws(WriteFailure) {
        let subject = ending.subject
        let (workflow, step) = (try label(subject.workflow), try label(subject.step))
        let queue = try label(subject.queue)
        let (hours, statement) = (ending.hours, statements.insertEnding)
        try run { () throws(SQLiteFailure) in
            try statement.run(
                .integer(ending.at.milliseconds),
                .integer(ending.task.value),
                workflow,
                step,
                .int(subject.kind.rawValue),
                queue,
                .int(ending.isCompleted ? 1 : 0),
                .optional(ending.isInTime.map { $0 ? 1 : 0 }),
                .int(hours.returns),
                .integer(hours.waiting.milliseconds),
                .integer(hours.working.milliseconds),
                .integer(hours.onHold.milliseconds),
                .integer(hours.rework.milliseconds)
            )
        }
    }

    mutating func write(_ reopening: Commit.Reopening) throws(WriteFailure) {
        try once(
            "DELETE FROM task_ending WHERE at = ?1 AND task = ?2",
            .integer(reopening.endedAt.milliseconds),
            .integer(reopening.task.value)
        )
    }
}
