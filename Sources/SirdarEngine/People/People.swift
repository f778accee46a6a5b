import JSON
package import SirdarCore

/// Reads accounts, sessions and tokens, which are records like others. Every call reads the store, so that a person
/// who was disabled, or a session that was ended, is out with the next request.
package struct People: Sendable {
    let records: any RecordReader

    package init(_ records: any RecordReader) { self.records = records }

    /// How many people a list shows.
    package static let listMax = RecordQuery.limitMax

    package func person(_ id: Identifier) throws(StoreError) -> Person? {
        try records.record(Person.kind, id.description).flatMap(Person.init)
    }

    package func person(named name: String) throws(StoreError) -> Person? {
        try records.record(Person.kind, scope: "", named: name.lowercased()).flatMap(Person.init)
    }

    package func everybody() throws(StoreError) -> [Person] {
        try records.records(RecordQuery(kind: Person.kind, limit: Self.listMax)).compactMap(Person.init)
    }

    func everyAbsence() throws(StoreError) -> [Absence] {
        try records.records(RecordQuery(kind: Absence.kind, limit: Self.listMax)).compactMap(Absence.init)
    }

    func record(_ kind: String, _ key: String) throws(StoreError) -> Record? { try records.record(kind, key) }

    /// The name of whoever an identifier in a task or an entry stands for; the identifier itself for the system's own.
    package func name(of id: String) throws(StoreError) -> String {
        guard let identifier = Identifier(id) else { return id }
        return try person(identifier)?.name ?? id
    }

    /// The encoded hash of the person's password; `nil` for who has none.
    package func passwordHash(of person: Identifier) throws(StoreError) -> String? {
        try records.record(Credential.kind, person.description)?.body["hash"]?.asString
    }

    package func sessions(of person: Identifier) throws(StoreError) -> [Session] {
        try records.records(RecordQuery(kind: Session.kind, scope: person.description)).compactMap(Session.init)
            .sorted { $0.createdAt > $1.createdAt }
    }

    package func tokens(of person: Identifier) throws(StoreError) -> [APIToken] {
        try records.records(RecordQuery(kind: APIToken.kind, scope: person.description)).compactMap(APIToken.init)
            .sorted { $0.createdAt > $1.createdAt }
    }

    /// Who a session's token belongs to; `change` is to be written now and then, so that it does not lapse.
    package func principal(
        session secret: Secret,
        limits: SessionLimits,
        at now: Timestamp
    ) throws(StoreError) -> (principal: Principal, change: RecordChange?)? {
        guard let record = try records.record(Session.kind, secret.digest), let session = Session(record),
            !limits.isOver(session, at: now), let person = try person(session.person), !person.isDisabled
        else { return nil }
        let isOld = now.since(session.seenAt) > limits.touchAfter
        return (
            Principal(person: person, proof: .session(session)),
            isOld ? session.touched(at: now, version: record.version) : nil
        )
    }

    /// The same person with the rights of now; `nil` when they, their session or their token are out by now.
    package func renewed(
        _ principal: Principal,
        limits: SessionLimits,
        at now: Timestamp
    ) throws(StoreError) -> Principal? {
        guard let person = try person(principal.person.id), !person.isDisabled else { return nil }
        switch principal.proof {
        case .session(let session):
            guard let kept = try records.record(Session.kind, session.id).flatMap(Session.init),
                !limits.isOver(kept, at: now)
            else { return nil }
            return Principal(person: person, proof: .session(kept))
        case .token(let token):
            guard let kept = try records.record(APIToken.kind, token.id.description).flatMap(APIToken.init),
                now < kept.expiresAt
            else { return nil }
            return Principal(person: person, proof: .token(kept))
        }
    }

    /// Who a token belongs to; `change` keeps when it was last used, to the hour.
    package func principal(
        token text: String,
        at now: Timestamp
    ) throws(StoreError) -> (principal: Principal, change: RecordChange?)? {
        guard let (id, secret) = APIToken.parse(text),
            let record = try records.record(APIToken.kind, id.description), let token = APIToken(record),
            token.digest.equalsInConstantTime(secret.digest), now < token.expiresAt,
            let person = try person(token.person), !person.isDisabled
        else { return nil }
        let isOld = token.usedAt.map { now.since($0) > .hours(1) } ?? true
        return (
            Principal(person: person, proof: .token(token)),
            isOld ? token.used(at: now, version: record.version) : nil
        )
    }
}

/// What a person proves with who they are: the encoded hash of a password, and nothing that can be turned back.
package enum Credential {
    package static let kind = "credential"

    package static func set(_ hash: String, for person: Identifier) -> RecordChange {
        RecordChange(kind: kind, key: person.description, body: ["hash": .string(hash)], expecting: .any)
    }
}
