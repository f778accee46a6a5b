import Dispatch
package import JSON
import SirdarCore
import SirdarJournal

/// Why a person is not erased.
package enum ErasureRefusal: Error, Sendable, Hashable {
    /// Nobody erases themselves: there would be nobody to ask.
    case oneself
    /// The reason names the person, and would keep what is to go.
    case namesThem
}

/// What an erasure took away.
package struct ErasureReport: Sendable, Hashable {
    /// Entries of the journal that lost their names and free text.
    package var entries = 0
    /// Comments that lost their words.
    package var comments = 0
    /// What was removed whole: sessions, tokens, identities, settings, kept answers, letters.
    package var records = 0

    package init() {}

    package var json: JSON {
        [
            "entries": .number(JSON.Number(entries)), "comments": .number(JSON.Number(comments)),
            "records": .number(JSON.Number(records)),
        ]
    }
}

extension Person {
    /// What is left of a person who was erased: an identifier, so that what they did is still one person's.
    package var erased: Person {
        var person = Person(id: id, name: Self.erasedName(id), isService: isService, roles: [])
        person.isDisabled = true
        return person
    }

    package var isErased: Bool { name == Self.erasedName(id) }

    private static func erasedName(_ id: Identifier) -> String { "erased-\(id.description.suffix(12))" }
}

extension Engine {
    /// How many entries lose their text in one commit.
    private static let entriesMax = 5_000
    /// How often it is looked for what came while the rest was being erased.
    private static let passesMax = 10

    /// Takes away what says who a person was: their name, how they signed in and from where, and their own words in the
    /// journal and in comments. What they did stays, as somebody's whose name nobody knows; the tree over the journal
    /// still verifies, since it covers commitments and not texts. Blocks until nothing of it is in the store's files.
    ///
    /// It can be repeated, after a crash or for what was written since. The entry that is kept says who erased whom, by
    /// identifier, and how much; the reason is confidential.
    ///
    /// - Throws: `ErasureRefusal`, which is kept as well; `StoreError`.
    package func erase(_ person: Person, reason: String, by actuation: Actuation) throws -> ErasureReport {
        if let refusal = refusal(of: person, reason, actuation) {
            var entry = erasureEntry(person, reason, actuation, .null)
            // What was typed is what must not be kept.
            (entry.refusal, entry.confidential) = (refusal == .oneself ? "oneself" : "names-them", [:])
            note(entry)
            throw refusal
        }
        var report = ErasureReport()
        for pass in 0..<Self.passesMax {
            let (changes, comments) = try erasable(of: person)
            var entries = try entriesWithText(of: person)
            if pass > 0, changes.isEmpty, entries.isEmpty { break }
            // What lets them in goes first: from then on nothing comes that is theirs.
            var records = changes
            repeat {
                let some = Array(entries.prefix(Self.entriesMax))
                entries.removeFirst(some.count)
                var part = ErasureReport()
                (part.entries, part.records) = (some.count, records.count - (records.isEmpty ? 0 : comments))
                part.comments = records.isEmpty ? 0 : comments
                try erase(some, records, erasureEntry(person, reason, actuation, part.json))
                report.entries += part.entries
                report.records += part.records
                report.comments += part.comments
                records = []
            } while !entries.isEmpty
        }
        peopleChanged()
        watchAbsences()
        try store.scrub()
        return report
    }

    private func refusal(of person: Person, _ reason: String, _ actuation: Actuation) -> ErasureRefusal? {
        if actuation.actor.id == person.id.description { return .oneself }
        let words = reason.lowercased()
        let isNamed = [person.name, person.title].contains { $0.count > 1 && words.contains($0.lowercased()) }
        return isNamed && !person.isErased ? .namesThem : nil
    }

    private func erasureEntry(_ person: Person, _ reason: String, _ actuation: Actuation, _ detail: JSON) -> Entry {
        Entry(
            at: clock.now(),
            actor: actuation.actor,
            channel: actuation.channel,
            action: Erasure.action,
            object: .init(kind: Person.kind, id: person.id),
            detail: detail,
            confidential: ["reason": .string(reason)],
            requestID: actuation.requestID
        )
    }

