import JQ
import JSON

// `listen`: events that come, what is done with each, and when there have been enough.
extension Interpreter {
    mutating func beginListening(
        _ step: inout Step,
        _ node: Node,
        _ listener: Node.Listener
    ) throws(Problem) {
        let scope = scope(node, step.input, step)
        let input = step.input
        let hearing = try Hearing(listener.strategy) { (expect) throws(Problem) in try expect.evaluate(input, scope) }
        step.state = .listening(.init(hearing: hearing))
        let addresses = hearing.addresses(listener.strategy)
        // What an event sets in motion hears whatever came after that event.
        effects.append(.listen(step: step.number, addresses: addresses, after: eventInHand))
    }

    /// Offers an event to every step that listens, the eldest first. Those that begin to listen on account of it are
    /// not asked: it came before them.
    mutating func eventCame(_ event: CloudEvent, _ sequence: Int64) throws(Refusal) {
        guard case .body(let root) = instance.progress else {
            if case .unwinding = instance.progress { throw .unwinding }
            throw .notListening
        }
        eventInHand = sequence
        var isTaken = false
        for number in root.listening.sorted() {
            do throws(Refusal) {
                try travel(to: number) { (interpreter: inout Interpreter, step: Step) throws(Refusal) in
                    try interpreter.hear(step, event, sequence)
                }
                isTaken = true
            } catch {
                switch error {
                case .notListening, .noSuchStep: continue
                case .ended, .alreadyStarted, .staleAttempt, .notAwaited, .unwinding, .task, .alreadySuspended,
                    .notSuspended, .notStopped, .notSkippable, .outputUnfit, .inputUnfit, .notEditable, .notRewindable,
                    .notReopenable:
                    throw error
                }
            }
            guard case .body = instance.progress else { break }
        }
        guard isTaken else { throw .notListening }
    }

    private mutating func hear(_ step: Step, _ event: CloudEvent, _ sequence: Int64) throws(Refusal) -> Outcome {
        let node = workflow[step.node]
        guard case .listening(var listening) = step.state, case .listen(let listener) = node.kind else {
            throw .notListening
        }
        let scope = scope(node, step.input, step)
        guard listening.hearing.fits(listener.strategy) else { throw .notListening }
        let before = listening.hearing.addresses(listener.strategy)
        let isTaken = listening.hearing.take(event, sequence, listener.strategy, listener.read) {
            (program, value) throws(Problem) in try program.run(value, scope)
        }
        guard isTaken else { throw .notListening }
        do {
            try endListening(&listening.hearing, listener, listening.hearing.items, scope)
            return try goOnListening(step, listening, listener, before)
        } catch {
            var step = step
            step.state = .listening(listening)
            abandonInside(step, expired: false)
            return fault(step, error)
        }
    }

    /// Whether the condition of `until` holds now.
    private func endListening(
        _ hearing: inout Hearing,
        _ listener: Node.Listener,
        _ items: [JSON],
        _ scope: Scope
    ) throws(Problem) {
        guard case .condition(let condition)? = listener.strategy.until, !hearing.isOver else { return }
        hearing.isOver = try condition.isTrue(.array(items), scope)
    }

    /// Does what is to be done with the events that were heard; then listens on, or ends the step.
    private mutating func goOnListening(
        _ step: Step,
        _ listening: Step.Listening,
        _ listener: Node.Listener,
        _ before: [EventAddress]
    ) throws(Problem) -> Outcome {
        var (step, listening) = (step, listening)
        if let iterator = listener.iterator {
            while listening.body == nil, listening.outputs.count < listening.hearing.items.count {
                switch try iterate(step, &listening, iterator) {
                case .active(let body): listening.body = body
                case .faulted(let problem):
                    step.state = .listening(listening)
                    return fault(step, problem)
                case .ended(let output, .end):
                    step.state = .listening(listening)
                    return finish(step, output, flow: .end)
                case .ended(let output, _):
                    try noteIteration(step, &listening, listener, iterator, output)
                }
            }
        }
        step.state = .listening(listening)
        let isDone = listening.body == nil && listening.hearing.isOver
        if isDone {
            return finish(step, .array(listener.iterator == nil ? listening.hearing.items : listening.outputs))
        }
        let after = listening.hearing.addresses(listener.strategy)
        if after.isEmpty {
            effects.append(.stopListening(step: step.number))
        } else if after != before {
            effects.append(.listen(step: step.number, addresses: after, after: listening.hearing.mark))
        }
        return .active(step)
    }

