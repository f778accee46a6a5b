import SirdarCore
import SirdarEngine

/// Which tasks somebody asked to see; the same words in the address of the page and of the API.
struct TaskList: Sendable {
    /// The queue that was chosen beside the filter.
    let queue: String?
    /// The filter as it is written.
    let text: String
    let filter: TaskFilter
    /// What is wrong with the filter: then nothing is listed.
    let problems: [TaskFilterProblem]
    let limit: Int
    private let after: Place?

    static let states = ["open", "ready", "held", "ended"]

    init(_ query: FormData, _ principal: Principal, _ server: Server) throws(Trouble) {
        let queue = query.text("queue")
        self.queue = queue.isEmpty ? nil : queue
        text = try Self.text(query)
        let queues = Set(server.engine.library.queues.map(\.name)).union(principal.person.queues)
        let visible = queues.filter { principal.may(.seeTasks, in: .queue($0)) }.sorted()
        (filter, problems) = TaskFilter.parse(text, known: [.queue: visible])
        limit = try server.limit(query)
        after = try query["cursor"].flatMap { cursor throws(Trouble) in
            Place(try server.cursors.open(cursor, of: "tasks"))
        }
        if let name = self.queue, !principal.may(.seeTasks, in: .queue(name)) {
            throw Trouble(TaskRefusal.notInQueue(name)) ?? .denied(.seeTasks)
        }
    }

    /// The filter, and what the other members of the address say in its words.
    private static func text(_ query: FormData) throws(Trouble) -> String {
        var terms = [query.text("q")]
        let state = query.text("state")
        guard state.isEmpty || states.contains(state) else {
            throw .invalid("/state", "`state` must be one of: \(states.joined(separator: ", ")).")
        }
        // What nobody can do is in nobody's hands either.
        if state == "ready" { terms.append("state:ready,unroutable") }
        if ["held", "ended"].contains(state) { terms.append("state:\(state)") }
        if query.text("owner") == "me" { terms.append("owner:me") }
        let (project, text) = (query.text("project"), query.text("text"))
        if !project.isEmpty { terms.append("project:\(TaskFilter.quoted(project))") }
        if !text.isEmpty { terms.append(TaskFilter.quoted(text)) }
        return terms.filter { !$0.isEmpty }.joined(separator: " ")
    }

    /// For programs, which get no list where the filter is not understood.
    var trouble: Trouble? {
        guard !problems.isEmpty else { return nil }
        return .invalid(problems.map { FieldError(pointer: "/q", $0.told) })
    }

    struct Page {
        var tasks: [ManualTask] = []
        var next: Place?
        /// There are more than were looked at, and the order is right among those only.
        var isCut = false
    }

    /// Where a page ends: by the task, and in a sorted list by what it is sorted by.
    enum Place: Sendable, Hashable {
        case task(Identifier)
        case ranked(Int64, Identifier)

        init?(_ text: String) {
            let parts = text.split(separator: " ").map(String.init)
            guard let id = parts.last.flatMap({ Identifier($0) }) else { return nil }
            guard parts.count == 2 else {
                self = .task(id)
                return
            }
            guard let rank = Int64(parts[0]) else { return nil }
            self = .ranked(rank, id)
        }

        var text: String {
            switch self {
            case .task(let id): id.description
            case .ranked(let rank, let id): "\(rank) \(id)"
            }
        }
    }

    /// How many rows are looked at for one page, when most of them are filtered out.
    private static let rowsMax = 2_000

    /// The tasks that fit, of the queues that the person may see.
    func page(_ reading: Reading, _ principal: Principal) throws -> Page {
        guard problems.isEmpty else { return Page() }
        return filter.sort == nil ? try pageInOrder(reading, principal) : try pageSorted(reading, principal)
    }

    private func pageInOrder(_ reading: Reading, _ principal: Principal) throws -> Page {
        var query = query(principal)
        if case .task(let id)? = after { query.after = id }
        var page = Page()
        let rest = try look(query, reading, principal) { task in
            if page.tasks.count == limit {
                page.next = page.tasks.last.map { .task($0.id) }
                return false
            }
            page.tasks.append(task)
            return true
        }
        if page.next == nil { page.next = rest.map(Place.task) }
        return page
    }

    private func pageSorted(_ reading: Reading, _ principal: Principal) throws -> Page {
        var found: [(rank: Int64, task: ManualTask)] = []
        var page = Page()
        page.isCut =
            try look(query(principal), reading, principal) { task in
                found.append((filter.rank(of: task) ?? 0, task))
                return true
            } != nil
        found.sort { ($0.rank, $0.task.id.value) < ($1.rank, $1.task.id.value) }
        if case .ranked(let rank, let id)? = after {
            found.removeAll { ($0.rank, $0.task.id.value) <= (rank, id.value) }
        }
        page.tasks = found.prefix(limit).map(\.task)
        if found.count > limit { page.next = .ranked(found[limit - 1].rank, found[limit - 1].task.id) }
        return page
    }

    /// What the store leaves out by itself.
    private func query(_ principal: Principal) -> TaskQuery {
        let isMine = filter.owner.map { $0 == "me" || $0 == principal.person.name } ?? false
        var query = TaskQuery(
            queue: queue ?? filter.queue.map { $0.lowercased() },
            owner: isMine ? principal.person.id.description : nil,
            limit: 200
        )
        query.isOpen =
            switch filter.scope {
            case .open: true
            case .ended: false
            case .all: nil
            }
        return query
    }

    /// Offers the tasks that fit, one after the other, until one is not taken.
    ///
    /// - Returns: the last one that was looked at, where there are more than are looked at.
    private func look(
        _ query: TaskQuery,
        _ reading: Reading,
        _ principal: Principal,
        _ take: (ManualTask) -> Bool
    ) throws -> Identifier? {
        var query = query
        for _ in 0..<(Self.rowsMax / query.limit) {
            let tasks = try reading.store.tasks(query)
            for task in tasks where principal.may(.seeTasks, in: .queue(task.queue)) {
                guard filter.matches(try facts(task, reading, principal), at: reading.now) else { continue }
                guard take(task) else { return nil }
            }
            guard tasks.count == query.limit, let last = tasks.last else { return nil }
            query.after = last.id
        }
        return query.after
    }

    private func facts(_ task: ManualTask, _ reading: Reading, _ principal: Principal) throws -> TaskFacts {
        TaskFacts(
            task: task,
            owner: filter.asks(.owner) ? try task.owner.map { try reading.name($0.person) } : nil,
            requester: filter.asks(.requester) ? try reading.name(task.origin.requester) : "",
            site: filter.asks(.site) ? try reading.site(of: task.origin.scope) : nil,
            reader: principal.person.name
        )
    }
}

extension TaskFilterProblem {
    /// With its place.
    var told: String { "At character \(position) of the filter: \(sentence)" }
}
