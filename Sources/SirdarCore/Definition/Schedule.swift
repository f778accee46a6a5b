extension Workflow {
    /// When instances of a workflow start by themselves.
    package enum Schedule: Sendable {
        /// Again and again after this long, whether or not the last one has ended.
        case every(Interval)
        /// At the times of a calendar.
        case cron(Cron)
        /// This long after the last one has ended.
        case after(Interval)
        /// When events come.
        case on(EventStrategy, read: EventRead)
    }
}

extension Workflow.Schedule {
    /// The shortest time between two instances that `every` and `after` may name.
    package static let shortest = Interval.seconds(1)

    /// The schedule in a few words, by which a changed one is known.
    package var plan: String {
        switch self {
        case .every(let interval): "every \(interval)"
        case .cron(let cron): "cron \(cron.source)"
        case .after(let interval): "after \(interval)"
        case .on(let strategy, let read):
            "on \(strategy.rule.rawValue) of \(strategy.allFilters.count), \(read.rawValue)"
        }
    }
}
