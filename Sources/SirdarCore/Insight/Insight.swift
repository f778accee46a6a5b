/// The hours of some ended tasks together.
package struct HoursSum: Sendable, Hashable {
    package var tasks = 0
    /// Of these, those whose work was done.
    package var completed = 0
    /// Completed without having been sent back.
    package var firstTimeRight = 0
    /// Completed, and due at some time.
    package var due = 0
    /// Of these, those that were completed by then.
    package var inTime = 0
    package var returns = 0
    package var waiting = Interval.zero
    package var working = Interval.zero
    package var onHold = Interval.zero
    package var rework = Interval.zero

    package init() {}

    /// What it cost people: the time in their hands, the first time and again.
    package var cost: Interval { working + rework }
    package var whole: Interval { cost + waiting + onHold }

    package static func + (left: Self, right: Self) -> Self {
        var sum = left
        sum.tasks += right.tasks
        sum.completed += right.completed
        sum.firstTimeRight += right.firstTimeRight
        sum.due += right.due
        sum.inTime += right.inTime
        sum.returns += right.returns
        sum.waiting += right.waiting
        sum.working += right.working
        sum.onHold += right.onHold
        sum.rework += right.rework
        return sum
    }
}

/// What came of one step in one queue and week.
package struct HoursLine: Sendable, Hashable {
    /// The Monday, at midnight in UTC, with which the week of ISO 8601 begins.
    package let week: Timestamp
    package let subject: TaskEnding.Subject
    package let sum: HoursSum

    package init(week: Timestamp, subject: TaskEnding.Subject, sum: HoursSum) {
        self.week = week
        self.subject = subject
        self.sum = sum
    }
}

/// Where the hours of manual steps went.
package struct Insight: Sendable, Hashable {
    /// By week, then as they came.
    package let lines: [HoursLine]
    /// By what it cost people: the first is what to make automatic next.
    package let steps: [Part<Step>]
    package let queues: [Part<String>]
    /// Those in which something ended, by their Mondays.
    package let weeks: [Part<Timestamp>]
    package let total: HoursSum

    package struct Part<Key: Sendable & Hashable>: Sendable, Hashable {
        package let key: Key
        package let sum: HoursSum
    }

    /// A step of a workflow, in whichever queue.
    package struct Step: Sendable, Hashable {
        package let workflow: String
        package let name: String
        package let kind: ManualTask.Kind
    }

    package init(_ lines: [HoursLine]) {
        self.lines = lines.sorted { $0.week < $1.week }
        steps = Self.parts(lines) { Step(workflow: $0.subject.workflow, name: $0.subject.step, kind: $0.subject.kind) }
            .sorted { left, right in
                (right.sum.cost, right.sum.whole, left.key.workflow, left.key.name)
                    < (left.sum.cost, left.sum.whole, right.key.workflow, right.key.name)
            }
        queues = Self.parts(lines, by: \.subject.queue).sorted { $0.key < $1.key }
        weeks = Self.parts(lines, by: \.week).sorted { $0.key < $1.key }
        total = lines.reduce(HoursSum()) { $0 + $1.sum }
    }

    private static func parts<Key: Hashable>(_ lines: [HoursLine], by key: (HoursLine) -> Key) -> [Part<Key>] {
        var sums: [Key: HoursSum] = [:]
        for line in lines { sums[key(line)] = (sums[key(line)] ?? HoursSum()) + line.sum }
        return sums.map { Part(key: $0.key, sum: $0.value) }
    }
}