    private mutating func iterate(
        _ step: Step,
        _ listening: inout Step.Listening,
        _ iterator: Node.Iterator
    ) throws(Problem) -> Outcome {
        let item = listening.hearing.items[listening.outputs.count]
        guard let body = iterator.body else { return .ended(item, .next) }
        return withItem(listening, iterator) { interpreter in interpreter.enter(body, item) }
    }

    private mutating func noteIteration(
        _ step: Step,
        _ listening: inout Step.Listening,
        _ listener: Node.Listener,
        _ iterator: Node.Iterator,
        _ raw: JSON
    ) throws(Problem) {
        let node = workflow[step.node]
        let outer = locals
        defer { locals = outer }
        setItem(listening, iterator)
        var scope = scope(node, step.input, step)
        scope.output = raw
        let output = try deliver(iterator.output, raw, scope, node)
        scope.output = output
        if let transform = iterator.export.as {
            instance.context = try transform.evaluate(output, scope)
            try check(iterator.export.schema, instance.context, node, "context")
        }
        listening.outputs.append(output)
        try endListening(&listening.hearing, listener, listening.hearing.items, self.scope(node, step.input, step))
    }

    /// The body of an iteration has gone on.
    mutating func iterationWent(_ step: Step, _ listening: Step.Listening, _ outcome: Outcome) -> Outcome {
        guard case .listen(let listener) = workflow[step.node].kind, let iterator = listener.iterator else {
            preconditionFailure("an iteration belongs to a step that listens")
        }
        var (step, listening) = (step, listening)
        switch outcome {
        case .active(let body):
            listening.body = body
            step.state = .listening(listening)
            return .active(step)
        case .faulted(let problem): return fault(step, problem)
        case .ended(let output, .end): return finish(step, output, flow: .end)
        case .ended(let output, _):
            listening.body = nil
            let before = listening.hearing.addresses(listener.strategy)
            do {
                try noteIteration(step, &listening, listener, iterator, output)
                return try goOnListening(step, listening, listener, before)
            } catch {
                step.state = .listening(listening)
                return fault(step, error)
            }
        }
    }

    /// Runs `body` where the variables of the iteration in hand are known.
    mutating func withItem<Value, Failure: Error>(
        _ listening: Step.Listening,
        _ iterator: Node.Iterator,
        _ body: (inout Interpreter) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        let outer = locals
        defer { locals = outer }
        setItem(listening, iterator)
        return try body(&self)
    }

    private mutating func setItem(_ listening: Step.Listening, _ iterator: Node.Iterator) {
        locals[iterator.item] = listening.hearing.items[listening.outputs.count]
        locals[iterator.position] = .number(JSON.Number(listening.outputs.count))
    }
}

extension Step {
    /// The numbers of the steps in this one, itself included, that still wait for events.
    var listening: [Int] {
        switch state {
        case .sequence(let child): child.listening
        case .loop(items: _, position: _, body: let body): body.listening
        case .parallel(let branches):
            branches.flatMap { branch -> [Int] in
                switch branch {
                case .active(let step): step.listening
                case .ended: []
                }
            }
        case .attempt(body: let body, retries: _, since: _): body.listening
        case .handling(body: let body, problem: _): body.listening
        case .listening(let listening):
            (listening.hearing.isOver ? [] : [number]) + (listening.body?.listening ?? [])
        case .entering, .pending, .concluding, .attemptLater, .calling, .manual, .waiting, .child, .needsPerson: []
        }
    }
}
