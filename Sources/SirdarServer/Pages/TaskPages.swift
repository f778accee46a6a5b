import Hummingbird
import JSON
import SirdarCore
import SirdarEngine
import SirdarJournal

/// The queue and the task: what a support engineer looks at all day.
struct TaskPages: Sendable {
    let server: Server
    private var pages: Pages { Pages(server: server) }

    // MARK: Looking

    @Sendable func queue(_ request: Request, _ context: AppContext) async throws -> Response {
        let query = try FormData.query(of: request)
        let principal = try context.person()
        let list = try TaskList(query, principal, server)
        return try await server.read { reading in
            let content = QueueContent(
                list: try TaskListContent(list, query, reading, principal, context, server, selected: nil),
                note: query.text("note") == "empty"
                    ? "Nothing is waiting for you: no ready task fits your queues and skills." : nil
            )
            return pages.page("Queue", .queue, content, context, at: "/queue", isWide: true)
        }
    }

    @Sendable func show(_ request: Request, _ context: AppContext) async throws -> Response {
        let id = try server.identifier(context, "task")
        return try await show(id, try FormData.query(of: request), context)
    }

    /// The task's page; after a refusal, with what was typed and what is wrong with it.
    private func show(
        _ id: Identifier,
        _ query: FormData,
        _ context: AppContext,
        typed: FormData? = nil,
        trouble: Trouble? = nil
    ) async throws -> Response {
        let principal = try context.person()
        let list = try TaskList(query, principal, server)
        return try await server.read { reading in
            let task = try reading.task(id, for: principal)
            let tasks = try TaskListContent(list, query, reading, principal, context, server, selected: id)
            let content = TaskPageContent(
                list: tasks,
                task: try TaskContent(
                    task,
                    reading,
                    principal,
                    token: context.formToken,
                    query: tasks.query,
                    templates: server.templates,
                    settings: server.settings,
                    typed: typed,
                    trouble: trouble
                )
            )
            return pages.page(
                task.spec.title,
                .task,
                content,
                context,
                at: "/queue",
                isWide: true,
                status: trouble?.status ?? 200
            )
        }
    }

    // MARK: Acting

    @Sendable func next(_ request: Request, _ context: AppContext) async throws -> Response {
        let form = try await FormData.body(of: request)
        let queue = form.text("queue")
        let (engine, actuation) = (server.engine, try context.actuation(.page))
        let worker = try context.person().person.worker
        let task: ManualTask? = try await server.blocking.answer { then in
            engine.claimNext(queue: queue.isEmpty ? nil : queue, worker: worker, by: actuation, then: then)
        }
        guard let task else {
            return .seeOther("/queue?note=empty" + (queue.isEmpty ? "" : "&queue=\(queue.urlEscaped)"))
        }
        return .seeOther("/tasks/\(task.id)#work")
    }

    /// Everything else that is done to a task: the form's fields are those of the API.
    @Sendable func operate(_ request: Request, _ context: AppContext) async throws -> Response {
        let name = try server.parameter(context, "operation")
        guard let operation = TaskOperation(rawValue: name) else { throw Trouble.notFound("operation") }
        let now = server.engine.clock.now()
        return try await act(request, context) { form throws(Trouble) in
            var fields = RequestFields(Self.members(form))
            let intent = TaskIntent(operation, &fields, at: now)
            try fields.finish()
            return intent
        }
    }

    /// What a form says, without what is about the page.
    private static func members(_ form: FormData) -> JSON.Object {
        var members = JSON.Object()
        for name in ["note", "person", "reason", "queue", "text", "comment", "priority", "awaiting", "until"] {
            if let text = form[name], !text.trimmed.isEmpty { members[name] = .string(text.trimmed) }
        }
        return members
    }

    /// Keeps what was typed and ticked so far.
    @Sendable func draft(_ request: Request, _ context: AppContext) async throws -> Response {
        let form = try await FormData.body(of: request)
        return try await answering(form, context) { id, worker, actuation in
            let before = try await server.read { reading in try reading.store.task(id) }
            let (values, ticks) = (Self.values(form, changing: before), Self.ticks(form, changing: before))
            // The page saves by itself: what is as it was makes no entry. Who does not hold the task is told so.
            if !values.isEmpty || before?.owner?.person != worker.person {
                _ = try await server.act(.draft(values), on: id, worker, by: actuation)
            }
            for tick in ticks {
                _ = try await server.act(.tick(item: tick.item, evidence: tick.evidence), on: id, worker, by: actuation)
            }
            return .seeOther("/tasks/\(id)#work")
        }
    }

    /// What was typed and is not yet kept so.
    private static func values(_ form: FormData, changing task: ManualTask?) -> JSON.Object {
        var values = values(form)
        values.keep { name, value in (task?.draft[name]).map(Show.value) ?? "" != value.asString ?? "" }
        return values
    }

    private static func ticks(_ form: FormData, changing task: ManualTask?) -> [Submission.TickedItem] {
        ticks(form).filter { tick in
            guard let kept = task?.ticks.first(where: { $0.item == tick.item }) else { return true }
            return kept.evidence != tick.evidence
        }
    }

    @Sendable func complete(_ request: Request, _ context: AppContext) async throws -> Response {
        try await act(request, context) { form in
            .complete(
                outcome: form.text("outcome"),
                values: Self.values(form),
                ticks: Self.ticks(form),
                fence: Int64(form.text("fence"))
            )
        }
    }

    private func act(
        _ request: Request,
        _ context: AppContext,
        _ intent: (FormData) throws(Trouble) -> TaskIntent
    ) async throws -> Response {
        let form = try await FormData.body(of: request)
        return try await answering(form, context) { id, worker, actuation in
            let intent = try intent(form)
            // Who may see a task may speak about it; who may not see it is told nothing of it.
            let principal = try context.person()
            try await server.read { reading in _ = try reading.task(id, for: principal) }
            let task = try await server.act(intent, on: id, worker, by: actuation)
            return .seeOther(task.state.isFinal ? "/queue" : "/tasks/\(id)#work")
        }
    }

    /// Does it; a refusal comes back on the task's own page, with what was typed.
    func answering(
        _ form: FormData,
        _ context: AppContext,
        _ body: (Identifier, Worker, Actuation) async throws -> Response
    ) async throws -> Response {
        let id = try server.identifier(context, "task")
        let principal = try context.person()
        do {
            return try await body(id, principal.person.worker, try context.actuation(.page))
        } catch let trouble as Trouble where [403, 409, 413, 415, 422].contains(trouble.status) {
            return try await show(id, FormData(), context, typed: form, trouble: trouble)
        }
    }

    private static func values(_ form: FormData) -> JSON.Object {
        var values = JSON.Object()
        for (name, value) in form.prefixed("value.") { values[name] = .string(value) }
        return values
    }

    /// A ticked box, or evidence that was given: either says that the item is done.
    private static func ticks(_ form: FormData) -> [Submission.TickedItem] {
        form.prefixed("tick.").map { item, _ in
            let evidence = form.text("evidence.\(item)")
            return Submission.TickedItem(item: item, evidence: evidence.isEmpty ? nil : evidence)
        }
    }
}
