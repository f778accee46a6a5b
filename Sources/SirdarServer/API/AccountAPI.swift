import Hummingbird
import JSON
import SirdarCore
import SirdarEngine
import SirdarJournal

// The accounts of others, for administrators' programs.
extension PeopleAPI {
    @Sendable func sessionsOf(_ request: Request, _ context: AppContext) async throws -> Response {
        let id = try server.identifier(context, "person")
        return try await server.read { reading in
            guard try reading.people.person(id) != nil else { throw Trouble.notFound("person") }
            return ListAnswer(items: try reading.people.sessions(of: id).map { $0.json(isCurrent: false) }).response
        }
    }

    @Sendable func endSessionsOf(_ request: Request, _ context: AppContext) async throws -> Response {
        let id = try server.identifier(context, "person")
        let count = try await server.endSessions(of: id, nil, context, .api)
        return .json(["ended": .number(JSON.Number(count))])
    }

    @Sendable func tokensOf(_ request: Request, _ context: AppContext) async throws -> Response {
        let id = try server.identifier(context, "person")
        return try await server.read { reading in
            guard try reading.people.person(id) != nil else { throw Trouble.notFound("person") }
            return ListAnswer(items: try reading.people.tokens(of: id).map(\.json)).response
        }
    }

    @Sendable func revokeTokenOf(_ request: Request, _ context: AppContext) async throws -> Response {
        let id = try server.identifier(context, "person")
        try await server.revokeToken(try server.parameter(context, "token"), of: id, context, .api)
        return .nothing
    }

    @Sendable func erase(_ request: Request, _ context: AppContext) async throws -> Response {
        var fields = try await RequestFields(request)
        let reason = fields.text("reason")
        try fields.finish()
        let id = try server.identifier(context, "person")
        return .json(try await server.erase(id, reason: reason, context, .api).json)
    }
}

extension Session {
    func json(isCurrent: Bool) -> JSON {
        [
            "id": .string(label), "created_at": .string(createdAt.description), "seen_at": .string(seenAt.description),
            "address": .string(address), "agent": .string(agent), "current": .bool(isCurrent),
        ]
    }
}
