import Hummingbird
import JSON
import SirdarCore
import SirdarEngine
import SirdarJournal

/// How long names and free text are kept, for programs.
struct RetentionAPI: Sendable {
    let server: Server

    @Sendable func show(_ request: Request, _ context: AppContext) async throws -> Response {
        .json(try await server.retentionDue().json)
    }

    @Sendable func sweep(_ request: Request, _ context: AppContext) async throws -> Response {
        var fields = try await RequestFields(request)
        let isDry = fields.flag("dry_run") ?? false
        try fields.finish()
        if isDry { return .json(try await server.retentionDue().json) }
        return .json(try await server.sweepRetention(context, .api).json)
    }
}

/// What there is to take away, or was.
struct RetentionView: Sendable {
    let due: [Retention.Due]
    let lastSweep: Timestamp?

    var json: JSON {
        let items: [JSON] = RetentionPolicy.Kind.allCases.map { kind in
            let found = due.first { $0.kind == kind }
            return [
                "kind": .string(kind.rawValue), "period": found.map { .string($0.period.description) } ?? .null,
                "due": .number(JSON.Number(found?.count ?? 0)),
                "oldest": found?.oldest.map { .string($0.description) } ?? .null,
            ]
        }
        return [
            "kinds": .array(items), "last_sweep": lastSweep.map { .string($0.description) } ?? .null,
        ]
    }
}

extension Server {
    func retentionDue() async throws -> RetentionView {
        guard let retention else { return RetentionView(due: [], lastSweep: nil) }
        return try await chores.run {
            RetentionView(due: try retention.due(), lastSweep: try retention.lastSweep())
        }
    }

    func sweepRetention(_ context: AppContext, _ channel: Entry.Channel) async throws -> RetentionView {
        guard let retention else { return RetentionView(due: [], lastSweep: nil) }
        let actuation = try context.actuation(channel)
        return try await chores.run {
            let due = try retention.sweep(by: actuation)
            return RetentionView(due: due, lastSweep: try retention.lastSweep())
        }
    }
}
