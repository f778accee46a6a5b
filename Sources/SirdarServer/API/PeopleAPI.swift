import Hummingbird
import JSON
import SirdarCore
import SirdarEngine
import SirdarJournal

/// People, their tokens and sessions, for programs.
struct PeopleAPI: Sendable {
    let server: Server

    @Sendable func me(_ request: Request, _ context: AppContext) async throws -> Response {
        .json(try context.person().person.json)
    }

    // MARK: People

    @Sendable func list(_ request: Request, _ context: AppContext) async throws -> Response {
        try await server.read { reading in ListAnswer(items: try reading.people.everybody().map(\.json)).response }
    }

    @Sendable func one(_ request: Request, _ context: AppContext) async throws -> Response {
        let id = try server.identifier(context, "person")
        guard let person = try await server.read({ try $0.people.person(id) }) else { throw Trouble.notFound("person") }
        return .json(person.json)
    }

    @Sendable func add(_ request: Request, _ context: AppContext) async throws -> Response {
        var fields = try await RequestFields(request)
        let name = fields.text("name", max: Person.nameMax)
        if !name.isEmpty, !Person.isName(name) { fields.add("name", "A name is made of a-z, 0-9, `.`, `-` and `_`.") }
        var person = Person(id: server.engine.identifiers.next(), name: name, roles: [])
        Self.apply(&fields, to: &person)
        person.isService = fields.flag("service") ?? false
        let password = fields.optionalText("password", max: Passwords.lengthMax * 4)
        try fields.finish()
        try await server.addPerson(person, password: password, context, .api)
        return .json(person.json, status: .created, headers: [.location: "/v1/people/\(person.id)"])
    }

    @Sendable func change(_ request: Request, _ context: AppContext) async throws -> Response {
        var fields = try await RequestFields(request)
        let id = try server.identifier(context, "person")
        let (record, before) = try await server.account(id)
        var person = before
        try request.expectMatch(person.json, isNeeded: true)
        Self.apply(&fields, to: &person)
        person.isDisabled = fields.flag("disabled") ?? person.isDisabled
        try fields.finish()
        try await server.change(record, to: person, context, .api)
        return .json(person.json)
    }

    @Sendable func setPassword(_ request: Request, _ context: AppContext) async throws -> Response {
        var fields = try await RequestFields(request)
        let password = fields.text("password", max: Passwords.lengthMax * 4)
        try fields.finish()
        let id = try server.identifier(context, "person")
        guard let person = try await server.read({ try $0.people.person(id) }) else { throw Trouble.notFound("person") }
        let hash = try await server.passwords.hash(password)
        let gone = try await server.everySession(of: id)
        try await server.write([Credential.set(hash, for: id)] + gone, "person.passwordSet", person, context)
        return .nothing
    }

    /// Shown this once, to be handed to the person.
    @Sendable func makeResetLink(_ request: Request, _ context: AppContext) async throws -> Response {
        var fields = try await RequestFields(request)
        try fields.finish()
        let made = try await server.makeResetLink(for: try server.identifier(context, "person"), context, .api)
        let json: JSON = ["link": .string(made.address), "expires_at": .string(made.link.expiresAt.description)]
        return .json(json, status: .created)
    }

    /// One's own, for whoever knows the one before.
    @Sendable func changePassword(_ request: Request, _ context: AppContext) async throws -> Response {
        var fields = try await RequestFields(request)
        let current = fields.text("current", max: Passwords.lengthMax * 4)
        let password = fields.text("password", max: Passwords.lengthMax * 4)
        try fields.finish()
        try await server.changePassword(from: current, to: password, context, .api)
        return .nothing
    }

    private static func apply(_ fields: inout RequestFields, to person: inout Person) {
        person.title = fields.optionalText("title", max: 128) ?? person.title
        if fields.json("roles") != nil {
            let names = fields.texts("roles")
            for name in names where Role(rawValue: name) == nil {
                let known = Role.allCases.map(\.rawValue).joined(separator: ", ")
                fields.add("roles", "There is no role \(name). Roles: \(known).")
            }
            person.roles = Set(names.compactMap(Role.init(rawValue:)))
        }
        if fields.json("projects") != nil { person.projects = Set(fields.texts("projects")) }
        if fields.json("queues") != nil { person.queues = Set(fields.texts("queues")) }
        if fields.json("skills") != nil { person.skills = Set(fields.texts("skills")) }
    }

