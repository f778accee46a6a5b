import HTTPTypes
import Hummingbird
import JSON
import NIOCore
import SirdarCore
import SirdarEngine
import SirdarImages
import SirdarJournal

/// Projects, machines, images and requests, for programs.
struct ImageAPI: Sendable {
    let server: Server

    // MARK: Projects and machines

    @Sendable func projects(_ request: Request, _ context: AppContext) async throws -> Response {
        let principal = try context.person()
        return try await server.read { reading in
            ListAnswer(items: try reading.projects(for: principal).map(\.json)).response
        }
    }

    @Sendable func locations(_ request: Request, _ context: AppContext) async throws -> Response {
        try await server.read { reading in
            ListAnswer(items: try reading.studio.locations().map { ["name": .string($0)] }).response
        }
    }

    @Sendable func machines(_ request: Request, _ context: AppContext) async throws -> Response {
        let (principal, project) = (try context.person(), try FormData.query(of: request).text("project"))
        return try await server.read { reading in
            let projects = try reading.projects(for: principal, only: project)
            return ListAnswer(items: try projects.flatMap { try reading.studio.machines(of: $0.code) }.map(\.json))
                .response
        }
    }

    @Sendable func machine(_ request: Request, _ context: AppContext) async throws -> Response {
        let (principal, name) = (try context.person(), try server.parameter(context, "name"))
        return try await server.read { reading in .json(try reading.machine(name, for: principal, to: .seeProject).json)
        }
    }

    @Sendable func power(_ request: Request, _ context: AppContext) async throws -> Response {
        enum Power: String, CaseIterable { case on, off }
        var fields = try await RequestFields(request)
        let power: Power? = fields.choice("power")
        try fields.finish()
        let (principal, name) = (try context.person(), try server.parameter(context, "name"))
        let actuation = try context.actuation(.api)
        return try await server.read { reading in
            let machine = try reading.machine(name, for: principal, to: .controlMachine)
            try reading.studio.setPower(on: power == .on, of: machine, by: actuation)
            return .json(try reading.machine(name, for: principal, to: .controlMachine).json)
        }
    }

    // MARK: Files

    @Sendable func files(_ request: Request, _ context: AppContext) async throws -> Response {
        let (principal, name) = (try context.person(), try server.parameter(context, "name"))
        let folder = try FormData.query(of: request)["path"] ?? "/"
        return try await server.read { reading in
            let machine = try reading.machine(name, for: principal, to: .readMachineFiles)
            return ListAnswer(items: try reading.studio.files(of: machine, in: folder).map(\.json)).response
        }
    }

