import JQ
import JSON
import JSONSchema
import SirdarCore
import SirdarTestKit
import Testing

@Suite("Supervisors hold, mend and rewind instances")
struct SupervisionTests {
    private static let now = ManualClock.start

    private static func node(
        _ index: Int,
        _ parent: Int,
        _ name: String,
        _ kind: Node.Kind,
        export: Workflow.DataOut = .none,
        output: Workflow.DataOut = .none,
        compensated: Bool = false,
        skippable: Bool = false
    ) -> Node {
        Node(
            index: index,
            parent: parent,
            name: name,
            pointer: "/do/\(name)",
            output: output,
            export: export,
            kind: kind,
            compensation: compensated ? .init(action: "un\(name)", with: .constant(["undo": .string(name)])) : nil,
            skippable: skippable
        )
    }

    private static func call(_ action: String = "note", retry: RetryPolicy? = nil) -> Node.Kind {
        .call(.init(action: action, with: .constant(["call": .string(action)]), retry: retry))
    }

    private static func manual() -> Node.Kind { .manual(ManualWork(opening: .constant(Samples.taskSpec))) }

    private static func workflow(_ nodes: [Node], root children: [Int]) -> Workflow {
        Workflow(
            document: .init(namespace: "test", name: "supervised", version: "1.0.0"),
            nodes: [Node(index: 0, parent: nil, name: "", pointer: "/do", kind: .sequence(children))] + nodes,
            hash: ContentHash(hex: String(repeating: "a", count: 64))
        )
    }

    /// One instance of a workflow, and what has become of it.
    private struct Run {
        let workflow: Workflow
        var instance: Instance
        var last: Decision

        init(_ workflow: Workflow) throws {
            self.workflow = workflow
            instance = Instance(
                id: Identifier(milliseconds: now.milliseconds, counter: 0, node: 0),
                workflow: 1,
                parent: nil,
                origin: Samples.origin,
                startedAt: now,
                input: ["machine": "x"]
            )
            last = Decision(instance: instance)
            try apply(.started)
        }

        /// Applies the event to what was written and read again.
        mutating func apply(_ event: Event, seconds: Int64 = 0) throws {
            var read = instance
            if instance.version > 0 {
                try read.restore(version: instance.version, status: instance.status, stateBytes: instance.stateBytes)
                #expect(read == instance, "before \(event.name)")
            }
            let moment = Moment(now: now.advanced(by: .seconds(seconds)))
            last = try Machine.apply(event, to: read, of: workflow, at: moment)
            instance = last.instance
        }

        func leaf(_ name: String) throws -> Step {
            try #require(instance.leaves.first { workflow[$0.node].name == name })
        }

        mutating func succeed(_ name: String, _ output: JSON = ["ok": true]) throws {
            let step = try leaf(name)
            guard case .calling(let calling) = step.state else { throw NeverCame() }
            try apply(.stepSucceeded(step: step.number, attempt: calling.attempt, output: output))
        }

        mutating func fail(_ name: String, _ remedy: Failure.Remedy = .permanent) throws {
            let step = try leaf(name)
            guard case .calling(let calling) = step.state else { throw NeverCame() }
            let failure = Failure(Problem(.communication, "No answer."), remedy: remedy)
            try apply(.stepFailed(step: step.number, attempt: calling.attempt, failure: failure))
        }

        var performed: [String] {
            last.effects.compactMap { if case .perform(let work) = $0 { work.action } else { nil } }
        }
    }

    private static let line = workflow(
        [node(1, 0, "first", call()), node(2, 0, "second", call("other"))],
        root: [1, 2]
    )

    // MARK: Suspending