    // MARK: Tokens

    @Sendable func tokens(_ request: Request, _ context: AppContext) async throws -> Response {
        let person = try context.person().person
        return try await server.read { reading in
            ListAnswer(items: try reading.people.tokens(of: person.id).map(\.json)).response
        }
    }

    @Sendable func makeToken(_ request: Request, _ context: AppContext) async throws -> Response {
        try await makeToken(request, for: nil, context)
    }

    /// A service cannot sign in to make its own.
    @Sendable func makeTokenOf(_ request: Request, _ context: AppContext) async throws -> Response {
        let id = try server.identifier(context, "person")
        guard let person = try await server.read({ try $0.people.person(id) }) else { throw Trouble.notFound("person") }
        guard person.isService else {
            throw Trouble.conflict("not-a-service", "People make their own tokens; only a service is given one.")
        }
        return try await makeToken(request, for: person, context)
    }

    private func makeToken(_ request: Request, for service: Person?, _ context: AppContext) async throws -> Response {
        var fields = try await RequestFields(request)
        let name = fields.text("name", max: 64)
        let names = fields.json("scopes") == nil ? [TokenScope.read.rawValue] : fields.texts("scopes")
        let days = fields.integer("days") ?? 90
        for scope in names where TokenScope(rawValue: scope) == nil {
            let known = TokenScope.allCases.map(\.rawValue).joined(separator: ", ")
            fields.add("scopes", "There is no scope \(scope). Scopes: \(known).")
        }
        if !(1...365).contains(days) { fields.add("days", "A token lives from 1 to 365 days.") }
        try fields.finish()
        let scopes = Set(names.compactMap(TokenScope.init(rawValue:)))
        let made = try await server.makeToken(name: name, scopes: scopes, days: days, for: service, context, .api)
        guard case .object(var object) = made.token.json else { return .nothing }
        object["token"] = .string(made.text)
        return .json(.object(object), status: .created)
    }

    @Sendable func revokeToken(_ request: Request, _ context: AppContext) async throws -> Response {
        try await server.revokeToken(try server.identifier(context, "token"), context, .api)
        return .nothing
    }

    // MARK: Sessions

    @Sendable func sessions(_ request: Request, _ context: AppContext) async throws -> Response {
        let principal = try context.person()
        return try await server.read { reading in
            let items = try reading.people.sessions(of: principal.person.id).map { session in
                session.json(isCurrent: session.id == principal.session?.id)
            }
            return ListAnswer(items: items).response
        }
    }

    @Sendable func endSession(_ request: Request, _ context: AppContext) async throws -> Response {
        try await server.endSession(labelled: try server.parameter(context, "id"), context, .api)
        return .nothing
    }
}

extension Person {
    /// What decisions rest on: the public part of an entry. The name and the title can be erased, and stand elsewhere.
    var rights: JSON {
        guard case .object(var object) = body else { return .null }
        for key in ["name", "title"] { object.removeValue(forKey: key) }
        return .object(object)
    }

    var json: JSON {
        guard case .object(var object) = body else { return .null }
        object["id"] = .string(id.description)
        return .object(object)
    }
}

extension APIToken {
    var json: JSON {
        [
            "id": .string(id.description), "name": .string(name), "prefix": .string(shownPrefix),
            "scopes": .array(scopes.map(\.rawValue).sorted().map(JSON.string)),
            "created_at": .string(createdAt.description), "expires_at": .string(expiresAt.description),
            "used_at": usedAt.map { .string($0.description) } ?? .null,
        ]
    }
}

