import HTTPTypes
package import Hummingbird
import HummingbirdCore
import JSON
package import Logging
import NIOCore
import SirdarCore
package import SirdarEngine
package import SirdarImages
import SirdarJournal

/// Shows everything over HTTP, as JSON and as pages. `Routes.swift` has every URL on one screen.
package struct Server: Sendable {
    let engine: Engine
    let studio: any Studio
    /// What seals the journal; `nil` where nothing does.
    let sealer: Sealer?
    let versions: Versions
    /// What tells people; `nil` where nothing does.
    let notifier: Notifier?
    let settings: Settings
    let log: Logger
    let blocking: Blocking
    let passwords: Passwords
    let signIn: SignIn
    /// What was refused before it was known who asks.
    let refusals: VisitorRefusals
    let templates: Templates
    let cursors: CursorSeal
    let readiness: Readiness

    package struct Settings: Sendable {
        /// Whether browsers reach us by https only, so that they may be told to insist on it.
        package var isOverTLS = false
        /// The address by which browsers know us, `https://sirdar.example`; `nil`: whatever `Host` says.
        package var origin: String?
        /// Whether a proxy stands before us, whose `X-Forwarded-For` is believed.
        package var isBehindProxy = false
        package var sessions = SessionLimits()
        package var version = "development"
        /// Signs cursors. Another one after a start makes yesterday's cursors invalid, and nothing else.
        package var cursorSecret: [UInt8] = []
        /// Threads that may block on the store, and how many requests may wait for one.
        package var lanes = 8
        package var waitingMax = 512
        /// Where the store is: whose disk must have room, and where a backup is made before it is sent.
        package var dataFolder: String?

        package init() {}
    }

    /// - Throws: when a template that is built in cannot be read: a mistake of ours, found at the start.
    package init(
        engine: Engine,
        studio: any Studio,
        sealer: Sealer? = nil,
        versions: Versions? = nil,
        notifier: Notifier? = nil,
        settings: Settings,
        log: Logger
    ) throws {
        self.sealer = sealer
        self.notifier = notifier
        self.versions = versions ?? Versions(engine: engine)
        self.engine = engine
        self.studio = studio
        self.settings = settings
        self.log = log
        blocking = Blocking(name: "server", lanes: settings.lanes, queueMax: settings.waitingMax)
        passwords = Passwords()
        refusals = VisitorRefusals(engine: engine)
        signIn = SignIn(
            engine: engine,
            blocking: blocking,
            passwords: passwords,
            throttle: Throttle(),
            refusals: refusals
        )
        templates = try Templates()
        let secret = settings.cursorSecret.isEmpty ? Array(Secret().text.utf8) : settings.cursorSecret
        cursors = CursorSeal(secret: secret)
        readiness = Readiness(engine: engine, blocking: blocking, folder: settings.dataFolder)
    }

    /// Keeps what is still counted; for when nothing is answered any more.
    package func finish() { refusals.finish() }

    /// Everything that answers, behind the middleware that every request passes.
    func router() -> Router<AppContext> {
        let router = Router(context: AppContext.self, options: .autoGenerateHeadEndpoints)
        router.addMiddleware {
            RequestIDMiddleware(isBehindProxy: settings.isBehindProxy)
            SecurityHeadersMiddleware(isOverTLS: settings.isOverTLS)
            ErrorMiddleware(pages: Pages(server: self))
            LimitsMiddleware()
            AuthenticationMiddleware(
                engine: engine,
                blocking: blocking,
                limits: settings.sessions,
                refusals: refusals
            )
            CrossSiteMiddleware(origin: settings.origin)
        }
        for route in routes { route.add(to: router) { keep($0, $1, $2) } }
        return router
    }

    /// What somebody was refused is kept like what was done; a look at what is not there changes nothing and is not.
    func keep(_ trouble: Trouble, _ request: Request, _ context: AppContext) {
        let isRefusal = [403, 404, 409, 412, 422].contains(trouble.status) && !request.changesNothing
        guard !trouble.isKept, isRefusal || trouble.code == Trouble.deniedCode,
            let actuation = try? context.actuation(request.isForProgram ? .api : .page)
        else { return }
        engine.note(
            Entry(
                at: engine.clock.now(),
                actor: actuation.actor,
                channel: actuation.channel,
                action: "request.refused",
                object: .init(kind: "route", id: engine.identifiers.next(), part: request.uri.path),
                refusal: trouble.code,
                detail: [
                    "method": .string(request.method.rawValue),
                    "fields": .array(trouble.errors.map { .string($0.pointer) }),
                ],
                requestID: actuation.requestID
            )
        )
    }

    /// The program that listens; `run()` of it ends with the process's signals.
    package func application(host: String, port: Int) -> some ApplicationProtocol {
        let decoder = HTTP1Channel.Configuration.DecoderConfiguration(
            maxHeaderFieldSize: Limits.headerFieldBytesMax,
            maxHeaderListSize: Limits.headerListBytesMax,
            maxHeaderFieldCount: Limits.headerCountMax
        )
        let channel = HTTP1Channel.Configuration(
            idleTimeout: .seconds(Limits.idleSeconds),
            httpDecoderConfiguration: decoder
        )
        return Application(
            router: router(),
            server: .http1(configuration: channel),
            configuration: ApplicationConfiguration(
                address: .hostname(host, port: port),
                availableConnectionsDelegate: MaximumAvailableConnections(Limits.connectionsMax)
            ),
            logger: log
        )
    }
}
