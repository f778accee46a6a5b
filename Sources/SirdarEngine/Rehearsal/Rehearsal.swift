package import JSON
package import SirdarCore

/// Runs a definition in memory, on a clock of its own, with written answers in the place of the world.
///
/// What happens is decided by the same `Machine` and `TaskMachine` as in the engine, from definitions that were read
/// by the same decoder; only what the machines ask for is done differently. Nothing waits: the clock jumps to
/// whatever comes next. The same definition, input, answers and seed give the same account, always.
package struct Rehearsal {
    let stage: Stage
    let answers: Answers
    var prompter: Prompter
    let startsAt: Timestamp
    var now: Timestamp
    var account = Account()
    var parts: [Identifier: Part] = [:]
    var tasks: [Identifier: ManualTask] = [:]
    var work: [WorkID: Work] = [:]
    /// Steps whose end is written, so that the workflow that they run is not rehearsed.
    var standIns: Set<WorkID> = []
    /// What is to come. Few things at a time, so that a list is as good as anything.
    private var agenda: [Due] = []
    private var order = 0
    private var events = 0
    private var rolls: UInt64 = 0
    private var root: Identifier?
    private let onLine: ((Account.Line) -> Void)?

    /// So much may happen in one rehearsal; what goes round for ever is told so.
    package static let roundsMax = 20_000
    static let depthMax = 8

    /// `override`: is asked before the answers. `onLine`: is told of each line of the account as it comes.
    package init(
        on stage: Stage,
        _ answers: Answers,
        override: (@Sendable (Question) -> Answer?)? = nil,
        onLine: ((Account.Line) -> Void)? = nil
    ) {
        self.stage = stage
        self.answers = answers
        prompter = Prompter(answers, override: override)
        startsAt = answers.startsAt ?? Answers.monday
        now = startsAt
        self.onLine = onLine
    }

    /// An instance, and the steps that run the workflows around it.
    struct Part {
        var instance: Instance
        let definition: Catalog.Definition
        /// `""`, or the path of the step that runs it and a stroke.
        let prefix: String
        let depth: Int
        /// The numbers of the steps that undo.
        var undoing: Set<Int> = []
        var begun: Set<Int> = []

        var workflow: Workflow { definition.workflow }
        func path(_ node: Int) -> String { prefix + workflow[node].name }
    }

    /// A call that is due, or being made.
    struct Work {
        let node: Int
        let action: String
        var input: JSON
        var attempt: Int
        let undoes: Bool
        /// The task whose completion it checks.
        var task: Identifier?
    }

    /// Something that is to come.
    struct Due {
        let subject: Subject
        let at: Timestamp
        /// Of what comes at the same time, the first to be put on the agenda is the first to come.
        let order: Int
        let act: Act

        enum Subject: Hashable {
            case work(WorkID)
            case timer(Identifier, step: Int, TimerKind)
            case task(Identifier)
            /// One of the events, by its turn.
            case event(Int)
            case cancellation
        }

        enum Act {
            /// A call is made.
            case call
            /// An answer to a call, or a person's, has come.
            case answer(Answer)
            /// The time of a timer has come.
            case fire
            /// Another workflow has ended.
            case ended(Instance.Ending)
            case came(CloudEvent)
            case cancel(reason: String)
        }
    }
}

extension Rehearsal {
    /// Runs a workflow from its start to its end.
    package mutating func run(_ name: Vocabulary.WorkflowName, _ input: JSON) -> Account {
        do {
            if case .after(let interval)? = answers.cancel?.moment {
                let reason = answers.cancel?.reason ?? ""
                put(.cancellation, at: now.advanced(by: interval), .cancel(reason: reason))
            }
            root = try start(name, input, parent: nil, prefix: "", depth: 0)
            for happening in answers.events { tellWorld(happening.event, at: startsAt.advanced(by: happening.after)) }
            try goOn()
        } catch let interruption as Interruption {
            account.interruption = interruption
        } catch {
            account.interruption = Interruption("\(error)")
        }
        account.took = now.since(startsAt)
        for index in account.tasks.indices {
            account.tasks[index].task = tasks[account.tasks[index].task.id] ?? account.tasks[index].task
        }
        return account
    }

    private mutating func goOn() throws {
        var rounds = 0
        while let due = takeNext() {
            rounds += 1
            guard rounds <= Self.roundsMax else {
                throw Interruption("More than \(Self.roundsMax) things happened, and it goes on: is this a round?")
            }
            now = max(now, due.at)
            try happen(due)
        }
        guard account.status.isFinal else { throw stuck() }
    }

    /// Nothing is to come, and it has not ended.
    private func stuck() -> Interruption {
        let waiting = parts.values.sorted { $0.instance.id < $1.instance.id }.flatMap { part in
            part.instance.leaves.map { "`\(part.path($0.node))` (\($0.phase.name))" }
        }
        return Interruption(
            "Nothing more happens, and it waits for \(waiting.joined(separator: ", ")): an answer says that it never "
                + "comes, and no timeout ends the wait."
        )
    }

    private mutating func happen(_ due: Due) throws {
        switch (due.subject, due.act) {
        case (.work(let id), .call): try call(id)
        case (.work(let id), .answer(let answer)): try answered(id, answer)
        case (.task(let id), .answer(let answer)): try worked(id, answer)
        case (.timer(let id, let step, .deadline), _): try aged(id, step)
        case (.timer(let id, let step, _), .ended(let ending)):
            try tell(.childEnded(step: step, ending: ending), to: id)
        case (.timer(let id, _, .cancel), _): try tell(.cancelRequested(reason: "What it ran for is over."), to: id)
        case (.timer(let id, let step, let kind), _): try tell(.timerFired(step: step, timer: kind), to: id)
        case (.event(let turn), .came(let event)): try hear(event, sequence: turn)
        case (.cancellation, .cancel(let reason)): try cancel(reason)
        case (.work, _), (.task, _), (.event, _), (.cancellation, _):
            preconditionFailure("each subject has its own acts")
        }
    }

