import JSON

// What a supervisor does to an instance: holds it and lets it go on, and mends one that stands still.
extension Interpreter {
    // MARK: Suspending

    /// What runs goes on to its end; nothing new begins, and no attempt either.
    mutating func suspended() throws(Refusal) {
        guard case .body(let root) = instance.progress else { throw notInBody }
        if let suspension = instance.suspension { throw .alreadySuspended(since: suspension.since) }
        var parked: [Int] = []
        for leaf in root.leaves {
            guard case .calling(let calling) = leaf.state, case .retrying(let at) = calling.phase, at > moment.now
            else { continue }
            effects.append(.park(step: leaf.number))
            parked.append(leaf.number)
        }
        instance.suspension = .init(since: moment.now, parked: parked)
    }

    mutating func resumed() throws(Refusal) {
        guard case .body = instance.progress else { throw notInBody }
        guard instance.suspension != nil else { throw .notSuspended }
        goOn()
    }

    /// Lets happen what was kept: attempts, then timers, then the steps that are next.
    private mutating func goOn() {
        guard let suspension = instance.suspension else { return }
        instance.suspension = nil
        for leaf in instance.leaves where suspension.parked.contains(leaf.number) {
            guard case .calling(let calling) = leaf.state, case .retrying(let at) = calling.phase else { continue }
            performAgain(leaf, attempt: calling.attempt, at: max(at, moment.now))
        }
        for timer in suspension.kept {
            guard case .body = instance.progress else { return }
            // A timer whose step has ended meanwhile tells nothing more.
            try? timerFired(timer.step, timer.kind)
        }
        while case .body(let root) = instance.progress, let next = root.leaves.first(where: { $0.phase == .pending }) {
            let went: Void? = try? travel(to: next.number) { interpreter, step in interpreter.begun(step) }
            precondition(went != nil, "a pending step is in the tree")
        }
    }

    private mutating func begun(_ step: Step) -> Outcome {
        switch step.state {
        case .concluding(.output(let output)): return finish(step, output)
        case .concluding(.problem(let problem)): return fault(step, problem)
        case .pending, .entering, .sequence, .loop, .parallel, .attempt, .attemptLater, .handling, .calling, .manual,
            .waiting, .child, .needsPerson, .listening:
            if let position = instance.marks.firstIndex(where: { $0.step == step.number }) {
                // The context may have been edited since.
                instance.marks[position] = .init(
                    step: step.number,
                    node: step.node,
                    input: step.input,
                    context: instance.context
                )
            }
            return enter(step.node, step.input, as: step.number)
        }
    }

    private var notInBody: Refusal {
        switch instance.progress {
        case .notStarted, .body: .notSuspended
        case .unwinding: .unwinding
        case .ended: .ended(instance.status)
        }
    }

    /// The root of a suspended instance, whose end waits until it is resumed.
    func heldConclusion(_ step: Step, _ conclusion: Step.Conclusion) -> Step? {
        guard step.node == 0, instance.suspension != nil, case .body = instance.progress else { return nil }
        var root = step
        root.state = .concluding(conclusion)
        return root
    }

    /// The next attempt is due at a time; while the instance is suspended, once it is resumed.
    mutating func performAgain(_ step: Step, attempt: Int, at: Timestamp) {
        guard instance.suspension != nil, case .body = instance.progress else {
            effects.append(.performAgain(step: step.number, attempt: attempt, notBefore: at))
            return
        }
        effects.append(.park(step: step.number))
        if instance.suspension?.parked.contains(step.number) == false {
            instance.suspension?.parked.append(step.number)
        }
    }

    /// Whether a timer waits until the instance is resumed.
    mutating func keep(_ number: Int, _ timer: TimerKind) throws(Refusal) -> Bool {
        guard var suspension = instance.suspension else { return false }
        let isAwaited =
            switch instance.progress {
            case .notStarted, .ended: false
            case .body(let root): number == 0 || root.contains(number)
            case .unwinding(let unwinding): number == 0 || unwinding.rewind?.root.contains(number) == true
            }
        guard isAwaited else { throw .noSuchStep(number) }
        suspension.kept.append(.init(step: number, kind: timer))
        instance.suspension = suspension
        return true
    }

    // MARK: Mending

