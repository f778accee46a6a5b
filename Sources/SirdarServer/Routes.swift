import Hummingbird
import SirdarCore
import SirdarEngine

extension Server {
    /// Every URL. What stands behind it is what somebody needs even to try: deny by default, and the same for pages
    /// and programs. Whether they may do it to this very object is asked where the object is known.
    var routes: [Route] {
        pageRoutes + ownRoutes + taskRoutes + insightRoutes + imageRoutes + costRoutes + supervisionRoutes
            + recordRoutes + noticeRoutes
    }

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
            .get("/reset/:secret", .nobody, ResetPages(server: self).show),
            .post("/reset/:secret", .nobody, ResetPages(server: self).reset),
            .post("/sign-out", .anybody, person.signOut),

            // Pages.
            .get("/", .anybody, pages.home),
            .get("/queue", .may(.seeTasks), task.queue),
            .post("/queue/next", .may(.workOnTasks), task.next),
            .post("/views", .may(.workOnTasks), ViewAPI(server: self).save),
            .post("/views/:id/remove", .may(.workOnTasks), ViewAPI(server: self).drop),
            .get("/tasks/:id", .may(.seeTasks), task.show),
            .post("/tasks/:id/draft", .may(.workOnTasks), task.draft),
            .post("/tasks/:id/complete", .may(.workOnTasks), task.complete),
            .post("/tasks/:id/attachments", .may(.workOnTasks), task.attach),
            .get("/tasks/:id/attachments/:attachment", .may(.seeTasks), AttachmentAPI(server: self).content),
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
            .get("/stops", .may(.seeInstances), StopPages(server: self).show),
            .post("/stops", .may(.stopWork), StopPages(server: self).set),
            .post("/stops/lift", .may(.stopWork), StopPages(server: self).lift),
            .get("/keys", .anybody, pages.keys),
            .get("/interface", .anybody, InterfacePage(server: self).show),
        ]
    }

    /// What concerns only oneself, and where a letter's links lead.
    private var ownRoutes: [Route] {
        let person = PersonPages(server: self)
        return [
            .get("/me", .anybody, person.me),
            .get("/me/notifications", .anybody, NoticePages(server: self).mine),
            .post("/me/notifications", .anybody, NoticePages(server: self).change),
            .post("/me/notifications/trial", .anybody, NoticePages(server: self).trial),
            .get("/me/absence", .anybody, AbsencePages(server: self).show),
            .post("/me/absence", .anybody, AbsencePages(server: self).set),
            .post("/me/absence/end", .anybody, AbsencePages(server: self).end),
            .get("/notifications", .may(.examine), NoticePages(server: self).outgoing),
            .get("/mute", .nobody, NoticePages(server: self).askMute),
            .post("/mute", .nobody, NoticePages(server: self).mute),
            .post("/me/password", .anybody, person.changePassword),
            .post("/me/tokens", .anybody, person.makeToken),
            .post("/me/tokens/:id/revoke", .anybody, person.revokeToken),
            .post("/me/sessions/:id/end", .anybody, person.endSession),
        ]
    }

    private var taskRoutes: [Route] {
        let (tasks, files) = (TaskAPI(server: self), AttachmentAPI(server: self))
        return [
            .get("/v1/queues", .may(.seeTasks), tasks.queues, .listQueues),
            .get("/v1/views", .may(.seeTasks), ViewAPI(server: self).list, .listViews),
            .post("/v1/views", .may(.workOnTasks), ViewAPI(server: self).add, .addView),
            .delete("/v1/views/:id", .may(.workOnTasks), ViewAPI(server: self).remove, .removeView),
            .get("/v1/tasks", .may(.seeTasks), tasks.list, .listTasks),
            .get("/v1/tasks/:id", .may(.seeTasks), tasks.one, .readTask),
            .post("/v1/claims", .may(.workOnTasks), tasks.next, .claimNext),
            .put("/v1/tasks/:id/claim", .may(.workOnTasks), tasks.operate(.claim), .claimTask),
            .delete("/v1/tasks/:id/claim", .may(.workOnTasks), tasks.operate(.release), .releaseTask),
            .put("/v1/tasks/:id/start", .may(.workOnTasks), tasks.operate(.start), .startTask),
            .put("/v1/tasks/:id/owner", .may(.workOnTasks), tasks.operate(.assign), .assignTask),
            .put("/v1/tasks/:id/take-over", .may(.workOnTasks), tasks.operate(.takeOver), .takeOverTask),
            .put("/v1/tasks/:id/queue", .may(.workOnTasks), tasks.operate(.transfer), .transferTask),
            .put("/v1/tasks/:id/draft", .may(.workOnTasks), tasks.operate(.draft), .draftTask),
            .put("/v1/tasks/:id/ticks/:item", .may(.workOnTasks), tasks.tick, .tickItem),
            .delete("/v1/tasks/:id/ticks/:item", .may(.workOnTasks), tasks.untick, .untickItem),
            .put("/v1/tasks/:id/completion", .may(.workOnTasks), tasks.operate(.complete), .completeTask),
            .put("/v1/tasks/:id/failure", .may(.workOnTasks), tasks.operate(.fail), .failTask),
            .put("/v1/tasks/:id/hold", .may(.workOnTasks), tasks.operate(.hold), .holdTask),
            .delete("/v1/tasks/:id/hold", .may(.workOnTasks), tasks.operate(.resume), .resumeTask),
            .put("/v1/tasks/:id/question", .may(.workOnTasks), tasks.operate(.ask), .askRequester),
            .put("/v1/tasks/:id/answer", .may(.answerQuestion), tasks.answerQuestion, .answerQuestion),
            .put("/v1/tasks/:id/confirmation", .may(.workOnTasks), tasks.operate(.confirm), .confirmTask),
            .put("/v1/tasks/:id/push-back", .may(.workOnTasks), tasks.operate(.pushBack), .pushBackTask),
            .post("/v1/tasks/:id/escalations", .may(.workOnTasks), tasks.operate(.escalate), .escalateTask),
            .put("/v1/tasks/:id/priority", .may(.superviseTasks), tasks.operate(.prioritise), .prioritiseTask),
            .put("/v1/tasks/:id/skip", .may(.superviseTasks), tasks.operate(.skip), .skipTask),
            .put("/v1/tasks/:id/waiver", .may(.superviseTasks), tasks.operate(.waiveCheck), .waiveCheck),
            .put("/v1/tasks/:id/reopening", .may(.superviseTasks), tasks.operate(.reopen), .reopenTask),
            .get("/v1/tasks/:id/comments", .may(.seeTasks), tasks.comments, .listComments),
            .get("/v1/tasks/:id/attachments", .may(.seeTasks), files.list, .listAttachments),
            .post("/v1/tasks/:id/attachments", .may(.workOnTasks), files.add, .addAttachment),
            .get("/v1/tasks/:id/attachments/:attachment", .may(.seeTasks), files.content, .readAttachment),
            .post("/v1/tasks/:id/comments", .may(.seeTasks), tasks.operate(.comment), .addComment),
            .post("/v1/task-operations", .may(.workOnTasks), tasks.bulk, .operateOnTasks),
            .post("/v1/hand-overs", .may(.workOnTasks), tasks.handOver, .handOver),
        ]
    }

    private var insightRoutes: [Route] {
        let (pages, insight) = (InsightPages(server: self), InsightAPI(server: self))
        return [
            .get("/insight", .may(.seeInsight), pages.show),
            .get("/insight/export", .may(.seeInsight), insight.export),
            .get("/v1/insight", .may(.seeInsight), insight.show, .readInsight),
            .get("/v1/insight/export", .may(.seeInsight), insight.export, .exportInsight),
        ]
    }

    private var imageRoutes: [Route] {
        let (images, projects) = (ImageAPI(server: self), ProjectAPI(server: self))
        return [
            .get("/v1/projects", .may(.seeProject), images.projects, .listProjects),
            .get("/v1/projects/:code", .may(.seeProject), projects.one, .readProject),
            .put("/v1/projects/:code", .may(.keepProjects), projects.put, .putProject),
            .get("/v1/locations", .may(.seeProject), images.locations, .listLocations),
            .get("/v1/machines", .may(.seeProject), images.machines, .listMachines),
            .get("/v1/machines/:name", .may(.seeProject), images.machine, .readMachine),
            .put("/v1/machines/:name/power", .may(.controlMachine), images.power, .setPower),
            .get("/v1/machines/:name/files", .may(.readMachineFiles), images.files, .listFiles),
            .get("/v1/machines/:name/files/content", .may(.readMachineFiles), images.readFile, .readFile),
            .put("/v1/machines/:name/files/content", .may(.writeMachineFiles), images.writeFile, .writeFile),
            .delete("/v1/machines/:name/files/content", .may(.writeMachineFiles), images.removeFile, .removeFile),
            .get("/v1/images", .may(.seeProject), images.images, .listImages),
            .get("/v1/images/:id", .may(.seeProject), images.image, .readImage),
            .get("/v1/requests", .may(.seeInstances), images.requests, .listRequests),
            .post("/v1/requests", .may(.requestImage), images.request, .makeRequest),
            .get("/v1/requests/:id", .may(.seeInstances), images.oneRequest, .readRequest),
            .delete("/v1/requests/:id", .may(.withdrawRequest), images.withdraw, .withdrawRequest),
        ]
    }

    private var costRoutes: [Route] {
        let (pages, costs) = (CostPages(server: self), CostAPI(server: self))
        return [
            .get("/costs", .may(.seeProject), pages.report),
            .get("/costs/export", .may(.seeProject), pages.export),
            .get("/images/:id/costs", .may(.seeProject), pages.image),
            .get("/v1/prices", .may(.seeProject), costs.prices, .listPrices),
            .get("/v1/images/:id/costs", .may(.seeProject), costs.image, .readImageCosts),
            .get("/v1/images/:id/estimate", .may(.seeProject), costs.copyEstimate, .estimateCopy),
            .get("/v1/machines/:name/estimate", .may(.seeProject), costs.machineEstimate, .estimateImage),
            .get("/v1/projects/:code/costs", .may(.seeProject), costs.project, .readProjectCosts),
            .get("/v1/projects/:code/costs/export", .may(.seeProject), costs.export, .exportProjectCosts),
            .post("/v1/projects/:code/cost-corrections", .may(.correctCosts), costs.correct, .correctCosts),
        ]
    }

    private var supervisionRoutes: [Route] {
        let (mending, versions) = (SupervisionAPI(server: self), VersionAPI(server: self))
        return [
            .put("/v1/instances/:id/suspension", .may(.mendInstance), mending.act(.suspend), .suspendInstance),
            .delete("/v1/instances/:id/suspension", .may(.mendInstance), mending.act(.resume), .resumeInstance),
            .put("/v1/instances/:id/steps/:step/retry", .may(.mendInstance), mending.act(.retry), .retryStep),
            .put("/v1/instances/:id/steps/:step/skip", .may(.mendInstance), mending.act(.skip), .skipStep),
            .put("/v1/instances/:id/steps/:step/give-up", .may(.mendInstance), mending.act(.giveUp), .giveUpStep),
            .put("/v1/instances/:id/steps/:step/input", .may(.mendInstance), mending.act(.input), .editInput),
            .put("/v1/instances/:id/context", .may(.mendInstance), mending.act(.context), .editContext),
            .put("/v1/instances/:id/rewind", .may(.mendInstance), mending.rewind, .rewindInstance),
            .post("/v1/workflows", .may(.deployWorkflows), versions.deploy, .deployWorkflow),
            .get("/v1/workflows/:namespace/:name", .may(.seeWorkflows), versions.one, .readVersions),
            .get("/v1/workflows/:namespace/:name/:version", .may(.seeWorkflows), versions.show, .readVersion),
            .get(
                "/v1/workflows/:namespace/:name/:version/diff",
                .may(.seeWorkflows),
                versions.difference,
                .compareVersions
            ),
            .put(
                "/v1/workflows/:namespace/:name/activation",
                .may(.deployWorkflows),
                versions.activate,
                .activateVersion
            ),
            .post(
                "/v1/workflows/:namespace/:name/migrations",
                .may(.migrateInstances),
                versions.migrate,
                .migrateInstances
            ),
        ]
    }

    private var recordRoutes: [Route] {
        let (people, records, events, journal) = (
            PeopleAPI(server: self), RecordAPI(server: self), EventAPI(server: self), JournalAPI(server: self)
        )
        return [
            .get("/v1/instances", .may(.seeInstances), records.instances, .listInstances),
            .get("/v1/instances/:id", .may(.seeInstances), records.instance, .readInstance),
            .delete("/v1/instances/:id", .may(.cancelInstance), records.cancel, .cancelInstance),
            .get("/v1/instances/:id/diagram", .may(.seeInstances), DiagramAPI(server: self).instance, .drawInstance),
            .get("/v1/instances/:id/explanation", .may(.seeInstances), journal.explanation, .explainInstance),
            .get("/v1/entries", .may(.seeJournal), journal.entries, .listEntries),
            .get("/v1/entries/:id", .may(.seeJournal), journal.entry, .readEntry),
            .get("/v1/entries/:id/proof", .may(.seeJournal), journal.proof, .proveEntry),
            .get("/v1/journal/checkpoints", .may(.seeJournal), journal.checkpoints, .listCheckpoints),
            .get("/v1/journal/export", .may(.exportJournal), journal.export, .exportJournal),
            .get("/v1/examination", .may(.examine), journal.examination, .examine),
            .get("/v1/stream", .may(.seeInstances), StreamAPI(server: self).stream, .followChanges),
            .get("/v1/events", .may(.seeEvents), events.list, .listEvents),
            .post("/v1/events", .may(.sendEvents), events.receive, .sendEvent),
            .get("/v1/workflows", .may(.seeWorkflows), records.workflows, .listWorkflows),
            .post("/v1/backups", .may(.backUp), BackupAPI(server: self).make, .makeBackup),
            .get(
                "/v1/workflows/:namespace/:name/:version/diagram",
                .may(.seeWorkflows),
                DiagramAPI(server: self).workflow,
                .drawWorkflow
            ),
            .get("/v1/openapi.json", .anybody, records.description, .describe),
            .get("/v1/people/me", .anybody, people.me, .readMe),
            .put("/v1/people/me/password", .anybody, people.changePassword, .changePassword),
            .get("/v1/people", .may(.seePeople), people.list, .listPeople),
            .post("/v1/people", .may(.managePeople), people.add, .addPerson),
            .get("/v1/people/:id", .may(.seePeople), people.one, .readPerson),
            .patch("/v1/people/:id", .may(.managePeople), people.change, .changePerson),
            .put("/v1/people/:id/password", .may(.managePeople), people.setPassword, .setPassword),
            .post("/v1/people/:id/reset-links", .may(.managePeople), people.makeResetLink, .makeResetLink),
            .get("/v1/tokens", .anybody, people.tokens, .listTokens),
            .post("/v1/tokens", .anybody, people.makeToken, .makeToken),
            .delete("/v1/tokens/:id", .anybody, people.revokeToken, .revokeToken),
            .get("/v1/sessions", .anybody, people.sessions, .listSessions),
            .delete("/v1/sessions/:id", .anybody, people.endSession, .endSession),
        ]
    }

    private var noticeRoutes: [Route] {
        let (stops, notices, absences) = (StopAPI(server: self), NoticeAPI(server: self), AbsenceAPI(server: self))
        return [
            .get("/v1/stops", .may(.seeInstances), stops.list, .listStops),
            .put("/v1/stops/:kind/:name", .may(.stopWork), stops.set, .setStop),
            .delete("/v1/stops/:kind/:name", .may(.stopWork), stops.lift, .liftStop),
            .get("/v1/people/me/notifications", .anybody, notices.mine, .readNotices),
            .put("/v1/people/me/notifications", .anybody, notices.change, .changeNotices),
            .post("/v1/people/me/notifications/trial", .anybody, notices.trial, .tryNotices),
            .get("/v1/notifications", .may(.examine), notices.outgoing, .listOutgoing),
            .post("/v1/mute", .nobody, notices.mute, .muteNotices),
            .get("/v1/absences", .may(.seeTasks), absences.list, .listAbsences),
            .put("/v1/people/me/absence", .anybody, absences.setMine, .setOwnAbsence),
            .delete("/v1/people/me/absence", .anybody, absences.endMine, .endOwnAbsence),
            .put("/v1/people/:id/absence", .may(.superviseTasks), absences.set, .setAbsence),
            .delete("/v1/people/:id/absence", .may(.superviseTasks), absences.end, .endAbsence),
        ]
    }
}
