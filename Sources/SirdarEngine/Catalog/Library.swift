import JSON
package import SirdarCore

/// The definitions in force and those that instances are still pinned to, by the number that the store gave them.
package final class Library: Sendable {
    private struct Tables {
        var workflows: [Int: Workflow] = [:]
        var numbers: [String: Int] = [:]
        var runbooks: [ContentHash: Runbook] = [:]
        var runbookNames: [Int: [String: ContentHash]] = [:]
        var queues: [String: QueuePolicy] = [:]
        /// The version that somebody chose for new instances, by namespace and name.
        var chosen: [String: Int] = [:]
        var calendars: [String: WorkingCalendar] = [:]
        var inForce: Set<Int> = []
    }

    private let tables = Locked(Tables())

    package init() {}

    package func add(_ workflow: Workflow, number: Int, runbooks: [Runbook] = []) {
        let document = workflow.document
        tables.withLock { tables in
            tables.workflows[number] = workflow
            tables.numbers[Self.name(document.namespace, document.name, document.version)] = number
            for runbook in runbooks {
                tables.runbooks[runbook.hash] = runbook
                tables.runbookNames[number, default: [:]][runbook.name] = runbook.hash
            }
        }
    }

    package func set(queues: [QueuePolicy]) {
        tables.withLock { tables in
            tables.queues = Dictionary(queues.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        }
    }

    package func set(calendars: [WorkingCalendar]) {
        tables.withLock { tables in
            tables.calendars = Dictionary(calendars.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        }
    }

    package func calendar(_ name: String) -> WorkingCalendar? { tables.withLock { $0.calendars[name] } }

    /// Says which versions are in force: those whose schedules start instances.
    package func set(inForce numbers: Set<Int>) { tables.withLock { $0.inForce = numbers } }

    /// The version that new instances get is in force, and no other of that workflow.
    ///
    /// `ifAny`: only where one of them is in force already.
    package func takeIntoForce(_ namespace: String, _ name: String, ifAny: Bool = false) {
        let current = current(namespace, name)?.number
        tables.withLock { tables in
            let others = tables.inForce.filter { number in
                tables.workflows[number].map { $0.document.namespace == namespace && $0.document.name == name } ?? false
            }
            guard let current, !ifAny || !others.isEmpty else { return }
            tables.inForce.subtract(others)
            tables.inForce.insert(current)
        }
    }

    /// The versions in force that start by themselves.
    package var scheduled: [(number: Int, workflow: Workflow, schedule: Workflow.Schedule)] {
        let found = tables.withLock { tables in
            tables.inForce.compactMap { number in tables.workflows[number].map { (number, $0) } }
        }
        return found.compactMap { number, workflow in workflow.schedule.map { (number, workflow, $0) } }
            .sorted { $0.0 < $1.0 }
    }

    /// - Throws: `UnknownWorkflow` when no such version was loaded.
    package func workflow(_ number: Int) throws(UnknownWorkflow) -> Workflow {
        guard let workflow = tables.withLock({ $0.workflows[number] }) else {
            throw UnknownWorkflow("number \(number)")
        }
        return workflow
    }

    package func number(_ namespace: String, _ name: String, _ version: String) throws(UnknownWorkflow) -> Int {
        let key = Self.name(namespace, name, version)
        guard let number = tables.withLock({ $0.numbers[key] }) else { throw UnknownWorkflow(key) }
        return number
    }

    /// The version that new instances get: the one that was chosen, or the newest.
    package func current(_ namespace: String, _ name: String) -> (number: Int, workflow: Workflow)? {
        tables.withLock { tables in
            if let number = tables.chosen["\(namespace)/\(name)"], let workflow = tables.workflows[number] {
                return (number, workflow)
            }
            return tables.workflows.filter {
                $0.value.document.namespace == namespace && $0.value.document.name == name
            }
            .max { Version.isOlder($0.value.document.version, $1.value.document.version) }
            .map { ($0.key, $0.value) }
        }
    }

    /// The version that was chosen for new instances; `nil`: nobody chose, the newest is taken.
    package func chosen(_ namespace: String, _ name: String) -> Int? {
        tables.withLock { $0.chosen["\(namespace)/\(name)"] }
    }

    package func choose(_ number: Int?, of namespace: String, _ name: String) {
        tables.withLock { $0.chosen["\(namespace)/\(name)"] = number }
    }

    package var workflows: [(number: Int, workflow: Workflow)] {
        tables.withLock { tables in tables.workflows.map { ($0.key, $0.value) } }.sorted { $0.0 < $1.0 }
    }

    package func runbook(_ hash: ContentHash) -> Runbook? { tables.withLock { $0.runbooks[hash] } }

    /// The version of a runbook that was deployed with a workflow.
    package func runbook(named name: String, of workflow: Int) -> ContentHash? {
        tables.withLock { $0.runbookNames[workflow]?[name] }
    }

    package func queue(_ name: String) -> QueuePolicy? { tables.withLock { $0.queues[name] } }
    package var queues: [QueuePolicy] { tables.withLock { $0.queues.values.sorted { $0.name < $1.name } } }

    private static func name(_ namespace: String, _ name: String, _ version: String) -> String {
        "\(namespace)/\(name):\(version)"
    }
}

/// No such version of a workflow has been deployed.
package struct UnknownWorkflow: Error, Sendable, Hashable, CustomStringConvertible {
    package let name: String

    package init(_ name: String) { self.name = name }

    package var description: String { "No workflow \(name) has been deployed." }
}
