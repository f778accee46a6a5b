import JSON
import JSONSchema
import SirdarCore
import SirdarTestKit
import Testing

@Suite("Instances move to another version when what is in progress means the same there")
struct MigrationTests {
    private static let now = ManualClock.start

    /// A definition in a few lines: every step is `name`, its kind, and what may differ.
    private struct Line {
        var name: String
        var parent = 0
        var kind: Node.Kind
        var compensation: String?
        var export: Schema?
        var timeout: JSON?
    }

    private static func workflow(
        _ version: String,
        _ lines: [Line],
        input: Schema? = nil,
        timeout: JSON? = nil
    ) -> Workflow {
        let roots = lines.indices.filter { lines[$0].parent == 0 }.map { $0 + 1 }
        let nodes = lines.enumerated().map { index, line in
            Node(
                index: index + 1,
                parent: line.parent,
                name: line.name,
                pointer: "/do/\(index)/\(line.name)",
                export: .init(schema: line.export),
                timeout: line.timeout.map { .init(after: .constant($0)) },
                kind: line.kind,
                compensation: line.compensation.map { .init(action: $0, with: .null) }
            )
        }
        return Workflow(
            document: .init(namespace: "test", name: "moved", version: version),
            nodes: [Node(index: 0, parent: nil, name: "", pointer: "/do", kind: .sequence(roots))] + nodes,
            hash: ContentHash(hex: String(repeating: version.hasPrefix("1.0") ? "a" : "b", count: 64)),
            input: .init(schema: input),
            timeout: timeout.map { .init(after: .constant($0)) }
        )
    }

    private static func call(_ action: String = "note") -> Node.Kind { .call(.init(action: action, with: .null)) }

    private static func manual(outcomes: [JSON] = ["done", "cannot"], field: String = "address") -> Node.Kind {
        let spec: JSON = [
            "title": "Reconfigure", "queue": "ops", "outcomes": .array(outcomes), "form": [field: ["type": "ip"]],
        ]
        return .manual(ManualWork(opening: .constant(spec)))
    }

    private static let old = workflow(
        "1.0.0",
        [
            Line(name: "make", kind: call(), compensation: "unmake"),
            Line(name: "work", kind: manual()),
            Line(name: "publish", kind: call()),
        ]
    )

    /// An instance of `workflow` whose first `count` calls and tasks have ended.
    private static func instance(of workflow: Workflow, after count: Int = 1) throws -> Instance {
        var instance = Instance(
            id: Identifier(milliseconds: now.milliseconds, counter: 0, node: 0),
            workflow: 1,
            parent: nil,
            origin: Samples.origin,
            startedAt: now,
            input: ["machine": "x"]
        )
        func apply(_ event: Event) throws {
            instance = try Machine.apply(event, to: instance, of: workflow, at: Moment(now: now)).instance
        }
        try apply(.started)
        for _ in 0..<count {
            let leaf = try #require(instance.leaves.first)
            if case .manual = leaf.state {
                try apply(.taskEnded(step: leaf.number, end: .completed(["outcome": "done"])))
            } else {
                try apply(.stepSucceeded(step: leaf.number, attempt: 1, output: ["made": 1]))
            }
        }
        return instance
    }

    private static func plan(
        _ instance: Instance,
        _ from: Workflow,
        _ to: Workflow,
        _ renamed: [String: String] = [:]
    ) throws -> Migration.Plan {
        try Migration(from: from, to: to, number: 2, renamed: renamed)
            .plan(instance, at: Moment(now: now.advanced(by: .hours(1))))
    }