// What pages and programs do alike with accounts.
extension Server {
    /// `service`: whose it is to be; `nil`: one's own.
    func makeToken(
        name: String,
        scopes: Set<TokenScope>,
        days: Int,
        for service: Person? = nil,
        _ context: AppContext,
        _ channel: Entry.Channel
    ) async throws -> (token: APIToken, text: String) {
        let principal = try context.keeper()
        // A token cannot give more than it has: it would outlive its own revocation otherwise.
        if case .token(let token) = principal.proof, !scopes.isSubset(of: token.scopes) {
            throw Trouble.invalid("/scopes", "A token cannot make one that may do more than itself.")
        }
        let owner = service ?? principal.person
        let existing = try await read { reading in try reading.people.tokens(of: owner.id) }
        guard existing.count < APIToken.countMax else {
            throw Trouble.conflict("too-many-tokens", "There are \(existing.count) tokens already. Revoke one first.")
        }
        let (secret, now) = (Secret(), engine.clock.now())
        let token = APIToken(
            id: engine.identifiers.next(),
            person: owner.id,
            name: name,
            digest: secret.digest,
            scopes: scopes,
            createdAt: now,
            expiresAt: now.advanced(by: .days(Int64(days)))
        )
        let detail: JSON = [
            "token": .string(token.shownPrefix), "scopes": .array(scopes.map(\.rawValue).sorted().map(JSON.string)),
        ]
        try await write([token.added], "token.made", owner, context, channel, detail: detail)
        return (token, token.text(with: secret))
    }

    func revokeToken(_ id: Identifier, _ context: AppContext, _ channel: Entry.Channel) async throws {
        let person = try context.keeper().person
        let tokens = try await read { reading in try reading.people.tokens(of: person.id) }
        guard let token = tokens.first(where: { $0.id == id }) else { throw Trouble.notFound("token") }
        let detail: JSON = ["token": .string(token.shownPrefix)]
        try await write([token.removed], "token.revoked", person, context, channel, detail: detail)
    }

    /// Gives somebody another password of their own, and ends their sessions elsewhere.
    func changePassword(
        from current: String,
        to password: String,
        _ context: AppContext,
        _ channel: Entry.Channel
    ) async throws {
        let principal = try context.keeper()
        let person = principal.person
        var errors: [FieldError] = []
        if let fault = Passwords.fault(password) { errors.append(FieldError(pointer: "/password", fault)) }
        if password == current {
            errors.append(FieldError(pointer: "/password", "This is the password that you have already."))
        }
        // As slow as signing in: an open page must not be a place to try passwords.
        try signIn.throttle.begin(account: person.name, address: context.address, at: engine.clock.now())
        let hash = try await read { reading in try reading.people.passwordHash(of: person.id) }
        let isRight = try await passwords.check(current, against: hash).isRight
        if !isRight {
            errors.append(FieldError(pointer: "/current", "This is not your present password."))
        } else {
            signIn.throttle.succeeded(account: person.name, address: context.address)
        }
        guard errors.isEmpty else { throw Trouble.invalid(errors) }
        let gone = try await read { reading in
            try reading.people.sessions(of: person.id).filter { $0.id != principal.session?.id }.map(\.removed)
        }
        let change = Credential.set(try await passwords.hash(password), for: person.id)
        let detail: JSON = ["sessionsEnded": .number(JSON.Number(gone.count))]
        try await write([change] + gone, "person.passwordChanged", person, context, channel, detail: detail)
    }

    func endSession(labelled label: String, _ context: AppContext, _ channel: Entry.Channel) async throws {
        let person = try context.keeper().person
        let sessions = try await read { reading in try reading.people.sessions(of: person.id) }
        guard let session = sessions.first(where: { $0.label == label }) else { throw Trouble.notFound("session") }
        try await signIn.end(session, of: person, by: try context.actuation(channel))
    }

    func everySession(of person: Identifier) async throws -> [RecordChange] {
        try await read { reading in try reading.people.sessions(of: person).map(\.removed) }
    }

    func write(
        _ changes: [RecordChange],
        _ action: String,
        _ person: Person,
        _ context: AppContext,
        _ channel: Entry.Channel = .api,
        detail: JSON = .null
    ) async throws {
        let actuation = try context.actuation(channel)
        let entry = Entry(
            at: engine.clock.now(),
            actor: actuation.actor,
            channel: channel,
            action: action,
            object: .init(kind: Person.kind, id: person.id),
            detail: detail,
            confidential: ["name": .string(person.name)],
            requestID: actuation.requestID
        )
        try await signIn.write(changes, entry)
    }
}
