package import SirdarCore

/// How a queue is run; from `config/queues.yaml`.
package struct QueuePolicy: Sendable, Hashable {
    package let name: String
    package let title: String
    /// The roles whose holders may take its tasks.
    package let members: [String]
    /// The skills that its tasks may ask for.
    package let skills: [String]
    /// What tasks get that say nothing about when they are due.
    package let due: TaskSpec.Due?
    /// How many of its tasks one person may hold.
    package let claimLimit: Int?
    /// A claim that has not been started is taken back after this long.
    package let releaseUnstartedAfter: Interval?
    /// Begun work without a sign of life for this long reminds its owner.
    package let remindAfter: Interval?
    /// Who may take a task out of another's hands.
    package let takeOver: TakeOver
    /// What happens to a task that is overdue, one rung after the other.
    package let escalation: [Rung]

    package enum TakeOver: String, Sendable, Hashable, CaseIterable { case members, supervisors }

    package struct Rung: Sendable, Hashable {
        /// How long after the task was due.
        package let after: Interval
        /// At least this priority from then on.
        package let priority: TaskSpec.Priority?

        package init(after: Interval, priority: TaskSpec.Priority?) {
            self.after = after
            self.priority = priority
        }
    }

    package init(
        name: String,
        title: String,
        members: [String] = [],
        skills: [String] = [],
        due: TaskSpec.Due? = nil,
        claimLimit: Int? = nil,
        releaseUnstartedAfter: Interval? = nil,
        remindAfter: Interval? = nil,
        takeOver: TakeOver = .members,
        escalation: [Rung] = []
    ) {
        self.name = name
        self.title = title
        self.members = members
        self.skills = skills
        self.due = due
        self.claimLimit = claimLimit
        self.releaseUnstartedAfter = releaseUnstartedAfter
        self.remindAfter = remindAfter
        self.takeOver = takeOver
        self.escalation = escalation
    }

    package var entry: Vocabulary.Queue { .init(name: name, hasSLA: due != nil) }
}

extension QueuePolicy {
    static let keys = [
        "name", "title", "members", "skills", "slaDefaults", "claimLimit", "releaseUnstartedAfter", "remindAfter",
        "takeOver", "escalation",
    ]

    /// Reads `config/queues.yaml`: `queues`, a list. What is wrong with one queue does not hide the others.
    /// `calendars` are the working calendars that due times may be counted on.
    package static func read(_ root: Located, calendars: Set<String>, _ findings: Findings) -> [QueuePolicy] {
        guard let file = Fields(root, "the file of queues", keys: ["queues"], findings),
            let list = file.required("queues")
        else { return [] }
        guard let nodes = list.list else {
            findings.mismatch(list, "`queues`", wants: "a list of queues")
            return []
        }
        var seen: [String: Int] = [:]
        return nodes.compactMap { node in
            guard let fields = Fields(node, "a queue", keys: keys, findings), let queue = read(fields, calendars) else {
                return nil
            }
            let place = fields["name"]?.place ?? node.place
            if let line = seen[queue.name] {
                findings.error(.duplicateName, at: place, "the queue `\(queue.name)` is here already, in line \(line)")
            }
            seen[queue.name] = place.line
            return queue
        }
    }

    private static func read(_ fields: Fields, _ calendars: Set<String>) -> QueuePolicy? {
        let due = readDue(fields, calendars)
        let members = readMembers(fields)
        let skills = (fields.texts("skills") ?? []).compactMap(\.text)
        let claimLimit = fields.int("claimLimit", in: 1...10_000)
        let release = fields.interval("releaseUnstartedAfter")
        let remind = fields.interval("remindAfter")
        let title = fields.text("title")
        let takeOver: TakeOver = fields.choice("takeOver") ?? .members
        let escalation = readLadder(fields)
        guard let name = fields.requiredText("name") else { return nil }
        return QueuePolicy(
            name: name,
            title: title ?? name,
            members: members,
            skills: skills,
            due: due,
            claimLimit: claimLimit,
            releaseUnstartedAfter: release,
            remindAfter: remind,
            takeOver: takeOver,
            escalation: escalation
        )
    }

    private static func readLadder(_ fields: Fields) -> [Rung] {
        guard let node = fields["escalation"] else { return [] }
        guard let elements = node.list else {
            fields.findings.mismatch(node, "`escalation`", wants: "a list of rungs")
            return []
        }
        var rungs: [Rung] = []
        for element in elements {
            guard let rung = Fields(element, "a rung", keys: ["after", "priority"], fields.findings) else { continue }
            _ = rung.required("after")
            let priority = readPriority(rung)
            guard let after = rung.interval("after") else { continue }
            if let last = rungs.last, after <= last.after {
                fields.findings.error(.wrongValue, at: element.place, "the rungs of a ladder follow one another")
            }
            rungs.append(Rung(after: after, priority: priority))
        }
        return rungs
    }

    private static func readPriority(_ rung: Fields) -> TaskSpec.Priority? {
        guard let word = rung.text("priority"), let place = rung["priority"]?.place else { return nil }
        if let priority = TaskSpec.Priority(name: word) { return priority }
        let names = TaskSpec.Priority.allCases.map(\.name)
        rung.findings.error(
            .wrongValue,
            at: place,
            "`priority` cannot be `\(word)`",
            suggestion: Suggestion.nearest(to: word, among: names),
            allowed: names
        )
        return nil
    }

    /// Roles: a name that is none would leave the queue to nobody.
    private static func readMembers(_ fields: Fields) -> [String] {
        (fields.texts("members") ?? []).compactMap { node in
            guard let name = node.text, Role(rawValue: name) == nil else { return node.text }
            fields.findings.unknown("role", name, at: node.place, known: Role.allCases.map(\.rawValue))
            return nil
        }
    }

    private static func readDue(_ fields: Fields, _ calendars: Set<String>) -> TaskSpec.Due? {
        guard let node = fields["slaDefaults"],
            let sla = Fields(node, "`slaDefaults`", keys: ["due", "atRisk", "calendar"], fields.findings)
        else { return nil }
        let calendar = sla.text("calendar")
        if let calendar, !calendars.contains(calendar), let place = sla["calendar"]?.place {
            fields.findings.unknown("calendar", calendar, at: place, known: calendars)
        }
        let atRisk = sla.interval("atRisk")
        _ = sla.required("due")
        guard let due = sla.interval("due") else { return nil }
        if let atRisk, atRisk >= due {
            fields.findings.error(
                .wrongValue,
                at: sla.keyPlace("atRisk"),
                "`atRisk` is how long before its end a task is at risk: less than `due`"
            )
        }
        return TaskSpec.Due(after: due, atRisk: atRisk, calendar: calendar)
    }
}
