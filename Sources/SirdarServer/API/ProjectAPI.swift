import Hummingbird
import JSON
import SirdarCore
import SirdarEngine
import SirdarImages
import SirdarJournal

/// One project, for programs: what it is, and what another system says that it is.
struct ProjectAPI: Sendable {
    let server: Server

    @Sendable func one(_ request: Request, _ context: AppContext) async throws -> Response {
        let (principal, code) = (try context.person(), try server.parameter(context, "code"))
        return try await server.read { reading in .json(try reading.project(code, for: principal).json) }
    }

    /// The same as often as it is asked: what is so already changes nothing.
    @Sendable func put(_ request: Request, _ context: AppContext) async throws -> Response {
        let (principal, code) = (try context.person(), try server.parameter(context, "code"))
        guard principal.may(.keepProjects, in: .project(code)) else { throw Trouble.denied(.keepProjects) }
        let isDryRun = try FormData.query(of: request).text("dry_run") == "true"
        var fields = try await RequestFields(request)
        let body = fields.everything()
        try fields.finish()
        let (intake, present) = try await server.read { reading in
            let present = try reading.studio.projects().first { $0.code == code }
            return (try reading.studio.intake(body, of: code), present)
        }
        if let present { try request.expectMatch(present.json) }
        if !isDryRun {
            let (studio, actuation) = (server.studio, try context.actuation(.api))
            do {
                try await server.blocking.answer { then in studio.keep(intake, by: actuation, then: then) }
            } catch StoreError.conflict { throw Trouble.stale }
        }
        return .json(intake.json(isDryRun: isDryRun), status: intake.isNew && !isDryRun ? .created : .ok)
    }
}

extension Reading {
    func project(_ code: String, for principal: Principal) throws -> StudioProject {
        guard let project = try projects(for: principal, only: code).first else { throw Trouble.notFound("project") }
        return project
    }
}

extension ProjectIntake {
    func json(isDryRun: Bool) -> JSON {
        [
            "project": after.json, "dry_run": .bool(isDryRun), "created": .bool(isNew && !isDryRun),
            "changes": .array(
                changes.map { change in
                    [
                        "pointer": .string(change.pointer.description), "before": change.before ?? .null,
                        "after": change.after ?? .null,
                    ]
                }
            ),
        ]
    }
}
