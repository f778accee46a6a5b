import HTTPTypes
import Hummingbird
import Logging
import SirdarCore
import SirdarEngine
import SirdarJournal

/// Finds out who asks: by a bearer token, or by the cookie of a session. It refuses nobody; the routes do.
///
/// The store is asked each time, so that whoever was disabled or signed out is out with the next request.
struct AuthenticationMiddleware: RouterMiddleware {
    let engine: Engine
    let blocking: Blocking
    let limits: SessionLimits
    let refusals: VisitorRefusals
    let feed: ChangeFeed

    func handle(
        _ request: Request,
        context: AppContext,
        next: (Request, AppContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        // Before anything is read: what happens from now on is told to the page's listener.
        context.head = feed.known
        if let header = request.headers[.authorization] {
            // A token that is wrong is not passed over in favour of a cookie.
            context.principal = try await bearer(header, context, request)
        } else if let secret = SessionCookie.read(request), let principal = try await session(secret, context) {
            context.principal = principal
            context.sessionSecret = secret
        }
        if !engine.stops.isEmpty, context.sessionSecret != nil, !request.isForProgram {
            let engine = engine
            context.stops = try await blocking.run { try StopView.all(engine) }
        }
        if let principal = context.principal {
            context.logger[metadataKey: "person"] = .string(principal.person.name)
        }
        return try await next(request, context)
    }

    private func bearer(_ header: String, _ context: AppContext, _ request: Request) async throws -> Principal {
        let parts = header.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { throw refused(context, request) }
        let (engine, text) = (engine, String(parts[1]))
        let found = try await blocking.run {
            try People(engine.store).principal(token: text, at: engine.clock.now())
        }
        guard let found else { throw refused(context, request) }
        keep(found.change, context.logger)
        return found.principal
    }

    private func refused(_ context: AppContext, _ request: Request) -> Trouble {
        let channel: Entry.Channel = request.isForProgram ? .api : .page
        refusals.add(.token, .init(address: context.address, channel: channel, requestID: context.requestID))
        return .signInNeeded
    }

    private func session(_ secret: Secret, _ context: AppContext) async throws -> Principal? {
        let (engine, limits) = (engine, limits)
        let found = try await blocking.run {
            try People(engine.store).principal(session: secret, limits: limits, at: engine.clock.now())
        }
        keep(found?.change, context.logger)
        return found?.principal
    }

    /// Written beside the request: whoever was a moment earlier has written as good a time.
    private func keep(_ change: RecordChange?, _ log: Logger) {
        guard let change else { return }
        var commit = Commit()
        commit.records = [change]
        engine.store.submit(commit) { result in
            if case .failure(let error) = result, error != .conflict {
                log.warning("a last use was not kept: \(error)")
            }
        }
    }
}

/// The cookie that carries a session's token.
enum SessionCookie {
    /// The prefix binds it to this host, to `Secure` and to the path `/`, in every browser.
    static let name = "__Host-sirdar"

    static func read(_ request: Request) -> Secret? {
        for header in request.headers[values: .cookie] {
            for pair in header.split(separator: ";") {
                let sides = pair.split(separator: "=", maxSplits: 1)
                guard sides.count == 2, String(sides[0]).trimmed == name else { continue }
                return Secret(String(sides[1]).trimmed)
            }
        }
        return nil
    }

    static func set(_ secret: Secret) -> String { "\(name)=\(secret.text); Path=/; Secure; HttpOnly; SameSite=Lax" }
    static let cleared = "\(name)=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Lax"
}