    private func expectStopped() throws(Refusal) {
        switch instance.progress {
        case .notStarted: throw .notStopped
        case .body: if !instance.isStopped { throw .notStopped }
        case .unwinding: throw .unwinding
        case .ended: throw .ended(instance.status)
        }
    }

    mutating func stepDecided(_ number: Int, _ end: TaskEnd) throws(Refusal) {
        if case .unwinding = instance.progress {
            effects.append(.closeTask(step: number, expired: false))
            return try undoDecided(number, end)
        }
        try expectStopped()
        try travel(to: number) { (interpreter: inout Interpreter, step: Step) throws(Refusal) in
            if case .needsPerson(let problem, attempts: _) = step.state {
                interpreter.effects.append(.closeTask(step: number, expired: false))
                return try interpreter.personDecided(step, problem, end)
            }
            return try interpreter.decided(step, end)
        }
    }

    /// A decision about a step of a suspended instance that has not given up by itself.
    private mutating func decided(_ step: Step, _ end: TaskEnd) throws(Refusal) -> Outcome {
        guard instance.suspension != nil else { throw .notStopped }
        switch (end, step.state) {
        case (.retry(let input), .calling(let calling)) where isParked(step, calling):
            try checkReplacement(input, of: step)
            return .active(calledAgain(step, input: input))
        case (.skipped(let output), .pending), (.skipped(let output), .manual), (.skipped(let output), .waiting),
            (.skipped(let output), .child), (.skipped(let output), .listening):
            let outcome = try skip(step, output)
            abandonInside(step, expired: false)
            return outcome
        case (.skipped(let output), .calling(let calling)) where isParked(step, calling):
            return try skip(step, output)
        case (.giveUp(let reason), .manual), (.giveUp(let reason), .waiting), (.giveUp(let reason), .child),
            (.giveUp(let reason), .attemptLater), (.giveUp(let reason), .listening):
            abandonInside(step, expired: false)
            return fault(step, Problem(.runtime, "Given up: \(reason)"))
        case (.giveUp(let reason), .calling(let calling)) where isParked(step, calling):
            return fault(step, Problem(.runtime, "Given up: \(reason)"))
        case (.retry, _), (.skipped, _), (.giveUp, _), (.completed, _), (.failed, _):
            throw .notAwaited(step: step.number, awaiting: step.phase.name)
        }
    }

    /// Whether nobody performs the call now.
    private func isParked(_ step: Step, _ calling: Step.Calling) -> Bool {
        guard case .retrying = calling.phase else { return false }
        return instance.suspension?.parked.contains(step.number) == true
    }

    mutating func dataEdited(_ edit: DataEdit) throws(Refusal) {
        try expectStopped()
        switch edit {
        case .context(let value): instance.context = value
        case .input(let number, let value):
            try travel(to: number) { (interpreter: inout Interpreter, step: Step) throws(Refusal) in
                try interpreter.edited(step, input: value)
            }
        }
    }

    private mutating func edited(_ step: Step, input: JSON) throws(Refusal) -> Outcome {
        switch step.state {
        case .pending:
            return .active(
                Step(
                    number: step.number,
                    node: step.node,
                    startedAt: step.startedAt,
                    input: input,
                    state: .pending
                )
            )
        case .calling(let calling) where isParked(step, calling): break
        case .needsPerson: break
        case .entering, .concluding, .sequence, .loop, .parallel, .attempt, .attemptLater, .handling, .calling,
            .manual, .waiting, .child, .listening:
            throw .notEditable(step: step.number)
        }
        guard let call = workflow[step.node].call else { throw .notEditable(step: step.number) }
        try checkReplacement(input, of: step)
        effects.append(.amendWork(step: step.number, action: call.action, input: input))
        return .active(step)
    }

    // MARK: Rewinding

    /// Remembers a step that is being entered, for somebody to come back to.
    mutating func mark(_ index: Int, _ raw: JSON) {
        guard workflow.isRewindable(index) else { return }
        instance.marks.removeAll { $0.node == index }
        instance.marks.append(
            .init(step: instance.nextStep, node: index, input: raw, context: instance.context)
        )
    }

