import Hummingbird
import JSON
import SirdarCore
import SirdarEngine
import SirdarImages
import SirdarJournal

/// Build profiles, for programs.
struct ProfileAPI: Sendable {
    let server: Server

    @Sendable func list(_ request: Request, _ context: AppContext) async throws -> Response {
        let (principal, query) = (try context.person(), try FormData.query(of: request))
        return try await server.read { reading in
            let projects = try reading.projects(for: principal, only: query.text("project"))
            let profiles = try projects.flatMap { try reading.profileBook.profiles(of: $0.code) }
                .filter { !$0.isRetired || query.text("retired") == "true" }
            return ListAnswer(items: try profiles.map(reading.json)).response
        }
    }

    @Sendable func one(_ request: Request, _ context: AppContext) async throws -> Response {
        let (principal, id) = (try context.person(), try server.identifier(context, "build profile"))
        return try await server.read { reading in
            .json(try reading.json(reading.profile(id, for: principal, to: .seeProject).profile))
        }
    }

    @Sendable func choices(_ request: Request, _ context: AppContext) async throws -> Response {
        let (principal, code) = (try context.person(), try server.parameter(context, "code"))
        let type = try FormData.query(of: request).text("type")
        return try await server.read { reading in
            let project = try reading.project(code, for: principal, to: .seeProject)
            return ListAnswer(items: try reading.choices(in: project, type: type).map(\.json)).response
        }
    }

    @Sendable func add(_ request: Request, _ context: AppContext) async throws -> Response {
        var fields = try await RequestFields(request)
        let (project, type) = (fields.text("project", max: 64), fields.text("type", max: 64))
        var draft = ProfileDesk.Draft(&fields)
        draft.name = draft.name ?? ""
        if draft.image == nil, fields.errors.isEmpty { fields.add("image", "`image` is missing.") }
        try fields.finish()
        let profile = try await server.addProfile(draft, type: type, to: project, context, .api)
        let json = try await server.read { reading in try reading.json(profile) }
        return .json(json, status: .created, headers: [.location: "/v1/profiles/\(profile.id)"])
    }

    /// Only while the profile is as the asker saw it.
    @Sendable func change(_ request: Request, _ context: AppContext) async throws -> Response {
        var fields = try await RequestFields(request)
        let draft = ProfileDesk.Draft(&fields)
        try fields.finish()
        let id = try server.identifier(context, "build profile")
        let profile = try await server.changeProfile(id, to: draft, context, .api) { present throws(Trouble) in
            try request.expectMatch(present, isNeeded: true)
        }
        return .json(try await server.read { reading in try reading.json(profile) })
    }

    @Sendable func retire(_ request: Request, _ context: AppContext) async throws -> Response {
        var fields = try await RequestFields(request)
        let reason = fields.optionalText("reason")
        try fields.finish()
        let id = try server.identifier(context, "build profile")
        let profile = try await server.retireProfile(id, reason: reason, context, .api) { present throws(Trouble) in
            try request.expectMatch(present)
        }
        return .json(try await server.read { reading in try reading.json(profile) })
    }
}

extension ProfileDesk.Draft {
    fileprivate init(_ fields: inout RequestFields) {
        self.init(
            name: fields.optionalText("name", max: BuildProfile.nameBytesMax)?.trimmed,
            description: fields.optionalText("description", max: BuildProfile.descriptionBytesMax),
            image: fields.identifier("image")
        )
    }
}

extension Image {
    /// What is told of an image where another thing names it.
    var briefJSON: JSON {
        [
            "id": .string(id.description), "name": .string(name), "project": .string(project),
            "location": .string(location), "type": .string(type), "state": .string(state.rawValue),
            "golden": .bool(isGolden),
        ]
    }
}

extension ImageChoice {
    var json: JSON {
        [
            "image": image.briefJSON, "eligible": .bool(isEligible), "refusal": refusal.map(JSON.string) ?? .null,
        ]
    }
}

// Who may see and do what with build profiles: the same for pages and programs.
extension Reading {
    var profileBook: ProfileBook { ProfileBook(store) }

