import JSON

extension TaskFilter {
    package func matches(_ facts: TaskFacts, at now: Timestamp) -> Bool {
        terms.allSatisfy { $0.test.matches(facts, at: now) != $0.isNegated }
    }

    /// What a sorted list is sorted by: smaller comes first, and equal ones as their identifiers. `nil`: as the queues
    /// have them.
    package func rank(of task: ManualTask) -> Int64? {
        guard let sort else { return nil }
        let rank =
            switch sort.by {
            case .due: task.dueAt?.milliseconds ?? .max
            case .age: task.createdAt.milliseconds
            case .priority: -Int64(task.priority.rawValue)
            }
        // What is never due stays at the end, either way.
        return sort.isReversed && rank != .max ? -rank : rank
    }
}

extension TaskFilter.Test {
    fileprivate func matches(_ facts: TaskFacts, at now: Timestamp) -> Bool {
        let task = facts.task
        switch self {
        case .text(let text): return facts.text.contains(text.lowercased())
        case .word(let key, let words): return words.contains { facts.has(key, $0) }
        case .priority(let comparison, let priority): return comparison.holds(task.priority, priority)
        case .age(let comparison, let interval): return comparison.holds(now.since(task.createdAt), interval)
        case .due(.never): return task.dueAt == nil
        case .due(.overdue): return task.dueAt.map { $0 < now } ?? false
        case .due(.atRisk): return task.urgency(at: now) == .atRisk
        case .due(.within(let comparison, let interval)):
            return task.dueAt.map { comparison.holds($0.since(now), interval) } ?? false
        }
    }
}

extension TaskFacts {
    fileprivate var text: String { "\(task.spec.title) \(task.origin.scope) \(task.spec.about.text)".lowercased() }

    fileprivate func has(_ key: TaskFilter.Key, _ word: String) -> Bool {
        func isAlike(_ value: String?) -> Bool { value?.lowercased() == word.lowercased() }
        func contains(_ member: String) -> Bool {
            task.spec.about[member]?.asString?.lowercased().contains(word.lowercased()) ?? false
        }
        switch key {
        case .queue: return isAlike(task.queue)
        case .state: return isIn(word)
        case .owner: return word == "none" ? task.owner == nil : isPerson(owner, word)
        case .requester: return isPerson(requester, word)
        case .project: return isAlike(task.origin.scope)
        case .site: return isAlike(site)
        case .machine: return contains("machine")
        case .image: return contains("image")
        case .skill: return task.spec.skills.contains { isAlike($0) }
        case .instance: return isAlike(task.instance.description)
        case .due, .age, .priority, .sort: return false
        }
    }

    private func isPerson(_ name: String?, _ word: String) -> Bool {
        guard let name else { return false }
        return name.lowercased() == (word == "me" ? reader : word).lowercased()
    }

    private func isIn(_ state: String) -> Bool {
        switch state {
        case "open": !task.state.isFinal
        case "held": task.owner != nil && !task.state.isFinal
        case "ended": task.state.isFinal
        case let name: task.state.name == name
        }
    }
}