    @Sendable func readFile(_ request: Request, _ context: AppContext) async throws -> Response {
        let (principal, name) = (try context.person(), try server.parameter(context, "name"))
        let path = try Self.path(request)
        let content = try await server.read { reading in
            let machine = try reading.machine(name, for: principal, to: .readMachineFiles)
            return try reading.studio.readFile(of: machine, at: path)
        }
        return Response(
            status: .ok,
            headers: [
                .contentType: "application/octet-stream", .contentDisposition: "attachment",
                .digest: content.digest, .eTag: "\"\(content.digest)\"",
            ],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: content.bytes))
        )
    }

    /// The body is the file's new content; `If-Match` names the digest that it must have now.
    @Sendable func writeFile(_ request: Request, _ context: AppContext) async throws -> Response {
        let (principal, name) = (try context.person(), try server.parameter(context, "name"))
        let path = try Self.path(request)
        let buffer = try await request.body.collect(upTo: Limits.bodyBytesMax)
        let bytes = Array(buffer.readableBytesView)
        let expecting = request.headers[.ifMatch].map { $0.filter { $0 != "\"" } }
        let actuation = try context.actuation(.api)
        return try await server.read { reading in
            let machine = try reading.machine(name, for: principal, to: .writeMachineFiles)
            let content = try reading.studio.writeFile(
                bytes,
                of: machine,
                at: path,
                expecting: expecting,
                by: actuation
            )
            return .json([
                "path": .string(content.path), "digest": .string(content.digest),
                "bytes": .number(JSON.Number(content.bytes.count)),
            ])
        }
    }

    /// A file that is not there is gone already.
    @Sendable func removeFile(_ request: Request, _ context: AppContext) async throws -> Response {
        let (principal, name) = (try context.person(), try server.parameter(context, "name"))
        let path = try Self.path(request)
        let actuation = try context.actuation(.api)
        return try await server.read { reading in
            let machine = try reading.machine(name, for: principal, to: .writeMachineFiles)
            try reading.studio.removeFile(of: machine, at: path, by: actuation)
            return .json(["path": .string(path), "removed": true])
        }
    }

    private static func path(_ request: Request) throws -> String {
        guard let path = try FormData.query(of: request)["path"], !path.isEmpty else {
            throw Trouble.invalid("/path", "`path` is missing: the file's absolute path, as a query parameter.")
        }
        return path
    }

    // MARK: Images

    @Sendable func images(_ request: Request, _ context: AppContext) async throws -> Response {
        let (principal, query, server) = (try context.person(), try FormData.query(of: request), server)
        let limit = try server.limit(query)
        return try await server.read { reading in
            let search = try reading.imageQuery(query, for: principal, otherwise: .all, limit: limit, server.cursors)
            let images = try reading.studio.images(search)
            let next =
                images.count == limit ? images.last.map { server.cursors.seal($0.id.description, of: "images") } : nil
            return ListAnswer(items: images.map(\.json), next: next).response
        }
    }

    @Sendable func image(_ request: Request, _ context: AppContext) async throws -> Response {
        let (principal, id) = (try context.person(), try server.identifier(context, "image"))
        return try await server.read { reading in .json(try reading.seenImage(id, for: principal).json) }
    }

    /// The golden images of other projects.
    @Sendable func sharedImages(_ request: Request, _ context: AppContext) async throws -> Response {
        let principal = try context.person()
        return try await server.read { reading in
            ListAnswer(items: try reading.sharedImages(for: principal).map(\.json)).response
        }
    }

    @Sendable func endGolden(_ request: Request, _ context: AppContext) async throws -> Response {
        var fields = try await RequestFields(request)
        let reason = fields.optionalText("reason")
        try fields.finish()
        let id = try server.identifier(context, "image")
        return .json(try await server.endGolden(id, reason: reason, context, .api).json)
    }

    // MARK: Requests

    @Sendable func requests(_ request: Request, _ context: AppContext) async throws -> Response {
        let (principal, query, server) = (try context.person(), try FormData.query(of: request), server)
        let limit = try server.limit(query)
        let before = try query["cursor"].flatMap { Identifier(try server.cursors.open($0, of: "requests")) }
        return try await server.read { reading in
            let requests = try reading.studio.requests(of: principal.projectScope, before: before, limit: limit)
            let next =
                requests.count == limit
                ? requests.last.map { server.cursors.seal($0.id.description, of: "requests") } : nil
            return ListAnswer(items: try requests.map(reading.json), next: next).response
        }
    }

    @Sendable func oneRequest(_ request: Request, _ context: AppContext) async throws -> Response {
        let (principal, id) = (try context.person(), try server.identifier(context, "request"))
        return try await server.read { reading in
            let request = try reading.request(id, for: principal, to: .seeInstances)
            var object = try reading.json(request).asObject ?? [:]
            object["questions"] = try reading.questions(request, of: principal)
            return .json(.object(object))
        }
    }

    @Sendable func request(_ request: Request, _ context: AppContext) async throws -> Response {
        var fields = try await RequestFields(request)
        let wish = Wish(fields: &fields)
        try fields.finish()
        guard let wish else { throw Trouble.invalid("/kind", "`kind` is missing.") }
        let answer = try await server.submit(wish, context, .api)
        let json = try await server.read { reading in try reading.json(answer) }
        return .json(json, status: .created, headers: [.location: "/v1/requests/\(answer.id)"])
    }

    @Sendable func withdraw(_ request: Request, _ context: AppContext) async throws -> Response {
        var fields = try await RequestFields(request)
        let reason = fields.optionalText("reason")
        try fields.finish()
        let id = try server.identifier(context, "request")
        let answer = try await server.withdraw(id, reason: reason, context, .api)
        return .json(try await server.read { reading in try reading.json(answer) })
    }
}

extension Wish {
    /// Reads what a program asks for; `nil` when something is missing, which `fields` then says.
    init?(fields: inout RequestFields) {
        let kind: RequestKind? = fields.choice("kind")
        let onBehalfOf = fields.identifier("on_behalf_of")
        let what: What?
        switch kind {
        case .create:
            let (machine, name) = (fields.text("machine"), fields.text("name", max: 128))
            what = .create(machine: machine, name: name, description: fields.optionalText("description") ?? "")
        case .copy:
            let (image, name) = (Self.image(&fields), fields.text("name", max: 128))
            let location = fields.text("location", max: 64)
            what = image.map { .copy(image: $0, name: name, location: location) }
        case .adapt:
            let (image, name) = (Self.image(&fields), fields.text("name", max: 128))
            let project = fields.text("project", max: 64)
            what = image.map { .adapt(image: $0, name: name, project: project) }
        case .delete:
            let image = Self.image(&fields)
            let reason = fields.optionalText("reason") ?? ""
            what = image.map { .delete(image: $0, reason: reason) }
        case .machines:
            let before = fields.errors.count
            let profile = fields.identifier("profile")
            if profile == nil, fields.errors.count == before { fields.add("profile", "`profile` is missing.") }
            let (prefix, count) = (fields.text("prefix", max: 64), fields.integer("count") ?? 1)
            let names = MachineNames(prefix: prefix, first: fields.integer("first") ?? 1, count: count)
            what = profile.map { .machines(profile: $0, names: names) }
        case .golden:
            let image = Self.image(&fields)
            let projects = fields.sharing("shared_with")
            what = image.map { .golden(image: $0, projects: projects) }
        case nil: what = nil
        }
        guard let what else { return nil }
        self.init(what, onBehalfOf: onBehalfOf)
    }

    private static func image(_ fields: inout RequestFields) -> Identifier? {
        let before = fields.errors.count
        let image = fields.identifier("image")
        if image == nil, fields.errors.count == before { fields.add("image", "`image` is missing.") }
        return image
    }
}
