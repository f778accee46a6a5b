import JSON
import SirdarCore
import SirdarTestKit
import Testing

@Suite("The machine: pure decisions about instances")
struct MachineTests {
    private static let now = ManualClock.start

    /// Fork of a call and a person's work in an attempt, inside a loop; then a call that can be undone.
    private static let nested = Workflow(
        document: .init(namespace: "test", name: "nested", version: "1.0.0"),
        nodes: [
            Node(index: 0, parent: nil, name: "", pointer: "/do", kind: .sequence([1, 8])),
            Node(
                index: 1,
                parent: 0,
                name: "each",
                pointer: "/do/0/each",
                kind: .loop(
                    .init(item: "item", position: "index", items: .constant([1, 2]), condition: nil, body: 2)
                )
            ),
            Node(index: 2, parent: 1, name: "", pointer: "/do/0/each/do", kind: .sequence([3])),
            Node(
                index: 3,
                parent: 2,
                name: "attempt",
                pointer: "/do/0/each/do/0/attempt",
                kind: .attempt(.init(body: 4, retry: RetryPolicy(delay: .seconds(5), attemptsMax: 2)))
            ),
            Node(index: 4, parent: 3, name: "", pointer: "/do/0/each/do/0/attempt/try", kind: .sequence([5])),
            Node(
                index: 5,
                parent: 4,
                name: "both",
                pointer: "/do/0/each/do/0/attempt/try/0/both",
                kind: .parallel([6, 7], compete: false)
            ),
            Samples.call(6, "call", "note", parent: 5),
            Node(
                index: 7,
                parent: 5,
                name: "work",
                pointer: "/work",
                kind: .manual(ManualWork(opening: .constant(Samples.taskSpec)))
            ),
            Node(
                index: 8,
                parent: 0,
                name: "last",
                pointer: "/do/1/last",
                kind: .call(.init(action: "note", with: .null)),
                compensation: .init(action: "unnote", with: .null)
            ),
        ],
        hash: ContentHash(hex: String(repeating: "a", count: 64))
    )

    private static func instance() -> Instance {
        Instance(
            id: Identifier(milliseconds: now.milliseconds, counter: 0, node: 0),
            workflow: 1,
            parent: nil,
            origin: Samples.origin,
            startedAt: now,
            input: ["machine": "x"]
        )
    }

    private static func apply(_ event: Event, _ instance: Instance, seconds: Int64 = 0) throws -> Decision {
        try Machine.apply(
            event,
            to: instance,
            of: nested,
            at: Moment(now: now.advanced(by: .seconds(seconds)), random: 7)
        )
    }

    @Test("a state is the same after it was written and read, in the middle of everything")
    func coding() throws {
        var instance = try Self.apply(.started, Self.instance()).instance
        for event in try Self.road(instance) {
            var read = Self.instance()
            try read.restore(version: instance.version, status: instance.status, stateBytes: instance.stateBytes)
            #expect(read == instance, "before \(event.name)")
            instance = try Self.apply(event, instance).instance
        }
        #expect(instance.status == .completed)
    }

    /// The events that bring the nested workflow to its end, each made from where it stands.
    private static func road(_ start: Instance) throws -> [Event] {
        var (instance, events) = (start, [Event]())
        while !instance.status.isFinal {
            guard let leaf = instance.leaves.first else { break }
            let event: Event
            switch leaf.state {
            case .calling(let calling):
                event = .stepSucceeded(step: leaf.number, attempt: calling.attempt, output: ["ok": true])
            case .manual: event = .taskEnded(step: leaf.number, end: .completed(["outcome": "done"]))
            default: throw NeverCame()
            }
            events.append(event)
            instance = try apply(event, instance).instance
        }
        return events
    }

    @Test("the same event at the same moment gives the same decision")
    func deterministic() throws {
        let first = try Self.apply(.started, Self.instance())
        let second = try Self.apply(.started, Self.instance())
        #expect(first.instance == second.instance && first.effects == second.effects && first.changes == second.changes)
    }

