import Hummingbird
import JSON
import SirdarCore
import SirdarEngine
import SirdarJournal

/// A workflow with its versions, and moving instances between them.
struct WorkflowPages: Sendable {
    let server: Server
    private var pages: Pages { Pages(server: server) }

    @Sendable func show(_ request: Request, _ context: AppContext) async throws -> Response {
        let name = try names(context)
        let query = try FormData.query(of: request)
        let isAsked = !query.text("from").isEmpty && !query.text("to").isEmpty && context.may(.migrateInstances)
        let outcome: MigrationOutcome? =
            isAsked
            ? try await server.migrate(wish(name, query, isDryRun: true), context, .page, reason: nil) : nil
        return try await page(name, outcome, context)
    }

    @Sendable func activate(_ request: Request, _ context: AppContext) async throws -> Response {
        let (name, form) = (try names(context), try await FormData.body(of: request))
        let (version, reason) = (form.text("version"), form.text("reason"))
        if reason.isEmpty { throw Trouble.invalid("/reason", "Say why.") }
        let actuation = try context.actuation(.page, reason: reason)
        try await server.activate(version.isEmpty ? nil : version, of: name, by: actuation)
        return .seeOther(Self.path(name))
    }

    @Sendable func migrate(_ request: Request, _ context: AppContext) async throws -> Response {
        let (name, form) = (try names(context), try await FormData.body(of: request))
        let reason = form.text("reason")
        if reason.isEmpty { throw Trouble.invalid("/reason", "Say why.") }
        let wish = try wish(name, form, isDryRun: false)
        let outcome = try await server.migrate(wish, context, .page, reason: reason)
        return try await page(name, outcome, context)
    }

    private typealias Name = (namespace: String, name: String)

    private func names(_ context: AppContext) throws(Trouble) -> Name {
        (try server.parameter(context, "namespace"), try server.parameter(context, "name"))
    }

    private static func path(_ name: Name) -> String {
        "/workflows/\(name.namespace.urlEscaped)/\(name.name.urlEscaped)"
    }

    private func wish(_ name: Name, _ form: FormData, isDryRun: Bool) throws(Trouble) -> MigrationWish {
        let cursor = form.text("after")
        return MigrationWish(
            namespace: name.namespace,
            name: name.name,
            from: form.text("from"),
            to: form.text("to"),
            renamed: try Self.renamed(form.text("renamed")),
            isDryRun: isDryRun,
            after: cursor.isEmpty ? nil : Identifier(try server.cursors.open(cursor, of: "migrations"))
        )
    }

    /// `old=new`, a line each.
    private static func renamed(_ text: String) throws(Trouble) -> [String: String] {
        var renamed: [String: String] = [:]
        for line in text.split(whereSeparator: \.isNewline) {
            let sides = line.split(separator: "=").map { $0.split(separator: " ").joined(separator: " ") }
            guard sides.count == 2 else { throw .invalid("/renamed", "Write old=new, two paths of steps: \(line)") }
            renamed[sides[0]] = sides[1]
        }
        return renamed
    }

    private func cursor(_ id: Identifier) -> String { server.cursors.seal(id.description, of: "migrations") }

    private func page(
        _ name: Name,
        _ outcome: MigrationOutcome?,
        _ context: AppContext
    ) async throws -> Response {
        try await server.read { reading in
            let list = try reading.versions(name.namespace, name.name)
            let content = VersionsContent(
                list,
                outcome,
                path: Self.path(name),
                next: outcome?.next.map(cursor),
                after: outcome?.wish.after.map(cursor),
                mayDeploy: context.may(.deployWorkflows),
                mayMigrate: context.may(.migrateInstances) && list.rows.count > 1,
                token: context.formToken,
                now: reading.now
            )
            return pages.page(content.title, .versions, content, context, at: "/workflows")
        }
    }
}

/// What the page of a workflow shows.
struct VersionsContent {
    let title: String
    let name: String
    let path: String
    let token: String
    let rows: [Row]
    let mayDeploy: Bool
    let mayMigrate: Bool
    let choice: String
    let outcome: OutcomeContent?
    /// `old=new`, a line each.
    let renamed: String

    struct Row {
        let version: String
        let isFrom: Bool
        let isTo: Bool
        let hash: String
        let deployed: TimeView
        let isActive: Bool
        let counts: String
    }

    struct OutcomeContent {
        let from: String
        let to: String
        /// Where it begins and goes on, for who moves these and for who looks at the next.
        let after: String?
        let next: String?
        let sentence: String
        /// Whether there is something to be moved now.
        let isOffer: Bool
        let rows: [InstanceRow]
    }

    struct InstanceRow {
        let id: String
        let word: String
        let why: String
    }

    init(
        _ list: VersionList,
        _ outcome: MigrationOutcome?,
        path: String,
        next: String?,
        after: String?,
        mayDeploy: Bool,
        mayMigrate: Bool,
        token: String,
        now: Timestamp
    ) {
        title = list.rows.first?.workflow.document.title ?? list.name
        name = "\(list.namespace)/\(list.name)"
        self.path = path
        self.token = token
        rows = list.rows.map { row in
            Row(
                version: row.workflow.document.version,
                isFrom: row.workflow.document.version == outcome?.wish.from,
                isTo: row.workflow.document.version == outcome?.wish.to,
                hash: String(row.workflow.hash.hex.prefix(12)),
                deployed: TimeView(row.deployedAt, now),
                isActive: row.isActive,
                counts: row.counts.map { "\($0.count) \(Show.words($0.status.name))" }.joined(separator: ", ")
            )
        }
        self.mayDeploy = mayDeploy
        self.mayMigrate = mayMigrate
        choice = list.isChosen ? "New instances get the version that was activated." : "New instances get the newest."
        self.outcome = outcome.map { .init($0, after: after, next: next) }
        renamed = (outcome?.wish.renamed ?? [:]).sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
            .joined(separator: "\n")
    }
}

extension VersionsContent.OutcomeContent {
    init(_ outcome: MigrationOutcome, after: String?, next: String?) {
        (self.after, self.next) = (after, next)
        (from, to) = (outcome.wish.from, outcome.wish.to)
        let moving = outcome.rows.count(where: \.moves)
        let staying = outcome.rows.count - moving
        let rest = outcome.next == nil ? "" : " There are more behind these \(outcome.rows.count)."
        sentence =
            outcome.wish.isDryRun
            ? "\(moving) would move, \(staying) would stay.\(rest)" : "\(moving) moved, \(staying) stayed.\(rest)"
        isOffer = outcome.wish.isDryRun && moving > 0
        rows = outcome.rows.map { row in
            let steps = row.steps.map { $0.from == $0.to ? $0.from : "\($0.from) → \($0.to)" }
            let passed = row.passed.isEmpty ? "" : "; will not run any more: \(row.passed.joined(separator: ", "))"
            let verb = outcome.wish.isDryRun ? ("moves", "stays") : ("moved", "stayed")
            return .init(
                id: row.instance.description,
                word: row.moves ? verb.0 : verb.1,
                why: row.moves
                    ? "at \(steps.joined(separator: ", "))\(passed)"
                    : row.reasons.map(\.sentence).joined(separator: " ")
            )
        }
    }
}
