import Hummingbird
import JSON
import SirdarCore
import SirdarEngine
import SirdarJournal

// As whom people sign in by the identity provider, for programs.
extension PeopleAPI {
    @Sendable func identities(_ request: Request, _ context: AppContext) async throws -> Response {
        let id = try server.identifier(context, "person")
        return try await server.read { reading in
            guard try reading.people.person(id) != nil else { throw Trouble.notFound("person") }
            return ListAnswer(items: try reading.people.identities(of: id).map(\.json)).response
        }
    }

    @Sendable func link(_ request: Request, _ context: AppContext) async throws -> Response {
        var fields = try await RequestFields(request)
        let subject = fields.text("subject", max: Identity.subjectBytesMax)
        let hasIssuer = fields.json("issuer") != nil
        let issuer = hasIssuer ? fields.text("issuer", max: Identity.issuerBytesMax) : nil
        try fields.finish()
        let id = try server.identifier(context, "person")
        let made = try await server.link(id, to: subject, at: issuer, context, .api)
        return .json(made.json, status: .created)
    }

    @Sendable func unlink(_ request: Request, _ context: AppContext) async throws -> Response {
        let id = try server.identifier(context, "person")
        try await server.unlink(id, from: try server.parameter(context, "identity"), context, .api)
        return .nothing
    }
}

extension IdentityLink {
    var json: JSON {
        [
            "id": .string(label), "issuer": .string(identity.issuer), "subject": .string(identity.subject),
            "created_at": .string(createdAt.description),
        ]
    }
}

extension Server {
    /// Lets a person sign in as somebody of the provider's.
    ///
    /// - Throws: a conflict where that is somebody's already.
    func link(
        _ id: Identifier,
        to subject: String,
        at issuer: String?,
        _ context: AppContext,
        _ channel: Entry.Channel
    ) async throws -> IdentityLink {
        guard let person = try await read({ try $0.people.person(id) }) else { throw Trouble.notFound("person") }
        guard let issuer = issuer ?? provider?.issuer else {
            throw Trouble.invalid("/issuer", "Say whose: no provider is set in config/sign-in.yaml.")
        }
        guard subject.utf8.count <= Identity.subjectBytesMax else {
            throw Trouble.invalid("/subject", "A subject has at most \(Identity.subjectBytesMax) bytes.")
        }
        guard !person.isService else {
            throw Trouble.conflict("no-sign-in", "\(person.name) is a program, and signs in by tokens alone.")
        }
        guard try await read({ try $0.people.identities(of: id) }).count < IdentityLink.countMax else {
            throw Trouble.conflict("too-many-identities", "A person has at most \(IdentityLink.countMax) of them.")
        }
        let identity = Identity(issuer: issuer, subject: subject)
        let link = IdentityLink(identity: identity, person: id, createdAt: engine.clock.now())
        let detail: JSON = ["issuer": .string(issuer), "identity": .string(link.label)]
        do {
            try await write([link.added], "person.identityLinked", person, context, channel, detail: detail)
        } catch StoreError.conflict {
            throw Trouble.conflict("identity-taken", "That account is somebody's here already.")
        }
        return link
    }

    /// Whoever came in by it is out, too.
    func unlink(_ id: Identifier, from label: String, _ context: AppContext, _ channel: Entry.Channel) async throws {
        let found = try await read { reading in
            (try reading.people.person(id), try reading.people.identities(of: id).first { $0.label == label })
        }
        guard let person = found.0, let link = found.1 else { throw Trouble.notFound("identity") }
        let gone = try await everySession(of: id)
        let detail: JSON = [
            "issuer": .string(link.identity.issuer), "identity": .string(label),
            "sessionsEnded": .number(JSON.Number(gone.count)),
        ]
        try await write([link.removed] + gone, "person.identityUnlinked", person, context, channel, detail: detail)
    }
}
