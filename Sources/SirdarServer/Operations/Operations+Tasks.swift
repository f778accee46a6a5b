import JSON
import SirdarCore
import SirdarEngine

// Tasks and queues.
extension Operation {
    static let listQueues = look("listQueues", "Your queues, with what waits in them.", .whole, .page(of: .Queue))
    static let listTasks = look(
        "listTasks",
        "Tasks of the queues that you may see, in the order in which they are to be worked on.",
        [
            .text("q", "The filter: `state:ready due:<1h -project:harrow sort:due`."),
            .text("queue", "Only of this queue."), .text("project", "Only of this project."),
            .one(of: TaskList.states, "state", "Only in this state; open ones when nothing is said."),
            .text("owner", "`me`: only those that you hold."),
            .text("text", "Only those whose title, project or subject has this text."), .limit, .cursor,
        ],
        .page(of: .TaskSummary)
    )
    static let readTask = look("readTask", "A task, with its form, runbook and what you may do.", .named(.Task))
    static let claimNext = act(
        "claimNext",
        "Claims the task that is next for you, of one queue or of all of yours.",
        .optional(["queue": .note()]),
        .named(.Task),
        .nothing
    )

    // Each is what is done to one task.
    static let claimTask = onTask("claimTask", "Claims a task. It never takes one from somebody else.")
    static let startTask = onTask("startTask", "Begins work on a task that you hold.")
    static let releaseTask = onTask("releaseTask", "Gives a task back to its queue.", .optional(["note": .note()]))
    static let assignTask = onTask(
        "assignTask",
        "Gives a task to somebody.",
        .needed(["person": .words(Person.nameMax)], optional: ["note": .note()])
    )
    static let takeOverTask = onTask(
        "takeOverTask",
        "Takes a task from whoever holds it, with a reason, which they are told.",
        .needed(["reason": .words()])
    )
    static let transferTask = onTask(
        "transferTask",
        "Moves a task to another queue.",
        .needed(["queue": .words(), "reason": .words()])
    )
    static let draftTask = onTask("draftTask", "Keeps what was typed so far.", .optional(["values": .object]))
    static let tickItem = onTask("tickItem", "Ticks an item of the runbook.", .optional(["evidence": .note()]))
    static let untickItem = onTask("untickItem", "Takes a tick back.", .none)
    static let completeTask = onTask(
        "completeTask",
        "Completes a task with its values; the check that it names may bring it back.",
        .needed(
            ["outcome": .words()],
            optional: ["values": .object, "ticks": .list(of: .either(.text, tick)), "fence": .whole]
        )
    ).takingKey()
    static let failTask = onTask(
        "failTask",
        "Says that a task cannot be done.",
        .needed(["text": .words()], optional: ["code": .note(64)])
    )
    static let holdTask = onTask(
        "holdTask",
        "Puts a task on hold: until a moment (2026-11-25T14:00:00Z) or for a while (PT2H), or for a vendor.",
        .optional(["reason": .note(), "until": .note(), "awaiting": .one(of: ["time", "vendor"])])
    )
    static let resumeTask = onTask("resumeTask", "Goes on with a task that is on hold.")
    static let askRequester = onTask(
        "askRequester",
        "Asks the requester; their time does not run against the task.",
        .needed(["text": .words()], optional: ["fields": .object])
    )
    static let answerQuestion = act(
        "answerQuestion",
        "The requester's answer to what they were asked.",
        .optional(["text": .note(), "values": .object]),
        .ok(.answer(["task": .identifier, "answered": .flag]))
    )
    static let confirmTask = onTask(
        "confirmTask",
        "Confirms what another has done.",
        .optional(["note": .note()])
    )
    static let pushBackTask = onTask(
        "pushBackTask",
        "Pushes back what another has done.",
        .needed(["comment": .words()])
    )
    static let escalateTask = onTask(
        "escalateTask",
        "Escalates a task.",
        .needed(["comment": .words()], optional: ["priority": priority])
    )
    static let prioritiseTask = onTask("prioritiseTask", "Changes a priority.", .needed(["priority": priority]))
    static let skipTask = onTask(
        "skipTask",
        "Skips a task, where its workflow allows that.",
        .needed(["reason": .words()], optional: ["output": .anything])
    )
    static let waiveCheck = onTask(
        "waiveCheck",
        "Accepts a completion in spite of its check.",
        .needed(["reason": .words()])
    )
    static let reopenTask = onTask(
        "reopenTask",
        "Opens a completed task again, as long as what follows it has not begun.",
        .needed(["reason": .words()])
    )
    static let listComments = look("listComments", "What was said of a task.", .whole, .page(of: .Comment))
    static let addComment = onTask(
        "addComment",
        "Says something of a task.",
        .needed(["text": .words(Comment.charactersMax)])
    )
    private static let view = Shape.answer([
        "id": .identifier, "name": .text, "filter": .text, "shared": .flag, "mine": .flag, "by": .text, "at": .time,
    ])
    static let listViews = look(
        "listViews",
        "The views of the queue that one has named, and those that are shared.",
        .whole,
        .ok(.page(of: view), "A page of the list.")
    )
    static let addView = act(
        "addView",
        "Gives a filter of the queue a name; for everybody as a supervisor.",
        .needed(
            ["name": .words(SavedView.nameCharactersMax), "filter": .words(ViewAPI.filterCharactersMax)],
            optional: ["shared": .flag]
        ),
        .made(view)
    )
    static let removeView = act("removeView", "Removes a view.", .none, .nothing)

    private static let attachment = Shape.answer([
        "id": .identifier, "task": .identifier, "name": .text, "type": .text, "bytes": .whole, "digest": .text,
        "by": .text, "at": .time,
    ])
    static let listAttachments = look(
        "listAttachments",
        "The files of a task.",
        .whole,
        .ok(.page(of: attachment), "A page of the list.")
    )
    /// The same again changes nothing, so that no key is needed to ask it again.
    static let addAttachment = act(
        "addAttachment",
        "Attaches a file to a task that one holds: its bytes are the body, what it is stands in `Content-Type`.",
        query: [.needed("name", "What the file is called.")],
        .bytes,
        .made(attachment)
    ).keeping(.nothing)
    static let readAttachment = look(
        "readAttachment",
        "The bytes of a file of a task, held against their digest. What it was said to be stands in the list.",
        .file("application/octet-stream", "The file. `X-Content-Digest` is its SHA-256.")
    )
    static let operateOnTasks = act(
        "operateOnTasks",
        "The same operation on several tasks; each is done or refused by itself. What it needs stands beside `tasks`.",
        .json(bulk, isNeeded: true),
        .page(of: .BulkResult)
    )
    static let handOver = act(
        "handOver",
        "Gives every task that you hold to one person, or back to its queue.",
        .needed(["note": .words()], optional: ["person": .note(Person.nameMax)]),
        .page(of: .BulkResult)
    )

    private static func onTask(_ id: String, _ summary: String, _ body: Body = .optional([:])) -> Operation {
        act(id, summary, body, .named(.Task)).matching(.may)
    }

    private static let priority = Shape.one(of: TaskSpec.Priority.allCases.map(\.name))
    private static let tick = Shape.answer(["item": .text], optional: ["evidence": .text])
    private static let bulk = Shape.answer([
        "operation": .one(of: TaskOperation.self), "tasks": .list(of: .identifier, 1...TaskAPI.bulkMax),
    ])
}
