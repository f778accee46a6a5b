import JSON

// One function an event. Each finds the step that the event is about, changes it, and lets the change travel up.
extension Interpreter {
    mutating func started() throws(Refusal) {
        guard case .notStarted = instance.progress else { throw .alreadyStarted }
        var input = instance.input
        do {
            try check(workflow.input.schema, instance.input, workflow[0], "input")
            if let from = workflow.input.from {
                input = try from.evaluate(instance.input, scope(workflow[0], instance.input))
            }
            if let timeout = workflow.timeout {
                let length = try interval(
                    timeout.after.evaluate(input, scope(workflow[0], input)),
                    workflow[0]
                )
                // Step 0 stands for the workflow as a whole.
                effects.append(.setTimer(step: 0, kind: .timeout, at: moment.now.advanced(by: length)))
            }
        } catch {
            instance.status = .running
            return unwind(.problem(error), draining: [])
        }
        instance.status = .running
        conclude(enter(0, input))
    }

    mutating func stepSucceeded(_ number: Int, attempt: Int, output: JSON) throws(Refusal) {
        if case .unwinding = instance.progress { return try undoAnswered(number, attempt: attempt, .success(output)) }
        try travel(to: number) { (interpreter: inout Interpreter, step: Step) throws(Refusal) in
            try interpreter.expectCall(step, attempt)
            guard let call = interpreter.workflow[step.node].call else {
                preconditionFailure("a step that calls is a call")
            }
            let answer = call.read(output)
            return interpreter.finish(step, answer.output, attempt: attempt, telling: answer.told)
        }
    }

    mutating func stepFailed(_ number: Int, attempt: Int, failure: Failure) throws(Refusal) {
        if case .unwinding = instance.progress { return try undoAnswered(number, attempt: attempt, .failure(failure)) }
        try travel(to: number) { (interpreter: inout Interpreter, step: Step) throws(Refusal) in
            let calling = try interpreter.expectCall(step, attempt)
            return interpreter.callFailed(step, calling, failure)
        }
    }

    mutating func stepPending(_ number: Int, attempt: Int, checkAt: Timestamp) throws(Refusal) {
        let poll = { (interpreter: inout Interpreter, step: Step) throws(Refusal) -> Outcome in
            var calling = try interpreter.expectCall(step, attempt)
            var step = step
            calling.phase = .polling(at: checkAt)
            step.state = .calling(calling)
            interpreter.effects.append(.performAgain(step: step.number, attempt: attempt, notBefore: checkAt))
            return .active(step)
        }
        if case .unwinding(let unwinding) = instance.progress {
            return try undoPending(unwinding, number, poll)
        }
        try travel(to: number, poll)
    }

    mutating func timerFired(_ number: Int, _ timer: TimerKind) throws(Refusal) {
        if try keep(number, timer) { return }
        if case .unwinding = instance.progress { throw .unwinding }
        if number == 0 {
            return stop(.problem(Problem(.timeout, "The workflow took longer than it may.", at: "/")))
        }
        if timer == .timeout { return try timedOut(number) }
        try travel(to: number) { (interpreter: inout Interpreter, step: Step) throws(Refusal) in
            switch step.state {
            case .waiting where timer == .wait: return interpreter.finish(step, step.input)
            case .attemptLater(at: _, let retries, let since) where timer == .retry:
                guard case .attempt(let attempt) = interpreter.workflow[step.node].kind else {
                    preconditionFailure("an attempt's state belongs to an attempt")
                }
                return interpreter.runAttempt(step, attempt, retries: retries, since: since)
            case .entering, .pending, .concluding, .sequence, .loop, .parallel, .attempt, .attemptLater, .handling,
                .calling, .manual, .waiting, .child, .needsPerson, .listening:
                throw .notAwaited(step: number, awaiting: step.phase.name)
            }
        }
    }