    @Test("what runs finishes while an instance is suspended, and the next step begins when it is resumed")
    func suspended() throws {
        var run = try Run(Self.line)
        try run.apply(.suspended)
        #expect(run.instance.status == .suspended && run.last.effects.isEmpty)
        try run.succeed("first")
        #expect(run.performed.isEmpty && run.instance.status == .suspended)
        #expect(run.last.changes.map(\.phase) == [.completed], "the result is told at once")
        #expect(try run.leaf("second").phase == .pending)
        try run.apply(.resumed)
        #expect(run.performed == ["other"] && run.instance.status == .running)
        #expect(throws: Refusal.notSuspended) { try run.apply(.resumed) }
    }

    @Test("an instance that is suspended is not suspended again, and is cancelled all the same")
    func twice() throws {
        var run = try Run(Self.line)
        try run.apply(.suspended)
        #expect(throws: Refusal.alreadySuspended(since: Self.now)) { try run.apply(.suspended) }
        try run.apply(.cancelRequested(reason: "No longer needed."))
        #expect(run.instance.status == .cancelled && run.instance.suspension == nil)
        #expect(throws: Refusal.ended(.cancelled)) { try run.apply(.suspended) }
    }

    @Test("the last step's end, good or bad, ends a suspended instance only when it is resumed")
    func conclusion() throws {
        var run = try Run(Self.line)
        try run.succeed("first")
        try run.apply(.suspended)
        try run.succeed("second", ["done": 1])
        #expect(run.instance.status == .suspended)
        try run.apply(.resumed)
        #expect(run.instance.progress == .ended(.output(["done": 1])))

        let strict = Self.workflow(
            [
                Node(index: 1, parent: 0, name: "first", pointer: "/do/0/first", kind: Self.call(), onExhausted: .fault)
            ],
            root: [1]
        )
        var broken = try Run(strict)
        try broken.apply(.suspended)
        try broken.fail("first")
        #expect(broken.instance.status == .suspended)
        try broken.apply(.resumed)
        #expect(broken.instance.status == .faulted)
    }

