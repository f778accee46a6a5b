import JSON
import SirdarCore
import SirdarTestKit
import Testing

@Suite("Where the hours go")
struct InsightTests {
    private static let owner = Samples.worker("operator")
    private static let other = Samples.worker("operator2")
    private static let supervisor = Samples.worker("supervisor", isSupervisor: true)

    /// A task whose hours are counted around the clock.
    private struct Life {
        private(set) var task: ManualTask
        private(set) var now = ManualClock.start
        var hours: TaskHours { task.hours }

        init() {
            let id = Identifier(milliseconds: ManualClock.start.milliseconds, counter: 1, node: 0)
            task = Samples.task(id, of: Identifier(milliseconds: id.time.milliseconds, counter: 2, node: 0))
        }

        mutating func after(_ minutes: Int64, _ event: TaskEvent) throws {
            now = now.advanced(by: .minutes(minutes))
            let before = task
            task = try TaskMachine.apply(event, to: before, at: now).task
            if task.endsStretch(of: before) { task.count(now.since(before.hours.countedUntil), since: before, at: now) }
        }
    }

    private static func completion(verifies: Bool = false, review: [String]? = nil) -> TaskEvent {
        var submission = Submission(outcome: "done", values: ["address": "10.57.0.20"], verifies: verifies)
        submission.review = review
        return .completed(by: owner, submission)
    }

    private static func check(_ result: ManualTask.Check.Result) -> TaskEvent {
        .checked(.init(result, output: .null, at: ManualClock.start))
    }

    @Test("waiting, working and holds are told apart, and what does not change the state ends nothing")
    func parts() throws {
        var life = Life()
        try life.after(10, .claimed(by: Self.owner))
        try life.after(5, .started(by: Self.owner))
        try life.after(20, .drafted(by: Self.owner, values: ["address": "10.57.0.20"]))
        try life.after(10, .held(by: Self.owner, awaiting: .vendor, reason: "A disk is on its way.", until: nil))
        try life.after(60, .resumed(by: Self.owner, due: DueTimes(dueAt: nil, atRiskAt: nil)))
        try life.after(15, Self.completion())
        #expect(life.hours.waiting == .minutes(15) && life.hours.working == .minutes(45))
        #expect(life.hours.onHold == .minutes(60) && life.hours.rework == .zero && life.hours.returns == 0)
    }

    @Test("what a check or a reviewer sends back is rework from then on, whoever's hands it comes into")
    func rework() throws {
        var life = Life()
        try life.after(0, .started(by: Self.owner))
        try life.after(30, Self.completion(verifies: true))
        try life.after(1, Self.check(.failed))
        try life.after(10, .takenOver(by: Self.other, reason: "Their shift is over.", isReserved: false))
        try life.after(4, .started(by: Self.other))
        try life.after(6, .assigned(by: Self.supervisor, to: Self.owner, note: "Yours."))
        try life.after(0, .started(by: Self.owner))
        try life.after(20, Self.completion(review: []))
        try life.after(40, .pushedBack(by: Self.other, comment: "The old mount is still there."))
        try life.after(5, Self.completion())
        #expect(life.hours.working == .minutes(30) && life.hours.rework == .minutes(10 + 6 + 20 + 5))
        #expect(life.hours.waiting == .minutes(1 + 4 + 40) && life.hours.returns == 2)
    }

    @Test("a check that could not be made says nothing against the work")
    func impossible() throws {
        var life = Life()
        try life.after(0, .started(by: Self.owner))
        try life.after(30, Self.completion(verifies: true))
        try life.after(1, Self.check(.impossible))
        try life.after(9, Self.completion())
        #expect(life.hours.returns == 0 && life.hours.working == .minutes(39) && life.hours.rework == .zero)
    }

    @Test("whatever happens to a task, its parts make up the whole", arguments: 1...40)
    func conservation(_ seed: UInt64) throws {
        var random = Draw(seed: seed)
        var life = Life()
        let events: [TaskEvent] = [
            .claimed(by: Self.owner), .started(by: Self.owner), .released(by: Self.owner, note: "Later."),
            .started(by: Self.other), .takenOver(by: Self.owner, reason: "Mine.", isReserved: false),
            .assigned(by: Self.supervisor, to: Self.other, note: ""),
            .held(by: Self.owner, awaiting: .vendor, reason: "Waits.", until: nil),
            .resumed(by: nil, due: DueTimes(dueAt: nil, atRiskAt: nil)), Self.completion(verifies: true),
            Self.completion(review: []), Self.check(.failed), Self.check(.impossible),
            .pushedBack(by: Self.other, comment: "Again."), .commented(by: "anybody", text: "So be it."), .lapsed,
            .transferred(by: Self.supervisor, to: "ops", reason: "Ours.", isRoutable: true),
            .escalated(by: nil, comment: "", priority: .high),
        ]
        for _ in 0..<120 {
            let event = events[random.below(events.count)]
            // What the rules refuse changes nothing, also not the clock of the task.
            try? life.after(Int64(random.below(90)), event)
        }
        try life.after(1, .closed(expired: false))
        let parts = [life.hours.waiting, life.hours.working, life.hours.onHold, life.hours.rework]
        #expect(
            parts.reduce(.zero, +) == life.now.since(life.task.createdAt),
            "seed \(seed)"
        )
    }

    /// Numbers that a seed gives anew.
    private struct Draw {
        private var state: UInt64
        init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 }

        mutating func below(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
    }

    @Test("sums are by step, queue and week, and the dearest step comes first")
    func sums() {
        func line(_ step: String, _ queue: String, week: Int64, working: Int64, rework: Int64 = 0) -> HoursLine {
            var sum = HoursSum()
            (sum.tasks, sum.completed, sum.firstTimeRight) = (2, 2, rework == 0 ? 2 : 1)
            (sum.working, sum.rework) = (.minutes(working), .minutes(rework))
            return HoursLine(
                week: ManualClock.start.advanced(by: .days(7 * week)),
                subject: .init(workflow: "images/adapt", step: step, kind: .manual, queue: queue),
                sum: sum
            )
        }
        let insight = Insight([
            line("storage", "ops", week: 0, working: 30), line("storage", "night", week: 1, working: 10),
            line("manager", "ops", week: 1, working: 20, rework: 25),
        ])
        #expect(insight.steps.map(\.key.name) == ["manager", "storage"])
        #expect(insight.steps.map(\.sum.cost) == [.minutes(45), .minutes(40)])
        #expect(insight.queues.map(\.key) == ["night", "ops"] && insight.queues.map(\.sum.tasks) == [2, 4])
        #expect(insight.weeks.map(\.sum.cost) == [.minutes(30), .minutes(55)])
        #expect(insight.total.tasks == 6 && insight.total.firstTimeRight == 5)
        #expect(Insight([]).total == HoursSum() && Insight([]).steps.isEmpty)
    }
}
