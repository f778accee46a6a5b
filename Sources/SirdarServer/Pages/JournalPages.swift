import Hummingbird
import JSON
import SirdarCore
import SirdarEngine
import SirdarJournal

/// The journal's page: what happened, by whom, and how far it is vouched for.
struct JournalPages: Sendable {
    let server: Server

    private struct Content {
        let filters: Filters
        let error: String?
        let seal: SealView?
        let mayExport: Bool
        let entries: [EntryRow]
        let isEmpty: Bool
        let next: String?
    }

    /// What was asked for, to stand in the form again.
    private struct Filters {
        let person: String
        let object: String
        let action: String
        let from: String
        let to: String
        let isDone: Bool
        let isRefused: Bool

        init(_ query: FormData) {
            person = query.text("person")
            object = query.text("object")
            action = query.text("action")
            from = query.text("from")
            to = query.text("to")
            isDone = query.text("outcome") == "done"
            isRefused = query.text("outcome") == "refused"
        }
    }

    private static let kept = ["person", "object", "action", "outcome", "from", "to"]

    @Sendable func page(_ request: Request, _ context: AppContext) async throws -> Response {
        let (query, server, pages) = (try FormData.query(of: request), server, Pages(server: server))
        var search: JournalSearch?
        var error: String?
        do { search = try await server.search(query, context, .page) } catch let trouble as Trouble
            where trouble.status == 422
        { error = trouble.detail }
        let (final, told) = (search, error)
        let mayExport = server.sealer != nil && context.may(.exportJournal)
        return try await server.read { reading in
            let found = try final?.run(reading.store)
            let entries = try (found?.entries ?? []).map { try EntryRow(EntryView($0), reading) }
            let content = Content(
                filters: Filters(query),
                error: told,
                seal: try server.sealer.map { try SealView($0, reading) },
                mayExport: mayExport,
                entries: entries,
                isEmpty: entries.isEmpty,
                next: found?.next.map { Self.link(to: server.cursors.seal(String($0), of: "entries"), query) }
            )
            return pages.page("Journal", .journal, content, context, at: "/journal")
        }
    }

    private static func link(to cursor: String, _ query: FormData) -> String {
        let filters = kept.filter { !query.text($0).isEmpty }.map { "&\($0)=\(query.text($0).urlEscaped)" }
        return "?cursor=\(cursor.urlEscaped)\(filters.joined())"
    }

    /// Why an instance does not move.
    @Sendable func explanation(_ request: Request, _ context: AppContext) async throws -> Response {
        let (principal, id) = (try context.person(), try server.identifier(context, "instance"))
        let pages = Pages(server: server)
        return try await server.read { reading in
            let instance = try reading.instance(id, for: principal)
            let title = try reading.workflow(of: instance).document.title
            let content = ExplanationContent(try reading.explanation(of: instance), of: title, at: reading.now)
            return pages.page("Why: \(title)", .explanation, content, context, at: "/requests")
        }
    }

    @Sendable func export(_ request: Request, _ context: AppContext) async throws -> Response {
        try await server.export(request, context, .page)
    }
}

/// Why an instance does not move, on a page.
struct ExplanationContent {
    let id: String
    let title: String
    let sentence: String
    let waits: [Wait]

    struct Wait {
        let step: String
        let sentence: String
        let since: TimeView
        let lastProblem: String?
        let tries: [String]
    }

    init(_ explanation: Explanation, of title: String, at now: Timestamp) {
        id = explanation.instance.description
        self.title = title
        sentence = explanation.sentence
        waits = explanation.waits.map { wait in
            Wait(
                step: wait.step,
                sentence: wait.sentence,
                since: TimeView(wait.since, now),
                lastProblem: wait.lastProblem,
                tries: wait.tries
            )
        }
    }
}
