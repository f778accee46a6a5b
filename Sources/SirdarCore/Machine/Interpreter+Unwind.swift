import JSON

// What happens when an instance faults or is cancelled: no new step starts, work in hand that can be undone is let
// finish, and then everything that had begun is undone, the latest first.
extension Interpreter {
    /// Stops the definition wherever it stands.
    mutating func stop(_ cause: Instance.Unwinding.Cause) {
        if case .body(let root) = instance.progress { abandon(root) }
        unwind(cause, draining: drained)
    }

    mutating func unwind(_ cause: Instance.Unwinding.Cause, draining: [Step]) {
        if workflow.timeout != nil { effects.append(.dropTimer(step: 0, kind: .timeout)) }
        instance.suspension = nil
        instance.marks = []
        instance.progress = .unwinding(.init(cause: cause, draining: draining))
        instance.status = .compensating
        undoNext()
    }

    /// Gives up a step that is in progress, and everything in it.
    mutating func abandon(_ step: Step, expired: Bool = false) {
        abandonInside(step, expired: expired)
        if mustDrain(step) {
            drained.append(step)
        } else {
            leave(step)
        }
        record(StepChange(step: step.number, node: step.node, phase: .cancelled))
    }

    /// Gives up what a step waits for, but not the step itself.
    mutating func abandonInside(_ step: Step, expired: Bool) {
        switch step.state {
        case .sequence(let child): abandon(child)
        case .loop(items: _, position: _, let body), .attempt(let body, retries: _, since: _),
            .handling(let body, problem: _):
            abandon(body)
        case .parallel(let branches): for case .active(let branch) in branches { abandon(branch) }
        case .manual: effects.append(.closeTask(step: step.number, expired: expired))
        case .waiting: effects.append(.dropTimer(step: step.number, kind: .wait))
        case .attemptLater: effects.append(.dropTimer(step: step.number, kind: .retry))
        case .child: effects.append(.cancelChild(step: step.number, reason: "The step that waited for it is over."))
        case .listening(let listening): if let body = listening.body { abandon(body) }
        case .entering, .pending, .concluding, .calling, .needsPerson: break
        }
    }

    /// A call that may be changing the world right now, and can be undone, must answer before it is undone; so must
    /// another instance that works on the step's behalf.
    private func mustDrain(_ step: Step) -> Bool {
        guard workflow[step.node].compensation != nil else { return false }
        switch step.state {
        case .child: return true
        case .calling(let calling):
            switch calling.phase {
            case .running: return true
            case .retrying(let at), .polling(let at): return at <= moment.now
            }
        case .entering, .pending, .concluding, .sequence, .loop, .parallel, .attempt, .attemptLater, .handling,
            .manual, .waiting, .needsPerson, .listening:
            return false
        }
    }

    // MARK: Undoing

    /// What came back from an action while the instance unwinds.
    enum Answer {
        case success(JSON)
        case failure(Failure)
    }

    /// Begins the next undo, or ends the instance when none is left.
    mutating func undoNext() {
        guard case .unwinding(var unwinding) = instance.progress, unwinding.draining.isEmpty, unwinding.current == nil
        else { return }
        while let undo = popUndo(unwinding.cause) {
            let node = workflow[undo.node]
            guard let call = node.compensation else { continue }
            let number = instance.nextStep
            instance.nextStep += 1
            var step = Step(number: number, node: undo.node, startedAt: moment.now, input: undo.input, state: .entering)
            do {
                var scope = scope(node, undo.input, step)
                scope.output = undo.output ?? .null
                let arguments = try call.with.evaluate(undo.output ?? .null, scope)
                step.state = .calling(.init(attempt: 1, since: moment.now))
                effects.append(
                    .perform(
                        .init(
                            step: number,
                            node: undo.node,
                            attempt: 1,
                            action: call.action,
                            input: arguments,
                            notBefore: moment.now,
                            undoes: true
                        )
                    )
                )
                record(StepChange(step: number, node: undo.node, phase: .running, input: call.told(arguments)))
            } catch {
                step = needPersonToUndo(step, error, attempts: 0)
            }
            unwinding.current = step
            instance.progress = .unwinding(unwinding)
            return
        }
        switch unwinding.cause {
        case .problem(let problem): end(.problem(problem), .faulted)
        case .cancelled(let reason): end(.cancelled(reason: reason), .cancelled)
        case .rewind(let rewind): goOn(from: rewind)
        }
    }

    /// The next of what is to be undone: everything, or what began after the step that the instance is rewound to.
    private mutating func popUndo(_ cause: Instance.Unwinding.Cause) -> Instance.Undo? {
        switch cause {
        case .problem, .cancelled: return instance.undos.popLast()
        case .rewind(let rewind):
            guard let last = instance.undos.last, last.step >= rewind.floor else { return nil }
            return instance.undos.removeLast()
        }
    }

