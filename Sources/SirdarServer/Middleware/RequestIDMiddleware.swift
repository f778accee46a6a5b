import HTTPTypes
import Hummingbird
import Logging

/// Gives each request a number that its answer, the log and the journal share.
struct RequestIDMiddleware: RouterMiddleware {
    static let header = HTTPField.Name.requestID
    /// Whether the address that a proxy reports is believed.
    let isBehindProxy: Bool

    func handle(
        _ request: Request,
        context: AppContext,
        next: (Request, AppContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        context.requestID = Self.proposed(request) ?? Self.fresh()
        context.logger[metadataKey: "request"] = .string(context.requestID)
        if isBehindProxy, let last = request.headers[.forwardedFor]?.split(separator: ",").last {
            context.address = String(last.prefix(64)).trimmed
        }
        var response = try await next(request, context)
        response.headers[Self.header] = context.requestID
        return response
    }

    /// What the caller calls the request, if it is short and harmless: it goes into logs.
    private static func proposed(_ request: Request) -> String? {
        guard let text = request.headers[header], (8...64).contains(text.utf8.count),
            text.utf8.allSatisfy({ ($0 | 0x20).isLowerLetter || $0.isDigit || $0 == 0x2D || $0 == 0x5F })
        else { return nil }
        return text
    }

    private static func fresh() -> String {
        let text = String(UInt64.random(in: 0 ... .max), radix: 16)
        return String(repeating: "0", count: 16 - text.count) + text
    }
}

extension HTTPField.Name {
    static let requestID = known("X-Request-Id")
    static let forwardedFor = known("X-Forwarded-For")
    static let fetchSite = known("Sec-Fetch-Site")
    static let formToken = known("X-Form-Token")
    static let contentTypeOptions = known("X-Content-Type-Options")
    static let referrerPolicy = known("Referrer-Policy")
    static let openerPolicy = known("Cross-Origin-Opener-Policy")
    static let resourcePolicy = known("Cross-Origin-Resource-Policy")
    static let permissionsPolicy = known("Permissions-Policy")
    static let digest = known("X-Content-Digest")

    static func known(_ name: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(name) else { preconditionFailure("\(name) can be a header's name") }
        return name
    }
}

extension UInt8 {
    var isLowerLetter: Bool { (0x61...0x7A).contains(self) }
    var isDigit: Bool { (0x30...0x39).contains(self) }
}
