import Hummingbird
import JSON
import SirdarCore
import SirdarEngine
import SirdarJournal

/// What is stopped, for programs: each stop is a resource of its own.
struct StopAPI: Sendable {
    let server: Server

    /// Beside the stops, what there is to stop.
    @Sendable func list(_ request: Request, _ context: AppContext) async throws -> Response {
        let engine = server.engine
        return try await server.read { _ in
            let known = Stop.Part.Kind.allCases.map { kind in
                (kind.rawValue, JSON.array((engine.known(kind) ?? []).map(JSON.string)))
            }
            let items = try StopView.all(engine).map(\.json)
            return .json(["items": .array(items), "next": .null, "known": .object(JSON.Object(known))])
        }
    }

    @Sendable func set(_ request: Request, _ context: AppContext) async throws -> Response {
        var fields = try await RequestFields(request)
        let reason = fields.text("reason", max: Stop.reasonBytesMax)
        try fields.finish()
        let view = try await server.stop(try part(context), reason: reason, context, .api)
        return .json(view.json)
    }

    @Sendable func lift(_ request: Request, _ context: AppContext) async throws -> Response {
        var fields = try await RequestFields(request)
        let reason = fields.text("reason", max: Stop.reasonBytesMax)
        try fields.finish()
        try await server.lift(try part(context), reason: reason, context, .api)
        return .nothing
    }

    private func part(_ context: AppContext) throws(Trouble) -> Stop.Part {
        guard let kind = Stop.Part.Kind(rawValue: try server.parameter(context, "kind")) else {
            throw .notFound("kind of part: \(Stop.Part.Kind.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return Stop.Part(kind, try server.parameter(context, "name"))
    }
}

extension Server {
    func stop(
        _ part: Stop.Part,
        reason: String,
        _ context: AppContext,
        _ channel: Entry.Channel
    ) async throws -> StopView {
        let actuation = try context.actuation(channel, reason: reason)
        let stop = try await answered { then in engine.stop(part, by: actuation, then: then) }
        return try await read { reading in try StopView(stop, reading.people) }
    }

    func lift(_ part: Stop.Part, reason: String, _ context: AppContext, _ channel: Entry.Channel) async throws {
        let actuation = try context.actuation(channel, reason: reason)
        try await answered { then in engine.lift(part, by: actuation, then: then) }
    }

    /// A refusal is told with names.
    private func answered<Answer: Sendable>(
        _ body: @escaping @Sendable (@escaping @Sendable (Result<Answer, any Error>) -> Void) -> Void
    ) async throws -> Answer {
        do { return try await blocking.answer(body) } catch let refusal as StopRefusal {
            throw try await read { reading in
                var trouble = Trouble(refusal)
                if case .alreadyStopped(let stop) = refusal {
                    let name = try reading.name(stop.by)
                    trouble?.detail = refusal.sentence { $0 == stop.by ? name : $0 }
                }
                return trouble ?? .unexpected
            }
        }
    }
}
