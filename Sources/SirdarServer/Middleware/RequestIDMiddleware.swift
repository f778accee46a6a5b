import HTTPTypes
import Hummingbird
import Logging
import SirdarCore

/// Gives each request a number that its answer, the log and the journal share.
struct RequestIDMiddleware: RouterMiddleware {
    static let header = HTTPField.Name.requestID
    /// The proxies whose word on where a request comes from is believed.
    let trusted: [NetworkRange]

    func handle(
        _ request: Request,
        context: AppContext,
        next: (Request, AppContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        context.requestID = Self.proposed(request) ?? Self.fresh()
        context.logger[metadataKey: "request"] = .string(context.requestID)
        context.address = origin(of: request, context)
        var response = try await next(request, context)
        response.headers[Self.header] = context.requestID
        return response
    }

    /// The last address of the chain that is not a trusted proxy's: what stands before it, anybody can have written.
    private func origin(of request: Request, _ context: AppContext) -> String {
        guard trusted.containsAddress(context.address) else { return context.address }
        let chain = request.headers[values: .forwardedFor].flatMap { $0.split(separator: ",") }
            .map { String($0).trimmed }
        for address in chain.reversed() {
            // What is no address was not written by a proxy.
            guard NetworkAddress(address) != nil else { break }
            if !trusted.containsAddress(address) { return address }
        }
        return context.address
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
    static let idempotencyKey = known("Idempotency-Key")
    static let repeated = known("Idempotent-Replayed")
    static let host = known("Host")
    static let clearSiteData = known("Clear-Site-Data")
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

extension [NetworkRange] {
    func containsAddress(_ text: String) -> Bool {
        guard let address = NetworkAddress(text) else { return false }
        return contains { $0.contains(address) }
    }
}