    mutating func taskEnded(_ number: Int, _ end: TaskEnd) throws(Refusal) {
        if case .unwinding = instance.progress { return try undoDecided(number, end) }
        if case .completed = end { completedOn = instance.context }
        try travel(to: number) { (interpreter: inout Interpreter, step: Step) throws(Refusal) in
            switch step.state {
            case .manual: return try interpreter.workEnded(step, end)
            case .needsPerson(let problem, _): return try interpreter.personDecided(step, problem, end)
            case .entering, .pending, .concluding, .sequence, .loop, .parallel, .attempt, .attemptLater, .handling,
                .calling, .waiting, .child, .listening:
                throw .notAwaited(step: number, awaiting: step.phase.name)
            }
        }
    }

    mutating func childEnded(_ number: Int, _ ending: Instance.Ending) throws(Refusal) {
        if case .unwinding(let unwinding) = instance.progress { return try drainedChildEnded(unwinding, number) }
        try travel(to: number) { (interpreter: inout Interpreter, step: Step) throws(Refusal) in
            guard case .child = step.state else { throw .notAwaited(step: number, awaiting: step.phase.name) }
            switch ending {
            case .output(let output):
                guard case .workflow(let subflow) = interpreter.workflow[step.node].kind, !subflow.returns else {
                    return interpreter.finish(step, output)
                }
                return interpreter.finish(step, .null)
            case .problem(let problem): return interpreter.fault(step, problem)
            case .cancelled(let reason):
                return interpreter.fault(step, Problem(.runtime, "The workflow that it runs was cancelled: \(reason)"))
            }
        }
    }

    mutating func cancelRequested(reason: String) throws(Refusal) {
        switch instance.progress {
        case .notStarted, .body: stop(.cancelled(reason: reason))
        case .unwinding(let unwinding): try cancelRewind(unwinding, reason: reason)
        case .ended: throw .ended(instance.status)
        }
    }

    // MARK: Calls

    @discardableResult
    func expectCall(_ step: Step, _ attempt: Int) throws(Refusal) -> Step.Calling {
        guard case .calling(let calling) = step.state else {
            throw .notAwaited(step: step.number, awaiting: step.phase.name)
        }
        guard calling.attempt == attempt else { throw .staleAttempt(step: step.number, awaited: calling.attempt) }
        return calling
    }

    /// Another attempt, the declared handling, a person, or the end: in this order.
    private mutating func callFailed(_ step: Step, _ calling: Step.Calling, _ failure: Failure) -> Outcome {
        let node = workflow[step.node]
        var problem = failure.problem
        problem.instance = problem.instance ?? node.pointer
        if let again = retried(step, calling, failure, policy: node.call?.retry ?? .standard) { return again }
        if isHandled(problem, at: node) || (node.onExhausted ?? workflow.onExhausted) == .fault {
            return fault(step, problem, attempt: calling.attempt)
        }
        return askPerson(step, problem, attempts: calling.attempt)
    }

    /// The step with its next attempt scheduled, or `nil` when its retries are used up or would change nothing.
    mutating func retried(
        _ step: Step,
        _ calling: Step.Calling,
        _ failure: Failure,
        policy: RetryPolicy
    ) -> Outcome? {
        var delay = policy.delay(after: calling.attempt, random: random(step.number))
        switch failure.remedy {
        case .permanent: return nil
        case .tryAgain: break
        case .tryAgainAfter(let least): delay = max(delay, least)
        }
        guard policy.allows(anotherAfter: calling.attempt, elapsed: moment.now.since(calling.since)) else { return nil }
        var step = step
        let at = moment.now.advanced(by: delay)
        step.state = .calling(.init(attempt: calling.attempt + 1, since: calling.since, phase: .retrying(at: at)))
        performAgain(step, attempt: calling.attempt + 1, at: at)
        record(
            StepChange(
                step: step.number,
                node: step.node,
                phase: .retrying(at: at),
                attempt: calling.attempt,
                problem: failure.problem
            )
        )
        return .active(step)
    }

