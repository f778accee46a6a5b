import JSON
import JSONSchema

/// One decision in the making: walks the tree of active steps, and gathers what is to be written.
struct Interpreter {
    let workflow: Workflow
    let moment: Moment
    var instance: Instance
    var effects: [Effect] = []
    var changes: [StepChange] = []
    /// What the loops and handlers around the current step define: `$item`, `$index`, `$error`.
    var locals: [String: JSON] = [:]
    /// The number of the event of the world that this decision is about.
    var eventInHand: Int64?
    /// Abandoned calls that must answer before they are undone.
    var drained: [Step] = []
    /// Steps entered by this decision. A definition whose automatic part never waits must not hang the engine.
    private(set) var entered = 0
    /// The context before a person's completion, when this decision is about one.
    var completedOn: JSON?
    static let enteredMax = 10_000

    init(workflow: Workflow, instance: Instance, moment: Moment) {
        self.workflow = workflow
        self.instance = instance
        self.moment = moment
    }

    /// What came of a step: it goes on, it ended, or it failed.
    indirect enum Outcome {
        case active(Step)
        case ended(JSON, Flow)
        case faulted(Problem)
    }

    // MARK: Entering and leaving a step

    /// Begins a step, or has it wait while the instance is suspended.
    mutating func enter(_ index: Int, _ raw: JSON) -> Outcome {
        let number = instance.nextStep
        instance.nextStep += 1
        guard instance.suspension == nil else {
            return .active(Step(number: number, node: index, startedAt: moment.now, input: raw, state: .pending))
        }
        return enter(index, raw, as: number)
    }

    /// Begins a step: its condition, its input, then what it does.
    mutating func enter(_ index: Int, _ raw: JSON, as number: Int) -> Outcome {
        let node = workflow[index]
        entered += 1
        guard entered <= Self.enteredMax else {
            return .faulted(Problem(.runtime, "More than \(Self.enteredMax) steps without a wait.", at: node.pointer))
        }
        do {
            if let condition = node.condition, try !condition.isTrue(raw, scope(node, raw)) {
                record(StepChange(step: number, node: index, phase: .skipped))
                return .ended(raw, node.then)
            }
            let input = try accept(node.input, raw, node, number)
            let step = Step(number: number, node: index, startedAt: moment.now, input: input, state: .entering)
            return try begin(step, node)
        } catch {
            return fail(number, node, error)
        }
    }

    /// Ends a step well: its output, its export, then where to go.
    ///
    /// `telling`: what the story tells instead of the output.
    mutating func finish(
        _ step: Step,
        _ raw: JSON,
        flow: Flow? = nil,
        attempt: Int? = nil,
        telling: JSON? = nil
    ) -> Outcome {
        if let held = heldConclusion(step, .output(raw)) { return .active(held) }
        let node = workflow[step.node]
        do {
            var scope = scope(node, step.input, step)
            scope.output = raw
            let output = try deliver(node.output, raw, scope, node)
            scope.output = output
            if let transform = node.export.as {
                instance.context = try transform.evaluate(output, scope)
                try check(node.export.schema, instance.context, node, "context")
            }
            noteOutput(of: step, raw)
            leave(step)
            record(
                StepChange(
                    step: step.number,
                    node: step.node,
                    phase: .completed,
                    attempt: attempt,
                    output: telling ?? told(step, raw)
                )
            )
            return .ended(output, flow ?? node.then)
        } catch {
            return fault(step, error, attempt: attempt)
        }
    }

    /// Ends a step by a problem.
    mutating func fault(_ step: Step, _ problem: Problem, attempt: Int? = nil) -> Outcome {
        if let held = heldConclusion(step, .problem(problem)) { return .active(held) }
        leave(step)
        let node = workflow[step.node]
        var placed = problem
        placed.instance = placed.instance ?? node.pointer
        record(StepChange(step: step.number, node: step.node, phase: .faulted, attempt: attempt, problem: placed))
        return .faulted(placed)
    }

