import HTTPTypes
import Hummingbird
import NIOCore
import SirdarEngine

/// Refuses what another site has made a browser send.
///
/// First what the browser says itself (`Sec-Fetch-Site`), which no script can forge; where it says nothing, the
/// `Origin`; where that is missing too, a token that derives from the session and that only our own pages carry.
/// Requests with a bearer token need none of it: no browser adds one by itself.
struct CrossSiteMiddleware: RouterMiddleware {
    /// The address by which browsers know this server, `https://sirdar.example`; `nil`: whatever `Host` says.
    let origin: String?

    func handle(
        _ request: Request,
        context: AppContext,
        next: (Request, AppContext) async throws -> Response
    ) async throws -> Response {
        guard !request.changesNothing, request.headers[.authorization] == nil else {
            return try await next(request, context)
        }
        // Nothing of worth can be forged where nobody is known; the route will ask who it is.
        if request.isForProgram, context.principal == nil { return try await next(request, context) }
        var request = request
        guard try await isOurs(&request, context) else { throw Trouble.crossSite }
        return try await next(request, context)
    }

    private func isOurs(_ request: inout Request, _ context: AppContext) async throws -> Bool {
        if let site = request.headers[.fetchSite] {
            if site == "same-origin" { return true }
            return site == "none" && hasOwnOrigin(request) == true
        }
        if let isOwn = hasOwnOrigin(request) { return isOwn }
        return try await hasToken(&request, context)
    }

    /// `nil` when the request does not say where it comes from.
    private func hasOwnOrigin(_ request: Request) -> Bool? {
        guard let claimed = request.headers[.origin] else { return nil }
        if let origin { return claimed.lowercased() == origin.lowercased() }
        guard let host = request.head.authority?.lowercased(), !host.isEmpty else { return false }
        return claimed.lowercased() == "http://\(host)" || claimed.lowercased() == "https://\(host)"
    }

    private func hasToken(_ request: inout Request, _ context: AppContext) async throws -> Bool {
        guard context.sessionSecret != nil else { return false }
        if let token = request.headers[.formToken] { return token.equalsInConstantTime(context.formToken) }
        guard request.headers[.contentType]?.hasPrefix("application/x-www-form-urlencoded") ?? false else {
            return false
        }
        let buffer = try await request.collectBody(upTo: Limits.bodyBytesMax)
        guard let token = try FormData(urlEncoded: String(buffer: buffer))["_token"] else { return false }
        return token.equalsInConstantTime(context.formToken)
    }
}