    /// Commits, and waits for it.
    func erase(_ entries: [Int64], _ records: [RecordChange], _ entry: Entry) throws(StoreError) {
        var commit = Commit()
        commit.records = records
        commit.erasures = entries
        commit.entries = [entry.sealed(nonce: Nonce.next())]
        let (done, outcome) = (DispatchSemaphore(value: 0), Locked(Result<Void, StoreError>.success(())))
        submit(commit) { result in
            outcome.withLock { $0 = result }
            done.signal()
        }
        done.wait()
        try outcome.withLock { $0 }.get()
    }

    /// The changes that leave of a person's records an identifier; how many of them are comments.
    private func erasable(of person: Person) throws(StoreError) -> (changes: [RecordChange], comments: Int) {
        let id = person.id.description
        var changes: [RecordChange] = []
        if let record = try store.record(Person.kind, id), record.name != person.erased.name {
            changes.append(record.changed(to: person.erased.body, name: person.erased.name))
        }
        for kind in [Credential.kind, NoticePreference.kind, Absence.kind] {
            if let record = try store.record(kind, id) { changes.append(record.removed) }
        }
        for kind in [Session.kind, APIToken.kind, ResetLink.kind, IdentityLink.kind] {
            changes += try store.records(RecordQuery(kind: kind, scope: id, limit: RecordQuery.limitMax)).map(\.removed)
        }
        try everyRecord(Mailbox.kind) { if $0.body["person"]?.asString == id { changes.append($0.removed) } }
        try everyRecord(Undelivered.kind) { if $0.body["person"]?.asString == id { changes.append($0.removed) } }
        // What was answered to others may name them; it is kept for a day, for who asks again.
        let names = [person.name, person.title].filter { !$0.isEmpty }
        try everyRecord(Erasure.answerKind) { record in
            if names.contains(where: record.body.text.contains) { changes.append(record.removed) }
        }
        let before = changes.count
        try everyRecord(Comment.kind) { record in
            if record.body["by"]?.asString == id, let change = Comment.erasing(record) { changes.append(change) }
        }
        return (changes, changes.count - before)
    }

    /// Each record of a kind, page by page.
    func everyRecord(_ kind: String, _ body: (Record) throws(StoreError) -> Void) throws(StoreError) {
        var query = RecordQuery(kind: kind, limit: RecordQuery.limitMax)
        while true {
            let page = try store.records(query)
            for record in page { try body(record) }
            guard page.count == query.limit, let last = page.last else { return }
            query.after = last.key
        }
    }

    /// The entries that have words of a person, or about them: those that they acted in, that are about their account,
    /// or that have their name in them.
    private func entriesWithText(of person: Person) throws(StoreError) -> [Int64] {
        let id = person.id.description
        var query = EntryQuery(limit: 1_000)
        query.text = .init(mentioning: person.isErased ? [id] : [id, JSON.string(person.name).text])
        var found: [Int64] = []
        while true {
            let page = try store.entries(query)
            found += page.filter { Erasure.concerns(id, person, $0.entry) }.map(\.sequence)
            guard page.count == query.limit, let last = page.last else { return found }
            query.after = last.sequence
        }
    }
}

enum Erasure {
    static let action = "person.erased"
    /// Answers that the server keeps for who asks twice.
    static let answerKind = "answer"

    /// What mentions an identifier somewhere may be another's words about another's task: those stay.
    static func concerns(_ id: String, _ person: Person, _ entry: SealedEntry) -> Bool {
        guard let json = try? JSON(parsing: entry.canonical) else { return false }
        let actor = json["actor"]
        if actor?["id"]?.asString == id || actor?["onBehalfOf"]?.asString == id { return true }
        // Why they were erased is said of others.
        if json["action"]?.asString == action { return false }
        if entry.object == person.id { return true }
        guard !person.isErased, let bytes = entry.confidential, let hidden = try? JSON(parsing: bytes) else {
            return false
        }
        return names(hidden, person.name)
    }

    private static func names(_ value: JSON, _ name: String) -> Bool {
        switch value {
        case .string(let text): text.lowercased() == name
        case .array(let elements): elements.contains { names($0, name) }
        case .object(let members): members.values.contains { names($0, name) }
        case .null, .bool, .number: false
        }
    }
}

extension Comment {
    /// The same comment without what was said; `nil` for one that says nothing any more.
    static func erasing(_ record: Record) -> RecordChange? {
        guard case .object(var body) = record.body else { return nil }
        guard body["text"]?.asString != "" || body["values"]?.asObject?.isEmpty == false else { return nil }
        (body["text"], body["values"]) = ("", [:])
        return record.changed(to: .object(body))
    }
}
