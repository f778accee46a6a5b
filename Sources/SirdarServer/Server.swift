import HTTPTypes
package import Hummingbird
import HummingbirdCore
import HummingbirdTLS
import JSON
package import Logging
import NIOCore
import NIOSSL
package import SirdarCore
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
    /// Who knows people besides ourselves; `nil` where everybody signs in with a password.
    let provider: (any IdentityProvider)?
    /// Where it is asked: it may be slow, and then only whoever signs in waits for it.
    let callers = Blocking(name: "provider", lanes: 2, queueMax: 64)
    /// What takes names and free text away in time; `nil` where nothing does.
    let retention: Retention?
    /// Where what takes long is done, one after the other.
    let chores = Blocking(name: "chores", lanes: 1, queueMax: 8)
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
    /// What happens, for whoever listens.
    package let feed: ChangeFeed
    let repeats: Repeats
    let rateLimit: RateLimit?
    let connections: Connections
    /// The bytes of attachments; `nil` without a data folder.
    let attachments: AttachmentFiles?

    package struct Settings: Sendable {
        /// Whether browsers reach us by https only, so that they may be told to insist on it.
        package var isOverTLS = false
        /// The address by which browsers know us, `https://sirdar.example`; `nil`: whatever `Host` says.
        package var origin: String?
        /// The networks of proxies that stand before us: their `X-Forwarded-For` is believed, and nobody else's.
        package var trustedProxies: [NetworkRange] = []
        /// The files of a certificate with its chain and of its key; without them it is plain HTTP.
        package var certificate: (chain: String, key: String)?
        /// How fast one person, or one address of whom nobody is known, may ask; `nil`: as fast as they like.
        package var requestsPerSecond: Int?
        /// How long a request may be in coming.
        package var headSeconds = Limits.headSeconds
        package var bodySeconds = Limits.bodySeconds
        package var sessions = SessionLimits()
        package var version = "development"
        /// Signs cursors. Another one after a start makes yesterday's cursors invalid, and nothing else.
        package var cursorSecret: [UInt8] = []
        /// Threads that may block on the store, and how many requests may wait for one.
        package var lanes = 8
        package var waitingMax = 512
        package var stream = ChangeFeed.Limits()
        /// Where the store is: whose disk must have room, and where a backup is made before it is sent.
        package var dataFolder: String?
        /// How large one attached file may be, and of which media types.
        package var attachmentBytesMax = 10 << 20
        package var attachmentTypes = ["text/plain", "application/json", "application/pdf", "image/png", "image/jpeg"]

        package init() {}
    }

    /// - Throws: when a template that is built in cannot be read, a mistake of ours, or the folder of attachments
    ///   cannot be made: found at the start.
    package init(
        engine: Engine,
        studio: any Studio,
        sealer: Sealer? = nil,
        versions: Versions? = nil,
        notifier: Notifier? = nil,
        provider: (any IdentityProvider)? = nil,
        retention: Retention? = nil,
        settings: Settings,
        log: Logger
    ) throws {
        self.sealer = sealer
        self.notifier = notifier
        self.provider = provider
        self.retention = retention
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
        feed = ChangeFeed(engine: engine, limits: settings.stream)
        repeats = Repeats(engine: engine, blocking: blocking, log: log)
        rateLimit = RateLimit(perSecond: settings.requestsPerSecond)
        connections = Connections(trusted: settings.trustedProxies)
        attachments = try settings.dataFolder.map { try AttachmentFiles(folder: "\($0)/attachments") }
        // What was coming in when the program ended.
        if let removed = try attachments?.tidy(engine.store), removed > 0 {
            log.notice("files that were coming in at the last end were removed", metadata: ["count": "\(removed)"])
        }
        readiness = Readiness(engine: engine, blocking: blocking, folder: settings.dataFolder)
    }

    /// Keeps what is still counted; for when nothing is answered any more.
    package func finish() { refusals.finish() }

    /// Everything that answers, behind the middleware that every request passes.
    func router() -> Router<AppContext> {
        let routes = routes
        let table = routes.methods.map { (path: $0.path, allowed: $0.methods.map(\.rawValue).joined(separator: ", ")) }
        let router = Router(context: AppContext.self, options: .autoGenerateHeadEndpoints)
        router.addMiddleware {
            RequestIDMiddleware(trusted: settings.trustedProxies)
            SecurityHeadersMiddleware(isOverTLS: settings.isOverTLS)
            ErrorMiddleware(pages: Pages(server: self))
            LimitsMiddleware(
                allowed: { path in table.first { Route.fits($0.path, path) }?.allowed ?? "" },
                attachmentBytesMax: settings.attachmentBytesMax
            )
            AuthenticationMiddleware(
                engine: engine,
                blocking: blocking,
                limits: settings.sessions,
                refusals: refusals,
                feed: feed
            )
            RateLimitMiddleware(limit: rateLimit, clock: engine.clock)
            CrossSiteMiddleware(origin: settings.origin)
        }
        for route in routes { route.add(to: router, of: self) }
        routes.refuseOthers(on: router)
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
    ///
    /// - Throws: when the certificate or its key cannot be read.
    package func application(host: String, port: Int) throws -> some ApplicationProtocol {
        let decoder = HTTP1Channel.Configuration.DecoderConfiguration(
            maxHeaderFieldSize: Limits.headerFieldBytesMax,
            maxHeaderListSize: Limits.headerListBytesMax,
            maxHeaderFieldCount: Limits.headerCountMax
        )
        let channel = HTTP1Channel.Configuration(
            additionalChannelHandlers: [
                ConnectionWatch(
                    connections,
                    headWithin: .seconds(settings.headSeconds),
                    bodyWithin: .seconds(settings.bodySeconds)
                )
            ],
            idleTimeout: .seconds(Limits.idleSeconds),
            httpDecoderConfiguration: decoder
        )
        let http = HTTPServerBuilder.http1(configuration: channel)
        return Application(
            router: router(),
            server: try settings.certificate.map { try .tls(http, tlsConfiguration: Self.tls($0.chain, $0.key)) }
                ?? http,
            configuration: ApplicationConfiguration(
                address: .hostname(host, port: port),
                availableConnectionsDelegate: MaximumAvailableConnections(Limits.connectionsMax)
            ),
            logger: log
        )
    }

    /// TLS 1.2 and later, with the certificate of these files.
    private static func tls(_ chain: String, _ key: String) throws -> TLSConfiguration {
        let certificates = try NIOSSLCertificate.fromPEMFile(chain).map { NIOSSLCertificateSource.certificate($0) }
        let privateKey = try NIOSSLPrivateKey(file: key, format: .pem)
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: certificates,
            privateKey: .privateKey(privateKey)
        )
        configuration.minimumTLSVersion = .tlsv12
        return configuration
    }
}
