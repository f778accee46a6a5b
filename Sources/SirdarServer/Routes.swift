import HTTPTypes
import Hummingbird
import SirdarCore
package import SirdarEngine

extension Server {
    /// Every URL. What stands behind it is what somebody needs even to try: deny by default, and the same for pages
    /// and programs. Whether they may do it to this very object is asked where the object is known.
    var routes: [Route] { pageRoutes + taskRoutes + imageRoutes + costRoutes + supervisionRoutes + recordRoutes }

    private var pageRoutes: [Route] {
        let (pages, task, image, person) = (
            Pages(server: self), TaskPages(server: self), ImagePages(server: self), PersonPages(server: self)
        )
        let (records, journal) = (RecordAPI(server: self), JournalPages(server: self))
        return [
            // The process.
            .get("/livez", .nobody, records.live),
            .get("/readyz", .nobody, records.ready),
            .get("/version", .nobody, records.version),
            .get("/assets/:file", .nobody, pages.asset),

            // Signing in.
            .get("/sign-in", .nobody, person.signInForm),
            .post("/sign-in", .nobody, person.signIn),
            .post("/sign-out", .anybody, person.signOut),

            // Pages.
            .get("/", .anybody, pages.home),
            .get("/queue", .may(.seeTasks), task.queue),
            .post("/queue/next", .may(.workOnTasks), task.next),
            .get("/tasks/:id", .may(.seeTasks), task.show),
            .post("/tasks/:id/draft", .may(.workOnTasks), task.draft),
            .post("/tasks/:id/complete", .may(.workOnTasks), task.complete),
            .post("/tasks/:id/do/:operation", .may(.seeTasks), task.operate),
            .get("/images", .may(.seeProject), image.images),
            .get("/images/:id", .may(.seeProject), image.image),
            .get("/images/:id/:kind", .may(.requestImage), image.ask),
            .post("/images/:id/:kind", .may(.requestImage), image.request),
            .get("/machines", .may(.seeProject), image.machines),
            .post("/machines/:name/power", .may(.controlMachine), image.power),
            .get("/machines/:name/image", .may(.requestImage), image.askCreation),
            .post("/machines/:name/image", .may(.requestImage), image.requestCreation),
            .get("/requests", .may(.seeInstances), image.requests),
            .get("/requests/:id", .may(.seeInstances), image.requestStory),
            .post("/requests/:id/withdraw", .may(.withdrawRequest), image.withdraw),
            .post("/requests/:id/answer", .may(.answerQuestion), image.answer),
            .get("/instances/:id", .may(.seeInstances), image.instance),
            .get("/instances/:id/explanation", .may(.seeInstances), journal.explanation),
            .post(
                "/instances/:id/supervise/:operation",
                .may(.mendInstance),
                SupervisionPages(server: self).act
            ),
            .get("/journal", .may(.seeJournal), journal.page),
            .get("/journal/export", .may(.exportJournal), journal.export),
            .get("/workflows", .may(.seeWorkflows), pages.workflows),
            .get("/workflows/:namespace/:name/:version", .may(.seeWorkflows), DiagramAPI(server: self).page),
            .get("/workflows/:namespace/:name", .may(.seeWorkflows), WorkflowPages(server: self).show),
            .post("/workflows/:namespace/:name/activate", .may(.deployWorkflows), WorkflowPages(server: self).activate),
            .post("/workflows/:namespace/:name/migrate", .may(.migrateInstances), WorkflowPages(server: self).migrate),
            .get("/keys", .anybody, pages.keys),
            .get("/me", .anybody, person.me),
            .post("/me/password", .anybody, person.changePassword),
            .post("/me/tokens", .anybody, person.makeToken),
            .post("/me/tokens/:id/revoke", .anybody, person.revokeToken),
            .post("/me/sessions/:id/end", .anybody, person.endSession),
        ]
    }

