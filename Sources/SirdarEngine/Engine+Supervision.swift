package import JSON
import JSONSchema
package import SirdarCore
import SirdarJournal

// What supervisors do to instances. Each is a decision like any other; a refusal is in the journal too.
extension Engine {
    /// Suspends, resumes or mends an instance, and answers once that is durable.
    ///
    /// `then`: gets the instance as it is afterwards, or a `Refusal`, `StoreError`, `UnknownInstance`. A refusal is in
    ///   the journal by then, or on its way there.
    package func supervise(
        _ event: Event,
        _ id: Identifier,
        by actuation: Actuation,
        then: @escaping @Sendable (Result<Instance, any Error>) -> Void
    ) {
        lane(of: id).enter(id) { turn in
            self.decide(turn, { self.answer($0, event, id, actuation, then) }) {
                guard let instance = try self.instance(id, turn) else { throw UnknownInstance(id: id) }
                var assembly = Assembly(engine: self, actuation: actuation, turn: turn)
                if let given = event.givenInput {
                    try self.check(given.input, for: given.step, of: instance)
                    assembly.replaced = try self.input(of: given.step, in: instance)
                }
                try assembly.apply(event, to: instance)
                return (assembly, assembly.decided[id] ?? instance)
            }
        }
    }

    /// What a step of an instance is to be given as things stand.
    package func input(of step: Int, in instance: Instance) throws -> JSON? {
        guard let leaf = instance.leaf(step) else { return nil }
        if case .pending = leaf.state { return leaf.input }
        return try store.work(of: instance.id).first { $0.step == step }?.input
    }

    /// - Throws: `Refusal.inputUnfit` for an input that the step's action does not take.
    func check(_ input: JSON, for step: Int, of instance: Instance) throws {
        let workflow = try library.workflow(instance.workflow)
        guard let leaf = instance.leaf(step), leaf.phase != .pending, let call = workflow[leaf.node].call,
            let action = actions[call.action]
        else { return }
        let violations = action.signature.input.validate(input)
        guard violations.isEmpty else {
            throw Refusal.inputUnfit(
                violations.prefix(20).map { FieldError(pointer: $0.instancePointer.description, $0.message) }
            )
        }
    }

    private func answer(
        _ result: Result<Instance, any Error>,
        _ event: Event,
        _ id: Identifier,
        _ actuation: Actuation,
        _ then: @Sendable (Result<Instance, any Error>) -> Void
    ) {
        if case .failure(let error) = result, let refusal = error as? Refusal {
            note(refused(event.name, id, refusal.code, actuation))
        }
        then(result)
    }

    func refused(
        _ action: String,
        _ id: Identifier,
        _ code: String,
        _ actuation: Actuation,
        detail: JSON = .null
    ) -> Entry {
        Entry(
            at: clock.now(),
            actor: actuation.actor,
            channel: actuation.channel,
            action: action,
            object: .init(kind: "instance", id: id),
            refusal: code,
            detail: detail,
            requestID: actuation.requestID
        )
    }

    // MARK: Migration

    /// Moves an instance to another version of its workflow, in a commit of its own.
    ///
    /// `then`: gets the plan that was carried out; or one that does not move, with its reasons, which are in the
    ///   journal then.
    package func migrate(
        _ id: Identifier,
        by migration: Migration,
        from number: Int,
        _ actuation: Actuation,
        then: @escaping @Sendable (Result<Migration.Plan, any Error>) -> Void
    ) {
        lane(of: id).enter(id) { turn in
            self.decide(turn, { self.migrated($0, id, migration, actuation, then) }) {
                guard let instance = try self.instance(id, turn) else { throw UnknownInstance(id: id) }
                guard instance.workflow == number else { throw OtherVersion(id: id) }
                var assembly = Assembly(engine: self, actuation: actuation, turn: turn)
                let plan = migration.plan(instance, at: Moment(now: assembly.now))
                guard plan.moves else { throw Stays(plan: plan) }
                try assembly.migrate(instance, by: plan, of: migration)
                return (assembly, plan)
            }
        }
    }

    private struct Stays: Error { let plan: Migration.Plan }

    private func migrated(
        _ result: Result<Migration.Plan, any Error>,
        _ id: Identifier,
        _ migration: Migration,
        _ actuation: Actuation,
        _ then: @Sendable (Result<Migration.Plan, any Error>) -> Void
    ) {
        guard case .failure(let error) = result, let stays = error as? Stays else { return then(result) }
        let detail: JSON = [
            "from": .string(migration.from.document.version), "to": .string(migration.to.document.version),
            "reasons": .array(stays.plan.reasons.map { .string($0.code) }),
        ]
        note(refused("instance.migrated", id, "cannot-migrate", actuation, detail: detail))
        then(.success(stays.plan))
    }
}

/// The instance is not of the version that it was to leave.
package struct OtherVersion: Error, Sendable, Hashable {
    package let id: Identifier

    package init(id: Identifier) { self.id = id }
}
