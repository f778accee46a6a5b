import Hummingbird
import JSON
import SirdarCore
import SirdarEngine
import SirdarJournal

/// Everybody who may sign in, and what an administrator does with one of them.
struct PeoplePages: Sendable {
    let server: Server
    private var pages: Pages { Pages(server: server) }

    // MARK: Everybody

    @Sendable func list(_ request: Request, _ context: AppContext) async throws -> Response { try await list(context) }

    private func list(
        _ context: AppContext,
        trouble: Trouble? = nil,
        typed: FormData = FormData()
    ) async throws -> Response {
        let pages = pages
        return try await server.read { reading in
            let people = try reading.people.everybody().sorted { $0.name < $1.name }
            let content = PeopleContent(
                people: people.map { PeopleContent.Row($0, reading) },
                mayManage: context.may(.managePeople),
                roles: PersonContent.roles(Set(typed.all("role"))),
                name: typed.text("name"),
                title: typed.text("title"),
                token: context.formToken,
                error: trouble?.detail
            )
            let status = trouble?.status ?? 200
            return pages.page("People", .people, content, context, at: "/people", status: status)
        }
    }

    @Sendable func add(_ request: Request, _ context: AppContext) async throws -> Response {
        let form = try await FormData.body(of: request)
        let name = form.text("name")
        do {
            guard Person.isName(name) else {
                throw Trouble.invalid("/name", "A name is made of a-z, 0-9, `.`, `-` and `_`, 64 of them at most.")
            }
            guard form.text("title").count <= PersonContent.titleMax else { throw Self.titleTooLong }
            var person = Person(
                id: server.engine.identifiers.next(),
                name: name,
                title: form.text("title"),
                roles: Set(form.all("role").compactMap(Role.init(rawValue:)))
            )
            person.isService = form["service"] != nil
            try await server.addPerson(person, password: nil, context, .page)
            return .seeOther("/people/\(person.id)")
        } catch {
            guard let trouble = Trouble(error), [409, 422].contains(trouble.status) else { throw error }
            server.keep(trouble, request, context)
            return try await list(context, trouble: trouble, typed: form)
        }
    }

    private static let titleTooLong = Trouble.invalid(
        "/title",
        "How others see somebody has at most \(PersonContent.titleMax) characters."
    )

    // MARK: One of them

    @Sendable func show(_ request: Request, _ context: AppContext) async throws -> Response {
        let said = try FormData.query(of: request).text("said")
        return try await show(context, said: PersonContent.Said(rawValue: said))
    }

    private func show(
        _ context: AppContext,
        said: PersonContent.Said? = nil,
        link: String? = nil,
        trouble: Trouble? = nil
    ) async throws -> Response {
        let (id, pages, server) = (try server.identifier(context, "person"), pages, server)
        let (record, person) = try await server.account(id)
        return try await server.read { reading in
            var content = try PersonContent(person, version: record.version, reading, context, server)
            content.said = said?.sentence
            content.link = link
            content.error = trouble?.detail
            let status = trouble?.status ?? 200
            return pages.page(person.title, .person, content, context, at: "/people", status: status)
        }
    }

    @Sendable func change(_ request: Request, _ context: AppContext) async throws -> Response {
        let form = try await FormData.body(of: request)
        let id = try server.identifier(context, "person")
        return try await acting(request, context) {
            let (record, before) = try await server.account(id)
            var person = before
            guard form.text("version") == String(record.version) else { throw Trouble.stale }
            guard form.text("title").count <= PersonContent.titleMax else { throw Self.titleTooLong }
            person.title = form.text("title").isEmpty ? person.name : form.text("title")
            person.roles = Set(form.all("role").compactMap(Role.init(rawValue:)))
            person.projects = Set(form.all("project").filter { !$0.isEmpty })
            person.queues = Set(form.all("queue").filter { !$0.isEmpty })
            person.skills = Set(form.text("skills").split { $0 == "," || $0.isWhitespace }.map(String.init))
            try await server.change(record, to: person, context, .page)
            return .seeOther("/people/\(id)?said=changed")
        }
    }

    @Sendable func operate(_ request: Request, _ context: AppContext) async throws -> Response {
        let form = try await FormData.body(of: request)
        let id = try server.identifier(context, "person")
        let operation = try server.parameter(context, "operation")
        return try await acting(request, context) {
            guard let said = try await operate(operation, on: id, form, context) else {
                let made = try await server.makeResetLink(for: id, context, .page)
                return try await show(context, link: made.address)
            }
            return .seeOther("/people/\(id)?said=\(said.rawValue)")
        }
    }

    /// What is to be said of it afterwards; `nil` for a link, which is shown.
    private func operate(
        _ operation: String,
        on id: Identifier,
        _ form: FormData,
        _ context: AppContext
    ) async throws -> PersonContent.Said? {
        switch operation {
        case "disable", "enable":
            let (record, before) = try await server.account(id)
            var person = before
            person.isDisabled = operation == "disable"
            try await server.change(record, to: person, context, .page)
            return person.isDisabled ? .disabled : .enabled
        case "reset-link": return nil
        case "end-sessions":
            let label = form.text("session")
            _ = try await server.endSessions(of: id, label.isEmpty ? nil : label, context, .page)
            return .ended
        case "revoke-token":
            try await server.revokeToken(form.text("token-id"), of: id, context, .page)
            return .revoked
        case "link":
            guard !form.text("subject").isEmpty else {
                throw Trouble.invalid("/subject", "Say what the provider calls them.")
            }
            _ = try await server.link(id, to: form.text("subject"), at: nil, context, .page)
            return .linked
        case "unlink":
            try await server.unlink(id, from: form.text("identity"), context, .page)
            return .unlinked
        case "erase":
            let (name, reason) = (try await server.account(id).person.name, form.text("reason"))
            guard form.text("confirm") == name else {
                throw Trouble.invalid("/confirm", "Type the name, \(name), to say that you mean it.")
            }
            guard !reason.isEmpty, reason.count <= Limits.noteCharactersMax else {
                throw Trouble.invalid("/reason", "Say why, in \(Limits.noteCharactersMax) characters at most.")
            }
            _ = try await server.erase(id, reason: reason, context, .page)
            return .erased
        default: throw Trouble.notFound("operation")
        }
    }

    /// A refusal is told on the person's page.
    private func acting(
        _ request: Request,
        _ context: AppContext,
        _ body: () async throws -> Response
    ) async throws -> Response {
        do { return try await body() } catch {
            guard let trouble = Trouble(error), [409, 412, 422].contains(trouble.status) else { throw error }
            server.keep(trouble, request, context)
            return try await show(context, trouble: trouble)
        }
    }
}
