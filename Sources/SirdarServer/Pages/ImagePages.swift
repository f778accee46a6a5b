import Hummingbird
import JSON
import SirdarCore
import SirdarEngine
import SirdarImages
import SirdarJournal

/// Images, machines and requests: what a requester looks at.
struct ImagePages: Sendable {
    let server: Server
    var pages: Pages { Pages(server: server) }

    // MARK: Images

    @Sendable func images(_ request: Request, _ context: AppContext) async throws -> Response {
        let (principal, query, server) = (try context.person(), try FormData.query(of: request), server)
        let limit = Limits.pageItems
        return try await server.read { reading in
            let search = try reading.imageQuery(
                query,
                for: principal,
                otherwise: .present,
                limit: limit,
                server.cursors
            )
            let images = try reading.studio.images(search)
            let isFiltered = !query.text("q").isEmpty || !query.text("state").isEmpty || search.isGolden
            let groups = try reading.projects(for: principal, only: query.text("project")).map { project in
                ImageGroup(
                    project,
                    images.filter { $0.project == project.code }.map { ImageRow($0, reading.now, principal) }
                )
            }
            let next =
                images.count == limit ? images.last.map { server.cursors.seal($0.id.description, of: "images") } : nil
            let isWhole = search.before == nil && query.text("project").isEmpty
            let shared = isWhole ? try reading.sharedImages(for: principal).filter(search.matches) : []
            let content = ImagesContent(
                shared: shared.map { ImageRow($0, reading.now, principal) },
                hasShared: !shared.isEmpty,
                groups: isFiltered || search.before != nil ? groups.filter(\.hasImages) : groups,
                projects: try choices(reading, principal, query),
                states: ImagesContent.states(query.text("state")),
                text: query.text("q"),
                isGolden: search.isGolden,
                isEmpty: groups.isEmpty,
                findsNothing: isFiltered && images.isEmpty && shared.isEmpty && !groups.isEmpty,
                next: next.map { ImagesContent.address(query, cursor: $0) }
            )
            return pages.page("Images", .images, content, context, at: "/images")
        }
    }

    @Sendable func image(_ request: Request, _ context: AppContext) async throws -> Response {
        let (principal, id) = (try context.person(), try server.identifier(context, "image"))
        return try await server.read { reading in
            let image = try reading.seenImage(id, for: principal)
            // Its history is its own project's.
            let isOwn = principal.may(.seeProject, in: .project(image.project))
            let entries = isOwn ? try reading.entries(of: id).suffix(100) : []
            let mayMark = image.state == "built" && principal.may(.markGolden, in: .project(image.project))
            let content = ImageContent(
                image: ImageRow(image, reading.now, principal),
                facts: ImageRow.facts(image, reading.now),
                isOwn: isOwn,
                mayMark: mayMark,
                mayUnmark: mayMark && image.isGolden,
                token: context.formToken,
                entries: try entries.reversed().map { try EntryRow($0, reading) },
                hasHistory: !entries.isEmpty
            )
            return pages.page(image.name, .image, content, context, at: "/images")
        }
    }

    @Sendable func endGolden(_ request: Request, _ context: AppContext) async throws -> Response {
        let (id, form) = (try server.identifier(context, "image"), try await FormData.body(of: request))
        let reason = form.text("reason")
        _ = try await server.endGolden(id, reason: reason.isEmpty ? nil : reason, context, .page)
        return .seeOther("/images/\(id)")
    }

    // MARK: Machines

    @Sendable func machines(_ request: Request, _ context: AppContext) async throws -> Response {
        let (principal, query) = (try context.person(), try FormData.query(of: request))
        return try await server.read { reading in
            let groups = try reading.projects(for: principal, only: query.text("project")).map { project in
                MachineGroup(project, try reading.studio.machines(of: project.code).map { MachineRow($0, principal) })
            }
            let content = MachinesContent(
                groups: groups,
                projects: try choices(reading, principal, query),
                token: context.formToken,
                isEmpty: groups.isEmpty
            )
            return pages.page("Machines", .machines, content, context, at: "/machines")
        }
    }

    @Sendable func power(_ request: Request, _ context: AppContext) async throws -> Response {
        let (principal, form) = (try context.person(), try await FormData.body(of: request))
        let name = try server.parameter(context, "name")
        let actuation = try context.actuation(.page)
        guard ["on", "off"].contains(form.text("power")) else {
            throw Trouble.invalid("/power", "A machine is turned on or off.")
        }
        return try await server.read { reading in
            let machine = try reading.machine(name, for: principal, to: .controlMachine)
            try reading.studio.setPower(on: form.text("power") == "on", of: machine, by: actuation)
            return .seeOther("/machines#m-\(machine.name.urlEscaped)")
        }
    }

    private func choices(
        _ reading: Reading,
        _ principal: Principal,
        _ query: FormData
    ) throws -> [TaskListContent.Choice] {
        try reading.projects(for: principal).map {
            .init(name: $0.code, title: $0.title, isSelected: $0.code == query.text("project"))
        }
    }

    // MARK: Requests