    @Test("an instance that waits for a person goes on in the new version, with what it has to undo")
    func moves() throws {
        let new = Self.workflow(
            "1.1.0",
            [
                Line(name: "announce", kind: Self.call()),
                Line(name: "make", kind: Self.call(), compensation: "unmake"),
                Line(name: "work", kind: Self.manual()),
                Line(name: "check", kind: Self.call("check")),
                Line(name: "publish", kind: Self.call()),
            ]
        )
        let instance = try Self.instance(of: Self.old)
        let plan = try Self.plan(instance, Self.old, new)
        #expect(plan.reasons.isEmpty && plan.steps == [.init(step: 3, from: "work", to: "work")])
        #expect(plan.passed == ["announce"], "it is said what will not run")
        let moved = try #require(plan.decision).instance
        #expect(moved.workflow == 2 && moved.version == instance.version + 1 && moved.status == instance.status)
        #expect(moved.leaves.map(\.node) == [3] && moved.undos.map(\.node) == [2])
        let end = Event.taskEnded(step: 3, end: .completed(["outcome": "done"]))
        let next = try Machine.apply(end, to: moved, of: new, at: Moment(now: Self.now))
        #expect(next.effects.contains { if case .perform(let work) = $0 { work.action == "check" } else { false } })
        #expect(moved.marks.map(\.node) == [2, 3], "it can be rewound there too")
    }

    @Test("each thing that does not fit keeps an instance, with its reason", arguments: Misfit.all)
    func stays(_ misfit: Misfit) throws {
        let old = misfit.old ?? Self.old
        let instance = try Self.instance(of: old, after: misfit.ended)
        let plan = try Self.plan(instance, old, misfit.new)
        #expect(!plan.moves && plan.reasons.map(\.code) == [misfit.code])
        #expect(plan.reasons.allSatisfy { !$0.sentence.isEmpty })
    }

    struct Misfit: Sendable, CustomTestStringConvertible {
        let code: String
        var old: Workflow?
        var ended = 1
        let new: Workflow

        var testDescription: String { code }

        private static let make = Line(name: "make", kind: MigrationTests.call(), compensation: "unmake")
        private static let work = Line(name: "work", kind: MigrationTests.manual())

        private static func next(_ lines: [Line], input: Schema? = nil) -> Workflow {
            MigrationTests.workflow("1.1.0", lines, input: input)
        }

        private static func schema(_ document: JSON) -> Schema {
            do { return try Schema(document) } catch { preconditionFailure("\(error)") }
        }

        private static func fork(_ version: String, _ names: [String]) -> Workflow {
            let branches = names.indices.map { $0 + 2 }
            return MigrationTests.workflow(
                version,
                [Line(name: "all", kind: .parallel(branches, compete: false))]
                    + names.map { Line(name: $0, parent: 1, kind: MigrationTests.call()) }
            )
        }

        private static func loop(_ version: String, _ item: String) -> Workflow {
            let items = Template.constant([1, 2])
            return MigrationTests.workflow(
                version,
                [
                    Line(
                        name: "each",
                        kind: .loop(.init(item: item, position: "index", items: items, condition: nil, body: 2))
                    ),
                    Line(name: "body", parent: 1, kind: .sequence([3])),
                    Line(name: "call", parent: 2, kind: MigrationTests.call()),
                ]
            )
        }

        static let all: [Misfit] = [
            Misfit(code: "step-gone", new: next([make, Line(name: "labour", kind: MigrationTests.manual())])),
            Misfit(code: "kind-changed", new: next([make, Line(name: "work", kind: MigrationTests.call())])),
            Misfit(
                code: "form-changed",
                new: next([make, Line(name: "work", kind: MigrationTests.manual(field: "host"))])
            ),
            Misfit(
                code: "outcomes-changed",
                new: next([make, Line(name: "work", kind: MigrationTests.manual(outcomes: ["done"]))])
            ),
            Misfit(code: "compensation-gone", new: next([Line(name: "make", kind: MigrationTests.call()), work])),
            Misfit(
                code: "compensation-changed",
                new: next([Line(name: "make", kind: MigrationTests.call(), compensation: "remove"), work])
            ),
            Misfit(
                code: "action-changed",
                ended: 0,
                new: next([Line(name: "make", kind: MigrationTests.call("other"), compensation: "unmake"), work])
            ),
            Misfit(code: "input-unfit", new: next([make, work], input: schema(["required": ["project"]]))),
            Misfit(
                code: "context-unfit",
                new: next(
                    [
                        Line(
                            name: "make",
                            kind: MigrationTests.call(),
                            compensation: "unmake",
                            export: schema(["type": "object", "required": ["machine"]])
                        ), work,
                    ]
                )
            ),
            Misfit(
                code: "timeout-unfit",
                new: next([make, Line(name: "work", kind: MigrationTests.manual(), timeout: ["hours": "x"])])
            ),
            Misfit(code: "shape-changed", old: fork("1.0.0", ["a", "b"]), ended: 0, new: fork("1.1.0", ["b", "a"])),
            Misfit(code: "shape-changed", old: loop("1.0.0", "item"), ended: 0, new: loop("1.1.0", "machine")),
            Misfit(code: "ended", ended: 3, new: next([make, work])),
        ]
    }

