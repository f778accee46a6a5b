import JSON
import SirdarCore
import SirdarEngine
import SirdarJournal

/// Lets people in and out. Every sign-in and every sign-out is an entry of the journal; refused ones are counted.
struct SignIn: Sendable {
    let engine: Engine
    let blocking: Blocking
    let passwords: Passwords
    let throttle: Throttle
    let refusals: VisitorRefusals

    /// What a browser or a script says of itself.
    struct Visitor: Sendable {
        let address: String
        let agent: String
        let requestID: String
        let channel: Entry.Channel
    }

    /// Checks name and password and opens a session.
    ///
    /// - Throws: `Trouble`: that something does not fit, never what; or how long to wait.
    func open(name: String, password: String, _ visitor: Visitor, replacing old: Session?) async throws -> Secret {
        do { try throttle.begin(account: name, address: visitor.address, at: engine.clock.now()) } catch {
            refuse(.throttled, nil, name, visitor)
            throw error
        }
        let engine = engine
        let found = try await blocking.run { () -> (Person?, String?) in
            let people = People(engine.store)
            guard Person.isName(name), let person = try people.person(named: name) else { return (nil, nil) }
            return (person, try people.passwordHash(of: person.id))
        }
        let check = try await passwords.check(password, against: found.1)
        guard check.isRight, let person = found.0, !person.isDisabled, !person.isService else {
            refuse(.password, found.0, name, visitor)
            throw Self.refused
        }
        throttle.succeeded(account: name, address: visitor.address)
        return try await begin(person, visitor, rehashed: check.rehashed, replacing: old)
    }

    static let refused = Trouble(
        status: 401,
        code: "sign-in-refused",
        title: "Not signed in",
        detail: "That name and password do not go together. Try again."
    )

    /// Opens a session for somebody who has proved who they are. `issuer` is who vouches for them; `nil`: a password.
    func begin(
        _ person: Person,
        _ visitor: Visitor,
        rehashed: String? = nil,
        issuer: String? = nil,
        replacing old: Session?
    ) async throws -> Secret {
        let secret = Secret()
        let session = Session(
            id: secret.digest,
            person: person.id,
            createdAt: engine.clock.now(),
            address: visitor.address,
            agent: visitor.agent
        )
        let engine = engine
        let surplus = try await blocking.run {
            try People(engine.store).sessions(of: person.id).dropFirst(Session.countMax - 1)
        }
        var changes = [session.added] + surplus.map(\.removed)
        if let old, !surplus.contains(old) { changes.append(old.removed) }
        if let rehashed { changes.append(Credential.set(rehashed, for: person.id)) }
        var entry = entry("person.signedIn", person, visitor, session: session)
        if let issuer { entry.detail = ["issuer": .string(issuer)] }
        try await write(changes, entry)
        return secret
    }

    /// Ends a session; of somebody who signs out, or who looks through the list of their own.
    func end(_ session: Session, of person: Person, by actuation: Actuation) async throws {
        let entry = Entry(
            at: engine.clock.now(),
            actor: actuation.actor,
            channel: actuation.channel,
            action: "person.signedOut",
            object: .init(kind: Person.kind, id: person.id, part: session.label),
            confidential: ["name": .string(person.name)],
            requestID: actuation.requestID
        )
        try await write([session.removed], entry)
    }

    func write(_ changes: [RecordChange], _ entry: Entry) async throws {
        let engine = engine
        let _: Void = try await blocking.answer { then in engine.write(changes, entry: entry, then: then) }
    }

    private func refuse(_ kind: VisitorRefusals.Kind, _ person: Person?, _ name: String, _ visitor: Visitor) {
        var attempt = VisitorRefusals.Attempt(
            address: visitor.address,
            channel: visitor.channel,
            requestID: visitor.requestID
        )
        attempt.name = name
        attempt.person = person?.id
        refusals.add(kind, attempt)
    }

    private func entry(_ action: String, _ person: Person, _ visitor: Visitor, session: Session) -> Entry {
        Entry(
            at: engine.clock.now(),
            actor: .init(id: person.id.description, kind: .person, session: session.label),
            channel: visitor.channel,
            action: action,
            object: .init(kind: Person.kind, id: person.id, part: session.label),
            confidential: [
                "name": .string(person.name), "address": .string(visitor.address),
                "agent": .string(String(visitor.agent.prefix(200))),
            ],
            requestID: visitor.requestID
        )
    }
}
