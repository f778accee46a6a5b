import HTTPTypes
import Hummingbird
import Logging
import SirdarCore
import SirdarEngine
import SirdarJournal

/// Signing in by an identity provider: the way there, and the way back.
struct ProviderPages: Sendable {
    let server: Server

    static let place = "/sign-in/provider"
    private static let codeBytesMax = 2048

    /// Sends a browser to the provider, with what binds its return to this browser in a cookie.
    @Sendable func leave(_ request: Request, _ context: AppContext) async throws -> Response {
        guard let provider = server.provider else { throw Trouble.notFound("identity provider") }
        let next = PersonPages.local(try FormData.query(of: request).text("next"))
        let (secret, now) = (Secret(), server.engine.clock.now())
        do {
            let address = try await server.callers.run {
                try provider.address(for: SignInAttempt(secret: secret), at: now)
            }
            return .seeOther(address, headers: [.setCookie: AttemptCookie(secret: secret, next: next).set])
        } catch let trouble as IdentityTrouble { return refused(trouble, next, context) }
    }

    /// Lets in whom the provider sends back, if it is in the browser that left, and somebody who may come in.
    @Sendable func comeBack(_ request: Request, _ context: AppContext) async throws -> Response {
        guard let provider = server.provider else { throw Trouble.notFound("identity provider") }
        let query = try FormData.query(of: request)
        guard let attempt = AttemptCookie(request) else {
            return refused(
                .refused("attempt", "Somebody came back who had not left in the same browser."),
                "/",
                context
            )
        }
        let code: String
        do { code = try Self.code(query, attempt, provider) } catch { return refused(error, attempt.next, context) }
        let now = server.engine.clock.now()
        let visitor = SignIn.Visitor(request, context)
        do {
            let identity = try await server.callers.run {
                try provider.identity(code: code, of: SignInAttempt(secret: attempt.secret), at: now)
            }
            let secret = try await server.signIn.open(
                identity,
                adding: provider.addsPeople,
                visitor,
                replacing: context.principal?.session
            )
            var response = Response.seeOther(attempt.next)
            response.headers.append(HTTPField(name: .setCookie, value: SessionCookie.set(secret)))
            response.headers.append(HTTPField(name: .setCookie, value: AttemptCookie.cleared))
            return response
        } catch let trouble as IdentityTrouble { return refused(trouble, attempt.next, context) } catch let trouble
            as Trouble where trouble.code == Trouble.strangerCode
        { return page(trouble, attempt.next, context) }
    }

    /// What the provider has sent along, once it is certain that it belongs to this attempt.
    private static func code(
        _ query: FormData,
        _ attempt: AttemptCookie,
        _ provider: any IdentityProvider
    ) throws(IdentityTrouble) -> String {
        let state = SignInAttempt(secret: attempt.secret).state
        guard query["state"]?.equalsInConstantTime(state) == true else {
            throw .refused("state", "What came back belongs to another attempt to sign in.")
        }
        // Who answers for another provider sends codes to the wrong place (RFC 9207).
        if let issuer = query["iss"], issuer != provider.issuer {
            throw .refused("issuer", "Another provider than \(provider.issuer) answered.")
        }
        if query["error"] != nil { throw .refused("provider", "\(provider.issuer) did not let them in.") }
        guard let code = query["code"], !code.isEmpty, code.utf8.count <= codeBytesMax else {
            throw .refused("code", "\(provider.issuer) sent no code.")
        }
        return code
    }

    /// The page of signing in again, with a sentence; the whole of it is for the log and the journal.
    private func refused(_ trouble: IdentityTrouble, _ next: String, _ context: AppContext) -> Response {
        switch trouble {
        case .unavailable(let sentence):
            context.logger.warning("nobody can sign in by the identity provider: \(sentence)")
            return page(.providerAway, next, context)
        case .refused(let reason, let sentence):
            context.logger.notice("refused at the door: \(sentence)")
            var attempt = VisitorRefusals.Attempt(
                address: context.address,
                channel: .page,
                requestID: context.requestID
            )
            attempt.reason = reason
            server.refusals.add(.identity, attempt)
            return page(.identityRefused, next, context)
        }
    }

    private func page(_ trouble: Trouble, _ next: String, _ context: AppContext) -> Response {
        var response = PersonPages(server: server).signInPage(context, next: next, trouble: trouble)
        response.headers.append(HTTPField(name: .setCookie, value: AttemptCookie.cleared))
        return response
    }
}

/// Carries one attempt to sign in: the secret from which all that binds it derives, and where to go afterwards.
private struct AttemptCookie {
    let secret: Secret
    let next: String

    private static let name = "__Host-sirdar-sign-in"
    private static let seconds = 600
    private static let nextBytesMax = 1024

    init(secret: Secret, next: String) {
        self.secret = secret
        self.next = next.utf8.count <= Self.nextBytesMax ? next : "/"
    }

    init?(_ request: Request) {
        for header in request.headers[values: .cookie] {
            for pair in header.split(separator: ";") {
                let sides = pair.split(separator: "=", maxSplits: 1)
                guard sides.count == 2, String(sides[0]).trimmed == Self.name else { continue }
                let parts = String(sides[1]).trimmed.split(separator: ".", maxSplits: 1)
                guard let first = parts.first, let secret = Secret(String(first)) else { return nil }
                // What cannot be read leads home.
                let next = parts.count > 1 ? try? FormData.decodePath(String(parts[1])) : nil
                self.init(secret: secret, next: PersonPages.local(next ?? "/"))
                return
            }
        }
        return nil
    }

    /// `Lax`: the provider's redirect brings it back, and nothing else of another site's does.
    var set: String {
        "\(Self.name)=\(secret.text).\(next.urlEscaped); Path=/; Max-Age=\(Self.seconds); "
            + "Secure; HttpOnly; SameSite=Lax"
    }

    static let cleared = "\(name)=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Lax"
}

extension Trouble {
    static let strangerCode = "person-unknown"

    fileprivate static let providerAway = Trouble(
        status: 503,
        code: "provider-away",
        title: "Not signed in",
        detail: "The identity provider does not answer as it should. Try again in a moment, or sign in with a password."
    )

    fileprivate static let identityRefused = Trouble(
        status: 401,
        code: "identity-refused",
        title: "Not signed in",
        detail: "That did not work: it took too long, was begun in another window, or was broken off. Try again."
    )
}
