import JSON
import SirdarCore
import SirdarEngine

/// The whole story of an instance: each step with its attempts, who acted and when, what went in and came out, and
/// what it waits for now. Told from the journal, so that it also says how it came to be as it is.
struct InstanceStory: Sendable {
    struct Step: Sendable {
        let number: Int
        let pointer: String
        let name: String
        let title: String
        let kind: String
        var phase: String
        var attempts: Int
        let startedAt: Timestamp
        var endedAt: Timestamp?
        var input: JSON?
        var output: JSON?
        var problem: JSON?
        var actors: [String]
        var waitsFor: Wait?
    }

    /// What a step waits for now, on whom, and since when.
    struct Wait: Sendable {
        let sentence: String
        let since: Timestamp
        var task: Identifier?
        var instance: Identifier?
        /// What must be lifted before it goes on.
        var stop: Stop.Part?
    }

    let instance: Instance
    let workflow: Workflow
    let steps: [Step]
    let entries: [EntryView]
}

extension InstanceStory.Step {
    fileprivate init(_ leaf: SirdarCore.Step, _ node: Node) {
        self.init(
            number: leaf.number,
            pointer: node.pointer,
            name: node.name,
            title: node.title,
            kind: node.kind.word,
            phase: leaf.phase.name,
            attempts: 0,
            startedAt: leaf.startedAt,
            input: leaf.input,
            actors: []
        )
    }
}

extension Reading {
    func story(of instance: Instance) throws -> InstanceStory {
        let workflow = try workflow(of: instance)
        let entries = try entries(of: instance.id)
        var steps: [Int: InstanceStory.Step] = [:]
        for entry in entries { tell(entry, &steps, workflow) }
        // What is pending has not begun: no entry tells of it yet.
        for leaf in instance.leaves where leaf.phase == .pending && workflow[leaf.node].tellsStory {
            steps[leaf.number] = InstanceStory.Step(leaf, workflow[leaf.node])
        }
        for leaf in instance.leaves { steps[leaf.number]?.waitsFor = try wait(leaf, instance, workflow) }
        let told = steps.values.sorted { $0.number < $1.number }
        return InstanceStory(instance: instance, workflow: workflow, steps: told, entries: entries)
    }

    private func tell(_ entry: EntryView, _ steps: inout [Int: InstanceStory.Step], _ workflow: Workflow) {
        for change in entry.detail["steps"]?.asArray ?? [] {
            guard let number = change["step"]?.asInt, let pointer = change["at"]?.asString else { continue }
            let node = workflow.nodes.first { $0.pointer == pointer }
            var step =
                steps[number]
                ?? InstanceStory.Step(
                    number: number,
                    pointer: pointer,
                    name: node?.name ?? pointer,
                    title: node?.title ?? pointer,
                    kind: node?.kind.word ?? "step",
                    phase: "running",
                    attempts: 0,
                    startedAt: entry.at,
                    actors: []
                )
            step.phase = change["is"]?.asString ?? step.phase
            step.attempts = max(step.attempts, change["attempt"]?.asInt ?? 0)
            if let input = change["input"] { step.input = input }
            if let output = change["output"] { step.output = output }
            if let problem = change["problem"] { step.problem = problem }
            step.endedAt = ["completed", "skipped", "faulted", "cancelled"].contains(step.phase) ? entry.at : nil
            steps[number] = step
        }
        // Who claimed, released or completed a step's task has acted on the step.
        if entry.objectKind == "task", entry.actorKind != "system", entry.refusal == nil,
            let number = entry.detail["step"]?.asInt, steps[number]?.actors.contains(entry.actor) == false
        {
            steps[number]?.actors.append(entry.actor)
        }
    }

    private func wait(_ leaf: Step, _ instance: Instance, _ workflow: Workflow) throws -> InstanceStory.Wait? {
        switch leaf.state {
        case .manual, .needsPerson: return try waitForPerson(leaf, instance)
        case .calling(let calling):
            let action = workflow[leaf.node].call?.action ?? workflow[leaf.node].name
            switch calling.phase {
            case .running:
                if let stop = try stop(of: leaf, instance) { return try wait(stop) }
                return InstanceStory.Wait(sentence: "\(action) is being performed", since: calling.since)
            case .retrying(let at):
                return InstanceStory.Wait(
                    sentence: "\(action) is tried again at \(Show.time(at)), attempt \(calling.attempt)",
                    since: calling.since
                )
            case .polling(let at):
                return InstanceStory.Wait(
                    sentence: "\(action) goes on outside; looked at again at \(Show.time(at))",
                    since: calling.since
                )
            }
        case .attemptLater(at: let at, retries: _, since: let since):
            return InstanceStory.Wait(sentence: "begins again at \(Show.time(at))", since: since)
        case .waiting(until: let until):
            return InstanceStory.Wait(sentence: "waits until \(Show.time(until))", since: leaf.startedAt)
        case .child:
            let child = try store.child(of: .init(instance: instance.id, step: leaf.number))
            return InstanceStory.Wait(
                sentence: "another instance runs on its behalf",
                since: leaf.startedAt,
                instance: child
            )
        case .pending, .concluding:
            return InstanceStory.Wait(sentence: "goes on when the instance is resumed", since: leaf.startedAt)
        case .listening(let listening): return waitForEvent(leaf, listening, workflow)
        case .entering, .sequence, .loop, .parallel, .attempt, .handling: return nil
        }
    }