    /// An event is on its way to whoever listens by then.
    mutating func tellWorld(_ event: CloudEvent, at moment: Timestamp) {
        events += 1
        put(.event(events), at: moment, .came(event))
    }

    /// Each instance says itself whether it listens for it.
    private mutating func hear(_ event: CloudEvent, sequence: Int) throws {
        for id in parts.keys.sorted() { try tell(.eventCame(event, sequence: Int64(sequence)), to: id) }
    }

    private mutating func cancel(_ reason: String) throws {
        guard let root, parts[root]?.instance.status.isFinal == false else { return }
        try tell(.cancelRequested(reason: reason), to: root)
    }

    // MARK: Instances

    @discardableResult
    mutating func start(
        _ name: Vocabulary.WorkflowName,
        _ input: JSON,
        parent: Instance.Parent?,
        prefix: String,
        depth: Int
    ) throws -> Identifier {
        guard let definition = stage.definitions[name] else {
            throw Interruption("There is no workflow \(name) in this catalogue.")
        }
        guard depth <= Self.depthMax else {
            throw Interruption("Workflows run one another more than \(Self.depthMax) deep.")
        }
        let id = nextIdentifier()
        let instance = Instance(
            id: id,
            workflow: 0,
            parent: parent,
            origin: .init(request: nil, requester: answers.requester ?? Answers.requesterName, scope: "rehearsal"),
            startedAt: now,
            input: input
        )
        parts[id] = Part(instance: instance, definition: definition, prefix: prefix, depth: depth)
        if depth == 0 { root = id }
        try tell(.started, to: id)
        return id
    }

    /// Tells an instance that something has happened; what it does not wait for any more changes nothing.
    mutating func tell(_ event: Event, to id: Identifier) throws {
        guard let part = parts[id] else { return }
        let decision: Decision
        do {
            decision = try Machine.apply(event, to: part.instance, of: part.workflow, at: moment())
        } catch {
            return
        }
        note(decision, id)
        for effect in decision.effects { try carryOut(effect, of: id) }
        if id == root, decision.instance.status.isFinal { remove(.cancellation) }
    }

    private mutating func note(_ decision: Decision, _ id: Identifier) {
        guard var part = parts[id] else { return }
        part.instance = decision.instance
        if case .unwinding(let unwinding) = decision.instance.progress, let undo = unwinding.current {
            part.undoing.insert(undo.number)
        }
        for case .perform(let work) in decision.effects where work.undoes { part.undoing.insert(work.step) }
        for change in decision.changes { add(line(change, &part)) }
        parts[id] = part
        guard id == root else { return }
        account.status = decision.instance.status
        if case .ended(let ending) = decision.instance.progress { account.ending = ending }
    }

    private func line(_ change: StepChange, _ part: inout Part) -> Account.Line {
        let node = part.workflow[change.node]
        let ran: Bool
        switch change.phase {
        case .pending, .skipped: ran = false
        case .running, .waiting, .retrying, .needsPerson, .completed, .faulted, .cancelled: ran = true
        }
        return Account.Line(
            at: now.since(startsAt),
            path: part.path(change.node),
            pointer: node.pointer,
            name: node.name,
            phase: change.phase,
            attempt: change.attempt,
            problem: change.problem,
            undoes: part.undoing.contains(change.step),
            isWork: node.isWork,
            begins: part.begun.insert(change.step).inserted && ran
        )
    }

    private mutating func add(_ line: Account.Line) {
        account.lines.append(line)
        onLine?(line)
        guard let cancel = answers.cancel, case .step(let name, let phase) = cancel.moment, !line.undoes,
            isStep(name, of: line)
        else { return }
        guard phase.map({ $0 == line.phase.name }) ?? line.begins else { return }
        put(.cancellation, at: now, .cancel(reason: cancel.reason))
    }

    /// A name alone means a step of the workflow itself, where there is one.
    private func isStep(_ name: String, of line: Account.Line) -> Bool {
        if line.path == name || line.path == line.name && line.pointer == name { return true }
        let isOwn = root.flatMap { parts[$0] }?.workflow.nodes.contains { $0.name == name } ?? false
        return line.name == name && !isOwn
    }

    // MARK: Time and chance

    mutating func put(_ subject: Due.Subject, at: Timestamp, _ act: Due.Act) {
        remove(subject)
        order += 1
        agenda.append(Due(subject: subject, at: at, order: order, act: act))
    }

    mutating func remove(_ subject: Due.Subject) { agenda.removeAll { $0.subject == subject } }

    private mutating func takeNext() -> Due? {
        let next = agenda.indices.min { (agenda[$0].at, agenda[$0].order) < (agenda[$1].at, agenda[$1].order) }
        return next.map { agenda.remove(at: $0) }
    }

    mutating func random() -> UInt64 {
        rolls += 1
        return Mixer.mix((answers.seed ?? 1) &+ Mixer.mix(rolls))
    }

    private mutating func moment() -> Moment { Moment(now: now, random: random()) }

    mutating func nextIdentifier() -> Identifier {
        order += 1
        let counter = Int64(order) & Identifier.counterMax
        let milliseconds = max(startsAt.milliseconds, Identifier.origin) + Int64(order) / 4096
        return Identifier(milliseconds: milliseconds, counter: counter, node: 0)
    }
}
