import JSON

// A completion that turns out to be wrong is taken back, as long as nothing that follows it has begun: the step waits
// for the same task again. Afterwards there is only the way back that undoes: see `rewound`.
extension Interpreter {
    mutating func taskReopened(_ number: Int) throws(Refusal) {
        guard case .body(let root) = instance.progress else { throw .notReopenable(step: number) }
        if let tree = root.reopened(number) {
            instance.progress = .body(tree)
        } else {
            try reopenInSequence(number, root)
        }
        guard let step = instance.leaf(number) else { throw .notReopenable(step: number) }
        for position in instance.undos.indices where instance.undos[position].step == number {
            instance.undos[position].output = nil
        }
        do { try beginTimeout(step, workflow[step.node]) } catch { throw .notReopenable(step: number) }
        record(StepChange(step: number, node: step.node, phase: step.phase))
    }

    /// The branch, for it to be gone back to, when a person's completion has ended it and nothing else came of that.
    func reopenable(_ branch: Step.Branch) -> Step? {
        guard case .active(let step) = branch, entered == 0, completedOn == instance.context else { return nil }
        return step
    }

    /// Gives up what is next, which has not begun, and goes back to the step with the context of then.
    private mutating func reopenInSequence(_ number: Int, _ root: Step) throws(Refusal) {
        guard let mark = instance.marks.first(where: { $0.step == number }),
            case .manual = workflow[mark.node].kind,
            let sequence = workflow[mark.node].parent.flatMap({ root.step(at: $0) }),
            case .sequence(let next) = sequence.state, hasNotBegun(next), onlyChosen(since: number, root)
        else { throw .notReopenable(step: number) }
        let outcome = try travelled(to: sequence.number) { interpreter, step in
            interpreter.abandonInside(step, expired: false)
            var step = step
            step.state = .sequence(
                Step(
                    number: number,
                    node: mark.node,
                    startedAt: interpreter.moment.now,
                    input: mark.input,
                    state: .manual
                )
            )
            return .active(step)
        }
        guard case .active(let tree) = outcome else { preconditionFailure("a reopened instance is active") }
        instance.context = mark.context
        instance.marks.removeAll { $0.step > number }
        instance.undos.removeAll { $0.step > number }
        do {
            let input = try accept(workflow[mark.node].input, mark.input, workflow[mark.node], number)
            instance.progress = .body(tree.replacing(number) { $0.given(input) } ?? tree)
        } catch {
            throw .notReopenable(step: number)
        }
    }

    /// Whether a step, with all that is in it, has done nothing yet: it waits to begin, for time, or for a person who,
    /// as far as the machine knows, has not looked at it.
    private func hasNotBegun(_ step: Step) -> Bool {
        switch step.state {
        case .pending, .manual, .waiting: return true
        case .sequence(let child):
            guard case .sequence(let children) = workflow[step.node].kind else { return false }
            return children.first == child.node && hasNotBegun(child)
        case .loop(items: _, position: let position, body: let body): return position == 0 && hasNotBegun(body)
        case .attempt(body: let body, retries: let retries, since: _): return retries == 0 && hasNotBegun(body)
        case .parallel(let branches):
            return branches.allSatisfy { if case .active(let branch) = $0 { hasNotBegun(branch) } else { false } }
        case .entering, .concluding, .attemptLater, .handling, .calling, .child, .needsPerson, .listening: return false
        }
    }

    /// Whether what was entered since the step is in progress still, or has only chosen where to go.
    private func onlyChosen(since number: Int, _ root: Step) -> Bool {
        instance.marks.allSatisfy { mark in
            guard mark.step > number, !root.contains(mark.step) else { return true }
            if case .choice = workflow[mark.node].kind { return true }
            return false
        }
    }
}

extension Step {
    /// The tree with the branch active again that the completion of this step has ended; `nil` when there is none.
    fileprivate func reopened(_ number: Int) -> Step? {
        if case .parallel(let branches) = state {
            for case (let position, .ended(_, before: let before?)) in branches.enumerated()
            where before.contains(number) {
                var (step, branches) = (self, branches)
                branches[position] = .active(before)
                step.state = .parallel(branches)
                return step
            }
        }
        return replacingChild { $0.reopened(number) }
    }

    /// The tree with another step in the place of the one of this number.
    fileprivate func replacing(_ number: Int, _ change: (Step) -> Step) -> Step? {
        self.number == number ? change(self) : replacingChild { $0.replacing(number, change) }
    }

    fileprivate func given(_ input: JSON) -> Step {
        Step(number: number, node: node, startedAt: startedAt, input: input, state: state)
    }

    /// The step with the first of its children changed for which `change` has something.
    private func replacingChild(_ change: (Step) -> Step?) -> Step? {
        var step = self
        switch state {
        case .sequence(let child):
            guard let child = change(child) else { return nil }
            step.state = .sequence(child)
        case .loop(let items, let position, let body):
            guard let body = change(body) else { return nil }
            step.state = .loop(items: items, position: position, body: body)
        case .attempt(let body, let retries, let since):
            guard let body = change(body) else { return nil }
            step.state = .attempt(body: body, retries: retries, since: since)
        case .handling(let body, let problem):
            guard let body = change(body) else { return nil }
            step.state = .handling(body: body, problem: problem)
        case .listening(var listening):
            guard let body = listening.body.flatMap(change) else { return nil }
            listening.body = body
            step.state = .listening(listening)
        case .parallel(var branches):
            for case (let position, .active(let branch)) in branches.enumerated() {
                guard let branch = change(branch) else { continue }
                branches[position] = .active(branch)
                step.state = .parallel(branches)
                return step
            }
            return nil
        case .entering, .pending, .concluding, .attemptLater, .calling, .manual, .waiting, .child, .needsPerson:
            return nil
        }
        return step
    }
}
