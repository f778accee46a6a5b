import JSON
import SirdarCore
import SirdarTestKit

/// Asks `Machine` what each event does to an instance in each status, and to a step in each of its states.
enum InstanceCharts {
    private static let now = ManualClock.start
    private static let later = now.advanced(by: .minutes(1))
    private static let problem = Problem(.communication, "The cloud does not answer.")

    /// A step of every kind that waits for something, one after the other: each leaf has a turn of its own.
    private static func workflow(_ kind: Node.Kind, undoable: Bool = false, then more: [Node] = []) -> Workflow {
        let first = Node(
            index: 1,
            parent: 0,
            name: "step",
            pointer: "/do/0/step",
            kind: kind,
            compensation: undoable ? .init(action: "unmake", with: .null) : nil
        )
        return Workflow(
            document: .init(namespace: "test", name: "sample", version: "1.0.0"),
            nodes: [
                Node(index: 0, parent: nil, name: "", pointer: "/do", kind: .sequence([1] + more.map(\.index))), first,
            ] + more,
            hash: ContentHash(hex: String(repeating: "a", count: 64))
        )
    }

    private static let call = Node.Kind.call(.init(action: "note", with: .null))
    private static let manual = Node.Kind.manual(ManualWork(opening: .constant(Samples.taskSpec)))

    /// An instance on its way, and the workflow that it follows.
    struct Standing {
        let name: String
        let workflow: Workflow
        let instance: Instance

        /// The step that events are about: the first that waits for something outside.
        var step: Step? { instance.leaves.first }

        func after(_ events: (Step) -> Event...) throws -> Instance {
            var instance = instance
            for event in events {
                guard let step = instance.leaves.first else { throw NeverCame() }
                instance = try Machine.apply(event(step), to: instance, of: workflow, at: Moment(now: now)).instance
            }
            return instance
        }

        func moved(_ name: String, _ events: (Step) -> Event...) throws -> Standing {
            var standing = self
            for event in events {
                standing = Standing(name: name, workflow: workflow, instance: try standing.after(event))
            }
            return standing
        }
    }

    private static func begun(_ name: String, _ workflow: Workflow) throws -> Standing {
        let new = Instance(
            id: Identifier(milliseconds: now.milliseconds, counter: 0, node: 0),
            workflow: 1,
            parent: nil,
            origin: Samples.origin,
            startedAt: now,
            input: .null
        )
        let started = try Machine.apply(.started, to: new, of: workflow, at: Moment(now: now)).instance
        return Standing(name: name, workflow: workflow, instance: name == "pending" ? new : started)
    }

    // MARK: Instances

    private static func standings() throws -> [Standing] {
        let two = workflow(call, undoable: true, then: [Samples.call(2, "last", "note")])
        let running = try begun("running", two)
        let wrong = Failure(problem, remedy: .permanent)
        return [
            try begun("pending", two), running, try begun("waiting", workflow(manual)),
            try begun("waiting", workflow(manual)).moved("suspended") { _ in .suspended },
            try running.moved("compensating") { .stepSucceeded(step: $0.number, attempt: 1, output: .null) }
                .moved("compensating") { _ in .cancelRequested(reason: "No longer needed.") },
            try begun("completed", workflow(call)).moved("completed") {
                .stepSucceeded(step: $0.number, attempt: 1, output: .null)
            },
            try begun("faulted", workflow(call))
                .moved("faulted") { .stepFailed(step: $0.number, attempt: 1, failure: wrong) }
                .moved("faulted") { .taskEnded(step: $0.number, end: .giveUp(reason: "")) },
            try begun("cancelled", workflow(call)).moved("cancelled") { _ in .cancelRequested(reason: "") },
        ]
    }

    static func instances() throws -> Chart {
        let standings = try standings()
        var chart = Chart(
            "Instances",
            "A run of a workflow. Events are about the step that waits in this state: an action that is due in "
                + "*running*, a person's task in *waiting* and in *suspended*, the undoing of a step in "
                + "*compensating*.",
            events: "event",
            states: standings.map(\.instance.status.name)
        )
        for standing in standings {
            precondition(standing.instance.status.name == standing.name, "the sample \(standing.name) is right")
            for (name, event) in events {
                chart.put(
                    name,
                    to: standing.name,
                    answer(event(standing.step?.number ?? 1), standing) { decision in
                        decision.instance.status.name
                    }
                )
            }
        }
        return chart
    }

    // MARK: Steps

    private static func steps() throws -> [Standing] {
        let called = try begun("running", workflow(call))
        let subflow = Node.Subflow(namespace: "test", name: "other", version: "1.0.0", input: .null)
        let body = Node(index: 2, parent: 1, name: "", pointer: "/do/0/step/try", kind: .sequence([3]))
        let attempt = workflow(
            .attempt(.init(body: 2, retry: RetryPolicy(delay: .seconds(5), attemptsMax: 2))),
            then: []
        )
        let nested = Workflow(
            document: attempt.document,
            nodes: attempt.nodes + [body, Samples.call(3, "call", "note", parent: 2)],
            hash: attempt.hash
        )
        let wrong = Failure(problem, remedy: .permanent)
        return [
            called,
            try called.moved("retrying") {
                .stepFailed(step: $0.number, attempt: 1, failure: Failure(problem, remedy: .tryAgain))
            },
            try called.moved("polling") { .stepPending(step: $0.number, attempt: 1, checkAt: later) },
            try called.moved("needs_person") { .stepFailed(step: $0.number, attempt: 1, failure: wrong) },
            try begun("manual", workflow(manual)),
            try begun("time", workflow(.wait(.constant("PT1M")))), try begun("child", workflow(.workflow(subflow))),
            try begun("later", nested).moved("later") {
                .stepFailed(step: $0.number, attempt: 1, failure: wrong)
            },
        ]
    }

