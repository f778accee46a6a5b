import Hummingbird
import Logging
import NIOCore
import SirdarCore
import SirdarEngine
import SirdarJournal

/// What one request carries through middleware and handler.
struct AppContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// The address of the other end; behind a proxy, what the proxy says it is.
    var address: String
    /// What ties answer, log and journal together.
    var requestID = ""
    /// Who asks; `nil` while nobody has proved who they are.
    var principal: Principal?
    /// The entry up to which everything was durable when the request came.
    var head: Int64 = 0
    /// What is stopped, for every page to say.
    var stops: [StopView] = []
    /// The token of the session, from which the token against forged requests derives.
    var sessionSecret: Secret?

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        address = source.channel.remoteAddress?.ipAddress ?? "local"
    }
}

extension AppContext {
    /// Who asks, when somebody must.
    func person() throws(Trouble) -> Principal {
        guard let principal else { throw .signInNeeded }
        return principal
    }

    /// Who asks, when they may do this here.
    @discardableResult
    func expect(
        _ operation: Permissions.Operation,
        in scope: Permissions.Scope = .installation
    ) throws(Trouble) -> Principal {
        let principal = try person()
        guard principal.may(operation, in: scope) else { throw .denied(operation) }
        return principal
    }

    /// Who asks, when they may make and end tokens and sessions of their own: by a session, or a token that may manage.
    func keeper() throws(Trouble) -> Principal {
        let principal = try person()
        if case .token(let token) = principal.proof, !token.scopes.contains(.manage) { throw .denied(.managePeople) }
        return principal
    }

    func may(_ operation: Permissions.Operation, in scope: Permissions.Scope = .installation) -> Bool {
        principal?.may(operation, in: scope) ?? false
    }

    /// Who does what is about to be done, for the journal.
    func actuation(_ channel: Entry.Channel, reason: String? = nil) throws(Trouble) -> Actuation {
        let principal = try person()
        let actor = Entry.Actor(
            id: principal.person.id.description,
            kind: principal.person.isService ? .service : .person,
            session: principal.session?.label
        )
        return Actuation(actor: actor, channel: channel, requestID: requestID, reason: reason)
    }

    /// What forms carry, so that another site cannot send them.
    var formToken: String { sessionSecret?.derived(for: Self.formTokenPurpose) ?? "" }

    static let formTokenPurpose = "sirdar/form"
}

extension Request {
    /// Whether a program asks, which is answered in JSON, or a person, who gets a page.
    var isForProgram: Bool {
        let path = uri.path
        return path == "/v1" || path.hasPrefix("/v1/") || path == "/livez" || path == "/readyz" || path == "/version"
    }

    var changesNothing: Bool { method == .get || method == .head || method == .options }
}
