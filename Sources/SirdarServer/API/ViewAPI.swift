import Hummingbird
import JSON
import SirdarCore
import SirdarEngine
import SirdarJournal

/// Views of the queue that were given a name, for programs and for the forms of the page.
struct ViewAPI: Sendable {
    let server: Server

    @Sendable func list(_ request: Request, _ context: AppContext) async throws -> Response {
        let me = try context.person().person.id.description
        return try await server.read { reading in
            ListAnswer(items: try SavedView.all(for: me, reading.store).map { try reading.json($0, for: me) }).response
        }
    }

    @Sendable func add(_ request: Request, _ context: AppContext) async throws -> Response {
        var fields = try await RequestFields(request)
        let name = fields.text("name", max: SavedView.nameCharactersMax)
        let filter = fields.text("filter", max: Self.filterCharactersMax)
        let isShared = fields.flag("shared") ?? false
        try fields.finish()
        let view = try await server.save(name, filter, isShared: isShared, context, .api)
        let me = view.by
        return .json(try await server.read { try $0.json(view, for: me) }, status: .created)
    }

    @Sendable func remove(_ request: Request, _ context: AppContext) async throws -> Response {
        try await server.removeView(try server.identifier(context, "view"), context, .api)
        return .nothing
    }

    // MARK: The page's forms

    @Sendable func save(_ request: Request, _ context: AppContext) async throws -> Response {
        let form = try await FormData.body(of: request)
        let queue = form.text("queue")
        let parts = [queue.isEmpty ? "" : "queue:\(TaskFilter.quoted(queue))", form.text("q")]
        let filter = parts.filter { !$0.isEmpty }.joined(separator: " ")
        let view = try await server.save(form.text("name"), filter, isShared: form["shared"] != nil, context, .page)
        return .seeOther("/queue?q=\(view.filter.urlEscaped)")
    }

    @Sendable func drop(_ request: Request, _ context: AppContext) async throws -> Response {
        _ = try await FormData.body(of: request)
        try await server.removeView(try server.identifier(context, "view"), context, .page)
        return .seeOther("/queue")
    }

    static let filterCharactersMax = 500
}

extension Server {
    /// - Throws: what is wrong with the filter, in its own words; that the name is taken; that only supervisors share.
    fileprivate func save(
        _ name: String,
        _ filter: String,
        isShared: Bool,
        _ context: AppContext,
        _ channel: Entry.Channel
    ) async throws -> SavedView {
        let principal = try context.person()
        let me = principal.person.id.description
        guard !isShared || principal.may(.superviseTasks) else { throw Trouble.denied(.superviseTasks) }
        guard (1...SavedView.nameCharactersMax).contains(name.count), !name.contains(where: \.isNewline) else {
            throw Trouble.invalid("/name", "A view's name has 1 to \(SavedView.nameCharactersMax) characters.")
        }
        guard (1...ViewAPI.filterCharactersMax).contains(filter.count) else {
            throw Trouble.invalid("/filter", "Filter the queue first: a view of everything needs no name.")
        }
        let (_, problems) = TaskFilter.parse(filter, known: [:])
        guard problems.isEmpty else {
            throw Trouble.invalid(problems.map { FieldError(pointer: "/filter", $0.told) })
        }
        let count = try await read { try SavedView.all(for: me, $0.store).count { $0.isShared == isShared } }
        guard count < SavedView.countMax else {
            throw Trouble.conflict("views", "There are \(SavedView.countMax) such views. Remove one first.")
        }
        let view = SavedView(
            id: engine.identifiers.next(),
            name: name,
            filter: filter,
            by: me,
            isShared: isShared,
            at: engine.clock.now()
        )
        do { try await write([view.added], "view.saved", of: view, try context.actuation(channel)) } catch {
            guard case .nameTaken? = error as? StoreError else { throw error }
            throw Trouble.conflict("name-taken", "There is a view called \(name) already.")
        }
        return view
    }

    fileprivate func removeView(_ id: Identifier, _ context: AppContext, _ channel: Entry.Channel) async throws {
        let principal = try context.person()
        let me = principal.person.id.description
        guard let view = try await read({ try SavedView.one(id, for: me, $0.store) }) else {
            throw Trouble.notFound("view")
        }
        guard !view.isShared || principal.may(.superviseTasks) else { throw Trouble.denied(.superviseTasks) }
        try await write([view.removed], "view.removed", of: view, try context.actuation(channel))
    }

    private func write(
        _ changes: [RecordChange],
        _ action: String,
        of view: SavedView,
        _ actuation: Actuation
    ) async throws {
        let entry = Entry(
            at: engine.clock.now(),
            actor: actuation.actor,
            channel: actuation.channel,
            action: action,
            object: .init(kind: "view", id: view.id),
            detail: ["shared": .bool(view.isShared)],
            confidential: ["filter": .string(view.filter), "name": .string(view.name)],
            requestID: actuation.requestID
        )
        let engine = engine
        let _: Void = try await blocking.answer { then in engine.write(changes, entry: entry, then: then) }
    }
}

extension Reading {
    fileprivate func json(_ view: SavedView, for person: String) throws -> JSON {
        [
            "id": .string(view.id.description), "name": .string(view.name), "filter": .string(view.filter),
            "shared": .bool(view.isShared), "mine": .bool(view.by == person), "by": .string(try name(view.by)),
            "at": .string(view.at.description),
        ]
    }
}
