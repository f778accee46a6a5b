import Foundation
import SirdarCore
import SirdarEngine
import SirdarImages
import SirdarTestKit
import Testing

/// The battery: whatever goes wrong on the way, each shipped workflow comes to the same end.
@Suite("The battery of every workflow")
struct BatteryTests {
    @Test("a run without trouble ends well and leaves nothing behind", arguments: BatteryCase.all)
    func nothing(battery: BatteryCase) throws {
        let (_, ending) = try Self.clean(battery)
        #expect(ending.states.contains("\(battery.workflow.name) is completed"))
        #expect(ending.states.contains("the request is done"))
    }

    @Test("each step fails in turn, for good and once: the same end", arguments: BatteryCase.all)
    func failures(battery: BatteryCase) throws {
        let (run, ending) = try Self.clean(battery)
        let numbers = 1...run.performances.count
        Self.expectSame(battery, ending, numbers.map { .fail($0, isPermanent: true) })
        Self.expectSame(battery, ending, numbers.map { .fail($0, isPermanent: false) })
    }

    @Test("each call of the cloud fails in turn, or its answer is lost: the same end", arguments: BatteryCase.all)
    func faults(battery: BatteryCase) throws {
        let (run, ending) = try Self.clean(battery)
        let kinds: [CloudError.Kind] = [
            .throttled(after: .seconds(3)), .transient, .eventual, .quota, .denied, .conflict(facts: [:]),
            .duplicate(id: nil), .invalid, .gone,
        ]
        let numbers = 1...run.world.cloud.calls.count
        Self.expectSame(battery, ending, numbers.map { .fault($0, .loseAnswer) })
        // Each kind in its turn, so that every call meets one and every kind meets a call.
        Self.expectSame(battery, ending, numbers.map { .fault($0, .refuse(kinds[$0 % kinds.count])) })
    }

    @Test("every action is performed twice and every result delivered twice: the same end", arguments: BatteryCase.all)
    func twice(battery: BatteryCase) throws {
        let (_, ending) = try Self.clean(battery)
        Self.expectSame(battery, ending, [.twice])
    }

    @Test("the program stops after each commit and is started again: the same end", arguments: BatteryCase.all)
    func stops(battery: BatteryCase) throws {
        let (run, ending) = try Self.clean(battery)
        Self.expectSame(battery, ending, (1...run.commits).map { .stop($0) })
    }

    @Test("whatever people decide, give up or withdraw, nothing half-made is left", arguments: BatteryCase.all)
    func decisions(battery: BatteryCase) throws {
        let (run, _) = try Self.clean(battery)
        let tasks = run.people.seen.enumerated()
        let outcomes: [Plan] = tasks.flatMap { number, task in
            task.spec.outcomes.dropFirst().map { .decide(number + 1, $0) }
        }
        let withdrawals: [Plan] = tasks.map { number, _ in .withdraw(number + 1) }
        let performances = 1...run.performances.count
        let calls = 1...run.world.cloud.calls.count
        Self.expectTidy(battery, outcomes + withdrawals)
        Self.expectTidy(battery, performances.map { .giveUp($0) })
        Self.expectTidy(battery, calls.map { .refuseAndGiveUp($0) } + calls.map { .fault($0, .startMachines) })
    }

    @Test(
        "what runs out of room is made again when somebody has made room: the same states",
        arguments: BatteryCase.all
    )
    func room(battery: BatteryCase) throws {
        let (run, ending) = try Self.clean(battery)
        for (position, call) in run.world.cloud.calls.enumerated()
        where ["launch", "createImage", "copyImage"].contains(call.prefix { $0 != " " }) {
            Self.expect(battery, .fault(position + 1, .runOutOfRoom)) { $0.states == ending.states }
        }
    }

    @Test("between them, the runs of the battery reach every step", arguments: workflows)
    func reach(name: Vocabulary.WorkflowName) throws {
        var reached: Set<String> = []
        for battery in BatteryCase.all where battery.workflow == name {
            let (run, ending) = try Self.clean(battery)
            reached.formUnion(ending.reached)
            let outcomes: [Plan] = run.people.seen.enumerated().flatMap { number, task in
                task.spec.outcomes.dropFirst().map { .decide(number + 1, $0) }
            }
            let failures: [Plan] = (1...run.performances.count).flatMap { number in
                [.fail(number, isPermanent: true), .giveUp(number)]
            }
            let searches = run.world.cloud.calls.enumerated().filter { $0.element.hasPrefix("search ") }
            let traces: [Plan] = searches.map { .fault($0.offset + 1, .leaveTraces) }
            for plan in outcomes + failures + traces {
                reached.formUnion(try BatteryRun(battery, plan).finish().reached)
            }
        }
        let workflow = try #require(BatteryCase.catalog.definitions[name]?.workflow)
        for node in workflow.nodes {
            switch node.kind {
            case .call, .manual, .workflow, .raise:
                #expect(reached.contains("\(name.name) \(node.pointer)"), "no run reaches \(node.pointer)")
            case .sequence, .set, .choice, .loop, .parallel, .attempt, .wait, .emit, .listen: break
            }
        }
    }

    private static let workflows = BatteryCase.catalog.definitions.keys.sorted { $0.description < $1.description }

    // MARK: Running

    /// The run in which nothing goes wrong, and its end, which must be tidy itself.
    private static func clean(_ battery: BatteryCase) throws -> (BatteryRun, Ending) {
        let run = try BatteryRun(battery, .nothing)
        let ending = try run.finish()
        #expect(ending.leftovers.isEmpty, "\(ending)")
        return (run, ending)
    }

    private static func expectSame(_ battery: BatteryCase, _ ending: Ending, _ plans: [Plan]) {
        for plan in plans {
            expect(battery, plan, or: ending) { $0.states == ending.states && $0.effects == ending.effects }
        }
    }

    private static func expectTidy(_ battery: BatteryCase, _ plans: [Plan]) {
        for plan in plans { expect(battery, plan) { _ in true } }
    }

    /// Runs a plan and judges its end; what is needed to repeat it is said when it fails.
    private static func expect(
        _ battery: BatteryCase,
        _ plan: Plan,
        or wanted: Ending? = nil,
        _ isRight: (Ending) -> Bool
    ) {
        let name = "\(battery.testDescription)/\(plan.name)"
        if let only = ProcessInfo.processInfo.environment["SIRDAR_BATTERY"], only != name { return }
        let again = "SIRDAR_BATTERY=\(name) swift test --filter BatteryTests"
        do {
            let ending = try BatteryRun(battery, plan).finish()
            guard !isRight(ending) || !ending.leftovers.isEmpty else { return }
            let other = wanted.map { "\nwithout trouble:\n\($0)" } ?? ""
            Issue.record("\(name) ended otherwise. Repeat it: \(again)\nit ended so:\n\(ending)\(other)")
        } catch {
            Issue.record("\(name) did not end: \(error). Repeat it: \(again)")
        }
    }
}
