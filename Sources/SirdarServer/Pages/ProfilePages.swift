import Hummingbird
import JSON
import SirdarCore
import SirdarEngine
import SirdarImages
import SirdarJournal

/// Build profiles: which there are, and making, changing and retiring them by forms.
struct ProfilePages: Sendable {
    let server: Server
    private var pages: Pages { Pages(server: server) }

    @Sendable func list(_ request: Request, _ context: AppContext) async throws -> Response {
        let (principal, query) = (try context.person(), try FormData.query(of: request))
        return try await server.read { reading in
            let showsRetired = ["true", "on"].contains(query.text("retired"))
            let groups = try reading.projects(for: principal, only: query.text("project")).map { project in
                let profiles = try reading.profileBook.profiles(of: project.code)
                    .filter { showsRetired || !$0.isRetired }
                return ProfileGroup(project, try profiles.map { try ProfileRow($0, reading) }, principal)
            }
            let content = ProfilesContent(
                groups: groups,
                projects: try reading.projects(for: principal).map {
                    .init(name: $0.code, title: $0.title, isSelected: $0.code == query.text("project"))
                },
                showsRetired: showsRetired,
                isEmpty: groups.isEmpty
            )
            return pages.page("Build profiles", .profiles, content, context, at: "/profiles")
        }
    }

    @Sendable func show(_ request: Request, _ context: AppContext) async throws -> Response {
        let id = try server.identifier(context, "build profile")
        return try await show(id, context)
    }

    private func show(_ id: Identifier, _ context: AppContext, trouble: Trouble? = nil) async throws -> Response {
        let principal = try context.person()
        return try await server.read { reading in
            let profile = try reading.profile(id, for: principal, to: .seeProject).profile
            let entries = try reading.entries(of: id).suffix(100)
            let mayKeep = principal.may(.keepProfiles, in: .project(profile.project))
            let content = ProfileContent(
                profile: try ProfileRow(profile, reading),
                facts: try ProfileContent.facts(profile, reading),
                mayChange: mayKeep && !profile.isRetired,
                mayCreate: !profile.isRetired && principal.may(.createMachines, in: .project(profile.project)),
                error: trouble?.detail,
                token: context.formToken,
                seen: ETag.of(try reading.json(profile).text),
                entries: try entries.reversed().map { try EntryRow($0, reading) },
                hasHistory: !entries.isEmpty
            )
            let status = trouble?.status ?? 200
            return pages.page(profile.name, .profile, content, context, at: "/profiles", status: status)
        }
    }

    // MARK: Making

    @Sendable func askNew(_ request: Request, _ context: AppContext) async throws -> Response {
        try await askNew(FormData.query(of: request), context)
    }

    @Sendable func add(_ request: Request, _ context: AppContext) async throws -> Response {
        let form = try await FormData.body(of: request)
        do {
            let draft = ProfileDesk.Draft(form)
            let profile = try await server.addProfile(
                draft,
                type: form.text("type"),
                to: form.text("project"),
                context,
                .page
            )
            return .seeOther("/profiles/\(profile.id)")
        } catch {
            guard let trouble = Trouble(error), Self.isShown(trouble) else { throw error }
            server.keep(trouble, request, context)
            return try await askNew(form, context, trouble: trouble)
        }
    }

    private func askNew(_ typed: FormData, _ context: AppContext, trouble: Trouble? = nil) async throws -> Response {
        let principal = try context.person()
        return try await server.read { reading in
            let projects = try reading.projects(for: principal)
                .filter { principal.may(.keepProfiles, in: .project($0.code)) }
            let wanted = typed.text("project")
            guard wanted.isEmpty || projects.contains(where: { $0.code == wanted }) else {
                throw Trouble.notFound("project")
            }
            let project = projects.first { $0.code == wanted } ?? projects.first
            let type = BuildProfile.types.contains(typed.text("type")) ? typed.text("type") : BuildProfile.types[0]
            let content = ProfileFormContent(
                title: "New build profile",
                action: "/profiles",
                back: "/profiles",
                project: project,
                type: type,
                projects: projects.map {
                    .init(name: $0.code, title: $0.title, isSelected: $0.code == project?.code)
                },
                choices: try project.map { try reading.choices(in: $0, type: type) } ?? [],
                chosen: typed.text("image"),
                typed: typed,
                trouble: trouble,
                token: context.formToken
            )
            let status = trouble?.status ?? 200
            return pages.page(content.title, .profileForm, content, context, at: "/profiles", status: status)
        }
    }

    // MARK: Changing

    @Sendable func askChange(_ request: Request, _ context: AppContext) async throws -> Response {
        try await askChange(try server.identifier(context, "build profile"), nil, context)
    }