    private var taskRoutes: [Route] {
        let tasks = TaskAPI(server: self)
        return [
            .get("/v1/queues", .may(.seeTasks), tasks.queues),
            .get("/v1/tasks", .may(.seeTasks), tasks.list),
            .get("/v1/tasks/:id", .may(.seeTasks), tasks.one),
            .post("/v1/claims", .may(.workOnTasks), tasks.next),
            .put("/v1/tasks/:id/claim", .may(.workOnTasks), tasks.operate(.claim)),
            .delete("/v1/tasks/:id/claim", .may(.workOnTasks), tasks.operate(.release)),
            .put("/v1/tasks/:id/start", .may(.workOnTasks), tasks.operate(.start)),
            .put("/v1/tasks/:id/owner", .may(.workOnTasks), tasks.operate(.assign)),
            .put("/v1/tasks/:id/take-over", .may(.workOnTasks), tasks.operate(.takeOver)),
            .put("/v1/tasks/:id/queue", .may(.workOnTasks), tasks.operate(.transfer)),
            .put("/v1/tasks/:id/draft", .may(.workOnTasks), tasks.operate(.draft)),
            .put("/v1/tasks/:id/ticks/:item", .may(.workOnTasks), tasks.tick),
            .delete("/v1/tasks/:id/ticks/:item", .may(.workOnTasks), tasks.untick),
            .put("/v1/tasks/:id/completion", .may(.workOnTasks), tasks.operate(.complete)),
            .put("/v1/tasks/:id/failure", .may(.workOnTasks), tasks.operate(.fail)),
            .put("/v1/tasks/:id/hold", .may(.workOnTasks), tasks.operate(.hold)),
            .delete("/v1/tasks/:id/hold", .may(.workOnTasks), tasks.operate(.resume)),
            .put("/v1/tasks/:id/question", .may(.workOnTasks), tasks.operate(.ask)),
            .put("/v1/tasks/:id/answer", .may(.answerQuestion), tasks.answerQuestion),
            .put("/v1/tasks/:id/confirmation", .may(.workOnTasks), tasks.operate(.confirm)),
            .put("/v1/tasks/:id/push-back", .may(.workOnTasks), tasks.operate(.pushBack)),
            .post("/v1/tasks/:id/escalations", .may(.workOnTasks), tasks.operate(.escalate)),
            .put("/v1/tasks/:id/priority", .may(.superviseTasks), tasks.operate(.prioritise)),
            .put("/v1/tasks/:id/skip", .may(.superviseTasks), tasks.operate(.skip)),
            .put("/v1/tasks/:id/waiver", .may(.superviseTasks), tasks.operate(.waiveCheck)),
            .get("/v1/tasks/:id/comments", .may(.seeTasks), tasks.comments),
            .post("/v1/tasks/:id/comments", .may(.seeTasks), tasks.operate(.comment)),
            .post("/v1/task-operations", .may(.workOnTasks), tasks.bulk),
            .post("/v1/hand-overs", .may(.workOnTasks), tasks.handOver),
        ]
    }

    private var imageRoutes: [Route] {
        let images = ImageAPI(server: self)
        return [
            .get("/v1/projects", .may(.seeProject), images.projects),
            .get("/v1/locations", .may(.seeProject), images.locations),
            .get("/v1/machines", .may(.seeProject), images.machines),
            .get("/v1/machines/:name", .may(.seeProject), images.machine),
            .put("/v1/machines/:name/power", .may(.controlMachine), images.power),
            .get("/v1/machines/:name/files", .may(.readMachineFiles), images.files),
            .get("/v1/machines/:name/files/content", .may(.readMachineFiles), images.readFile),
            .put("/v1/machines/:name/files/content", .may(.writeMachineFiles), images.writeFile),
            .delete("/v1/machines/:name/files/content", .may(.writeMachineFiles), images.removeFile),
            .get("/v1/images", .may(.seeProject), images.images),
            .get("/v1/images/:id", .may(.seeProject), images.image),
            .get("/v1/requests", .may(.seeInstances), images.requests),
            .post("/v1/requests", .may(.requestImage), images.request),
            .get("/v1/requests/:id", .may(.seeInstances), images.oneRequest),
            .delete("/v1/requests/:id", .may(.withdrawRequest), images.withdraw),
        ]
    }

