import HTTPTypes
import Hummingbird

/// What tells browsers to trust nothing but ourselves; on every answer, errors included.
struct SecurityHeadersMiddleware: RouterMiddleware {
    /// Only then may browsers be told to insist on it.
    let isOverTLS: Bool

    static let contentPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        + "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'"

    func handle(
        _ request: Request,
        context: AppContext,
        next: (Request, AppContext) async throws -> Response
    ) async throws -> Response {
        var response = try await next(request, context)
        // What is no page may allow itself less, or its own style sheet by its digest.
        if response.headers[.contentSecurityPolicy] == nil {
            response.headers[.contentSecurityPolicy] = Self.contentPolicy
        }
        response.headers[.contentTypeOptions] = "nosniff"
        response.headers[.referrerPolicy] = "no-referrer"
        response.headers[.openerPolicy] = "same-origin"
        response.headers[.resourcePolicy] = "same-origin"
        response.headers[.permissionsPolicy] = "camera=(), geolocation=(), microphone=(), payment=()"
        if isOverTLS { response.headers[.strictTransportSecurity] = "max-age=31536000; includeSubDomains" }
        // What a page shows is private unless it says otherwise: it is not to be found by the next at this screen.
        if response.headers[.cacheControl] == nil { response.headers[.cacheControl] = "no-store" }
        return response
    }
}
