import JSON
import JSONSchema

// Steps that people end: manual work, and steps that gave up.
extension Interpreter {
    mutating func workEnded(_ step: Step, _ end: TaskEnd) throws(Refusal) -> Outcome {
        switch end {
        case .completed(let document), .skipped(output: let document): return finish(step, document)
        case .failed(let code, let text):
            var problem = Problem(.manual, text)
            problem.title = code
            return fault(step, problem)
        case .retry, .giveUp: throw .notAwaited(step: step.number, awaiting: "completed")
        }
    }

    /// The step waits for a person, who sees what went wrong and decides.
    mutating func askPerson(_ step: Step, _ problem: Problem, attempts: Int, isUndo: Bool = false) -> Outcome {
        let node = workflow[step.node]
        var step = step
        step.state = .needsPerson(problem, attempts: attempts)
        effects.append(.park(step: step.number))
        let spec = TaskSpec.triage(of: node, in: workflow, problem: problem, attempts: attempts, isUndo: isUndo)
        effects.append(.openTask(.init(step: step.number, node: node.index, kind: .triage, spec: spec)))
        record(
            StepChange(step: step.number, node: step.node, phase: .needsPerson, attempt: attempts, problem: problem)
        )
        return .active(step)
    }

    mutating func personDecided(_ step: Step, _ problem: Problem, _ end: TaskEnd) throws(Refusal) -> Outcome {
        switch end {
        case .retry(let input):
            try checkReplacement(input, of: step)
            // The task has ended by this very decision: nothing is left to close.
            return .active(calledAgain(step, input: input))
        case .skipped(let output):
            var over = step
            over.state = .calling(.init(attempt: 1, since: moment.now))
            return try skip(over, output)
        case .giveUp(let reason), .failed(_, text: let reason):
            var over = step
            over.state = .calling(.init(attempt: 1, since: moment.now))
            var given = problem
            given.detail = [problem.detail, reason.isEmpty ? nil : "Given up: \(reason)"].compactMap(\.self)
                .joined(separator: " ")
            return fault(over, given)
        case .completed: throw .notAwaited(step: step.number, awaiting: "retry, skip or giveUp")
        }
    }

    /// The arguments of a call over HTTP say which secrets are filled in where, and only the machine may say that.
    func checkReplacement(_ input: JSON?, of step: Step) throws(Refusal) {
        guard input != nil, workflow[step.node].call?.http != nil else { return }
        throw .task(.invalid([.init(field: "input", HTTPCall.keepsArguments)]))
    }

    /// A new round of attempts; in a suspended instance it begins when that is resumed.
    mutating func calledAgain(_ step: Step, input: JSON?) -> Step {
        var step = step
        guard instance.suspension != nil, let call = workflow[step.node].call else {
            step.state = .calling(.init(attempt: 1, since: moment.now))
            callAgain(step, input: input)
            return step
        }
        step.state = .calling(.init(attempt: 1, since: moment.now, phase: .retrying(at: moment.now)))
        if let input { effects.append(.amendWork(step: step.number, action: call.action, input: input)) }
        performAgain(step, attempt: 1, at: moment.now)
        record(StepChange(step: step.number, node: step.node, phase: step.phase, attempt: 1, input: input))
        return step
    }

    /// Ends a step without its work, with an output that a person gives in its stead.
    mutating func skip(_ step: Step, _ output: JSON) throws(Refusal) -> Outcome {
        let node = workflow[step.node]
        guard node.skippable else { throw .notSkippable(step: step.number) }
        if let violations = node.output.schema?.validate(output), !violations.isEmpty {
            throw .outputUnfit(
                violations.prefix(20).map { FieldError(pointer: $0.instancePointer.description, $0.message) }
            )
        }
        leave(step)
        record(StepChange(step: step.number, node: step.node, phase: .skipped, output: output))
        var over = step
        over.state = .entering
        return finishSkipped(over, output)
    }

    /// A new round of attempts of a call that had given up.
    mutating func callAgain(_ step: Step, input: JSON?) {
        record(StepChange(step: step.number, node: step.node, phase: .running, attempt: 1, input: input))
        guard let input, let call = workflow[step.node].call else {
            effects.append(.performAgain(step: step.number, attempt: 1, notBefore: moment.now))
            return
        }
        effects.append(.dropWork(step: step.number))
        effects.append(
            .perform(
                .init(
                    step: step.number,
                    node: step.node,
                    attempt: 1,
                    action: call.action,
                    input: input,
                    notBefore: moment.now
                )
            )
        )
    }

    /// A skipped step's output goes where the step's own would have gone.
    private mutating func finishSkipped(_ step: Step, _ output: JSON) -> Outcome {
        let node = workflow[step.node]
        do {
            var scope = scope(node, step.input, step)
            scope.output = output
            if let transform = node.export.as { instance.context = try transform.evaluate(output, scope) }
        } catch {
            return fault(step, error)
        }
        return .ended(output, node.then)
    }
}
