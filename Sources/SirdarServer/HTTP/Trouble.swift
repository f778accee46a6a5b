import HTTPTypes
import JSON
import SirdarCore
import SirdarEngine
import SirdarImages

/// Why a request cannot be answered as it was meant, in the form of RFC 9457: the same for programs and on pages.
struct Trouble: Error, Sendable, Hashable {
    let status: Int
    /// The stable part of the type's URI.
    let code: String
    let title: String
    var detail: String
    var errors: [FieldError] = []
    var retryAfterSeconds: Int?
    /// The methods that an address has, where it has not the one that was asked for.
    var allowed: String?
    /// The journal has it already: the engine kept it where it refused.
    var isKept = false

    static let typePrefix = "urn:sirdar:problem:"
}

extension Trouble {
    static let signInNeeded = Trouble(
        status: 401,
        code: "sign-in-needed",
        title: "Sign in",
        detail: "Sign in, or send a token: `Authorization: Bearer srd_…`."
    )

    static let deniedCode = "denied"

    static func denied(_ operation: Permissions.Operation) -> Trouble {
        Trouble(
            status: 403,
            code: deniedCode,
            title: "Not allowed",
            detail: "Your roles do not include this (\(operation.rawValue)). An administrator can change that."
        )
    }

    static let crossSite = Trouble(
        status: 403,
        code: "cross-site",
        title: "Not from this site",
        detail: "This request did not come from one of Sirdar's own pages. Load the page again and repeat it."
    )

    static func notFound(_ what: String) -> Trouble {
        Trouble(status: 404, code: "not-found", title: "Not found", detail: "There is no such \(what), or not for you.")
    }

    static func invalid(_ errors: [FieldError]) -> Trouble {
        Trouble(
            status: 422,
            code: "invalid",
            title: "Something is not right yet",
            detail: errors.map(\.detail).joined(separator: " "),
            errors: errors
        )
    }

    static func invalid(_ pointer: String, _ detail: String) -> Trouble {
        .invalid([FieldError(pointer: pointer, detail)])
    }

    static func malformed(_ detail: String) -> Trouble {
        Trouble(status: 400, code: "malformed", title: "The request cannot be read", detail: detail)
    }

    static func conflict(_ code: String, _ detail: String) -> Trouble {
        Trouble(status: 409, code: code, title: "Not now", detail: detail)
    }

    /// Somebody must do something before requests should come here.
    static func notReady(_ detail: String) -> Trouble {
        Trouble(status: 503, code: "not-ready", title: "Not ready", detail: detail, retryAfterSeconds: 5)
    }

    static let tooLarge = Trouble(
        status: 413,
        code: "too-large",
        title: "Too large",
        detail: "A request's body may have at most \(Limits.bodyBytesMax) bytes."
    )

    /// `allowed` are the methods that there are, as `Allow` lists them.
    static func methodNotAllowed(_ allowed: String) -> Trouble {
        var trouble = Trouble(
            status: 405,
            code: "method-not-allowed",
            title: "Not possible",
            detail: "This address does not know this method. It knows: \(allowed)."
        )
        trouble.allowed = allowed
        return trouble
    }

    static func throttled(seconds: Int) -> Trouble {
        Trouble(
            status: 429,
            code: "too-many-attempts",
            title: "Too many attempts",
            detail: "Wait \(seconds == 1 ? "a second" : "\(seconds) seconds") before you try again.",
            retryAfterSeconds: seconds
        )
    }

    static let overloaded = Trouble(
        status: 503,
        code: "overloaded",
        title: "Too busy",
        detail: "More is being asked than can be answered. Try again in a moment.",
        retryAfterSeconds: 1
    )

    static let storageFull = Trouble(
        status: 503,
        code: "storage-full",
        title: "Storage is full",
        detail: "The disk is full, or refuses to write. Nothing was changed; an administrator must make room.",
        retryAfterSeconds: 30
    )

    static let unavailable = Trouble(
        status: 503,
        code: "unavailable",
        title: "Not available",
        detail: "The store does not answer. Nothing was changed. Try again in a moment.",
        retryAfterSeconds: 5
    )

    static let unexpected = Trouble(
        status: 500,
        code: "unexpected",
        title: "Something went wrong",
        detail: "That should not have happened, and it has been logged. Nothing more is known here."
    )
}

extension Trouble {
    /// The one place where errors of every kind become answers; `nil` for one that nobody thought of.
    init?(_ error: any Error) {
        switch error {
        case let trouble as Trouble: self = trouble
        case let refusal as TaskRefusal:
            self = Self.of(refusal)
            isKept = true
        case let error as CloudError: self = Self.of(error)
        case let refusal as Refusal: self = Self.of(refusal)
        case let refusal as AbsenceRefusal: self = Self.of(refusal)
        case let refusal as StopRefusal:
            self = Self.of(refusal)
            isKept = true
        case let error as StoreError:
            guard let trouble = Self.of(error) else { return nil }
            self = trouble
        case let early as Throttle.TooEarly: self = .throttled(seconds: early.seconds)
        case is TaskChanged: self = .stale
        case is UnknownTask: self = .notFound("task")
        case is UnknownInstance: self = .notFound("instance")
        case let errors as FieldErrors: self = .invalid(errors.errors)
        case let refusal as StudioRefusal:
            self = Trouble(
                status: refusal.status,
                code: refusal.code,
                title: "Not now",
                detail: refusal.sentence,
                errors: refusal.errors
            )
        default: return nil
        }
    }

