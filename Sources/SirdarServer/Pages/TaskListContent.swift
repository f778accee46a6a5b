import JSON
import SirdarCore
import SirdarEngine

struct QueueContent {
    let list: TaskListContent
    let note: String?
}

struct TaskPageContent {
    let list: TaskListContent
    let task: TaskContent
}

/// The left pane: tasks in the order in which they are to be worked on, and filters that are addresses.
struct TaskListContent {
    let rows: [Row]
    let queues: [Choice]
    let views: [View]
    let text: String
    let state: String
    let owner: String
    let queue: String
    let token: String
    let mayClaim: Bool
    let isEmpty: Bool
    let next: String?
    /// The filters as they stand behind an address: `?…`, or nothing.
    let query: String

    struct Row {
        let id: String
        let href: String
        let title: String
        let badge: Badge
        let project: String
        let subject: String?
        let owner: String?
        let isMine: Bool
        let priority: String?
        let due: DueView?
        let isSelected: Bool
    }

    struct Choice {
        let name: String
        let title: String
        let isSelected: Bool
    }

    struct View {
        let label: String
        let href: String
        let isCurrent: Bool
    }

    init(
        _ list: TaskList,
        _ query: FormData,
        _ reading: Reading,
        _ principal: Principal,
        _ context: AppContext,
        _ server: Server,
        selected: Identifier?
    ) throws {
        let page = try list.page(reading, principal)
        let filters = Self.address(list)
        rows = try page.tasks.map { task in
            try Row(task, reading, principal, filters: filters, isSelected: task.id == selected)
        }
        let visible = Set(reading.library.queues.map(\.name)).union(principal.person.queues)
            .filter { principal.may(.seeTasks, in: .queue($0)) }
        queues = visible.sorted().map { Choice(name: $0, title: reading.queueTitle($0), isSelected: $0 == list.queue) }
        views = Self.views(list)
        text = query.text("text")
        state = list.state
        owner = list.isMine ? "me" : ""
        queue = list.queue ?? ""
        token = context.formToken
        mayClaim = principal.may(.workOnTasks) && !principal.person.queues.isEmpty
        isEmpty = rows.isEmpty
        self.query = filters.isEmpty ? "" : "?\(filters)"
        next = page.next.map { next in
            let cursor = server.cursors.seal(next.description, of: "tasks").urlEscaped
            return "/queue?\(filters.isEmpty ? "" : filters + "&")cursor=\(cursor)"
        }
    }

    /// The filters as a query, without what is as usual.
    private static func address(_ list: TaskList, state: String? = nil, isMine: Bool? = nil) -> String {
        var parts: [String] = []
        if let queue = list.queue { parts.append("queue=\(queue.urlEscaped)") }
        if state ?? list.state != "open" { parts.append("state=\((state ?? list.state).urlEscaped)") }
        if isMine ?? list.isMine { parts.append("owner=me") }
        if let project = list.project { parts.append("project=\(project.urlEscaped)") }
        if !list.text.isEmpty { parts.append("text=\(list.text.urlEscaped)") }
        return parts.joined(separator: "&")
    }

    private static func views(_ list: TaskList) -> [View] {
        let all: [(String, String, Bool)] = [
            ("Open", "open", false), ("Mine", "open", true), ("Ready", "ready", false), ("Held", "held", false),
            ("Ended", "ended", false),
        ]
        return all.map { label, state, isMine in
            let filters = address(list, state: state, isMine: isMine)
            return View(
                label: label,
                href: "/queue" + (filters.isEmpty ? "" : "?\(filters)"),
                isCurrent: list.state == state && list.isMine == isMine
            )
        }
    }
}

extension TaskListContent.Row {
    init(
        _ task: ManualTask,
        _ reading: Reading,
        _ principal: Principal,
        filters: String,
        isSelected: Bool
    ) throws {
        id = task.id.description
        href = "/tasks/\(task.id)" + (filters.isEmpty ? "" : "?\(filters)")
        title = task.spec.title
        badge = .task(task.state)
        project = task.origin.scope
        subject = task.spec.about["machine"]?.asString ?? task.spec.about["image"]?.asString
        isMine = task.owner?.person == principal.person.id.description
        owner = try isMine ? "you" : task.owner.map { try reading.name($0.person) }
        priority = task.priority == .normal ? nil : task.priority.name
        due = task.state.isFinal ? nil : DueView(task, reading.now)
        self.isSelected = isSelected
    }
}

/// By when, as words, icon and colour; the page's script counts it down.
struct DueView: Sendable {
    let iso: String
    let absolute: String
    let text: String
    /// For lists, where the icon says the rest.
    let short: String
    let icon: String
    let tone: String

    init?(_ task: ManualTask, _ now: Timestamp) {
        guard let dueAt = task.dueAt else { return nil }
        iso = dueAt.description
        absolute = Show.time(dueAt)
        let length = Show.length(dueAt.since(now))
        switch task.urgency(at: now) {
        case .inTime: (icon, text, short, tone) = ("", "due in \(length)", length, "plain")
        case .atRisk: (icon, text, short, tone) = ("▲", "at risk, due in \(length)", "at risk \(length)", "yellow")
        case .overdue: (icon, text, short, tone) = ("▲", "overdue by \(length)", "overdue \(length)", "red")
        }
    }
}