    static func steps() throws -> Chart {
        let standings: [Standing] = try steps()
        let ends = ["completed", "skipped", "faulted", "cancelled"]
        var chart = Chart(
            "Steps",
            "A step of an instance that waits for something outside: an action that is *running*, *retrying* after an "
                + "attempt that failed, or *polling* long work; a person who decides about a step that gave up "
                + "(*needs_person*); a person's task (*manual*); *time*; another instance (*child*); a `try` whose "
                + "body begins again *later*.",
            events: "event",
            states: standings.map(\.name) + ends
        )
        for standing in standings {
            guard let step = standing.step else { continue }
            for (name, event) in events {
                chart.put(
                    name,
                    to: standing.name,
                    answer(event(step.number), standing) { decision in
                        if let still = decision.instance.leaf(step.number) { return state(of: still) }
                        return decision.changes.last { $0.step == step.number }?.phase.name
                            ?? decision.instance.leaves.first.map(state(of:)) ?? "completed"
                    }
                )
            }
        }
        for (name, event) in events {
            let over = try standings[0].moved("over") { .stepSucceeded(step: $0.number, attempt: 1, output: .null) }
            for end in ends { chart.put(name, to: end, answer(event(1), over) { $0.instance.status.name }) }
        }
        return chart
    }

    private static func state(of step: Step) -> String {
        switch step.state {
        case .calling(let calling):
            switch calling.phase {
            case .running: "running"
            case .retrying: "retrying"
            case .polling: "polling"
            }
        case .needsPerson: "needs_person"
        case .manual: "manual"
        case .waiting: "time"
        case .child: "child"
        case .attemptLater: "later"
        case .listening: "listening"
        case .pending, .concluding: "pending"
        case .entering, .sequence, .loop, .parallel, .attempt, .handling: "running"
        }
    }

    // MARK: Asking

    static let events: [(String, @Sendable (Int) -> Event)] = [
        ("started", { _ in .started }),
        ("step succeeded", { .stepSucceeded(step: $0, attempt: 1, output: .null) }),
        ("step succeeded, of an attempt not awaited", { .stepSucceeded(step: $0, attempt: 7, output: .null) }),
        (
            "step failed, may be tried again",
            { .stepFailed(step: $0, attempt: 1, failure: Failure(problem, remedy: .tryAgain)) }
        ),
        (
            "step failed for good",
            { .stepFailed(step: $0, attempt: 1, failure: Failure(problem, remedy: .permanent)) }
        ),
        ("step pending", { .stepPending(step: $0, attempt: 1, checkAt: later) }),
        ("wait is over", { .timerFired(step: $0, timer: .wait) }),
        ("body is to begin again", { .timerFired(step: $0, timer: .retry) }),
        ("step took too long", { .timerFired(step: $0, timer: .timeout) }),
        ("task completed", { .taskEnded(step: $0, end: .completed(["outcome": "done"])) }),
        ("task failed", { .taskEnded(step: $0, end: .failed(code: "no", text: "It cannot be done.")) }),
        ("person says skip", { .taskEnded(step: $0, end: .skipped(output: .null)) }),
        ("person says retry", { .taskEnded(step: $0, end: .retry(input: nil)) }),
        ("person gives up", { .taskEnded(step: $0, end: .giveUp(reason: "No use.")) }),
        ("child ended well", { .childEnded(step: $0, ending: .output(.null)) }),
        ("child ended by a problem", { .childEnded(step: $0, ending: .problem(problem)) }),
        ("cancel requested", { _ in .cancelRequested(reason: "No longer needed.") }),
        ("suspended", { _ in .suspended }),
        ("resumed", { _ in .resumed }),
        ("supervisor says skip", { .stepDecided(step: $0, end: .skipped(output: .null)) }),
        ("supervisor says retry", { .stepDecided(step: $0, end: .retry(input: nil)) }),
        ("supervisor gives up", { .stepDecided(step: $0, end: .giveUp(reason: "No use.")) }),
        ("context edited", { _ in .dataEdited(.context([:])) }),
        ("input edited", { .dataEdited(.input(step: $0, [:])) }),
        ("rewound", { .rewound(to: $0) }),
        ("its completed task opened again", { .taskReopened(step: $0) }),
    ]

    private static func answer(_ event: Event, _ standing: Standing, _ name: (Decision) -> String) -> Chart.Answer {
        do throws(Refusal) {
            let moment = Moment(now: later, random: 7)
            return .goes(to: name(try Machine.apply(event, to: standing.instance, of: standing.workflow, at: moment)))
        } catch {
            return .refused(word(error))
        }
    }

    private static func word(_ refusal: Refusal) -> String {
        switch refusal {
        case .ended: "ended"
        case .alreadyStarted: "already started"
        case .noSuchStep: "no such step"
        case .staleAttempt: "stale attempt"
        case .notAwaited: "not awaited"
        case .unwinding: "unwinding"
        case .notListening: "not listening"
        case .alreadySuspended: "already suspended"
        case .notSuspended: "not suspended"
        case .notStopped: "not stopped"
        case .notSkippable: "not skippable"
        case .outputUnfit: "output unfit"
        case .inputUnfit: "input unfit"
        case .notEditable: "not editable"
        case .notRewindable: "not rewindable"
        case .notReopenable: "not reopenable"
        case .task(let refusal): refusal.code
        }
    }
}
