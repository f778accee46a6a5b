import JSON
import SirdarCore
import SirdarEngine

/// What a supervisor does to an instance; the same words for programs, pages and commands.
enum Supervision: String, Sendable, CaseIterable {
    case suspend, resume, retry, skip
    case giveUp = "give-up"
    case input, context, rewind

    /// Whether it is done to one step.
    var concernsStep: Bool {
        switch self {
        case .retry, .skip, .giveUp, .input, .rewind: true
        case .suspend, .resume, .context: false
        }
    }

    /// What is to happen, from the members of a request, and why.
    ///
    /// What is wrong with the members is told by the fields; the event is then of no use.
    func event(_ fields: inout RequestFields, step: Int = 0) -> (event: Event, reason: String) {
        let reason = fields.text("reason")
        return (event(&fields, step, reason), reason)
    }

    private func event(_ fields: inout RequestFields, _ step: Int, _ reason: String) -> Event {
        switch self {
        case .suspend: .suspended
        case .resume: .resumed
        case .retry: .stepDecided(step: step, end: .retry(input: fields.json("input")))
        case .skip: .stepDecided(step: step, end: .skipped(output: fields.json("output") ?? .null))
        case .giveUp: .stepDecided(step: step, end: .giveUp(reason: reason))
        case .input: .dataEdited(.input(step: step, fields.needed("input")))
        case .context: .dataEdited(.context(fields.needed("context")))
        case .rewind: .rewound(to: step)
        }
    }
}

extension RequestFields {
    fileprivate mutating func needed(_ key: String) -> JSON {
        if let value = json(key) { return value }
        add(key, "`\(key)` is missing.")
        return .null
    }
}

/// What a supervisor sees of an instance: what can be done to it now, as the machine itself says.
struct SupervisionView: Sendable {
    struct Step: Sendable {
        let number: Int
        let node: Node
        let state: String
        /// What it is to be given, where that is known.
        let input: JSON?
        let operations: [Supervision]
    }

    let instance: Instance
    let workflow: Workflow
    /// The steps that wait for something, with what may be done to each.
    let steps: [Step]
    /// The steps that it can be taken back to, the latest first.
    let marks: [(step: Int, node: Node)]
    let operations: [Supervision]
}

extension Reading {
    func supervision(of instance: Instance) throws -> SupervisionView {
        let workflow = try workflow(of: instance)
        func may(_ event: Event) -> Bool { mayHappen(event, to: instance, of: workflow) }
        let steps = try instance.leaves.filter { workflow[$0.node].tellsStory }.map { leaf in
            let node = workflow[leaf.node]
            let input = try engine.input(of: leaf.number, in: instance)
            let events: [(Supervision, Event)] = [
                (.retry, .stepDecided(step: leaf.number, end: .retry(input: nil))),
                (.skip, .stepDecided(step: leaf.number, end: .skipped(output: .null))),
                (.giveUp, .stepDecided(step: leaf.number, end: .giveUp(reason: ""))),
                (.input, .dataEdited(.input(step: leaf.number, input ?? .null))),
            ]
            return SupervisionView.Step(
                number: leaf.number,
                node: node,
                state: leaf.phase.name,
                input: input.map { node.call?.told($0) ?? $0 },
                operations: events.filter { may($0.1) }.map(\.0)
            )
        }
        let marks = instance.marks.filter { may(.rewound(to: $0.step)) }.reversed()
        var operations: [Supervision] = []
        if may(.suspended) { operations.append(.suspend) }
        if may(.resumed) { operations.append(.resume) }
        if may(.dataEdited(.context(instance.context))) { operations.append(.context) }
        return SupervisionView(
            instance: instance,
            workflow: workflow,
            steps: steps,
            marks: marks.map { ($0.step, workflow[$0.node]) },
            operations: operations
        )
    }

    /// Whether the machine would allow it; values that do not fit yet are for whoever enters them.
    private func mayHappen(_ event: Event, to instance: Instance, of workflow: Workflow) -> Bool {
        do throws(Refusal) {
            _ = try Machine.apply(event, to: instance, of: workflow, at: Moment(now: now))
            return true
        } catch {
            switch error {
            case .outputUnfit, .inputUnfit: return true
            case .ended, .alreadyStarted, .noSuchStep, .staleAttempt, .notAwaited, .unwinding, .notListening, .task,
                .alreadySuspended, .notSuspended, .notStopped, .notSkippable, .notEditable, .notRewindable,
                .notReopenable:
                return false
            }
        }
    }

    func json(_ view: SupervisionView) -> JSON {
        [
            "suspended_since": view.instance.suspension.map { .string($0.since.description) } ?? .null,
            "context": view.instance.context,
            "may": .array(view.operations.map { .string($0.rawValue) }),
            "steps": .array(
                view.steps.map { step in
                    [
                        "step": .number(JSON.Number(step.number)), "name": .string(step.node.name),
                        "state": .string(step.state), "input": step.input ?? .null,
                        "may": .array(step.operations.map { .string($0.rawValue) }),
                    ]
                }
            ),
            "rewind_to": .array(
                view.marks.map { ["step": .number(JSON.Number($0.step)), "name": .string($0.node.name)] }
            ),
        ]
    }
}
