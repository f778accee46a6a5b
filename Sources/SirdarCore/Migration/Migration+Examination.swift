import JSON
import JSONSchema

extension Migration {
    /// Looks through one instance: makes it what it would be, and gathers what stands against it.
    struct Examination {
        let migration: Migration
        let instance: Instance
        let moment: Moment
        private var reasons: [Reason] = []
        private var steps: [StepMove] = []
        private var passed: [String] = []
        private var effects: [Effect] = []

        init(migration: Migration, instance: Instance, moment: Moment) {
            (self.migration, self.instance, self.moment) = (migration, instance, moment)
        }

        private var from: Workflow { migration.from }
        private var to: Workflow { migration.to }

        mutating func plan() -> Plan {
            guard case .body(let root) = instance.progress else {
                return stays(because: instance.status.isFinal ? .ended(instance.status) : .undoing)
            }
            checkInput()
            var after = instance
            after.workflow = migration.number
            after.version += 1
            if let moved = moved(root, into: nil) { after.progress = .body(moved) }
            after.undos = instance.undos.compactMap { moved($0) }
            after.marks = instance.marks.compactMap { mark in
                guard let node = migration.nodes[mark.node], to.isRewindable(node) else { return nil }
                return .init(step: mark.step, node: node, input: mark.input, context: mark.context)
            }
            if let node = from.nodes.first, let root = to.nodes.first {
                retime(0, since: instance.startedAt, (from.timeout, node), (to.timeout, root), nil)
            }
            guard reasons.isEmpty else { return stays(because: nil) }
            return Plan(
                instance: instance.id,
                reasons: [],
                steps: steps,
                passed: passed,
                decision: Decision(instance: after, effects: effects)
            )
        }

        private func stays(because reason: Reason?) -> Plan {
            let all = reasons + (reason.map { [$0] } ?? [])
            return Plan(instance: instance.id, reasons: all, steps: steps, passed: passed, decision: nil)
        }

        // MARK: Steps

        /// The step as it is in the new version, with all that it holds; `nil` when it has no place there.
        private mutating func moved(_ step: Step, into parent: Int?) -> Step? {
            let path = from.path(step.node)
            guard let index = migration.nodes[step.node] else {
                reasons.append(.stepGone(path))
                return nil
            }
            let (old, new) = (from[step.node], to[index])
            if new.parent != parent { reasons.append(.stepMoved(path)) }
            if !step.children.isEmpty || step.isLeaf, old.parent != nil, !old.name.isEmpty {
                steps.append(.init(step: step.number, from: path, to: to.path(index)))
            }
            let state = movedState(step, old, new, path)
            guard let state else { return nil }
            let moved = Step(
                number: step.number,
                node: index,
                startedAt: step.startedAt,
                input: step.input,
                state: state
            )
            if case .pending = step.state { return moved }
            retime(step.number, since: step.startedAt, (old.timeout, old), (new.timeout, new), moved)
            return moved
        }

        private mutating func movedState(_ step: Step, _ old: Node, _ new: Node, _ path: String) -> Step.State? {
            // What has not begun may be anything.
            if case .pending = step.state { return .pending }
            guard old.kind.name == new.kind.name else {
                reasons.append(.kindChanged(path, from: old.kind.name, to: new.kind.name))
                return nil
            }
            compare(old, new, path)
            switch step.state {
            case .entering, .pending, .concluding, .attemptLater, .calling, .manual, .waiting, .child, .needsPerson:
                return step.state
            case .listening(var listening):
                guard let body = listening.body else { return step.state }
                listening.body = moved(body, into: new.index)
                return .listening(listening)
            case .sequence(let child):
                guard let child = moved(child, into: new.index) else { return nil }
                checkContext(before: child.node, in: new)
                return .sequence(child)
            case .loop(let items, let position, let body):
                return moved(body, into: new.index).map { .loop(items: items, position: position, body: $0) }
            case .attempt(let body, let retries, let since):
                return moved(body, into: new.index).map { .attempt(body: $0, retries: retries, since: since) }
            case .handling(let body, let problem):
                return moved(body, into: new.index).map { .handling(body: $0, problem: problem) }
            case .parallel(let branches):
                return .parallel(
                    branches.compactMap { branch in
                        switch branch {
                        case .ended(let output, before: _): .ended(output, before: nil)
                        case .active(let step): moved(step, into: new.index).map(Step.Branch.active)
                        }
                    }
                )
            }
        }

