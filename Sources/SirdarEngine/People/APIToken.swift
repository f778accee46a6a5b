import JSON
package import SirdarCore

/// What a script signs in with: `srd_<id>_<43 characters>`. Only the digest of the secret part is kept.
package struct APIToken: Sendable, Hashable {
    package let id: Identifier
    package let person: Identifier
    package let name: String
    package let digest: String
    package let scopes: Set<TokenScope>
    package let createdAt: Timestamp
    package let expiresAt: Timestamp
    package var usedAt: Timestamp?

    package static let kind = "token"
    package static let prefix = "srd"
    package static let lifetimeMax = Interval.days(366)
    package static let lifetimeStandard = Interval.days(90)
    package static let countMax = 50

    package init(
        id: Identifier,
        person: Identifier,
        name: String,
        digest: String,
        scopes: Set<TokenScope>,
        createdAt: Timestamp,
        expiresAt: Timestamp
    ) {
        self.id = id
        self.person = person
        self.name = name
        self.digest = digest
        self.scopes = scopes
        self.createdAt = createdAt
        self.expiresAt = min(expiresAt, createdAt.advanced(by: Self.lifetimeMax))
    }

    /// The part that may be shown: enough to find it again in a script.
    package var shownPrefix: String { "\(Self.prefix)_\(String(id.value, radix: 36))" }

    /// What its owner is shown once.
    package func text(with secret: Secret) -> String { "\(shownPrefix)_\(secret.text)" }

    /// Takes a presented token apart; `nil` when it has not the form of one.
    package static func parse(_ text: String) -> (id: Identifier, secret: Secret)? {
        let parts = text.split(separator: "_", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == prefix, let value = Int64(parts[1], radix: 36), value > 0,
            let secret = Secret(String(parts[2]))
        else { return nil }
        return (Identifier(value: value), secret)
    }
}

extension APIToken {
    package init?(_ record: Record) {
        guard let id = Identifier(record.key), let digest = record.body["digest"]?.asString,
            let person = record.body["person"]?.asString.flatMap({ Identifier($0) }),
            let createdAt = record.body["createdAt"]?.asString.flatMap({ Timestamp($0) }),
            let expiresAt = record.body["expiresAt"]?.asString.flatMap({ Timestamp($0) })
        else { return nil }
        let scopes = record.body["scopes"]?.asArray?.compactMap { $0.asString.flatMap(TokenScope.init(rawValue:)) }
        self.init(
            id: id,
            person: person,
            name: record.body["name"]?.asString ?? "",
            digest: digest,
            scopes: Set(scopes ?? []),
            createdAt: createdAt,
            expiresAt: expiresAt
        )
        usedAt = record.body["usedAt"]?.asString.flatMap { Timestamp($0) }
    }

    var body: JSON {
        [
            "person": .string(person.description), "name": .string(name), "digest": .string(digest),
            "scopes": .array(scopes.map(\.rawValue).sorted().map(JSON.string)),
            "createdAt": .string(createdAt.description), "expiresAt": .string(expiresAt.description),
            "usedAt": usedAt.map { .string($0.description) } ?? .null,
        ]
    }

    package var added: RecordChange {
        RecordChange(
            kind: Self.kind,
            key: id.description,
            scope: person.description,
            body: body,
            expecting: .absent
        )
    }

    package func used(at now: Timestamp, version: Int64) -> RecordChange {
        var token = self
        token.usedAt = now
        return RecordChange(
            kind: Self.kind,
            key: id.description,
            scope: person.description,
            body: token.body,
            expecting: .version(version)
        )
    }

    package var removed: RecordChange {
        RecordChange(kind: Self.kind, key: id.description, scope: person.description, body: nil, expecting: .any)
    }
}
