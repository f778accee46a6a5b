import JSON
package import SirdarCore

/// Lets one person choose a password once, without the one before: an administrator makes it and hands it over. Kept
/// under the digest of its secret, never the secret itself.
package struct ResetLink: Sendable, Hashable {
    package let id: String
    package let person: Identifier
    package let expiresAt: Timestamp

    package static let kind = "reset"
    package static let lifetime = Interval.hours(24)

    package init(secret: Secret, person: Identifier, at now: Timestamp) {
        id = secret.digest
        self.person = person
        expiresAt = now.advanced(by: Self.lifetime)
    }

    package init?(_ record: Record) {
        guard let person = record.body["person"]?.asString.flatMap({ Identifier($0) }),
            let expiresAt = record.body["expiresAt"]?.asString.flatMap({ Timestamp($0) })
        else { return nil }
        id = record.key
        self.person = person
        self.expiresAt = expiresAt
    }

    package var added: RecordChange {
        RecordChange(
            kind: Self.kind,
            key: id,
            scope: person.description,
            body: ["person": .string(person.description), "expiresAt": .string(expiresAt.description)],
            expecting: .absent
        )
    }

    /// Of two who use it at once, one is first.
    package func used(version: Int64) -> RecordChange {
        RecordChange(kind: Self.kind, key: id, scope: person.description, body: nil, expecting: .version(version))
    }
}

extension People {
    /// Every link of a person, with its version: a new one makes the older ones useless.
    package func resetLinks(of person: Identifier) throws(StoreError) -> [RecordChange] {
        try records.records(RecordQuery(kind: ResetLink.kind, scope: person.description)).map(\.removed)
    }

    /// - Returns: `nil` when there is no such link any more, or nobody whom it may let in.
    package func resetLink(
        _ secret: Secret,
        at now: Timestamp
    ) throws(StoreError) -> (link: ResetLink, person: Person, version: Int64)? {
        guard let record = try records.record(ResetLink.kind, secret.digest), let link = ResetLink(record),
            now < link.expiresAt, let person = try person(link.person), !person.isDisabled, !person.isService
        else { return nil }
        return (link, person, record.version)
    }
}