        /// Whether a step in progress means the same in both versions, which are of one kind.
        private mutating func compare(_ old: Node, _ new: Node, _ path: String) {
            switch (old.kind, new.kind) {
            case (.loop(let old), .loop(let new)):
                if (old.item, old.position) != (new.item, new.position) { reasons.append(.shapeChanged(path)) }
            case (.parallel(let old, let oldCompete), .parallel(let new, let newCompete)):
                let mapped = old.map { migration.nodes[$0] }
                if oldCompete != newCompete || mapped != new { reasons.append(.shapeChanged(path)) }
            case (.attempt(let old), .attempt(let new)):
                if old.variable != new.variable { reasons.append(.shapeChanged(path)) }
            case (.call(let old), .call(let new)):
                if old.action != new.action {
                    reasons.append(.actionChanged(path, from: old.action, to: new.action))
                }
            case (.manual(let old), .manual(let new)):
                if old.opening.field("form") != new.opening.field("form") { reasons.append(.formChanged(path)) }
                if old.opening.field("outcomes") != new.opening.field("outcomes") {
                    reasons.append(.outcomesChanged(path))
                }
            case (.workflow(let old), .workflow(let new)):
                if (old.namespace, old.name) != (new.namespace, new.name) {
                    reasons.append(.actionChanged(path, from: old.name, to: new.name))
                }
            case (.listen(let old), .listen(let new)):
                if (old.strategy, old.read) != (new.strategy, new.read) { reasons.append(.eventsChanged(path)) }
                if old.iterator.map({ [$0.item, $0.position] }) != new.iterator.map({ [$0.item, $0.position] }) {
                    reasons.append(.shapeChanged(path))
                }
            case (.sequence, _), (.set, _), (.choice, _), (.raise, _), (.wait, _), (.loop, _), (.parallel, _),
                (.attempt, _), (.call, _), (.manual, _), (.workflow, _), (.emit, _), (.listen, _):
                break
            }
        }

        // MARK: Undoing

        private mutating func moved(_ undo: Instance.Undo) -> Instance.Undo? {
            let path = from.path(undo.node)
            guard let old = from[undo.node].compensation else { return nil }
            guard let node = migration.nodes[undo.node], let new = to[node].compensation else {
                reasons.append(.undoGone(path))
                return nil
            }
            if old.action != new.action { reasons.append(.undoChanged(path, from: old.action, to: new.action)) }
            return .init(step: undo.step, node: node, input: undo.input, output: undo.output)
        }

        // MARK: Data

        private mutating func checkInput() {
            // What a transformation made is not what the schema speaks of.
            guard to.input.from == nil, from.input.from == nil else { return }
            let violations = violations(of: to.input.schema, instance.input)
            if !violations.isEmpty { reasons.append(.inputUnfit(violations)) }
        }

        /// The nearest step before `child` that promises something of the context: that must hold.
        private mutating func checkContext(before child: Int, in sequence: Node) {
            guard case .sequence(let children) = sequence.kind, let position = children.firstIndex(of: child) else {
                return
            }
            let before = children[..<position]
            let known = Set(migration.nodes.values)
            passed += before.filter { !known.contains($0) }.map { to.path($0) }
            guard let last = before.last(where: { to[$0].export.schema != nil }) else { return }
            let violations = violations(of: to[last].export.schema, instance.context)
            if !violations.isEmpty { reasons.append(.contextUnfit(to.path(last), violations)) }
        }

        private func violations(of schema: Schema?, _ value: JSON) -> [String] {
            (schema?.validate(value) ?? []).prefix(10).map { "\($0.instancePointer): \($0.message)" }
        }

        // MARK: Time

        private typealias Timed = (timeout: Workflow.Timeout?, node: Node)

        /// A timeout that has changed counts from when its step began.
        private mutating func retime(_ number: Int, since: Timestamp, _ old: Timed, _ new: Timed, _ step: Step?) {
            guard old.timeout != new.timeout else { return }
            guard let timeout = new.timeout else {
                effects.append(.dropTimer(step: number, kind: .timeout))
                return
            }
            let interpreter = Interpreter(workflow: to, instance: instance, moment: moment)
            let input = step?.input ?? instance.input
            do {
                let scope = interpreter.scope(new.node, input, step)
                let length = try interpreter.interval(timeout.after.evaluate(input, scope), new.node)
                effects.append(.setTimer(step: number, kind: .timeout, at: since.advanced(by: length)))
            } catch {
                reasons.append(.timeoutUnfit(to.path(new.node.index), error.detail ?? error.title))
            }
        }
    }
}

extension Template {
    /// The value that stands under a key.
    func field(_ key: String) -> Template? {
        switch self {
        case .object(let fields): fields.first { $0.key == key }?.value
        case .constant(let value): value[key].map(Template.constant)
        case .expression, .array, .uri: nil
        }
    }
}

extension Step {
    /// Whether it waits for something outside the machine.
    fileprivate var isLeaf: Bool { leaves.first?.number == number }
}
