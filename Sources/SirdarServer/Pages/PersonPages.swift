import HTTPTypes
import Hummingbird
import JSON
import SirdarCore
import SirdarEngine
import SirdarJournal

/// Signing in and out, and what is one's own: sessions and tokens.
struct PersonPages: Sendable {
    let server: Server
    private var pages: Pages { Pages(server: server) }

    // MARK: Signing in

    private struct SignInContent {
        let next: String
        let name: String
        let error: String?
        let provider: Provider?

        struct Provider {
            let title: String
            let address: String
        }
    }

    @Sendable func signInForm(_ request: Request, _ context: AppContext) async throws -> Response {
        let next = Self.local(try FormData.query(of: request).text("next"))
        if context.principal != nil { return .seeOther(next) }
        return signInPage(context, next: next)
    }

    @Sendable func signIn(_ request: Request, _ context: AppContext) async throws -> Response {
        let form = try await FormData.body(of: request)
        let (name, next) = (form.text("name"), Self.local(form.text("next")))
        let visitor = SignIn.Visitor(request, context)
        do {
            // A new token whatever cookie came along: nobody can plant one that later counts.
            let secret = try await server.signIn.open(
                name: name,
                password: form["password"] ?? "",
                visitor,
                replacing: context.principal?.session
            )
            return .seeOther(next, headers: [.setCookie: SessionCookie.set(secret)])
        } catch {
            guard let trouble = Trouble(error), [401, 429].contains(trouble.status) else { throw error }
            var response = signInPage(context, next: next, name: name, trouble: trouble)
            if let seconds = trouble.retryAfterSeconds { response.headers[.retryAfter] = String(seconds) }
            return response
        }
    }

    func signInPage(
        _ context: AppContext,
        next: String,
        name: String = "",
        trouble: Trouble? = nil
    ) -> Response {
        let provider = server.provider.map { provider in
            let place = ProviderPages.place + (next == "/" ? "" : "?next=\(next.urlEscaped)")
            return SignInContent.Provider(title: provider.title, address: place)
        }
        let content = SignInContent(
            next: next == "/" ? "" : next,
            name: name,
            error: trouble?.detail,
            provider: provider
        )
        return pages.page("Sign in", .signIn, content, context, status: trouble?.status ?? 200)
    }

