import JSON

// How the steps that hold other steps go on when one of these has ended.
extension Interpreter {
    // MARK: Sequence

    /// Runs children from `position` until one waits, fails or leaves.
    mutating func runSequence(_ step: Step, _ children: [Int], from position: Int, _ input: JSON) -> Outcome {
        var position = position
        var value = input
        while position < children.count {
            mark(children[position], value)
            switch enter(children[position], value) {
            case .active(let child):
                var step = step
                step.state = .sequence(child)
                return .active(step)
            case .faulted(let problem):
                return fault(step, problem)
            case .ended(let output, let flow):
                value = output
                switch flow {
                case .next: position += 1
                case .go(let target):
                    guard let index = children.firstIndex(of: target) else {
                        preconditionFailure("a step leads only to a step of its own sequence")
                    }
                    position = index
                case .exit: position = children.count
                case .end: return endAll(step, value)
                }
            }
        }
        return finish(step, value)
    }

    /// `then: end` travels up through every step around it.
    private mutating func endAll(_ step: Step, _ value: JSON) -> Outcome {
        switch finish(step, value, flow: .end) {
        case .ended(let output, _): .ended(output, .end)
        case .faulted(let problem): .faulted(problem)
        // Only the root of a suspended instance: it ends when it is resumed.
        case .active(let root): .active(root)
        }
    }

    mutating func sequenceWent(_ step: Step, child: Step, _ outcome: Outcome) -> Outcome {
        guard case .sequence(let children) = workflow[step.node].kind else {
            preconditionFailure("a sequence's state belongs to a sequence")
        }
        switch outcome {
        case .active(let child):
            var step = step
            step.state = .sequence(child)
            return .active(step)
        case .faulted(let problem): return fault(step, problem)
        case .ended(let output, let flow):
            guard let position = children.firstIndex(of: child.node) else {
                preconditionFailure("a sequence's child is one of its children")
            }
            switch flow {
            case .next: return runSequence(step, children, from: position + 1, output)
            case .go(let target):
                guard let index = children.firstIndex(of: target) else {
                    preconditionFailure("a step leads only to a step of its own sequence")
                }
                return runSequence(step, children, from: index, output)
            case .exit: return runSequence(step, children, from: children.count, output)
            case .end: return endAll(step, output)
            }
        }
    }

    // MARK: Loop

    mutating func beginLoop(_ step: Step, _ node: Node, _ loop: Node.Loop) throws(Problem) -> Outcome {
        let value = try loop.items.evaluate(step.input, scope(node, step.input, step))
        guard let items = value.asArray else {
            throw Problem(
                .expression,
                "`for.in` gave \(value.text.prefix(80)), which is not an array.",
                at: node.pointer
            )
        }
        return try runLoop(step, loop, items, from: 0, step.input)
    }

    mutating func runLoop(
        _ step: Step,
        _ loop: Node.Loop,
        _ items: [JSON],
        from start: Int,
        _ input: JSON
    ) throws(Problem) -> Outcome {
        let node = workflow[step.node]
        let outer = locals
        defer { locals = outer }
        var value = input
        for position in start..<max(start, items.count) {
            locals[loop.item] = items[position]
            locals[loop.position] = .number(JSON.Number(position))
            if let condition = loop.condition, try !condition.isTrue(value, scope(node, value, step)) { break }
            switch enter(loop.body, value) {
            case .active(let body):
                var step = step
                step.state = .loop(items: items, position: position, body: body)
                return .active(step)
            case .faulted(let problem): return fault(step, problem)
            case .ended(let output, let flow):
                value = output
                if case .end = flow { return endAll(step, value) }
            }
        }
        return finish(step, value)
    }

    mutating func loopWent(_ step: Step, items: [JSON], position: Int, _ outcome: Outcome) -> Outcome {
        guard case .loop(let loop) = workflow[step.node].kind else {
            preconditionFailure("a loop's state belongs to a loop")
        }
        switch outcome {
        case .active(let body):
            var step = step
            step.state = .loop(items: items, position: position, body: body)
            return .active(step)
        case .faulted(let problem): return fault(step, problem)
        case .ended(let output, .end): return endAll(step, output)
        case .ended(let output, _):
            do { return try runLoop(step, loop, items, from: position + 1, output) } catch { return fault(step, error) }
        }
    }

    // MARK: Parallel

    mutating func beginParallel(_ step: Step, _ nodes: [Int], compete: Bool) -> Outcome {
        record(StepChange(step: step.number, node: step.node, phase: .running))
        var branches: [Step.Branch] = []
        for (position, node) in nodes.enumerated() {
            switch enter(node, step.input) {
            case .active(let branch): branches.append(.active(branch))
            case .ended(let output, let flow):
                branches.append(.ended(output, before: nil))
                if compete || flow == .end { return settle(step, branches, winner: position, flow: flow) }
            case .faulted(let problem):
                abandon(branches)
                return fault(step, problem)
            }
        }
        return settleIfEnded(step, branches)
    }

    mutating func branchWent(_ step: Step, _ branches: [Step.Branch], position: Int, _ outcome: Outcome) -> Outcome {
        guard case .parallel(_, let compete) = workflow[step.node].kind else {
            preconditionFailure("a fork's state belongs to a fork")
        }
        var branches = branches
        switch outcome {
        case .active(let branch):
            branches[position] = .active(branch)
            return settleIfEnded(step, branches)
        case .ended(let output, let flow):
            branches[position] = .ended(output, before: reopenable(branches[position]))
            if compete || flow == .end { return settle(step, branches, winner: position, flow: flow) }
            return settleIfEnded(step, branches)
        case .faulted(let problem):
            branches.remove(at: position)
            abandon(branches)
            return fault(step, problem)
        }
    }

    private mutating func settleIfEnded(_ step: Step, _ branches: [Step.Branch]) -> Outcome {
        var step = step
        step.state = .parallel(branches)
        var outputs: [JSON] = []
        for branch in branches {
            guard case .ended(let output, before: _) = branch else { return .active(step) }
            outputs.append(output)
        }
        return finish(step, .array(outputs))
    }

    /// One branch has won, or has ended everything: the others are abandoned.
    private mutating func settle(_ step: Step, _ branches: [Step.Branch], winner: Int, flow: Flow) -> Outcome {
        guard case .ended(let output, before: _) = branches[winner] else { preconditionFailure("a winner has ended") }
        abandon(branches)
        var step = step
        step.state = .parallel(branches)
        return flow == .end ? endAll(step, output) : finish(step, output)
    }

    private mutating func abandon(_ branches: [Step.Branch]) {
        for case .active(let branch) in branches { abandon(branch) }
    }
}