    @Test("an instance whose work is being undone stays")
    func undoing() throws {
        let instance = try Self.instance(of: Self.old)
        let cancelled = try Machine.apply(
            .cancelRequested(reason: "x"),
            to: instance,
            of: Self.old,
            at: Moment(now: Self.now)
        ).instance
        #expect(try Self.plan(cancelled, Self.old, Self.old).reasons == [.undoing])
    }

    @Test("a renamed step is found by a mapping, and a mapping that names no step is refused")
    func renamed() throws {
        let new = Self.workflow(
            "1.1.0",
            [
                Line(name: "make", kind: Self.call(), compensation: "unmake"),
                Line(name: "reconfigure", kind: Self.manual()),
            ]
        )
        let instance = try Self.instance(of: Self.old)
        let plan = try Self.plan(instance, Self.old, new, ["work": "reconfigure"])
        #expect(plan.moves && plan.steps.map(\.to) == ["reconfigure"])
        #expect(throws: Migration.UnknownSteps(paths: ["nowhere", "wrok"])) {
            try Self.plan(instance, Self.old, new, ["wrok": "reconfigure", "work": "nowhere"])
        }
    }

    @Test("a step that has not begun may be anything in the new version")
    func pending() throws {
        var instance = try Self.instance(of: Self.old, after: 0)
        for event in [Event.suspended, .stepSucceeded(step: 2, attempt: 1, output: .null)] {
            instance = try Machine.apply(event, to: instance, of: Self.old, at: Moment(now: Self.now)).instance
        }
        let new = Self.workflow(
            "1.1.0",
            [
                Line(name: "make", kind: Self.call(), compensation: "unmake"),
                Line(name: "work", kind: Self.call("auto")),
            ]
        )
        let moved = try #require(try Self.plan(instance, Self.old, new).decision).instance
        #expect(moved.status == .suspended)
        let resumed = try Machine.apply(.resumed, to: moved, of: new, at: Moment(now: Self.now))
        #expect(resumed.effects.contains { if case .perform(let work) = $0 { work.action == "auto" } else { false } })
    }

    @Test("a timeout that changed counts from when its step began, and one that is gone is dropped")
    func timeouts() throws {
        func version(_ version: String, _ step: JSON?, _ whole: JSON?) -> Workflow {
            Self.workflow(version, [Line(name: "work", kind: Self.manual(), timeout: step)], timeout: whole)
        }
        let timed = version("1.0.0", "PT1H", "PT9H")
        let instance = try Self.instance(of: timed, after: 0)
        let longer = try #require(try Self.plan(instance, timed, version("1.1.0", "PT3H", "PT9H")).decision)
        let at = Self.now.advanced(by: .hours(3))
        #expect(longer.effects == [.setTimer(step: 2, kind: .timeout, at: at)])
        let gone = try #require(try Self.plan(instance, timed, version("1.1.0", nil, nil)).decision)
        #expect(
            Set(gone.effects) == [.dropTimer(step: 2, kind: .timeout), .dropTimer(step: 0, kind: .timeout)]
        )
    }

    @Test("a task that has ended is found by its name, for whose hands a later one must not be in")
    func ended() throws {
        let new = Self.workflow(
            "1.1.0",
            [
                Line(name: "around", kind: .sequence([2])), Line(name: "work", parent: 1, kind: Self.manual()),
                Line(name: "publish", kind: Self.call()),
            ]
        )
        let migration = try Migration(from: Self.old, to: new, number: 2)
        #expect(migration.node(ofEnded: 2) == 2 && migration.node(of: 2) == nil)
        #expect(migration.node(ofEnded: 3) == 3)
    }
}