    /// Only a path of our own: who signs in must not be sent elsewhere.
    static func local(_ next: String) -> String {
        guard next.hasPrefix("/"), !next.hasPrefix("//"), next.utf8.count <= Limits.pathBytesMax,
            next.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != 0x5C })
        else { return "/" }
        return next
    }

    @Sendable func signOut(_ request: Request, _ context: AppContext) async throws -> Response {
        let principal = try context.person()
        if let session = principal.session {
            try await server.signIn.end(session, of: principal.person, by: try context.actuation(.page))
        }
        // What a browser has kept of the pages is not for the next at this screen.
        return .seeOther(
            "/sign-in",
            headers: [.setCookie: SessionCookie.cleared, .clearSiteData: "\"cache\", \"storage\""]
        )
    }

    // MARK: One's own

    private struct MeContent {
        let person: [EntryRow.Fact]
        let sessions: [SessionRow]
        let tokens: [TokenRow]
        let hasTokens: Bool
        let scopes: [Scope]
        let made: String?
        let token: String
        let error: String?
        let name: String
        let hasPassword: Bool
        let passwordError: String?
        let isChanged: Bool
        let lengthMin: Int
    }

    private struct Scope {
        let name: String
        let isChecked: Bool
    }

    @Sendable func me(_ request: Request, _ context: AppContext) async throws -> Response { try await me(context) }

    private func me(
        _ context: AppContext,
        made: String? = nil,
        trouble: Trouble? = nil,
        passwordTrouble: Trouble? = nil,
        isChanged: Bool = false,
        typed: FormData = FormData()
    ) async throws -> Response {
        let principal = try context.person()
        return try await server.read { reading in
            let sessions = try SessionRow.all(of: principal.person.id, current: principal.session, reading)
            let tokens = try TokenRow.all(of: principal.person.id, reading)
            let chosen = typed.all("scope").isEmpty ? [TokenScope.read.rawValue] : typed.all("scope")
            let content = MeContent(
                person: Self.facts(principal.person),
                sessions: sessions,
                tokens: tokens,
                hasTokens: !tokens.isEmpty,
                scopes: TokenScope.allCases.map { Scope(name: $0.rawValue, isChecked: chosen.contains($0.rawValue)) },
                made: made,
                token: context.formToken,
                error: trouble?.detail,
                name: typed.text("name"),
                hasPassword: try reading.people.passwordHash(of: principal.person.id) != nil,
                passwordError: passwordTrouble?.detail,
                isChanged: isChanged,
                lengthMin: Passwords.lengthMin
            )
            let status = (trouble ?? passwordTrouble)?.status ?? 200
            return pages.page("Sessions and tokens", .me, content, context, status: status)
        }
    }

    private static func facts(_ person: Person) -> [EntryRow.Fact] {
        func list(_ set: Set<String>) -> String { set.isEmpty ? "–" : set.sorted().joined(separator: ", ") }
        return [
            EntryRow.Fact(key: "Name", value: person.name),
            EntryRow.Fact(key: "Roles", value: list(Set(person.roles.map(\.rawValue)))),
            EntryRow.Fact(
                key: "Projects",
                value: person.projects.contains(Person.everyProject) ? "all" : list(person.projects)
            ),
            EntryRow.Fact(key: "Queues", value: list(person.queues)),
            EntryRow.Fact(key: "Skills", value: list(person.skills)),
        ]
    }

    @Sendable func makeToken(_ request: Request, _ context: AppContext) async throws -> Response {
        let form = try await FormData.body(of: request)
        let (name, days) = (form.text("name"), Int(form.text("days")) ?? 90)
        let scopes = Set(form.all("scope").compactMap(TokenScope.init(rawValue:)))
        do {
            guard !name.isEmpty, name.utf8.count <= 64 else {
                throw Trouble.invalid("/name", "Give the token a name, so that you know later what it is for.")
            }
            guard !scopes.isEmpty else { throw Trouble.invalid("/scopes", "Choose what the token may do.") }
            guard (1...365).contains(days) else { throw Trouble.invalid("/days", "A token lives from 1 to 365 days.") }
            let made = try await server.makeToken(name: name, scopes: scopes, days: days, context, .page)
            return try await me(context, made: made.text)
        } catch let trouble as Trouble where trouble.status == 422 || trouble.status == 409 {
            server.keep(trouble, request, context)
            return try await me(context, trouble: trouble, typed: form)
        }
    }

    @Sendable func changePassword(_ request: Request, _ context: AppContext) async throws -> Response {
        let form = try await FormData.body(of: request)
        do {
            let (current, password) = (form["current"] ?? "", form["password"] ?? "")
            guard form["again"] == password else {
                throw Trouble.invalid("/again", "The new password was not typed the same twice.")
            }
            try await server.changePassword(from: current, to: password, context, .page)
            return try await me(context, isChanged: true)
        } catch {
            guard let trouble = Trouble(error), [422, 429].contains(trouble.status) else { throw error }
            server.keep(trouble, request, context)
            return try await me(context, passwordTrouble: trouble)
        }
    }

    @Sendable func revokeToken(_ request: Request, _ context: AppContext) async throws -> Response {
        try await server.revokeToken(try server.identifier(context, "token"), context, .page)
        return .seeOther("/me")
    }

    @Sendable func endSession(_ request: Request, _ context: AppContext) async throws -> Response {
        try await server.endSession(labelled: try server.parameter(context, "id"), context, .page)
        return .seeOther("/me")
    }
}

extension SignIn.Visitor {
    /// Whoever asks for a page.
    init(_ request: Request, _ context: AppContext) {
        self.init(
            address: context.address,
            agent: request.headers[.userAgent] ?? "",
            requestID: context.requestID,
            channel: .page
        )
    }
}
