import HTTPTypes
import Hummingbird
import JSON
import NIOCore
import SirdarCore
import SirdarEngine

/// What every page has around it, and the pages that belong to nothing else.
struct Pages: Sendable {
    let server: Server

    /// What surrounds a page's own content.
    private struct Layout {
        let title: String
        let version: String
        let nav: [Link]
        let person: Visitor?
        let token: String
        /// Where a listener to what happens goes on from; `nil` for who is not signed in.
        let head: Int64?
        let body: String
        let isWide: Bool
        let stops: [StopLine]
        let isStopped: Bool

        struct Link {
            let label: String
            let href: String
            let isCurrent: Bool
        }

        struct Visitor {
            let title: String
            let roles: String
        }
    }

    /// A whole page around `content`, whose values the template `name` shows.
    func page(
        _ title: String,
        _ name: Templates.Name,
        _ content: some Any,
        _ context: AppContext,
        at section: String = "",
        isWide: Bool = false,
        status: Int = 200
    ) -> Response {
        let layout = Layout(
            title: title,
            version: server.settings.version,
            nav: nav(context, at: section),
            person: context.principal.map { principal in
                let roles = principal.person.roles.map(\.rawValue).sorted().joined(separator: ", ")
                return Layout.Visitor(title: principal.person.title, roles: roles)
            },
            token: context.formToken,
            head: context.principal == nil ? nil : context.head,
            body: server.templates.render(name, content),
            isWide: isWide,
            stops: context.stops.map { StopLine($0, server.engine.clock.now()) },
            isStopped: !context.stops.isEmpty
        )
        let html = server.templates.render(.layout, layout)
        return .html(html, status: HTTPResponse.Status(code: status))
    }

    /// Only what the roles include: a link that leads to a refusal helps nobody.
    private func nav(_ context: AppContext, at section: String) -> [Layout.Link] {
        let all: [(String, String, Permissions.Operation)] = [
            ("Queue", "/queue", .seeTasks), ("Requests", "/requests", .seeInstances),
            ("Images", "/images", .seeProject), ("Build profiles", "/profiles", .seeProject),
            ("Machines", "/machines", .seeProject), ("Costs", "/costs", .seeProject),
            ("Journal", "/journal", .seeJournal),
            ("Workflows", "/workflows", .seeWorkflows), ("Insight", "/insight", .seeInsight),
            ("Stops", "/stops", .stopWork), ("People", "/people", .seePeople),
        ]
        return all.filter { context.may($0.2) }.map { Layout.Link(label: $0.0, href: $0.1, isCurrent: $0.1 == section) }
    }

    // MARK: Pages

    /// Where each role's work begins.
    @Sendable func home(_ request: Request, _ context: AppContext) async throws -> Response {
        let principal = try context.person()
        if principal.may(.seeTasks), !principal.person.queues.isEmpty { return .seeOther("/queue") }
        if principal.may(.requestImage) { return .seeOther("/images") }
        let places: [(Permissions.Operation, String)] = [
            (.seeJournal, "/journal"), (.seeTasks, "/queue"), (.seeWorkflows, "/workflows"), (.seeProject, "/images"),
        ]
        return .seeOther(places.first { principal.may($0.0) }?.1 ?? "/me")
    }

    /// What went wrong, as a sentence on a page; to sign in, where that is what is missing.
    func trouble(_ trouble: Trouble, _ request: Request, _ context: AppContext) async -> Response {
        if trouble.status == 401, context.principal == nil, request.method == .get {
            let next = request.uri.string == "/" ? "" : "?next=\(request.uri.string.urlEscaped)"
            return .seeOther("/sign-in\(next)")
        }
        struct Content {
            let title: String
            let detail: String
            let errors: [String]
            let requestID: String
            let isSignedOut: Bool
        }
        let isOneSentence = trouble.errors.count == 1 && trouble.errors.first?.detail == trouble.detail
        let content = Content(
            title: trouble.title,
            detail: trouble.detail,
            errors: isOneSentence ? [] : trouble.errors.map(\.detail),
            requestID: context.requestID,
            isSignedOut: context.principal == nil
        )
        var response = page(trouble.title, .trouble, content, context, status: trouble.status)
        for field in trouble.fields where field.name != .wwwAuthenticate { response.headers[field.name] = field.value }
        return response
    }