    @Sendable func change(_ request: Request, _ context: AppContext) async throws -> Response {
        let (id, form) = (try server.identifier(context, "build profile"), try await FormData.body(of: request))
        do {
            let seen = form.text("seen")
            _ = try await server.changeProfile(id, to: .init(form), context, .page) { present throws(Trouble) in
                guard seen == ETag.of(present.text) else { throw Trouble.stale }
            }
            return .seeOther("/profiles/\(id)")
        } catch {
            guard let trouble = Trouble(error), Self.isShown(trouble) else { throw error }
            server.keep(trouble, request, context)
            return try await askChange(id, form, context, trouble: trouble)
        }
    }

    /// What was typed is there again when it is refused.
    private func askChange(
        _ id: Identifier,
        _ typed: FormData?,
        _ context: AppContext,
        trouble: Trouble? = nil
    ) async throws -> Response {
        let principal = try context.person()
        return try await server.read { reading in
            let (profile, _, project) = try reading.profile(id, for: principal, to: .keepProfiles)
            let present = FormData([("name", profile.name), ("description", profile.description)])
            var choices = try reading.choices(in: project, type: profile.type)
            // What is there may stay, whatever has become of it.
            if !choices.contains(where: { $0.isEligible && $0.image.id == profile.image }),
                let image = try reading.profileBook.image(profile.image)
            {
                choices.removeAll { $0.image.id == image.id }
                choices.insert(ImageChoice(keeping: image), at: 0)
            }
            let content = ProfileFormContent(
                title: "Change \(profile.name)",
                action: "/profiles/\(id)/edit",
                back: "/profiles/\(id)",
                project: project,
                type: profile.type,
                choices: choices,
                chosen: typed?.text("image") ?? profile.image.description,
                seen: ETag.of(try reading.json(profile).text),
                typed: typed ?? present,
                trouble: trouble,
                token: context.formToken
            )
            let status = trouble?.status ?? 200
            return pages.page(content.title, .profileForm, content, context, at: "/profiles", status: status)
        }
    }

    @Sendable func retire(_ request: Request, _ context: AppContext) async throws -> Response {
        let (id, form) = (try server.identifier(context, "build profile"), try await FormData.body(of: request))
        let (seen, reason) = (form.text("seen"), form.text("reason"))
        do {
            let why = reason.isEmpty ? nil : reason
            _ = try await server.retireProfile(id, reason: why, context, .page) { present throws(Trouble) in
                guard seen == ETag.of(present.text) else { throw Trouble.stale }
            }
            return .seeOther("/profiles/\(id)")
        } catch {
            guard let trouble = Trouble(error), Self.isShown(trouble) else { throw error }
            server.keep(trouble, request, context)
            return try await show(id, context, trouble: trouble)
        }
    }

    // MARK: Machines

    @Sendable func askMachines(_ request: Request, _ context: AppContext) async throws -> Response {
        try await askMachines(try server.identifier(context, "build profile"), FormData(), context)
    }

    @Sendable func createMachines(_ request: Request, _ context: AppContext) async throws -> Response {
        let (id, form) = (try server.identifier(context, "build profile"), try await FormData.body(of: request))
        do {
            // What is no number is none of those that are allowed.
            let (first, count) = (Int(form.text("first")) ?? 0, Int(form.text("count")) ?? 0)
            let names = MachineNames(prefix: form.text("prefix"), first: first, count: count)
            let answer = try await server.submit(Wish(.machines(profile: id, names: names)), context, .page)
            return .seeOther("/requests/\(answer.id)")
        } catch {
            guard let trouble = Trouble(error), Self.isShown(trouble) else { throw error }
            server.keep(trouble, request, context)
            return try await askMachines(id, form, context, trouble: trouble)
        }
    }

    private func askMachines(
        _ id: Identifier,
        _ typed: FormData,
        _ context: AppContext,
        trouble: Trouble? = nil
    ) async throws -> Response {
        let principal = try context.person()
        return try await server.read { reading in
            let (profile, _, project) = try reading.profile(id, for: principal, to: .createMachines)
            let content = try MachineFormContent(
                profile,
                project,
                reading,
                typed: typed,
                trouble: trouble,
                token: context.formToken
            )
            let status = trouble?.status ?? 200
            return pages.page("Create machines", .machineForm, content, context, at: "/profiles", status: status)
        }
    }

    private static func isShown(_ trouble: Trouble) -> Bool { [409, 412, 422].contains(trouble.status) }
}

extension ProfileDesk.Draft {
    /// Of a page's form, in which everything stands.
    fileprivate init(_ form: FormData) {
        self.init(
            name: form.text("name"),
            description: form.text("description"),
            image: Identifier(form.text("image"))
        )
    }
}
