import JSON

// `try`: the body, its retries, and the handler of what it could not do.
extension Interpreter {
    mutating func runAttempt(_ step: Step, _ attempt: Node.Attempt, retries: Int, since: Timestamp) -> Outcome {
        if retries == 0 { record(StepChange(step: step.number, node: step.node, phase: .running)) }
        let body = enter(attempt.body, step.input)
        if case .active(let body) = body, let longest = attempt.retry?.attemptMax {
            effects.append(.setTimer(step: body.number, kind: .timeout, at: moment.now.advanced(by: longest)))
        }
        return attemptWent(step, retries: retries, since: since, body)
    }

    /// How long the body of an attempt may take at a time; `nil` when the step is no such body.
    func attemptMax(of step: Step) -> Interval? {
        guard let parent = workflow[step.node].parent, case .attempt(let attempt) = workflow[parent].kind,
            attempt.body == step.node
        else { return nil }
        return attempt.retry?.attemptMax
    }

    mutating func attemptWent(_ step: Step, retries: Int, since: Timestamp, _ outcome: Outcome) -> Outcome {
        guard case .attempt(let attempt) = workflow[step.node].kind else {
            preconditionFailure("an attempt's state belongs to an attempt")
        }
        var step = step
        switch outcome {
        case .active(let body):
            step.state = .attempt(body: body, retries: retries, since: since)
            return .active(step)
        case .ended(let output, let flow):
            return finish(step, output, flow: flow == .end ? .end : nil)
        case .faulted(let problem):
            do {
                return try caught(step, attempt, problem, retries: retries, since: since)
            } catch {
                return fault(step, error)
            }
        }
    }

    private mutating func caught(
        _ step: Step,
        _ attempt: Node.Attempt,
        _ problem: Problem,
        retries: Int,
        since: Timestamp
    ) throws(Problem) -> Outcome {
        var step = step
        guard try catches(attempt, problem, step.input, workflow[step.node]) else { return fault(step, problem) }
        if let policy = attempt.retry, try mayRetry(policy, problem, step, retries: retries, since: since) {
            let at = moment.now.advanced(by: policy.delay(after: retries + 1, random: random(step.number)))
            if at <= moment.now { return runAttempt(step, attempt, retries: retries + 1, since: since) }
            step.state = .attemptLater(at: at, retries: retries + 1, since: since)
            effects.append(.setTimer(step: step.number, kind: .retry, at: at))
            record(StepChange(step: step.number, node: step.node, phase: .retrying(at: at), problem: problem))
            return .active(step)
        }
        guard let handler = attempt.handler else { return finish(step, step.input, flow: attempt.caughtThen) }
        let outer = locals
        defer { locals = outer }
        locals[attempt.variable] = problem.json
        return handlerWent(step, problem, enter(handler, step.input))
    }

    mutating func handlerWent(_ step: Step, _ problem: Problem, _ outcome: Outcome) -> Outcome {
        guard case .attempt(let attempt) = workflow[step.node].kind else {
            preconditionFailure("a handler belongs to an attempt")
        }
        var step = step
        switch outcome {
        case .active(let body):
            step.state = .handling(body: body, problem: problem)
            return .active(step)
        case .ended(let output, let flow):
            return finish(step, output, flow: flow == .end ? .end : attempt.caughtThen)
        case .faulted(let problem): return fault(step, problem)
        }
    }

    private func mayRetry(
        _ policy: RetryPolicy,
        _ problem: Problem,
        _ step: Step,
        retries: Int,
        since: Timestamp
    ) throws(Problem) -> Bool {
        guard policy.allows(anotherAfter: retries + 1, elapsed: moment.now.since(since)) else { return false }
        let scope = scope(workflow[step.node], step.input, step).adding("error", problem.json)
        if let when = policy.when, try !when.isTrue(step.input, scope) { return false }
        if let exceptWhen = policy.exceptWhen, try exceptWhen.isTrue(step.input, scope) { return false }
        return true
    }

    private func catches(
        _ attempt: Node.Attempt,
        _ problem: Problem,
        _ input: JSON,
        _ node: Node
    ) throws(Problem) -> Bool {
        guard attempt.filter.matches(problem) else { return false }
        let scope = scope(node, input).adding(attempt.variable, problem.json)
        if let when = attempt.when, try !when.isTrue(input, scope) { return false }
        if let exceptWhen = attempt.exceptWhen, try exceptWhen.isTrue(input, scope) { return false }
        return true
    }

    /// Whether a step around `node` declares what to do about `problem`. Its word goes before a person's.
    func isHandled(_ problem: Problem, at node: Node) -> Bool {
        var child = node
        while let index = child.parent {
            let parent = workflow[index]
            if case .attempt(let attempt) = parent.kind, attempt.body == child.index,
                (try? catches(attempt, problem, .null, parent)) ?? true
            {
                // A filter that cannot be evaluated counts as a match: the attempt itself will say what is wrong with
                // it.
                return true
            }
            child = parent
        }
        return false
    }

    func random(_ salt: Int) -> UInt64 { Mixer.mix(moment.random &+ UInt64(truncatingIfNeeded: salt)) }
}
