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
    let saved: [Saved]
    let hasSaved: Bool
    let maySave: Bool
    let showsSaved: Bool
    let mayShare: Bool
    /// The filter as it is written.
    let text: String
    let problems: [String]
    let hasProblems: Bool
    let isCut: Bool
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

    /// A view that somebody gave a name.
    struct Saved {
        let id: String
        let name: String
        let href: String
        let isShared: Bool
        let isCurrent: Bool
        let mayRemove: Bool
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
        saved = try Self.saved(list, reading, principal)
        hasSaved = !saved.isEmpty
        maySave = principal.may(.workOnTasks)
        showsSaved = hasSaved || maySave
        mayShare = principal.may(.superviseTasks)
        text = list.text
        problems = list.problems.map(\.told)
        hasProblems = !list.problems.isEmpty
        isCut = page.isCut
        queue = list.queue ?? ""
        token = context.formToken
        mayClaim = principal.may(.workOnTasks) && !principal.person.queues.isEmpty
        isEmpty = rows.isEmpty && list.problems.isEmpty
        self.query = filters.isEmpty ? "" : "?\(filters)"
        next = page.next.map { next in
            let cursor = server.cursors.seal(next.text, of: "tasks").urlEscaped
            return "/queue?\(filters.isEmpty ? "" : filters + "&")cursor=\(cursor)"
        }
    }

    /// The filters as a query, without what is as usual.
    private static func address(_ list: TaskList, text: String? = nil) -> String {
        var parts: [String] = []
        let text = text ?? list.text
        if let queue = list.queue { parts.append("queue=\(queue.urlEscaped)") }
        if !text.isEmpty { parts.append("q=\(text.urlEscaped)") }
        return parts.joined(separator: "&")
    }

    private static func saved(_ list: TaskList, _ reading: Reading, _ principal: Principal) throws -> [Saved] {
        try SavedView.all(for: principal.person.id.description, reading.store).map { view in
            Saved(
                id: view.id.description,
                name: view.name,
                href: "/queue?q=\(view.filter.urlEscaped)",
                isShared: view.isShared,
                isCurrent: list.queue == nil && list.text == view.filter,
                mayRemove: principal.may(.workOnTasks) && (!view.isShared || principal.may(.superviseTasks))
            )
        }
    }

    /// Filters that are asked for all day; a view is an address, so others are kept by a name, or as bookmarks.
    private static func views(_ list: TaskList) -> [View] {
        let all = [
            ("Open", ""), ("Mine", "owner:me"), ("Ready", "state:ready"), ("Due", "due:<1h sort:due"),
            ("Held", "state:held"), ("Ended", "state:ended"),
        ]
        return all.map { label, text in
            let filters = address(list, text: text)
            let href = "/queue" + (filters.isEmpty ? "" : "?\(filters)")
            return View(label: label, href: href, isCurrent: list.text == text)
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