    @Test("both branches wait side by side, and the loop goes round once both have ended")
    func parallel() throws {
        let started = try Self.apply(.started, Self.instance()).instance
        #expect(started.leaves.count == 2 && started.status == .running)
        let call = try #require(started.leaves.first)
        let waiting = try Self.apply(.stepSucceeded(step: call.number, attempt: 1, output: .null), started).instance
        #expect(waiting.leaves.count == 1 && waiting.status == .waiting)
        let work = try #require(waiting.leaves.first)
        let again = try Self.apply(.taskEnded(step: work.number, end: .completed(.null)), waiting).instance
        #expect(
            again.leaves.count == 2 && Set(again.leaves.map(\.number)).isDisjoint(with: started.leaves.map(\.number))
        )
    }

    @Test("a late or repeated result is refused")
    func stale() throws {
        let started = try Self.apply(.started, Self.instance()).instance
        let call = try #require(started.leaves.first)
        let result = Event.stepSucceeded(step: call.number, attempt: 1, output: .null)
        let after = try Self.apply(result, started).instance
        #expect(throws: Refusal.noSuchStep(call.number)) { try Self.apply(result, after) }
        #expect(throws: Refusal.staleAttempt(step: call.number, awaited: 1)) {
            try Self.apply(.stepSucceeded(step: call.number, attempt: 2, output: .null), started)
        }
        #expect(throws: Refusal.alreadyStarted) { try Self.apply(.started, started) }
    }

    @Test("an attempt abandons its other branch when one fails, waits, and begins again; then it is given up")
    func attempts() throws {
        var instance = try Self.apply(.started, Self.instance()).instance
        let problem = Problem(.communication, "No answer.")
        for round in 1...2 {
            let call = try #require(instance.leaves.first)
            let failed = try Self.apply(
                .stepFailed(step: call.number, attempt: 1, failure: .init(problem, remedy: .permanent)),
                instance
            )
            #expect(failed.effects.contains { if case .closeTask = $0 { true } else { false } }, "round \(round)")
            instance = failed.instance
            guard round == 1 else { break }
            let attempt = try #require(instance.leaves.first)
            #expect(attempt.phase == .retrying(at: Self.now.advanced(by: .seconds(5))))
            instance = try Self.apply(.timerFired(step: attempt.number, timer: .retry), instance, seconds: 5).instance
        }
        // Given up without a handler: the attempt ends well, and the loop goes on to its second item.
        #expect(instance.leaves.count == 2)
    }

    @Test("a random walk of events keeps what must always hold")
    func walk() throws {
        var generator = SystemRandomNumberGenerator()
        let seed = generator.next() as UInt64
        var random = Seeded(state: seed)
        for _ in 0..<300 {
            var instance = Self.instance()
            for _ in 0..<60 {
                let event = Self.anyEvent(of: instance, &random)
                do {
                    let decision = try Self.apply(event, instance)
                    #expect(decision.instance.version == instance.version + 1, "seed \(seed)")
                    #expect(!instance.status.isFinal, "an ended instance stays as it is; seed \(seed)")
                    #expect(Set(decision.instance.leaves.map(\.number)).count == decision.instance.leaves.count)
                    #expect(
                        decision.instance.leaves.allSatisfy { $0.number < decision.instance.nextStep },
                        "seed \(seed)"
                    )
                    var read = Self.instance()
                    try read.restore(
                        version: decision.instance.version,
                        status: decision.instance.status,
                        stateBytes: decision.instance.stateBytes
                    )
                    #expect(read == decision.instance, "seed \(seed)")
                    instance = decision.instance
                } catch is Refusal {
                    continue
                }
            }
        }
    }

    private static func anyEvent(of instance: Instance, _ random: inout Seeded) -> Event {
        let numbers = instance.leaves.map(\.number) + [Int(random.next() % 20)]
        let step = numbers[Int(random.next() % UInt64(numbers.count))]
        let problem = Problem(.runtime, "Broken.")
        switch random.next() % 20 {
        case 0, 1: return .started
        case 2, 3, 4: return .stepSucceeded(step: step, attempt: 1 + Int(random.next() % 2), output: ["n": 1])
        case 5: return .stepFailed(step: step, attempt: 1, failure: .init(problem, remedy: .tryAgain))
        case 6: return .stepFailed(step: step, attempt: 1, failure: .init(problem, remedy: .permanent))
        case 7: return .stepPending(step: step, attempt: 1, checkAt: now.advanced(by: .seconds(9)))
        case 8: return .timerFired(step: step, timer: .retry)
        case 9: return .taskEnded(step: step, end: .completed(["outcome": "done"]))
        case 10:
            return .taskEnded(step: step, end: random.next() % 2 == 0 ? .retry(input: nil) : .giveUp(reason: "No."))
        case 11: return .suspended
        case 12, 13: return .resumed
        case 14: return .stepDecided(step: step, end: .retry(input: ["other": 1]))
        case 15: return .dataEdited(random.next() % 2 == 0 ? .context(["edited": 1]) : .input(step: step, [:]))
        case 17, 18:
            let number = 1 + Int(random.next() % UInt64(instance.nextStep))
            return .taskReopened(step: instance.marks.randomElement(using: &random)?.step ?? number)
        case 16: return .rewound(to: instance.marks.randomElement(using: &random)?.step ?? step)
        default:
            return random.next() % 10 == 0
                ? .cancelRequested(reason: "Enough.") : .childEnded(step: step, ending: .output(.null))
        }
    }

    private struct Seeded: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 1
            return Mixer.mix(state)
        }
    }

    @Test("damaged bytes are refused, never misread into a trap")
    func damage() throws {
        let instance = try Self.apply(.started, Self.instance()).instance
        let bytes = instance.stateBytes
        for index in bytes.indices {
            for flip in [0x01, 0x80, 0xFF] as [UInt8] {
                var damaged = bytes
                damaged[index] ^= flip
                var read = Self.instance()
                // What is read may differ or be refused; it must only not crash.
                try? read.restore(version: 1, status: .running, stateBytes: damaged)
            }
            var read = Self.instance()
            #expect(throws: MalformedBytes.self) {
                try read.restore(version: 1, status: .running, stateBytes: Array(bytes.prefix(index)))
            }
        }
    }
}
