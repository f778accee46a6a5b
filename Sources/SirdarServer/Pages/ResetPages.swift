import Hummingbird
import JSON
import SirdarCore
import SirdarEngine
import SirdarJournal

/// Choosing a password by a link that an administrator has made.
struct ResetPages: Sendable {
    let server: Server

    private struct Content {
        let name: String
        let expires: TimeView
        let error: String?
        let lengthMin = Passwords.lengthMin
    }

    @Sendable func show(_ request: Request, _ context: AppContext) async throws -> Response {
        try await page(try secret(context), nil, context)
    }

    @Sendable func reset(_ request: Request, _ context: AppContext) async throws -> Response {
        let (secret, form) = (try secret(context), try await FormData.body(of: request))
        do {
            let password = form["password"] ?? ""
            guard form["again"] == password else {
                throw Trouble.invalid("/again", "The password was not typed the same twice.")
            }
            try await server.reset(secret, to: password, context)
            return .seeOther("/sign-in")
        } catch let trouble as Trouble where trouble.status == 422 {
            return try await page(secret, trouble, context)
        }
    }

    private func secret(_ context: AppContext) throws -> Secret {
        guard let secret = Secret(try server.parameter(context, "secret")) else { throw Trouble.linkGone }
        return secret
    }

    private func page(_ secret: Secret, _ trouble: Trouble?, _ context: AppContext) async throws -> Response {
        let pages = Pages(server: server)
        return try await server.read { reading in
            guard let found = try reading.people.resetLink(secret, at: reading.now) else { throw Trouble.linkGone }
            let content = Content(
                name: found.person.name,
                expires: TimeView(found.link.expiresAt, reading.now),
                error: trouble?.detail
            )
            return pages.page("Choose a password", .reset, content, context, status: trouble?.status ?? 200)
        }
    }
}

extension Server {
    /// Makes a link for a person; the ones before it are of no use any more.
    ///
    /// - Returns: the link, which nobody can be shown again.
    func makeResetLink(
        for id: Identifier,
        _ context: AppContext,
        _ channel: Entry.Channel
    ) async throws -> (address: String, link: ResetLink) {
        guard let person = try await read({ try $0.people.person(id) }) else { throw Trouble.notFound("person") }
        guard !person.isService, !person.isDisabled else {
            throw Trouble.conflict("no-password", "\(person.name) signs in with no password.")
        }
        let secret = Secret()
        let link = ResetLink(secret: secret, person: id, at: engine.clock.now())
        let older = try await read { try $0.people.resetLinks(of: id) }
        try await write(older + [link.added], "person.resetLinkMade", person, context, channel)
        return ("\(settings.origin ?? "")/reset/\(secret.text)", link)
    }

    /// Gives the person of a link the password that they chose, and ends every session of theirs.
    func reset(_ secret: Secret, to password: String, _ context: AppContext) async throws {
        let engine = engine
        guard let found = try await read({ try $0.people.resetLink(secret, at: $0.now) }) else {
            throw Trouble.linkGone
        }
        let hash = try await passwords.hash(password)
        let gone = try await everySession(of: found.person.id)
        let entry = Entry(
            at: engine.clock.now(),
            actor: .init(id: found.person.id.description, kind: .person, session: nil),
            channel: .page,
            action: "person.passwordReset",
            object: .init(kind: Person.kind, id: found.person.id),
            detail: ["sessionsEnded": .number(JSON.Number(gone.count))],
            confidential: ["name": .string(found.person.name), "address": .string(context.address)],
            requestID: context.requestID
        )
        let changes = [found.link.used(version: found.version), Credential.set(hash, for: found.person.id)] + gone
        do { try await signIn.write(changes, entry) } catch StoreError.conflict { throw Trouble.linkGone }
    }
}

extension Trouble {
    fileprivate static let linkGone = Trouble(
        status: 404,
        code: "link-gone",
        title: "This link is of no use any more",
        detail: "It was used, or is too old, or another was made since. Ask an administrator for a new one."
    )
}
