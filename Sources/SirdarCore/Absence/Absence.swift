/// A time in which somebody is not there, and who stands in for them.
package struct Absence: Sendable, Hashable {
    package let person: String
    package let from: Timestamp
    package let until: Timestamp
    /// Who gets what would go to them; `nil`: it stays in its queue.
    package let substitute: String?

    package init(person: String, from: Timestamp, until: Timestamp, substitute: String?) {
        self.person = person
        self.from = from
        self.until = until
        self.substitute = substitute
    }

    package func covers(_ moment: Timestamp) -> Bool { from <= moment && moment < until }

    /// The longest that can be set.
    package static let lengthMax = Interval.days(366)

    /// - Throws: why it cannot be set. `worker` is whoever will be away, `other` who is to stand in.
    package func check(_ worker: Worker, _ other: Worker?, at now: Timestamp) throws(AbsenceRefusal) {
        guard from < until else { throw .endsBeforeItBegins }
        guard until > now else { throw .isOver }
        guard until.since(from) <= Self.lengthMax else { throw .tooLong }
        guard let other else { return }
        guard other.person != person else { throw .ownSubstitute }
        let lacking = worker.queues.subtracting(other.queues)
        guard lacking.isEmpty else { throw .notInQueues(lacking.sorted()) }
    }
}

/// Why an absence is not set.
package enum AbsenceRefusal: Error, Sendable, Hashable {
    case endsBeforeItBegins
    case isOver
    case tooLong
    case ownSubstitute
    /// The substitute cannot serve these queues.
    case notInQueues([String])
    case unknownPerson(String)
    case none

    package var code: String {
        switch self {
        case .endsBeforeItBegins: "ends-before-it-begins"
        case .isOver: "absence-is-over"
        case .tooLong: "absence-too-long"
        case .ownSubstitute: "own-substitute"
        case .notInQueues: "substitute-not-in-queue"
        case .unknownPerson: "unknown-person"
        case .none: "no-absence"
        }
    }

    package var sentence: String {
        switch self {
        case .endsBeforeItBegins: "It must end after it begins."
        case .isOver: "It would be over already."
        case .tooLong:
            "An absence lasts a year at most. Longer ones are for an administrator: change the queues instead."
        case .ownSubstitute: "Nobody stands in for themselves. Choose somebody else."
        case .notInQueues(let queues):
            "The substitute is not a member of \(queues.joined(separator: ", ")), where tasks would go to them. Choose "
                + "somebody who is, or have them added."
        case .unknownPerson(let name): "There is nobody called \(name), or they cannot work on tasks."
        case .none: "No absence is set: there is nothing to end."
        }
    }
}

/// Who is not there, and to whom what would go to them goes instead.
package struct Absences: Sendable, Hashable {
    private let byPerson: [String: Absence]

    /// How far one stands in for one who stands in; beyond it nobody does.
    package static let chainMax = 5

    package init(_ absences: [Absence] = []) {
        byPerson = Dictionary(absences.map { ($0.person, $0) }, uniquingKeysWith: { _, latest in latest })
    }

    package func absence(of person: String, at now: Timestamp) -> Absence? {
        byPerson[person].flatMap { $0.covers(now) ? $0 : nil }
    }

    /// Who has what goes to a person now: they themselves, or whoever stands in; `nil` when nobody does.
    package func standIn(for person: String, at now: Timestamp) -> String? {
        var current = person
        for _ in 0...Self.chainMax {
            guard let absence = absence(of: current, at: now) else { return current }
            guard let substitute = absence.substitute, substitute != person else { return nil }
            current = substitute
        }
        return nil
    }

    /// When somebody next comes or goes.
    package func nextChange(after now: Timestamp) -> Timestamp? {
        byPerson.values.flatMap { [$0.from, $0.until] }.filter { $0 > now }.min()
    }
}
