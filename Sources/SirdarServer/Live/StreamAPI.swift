import HTTPTypes
import Hummingbird
import NIOCore
import ServiceLifecycle
import SirdarCore
import SirdarEngine

/// `GET /v1/stream`: what happens, as server-sent events, to whoever may see it.
struct StreamAPI: Sendable {
    let server: Server

    @Sendable func stream(_ request: Request, _ context: AppContext) async throws -> Response {
        let (principal, query) = (try context.person(), try FormData.query(of: request))
        let after = try Self.after(request, query)
        let filter = try Self.filter(query)
        let (feed, blocking, server) = (server.feed, server.blocking, server)
        let listener = try await blocking.run { try feed.open(for: principal.person.id, after: after) }
        let telling = ChangeTelling(
            listener,
            to: principal,
            only: filter,
            feed: feed,
            engine: server.engine,
            sessions: server.settings.sessions
        )
        return Response(
            status: .ok,
            headers: [.contentType: "text/event-stream", .cacheControl: "no-store", .acceleratedBuffering: "no"],
            body: ResponseBody { writer in
                defer { feed.close(listener) }
                try await withGracefulShutdownHandler {
                    try await Self.tell(telling, listener, blocking, &writer)
                } onGracefulShutdown: {
                    feed.end()
                }
                try await writer.finish(nil)
            }
        )
    }

    private static func tell(
        _ telling: ChangeTelling,
        _ listener: ChangeFeed.Listener,
        _ blocking: Blocking,
        _ writer: inout any ResponseBodyWriter
    ) async throws {
        var telling = telling
        var wakes = listener.wakes.makeAsyncIterator()
        var wake = ChangeFeed.Wake.news
        while true {
            let (next, told) = try await blocking.run { [telling, wake] in
                var next = telling
                let told = try next.next(on: wake)
                return (next, told)
            }
            telling = next
            if !told.text.isEmpty { try await writer.write(ByteBuffer(string: told.text)) }
            guard !told.isOver, let woken = await wakes.next() else { return }
            wake = woken
        }
    }

    /// What the listener knows: by the header where a browser comes back, by the address where it comes first.
    private static func after(_ request: Request, _ query: FormData) throws(Trouble) -> Int64? {
        let text = request.headers[.lastEventID] ?? query.text("after")
        guard !text.isEmpty else { return nil }
        guard let number = Int64(text), number >= 0 else {
            throw .invalid("/after", "`after` must be the number of an entry: what `id` said last.")
        }
        return number
    }

    private static func filter(_ query: FormData) throws(Trouble) -> ChangeFilter {
        func given(_ name: String) -> String? { query.text(name).isEmpty ? nil : query.text(name) }
        var filter = ChangeFilter(queue: given("queue"), project: given("project"))
        if let text = given("instance") {
            guard let id = Identifier(text) else { throw .invalid("/instance", "`instance` is no identifier.") }
            filter.instance = id
        }
        return filter
    }
}

extension HTTPField.Name {
    static let lastEventID = known("Last-Event-ID")
    /// Tells a proxy to pass on what comes as it comes.
    static let acceleratedBuffering = known("X-Accel-Buffering")
}
