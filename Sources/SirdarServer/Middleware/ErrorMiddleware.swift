import HTTPTypes
import Hummingbird
import JSON
import Logging
import NIOCore

/// Turns whatever is thrown into an answer: `application/problem+json` for programs, a sentence on a page for people.
struct ErrorMiddleware: RouterMiddleware {
    let pages: Pages

    func handle(
        _ request: Request,
        context: AppContext,
        next: (Request, AppContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch {
            let trouble = Self.trouble(error, request, context)
            guard !request.isForProgram else { return Self.problem(trouble, request, context) }
            return await pages.trouble(trouble, request, context)
        }
    }

    static func trouble(_ error: any Error, _ request: Request, _ context: AppContext) -> Trouble {
        if let trouble = Trouble(error) { return trouble }
        if error is NIOTooManyBytesError { return .tooLarge }
        if let error = error as? HTTPError { return of(error) }
        context.logger.error("\(request.method) \(request.uri.path) failed: \(error)")
        return .unexpected
    }

    private static func of(_ error: HTTPError) -> Trouble {
        switch error.status {
        case .notFound: .notFound("page")
        case .methodNotAllowed: .methodNotAllowed("")
        case .contentTooLarge: .tooLarge
        default: .malformed(error.body ?? error.status.reasonPhrase)
        }
    }

    static func problem(_ trouble: Trouble, _ request: Request, _ context: AppContext) -> Response {
        let json = trouble.json(instance: request.uri.path, requestID: context.requestID)
        var headers = trouble.fields
        headers[.contentType] = "application/problem+json"
        return Response(
            status: HTTPResponse.Status(code: trouble.status),
            headers: headers,
            body: ResponseBody(byteBuffer: ByteBuffer(string: json.text))
        )
    }
}
