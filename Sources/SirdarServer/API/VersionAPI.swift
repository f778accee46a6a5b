import Hummingbird
import JSON
import SirdarCore
import SirdarEngine
import SirdarJournal

/// Versions of workflows, for programs: deploying, comparing and activating them, and moving instances between them.
struct VersionAPI: Sendable {
    let server: Server

    // MARK: Reading

    /// Every version of one workflow, the newest first.
    @Sendable func one(_ request: Request, _ context: AppContext) async throws -> Response {
        let name = (try server.parameter(context, "namespace"), try server.parameter(context, "name"))
        return try await server.read { reading in .json(try reading.json(try reading.versions(name.0, name.1))) }
    }

    /// One version, with its text.
    @Sendable func show(_ request: Request, _ context: AppContext) async throws -> Response {
        let name = try server.workflowName(context)
        return try await server.read { reading in
            let stored = try reading.deployment(name)
            var json = reading.json(stored)
            json["source"] = .string(stored.deployment.source)
            json["runbooks"] = .array(
                stored.deployment.runbooks.map { ["name": .string($0.name), "hash": .string($0.hash.hex)] }
            )
            return .json(.object(json))
        }
    }

    /// What a version has that another one, or the one before it, has not.
    @Sendable func difference(_ request: Request, _ context: AppContext) async throws -> Response {
        let (name, from) = (try server.workflowName(context), try FormData.query(of: request).text("from"))
        return try await server.read { reading in
            let new = try reading.deployment(name)
            guard let old = try reading.deployment(before: new, named: from) else {
                throw Trouble.invalid("/from", "There is no other version to compare it with.")
            }
            let difference = try reading.difference(from: old, to: new)
            return .json(reading.json(difference, from: old.deployment.version, to: new.deployment.version))
        }
    }

    // MARK: Deploying

    @Sendable func deploy(_ request: Request, _ context: AppContext) async throws -> Response {
        var fields = try await RequestFields(request)
        let upload = Self.upload(&fields)
        let isDryRun = fields.flag("dry_run") ?? false
        let reason = fields.optionalText("reason")
        try fields.finish()
        let actuation = try context.actuation(.api, reason: reason)
        let versions = server.versions
        let examined = try await server.blocking.run { try versions.examine(upload) }
        guard let definition = examined.definition else { throw Self.trouble(examined, upload) }
        var status = (code: 200, number: examined.standing.number)
        if !isDryRun, examined.standing.number == nil {
            status = (201, try await server.deploy(definition, by: actuation))
        }
        let number = status.number
        let answer = try await server.read { reading in try reading.json(examined, definition, number: number) }
        return .json(answer, status: status.code == 201 ? .created : .ok)
    }

    private static func upload(_ fields: inout RequestFields) -> Versions.Upload {
        let file = fields.optionalText("file", max: 255) ?? "workflow.yaml"
        // Not trimmed: a version is known by its very bytes.
        let source = fields.optionalText("source", max: YAMLSource.bytesMax) ?? ""
        if source.isEmpty { fields.add("source", "`source` is missing: the definition's text.") }
        var runbooks: [String: String] = [:]
        for (name, text) in fields.object("runbooks") {
            if let text = text.asString {
                runbooks[name] = text
            } else {
                fields.add("runbooks/\(name)", "A runbook is a text.")
            }
        }
        return Versions.Upload(file: file, source: source, runbooks: runbooks)
    }

    private static func trouble(_ examined: Versions.Examined, _ upload: Versions.Upload) -> Trouble {
        let errors = examined.files.flatMap { file in
            let pointer = file.file == upload.file ? "/source" : "/runbooks"
            return file.diagnostics.filter(\.isError).map { FieldError(pointer: pointer, $0.text(in: file.file)) }
        }
        return .invalid(errors)
    }

