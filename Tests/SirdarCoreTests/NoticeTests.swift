import JSON
import SirdarCore
import SirdarTestKit
import Testing

@Suite("What is told to whom")
struct NoticeTests {
    private static let now = ManualClock.start
    private static let (owner, other) = (Samples.worker(), Samples.worker("operator2"))

    private static func task(due: Timestamp? = nil) -> ManualTask {
        Samples.task(Identifier(value: 7 << 20), of: Identifier(value: 8 << 20), due: due)
    }

    private static func started() throws -> ManualTask {
        try TaskMachine.apply(.started(by: owner), to: task(due: now.advanced(by: .hours(1))), at: now).task
    }

    private func told(_ event: TaskEvent, _ before: ManualTask, at now: Timestamp = Self.now) throws -> [String] {
        let after = try TaskMachine.apply(event, to: before, at: now).task
        return Notices.of(event, before: before, after: after, at: now).map {
            "\($0.kind.rawValue) → \($0.audience.words)"
        }
    }

    @Test("who is given a task is told, and who loses it; nobody of what they did themselves")
    func owners() throws {
        let started = try Self.started()
        #expect(try told(.claimed(by: Self.owner), Self.task()) == [])
        let supervisor = Samples.worker("supervisor", isSupervisor: true)
        #expect(
            try told(.assigned(by: supervisor, to: Self.other, note: ""), started)
                == ["assigned → operator2", "taken-over → operator"]
        )
        #expect(try told(.assigned(by: Self.owner, to: Self.other, note: ""), started) == ["assigned → operator2"])
        #expect(
            try told(.takenOver(by: Self.other, reason: "Shift.", isReserved: false), started)
                == ["taken-over → operator"]
        )
        #expect(
            try told(.escalated(by: Self.owner, comment: "Help.", priority: nil), started) == [
                "escalated → supervisors"
            ]
        )
        #expect(try told(.reminded, started) == ["reminded → operator"])
    }

    @Test("at risk goes to whoever is nearest, overdue to the supervisors as well")
    func late() throws {
        let due = Self.now.advanced(by: .hours(1))
        var waiting = Self.task(due: due)
        waiting.atRiskAt = Self.now.advanced(by: .minutes(30))
        let risky = Self.now.advanced(by: .minutes(40))
        #expect(try told(.aged, waiting, at: risky) == ["at-risk → queue ops"])
        let late = Self.now.advanced(by: .hours(2))
        #expect(try told(.aged, waiting, at: late) == ["overdue → queue ops", "overdue → supervisors"])
        #expect(try told(.aged, try Self.started(), at: late) == ["overdue → operator", "overdue → supervisors"])
    }

    @Test("a question goes to the requester, without a word of what is asked")
    func question() throws {
        let question = try ManualTask.Question(text: "Which of the two storages, 10.57.0.20 or 10.57.0.21?")
        let event = TaskEvent.asked(by: Self.owner, question)
        let before = try Self.started()
        let after = try TaskMachine.apply(event, to: before, at: Self.now).task
        let notices = Notices.of(event, before: before, after: after, at: Self.now)
        #expect(notices.map(\.kind) == [.answerNeeded] && notices.first?.audience == .person("requester"))
        #expect(!"\(notices)".contains("10.57"))
    }

    @Test("what nobody can do is told to the supervisors, when it is opened and when it comes to be")
    func unroutable() throws {
        var task = Self.task()
        let event = TaskEvent.transferred(by: Self.owner, to: "other", reason: "Not ours.", isRoutable: false)
        let held = try TaskMachine.apply(.claimed(by: Self.owner), to: task, at: Self.now).task
        #expect(try told(event, held) == ["unroutable → supervisors"])
        task.state = .unroutable
        #expect(Notices.opened(task, at: Self.now).map(\.kind) == [.unroutable])
        #expect(Notices.opened(Self.task(), at: Self.now) == [])
    }

    @Test(
        "requesters are told of a good and of a bad end, and not of what they took back",
        arguments: [
            (Instance.Ending.output(.null), ["done Built"]), (.problem(Problem(.runtime, "No.")), ["failed -"]),
            (.cancelled(reason: "Changed my mind."), []),
        ]
    )
    func ends(_ ending: Instance.Ending, _ expected: [String]) {
        let origin = Instance.Origin(request: Identifier(value: 9 << 20), requester: "requester", scope: "harrow")
        var instance = Instance(
            id: Identifier(value: 8 << 20),
            workflow: 1,
            parent: nil,
            origin: origin,
            startedAt: Self.now,
            input: [:]
        )
        #expect(Notices.ended(instance, title: "comp-ws", word: "Built", at: Self.now).isEmpty)
        instance.progress = .ended(ending)
        let notices = Notices.ended(instance, title: "comp-ws", word: "Built", at: Self.now)
        #expect(notices.map { "\($0.kind.rawValue) \($0.word ?? "-")" } == expected)
        #expect(notices.allSatisfy { $0.title == "comp-ws" && $0.audience == .person("requester") })
    }
}

extension Notice.Audience {
    fileprivate var words: String {
        switch self {
        case .person(let id): id
        case .workers(let queue, skills: _): "queue \(queue)"
        case .supervisors: "supervisors"
        }
    }
}
