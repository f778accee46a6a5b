import Hummingbird
import JSON
import SirdarCore
import SirdarEngine
import SirdarJournal

/// Tasks and queues, for programs.
struct TaskAPI: Sendable {
    let server: Server

    // MARK: Reading

    @Sendable func queues(_ request: Request, _ context: AppContext) async throws -> Response {
        let principal = try context.person()
        return try await server.read { reading in
            let counts = try reading.store.queueCounts()
            let names = Set(counts.map(\.queue) + reading.library.queues.map(\.name)).union(principal.person.queues)
            let items: [JSON] = names.sorted().filter { principal.may(.seeTasks, in: .queue($0)) }.map { name in
                let count = counts.first { $0.queue == name }
                return [
                    "name": .string(name), "title": .string(reading.queueTitle(name)),
                    "ready": .number(JSON.Number(count?.ready ?? 0)), "held": .number(JSON.Number(count?.held ?? 0)),
                    "member": .bool(principal.person.queues.contains(name)),
                ]
            }
            return ListAnswer(items: items).response
        }
    }

    @Sendable func list(_ request: Request, _ context: AppContext) async throws -> Response {
        let (principal, server) = (try context.person(), server)
        let list = try TaskList(FormData.query(of: request), principal, server)
        if let trouble = list.trouble { throw trouble }
        return try await server.read { reading in
            let page = try list.page(reading, principal)
            let items = try page.tasks.map { try reading.json($0, for: principal.person.worker, whole: false) }
            return ListAnswer(items: items, next: page.next.map { server.cursors.seal($0.text, of: "tasks") }).response
        }
    }

    @Sendable func one(_ request: Request, _ context: AppContext) async throws -> Response {
        let (principal, id) = (try context.person(), try server.identifier(context, "task"))
        return try await server.read { reading in
            let task = try reading.task(id, for: principal)
            return .json(try reading.json(task, for: principal.person.worker, whole: true))
        }
    }

    // MARK: Acting

    @Sendable func next(_ request: Request, _ context: AppContext) async throws -> Response {
        var fields = try await RequestFields(request)
        let queue = fields.optionalText("queue")
        try fields.finish()
        let (engine, actuation) = (server.engine, try context.actuation(.api))
        let worker = try context.person().person.worker
        let task: ManualTask? = try await server.blocking.answer { then in
            engine.claimNext(queue: queue, worker: worker, by: actuation, then: then)
        }
        guard let task else { return .nothing }
        return try await answer(task, worker)
    }

    /// What is done to a task is a resource of its own; each reads its members, and the engine does the rest.
    func operate(_ operation: TaskOperation) -> Route.Handler {
        { request, context in
            var fields = try await RequestFields(request)
            let intent = TaskIntent(operation, &fields, at: server.engine.clock.now())
            try fields.finish()
            return try await act(intent, request, context)
        }
    }

    @Sendable func tick(_ request: Request, _ context: AppContext) async throws -> Response {
        var fields = try await RequestFields(request)
        let evidence = fields.optionalText("evidence")
        try fields.finish()
        return try await act(.tick(item: try server.parameter(context, "item"), evidence: evidence), request, context)
    }

    /// With `If-Match` only while the task is as the asker saw it.
    func act(_ intent: TaskIntent, _ request: Request, _ context: AppContext) async throws -> Response {
        let (principal, id) = (try context.person(), try server.identifier(context, "task"))
        let worker = principal.person.worker
        // Who may see a task may speak about it; who may not see it is told nothing of it.
        let seen = try await server.read { reading in
            let task = try reading.task(id, for: principal)
            let isSaid =
                try request.headers[.ifMatch] != nil
                && request.expectMatch(try reading.json(task, for: worker, whole: true))
            return isSaid ? task.version : nil
        }
        let task = try await server.act(intent, on: id, worker, by: try context.actuation(.api), expecting: seen)
        return try await answer(task, worker)
    }

    private func answer(_ task: ManualTask, _ worker: Worker) async throws -> Response {
        try await server.read { reading in .json(try reading.json(task, for: worker, whole: true)) }
    }
}

extension Server {
    /// Does something with a task, and answers when it is durable; a refusal comes back as a sentence with names.
    func act(
        _ intent: TaskIntent,
        on id: Identifier,
        _ worker: Worker,
        by actuation: Actuation,
        expecting version: Int64? = nil
    ) async throws -> ManualTask {
        do {
            return try await blocking.answer { then in
                engine.act(intent, on: id, worker: worker, by: actuation, expecting: version, then: then)
            }
        } catch let refusal as TaskRefusal {
            throw try await read { reading in try reading.trouble(refusal) ?? .unexpected }
        }
    }
}

extension Reading {
    /// The task, if it is for this person to see.
    ///
    /// - Throws: that there is none; or, for one of another queue, which queue it is that they are not a member of.
    func task(_ id: Identifier, for principal: Principal) throws -> ManualTask {
        guard let task = try store.task(id) else { throw Trouble.notFound("task") }
        guard principal.may(.seeTasks, in: .queue(task.queue)) else {
            var trouble = Trouble(TaskRefusal.notInQueue(task.queue)) ?? .denied(.seeTasks)
            // The engine was not asked, and so has not kept it.
            trouble.isKept = false
            throw trouble
        }
        return task
    }
}

extension Server {
    /// How many items somebody asked for.
    func limit(_ query: FormData) throws(Trouble) -> Int {
        let text = query.text("limit")
        guard !text.isEmpty else { return Limits.pageItems }
        guard let limit = Int(text), (1...Limits.pageItemsMax).contains(limit) else {
            throw .invalid("/limit", "`limit` must be a whole number from 1 to \(Limits.pageItemsMax).")
        }
        return limit
    }
}