    /// On account of what a step that is due is not begun.
    private func stop(of leaf: Step, _ instance: Instance) throws -> Stop? {
        guard let work = try store.work(of: instance.id).first(where: { $0.step == leaf.number }) else { return nil }
        return try engine.stop(of: work, in: instance)
    }

    private func wait(_ stop: Stop, task: Identifier? = nil) throws -> InstanceStory.Wait {
        InstanceStory.Wait(
            sentence: "the \(stop.part) is stopped by \(try name(stop.by)): \(stop.reason)",
            since: stop.since,
            task: task,
            stop: stop.part
        )
    }

    private func waitForEvent(
        _ leaf: Step,
        _ listening: Step.Listening,
        _ workflow: Workflow
    ) -> InstanceStory.Wait? {
        guard case .listen(let listener) = workflow[leaf.node].kind else { return nil }
        let heard = listening.hearing.items.count
        let tail = heard == 0 ? "" : "; \(heard) came so far"
        return InstanceStory.Wait(sentence: listener.strategy.sentence + tail, since: leaf.startedAt)
    }

    private func waitForPerson(_ leaf: Step, _ instance: Instance) throws -> InstanceStory.Wait? {
        let open = try store.tasks(TaskQuery(instance: instance.id, isOpen: true))
        guard let task = open.first(where: { $0.step == leaf.number }) else { return nil }
        guard let owner = task.owner else {
            if let stop = try engine.stop(of: task) { return try wait(stop, task: task.id) }
            let isUnroutable = task.state == .unroutable
            return InstanceStory.Wait(
                sentence: isUnroutable
                    ? "nobody can do it: a supervisor of the queue \(queueTitle(task.queue)) must find somebody"
                    : "somebody of the queue \(queueTitle(task.queue))",
                since: task.createdAt,
                task: task.id
            )
        }
        return InstanceStory.Wait(
            sentence: "\(try name(owner.person)) \(try doing(task))",
            since: task.hold?.since ?? owner.since,
            task: task.id
        )
    }

    private func doing(_ task: ManualTask) throws -> String {
        switch task.state {
        case .verifying: return "is having it checked"
        case .awaitingReview: return "has done it; another person is to confirm it"
        case .onHold(let hold):
            let until = hold.until.map { " until \(Show.time($0))" } ?? ""
            switch hold.awaiting {
            case .requester: return "waits for an answer of \(try name(task.origin.requester))"
            case .vendor: return "waits for a vendor\(until)"
            case .time: return "has put it aside\(until)"
            }
        case .unroutable, .ready, .claimed, .inProgress, .completed, .failed, .skipped, .cancelled, .expired:
            return "works on it"
        }
    }
}

extension Node.Kind {
    /// What the step does, in a word.
    var word: String {
        switch self {
        case .sequence: "sequence"
        case .set: "set"
        case .choice: "choice"
        case .loop: "loop"
        case .parallel: "fork"
        case .attempt: "try"
        case .raise: "raise"
        case .wait: "wait"
        case .call: "automatic"
        case .manual: "manual"
        case .workflow: "workflow"
        case .emit: "emit"
        case .listen: "listen"
        }
    }

    /// Whether it does something itself, and does not only hold others.
    var isWork: Bool {
        switch self {
        case .call, .manual, .workflow, .wait, .emit, .listen: true
        case .sequence, .set, .choice, .loop, .parallel, .attempt, .raise: false
        }
    }
}

extension EventStrategy {
    /// What it waits for, for people: "an event `image.built`".
    var sentence: String {
        let kinds = filters.map(\.words)
        switch rule {
        case .one: return "an event \(kinds.joined())"
        case .any where kinds.isEmpty: return "any event"
        case .any: return "an event \(kinds.joined(separator: " or "))"
        case .all: return "events \(kinds.joined(separator: " and "))"
        }
    }
}

extension EventFilter {
    fileprivate var words: String {
        let tied = correlations.map(\.name).sorted().joined(separator: ", ")
        return (topic.isEmpty ? "of some kind" : topic) + (tied.isEmpty ? "" : " for this \(tied)")
    }
}
