import Hummingbird
import JSON
import SirdarCore
import SirdarEngine
import SirdarJournal

extension TaskIntent {
    /// What somebody wants to do, from the members of a request: the same for the API and for pages.
    ///
    /// What is wrong with the members is told by the fields; the intent is then of no use.
    init(_ operation: TaskOperation, _ fields: inout RequestFields, at now: Timestamp) {
        switch operation {
        case .claim: self = .claim
        case .start: self = .start
        case .release: self = .release(note: fields.optionalText("note") ?? "")
        case .assign, .delegate:
            self = .assign(to: fields.text("person", max: Person.nameMax), note: fields.optionalText("note") ?? "")
        case .takeOver: self = .takeOver(reason: fields.text("reason"))
        case .transfer: self = .transfer(queue: fields.text("queue"), reason: fields.text("reason"))
        case .draft: self = .draft(fields.object("values"))
        case .comment: self = .comment(fields.text("text", max: Comment.charactersMax))
        case .attach:
            // A file has a way of its own, by which its bytes come.
            fields.add("operation", "A file is attached by POST /v1/tasks/ID/attachments.")
            self = .comment("")
        case .complete:
            self = .complete(
                outcome: fields.text("outcome"),
                values: fields.object("values"),
                ticks: Self.ticks(&fields),
                fence: fields.integer("fence").map(Int64.init)
            )
        case .fail:
            self = .fail(code: fields.optionalText("code", max: 64) ?? "cannot", text: fields.text("text"))
        case .confirm: self = .confirm(note: fields.optionalText("note") ?? "")
        case .pushBack: self = .pushBack(comment: fields.text("comment"))
        case .hold: self = Self.hold(&fields, now)
        case .ask: self = Self.ask(&fields)
        case .resume: self = .resume
        case .escalate:
            self = .escalate(comment: fields.text("comment"), priority: Self.priority(&fields, isNeeded: false))
        case .prioritise: self = .prioritise(Self.priority(&fields, isNeeded: true) ?? .normal)
        case .skip: self = .skip(output: fields.json("output") ?? .null, reason: fields.text("reason"))
        case .waiveCheck: self = .waiveCheck(reason: fields.text("reason"))
        case .reopen: self = .reopen(reason: fields.text("reason"))
        }
    }

    private static func hold(_ fields: inout RequestFields, _ now: Timestamp) -> TaskIntent {
        let reason = fields.optionalText("reason") ?? ""
        let until = fields.optionalText("until").flatMap { moment($0, now, &fields) }
        let waitsForVendor = fields.optionalText("awaiting") == "vendor"
        return .hold(awaiting: waitsForVendor ? .vendor : .time, reason: reason, until: until)
    }

    /// A moment, or how long from now: `2026-11-25T14:00:00Z`, `PT2H`.
    private static func moment(_ text: String, _ now: Timestamp, _ fields: inout RequestFields) -> Timestamp? {
        if text.trimmed.isEmpty { return nil }
        if let moment = Timestamp(text) { return moment }
        if let interval = Interval(text) { return now.advanced(by: interval) }
        fields.add("until", "`until` is no time: write 2026-11-25T14:00:00Z, or PT2H for in two hours.")
        return nil
    }

    private static func ask(_ fields: inout RequestFields) -> TaskIntent {
        let text = fields.text("text")
        do throws(Problem) {
            return .ask(try .init(text: text, fields: .object(fields.object("fields"))))
        } catch {
            fields.add("fields", error.detail ?? error.title)
            return .comment(text)
        }
    }

    private static func priority(_ fields: inout RequestFields, isNeeded: Bool) -> TaskSpec.Priority? {
        guard let name = isNeeded ? fields.text("priority") : fields.optionalText("priority"), !name.isEmpty else {
            return nil
        }
        if let priority = TaskSpec.Priority(name: name) { return priority }
        let names = TaskSpec.Priority.allCases.map(\.name).joined(separator: ", ")
        fields.add("priority", "`priority` must be one of: \(names).")
        return nil
    }

    /// Ticks come as `["item", …]`, or as `[{ "item": …, "evidence": … }, …]` where there is evidence.
    private static func ticks(_ fields: inout RequestFields) -> [Submission.TickedItem] {
        fields.array("ticks").enumerated().compactMap { index, element in
            if let item = element.asString { return Submission.TickedItem(item: item, evidence: nil) }
            guard let item = element["item"]?.asString else {
                fields.add("ticks/\(index)", "A tick is the item's id, or an object with `item` and `evidence`.")
                return nil
            }
            return Submission.TickedItem(item: item, evidence: element["evidence"]?.asString)
        }
    }
}

