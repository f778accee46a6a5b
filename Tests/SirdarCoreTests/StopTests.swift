import JSON
import SirdarCore
import SirdarTestKit
import Testing

@Suite("Stops: nothing new begins where a supervisor says so")
struct StopTests {
    private static let since = ManualClock.start

    private static func stop(_ kind: Stop.Part.Kind, _ name: String, after seconds: Int64 = 0) -> Stop {
        Stop(.init(kind, name), reason: "Why.", by: "supervisor", since: since.advanced(by: .seconds(seconds)))
    }

    @Test(
        "each kind covers what begins there, and nothing else",
        arguments: [
            (Stop.Part.Kind.action, "copy", true), (.action, "scan", false), (.cloud, "local", true),
            (.cloud, "other", false), (.location, "oregon", true), (.location, "london", false),
            (.workflow, "images/adapt", true), (.workflow, "images/copy", false), (.queue, "copy", false),
        ]
    )
    func covering(_ kind: Stop.Part.Kind, _ name: String, _ covers: Bool) {
        let stops = Stops([Self.stop(kind, name)])
        let call = Beginning.call("copy", cloud: "local", location: "oregon", of: "images/adapt")
        #expect((stops.covering(call) != nil) == covers)
    }

    @Test("a task waits for its queue and its workflow; of several stops the longest standing is named")
    func tasks() {
        let stops = Stops([Self.stop(.queue, "ops", after: 5), Self.stop(.workflow, "images/adapt")])
        #expect(stops.covering(.task(in: "ops", of: "images/adapt"))?.part == .init(.workflow, "images/adapt"))
        #expect(stops.covering(.task(in: "ops", of: "images/copy"))?.part == .init(.queue, "ops"))
        #expect(stops.covering(.task(in: "other", of: "images/copy")) == nil)
        #expect(Stops().covering(.task(in: "ops")) == nil)
    }

    @Test("a stop is set once, with a reason, on what there is, and lifted once")
    func settingAndLifting() throws {
        let stop = Self.stop(.queue, "ops")
        let stops = try Stops().stopping(stop, known: ["ops"])
        #expect(stops.all == [stop])
        #expect(throws: StopRefusal.alreadyStopped(stop)) { try stops.stopping(stop, known: nil) }
        #expect(throws: StopRefusal.unknown(.init(.queue, "opps"), known: ["ops"])) {
            try stops.stopping(Self.stop(.queue, "opps"), known: ["ops"])
        }
        let silent = Stop(.init(.queue, "a"), reason: "", by: "supervisor", since: Self.since)
        #expect(throws: StopRefusal.reasonNeeded) { try stops.stopping(silent, known: nil) }
        #expect(try stops.lifting(stop.part).isEmpty)
        #expect(throws: StopRefusal.notStopped(stop.part)) { try Stops().lifting(stop.part) }
        let many = Stops((0..<Stops.countMax).map { Self.stop(.action, "a\($0)") })
        #expect(throws: StopRefusal.tooMany) { try many.stopping(stop, known: nil) }
    }

    @Test("nobody takes or begins a stopped task; who had begun it finishes it")
    func tasksOfAStoppedQueue() throws {
        var worker = Samples.worker()
        let task = Samples.task(Identifier(value: 7 << 20), of: Identifier(value: 8 << 20))
        let claimed = try TaskMachine.apply(.claimed(by: worker), to: task, at: Self.since).task
        let begun = try TaskMachine.apply(.started(by: worker), to: claimed, at: Self.since).task
        let stop = Self.stop(.queue, "ops")
        worker.stop = stop
        let held = worker
        for (event, task) in [
            (TaskEvent.claimed(by: held), task), (.started(by: held), task), (.started(by: held), claimed),
        ] {
            #expect(throws: TaskRefusal.stopped(stop)) { try TaskMachine.apply(event, to: task, at: Self.since) }
        }
        let offers = TaskMachine.operations(on: task, for: held, at: Self.since)
        #expect(offers.first { $0.operation == .claim }?.refusal == .stopped(stop))
        #expect(throws: Never.self) {
            try TaskMachine.apply(.drafted(by: held, values: [:]), to: begun, at: Self.since)
        }
    }
}