    private static func of(_ refusal: TaskRefusal) -> Trouble {
        switch refusal {
        case .invalid(let errors): return .invalid(errors)
        case .notInQueue, .lacksSkills, .excluded, .ownWork, .notSupervisor, .notRequester, .reservedToSupervisors:
            return Trouble(status: 403, code: refusal.code, title: "Not yours to do", detail: refusal.sentence())
        case .noteNeeded:
            return Trouble(
                status: 422,
                code: refusal.code,
                title: "A note is needed",
                detail: refusal.sentence(),
                errors: [FieldError(pointer: "/note", refusal.sentence())]
            )
        case .unknownPerson: return .named(refusal, at: "/person")
        case .unknownQueue: return .named(refusal, at: "/queue")
        case .heldBy, .notClaimed, .alreadyStarted, .alreadyYours, .ended, .claimLimit, .stopped, .onHold, .notOnHold,
            .beingVerified, .notVerifying, .inReview, .notInReview, .notSkippable, .nothingToWaive, .notCompleted,
            .goneOn, .notTheirs,
            .absent, .staleFence:
            return .conflict(refusal.code, refusal.sentence())
        }
    }

    private static func of(_ error: CloudError) -> Trouble {
        let (status, title) =
            switch error.kind {
            case .conflict, .duplicate: (409, "Not now")
            case .quota: (409, "No room")
            case .invalid: (422, "Something is not right yet")
            case .gone: (404, "Not found")
            case .denied, .throttled, .transient, .eventual, .unknown: (503, "The cloud does not answer as it should")
            }
        var trouble = Trouble(status: status, code: "cloud-\(error.code)", title: title, detail: error.sentence)
        if error.mayPassByItself { trouble.retryAfterSeconds = 5 }
        return trouble
    }

    private static func named(_ refusal: TaskRefusal, at pointer: String) -> Trouble {
        Trouble(
            status: 422,
            code: refusal.code,
            title: "Not known",
            detail: refusal.sentence(),
            errors: [FieldError(pointer: pointer, refusal.sentence())]
        )
    }

    private static func of(_ refusal: Refusal) -> Trouble {
        switch refusal {
        case .task(let refusal): of(refusal)
        case .outputUnfit(let errors), .inputUnfit(let errors): .invalid(errors)
        case .ended, .alreadyStarted, .noSuchStep, .staleAttempt, .notAwaited, .unwinding, .alreadySuspended,
            .notSuspended, .notStopped, .notSkippable, .notEditable, .notRewindable, .notReopenable, .notListening:
            .conflict(refusal.code, refusal.sentence)
        }
    }

    private static func of(_ refusal: AbsenceRefusal) -> Trouble {
        let pointer: String
        switch refusal {
        case .none: return .conflict(refusal.code, refusal.sentence)
        case .endsBeforeItBegins, .isOver, .tooLong: pointer = "/until"
        case .ownSubstitute, .notInQueues, .unknownPerson: pointer = "/substitute"
        }
        return Trouble(
            status: 422,
            code: refusal.code,
            title: "Something is not right yet",
            detail: refusal.sentence,
            errors: [FieldError(pointer: pointer, refusal.sentence)]
        )
    }

    private static func of(_ refusal: StopRefusal) -> Trouble {
        switch refusal {
        case .unknown, .reasonNeeded:
            let pointer = refusal == .reasonNeeded ? "/reason" : "/name"
            return Trouble(
                status: 422,
                code: refusal.code,
                title: "Something is not right yet",
                detail: refusal.sentence(),
                errors: [FieldError(pointer: pointer, refusal.sentence())]
            )
        case .alreadyStopped, .notStopped, .tooMany: return .conflict(refusal.code, refusal.sentence())
        }
    }

    private static func of(_ error: StoreError) -> Trouble? {
        switch error {
        case .conflict, .staleFence:
            .conflict(
                "changed-meanwhile",
                "Somebody else changed this just now. Load it again and repeat what you meant."
            )
        case .nameTaken(kind: let kind, name: let name):
            Trouble(
                status: 409,
                code: "name-taken",
                title: "The name is taken",
                detail: "There is a \(kind) called \(name) already. Choose another name.",
                errors: [
                    FieldError(pointer: "/name", "There is a \(kind) called \(name) already. Choose another name.")
                ]
            )
        case .versionTaken(let version):
            .conflict(
                "version-taken",
                "Version \(version) was deployed before with another content. Raise its version."
            )
        case .storageFull: .storageFull
        case .unavailable: .unavailable
        case .corrupt: nil
        }
    }
}

extension Trouble {
    /// The document of RFC 9457.
    func json(instance: String, requestID: String) -> JSON {
        var object: JSON.Object = [
            "type": .string(Self.typePrefix + code), "title": .string(title), "status": .number(JSON.Number(status)),
            "detail": .string(detail), "instance": .string(instance), "request_id": .string(requestID),
        ]
        if !errors.isEmpty {
            object["errors"] = .array(
                errors.map { ["pointer": .string($0.pointer), "detail": .string($0.detail)] }
            )
        }
        return .object(object)
    }

    var fields: HTTPFields {
        var fields = HTTPFields()
        if let retryAfterSeconds { fields[.retryAfter] = String(retryAfterSeconds) }
        if let allowed { fields[.allow] = allowed }
        if status == 401 { fields[.wwwAuthenticate] = "Bearer realm=\"sirdar\"" }
        return fields
    }
}
