package import JSON

extension Interpreter {
    /// What each kind of step does when it begins.
    mutating func begin(_ step: Step, _ node: Node) throws(Problem) -> Outcome {
        var step = step
        switch node.kind {
        case .sequence(let children):
            return runSequence(step, children, from: 0, step.input)
        case .set(let template):
            let value = try template.evaluate(step.input, scope(node, step.input, step))
            return finish(step, value)
        case .choice(let cases):
            return finish(step, step.input, flow: try choose(cases, step, node))
        case .loop(let loop):
            return try beginLoop(step, node, loop)
        case .parallel(let branches, let compete):
            return beginParallel(step, branches, compete: compete)
        case .attempt(let attempt):
            return runAttempt(step, attempt, retries: 0, since: moment.now)
        case .emit(let emission):
            let event = try emission.event(step, scope(node, step.input, step), at: moment.now)
            effects.append(.emit(step: step.number, event: event))
            return finish(step, event.json)
        case .listen(let listener):
            try beginListening(&step, node, listener)
        case .raise(let raised):
            throw try evaluate(raised, step, node)
        case .wait(let template):
            let length = try interval(template.evaluate(step.input, scope(node, step.input, step)), node)
            let until = moment.now.advanced(by: length)
            step.state = .waiting(until: until)
            effects.append(.setTimer(step: step.number, kind: .wait, at: until))
        case .call(let call):
            try beginCall(&step, node, call)
        case .manual(let work):
            step.state = .manual
            let spec = try work.open(step.input, scope(node, step.input, step))
            effects.append(.openTask(.init(step: step.number, node: node.index, kind: .manual, spec: spec)))
        case .workflow(let subflow):
            step.state = .child
            let input = try subflow.input.evaluate(step.input, scope(node, step.input, step))
            let start = Effect.SubflowStart(
                namespace: subflow.namespace,
                name: subflow.name,
                version: subflow.version,
                input: input,
                isAwaited: subflow.isAwaited
            )
            effects.append(.startChild(step: step.number, subflow: start))
            guard subflow.isAwaited else { return startedAlone(step, node, input) }
        }
        if node.compensation != nil {
            instance.undos.append(.init(step: step.number, node: node.index, input: step.input))
        }
        try beginTimeout(step, node)
        record(StepChange(step: step.number, node: node.index, phase: step.phase, input: toldInput(step, node)))
        return .active(step)
    }

    /// A workflow that is not waited for: the step is over when it has been started, and gives what it was given.
    private mutating func startedAlone(_ step: Step, _ node: Node, _ input: JSON) -> Outcome {
        var step = step
        step.state = .entering
        if node.compensation != nil {
            instance.undos.append(.init(step: step.number, node: node.index, input: step.input))
        }
        record(StepChange(step: step.number, node: node.index, phase: .running, input: input))
        return finish(step, step.input)
    }

    private mutating func beginCall(_ step: inout Step, _ node: Node, _ call: Node.Call) throws(Problem) {
        var arguments = try call.with.evaluate(step.input, scope(node, step.input, step))
        if call.http != nil, let references = references(of: step.number) { arguments = try references.seal(arguments) }
        step.state = .calling(.init(attempt: 1, since: moment.now))
        effects.append(
            .perform(
                .init(
                    step: step.number,
                    node: node.index,
                    attempt: 1,
                    action: call.action,
                    input: arguments,
                    notBefore: moment.now
                )
            )
        )
    }

    mutating func beginTimeout(_ step: Step, _ node: Node) throws(Problem) {
        guard let timeout = node.timeout else { return }
        let length = try interval(timeout.after.evaluate(step.input, scope(node, step.input, step)), node)
        effects.append(.setTimer(step: step.number, kind: .timeout, at: moment.now.advanced(by: length)))
    }

    /// The input that the story tells: the arguments of a call, which were evaluated a moment ago.
    private func toldInput(_ step: Step, _ node: Node) -> JSON? {
        guard let last = effects.last(where: { $0.step == step.number }) else { return nil }
        switch last {
        case .perform(let work): return node.call?.told(work.input) ?? work.input
        case .startChild(step: _, let start): return start.input
        case .setTimer, .performAgain, .park, .dropWork, .amendWork, .openTask, .closeTask, .dropTimer, .cancelChild,
            .tellParent, .emit, .listen, .stopListening:
            return nil
        }
    }

    private func choose(_ cases: [Node.Case], _ step: Step, _ node: Node) throws(Problem) -> Flow {
        for candidate in cases {
            guard let when = candidate.when else { return candidate.then }
            if try when.isTrue(step.input, scope(node, step.input, step)) { return candidate.then }
        }
        return node.then
    }

    private func evaluate(_ raised: Node.RaisedProblem, _ step: Step, _ node: Node) throws(Problem) -> Problem {
        let scope = scope(node, step.input, step)
        return Problem(
            type: try raised.type.evaluate(step.input, scope).asString ?? "about:blank",
            status: try raised.status.evaluate(step.input, scope).asInt ?? 500,
            title: try raised.title.evaluate(step.input, scope).asString ?? "",
            detail: try raised.detail?.evaluate(step.input, scope).asString,
            instance: node.pointer
        )
    }

    func interval(_ value: JSON, _ node: Node) throws(Problem) -> Interval {
        if let interval = Interval(json: value) { return interval }
        throw Problem(
            .expression,
            "\(value.text) is not a duration: write PT30M, or { minutes: 30 }.",
            at: node.pointer
        )
    }
}

extension Effect {
    /// The step that the effect is about.
    package var step: Int? {
        switch self {
        case .perform(let work): work.step
        case .openTask(let task): task.step
        case .performAgain(let step, attempt: _, notBefore: _), .park(let step), .dropWork(let step),
            .amendWork(let step, action: _, input: _), .closeTask(let step, expired: _),
            .setTimer(let step, kind: _, at: _), .dropTimer(let step, kind: _),
            .startChild(let step, subflow: _), .cancelChild(let step, reason: _), .emit(let step, event: _),
            .listen(let step, addresses: _, after: _), .stopListening(let step):
            step
        case .tellParent: nil
        }
    }
}

extension Interval {
    /// The language's two ways to write a duration: ISO 8601 text, or `{ days, hours, minutes, seconds, milliseconds
    /// }`.
    package init?(json: JSON) {
        if let text = json.asString {
            self.init(text)
            return
        }
        guard let object = json.asObject, !object.isEmpty else { return nil }
        var total: Int64 = 0
        for (key, value) in object {
            guard let factor = Self.units[key], let count = value.asInt, count >= 0 else { return nil }
            let (product, overflow) = factor.multipliedReportingOverflow(by: Int64(count))
            guard !overflow, product <= Interval.longest.milliseconds else { return nil }
            total += product
        }
        guard total <= Interval.longest.milliseconds else { return nil }
        self.init(milliseconds: total)
    }

    package static let units: [String: Int64] = [
        "days": 86_400_000, "hours": 3_600_000, "minutes": 60_000, "seconds": 1000, "milliseconds": 1,
    ]
}
