import JSON
import SirdarCore
import SirdarEngine
import SirdarJournal

extension SignIn {
    /// Opens a session for whom an identity provider vouches for: the person who has this identity, by issuer and
    /// subject and by nothing else. A name or an address of mail that is the same makes nobody the same.
    ///
    /// With `adding`, somebody whom nobody has added yet is added now, with no role.
    ///
    /// - Throws: `Trouble` for who is not known here or may not come in.
    func open(
        _ identity: Identity,
        adding: Bool,
        _ visitor: Visitor,
        replacing old: Session?
    ) async throws -> Secret {
        var found = try await person(identity)
        if found == nil, adding { found = try await add(identity, visitor) }
        guard let person = found, !person.isDisabled, !person.isService else {
            var attempt = VisitorRefusals.Attempt(
                address: visitor.address,
                channel: visitor.channel,
                requestID: visitor.requestID
            )
            attempt.name = identity.name ?? identity.subject
            attempt.person = found?.id
            attempt.reason = found == nil ? "unknown" : "disabled"
            refusals.add(.stranger, attempt)
            throw found == nil ? Trouble.unknown(identity) : Trouble.shutOut
        }
        return try await begin(person, visitor, issuer: identity.issuer, replacing: old)
    }

    private func person(_ identity: Identity) async throws -> Person? {
        let engine = engine
        return try await blocking.run { try People(engine.store).person(identity) }
    }

    /// Of two browsers in which somebody comes for the first time, one adds them.
    private func add(_ identity: Identity, _ visitor: Visitor) async throws -> Person? {
        let (engine, now) = (engine, engine.clock.now())
        let person = Person(
            id: engine.identifiers.next(),
            name: try await freeName(for: identity),
            title: String((identity.title ?? "").prefix(128)),
            roles: []
        )
        let link = IdentityLink(identity: identity, person: person.id, createdAt: now)
        let entry = Entry(
            at: now,
            actor: .system("sign-in"),
            channel: visitor.channel,
            action: "person.added",
            object: .init(kind: Person.kind, id: person.id),
            detail: ["after": person.rights, "issuer": .string(identity.issuer), "identity": .string(link.label)],
            confidential: ["name": .string(person.name), "subject": .string(identity.subject)],
            requestID: visitor.requestID
        )
        do { try await write([person.added, link.added], entry) } catch StoreError.conflict {
            return try await self.person(identity)
        }
        return person
    }

    /// What the provider calls them, where that is a name here and nobody has it; else one that is nobody's.
    private func freeName(for identity: Identity) async throws -> String {
        let label = IdentityLink(identity: identity, person: engine.identifiers.next(), createdAt: .zero).label
        guard let name = identity.name?.lowercased(), Person.isName(name) else { return "person-\(label)" }
        let engine = engine
        let isTaken = try await blocking.run { try People(engine.store).person(named: name) != nil }
        return isTaken ? "\(name.prefix(Person.nameMax - 8))-\(label.prefix(6))" : name
    }
}

extension Trouble {
    fileprivate static func unknown(_ identity: Identity) -> Trouble {
        Trouble(
            status: 403,
            code: strangerCode,
            title: "Not signed in",
            detail: "Nobody here has your account yet. Ask an administrator, and give them this: "
                + "you are “\(identity.subject)” at \(identity.issuer)."
        )
    }

    fileprivate static let shutOut = Trouble(
        status: 403,
        code: strangerCode,
        title: "Not signed in",
        detail: "Your account here is disabled. An administrator can change that."
    )
}