    mutating func undoAnswered(_ number: Int, attempt: Int, _ answer: Answer) throws(Refusal) {
        guard case .unwinding(var unwinding) = instance.progress else { throw .noSuchStep(number) }
        if let position = unwinding.draining.firstIndex(where: { $0.number == number }) {
            let step = unwinding.draining.remove(at: position)
            try expectCall(step, attempt)
            effects.append(.dropWork(step: number))
            if case .success(let output) = answer {
                noteOutput(of: step, workflow[step.node].call?.read(output).output ?? output)
            }
            instance.progress = .unwinding(unwinding)
            return undoNext()
        }
        guard let step = unwinding.current, step.number == number else { throw .noSuchStep(number) }
        let calling = try expectCall(step, attempt)
        switch answer {
        case .success(let output):
            effects.append(.dropWork(step: number))
            let told = workflow[step.node].compensation?.read(output).told ?? output
            record(StepChange(step: number, node: step.node, phase: .completed, attempt: attempt, output: told))
            unwinding.current = nil
        case .failure(let failure):
            let policy = workflow[step.node].compensation?.retry ?? .standard
            if case .active(let again)? = retried(step, calling, failure, policy: policy) {
                unwinding.current = again
            } else {
                unwinding.current = needPersonToUndo(step, failure.problem, attempts: attempt)
            }
        }
        instance.progress = .unwinding(unwinding)
        undoNext()
    }

    /// An instance that worked for an abandoned step has ended, and has undone what it began.
    mutating func drainedChildEnded(_ unwinding: Instance.Unwinding, _ number: Int) throws(Refusal) {
        var unwinding = unwinding
        guard let position = unwinding.draining.firstIndex(where: { $0.number == number }) else {
            throw .noSuchStep(number)
        }
        unwinding.draining.remove(at: position)
        instance.progress = .unwinding(unwinding)
        undoNext()
    }

    mutating func undoPending(
        _ unwinding: Instance.Unwinding,
        _ number: Int,
        _ poll: (inout Interpreter, Step) throws(Refusal) -> Outcome
    ) throws(Refusal) {
        var unwinding = unwinding
        if let position = unwinding.draining.firstIndex(where: { $0.number == number }) {
            // What began long work is undone without waiting for its end.
            unwinding.draining.remove(at: position)
            effects.append(.dropWork(step: number))
            instance.progress = .unwinding(unwinding)
            return undoNext()
        }
        guard let step = unwinding.current, step.number == number else { throw .noSuchStep(number) }
        if case .active(let polling) = try poll(&self, step) { unwinding.current = polling }
        instance.progress = .unwinding(unwinding)
    }

    /// A person has decided about an undo that had given up.
    mutating func undoDecided(_ number: Int, _ end: TaskEnd) throws(Refusal) {
        guard case .unwinding(var unwinding) = instance.progress, var step = unwinding.current, step.number == number,
            case .needsPerson = step.state
        else { throw .noSuchStep(number) }
        switch end {
        case .retry:
            step.state = .calling(.init(attempt: 1, since: moment.now))
            record(StepChange(step: number, node: step.node, phase: .running, attempt: 1))
            effects.append(.performAgain(step: number, attempt: 1, notBefore: moment.now))
            unwinding.current = step
        case .skipped, .giveUp, .failed, .completed:
            effects.append(.dropWork(step: number))
            record(StepChange(step: number, node: step.node, phase: .skipped))
            unwinding.current = nil
        }
        instance.progress = .unwinding(unwinding)
        undoNext()
    }

    private mutating func needPersonToUndo(_ step: Step, _ problem: Problem, attempts: Int) -> Step {
        guard case .active(let waiting) = askPerson(step, problem, attempts: attempts, isUndo: true) else {
            preconditionFailure("a step that waits for a person is active")
        }
        return waiting
    }

    /// Keeps what a step gave for its undo, should it come to that.
    mutating func noteOutput(of step: Step, _ output: JSON) {
        guard let position = instance.undos.firstIndex(where: { $0.step == step.number }) else { return }
        instance.undos[position].output = output
    }

    mutating func end(_ ending: Instance.Ending, _ status: Instance.Status) {
        if status == .completed, workflow.timeout != nil { effects.append(.dropTimer(step: 0, kind: .timeout)) }
        instance.progress = .ended(ending)
        instance.status = status
        instance.undos = []
        instance.marks = []
        instance.suspension = nil
        instance.context = .null
        if let parent = instance.parent { effects.append(.tellParent(parent, ending)) }
    }
}
