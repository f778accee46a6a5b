import Hummingbird
import JSON
import SirdarCore
import SirdarEngine
import SirdarJournal

/// Instances, the journal and workflows, and the state of the process, for programs.
struct RecordAPI: Sendable {
    let server: Server

    // MARK: The process

    @Sendable func live(_ request: Request, _ context: AppContext) async throws -> Response { .json(["live": true]) }

    /// Ready means that the store has just taken a commit, that it answers a read, and that its disk has room.
    @Sendable func ready(_ request: Request, _ context: AppContext) async throws -> Response {
        if let reason = try await server.readiness.reason() { throw Trouble.notReady(reason) }
        let server = server
        return try await server.read { reading in
            _ = try reading.store.nextDue()
            var answer: JSON.Object = ["ready": true]
            // A journal that is not sealed any more stops nobody's work, or whoever damages it could stop everything.
            answer["journal"] = server.sealer.map { .string($0.status.word) }
            return .json(.object(answer))
        }
    }

    @Sendable func version(_ request: Request, _ context: AppContext) async throws -> Response {
        .json(["version": .string(server.settings.version)])
    }

    /// What this interface is, for programs that write programs.
    @Sendable func description(_ request: Request, _ context: AppContext) async throws -> Response {
        .json(server.description.json)
    }

    // MARK: Instances

    @Sendable func instances(_ request: Request, _ context: AppContext) async throws -> Response {
        let (principal, query, server) = (try context.person(), try FormData.query(of: request), server)
        let limit = try server.limit(query)
        let before = try query["cursor"].flatMap { Identifier(try server.cursors.open($0, of: "instances")) }
        return try await server.read { reading in
            var found: [InstanceSummary] = []
            var page = InstanceQuery(isOpen: Self.isOpen(query), before: before, limit: 200)
            search: for _ in 0..<10 {
                let summaries = try reading.store.instances(page)
                for summary in summaries where principal.may(.seeInstances, in: .project(summary.origin.scope)) {
                    found.append(summary)
                    if found.count == limit { break search }
                }
                guard summaries.count == page.limit, let last = summaries.last else { break }
                page.before = last.id
            }
            let next =
                found.count == limit ? found.last.map { server.cursors.seal($0.id.description, of: "instances") } : nil
            return ListAnswer(items: try found.map(reading.json), next: next).response
        }
    }

    private static func isOpen(_ query: FormData) -> Bool? {
        switch query.text("state") {
        case "open": true
        case "ended": false
        default: nil
        }
    }

    @Sendable func instance(_ request: Request, _ context: AppContext) async throws -> Response {
        let (principal, id) = (try context.person(), try server.identifier(context, "instance"))
        return try await server.read { reading in
            let instance = try reading.instance(id, for: principal)
            return .json(try reading.json(try reading.story(of: instance), for: principal))
        }
    }

    @Sendable func cancel(_ request: Request, _ context: AppContext) async throws -> Response {
        var fields = try await RequestFields(request)
        let reason = fields.text("reason")
        try fields.finish()
        let (principal, id) = (try context.person(), try server.identifier(context, "instance"))
        let (engine, actuation) = (server.engine, try context.actuation(.api, reason: reason))
        try await server.read { reading in
            let instance = try reading.instance(id, for: principal)
            guard principal.may(.cancelInstance, in: .project(instance.origin.scope)) else {
                throw Trouble.denied(.cancelInstance)
            }
        }
        let instance: Instance = try await server.blocking.answer { then in
            engine.handle(.cancelRequested(reason: reason), for: id, by: actuation, then: then)
        }
        return .json(try await server.read { reading in try reading.json(try reading.story(of: instance)) })
    }

    // MARK: Workflows

    @Sendable func workflows(_ request: Request, _ context: AppContext) async throws -> Response {
        try await server.read { reading in
            let counts = try reading.store.workflowCounts().filter { !$0.status.isFinal }
            let items: [JSON] = reading.library.workflows.map { number, workflow in
                let current = reading.library.current(workflow.document.namespace, workflow.document.name)?.number
                let open = counts.filter { $0.workflow == number }.map(\.count).reduce(0, +)
                return [
                    "number": .number(JSON.Number(number)), "namespace": .string(workflow.document.namespace),
                    "name": .string(workflow.document.name), "version": .string(workflow.document.version),
                    "title": .string(workflow.document.title), "summary": .string(workflow.document.summary),
                    "hash": .string(workflow.hash.hex), "active": .bool(current == number),
                    "open": .number(JSON.Number(open)),
                ]
            }
            return ListAnswer(items: items).response
        }
    }
}
