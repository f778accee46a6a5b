import JSON
package import SirdarCore

/// A browser in which somebody has signed in. Kept under the digest of its token, never the token itself.
package struct Session: Sendable, Hashable {
    /// The digest: what lists and the journal call it by.
    package let id: String
    package let person: Identifier
    package let createdAt: Timestamp
    package var seenAt: Timestamp
    package let address: String
    package let agent: String

    package static let kind = "session"
    /// How many sessions a person may have; the oldest is ended for a new one.
    package static let countMax = 50

    package init(id: String, person: Identifier, createdAt: Timestamp, address: String, agent: String) {
        self.id = id
        self.person = person
        self.createdAt = createdAt
        seenAt = createdAt
        self.address = String(address.prefix(64))
        self.agent = String(agent.prefix(200))
    }

    /// Short enough for the journal, long enough to tell sessions apart.
    package var label: String { String(id.prefix(12)) }
}

/// When a session ends by itself.
package struct SessionLimits: Sendable, Hashable {
    package let idle: Interval
    package let absolute: Interval
    /// How old `seenAt` may grow before it is written again: a commit for every click would be one too many.
    package let touchAfter: Interval

    package init(idle: Interval = .hours(8), absolute: Interval = .hours(12), touchAfter: Interval = .minutes(5)) {
        self.idle = idle
        self.absolute = absolute
        self.touchAfter = touchAfter
    }

    package func isOver(_ session: Session, at now: Timestamp) -> Bool {
        now.since(session.seenAt) > idle || now.since(session.createdAt) > absolute
    }
}

extension Session {
    package init?(_ record: Record) {
        guard let person = record.body["person"]?.asString.flatMap({ Identifier($0) }),
            let createdAt = record.body["createdAt"]?.asString.flatMap({ Timestamp($0) }),
            let seenAt = record.body["seenAt"]?.asString.flatMap({ Timestamp($0) })
        else { return nil }
        self.init(
            id: record.key,
            person: person,
            createdAt: createdAt,
            address: record.body["address"]?.asString ?? "",
            agent: record.body["agent"]?.asString ?? ""
        )
        self.seenAt = seenAt
    }

    var body: JSON {
        [
            "person": .string(person.description), "createdAt": .string(createdAt.description),
            "seenAt": .string(seenAt.description), "address": .string(address), "agent": .string(agent),
        ]
    }

    package var added: RecordChange {
        RecordChange(kind: Self.kind, key: id, scope: person.description, body: body, expecting: .absent)
    }

    package func touched(at now: Timestamp, version: Int64) -> RecordChange {
        var session = self
        session.seenAt = now
        return RecordChange(
            kind: Self.kind,
            key: id,
            scope: person.description,
            body: session.body,
            expecting: .version(version)
        )
    }

    package var removed: RecordChange {
        RecordChange(kind: Self.kind, key: id, scope: person.description, body: nil, expecting: .any)
    }
}