    /// A sequence that is over takes its marks with it.
    mutating func dropMarks(of step: Step) {
        guard !instance.marks.isEmpty, case .sequence = workflow[step.node].kind else { return }
        instance.marks.removeAll { workflow[$0.node].parent == step.node }
    }

    /// Gives up what is in progress, undoes what began since the step, the latest first, and goes on from it.
    mutating func rewound(to number: Int) throws(Refusal) {
        try expectStopped()
        guard case .body(let root) = instance.progress, let mark = instance.marks.first(where: { $0.step == number }),
            let sequence = workflow[mark.node].parent.flatMap({ root.step(at: $0) })
        else { throw .notRewindable(step: number) }
        let again = instance.nextStep
        instance.nextStep += 1
        let resumes = instance.suspension == nil
        if resumes { instance.suspension = .init(since: moment.now) }
        let outcome = try travelled(to: sequence.number) { interpreter, step in
            interpreter.abandonInside(step, expired: false)
            var step = step
            step.state = .sequence(
                Step(
                    number: again,
                    node: mark.node,
                    startedAt: interpreter.moment.now,
                    input: mark.input,
                    state: .pending
                )
            )
            return .active(step)
        }
        guard case .active(let tree) = outcome else { preconditionFailure("a rewound instance is active") }
        instance.marks.removeAll { $0.step >= number }
        instance.marks.append(.init(step: again, node: mark.node, input: mark.input, context: mark.context))
        let rewind = Instance.Rewind(root: tree, context: mark.context, floor: number, resumes: resumes)
        instance.progress = .unwinding(.init(cause: .rewind(rewind), draining: drained))
        instance.status = .compensating
        undoNext()
    }

    /// Everything after the step has been undone.
    mutating func goOn(from rewind: Instance.Rewind) {
        instance.context = rewind.context
        instance.progress = .body(rewind.root)
        if rewind.resumes { goOn() }
    }

    /// An instance that is going back is cancelled: what is left is undone as well.
    mutating func cancelRewind(_ unwinding: Instance.Unwinding, reason: String) throws(Refusal) {
        guard let rewind = unwinding.rewind else { throw .unwinding }
        abandon(rewind.root)
        if workflow.timeout != nil { effects.append(.dropTimer(step: 0, kind: .timeout)) }
        instance.suspension = nil
        instance.marks = []
        var unwinding = unwinding
        unwinding.cause = .cancelled(reason: reason)
        instance.progress = .unwinding(unwinding)
        undoNext()
    }
}

extension Instance.Unwinding {
    package var rewind: Instance.Rewind? {
        switch cause {
        case .rewind(let rewind): rewind
        case .problem, .cancelled: nil
        }
    }
}

extension Workflow {
    /// Whether an instance can go back to the step: branches share the context, so there is no way back into a fork;
    /// nor into what is done with an event, while more of them come.
    func isRewindable(_ index: Int) -> Bool {
        switch self[index].kind {
        case .set, .raise: return false
        case .sequence, .choice, .loop, .parallel, .attempt, .wait, .call, .manual, .workflow, .emit, .listen: break
        }
        var node = self[index]
        while let parent = node.parent {
            node = self[parent]
            switch node.kind {
            case .parallel, .listen: return false
            case .sequence, .choice, .loop, .attempt, .wait, .call, .manual, .workflow, .emit, .set, .raise: break
            }
        }
        return true
    }
}

extension Step {
    /// The steps that this one holds.
    package var children: [Step] {
        switch state {
        case .sequence(let child): [child]
        case .loop(items: _, position: _, let body), .attempt(let body, retries: _, since: _),
            .handling(let body, problem: _):
            [body]
        case .parallel(let branches):
            branches.compactMap { if case .active(let step) = $0 { step } else { nil } }
        case .listening(let listening): listening.body.map { [$0] } ?? []
        case .entering, .pending, .concluding, .attemptLater, .calling, .manual, .waiting, .child, .needsPerson: []
        }
    }

    func contains(_ number: Int) -> Bool { self.number == number || children.contains { $0.contains(number) } }

    /// The step in progress of a node that lies in no fork: there is at most one.
    func step(at node: Int) -> Step? {
        if self.node == node { return self }
        for child in children {
            if let found = child.step(at: node) { return found }
        }
        return nil
    }
}