    private var costRoutes: [Route] {
        let (pages, costs) = (CostPages(server: self), CostAPI(server: self))
        return [
            .get("/costs", .may(.seeProject), pages.report),
            .get("/costs/export", .may(.seeProject), pages.export),
            .get("/images/:id/costs", .may(.seeProject), pages.image),
            .get("/v1/prices", .may(.seeProject), costs.prices),
            .get("/v1/images/:id/costs", .may(.seeProject), costs.image),
            .get("/v1/images/:id/estimate", .may(.seeProject), costs.copyEstimate),
            .get("/v1/machines/:name/estimate", .may(.seeProject), costs.machineEstimate),
            .get("/v1/projects/:code/costs", .may(.seeProject), costs.project),
            .post("/v1/projects/:code/cost-corrections", .may(.correctCosts), costs.correct),
        ]
    }

    private var supervisionRoutes: [Route] {
        let (mending, versions) = (SupervisionAPI(server: self), VersionAPI(server: self))
        return [
            .put("/v1/instances/:id/suspension", .may(.mendInstance), mending.act(.suspend)),
            .delete("/v1/instances/:id/suspension", .may(.mendInstance), mending.act(.resume)),
            .put("/v1/instances/:id/steps/:step/retry", .may(.mendInstance), mending.act(.retry)),
            .put("/v1/instances/:id/steps/:step/skip", .may(.mendInstance), mending.act(.skip)),
            .put("/v1/instances/:id/steps/:step/give-up", .may(.mendInstance), mending.act(.giveUp)),
            .put("/v1/instances/:id/steps/:step/input", .may(.mendInstance), mending.act(.input)),
            .put("/v1/instances/:id/context", .may(.mendInstance), mending.act(.context)),
            .put("/v1/instances/:id/rewind", .may(.mendInstance), mending.rewind),
            .post("/v1/workflows", .may(.deployWorkflows), versions.deploy),
            .get("/v1/workflows/:namespace/:name", .may(.seeWorkflows), versions.one),
            .get("/v1/workflows/:namespace/:name/:version", .may(.seeWorkflows), versions.show),
            .get("/v1/workflows/:namespace/:name/:version/diff", .may(.seeWorkflows), versions.difference),
            .put("/v1/workflows/:namespace/:name/activation", .may(.deployWorkflows), versions.activate),
            .post("/v1/workflows/:namespace/:name/migrations", .may(.migrateInstances), versions.migrate),
        ]
    }

