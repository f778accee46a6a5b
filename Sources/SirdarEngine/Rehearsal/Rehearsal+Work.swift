import JSON
import SirdarCore

// What the machine asks for: calls, timers, other workflows.
extension Rehearsal {
    mutating func carryOut(_ effect: Effect, of id: Identifier) throws {
        switch effect {
        case .perform(let perform):
            let key = WorkID(instance: id, step: perform.step)
            work[key] = Work(
                node: perform.node,
                action: perform.action,
                input: perform.input,
                attempt: perform.attempt,
                undoes: perform.undoes
            )
            put(.work(key), at: perform.notBefore, .call)
        case .performAgain(let step, let attempt, let notBefore):
            let key = WorkID(instance: id, step: step)
            work[key]?.attempt = attempt
            put(.work(key), at: notBefore, .call)
        case .park(let step): remove(.work(WorkID(instance: id, step: step)))
        case .dropWork(let step): drop(WorkID(instance: id, step: step))
        case .openTask(let open): try openTask(open, of: id)
        case .closeTask(let step, let expired): try closeTask(step, of: id, expired: expired)
        case .setTimer(let step, let kind, let at): put(.timer(id, step: step, kind), at: at, .fire)
        case .dropTimer(let step, let kind): remove(.timer(id, step: step, kind))
        case .startChild(let step, let subflow): try startChild(step, subflow, of: id)
        case .cancelChild(let step, let reason): cancelChild(step, reason, of: id)
        case .emit(step: _, let event): tellWorld(event, at: now)
        // Every event is told to every instance, which knows what it listens for.
        case .listen, .stopListening: break
        case .tellParent(let parent, let ending):
            put(.timer(parent.instance, step: parent.step, .childEnded), at: now, .ended(ending))
        }
    }

    mutating func drop(_ key: WorkID) {
        work[key] = nil
        remove(.work(key))
    }

    // MARK: Calls

    mutating func call(_ key: WorkID) throws {
        guard let due = work[key], let part = parts[key.instance] else { return }
        if let problem = stage.vocabulary.functions[due.action]?.problem(with: due.input) {
            put(.work(key), at: now, .answer(Answer(.failure(Failure(problem, remedy: .permanent)))))
            return
        }
        if due.task == nil {
            account.calls.append(
                .init(
                    path: part.path(due.node),
                    action: due.action,
                    input: due.input,
                    attempt: due.attempt,
                    undoes: due.undoes
                )
            )
        }
        let answer = try ask(question(due.task == nil ? .call : .check, due, part), part)
        if case .never = answer.kind { return }
        put(.work(key), at: now.advanced(by: answer.takes), .answer(answer))
    }

    private func question(_ role: Question.Role, _ due: Work, _ part: Part) -> Question {
        let node = part.workflow[due.node]
        return Question(
            role: role,
            undoes: due.undoes,
            path: part.path(due.node),
            pointer: node.pointer,
            name: node.name,
            action: due.action,
            input: due.input,
            attempt: due.attempt
        )
    }

    mutating func ask(_ question: Question, _ part: Part) throws -> Answer {
        do {
            return try prompter.answer(question)
        } catch {
            let node = part.workflow.nodes.first { $0.pointer == question.pointer }
            throw Interruption(error, question, at: now.since(startsAt), node: node, of: part)
        }
    }

    /// The answer to a call has come.
    mutating func answered(_ key: WorkID, _ answer: Answer) throws {
        guard let due = work[key] else { return }
        if let task = due.task { return try checked(task, key, due, answer) }
        switch answer.kind {
        case .output(let output):
            let node = parts[key.instance]?.workflow[due.node]
            let call = due.undoes ? node?.compensation : node?.call
            let answered = call?.answer(giving: output) ?? output
            try tell(.stepSucceeded(step: key.step, attempt: due.attempt, output: answered), to: key.instance)
        case .failure(let failure):
            try tell(.stepFailed(step: key.step, attempt: due.attempt, failure: failure), to: key.instance)
        case .pending(let delay):
            let at = now.advanced(by: delay)
            try tell(.stepPending(step: key.step, attempt: due.attempt, checkAt: at), to: key.instance)
        case .work, .decision, .never: preconditionFailure("the prompter gives what fits the question")
        }
    }

    // MARK: Other workflows

    private mutating func startChild(_ step: Int, _ subflow: Effect.SubflowStart, of id: Identifier) throws {
        guard let part = parts[id] else { return }
        let name = Vocabulary.WorkflowName(
            namespace: subflow.namespace,
            name: subflow.name,
            version: subflow.version
        )
        guard subflow.isAwaited else {
            // The step has ended by now: what it started goes its own way.
            try start(name, subflow.input, parent: nil, prefix: "\(subflow.name)/", depth: part.depth + 1)
            return
        }
        guard let leaf = part.instance.leaf(step) else { return }
        let node = part.workflow[leaf.node]
        let question = Question(
            role: .workflow,
            undoes: false,
            path: part.path(leaf.node),
            pointer: node.pointer,
            name: node.name,
            action: nil,
            input: subflow.input,
            attempt: 1
        )
        if prompter.answersWorkflow(question) {
            standIns.insert(WorkID(instance: id, step: step))
            let answer = try ask(question, part)
            guard let ending = answer.ending else { return }
            put(.timer(id, step: step, .childEnded), at: now.advanced(by: answer.takes), .ended(ending))
            return
        }
        try start(
            name,
            subflow.input,
            parent: .init(instance: id, step: step),
            prefix: "\(part.path(leaf.node))/",
            depth: part.depth + 1
        )
    }

    private mutating func cancelChild(_ step: Int, _ reason: String, of id: Identifier) {
        if standIns.contains(WorkID(instance: id, step: step)) {
            return put(.timer(id, step: step, .childEnded), at: now, .ended(.cancelled(reason: reason)))
        }
        let parent = Instance.Parent(instance: id, step: step)
        guard let child = parts.values.first(where: { $0.instance.parent == parent }) else { return }
        put(.timer(child.instance.id, step: 0, .cancel), at: now, .fire)
    }
}

extension Answer {
    /// How a workflow ends of which this is the answer; `nil`: it does not.
    fileprivate var ending: Instance.Ending? {
        switch kind {
        case .output(let output): .output(output)
        case .failure(let failure): .problem(failure.problem)
        case .pending, .work, .decision, .never: nil
        }
    }
}
