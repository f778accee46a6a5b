import Hummingbird
import JSON
import SirdarCore
import SirdarEngine
import SirdarImages
import SirdarJournal

/// What an engineer asks the requester, with the fields of the answer.
struct QuestionContent {
    let task: String
    let text: String
    let fields: [FieldContent]
    /// Whether the answer is words: a form with fields of its own asks for those.
    let isText: Bool
    let typed: String
    let problem: String?

    init(_ task: ManualTask, _ answer: RefusedAnswer?) {
        let refused = answer?.task == task.id ? answer : nil
        let errors = refused?.trouble.errors ?? []
        let question = task.hold?.question
        self.task = task.id.description
        text = question?.text ?? ""
        fields = (question?.form.fields ?? []).map { field in
            FieldContent(field, kept: nil, refused?.form, errors, isEnabled: true)
        }
        isText = fields.isEmpty
        typed = refused?.form.text("text") ?? ""
        problem = refused?.trouble.detail
    }
}

/// An answer that was not right yet, with what was typed.
struct RefusedAnswer {
    let task: Identifier
    let form: FormData
    let trouble: Trouble
}

extension Reading {
    /// What somebody is asked about an instance of theirs.
    func questions(_ instance: Instance, of principal: Principal) throws -> [ManualTask] {
        guard instance.origin.requester == principal.person.id.description else { return [] }
        return try store.tasks(TaskQuery(instance: instance.id, isOpen: true)).filter { $0.hold?.question != nil }
    }

    /// The questions that are open about a request, for programs.
    func questions(_ request: StudioRequest, of principal: Principal) throws -> JSON {
        guard let id = request.instance, let instance = try store.instance(id) else { return [] }
        return .array(
            try questions(instance, of: principal).map { task in
                [
                    "task": .string(task.id.description), "text": .string(task.hold?.question?.text ?? ""),
                    "fields": task.hold?.question?.fields ?? .null,
                    "asked_at": task.hold.map { .string($0.since.description) } ?? .null,
                ]
            }
        )
    }
}

extension ImagePages {
    /// The requester's answer; what is not right yet comes back with what was typed.
    @Sendable func answer(_ request: Request, _ context: AppContext) async throws -> Response {
        let form = try await FormData.body(of: request)
        let (principal, id) = (try context.person(), try server.identifier(context, "request"))
        guard let task = Identifier(form.text("task")) else { throw Trouble.notFound("question") }
        try await server.read { reading in
            let request = try reading.request(id, for: principal, to: .answerQuestion)
            guard let instance = try request.instance.flatMap({ try reading.store.instance($0) }),
                try reading.questions(instance, of: principal).contains(where: { $0.id == task })
            else { throw Trouble.notFound("question") }
        }
        var values = JSON.Object()
        for (name, value) in form.prefixed("value.") { values[name] = .string(value) }
        let intent = TaskIntent.answer(text: form.text("text").trimmed, values: values)
        do {
            _ = try await server.act(intent, on: task, principal.person.worker, by: try context.actuation(.page))
            return .seeOther("/requests/\(id)")
        } catch let trouble as Trouble where trouble.status == 422 {
            let refused = RefusedAnswer(task: task, form: form, trouble: trouble)
            return try await server.read { reading in
                let request = try reading.request(id, for: principal, to: .seeInstances)
                let content = try StoryContent(
                    request,
                    reading,
                    principal,
                    token: context.formToken,
                    answer: refused
                )
                return pages.page(content.title, .story, content, context, at: "/requests", status: trouble.status)
            }
        }
    }
}
