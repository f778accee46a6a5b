import HTTPTypes
import Hummingbird

/// Refuses what is too large or of no use before anything is read of it.
struct LimitsMiddleware: RouterMiddleware {
    /// Every other one is refused, whatever the address.
    static let methods: [HTTPRequest.Method] = [.get, .head, .post, .put, .delete, .options, .patch]
    /// The methods that an address has, as `Allow` lists them.
    let allowed: @Sendable (_ path: String) -> String
    /// How large an attached file may be.
    let attachmentBytesMax: Int

    func handle(
        _ request: Request,
        context: AppContext,
        next: (Request, AppContext) async throws -> Response
    ) async throws -> Response {
        guard request.uri.string.utf8.count <= Limits.pathBytesMax else {
            throw Trouble(status: 414, code: "address-too-long", title: "Too long", detail: "The address is too long.")
        }
        // With none, or with two, it is not known whose it is; by another coding, not where it ends.
        guard request.head.authority?.isEmpty == false, request.headers[.host] == nil else {
            throw Trouble.malformed("A request has one Host.")
        }
        if let coding = request.headers[.transferEncoding], coding.lowercased() != "chunked" {
            throw Trouble.malformed("A body may be chunked, and coded in no other way.")
        }
        guard Self.methods.contains(request.method) else { throw Trouble.methodNotAllowed(allowed(request.uri.path)) }
        if let length = request.headers[.contentLength] {
            guard let bytes = Int(length), bytes >= 0 else { throw Trouble.malformed("Content-Length is no number.") }
            guard bytes <= bytesMax(of: request) else { throw Trouble.tooLarge }
        }
        return try await next(request, context)
    }

    /// A form with a file in it is larger than the file.
    private func bytesMax(of request: Request) -> Int {
        request.uri.path.hasSuffix("/attachments") ? attachmentBytesMax + Limits.bodyBytesMax : Limits.bodyBytesMax
    }
}