    func project(
        _ code: String,
        for principal: Principal,
        to operation: Permissions.Operation
    ) throws -> StudioProject {
        guard !code.isEmpty, let project = try projects(for: principal, only: code).first else {
            throw Trouble.notFound("project")
        }
        guard principal.may(operation, in: .project(code)) else { throw Trouble.denied(operation) }
        return project
    }

    func profile(
        _ id: Identifier,
        for principal: Principal,
        to operation: Permissions.Operation
    ) throws -> (profile: BuildProfile, record: Record, project: StudioProject) {
        guard let record = try store.record(BuildProfile.kind, id.description), let profile = BuildProfile(record),
            let project = try projects(for: principal).first(where: { $0.code == profile.project })
        else { throw Trouble.notFound("build profile") }
        guard principal.may(operation, in: .project(project.code)) else { throw Trouble.denied(operation) }
        return (profile, record, project)
    }

    func choices(in project: StudioProject, type: String) throws -> [ImageChoice] {
        try profileBook.choices(for: (project.code, project.location), type: type)
    }

    /// Why no machines can be made from a profile now.
    func refusal(of profile: BuildProfile) throws -> String? {
        guard let location = try site(of: profile.project) else { return "Its project is not configured." }
        return try profileBook.refusal(of: profile, in: location)
    }

    func json(_ profile: BuildProfile) throws -> JSON {
        [
            "id": .string(profile.id.description), "project": .string(profile.project),
            "name": .string(profile.name), "description": .string(profile.description),
            "type": .string(profile.type), "retired": .bool(profile.isRetired),
            "image": try profileBook.image(profile.image)?.briefJSON ?? .null,
            "refusal": try refusal(of: profile).map(JSON.string) ?? .null, "made_by": try person(profile.madeBy),
            "created_at": .string(profile.createdAt.description),
            "retired_at": profile.retiredAt.map { .string($0.description) } ?? .null,
        ]
    }
}

extension Server {
    /// Holds what is there to what somebody saw.
    typealias Match = @Sendable (_ present: JSON) throws(Trouble) -> Void

    func addProfile(
        _ draft: ProfileDesk.Draft,
        type: String,
        to code: String,
        _ context: AppContext,
        _ channel: Entry.Channel
    ) async throws -> BuildProfile {
        let (principal, engine) = (try context.person(), engine)
        let actuation = try context.actuation(channel)
        let project = try await read { reading in
            let seen = try reading.projects(for: principal).first { $0.code == code }
            guard let seen else { throw Trouble.invalid("/project", "There is no project \(code), or not for you.") }
            guard principal.may(.keepProfiles, in: .project(code)) else { throw Trouble.denied(.keepProfiles) }
            return seen
        }
        return try await blocking.answer { then in
            ProfileDesk(engine).add(draft, type: type, to: .init(project), by: actuation, then: then)
        }
    }

    func changeProfile(
        _ id: Identifier,
        to draft: ProfileDesk.Draft,
        _ context: AppContext,
        _ channel: Entry.Channel,
        _ match: @escaping Match
    ) async throws -> BuildProfile {
        let engine = engine
        let actuation = try context.actuation(channel)
        let (record, project) = try await found(id, context, match)
        return try await kept { then in
            ProfileDesk(engine).change(record, to: draft, in: .init(project), by: actuation, then: then)
        }
    }

    func retireProfile(
        _ id: Identifier,
        reason: String?,
        _ context: AppContext,
        _ channel: Entry.Channel,
        _ match: @escaping Match
    ) async throws -> BuildProfile {
        let engine = engine
        let actuation = try context.actuation(channel, reason: reason)
        let (record, _) = try await found(id, context, match)
        return try await kept { then in ProfileDesk(engine).retire(record, by: actuation, then: then) }
    }

    private func found(
        _ id: Identifier,
        _ context: AppContext,
        _ match: @escaping Match
    ) async throws -> (Record, StudioProject) {
        let principal = try context.person()
        return try await read { reading in
            let found = try reading.profile(id, for: principal, to: .keepProfiles)
            try match(try reading.json(found.profile))
            return (found.record, found.project)
        }
    }

    /// Somebody else was first: that is told as such.
    private func kept(
        _ body: @escaping @Sendable (@escaping ProfileDesk.Answer) -> Void
    ) async throws -> BuildProfile {
        do { return try await blocking.answer(body) } catch StoreError.conflict { throw Trouble.stale }
    }
}