    /// A step that failed before it began.
    private mutating func fail(_ number: Int, _ node: Node, _ problem: Problem) -> Outcome {
        var placed = problem
        placed.instance = placed.instance ?? node.pointer
        record(StepChange(step: number, node: node.index, phase: .faulted, problem: placed))
        return .faulted(placed)
    }

    /// Removes what was written for a step that is over, whichever way.
    mutating func leave(_ step: Step) {
        if workflow[step.node].timeout != nil || attemptMax(of: step) != nil {
            effects.append(.dropTimer(step: step.number, kind: .timeout))
        }
        switch step.state {
        case .calling: effects.append(.dropWork(step: step.number))
        case .needsPerson:
            effects.append(.dropWork(step: step.number))
            effects.append(.closeTask(step: step.number, expired: false))
        case .listening: effects.append(.stopListening(step: step.number))
        case .entering, .pending, .concluding, .sequence, .loop, .parallel, .attempt, .handling, .attemptLater,
            .manual, .waiting, .child:
            break
        }
        dropMarks(of: step)
    }

    // MARK: Values

    func scope(_ node: Node, _ input: JSON, _ step: Step? = nil) -> Scope {
        Scope(workflow: workflow, instance: instance, node: node, step: step, input: input, locals: locals)
    }

    func accept(
        _ data: Workflow.DataIn,
        _ raw: JSON,
        _ node: Node,
        _ number: Int
    ) throws(Problem) -> JSON {
        try check(data.schema, raw, node, "input")
        guard let from = data.from else { return raw }
        var scope = scope(node, raw)
        scope.secrets = references(of: number)
        return try from.evaluate(raw, scope)
    }

    /// References that only this decision knows, the same whenever it asks for those of the step; `nil` in a workflow
    /// that declares no secret.
    func references(of number: Int) -> SecretReferences? {
        workflow.secrets.isEmpty ? nil : SecretReferences(names: workflow.secrets, nonce: Mixer.mix(~random(number)))
    }

    func deliver(_ data: Workflow.DataOut, _ raw: JSON, _ scope: Scope, _ node: Node) throws(Problem) -> JSON {
        let output = try data.as?.evaluate(raw, scope) ?? raw
        try check(data.schema, output, node, "output")
        return output
    }

    func check(_ schema: Schema?, _ value: JSON, _ node: Node, _ what: String) throws(Problem) {
        guard let violations = schema?.validate(value), !violations.isEmpty else { return }
        let sentences = violations.prefix(20).map { "\($0.instancePointer): \($0.message)" }
        throw Problem(.validation, "The \(what) does not fit. \(sentences.joined(separator: "; "))", at: node.pointer)
    }

    // MARK: The story

    mutating func record(_ change: StepChange) {
        // The root and the bodies that have no name of their own tell nothing that their owners do not tell.
        guard workflow[change.node].tellsStory else { return }
        changes.append(change)
    }

    /// The output, where the story needs it: a composite's is its last child's, told there already.
    private func told(_ step: Step, _ output: JSON) -> JSON? {
        switch workflow[step.node].kind {
        case .sequence, .loop, .attempt, .choice: nil
        case .set, .parallel, .raise, .wait, .call, .manual, .workflow, .emit, .listen: output
        }
    }

    func decision() -> Decision {
        var decided = instance
        decided.version += 1
        if case .body(let root) = decided.progress {
            let works = root.leaves.contains { leaf in
                if case .calling = leaf.state { true } else { false }
            }
            decided.status = decided.suspension != nil ? .suspended : works ? .running : .waiting
        }
        return Decision(instance: decided, effects: effects, changes: changes)
    }
}

extension Node {
    /// Whether the step has a line of its own in the story of an instance.
    package var tellsStory: Bool {
        guard parent != nil else { return false }
        if case .sequence = kind, name.isEmpty { return false }
        return true
    }
}