// Several at once, and what is said beside the work.
extension TaskAPI {
    static let bulkMax = 200

    /// The same operation on several tasks: each is done or refused by itself, with a result of its own.
    @Sendable func bulk(_ request: Request, _ context: AppContext) async throws -> Response {
        var fields = try await RequestFields(request)
        let operation: TaskOperation? = fields.choice("operation")
        let tasks = fields.texts("tasks").enumerated().compactMap { index, text -> Identifier? in
            if let id = Identifier(text) { return id }
            fields.add("tasks/\(index)", "`\(text)` is no identifier.")
            return nil
        }
        if !(1...Self.bulkMax).contains(tasks.count) {
            fields.add("tasks", "Name 1 to \(Self.bulkMax) tasks.")
        }
        let intent = operation.map { TaskIntent($0, &fields, at: server.engine.clock.now()) }
        try fields.finish()
        guard let intent else { throw Trouble.unexpected }
        return try await results(of: intent, on: tasks, request, context)
    }

    /// Every task that I hold goes to one person, or back to its queue.
    @Sendable func handOver(_ request: Request, _ context: AppContext) async throws -> Response {
        var fields = try await RequestFields(request)
        let person = fields.optionalText("person", max: Person.nameMax)
        let note = fields.text("note")
        try fields.finish()
        let me = try context.person().person.id.description
        let held = try await server.read { reading in
            try reading.store.tasks(TaskQuery(owner: me, isOpen: true, limit: Self.bulkMax)).map(\.id)
        }
        let intent = person.map { TaskIntent.assign(to: $0, note: note) } ?? .release(note: note)
        return try await results(of: intent, on: held, request, context)
    }

    private func results(
        of intent: TaskIntent,
        on tasks: [Identifier],
        _ request: Request,
        _ context: AppContext
    ) async throws -> Response {
        let (principal, actuation) = (try context.person(), try context.actuation(.api))
        var results: [JSON] = []
        for id in tasks {
            do {
                try await server.read { reading in _ = try reading.task(id, for: principal) }
                let task = try await server.act(intent, on: id, principal.person.worker, by: actuation)
                results.append([
                    "task": .string(id.description), "done": true, "state": .string(task.state.name),
                ])
            } catch {
                guard let trouble = Trouble(error) else { throw error }
                server.keep(trouble, request, context)
                results.append([
                    "task": .string(id.description), "done": false, "code": .string(trouble.code),
                    "reason": .string(trouble.detail),
                ])
            }
        }
        return ListAnswer(items: results).response
    }

    @Sendable func comments(_ request: Request, _ context: AppContext) async throws -> Response {
        let (principal, id) = (try context.person(), try server.identifier(context, "task"))
        return try await server.read { reading in
            let task = try reading.task(id, for: principal)
            return ListAnswer(items: try Comment.all(of: task.id, reading.store).map(reading.json)).response
        }
    }

    @Sendable func untick(_ request: Request, _ context: AppContext) async throws -> Response {
        try await act(.untick(item: try server.parameter(context, "item")), request, context)
    }

    /// The requester's answer to what they were asked.
    @Sendable func answerQuestion(_ request: Request, _ context: AppContext) async throws -> Response {
        var fields = try await RequestFields(request)
        let intent = TaskIntent.answer(text: fields.optionalText("text") ?? "", values: fields.object("values"))
        try fields.finish()
        let id = try server.identifier(context, "task")
        let principal = try context.person()
        try await server.read { reading in
            guard try reading.store.task(id)?.origin.requester == principal.person.id.description else {
                throw Trouble.notFound("question")
            }
        }
        let task = try await server.act(intent, on: id, principal.person.worker, by: try context.actuation(.api))
        return .json(["task": .string(task.id.description), "answered": true])
    }
}

extension Reading {
    func json(_ comment: Comment) throws -> JSON {
        [
            "id": .string(comment.id.description), "kind": .string(comment.comment.kind.rawValue),
            "by": .string(try name(comment.comment.by)), "at": .string(comment.at.description),
            "text": .string(comment.comment.text), "values": .object(comment.comment.values),
        ]
    }
}
