import JSON
package import Logging
package import SirdarCore
import SirdarJournal

/// Once a day, takes away the names and free text that have been kept for as long as the installation wants them.
///
/// When it last ran is kept, so that a server that is started every hour does not begin anew each time, and one that
/// was off for a week does it at its start. What it takes away, it commits with an entry that says how much; what it
/// has done already is not there any more, so that it can end and begin anywhere.
package final class Retention: Sendable {
    package let policy: RetentionPolicy
    private let engine: Engine
    private let log: Logger
    private let errand: Errand

    static let every = Interval.days(1)
    private static let stateKind = "retention"
    private static let stateKey = "last"
    private static let entriesMax = 5_000
    private static let doorActions: Set = [
        "person.signedIn", "person.signedOut", "person.signInRefused", "token.refused",
    ]

    /// What one kind has that is older than its period.
    package struct Due: Sendable, Hashable {
        package let kind: RetentionPolicy.Kind
        package let period: Interval
        package internal(set) var count = 0
        package internal(set) var oldest: Timestamp?

        mutating func add(_ at: Timestamp) {
            count += 1
            oldest = oldest.map { min($0, at) } ?? at
        }
    }

    package init(engine: Engine, policy: RetentionPolicy, log: Logger) {
        self.engine = engine
        self.policy = policy
        self.log = log
        errand = Errand("sirdar.retention", clock: engine.clock)
    }

    package func run() {
        guard !policy.periods.isEmpty else { return }
        errand.run { [weak self] in self?.daily() }
    }

    /// Never from within a sweep.
    package func stop() { errand.stop() }

    /// When everything was last looked through; `nil`: never.
    package func lastSweep() throws(StoreError) -> Timestamp? {
        try engine.store.record(Self.stateKind, Self.stateKey)?.body["at"]?.asString.flatMap { Timestamp($0) }
    }

    private func daily() {
        let now = engine.clock.now()
        do {
            if let last = try lastSweep(), now.since(last) < Self.every {
                errand.ring(at: last.advanced(by: Self.every))
                return
            }
            _ = try sweep(by: Actuation(actor: .system("retention"), channel: .timer))
        } catch { log.error("what is to be kept no longer could not all be taken away: \(error)") }
        errand.ring(at: engine.clock.now().advanced(by: Self.every))
    }

    // MARK: What is due

    /// What a sweep would take away now; nothing is.
    package func due() throws -> [Due] { try find().map(\.due) }

    private struct Found {
        var due: Due
        var entries: [Int64] = []
        var comments: [RecordChange] = []
        var people: [Person] = []
    }

    private func find() throws -> [Found] {
        let now = engine.clock.now()
        var found = RetentionPolicy.Kind.allCases.compactMap { kind in
            policy.periods[kind].map { Found(due: Due(kind: kind, period: $0)) }
        }
        for index in found.indices {
            let before = now.advanced(by: found[index].due.period * -1)
            switch found[index].due.kind {
            case .signIns, .journalText: try findEntries(before, &found[index])
            case .comments: try findComments(before, &found[index])
            case .closedAccounts: try findPeople(before, &found[index])
            }
        }
        return found
    }

    private func findEntries(_ before: Timestamp, _ found: inout Found) throws {
        let isOfTheDoor = found.due.kind == .signIns
        var query = EntryQuery(limit: 1_000)
        query.text = .init(before: before)
        while true {
            let page = try engine.store.entries(query)
            for stored in page {
                // What cannot be read any more is not the door's.
                let action = (try? JSON(parsing: stored.entry.canonical))?["action"]?.asString ?? ""
                guard Self.doorActions.contains(action) == isOfTheDoor else { continue }
                found.entries.append(stored.sequence)
                found.due.add(stored.entry.at)
            }
            guard page.count == query.limit, let last = page.last else { return }
            query.after = last.sequence
        }
    }

    private func findComments(_ before: Timestamp, _ found: inout Found) throws {
        var ended: [String: Bool] = [:]
        var rows: [(RecordChange, Timestamp)] = []
        try engine.everyRecord(Comment.kind) { record throws(StoreError) in
            guard let comment = Comment(record), comment.at < before, let change = Comment.erasing(record) else {
                return
            }
            var isEnded = ended[record.scope]
            if isEnded == nil { isEnded = try engine.store.task(comment.task)?.state.isFinal ?? true }
            ended[record.scope] = isEnded
            if isEnded == true { rows.append((change, comment.at)) }
        }
        for (change, at) in rows {
            found.comments.append(change)
            found.due.add(at)
        }
    }

    /// Whose account was closed, and has not been touched since.
    private func findPeople(_ before: Timestamp, _ found: inout Found) throws {
        for person in try People(engine.store).everybody() where person.isDisabled && !person.isErased {
            let entries = try engine.store.entries(EntryQuery(object: person.id, newestFirst: true, limit: 1))
            guard let last = entries.first?.entry.at, last < before else { continue }
            found.people.append(person)
            found.due.add(last)
        }
    }

    // MARK: Sweeping

    /// Takes away what is due. Blocks until none of it is in the store's files.
    package func sweep(by actuation: Actuation) throws -> [Due] {
        let found = try find()
        for each in found { try apply(each, actuation) }
        let counts = found.map { ($0.due.kind.rawValue, JSON.number(JSON.Number($0.due.count))) }
        let state = RecordChange(
            kind: Self.stateKind,
            key: Self.stateKey,
            body: ["at": .string(engine.clock.now().description)],
            expecting: .any
        )
        let detail = JSON.object(JSON.Object(counts.map { (key: $0.0, value: $0.1) }))
        try engine.erase([], [state], entry("retention.swept", nil, detail, actuation))
        if found.contains(where: { $0.due.count > 0 }) { try engine.store.scrub() }
        return found.map(\.due)
    }

    private func apply(_ found: Found, _ actuation: Actuation) throws {
        let kind = found.due.kind
        for entries in found.entries.parts(of: Self.entriesMax) {
            let detail: JSON = ["entries": .number(JSON.Number(entries.count))]
            try engine.erase(entries, [], entry("retention.erased", kind, detail, actuation))
        }
        for comments in found.comments.parts(of: Self.entriesMax) {
            let detail: JSON = ["comments": .number(JSON.Number(comments.count))]
            do { try engine.erase([], comments, entry("retention.erased", kind, detail, actuation)) } catch .conflict {
                // Somebody wrote one of them meanwhile: tomorrow.
                log.notice("comments were changed while they were to be taken away")
            }
        }
        let reason = "The account was closed for longer than config/retention.yaml allows."
        for person in found.people { _ = try engine.erase(person, reason: reason, by: actuation) }
    }

    private func entry(
        _ action: String,
        _ kind: RetentionPolicy.Kind?,
        _ detail: JSON,
        _ actuation: Actuation
    ) -> Entry {
        Entry(
            at: engine.clock.now(),
            actor: actuation.actor,
            channel: actuation.channel,
            action: action,
            object: .init(kind: "setting", id: engine.identifiers.next(), part: kind?.rawValue),
            detail: detail,
            requestID: actuation.requestID
        )
    }
}

extension Array {
    fileprivate func parts(of size: Int) -> [[Element]] {
        stride(from: 0, to: count, by: size).map { Array(self[$0..<Swift.min($0 + size, count)]) }
    }
}