    @Sendable func workflows(_ request: Request, _ context: AppContext) async throws -> Response {
        struct Row {
            let title: String
            let name: String
            let version: String
            let summary: String
            let hash: String
            let steps: [String]
        }
        return try await server.read { reading in
            let rows = reading.library.workflows.map { _, workflow in
                Row(
                    title: workflow.document.title,
                    name: "\(workflow.document.namespace)/\(workflow.document.name)",
                    version: workflow.document.version,
                    summary: workflow.document.summary,
                    hash: String(workflow.hash.hex.prefix(12)),
                    steps: workflow.nodes.filter(\.kind.isWork).map(\.title)
                )
            }
            return page("Workflows", .workflows, ["workflows": rows], context, at: "/workflows")
        }
    }

    @Sendable func keys(_ request: Request, _ context: AppContext) async throws -> Response {
        page("Keys", .keys, [String: String](), context)
    }

    // MARK: Assets

    /// They carry the version in their address, and so may be kept.
    @Sendable func asset(_ request: Request, _ context: AppContext) async throws -> Response {
        let (bytes, type): ([UInt8], String)
        switch context.parameters.get("file") {
        case "app.css": (bytes, type) = (PackageResources.app_css, "text/css; charset=utf-8")
        case "diagram.css": (bytes, type) = (Array("\(Diagram.looks)".utf8), "text/css; charset=utf-8")
        case "app.js": (bytes, type) = (PackageResources.app_js, "text/javascript; charset=utf-8")
        case "live.js": (bytes, type) = (PackageResources.live_js, "text/javascript; charset=utf-8")
        default: throw Trouble.notFound("file")
        }
        return Response(
            status: .ok,
            headers: [.contentType: type, .cacheControl: "public, max-age=3600"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes))
        )
    }
}

/// An entry of the journal as a row of a page.
struct EntryRow: Sendable {
    let sequence: Int64
    let time: TimeView
    let actor: String
    /// Whose timeline it is in; `nil` for the system's own doings.
    let person: String?
    let action: String
    let object: String
    let objectID: String
    let refusal: String?
    let facts: [Fact]

    struct Fact: Sendable {
        let key: String
        let value: String
        /// What it was before, where that is known.
        var old: String?
    }

    init(_ entry: EntryView, _ reading: Reading) throws {
        sequence = entry.sequence
        time = TimeView(entry.at, reading.now)
        actor = try reading.name(entry.actor)
        person = entry.actorKind == "system" ? nil : entry.actor
        action = Show.words(entry.action)
        object = entry.objectKind
        objectID = entry.object.description
        refusal = entry.refusal.map(Show.words)
        facts = try Self.told(entry.detail, reading) + Self.told(entry.confidential, reading)
    }

    /// What matters to a reader: changes as from → to, and no value twice. Steps have a table of their own.
    private static func told(_ detail: JSON, _ reading: Reading) throws -> [Fact] {
        var facts: [Fact] = []
        let members = detail.asObject ?? [:]
        for (key, value) in members where !hidden.contains(key) && !value.isNull {
            switch key {
            case "before" where value.asObject != nil || members["after"]?.asObject != nil:
                facts += difference(value, members["after"] ?? .null)
            case "before":
                let (from, to) = (Show.value(value), members["after"].map(Show.value) ?? "")
                if from != to { facts.append(Fact(key: "", value: "\(Show.words(from)) → \(Show.words(to))")) }
            case "owner":
                let to = value["after"]?.asString
                facts.append(Fact(key: "holder", value: try to.map { try reading.name($0) } ?? "nobody"))
            case "values", "detail":
                facts += (value.asObject ?? [:]).map { Fact(key: $0.key, value: shown($0.value)) }
            case "output": facts.append(Fact(key: "", value: value["summary"].map(shown) ?? shown(value)))
            default: facts.append(Fact(key: Show.words(key), value: shown(value)))
            }
        }
        return facts
    }

    /// The members that differ, each with what it was and what it is.
    private static func difference(_ before: JSON, _ after: JSON) -> [Fact] {
        let (old, new) = (before.asObject ?? [:], after.asObject ?? [:])
        let keys = Set(old.map(\.key)).union(new.map(\.key)).sorted()
        return keys.filter { old[$0] != new[$0] }.map { key in
            Fact(
                key: Show.words(key),
                value: new[key].map(shown) ?? "nothing",
                old: old[key].map(shown) ?? "nothing"
            )
        }
    }

    private static let hidden: Set<String> = ["steps", "version", "step", "after"]
    private static func shown(_ value: JSON) -> String { String(Show.value(value).prefix(300)) }
}