    @Test("an attempt that is due later, or fails while suspended, is made when the instance is resumed")
    func attempts() throws {
        let policy = RetryPolicy(delay: .seconds(10), attemptsMax: 5)
        var run = try Run(Self.workflow([Self.node(1, 0, "first", Self.call(retry: policy))], root: [1]))
        try run.fail("first", .tryAgain)
        let step = try run.leaf("first").number
        try run.apply(.suspended)
        #expect(run.last.effects == [.park(step: step)])
        try run.apply(.resumed, seconds: 60)
        #expect(
            run.last.effects
                == [.performAgain(step: step, attempt: 2, notBefore: Self.now.advanced(by: .seconds(60)))]
        )
        try run.apply(.suspended, seconds: 60)
        try run.fail("first", .tryAgain)
        #expect(run.last.effects == [.park(step: step)])
        try run.apply(.resumed, seconds: 61)
        guard case .performAgain(step, attempt: 3, notBefore: _)? = run.last.effects.first else {
            Issue.record("the third attempt is due")
            return
        }
    }

    @Test("timers, ends of tasks and ends of other instances come into effect when the instance is resumed")
    func kept() throws {
        let waits = Self.workflow(
            [
                Self.node(1, 0, "all", .parallel([2, 4, 6], compete: false)),
                Self.node(2, 1, "pause", .sequence([3])),
                Self.node(3, 2, "wait", .wait(.constant("PT5S"))),
                Self.node(4, 1, "work", Self.manual()),
                Self.node(5, 0, "after", Self.call()),
                Self.node(
                    6,
                    1,
                    "child",
                    .workflow(.init(namespace: "test", name: "child", version: "1.0.0", input: .null))
                ),
            ],
            root: [1, 5]
        )
        var run = try Run(waits)
        try run.apply(.suspended)
        try run.apply(.timerFired(step: try run.leaf("wait").number, timer: .wait), seconds: 5)
        #expect(try run.leaf("wait").phase == .waiting, "it is kept")
        try run.apply(.taskEnded(step: try run.leaf("work").number, end: .completed(["outcome": "done"])))
        try run.apply(.childEnded(step: try run.leaf("child").number, ending: .output(["child": true])))
        #expect(run.instance.status == .suspended && run.instance.leaves.count == 1)
        try run.apply(.resumed, seconds: 9)
        #expect(run.performed == ["note"], "the fork is over, and the step after it begins")
        #expect(try run.leaf("after").input == [["machine": "x"], ["outcome": "done"], ["child": true]])
    }

    @Test("a timeout that comes while suspended takes effect on what has not ended until then")
    func timeouts() throws {
        let timed = Self.workflow(
            [
                Node(
                    index: 1,
                    parent: 0,
                    name: "work",
                    pointer: "/do/0/work",
                    timeout: .init(after: .constant("PT5S")),
                    kind: Self.manual()
                )
            ],
            root: [1]
        )
        for isDone in [false, true] {
            var run = try Run(timed)
            let step = try run.leaf("work").number
            try run.apply(.suspended)
            try run.apply(.timerFired(step: step, timer: .timeout), seconds: 5)
            if isDone { try run.apply(.taskEnded(step: step, end: .completed(["outcome": "done"])), seconds: 6) }
            try run.apply(.resumed, seconds: 7)
            #expect(run.instance.status == (isDone ? .completed : .faulted))
        }
    }

    @Test("nothing new begins in a loop, a fork, an attempt or a handler while suspended")
    func nesting() throws {
        let nested = Self.workflow(
            [
                Self.node(
                    1,
                    0,
                    "each",
                    .loop(.init(item: "item", position: "index", items: .constant([1, 2]), condition: nil, body: 2))
                ),
                Self.node(2, 1, "", .sequence([3])),
                Self.node(3, 2, "attempt", .attempt(.init(body: 4, handler: 6))),
                Self.node(4, 3, "", .sequence([5])),
                Node(index: 5, parent: 4, name: "try", pointer: "/try", kind: Self.call(), onExhausted: .fault),
                Self.node(6, 3, "", .sequence([7])),
                Self.node(7, 6, "handle", Self.call("handle")),
            ],
            root: [1]
        )
        var run = try Run(nested)
        try run.apply(.suspended)
        try run.fail("try")
        #expect(run.performed.isEmpty && run.instance.leaves.map(\.phase) == [.pending], "the handler waits")
        try run.apply(.resumed)
        #expect(run.performed == ["handle"])
        try run.apply(.suspended)
        try run.succeed("handle")
        #expect(run.performed.isEmpty && run.instance.leaves.map(\.phase) == [.pending], "the next round waits")
        try run.apply(.resumed)
        #expect(run.performed == ["note"])
    }

    // MARK: Mending

    private static func giving(up skippable: Bool) throws -> Workflow {
        let schema = try Schema(["type": "object", "required": ["id"]])
        return workflow(
            [
                node(1, 0, "make", call(), output: .init(schema: schema), skippable: skippable),
                node(2, 0, "use", call("other")),
            ],
            root: [1, 2]
        )
    }

    @Test("a step that gave up is skipped only where the workflow says so, with an output that fits its schema")
    func skipping() throws {
        var strict = try Run(try Self.giving(up: false))
        try strict.fail("make")
        let step = try strict.leaf("make").number
        #expect(throws: Refusal.notSkippable(step: step)) {
            try strict.apply(.stepDecided(step: step, end: .skipped(output: ["id": 1])))
        }
        var run = try Run(try Self.giving(up: true))
        try run.fail("make")
        #expect(throws: Refusal.self) { try run.apply(.taskEnded(step: step, end: .skipped(output: .null))) }
        try run.apply(.stepDecided(step: step, end: .skipped(output: ["id": 7])))
        #expect(run.last.effects.contains(.closeTask(step: step, expired: false)))
        #expect(run.performed == ["other"])
        #expect(try run.leaf("use").input == ["id": 7])
    }

    @Test("a step is given another input and tried again; while suspended, once it is resumed")
    func retrying() throws {
        var run = try Run(try Self.giving(up: true))
        try run.fail("make")
        let step = try run.leaf("make").number
        try run.apply(.dataEdited(.input(step: step, ["call": "better"])))
        #expect(run.last.effects == [.amendWork(step: step, action: "note", input: ["call": "better"])])
        try run.apply(.suspended)
        try run.apply(.stepDecided(step: step, end: .retry(input: ["call": "best"])))
        #expect(run.performed.isEmpty)
        #expect(run.last.effects.contains(.amendWork(step: step, action: "note", input: ["call": "best"])))
        try run.apply(.resumed)
        #expect(run.last.effects == [.performAgain(step: step, attempt: 1, notBefore: Self.now)])
    }

    @Test("a running instance is not mended, and what runs is not changed under it")
    func notStopped() throws {
        var run = try Run(Self.line)
        let step = try run.leaf("first").number
        #expect(throws: Refusal.notStopped) { try run.apply(.dataEdited(.context([:]))) }
        #expect(throws: Refusal.notStopped) { try run.apply(.rewound(to: step)) }
        #expect(throws: Refusal.notStopped) { try run.apply(.stepDecided(step: step, end: .giveUp(reason: "x"))) }
        try run.apply(.suspended)
        #expect(throws: Refusal.notEditable(step: step)) { try run.apply(.dataEdited(.input(step: step, [:]))) }
        #expect(throws: Refusal.self) { try run.apply(.stepDecided(step: step, end: .giveUp(reason: "x"))) }
        try run.succeed("first")
        try run.apply(.dataEdited(.context(["a": 1])))
        let next = try run.leaf("second").number
        try run.apply(.dataEdited(.input(step: next, ["given": true])))
        try run.apply(.resumed)
        #expect(run.instance.context == ["a": 1])
        #expect(try run.leaf("second").input == ["given": true])
    }

    @Test("a manual step of a suspended instance is given up, and its task closed")
    func givingUp() throws {
        var run = try Run(Self.workflow([Self.node(1, 0, "work", Self.manual())], root: [1]))
        let step = try run.leaf("work").number
        try run.apply(.suspended)
        try run.apply(.stepDecided(step: step, end: .giveUp(reason: "Nobody can.")))
        #expect(run.last.effects == [.closeTask(step: step, expired: false)])
        #expect(run.instance.status == .suspended)
        try run.apply(.resumed)
        #expect(run.instance.status == .faulted)
    }

    // MARK: Rewinding

    private static func exporting(_ key: String) throws -> Workflow.DataOut {
        .init(as: .expression(try .init("$context + { \(key): . }", variables: ["context"])))
    }

    private static func undoable() throws -> Workflow {
        workflow(
            [
                node(1, 0, "first", call(), export: try exporting("first"), compensated: true),
                node(2, 0, "second", call(), export: try exporting("second"), compensated: true),
                node(3, 0, "third", call(), export: try exporting("third"), compensated: true),
                node(4, 0, "work", manual()),
            ],
            root: [1, 2, 3, 4]
        )
    }

    @Test("going back undoes what began since, the latest first, and goes on with the context of then")
    func rewinding() throws {
        var run = try Run(try Self.undoable())
        try run.succeed("first", 1)
        let second = try run.leaf("second").number
        try run.succeed("second", 2)
        try run.succeed("third", 3)
        #expect(run.instance.context == ["first": 1, "second": 2, "third": 3])
        let work = try run.leaf("work").number
        try run.apply(.suspended)
        try run.apply(.rewound(to: second))
        #expect(run.last.effects.contains(.closeTask(step: work, expired: false)))
        #expect(run.performed == ["unthird"] && run.instance.status == .compensating)
        try run.succeed("third")
        #expect(run.performed == ["unsecond"])
        try run.succeed("second")
        #expect(run.performed.isEmpty && run.instance.status == .suspended, "the first is not undone")
        #expect(run.instance.context == ["first": 1])
        try run.apply(.resumed)
        #expect(run.performed == ["note"])
        #expect(try run.leaf("second").input == 1 && run.leaf("second").number != second)
        #expect(run.instance.undos.map(\.node) == [1, 2])
    }

    @Test("an instance with a step that gave up goes on by itself once it is back")
    func rewindingByItself() throws {
        var run = try Run(try Self.undoable())
        let first = try run.leaf("first").number
        try run.succeed("first", 1)
        try run.fail("second")
        try run.apply(.rewound(to: first))
        #expect(run.performed == ["unsecond"], "it may have done something before it failed")
        try run.succeed("second")
        try run.succeed("first")
        #expect(run.performed == ["note"] && run.instance.status == .running)
        #expect(run.instance.context == .null && run.instance.suspension == nil)
    }

    @Test("work in hand is let finish before it is undone, and a cancel on the way back undoes the rest")
    func rewindingCancelled() throws {
        var run = try Run(try Self.undoable())
        let first = try run.leaf("first").number
        try run.succeed("first", 1)
        let second = try run.leaf("second").number
        try run.apply(.suspended)
        try run.apply(.rewound(to: second))
        #expect(run.performed.isEmpty, "the second may be changing the world right now")
        try run.apply(.stepSucceeded(step: second, attempt: 1, output: 2))
        #expect(run.performed == ["unsecond"])
        try run.apply(.cancelRequested(reason: "Enough."))
        try run.succeed("second")
        #expect(run.performed == ["unfirst"])
        try run.succeed("first")
        #expect(run.instance.status == .cancelled)
        #expect(throws: Refusal.ended(.cancelled)) { try run.apply(.rewound(to: first)) }
    }

    @Test("there is no way back into a fork, nor to what is over with the steps around it")
    func noWayBack() throws {
        let forked = Self.workflow(
            [
                Self.node(1, 0, "all", .parallel([2, 5], compete: false)),
                Self.node(2, 1, "left", .sequence([3, 4])),
                Self.node(3, 2, "one", Self.call()),
                Self.node(4, 2, "two", Self.call()),
                Self.node(5, 1, "right", Self.call()),
            ],
            root: [1]
        )
        var run = try Run(forked)
        let one = try run.leaf("one").number
        try run.succeed("one")
        try run.apply(.suspended)
        #expect(throws: Refusal.notRewindable(step: one)) { try run.apply(.rewound(to: one)) }
        let fork = try #require(run.instance.marks.first).step
        try run.apply(.rewound(to: fork))
        try run.apply(.resumed)
        #expect(Set(run.instance.leaves.map { forked[$0.node].name }) == ["one", "right"])
    }

    @Test("what is kept for going back is small, and nothing of it once the instance has ended")
    func cost() throws {
        var run = try Run(try Self.undoable())
        let machine: JSON = ["id": "i-0123456789abcdef0", "name": "bf-ws-01", "address": "10.57.0.20"]
        for name in ["first", "second", "third"] { try run.succeed(name, machine) }
        var without = run.instance
        without.marks = []
        let cost = run.instance.stateBytes.count - without.stateBytes.count
        #expect(run.instance.marks.count == 4 && cost < 250, "\(cost) bytes for four marks")
        try run.apply(.taskEnded(step: try run.leaf("work").number, end: .completed(.null)))
        #expect(run.instance.marks.isEmpty && run.instance.stateBytes.count < 100)
    }

    @Test("a state of before suspensions is still read")
    func olderState() throws {
        var instance = try Run(Self.line).instance
        instance.marks = []
        var older = ByteWriter()
        older.write(1)
        // The same but for the number of the format, and what follows at the end: no suspension, no marks.
        let bytes = older.bytes + instance.stateBytes.dropFirst(older.bytes.count).dropLast(2)
        var read = instance
        try read.restore(version: 1, status: .running, stateBytes: bytes)
        #expect(read == instance)
        #expect(throws: MalformedBytes.self) {
            try read.restore(version: 1, status: .running, stateBytes: instance.stateBytes.dropLast(2))
        }
    }
}
