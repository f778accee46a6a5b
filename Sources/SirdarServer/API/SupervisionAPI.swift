import Hummingbird
import JSON
import SirdarCore
import SirdarEngine
import SirdarJournal

/// What supervisors do to instances, for programs.
struct SupervisionAPI: Sendable {
    let server: Server

    /// What is done to an instance is a resource of its own; each reads its members, and the engine does the rest.
    func act(_ supervision: Supervision) -> Route.Handler {
        { request, context in
            let step = try supervision.concernsStep ? step(context) : 0
            var fields = try await RequestFields(request)
            let (event, reason) = supervision.event(&fields, step: step)
            try fields.finish()
            return try await answer(event, reason, context)
        }
    }

    /// The step is a member here: it has ended, and is no part of what is in progress.
    @Sendable func rewind(_ request: Request, _ context: AppContext) async throws -> Response {
        var fields = try await RequestFields(request)
        let step = fields.integer("step")
        if step == nil, fields.errors.isEmpty { fields.add("step", "`step` is missing.") }
        let (event, reason) = Supervision.rewind.event(&fields, step: step ?? 0)
        try fields.finish()
        return try await answer(event, reason, context)
    }

    private func step(_ context: AppContext) throws(Trouble) -> Int {
        guard let step = Int(try server.parameter(context, "step")) else { throw .notFound("step") }
        return step
    }

    private func answer(_ event: Event, _ reason: String, _ context: AppContext) async throws -> Response {
        let (principal, id) = (try context.person(), try server.identifier(context, "instance"))
        let instance = try await server.supervise(event, id, context, .api, reason: reason)
        return .json(
            try await server.read { reading in
                try reading.json(try reading.story(of: instance), for: principal)
            }
        )
    }
}

extension Server {
    /// Does something to an instance, and answers when it is durable. The engine has kept a refusal in the journal.
    func supervise(
        _ event: Event,
        _ id: Identifier,
        _ context: AppContext,
        _ channel: Entry.Channel,
        reason: String
    ) async throws -> Instance {
        let (principal, actuation) = (try context.person(), try context.actuation(channel, reason: reason))
        try await read { reading in
            let instance = try reading.instance(id, for: principal)
            guard principal.may(.mendInstance, in: .project(instance.origin.scope)) else {
                throw Trouble.denied(.mendInstance)
            }
        }
        do {
            return try await blocking.answer { then in engine.supervise(event, id, by: actuation, then: then) }
        } catch let refusal as Refusal {
            guard var trouble = Trouble(refusal) else { throw refusal }
            trouble.isKept = true
            throw trouble
        }
    }
}

extension Reading {
    /// An instance's story, and for those who may mend it, what can be done.
    func json(_ story: InstanceStory, for principal: Principal) throws -> JSON {
        var json = try json(story).asObject ?? [:]
        if principal.may(.mendInstance, in: .project(story.instance.origin.scope)) {
            json["supervision"] = self.json(try supervision(of: story.instance))
        }
        return .object(json)
    }
}
