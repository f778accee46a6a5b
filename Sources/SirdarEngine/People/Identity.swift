import Crypto
import JSON
package import SirdarCore
import SirdarJournal

/// Whom an identity provider says that somebody is.
package struct Identity: Sendable, Hashable {
    /// Who says so.
    package let issuer: String
    /// What the provider calls them, for ever: never a name or an address of mail, which pass to others.
    package let subject: String
    /// What they are called, if the provider says it; nothing is decided by it.
    package var name: String?
    package var title: String?

    package static let subjectBytesMax = 255
    package static let issuerBytesMax = 512

    package init(issuer: String, subject: String, name: String? = nil, title: String? = nil) {
        self.issuer = issuer
        self.subject = subject
        self.name = name
        self.title = title
    }

    /// One text for issuer and subject together, however either is spelt.
    var key: String {
        SHA256.hash(data: Array("\(issuer.utf8.count):\(issuer)\(subject)".utf8)).hexadecimal
    }
}

/// That a person is who a provider says. A person may have several; each is one person's.
package struct IdentityLink: Sendable, Hashable {
    package let identity: Identity
    package let person: Identifier
    package let createdAt: Timestamp

    package static let kind = "identity"
    package static let countMax = 10

    package init(identity: Identity, person: Identifier, createdAt: Timestamp) {
        self.identity = identity
        self.person = person
        self.createdAt = createdAt
    }

    package init?(_ record: Record) {
        guard let issuer = record.body["issuer"]?.asString, let subject = record.body["subject"]?.asString,
            let person = record.body["person"]?.asString.flatMap({ Identifier($0) }),
            let createdAt = record.body["createdAt"]?.asString.flatMap({ Timestamp($0) })
        else { return nil }
        self.init(identity: Identity(issuer: issuer, subject: subject), person: person, createdAt: createdAt)
    }

    /// Short enough for lists and the journal.
    package var label: String { String(identity.key.prefix(12)) }

    /// Refused by the store when the identity is somebody's already.
    package var added: RecordChange {
        RecordChange(
            kind: Self.kind,
            key: identity.key,
            scope: person.description,
            body: [
                "issuer": .string(identity.issuer), "subject": .string(identity.subject),
                "person": .string(person.description), "createdAt": .string(createdAt.description),
            ],
            expecting: .absent
        )
    }

    package var removed: RecordChange {
        RecordChange(kind: Self.kind, key: identity.key, scope: person.description, body: nil, expecting: .any)
    }
}

extension People {
    /// Whose identity it is; `nil` for one that nobody here has.
    package func person(_ identity: Identity) throws(StoreError) -> Person? {
        guard let link = try records.record(IdentityLink.kind, identity.key).flatMap(IdentityLink.init) else {
            return nil
        }
        return try person(link.person)
    }

    package func identities(of person: Identifier) throws(StoreError) -> [IdentityLink] {
        try records.records(RecordQuery(kind: IdentityLink.kind, scope: person.description))
            .compactMap(IdentityLink.init)
    }
}

/// Lets people in by asking somebody who knows them: OpenID Connect. A seam: the server sees what it means, and
/// whoever calls out what it takes.
///
/// Every call may block, and so runs on a lane that may.
package protocol IdentityProvider: Sendable {
    /// What stands on the page of signing in: "Studio account".
    var title: String { get }
    var issuer: String { get }
    /// Whether people whom nobody has added yet are added when they first come, with no role.
    var addsPeople: Bool { get }

    /// Where a browser is sent to.
    func address(for attempt: SignInAttempt, at now: Timestamp) throws(IdentityTrouble) -> String

    /// Who came back with a code.
    func identity(code: String, of attempt: SignInAttempt, at now: Timestamp) throws(IdentityTrouble) -> Identity
}

/// What binds a sign-in's end to the browser in which it began. All of it derives from one secret, which that browser
/// keeps in a cookie: nothing is remembered here, and nobody else can know any of it.
package struct SignInAttempt: Sendable {
    private let secret: Secret

    package init(secret: Secret) { self.secret = secret }

    /// Comes back from the provider with the browser.
    package var state: String { secret.derived(for: "sirdar/sign-in/state") }
    /// Comes back within the provider's token.
    package var nonce: String { secret.derived(for: "sirdar/sign-in/nonce") }
    /// Shown to the provider with the code, and by nobody but us (PKCE): 43 characters, as it asks for.
    package var verifier: String { secret.derived(for: "sirdar/sign-in/verifier") }
    /// What the provider is told of the verifier beforehand, by the way `S256`.
    package var challenge: String { Secret.base64url(Array(SHA256.hash(data: Array(verifier.utf8)))) }
}

/// Why nobody is let in by a provider.
package enum IdentityTrouble: Error, Sendable, Hashable {
    /// The provider cannot be asked, or answers nothing that can be used: a sentence for the log.
    case unavailable(String)
    /// What came from it is not believed: one word for the journal, and a sentence.
    case refused(String, String)
}