    /// Which version new instances get.
    @Sendable func activate(_ request: Request, _ context: AppContext) async throws -> Response {
        var fields = try await RequestFields(request)
        let version = fields.optionalText("version")
        let reason = fields.text("reason")
        try fields.finish()
        let name = (try server.parameter(context, "namespace"), try server.parameter(context, "name"))
        try await server.activate(version, of: name, by: try context.actuation(.api, reason: reason))
        return .json(try await server.read { reading in try reading.json(try reading.versions(name.0, name.1)) })
    }

    // MARK: Migrating

    /// Says of each instance whether it moves, and where it is no dry run moves it: each in a commit of its own.
    @Sendable func migrate(_ request: Request, _ context: AppContext) async throws -> Response {
        var fields = try await RequestFields(request)
        let wish = MigrationWish(
            namespace: try server.parameter(context, "namespace"),
            name: try server.parameter(context, "name"),
            from: fields.text("from"),
            to: fields.text("to"),
            renamed: Self.names(&fields),
            only: Self.identifiers(&fields),
            isDryRun: fields.flag("dry_run") ?? false,
            after: try fields.optionalText("cursor").flatMap { cursor throws(Trouble) in
                Identifier(try server.cursors.open(cursor, of: "migrations"))
            }
        )
        let reason = wish.isDryRun ? fields.optionalText("reason") : fields.text("reason")
        try fields.finish()
        let outcome = try await server.migrate(wish, context, .api, reason: reason)
        return .json(outcome.json(next: outcome.next.map { server.cursors.seal($0.description, of: "migrations") }))
    }

    private static func names(_ fields: inout RequestFields) -> [String: String] {
        var names: [String: String] = [:]
        for (old, new) in fields.object("renamed") {
            if let new = new.asString { names[old] = new } else { fields.add("renamed/\(old)", "Give a step's path.") }
        }
        return names
    }

    private static func identifiers(_ fields: inout RequestFields) -> [Identifier]? {
        let texts = fields.texts("instances")
        if texts.count > MigrationWish.pageMax { fields.add("instances", "Name at most \(MigrationWish.pageMax).") }
        let identifiers = texts.enumerated().compactMap { index, text -> Identifier? in
            if let id = Identifier(text) { return id }
            fields.add("instances/\(index)", "`\(text)` is no identifier.")
            return nil
        }
        return texts.isEmpty ? nil : identifiers
    }
}

extension Versions.Examined.Standing {
    var name: String {
        switch self {
        case .wrong: "wrong"
        case .new: "new"
        case .same: "same"
        case .taken: "taken"
        }
    }

    /// The number under which this very content is kept.
    var number: Int? {
        switch self {
        case .same(let number): number
        case .wrong, .new, .taken: nil
        }
    }
}

extension Server {
    func workflowName(_ context: AppContext) throws(Trouble) -> Vocabulary.WorkflowName {
        Vocabulary.WorkflowName(
            namespace: try parameter(context, "namespace"),
            name: try parameter(context, "name"),
            version: try parameter(context, "version")
        )
    }

    /// - Throws: that the version is taken, which is in the journal then.
    func deploy(_ definition: Catalog.Definition, by actuation: Actuation) async throws -> Int {
        do {
            return try await blocking.answer { then in versions.deploy(definition, by: actuation, then: then) }
        } catch let error as StoreError {
            guard case .versionTaken = error, var trouble = Trouble(error) else { throw error }
            trouble.isKept = true
            throw trouble
        }
    }

    func activate(_ version: String?, of name: (namespace: String, name: String), by actuation: Actuation) async throws
    {
        let (document, number) = try await read { reading in
            let all = try reading.versions(name.namespace, name.name)
            guard let document = all.rows.first?.workflow.document else { throw Trouble.notFound("workflow") }
            guard let version else { return (document, Int?.none) }
            guard let row = all.rows.first(where: { $0.workflow.document.version == version }) else {
                throw Trouble.invalid("/version", "There is no version \(version) of it.")
            }
            return (document, row.number)
        }
        let versions = versions
        let _: Void = try await blocking.answer { then in
            versions.activate(number, of: document, by: actuation, then: then)
        }
    }
}
