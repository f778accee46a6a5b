/// Which tasks somebody asks to see, and in which order: `queue:vfx state:ready due:<1h -site:syd sort:due`.
///
/// Every term must hold; `-` before one means that it must not. One language for page, API and command line.
package struct TaskFilter: Sendable, Hashable {
    package var terms: [Term] = []
    package var sort: Sort?

    package static let charactersMax = 500
    package static let termsMax = 20

    package init() {}

    package struct Term: Sendable, Hashable {
        package var isNegated = false
        package var test: Test
    }

    package enum Test: Sendable, Hashable {
        /// In the title, the project or what the task is about.
        case text(String)
        /// One of these.
        case word(Key, [String])
        case priority(Comparison, TaskSpec.Priority)
        case due(Due)
        case age(Comparison, Interval)
    }

    package enum Due: Sendable, Hashable {
        /// In less or more time than this; what is overdue is due in less than no time.
        case within(Comparison, Interval)
        case overdue, atRisk, never
    }

    package enum Comparison: String, Sendable, Hashable {
        case less = "<"
        case atMost = "<="
        case equal = ""
        case atLeast = ">="
        case more = ">"

        func holds<Value: Comparable>(_ left: Value, _ right: Value) -> Bool {
            switch self {
            case .less: left < right
            case .atMost: left <= right
            case .equal: left == right
            case .atLeast: left >= right
            case .more: left > right
            }
        }
    }

    package struct Sort: Sendable, Hashable {
        package var by: Field
        package var isReversed = false

        package enum Field: String, Sendable, Hashable, CaseIterable { case due, age, priority }
    }

    package enum Key: String, Sendable, Hashable, CaseIterable {
        case queue, state, owner, project, site, machine, image, skill, requester, instance
        case due, age, priority, sort
    }

    /// What `state` can be beside the states themselves.
    static let groups = ["open", "held", "ended"]
    static let states = [
        "unroutable", "ready", "claimed", "in_progress", "on_hold", "verifying", "awaiting_review", "completed",
        "failed", "skipped", "cancelled", "expired",
    ]
    static let endedStates: Set<String> = ["ended", "completed", "failed", "skipped", "cancelled", "expired"]

    /// Open tasks are meant unless a state is asked for that only others have.
    package enum Scope: Sendable, Hashable { case open, ended, all }

    package var scope: Scope {
        let asked = terms.flatMap { term -> [String] in
            guard !term.isNegated, case .word(.state, let names) = term.test else { return [] }
            return names
        }
        if asked.isEmpty { return .open }
        let ended = asked.count(where: Self.endedStates.contains)
        return ended == 0 ? .open : ended == asked.count ? .ended : .all
    }

    /// The one queue that is asked for, where it is one.
    package var queue: String? { only(.queue) }

    /// The one owner that is asked for, where it is one.
    package var owner: String? { only(.owner) }

    /// Whether it needs to know this of a task.
    package func asks(_ key: Key) -> Bool {
        terms.contains { if case .word(key, _) = $0.test { true } else { false } }
    }

    private func only(_ key: Key) -> String? {
        for term in terms {
            if !term.isNegated, case .word(key, let names) = term.test, names.count == 1 { return names[0] }
        }
        return nil
    }
}

/// What is wrong with a filter, and where.
package struct TaskFilterProblem: Error, Sendable, Hashable {
    /// The character at which it begins, from 1 on.
    package let position: Int
    package let sentence: String
}

/// What a filter looks at beside the task itself: names, which the task does not hold.
package struct TaskFacts: Sendable {
    package let task: ManualTask
    package let owner: String?
    package let requester: String
    package let site: String?
    /// Who asks.
    package let reader: String

    package init(task: ManualTask, owner: String?, requester: String, site: String?, reader: String) {
        self.task = task
        self.owner = owner
        self.requester = requester
        self.site = site
        self.reader = reader
    }
}
