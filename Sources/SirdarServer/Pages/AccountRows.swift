import SirdarCore
import SirdarEngine

/// Where somebody is signed in, on their own page and on that of whoever looks after accounts.
struct SessionRow: Sendable {
    let person: String
    let id: String
    let address: String
    let agent: String
    let created: TimeView
    let seen: TimeView
    /// Whether it is the one that shows this.
    let isCurrent: Bool

    static func all(of person: Identifier, current: Session?, _ reading: Reading) throws -> [SessionRow] {
        try reading.people.sessions(of: person).map { session in
            SessionRow(
                person: person.description,
                id: session.label,
                address: session.address,
                agent: session.agent,
                created: TimeView(session.createdAt, reading.now),
                seen: TimeView(session.seenAt, reading.now),
                isCurrent: session.id == current?.id
            )
        }
    }
}

/// A token, on the same pages.
struct TokenRow: Sendable {
    let person: String
    let id: String
    let name: String
    let prefix: String
    let scopes: String
    let expires: TimeView
    let used: TimeView?

    static func all(of person: Identifier, _ reading: Reading) throws -> [TokenRow] {
        try reading.people.tokens(of: person).map { token in
            TokenRow(
                person: person.description,
                id: token.id.description,
                name: token.name,
                prefix: token.shownPrefix,
                scopes: token.scopes.map(\.rawValue).sorted().joined(separator: ", "),
                expires: TimeView(token.expiresAt, reading.now),
                used: token.usedAt.map { TimeView($0, reading.now) }
            )
        }
    }
}
