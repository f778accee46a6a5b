import JSON
import SirdarCore
import SirdarTestKit
import Testing

@Suite("The filter of tasks")
struct TaskFilterTests {
    private static let now = Timestamp(milliseconds: 1_800_000_000_000)

    /// In the queue `vfx`, ready, due in 30 minutes, three hours old, of harrow in Sydney.
    private static func facts(_ change: (inout ManualTask) -> Void = { _ in }, owner: String? = nil) throws -> TaskFacts
    {
        let json: JSON = [
            "title": "Point the machine at its storage", "queue": "vfx", "skills": ["storage"],
            "outcomes": ["done"], "about": ["machine": "hw-builder-07", "image": "comp-2026"],
        ]
        let spec = try TaskSpec(json: json, at: "")
        var task = ManualTask(
            id: Identifier(value: 7),
            instance: Identifier(value: 3),
            open: Effect.OpenTask(step: 1, node: 1, kind: .manual, spec: spec),
            origin: .init(request: nil, requester: "p", scope: "harrow"),
            createdAt: now.advanced(by: .hours(-3)),
            dueAt: now.advanced(by: .minutes(30)),
            atRiskAt: now.advanced(by: .minutes(-30))
        )
        if let owner { task.owner = .init(person: owner, since: now) }
        change(&task)
        return TaskFacts(task: task, owner: owner, requester: "ada", site: "syd", reader: "olga")
    }

    private static func fits(_ text: String, _ facts: TaskFacts) throws -> Bool {
        let (filter, problems) = TaskFilter.parse(text)
        try #require(problems.isEmpty, "\(text): \(problems)")
        return filter.matches(facts, at: now)
    }

    @Test(
        "finds a task by what it is",
        arguments: [
            "", "queue:vfx", "queue:other,vfx", "state:ready", "state:open", "STATE:Ready", "owner:none",
            "project:harrow",
            "site:syd", "machine:builder", "image:comp", "skill:storage", "requester:ada", "due:<1h", "due:<=30m",
            "due:>10m", "due:at-risk", "age:>2h", "age:<PT4H", "priority:normal", "priority:>=normal", "priority:<high",
            "storage", "\"the machine\"", "-owner:me", "-state:held", "-site:lon", "-\"render manager\"",
            "queue:vfx state:ready due:<1h -site:lon sort:due",
        ]
    )
    func finds(_ text: String) throws { #expect(try Self.fits(text, Self.facts())) }

    @Test(
        "leaves out a task by what it is not",
        arguments: [
            "queue:other", "state:held", "state:ended", "state:on-hold", "owner:me", "owner:olga", "project:blackfen",
            "site:lon", "machine:ws", "skill:render", "requester:me", "due:<10m", "due:overdue", "due:none", "due:>1d",
            "age:>1d", "priority:>normal", "priority:urgent", "elsewhere", "-storage", "-queue:vfx", "-site:syd",
            "queue:vfx state:held",
        ]
    )
    func leavesOut(_ text: String) throws { #expect(try !Self.fits(text, Self.facts())) }

    @Test("knows whose it is, when it is late, and when it is never")
    func others() throws {
        let mine = try Self.facts({ $0.state = .inProgress }, owner: "olga")
        for text in ["owner:me", "owner:olga", "state:held", "state:in-progress,claimed"] {
            #expect(try Self.fits(text, mine), "\(text)")
        }
        #expect(try !Self.fits("owner:none", mine))
        let late = try Self.facts { $0.dueAt = Self.now.advanced(by: .minutes(-1)) }
        for text in ["due:overdue", "due:<1h", "-due:none"] { #expect(try Self.fits(text, late), "\(text)") }
        let never = try Self.facts { $0.dueAt = nil }
        #expect(try Self.fits("due:none", never))
        for text in ["due:<1h", "due:>1h", "due:overdue"] { #expect(try !Self.fits(text, never), "\(text)") }
    }

    @Test(
        "says what is wrong, where, and what was probably meant",
        arguments: [
            ("stat:ready", 1, "Did you mean `state`?"), ("queue:vfx state:redy", 17, "Did you mean `ready`?"),
            ("color:red", 1, "There are: queue, state"), ("state:", 7, "needs a value"),
            ("state:ready,", 7, "needs a value"),
            ("due:soon", 5, "`due:<1h`"), ("due:1h", 5, "compares"), ("age:old", 5, "compares"),
            ("priority:hihg", 10, "Did you mean `high`?"), ("sort:deu", 6, "Did you mean `due`?"),
            ("-sort:due", 7, "`sort:-due`"), ("sort:due,age", 6, "one value only"), ("\"open", 1, "closing quote"),
            ("project:\"x", 9, "closing quote"), ("- x", 1, "behind the `-`"), ("queue:vfz", 7, "Did you mean `vfx`?"),
            ("due:<99999999999999999999d", 5, "compares"),
        ]
    )
    func wrong(_ text: String, position: Int, part: String) {
        let problems = TaskFilter.parse(text, known: [.queue: ["vfx", "triage"]]).problems
        #expect(problems.count == 1 && problems[0].position == position, "\(text): \(problems)")
        #expect(problems.first?.sentence.contains(part) == true, "\(problems)")
    }

    @Test("tells everything that is wrong at once, and has limits")
    func all() {
        #expect(TaskFilter.parse("stat:x state:redy due:soon").problems.map(\.position) == [1, 14, 23])
        #expect(TaskFilter.parse(String(repeating: "a ", count: 21)).problems.count == 1)
        #expect(TaskFilter.parse(String(repeating: "a", count: 501)).problems.count == 1)
    }

    @Test("knows which tasks have to be looked at at all")
    func scope() {
        func scope(_ text: String) -> TaskFilter.Scope { TaskFilter.parse(text).filter.scope }
        #expect(scope("") == .open && scope("state:ready") == .open && scope("-state:ended") == .open)
        #expect(scope("state:ended") == .ended && scope("state:failed,expired") == .ended)
        #expect(scope("state:ready,failed") == .all)
        let filter = TaskFilter.parse("queue:vfx owner:me").filter
        #expect(filter.queue == "vfx" && filter.owner == "me")
        #expect(TaskFilter.parse("queue:a,b -owner:me").filter.queue == nil)
        #expect(TaskFilter.parse("-owner:me").filter.owner == nil)
    }

    @Test("puts tasks in order, and what is never due at the end either way")
    func order() throws {
        let (soon, late, never) = (
            try Self.facts().task, try Self.facts { $0.dueAt = Self.now.advanced(by: .days(1)) }.task,
            try Self.facts { $0.dueAt = nil }.task
        )
        func ranks(_ text: String) -> [Int64] {
            let filter = TaskFilter.parse(text).filter
            return [soon, late, never].compactMap(filter.rank)
        }
        let (up, down) = (ranks("sort:due"), ranks("sort:-due"))
        #expect(up[0] < up[1] && up[1] < up[2])
        #expect(down[1] < down[0] && down[0] < down[2])
        #expect(ranks("queue:vfx").isEmpty)
    }

    @Test("reads back whatever is quoted for it", arguments: ["a", "two words", "a:b", "-x", "a,b", ""])
    func quoting(_ value: String) {
        let (filter, problems) = TaskFilter.parse(TaskFilter.quoted(value))
        #expect(problems.isEmpty && filter.terms.map(\.test) == [.text(value)])
    }
}