    private var recordRoutes: [Route] {
        let (people, records, events, journal) = (
            PeopleAPI(server: self), RecordAPI(server: self), EventAPI(server: self), JournalAPI(server: self)
        )
        return [
            .get("/v1/instances", .may(.seeInstances), records.instances),
            .get("/v1/instances/:id", .may(.seeInstances), records.instance),
            .delete("/v1/instances/:id", .may(.cancelInstance), records.cancel),
            .get("/v1/instances/:id/diagram", .may(.seeInstances), DiagramAPI(server: self).instance),
            .get("/v1/instances/:id/explanation", .may(.seeInstances), journal.explanation),
            .get("/v1/entries", .may(.seeJournal), journal.entries),
            .get("/v1/entries/:id", .may(.seeJournal), journal.entry),
            .get("/v1/entries/:id/proof", .may(.seeJournal), journal.proof),
            .get("/v1/journal/checkpoints", .may(.seeJournal), journal.checkpoints),
            .get("/v1/journal/export", .may(.exportJournal), journal.export),
            .get("/v1/examination", .may(.examine), journal.examination),
            .get("/v1/events", .may(.seeEvents), events.list),
            .post("/v1/events", .may(.sendEvents), events.receive),
            .get("/v1/workflows", .may(.seeWorkflows), records.workflows),
            .post("/v1/backups", .may(.backUp), BackupAPI(server: self).make),
            .get(
                "/v1/workflows/:namespace/:name/:version/diagram",
                .may(.seeWorkflows),
                DiagramAPI(server: self).workflow
            ),
            .get("/v1/people/me", .anybody, people.me),
            .put("/v1/people/me/password", .anybody, people.changePassword),
            .get("/v1/people", .may(.seePeople), people.list),
            .post("/v1/people", .may(.managePeople), people.add),
            .patch("/v1/people/:id", .may(.managePeople), people.change),
            .put("/v1/people/:id/password", .may(.managePeople), people.setPassword),
            .get("/v1/tokens", .anybody, people.tokens),
            .post("/v1/tokens", .anybody, people.makeToken),
            .delete("/v1/tokens/:id", .anybody, people.revokeToken),
            .get("/v1/sessions", .anybody, people.sessions),
            .delete("/v1/sessions/:id", .anybody, people.endSession),
        ]
    }
}

/// A method and a path, what somebody needs to try it, and who answers.
struct Route: Sendable {
    typealias Handler = @Sendable (Request, AppContext) async throws -> Response

    let method: HTTPRequest.Method
    let path: String
    let need: Need
    let handler: Handler

    enum Need: Sendable, Hashable {
        /// Also of who is not signed in.
        case nobody
        /// Of everybody who is signed in: it concerns only themselves.
        case anybody
        case may(Permissions.Operation)
    }

    static func get(_ path: String, _ need: Need, _ handler: @escaping Handler) -> Route {
        Route(method: .get, path: path, need: need, handler: handler)
    }

    static func post(_ path: String, _ need: Need, _ handler: @escaping Handler) -> Route {
        Route(method: .post, path: path, need: need, handler: handler)
    }

    static func put(_ path: String, _ need: Need, _ handler: @escaping Handler) -> Route {
        Route(method: .put, path: path, need: need, handler: handler)
    }

    static func patch(_ path: String, _ need: Need, _ handler: @escaping Handler) -> Route {
        Route(method: .patch, path: path, need: need, handler: handler)
    }

    static func delete(_ path: String, _ need: Need, _ handler: @escaping Handler) -> Route {
        Route(method: .delete, path: path, need: need, handler: handler)
    }

    /// `refused` is told of everything that somebody wanted to do and that was refused.
    func add(to router: Router<AppContext>, refused: @escaping @Sendable (Trouble, Request, AppContext) -> Void) {
        let (need, handler) = (need, handler)
        router.on(RouterPath(path), method: method) { request, context in
            do {
                try need.check(context)
                return try await handler(request, context)
            } catch {
                if let trouble = Trouble(error) { refused(trouble, request, context) }
                throw error
            }
        }
    }
}

/// A route as others see it: what it is, and what somebody needs even to try it.
package struct RouteLine: Sendable, Hashable {
    package let method: String
    package let path: String
    package let isOpen: Bool
    /// `nil`: whoever is signed in.
    package let operation: Permissions.Operation?
}

extension Server {
    /// Every URL with what it needs, for the interface's description and for tests.
    package var routeLines: [RouteLine] {
        routes.map { route in
            let operation: Permissions.Operation? = if case .may(let operation) = route.need { operation } else { nil }
            return RouteLine(
                method: route.method.rawValue,
                path: route.path,
                isOpen: route.need == .nobody,
                operation: operation
            )
        }
    }
}

extension Route.Need {
    func check(_ context: AppContext) throws(Trouble) {
        switch self {
        case .nobody: break
        case .anybody: _ = try context.person()
        case .may(let operation): try context.expect(operation)
        }
    }
}