    private mutating func timedOut(_ number: Int) throws(Refusal) {
        try travel(to: number) { (interpreter: inout Interpreter, step: Step) throws(Refusal) in
            interpreter.abandonInside(step, expired: true)
            return interpreter.fault(step, Problem(.timeout, "The step took longer than it may."))
        }
    }

    // MARK: Travelling

    /// Ends, or goes on with, whatever the outcome of the root says.
    mutating func conclude(_ outcome: Outcome) {
        switch outcome {
        case .active(let root):
            dropDrained()
            instance.progress = .body(root)
        case .faulted(let problem): unwind(.problem(problem), draining: drained)
        case .ended(let output, _):
            dropDrained()
            do {
                let scope = scope(workflow[0], instance.input)
                end(.output(try deliver(workflow.output, output, scope, workflow[0])), .completed)
            } catch {
                unwind(.problem(error), draining: drained)
            }
        }
    }

    /// Where nothing is undone, nobody waits for an abandoned call's answer.
    private mutating func dropDrained() {
        for step in drained { leave(step) }
        drained = []
    }

    /// Applies `change` to the active step of this number, and lets its outcome travel up to the root.
    mutating func travel(
        to number: Int,
        _ change: (inout Interpreter, Step) throws(Refusal) -> Outcome
    ) throws(Refusal) {
        conclude(try travelled(to: number, change))
    }

    /// The root's outcome, with which nothing has been done yet.
    mutating func travelled(
        to number: Int,
        _ change: (inout Interpreter, Step) throws(Refusal) -> Outcome
    ) throws(Refusal) -> Outcome {
        guard case .body(let root) = instance.progress, let outcome = try travel(root, to: number, change) else {
            throw .noSuchStep(number)
        }
        return outcome
    }

    /// `nil` when the step is not in this part of the tree.
    private mutating func travel(
        _ step: Step,
        to number: Int,
        _ change: (inout Interpreter, Step) throws(Refusal) -> Outcome
    ) throws(Refusal) -> Outcome? {
        if step.number == number { return try change(&self, step) }
        switch step.state {
        case .sequence(let child):
            guard let outcome = try travel(child, to: number, change) else { return nil }
            return sequenceWent(step, child: child, outcome)
        case .loop(let items, let position, let body):
            guard case .loop(let loop) = workflow[step.node].kind else { return nil }
            let outer = locals
            defer { locals = outer }
            locals[loop.item] = items[position]
            locals[loop.position] = .number(JSON.Number(position))
            guard let outcome = try travel(body, to: number, change) else { return nil }
            return loopWent(step, items: items, position: position, outcome)
        case .parallel(let branches):
            for case (let position, .active(let branch)) in branches.enumerated() {
                guard let outcome = try travel(branch, to: number, change) else { continue }
                return branchWent(step, branches, position: position, outcome)
            }
            return nil
        case .attempt(let body, let retries, let since):
            guard let outcome = try travel(body, to: number, change) else { return nil }
            return attemptWent(step, retries: retries, since: since, outcome)
        case .handling(let body, let problem):
            guard case .attempt(let attempt) = workflow[step.node].kind else { return nil }
            let outer = locals
            defer { locals = outer }
            locals[attempt.variable] = problem.json
            guard let outcome = try travel(body, to: number, change) else { return nil }
            return handlerWent(step, problem, outcome)
        case .listening(let listening):
            guard case .listen(let listener) = workflow[step.node].kind, let iterator = listener.iterator,
                let body = listening.body
            else { return nil }
            let outcome = try withItem(listening, iterator) { (interpreter) throws(Refusal) in
                try interpreter.travel(body, to: number, change)
            }
            return outcome.map { iterationWent(step, listening, $0) }
        case .entering, .pending, .concluding, .attemptLater, .calling, .manual, .waiting, .child, .needsPerson:
            return nil
        }
    }
}
