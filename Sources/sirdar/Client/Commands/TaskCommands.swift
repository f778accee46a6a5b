import ArgumentParser
import JSON

struct TaskCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "task",
        abstract: "Manual steps: claim one, follow its runbook, complete it.",
        subcommands: [
            List.self, Next.self, Show.self, Claim.self, Start.self, Save.self, Tick.self, Complete.self, Fail.self,
            Release.self, Assign.self, TakeOver.self, Transfer.self, Hold.self, Resume.self, Ask.self, Answer.self,
            Confirm.self, PushBack.self, Escalate.self, Prioritise.self, Comment.self, Untick.self, Skip.self,
            WaiveCheck.self, Reopen.self, HandOver.self, Bulk.self, Attach.self,
            Attachments.self, Views.self,
        ]
    )

    struct List: ClientCommand {
        static let configuration = CommandConfiguration(
            abstract: "List tasks, in the order in which they are to be worked on."
        )

        @Option(help: ArgumentHelp("Only those of this queue.", valueName: "queue")) var queue: String?
        @Flag(help: "Only those that you hold.") var mine = false
        @Option(
            help: ArgumentHelp(
                "Only those in this state: open, ready, held, ended. (default: open)",
                valueName: "state"
            )
        )
        var state: String?
        @Option(help: ArgumentHelp("Only those of this project.", valueName: "code")) var project: String?
        @Option(
            help: ArgumentHelp(
                "Only those that fit, as on the page: 'state:ready due:<1h -site:london sort:due'.",
                valueName: "filter"
            )
        )
        var filter: String?
        @Option(help: ArgumentHelp("Only those of this view, instead of a filter.", valueName: "name")) var view:
            String?
        @OptionGroup var limit: LimitOption
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func validate() throws {
            if view != nil, filter != nil { throw ValidationError("--view has a filter already: leave out --filter.") }
        }

        func perform(_ session: Session) async throws(Failure) {
            var filter = filter
            if let view { filter = try await session.view(named: view).text("filter") }
            let asked = [
                ("queue", queue), ("owner", mine ? "me" : nil), ("state", state), ("project", project), ("q", filter),
            ]
            let query = asked.compactMap { name, value in value.map { (name: name, value: $0) } }
            let listing = try await session.api.list(Address.tasks, query: query, limit: limit.limit)
            try session.show(listing.json) { () throws(Failure) in
                var table = Table([
                    .init("TASK"), .init("STATE"), .init("DUE"), .init("PRIORITY"), .init("QUEUE"), .init("PROJECT"),
                    .init("TITLE", isFlexible: true), .init("OWNER"),
                ])
                for item in listing.items { table.add(Self.row(item, session)) }
                try session.table(table, orSay: mine ? "You hold no tasks. Next: sirdar task next" : "No tasks.")
            }
            limit.sayWhatIsLeft(listing, session)
        }

        private static func row(_ task: JSON, _ session: Session) -> [Table.Cell] {
            let (state, urgency) = (task.text("state") ?? "", task.text("urgency") ?? "")
            let priority = task.text("priority") ?? ""
            return [
                .init(task.text("id") ?? ""), .init(Text.words(state), .state(state)),
                .init(TaskView.due(task, session.now) ?? "", .state(urgency)),
                .init(priority == "normal" ? "" : priority, .state(priority)), .init(task.text("queue") ?? ""),
                .init(task.text("project") ?? ""), .init(task.text("title") ?? "", .strong),
                .init(task.person("owner") ?? ""),
            ]
        }
    }

    struct Next: ClientCommand {
        static let configuration = CommandConfiguration(
            abstract: "Claim the task that is to be done next, and show it with its runbook.",
            discussion: "Ends with 3 when nothing waits for you."
        )

        @Option(help: ArgumentHelp("Only of this queue.", valueName: "queue")) var queue: String?
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func perform(_ session: Session) async throws(Failure) {
            let body: JSON = queue.map { ["queue": .string($0)] } ?? [:]
            guard let task = try await session.api.post(Address.claims, body) else {
                throw Failure(.notFound, "No task waits for you\(queue.map { " in \($0)" } ?? "").")
            }
            try TaskView(task, session).show()
            TaskView(task, session).suggestNext()
        }
    }

    struct Show: ClientCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show a task: what to enter, the checklist, the runbook, the last check."
        )

        @Argument(help: "The task's id.") var id: String
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func perform(_ session: Session) async throws(Failure) {
            let task = try await session.api.get(Address.task(id))
            try TaskView(task, session).show()
        }
    }

    struct Claim: ClientCommand {
        static let configuration = CommandConfiguration(
            abstract: "Claim a task. What somebody else holds is never taken away."
        )

        @Argument(help: "The task's id.") var id: String
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func perform(_ session: Session) async throws(Failure) {
            let task = try await session.api.put(Address.claim(id))
            try TaskView(task, session).sayWhatChanged("Claimed")
        }
    }

    struct Start: ClientCommand {
        static let configuration = CommandConfiguration(abstract: "Begin to work on a task that you have claimed.")

        @Argument(help: "The task's id.") var id: String
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func perform(_ session: Session) async throws(Failure) {
            let task = try await session.api.put(Address.start(id))
            try TaskView(task, session).sayWhatChanged("Started")
        }
    }

    struct Release: ClientCommand {
        static let configuration = CommandConfiguration(
            abstract: "Give a task back to its queue. What was saved and ticked stays."
        )

        @Argument(help: "The task's id.") var id: String
        @Option(
            help: ArgumentHelp("Where you are with it, for whoever comes next; needed once begun.", valueName: "text")
        )
        var note: String?
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        func perform(_ session: Session) async throws(Failure) {
            let body: JSON = note.map { ["note": .string($0)] } ?? [:]
            let task = try await session.api.delete(Address.claim(id), body) ?? .null
            try TaskView(task, session).sayWhatChanged("Released")
        }
    }
}