    @Sendable func requests(_ request: Request, _ context: AppContext) async throws -> Response {
        let (principal, query, server) = (try context.person(), try FormData.query(of: request), server)
        let before = try query["cursor"].flatMap { Identifier(try server.cursors.open($0, of: "requests")) }
        return try await server.read { reading in
            let found = try reading.studio.requests(of: principal.projectScope, before: before, limit: Limits.pageItems)
            let next =
                found.count == Limits.pageItems
                ? found.last.map { server.cursors.seal($0.id.description, of: "requests") } : nil
            let content = RequestsContent(
                rows: try found.map { try RequestRow($0, reading) },
                next: next.map { "?cursor=\($0.urlEscaped)" },
                isEmpty: found.isEmpty
            )
            return pages.page("Requests", .requests, content, context, at: "/requests")
        }
    }

    @Sendable func requestStory(_ request: Request, _ context: AppContext) async throws -> Response {
        let (principal, id) = (try context.person(), try server.identifier(context, "request"))
        return try await server.read { reading in
            let request = try reading.request(id, for: principal, to: .seeInstances)
            let content = try StoryContent(request, reading, principal, token: context.formToken)
            return pages.page(content.title, .story, content, context, at: "/requests")
        }
    }

    @Sendable func instance(_ request: Request, _ context: AppContext) async throws -> Response {
        let (principal, id) = (try context.person(), try server.identifier(context, "instance"))
        return try await server.read { reading in
            let instance = try reading.instance(id, for: principal)
            if let request = instance.origin.request, instance.parent == nil,
                try reading.studio.request(request)?.instance == id
            {
                return .seeOther("/requests/\(request)")
            }
            let content = try StoryContent(instance, reading, principal, token: context.formToken)
            return pages.page(content.title, .story, content, context, at: "/requests")
        }
    }

    @Sendable func withdraw(_ request: Request, _ context: AppContext) async throws -> Response {
        let form = try await FormData.body(of: request)
        let reason = form.text("reason")
        let id = try server.identifier(context, "request")
        _ = try await server.withdraw(id, reason: reason.isEmpty ? nil : reason, context, .page)
        return .seeOther("/requests/\(id)")
    }

    // MARK: Asking

    @Sendable func askCreation(_ request: Request, _ context: AppContext) async throws -> Response {
        let name = try server.parameter(context, "name")
        return try await ask(.machine(name), .create, FormData(), nil, context)
    }

    @Sendable func requestCreation(_ request: Request, _ context: AppContext) async throws -> Response {
        let name = try server.parameter(context, "name")
        let form = try await FormData.body(of: request)
        let wish = Wish.What.create(machine: name, name: form.text("name"), description: form.text("description"))
        return try await submit(wish, .machine(name), .create, form, request, context)
    }

    @Sendable func ask(_ request: Request, _ context: AppContext) async throws -> Response {
        let id = try server.identifier(context, "image")
        return try await ask(.image(id), try Self.kind(context), FormData(), nil, context)
    }

    @Sendable func request(_ request: Request, _ context: AppContext) async throws -> Response {
        let (id, kind) = (try server.identifier(context, "image"), try Self.kind(context))
        let form = try await FormData.body(of: request)
        let wish: Wish.What =
            switch kind {
            case .create, .machines: throw Trouble.notFound("page")
            case .copy: .copy(image: id, name: form.text("name"), location: form.text("location"))
            case .adapt: .adapt(image: id, name: form.text("name"), project: form.text("project"))
            case .delete: .delete(image: id, reason: form.text("reason"))
            case .golden:
                .golden(image: id, projects: form.text("sharing") == "all" ? nil : form.all("project"))
            }
        return try await submit(wish, .image(id), kind, form, request, context)
    }

    private static func kind(_ context: AppContext) throws(Trouble) -> RequestKind {
        let kind = context.parameters.get("kind").flatMap(RequestKind.init(rawValue:))
        guard let kind, kind != .create, kind != .machines else { throw .notFound("page") }
        return kind
    }

    /// What is asked about: a machine or an image.
    enum Subject: Sendable {
        case machine(String)
        case image(Identifier)
    }

    private func submit(
        _ wish: Wish.What,
        _ subject: Subject,
        _ kind: RequestKind,
        _ form: FormData,
        _ request: Request,
        _ context: AppContext
    ) async throws -> Response {
        do {
            if kind != .delete, kind != .golden, form.text("name").isEmpty {
                throw Trouble.invalid("/name", "Give the image a name.")
            }
            let answer = try await server.submit(Wish(wish), context, .page)
            return .seeOther("/requests/\(answer.id)")
        } catch {
            guard let trouble = Trouble(error), [403, 409, 422].contains(trouble.status) else { throw error }
            server.keep(trouble, request, context)
            return try await ask(subject, kind, form, trouble, context)
        }
    }

    private func ask(
        _ subject: Subject,
        _ kind: RequestKind,
        _ typed: FormData,
        _ trouble: Trouble?,
        _ context: AppContext
    ) async throws -> Response {
        let principal = try context.person()
        return try await server.read { reading in
            let content = try AskContent(
                subject,
                kind,
                reading,
                principal,
                typed: typed,
                trouble: trouble,
                token: context.formToken
            )
            let section = kind == .create ? "/machines" : "/images"
            return pages.page(content.title, .ask, content, context, at: section, status: trouble?.status ?? 200)
        }
    }
}
