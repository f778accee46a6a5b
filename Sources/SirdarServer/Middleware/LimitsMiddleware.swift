import Hummingbird

/// Refuses what is too large or of no use before anything is read of it.
struct LimitsMiddleware: RouterMiddleware {
    func handle(
        _ request: Request,
        context: AppContext,
        next: (Request, AppContext) async throws -> Response
    ) async throws -> Response {
        guard request.uri.string.utf8.count <= Limits.pathBytesMax else {
            throw Trouble(status: 414, code: "address-too-long", title: "Too long", detail: "The address is too long.")
        }
        switch request.method {
        case .get, .head, .post, .put, .delete, .options, .patch: break
        default: throw Trouble.methodNotAllowed
        }
        if let length = request.headers[.contentLength] {
            guard let bytes = Int(length), bytes >= 0 else { throw Trouble.malformed("Content-Length is no number.") }
            guard bytes <= Limits.bodyBytesMax else { throw Trouble.tooLarge }
        }
        return try await next(request, context)
    }
}
