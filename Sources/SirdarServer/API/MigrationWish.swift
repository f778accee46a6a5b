import JSON
import Logging
import SirdarCore
import SirdarEngine
import SirdarJournal

/// Which instances somebody wants to move, and where.
struct MigrationWish: Sendable {
    let namespace: String
    let name: String
    let from: String
    let to: String
    /// Steps that have another name in the new version.
    var renamed: [String: String] = [:]
    /// Only these; `nil`: every open one.
    var only: [Identifier]?
    var isDryRun: Bool
    /// Goes on behind this one.
    var after: Identifier?

    /// So many are looked at by one request.
    static let pageMax = 200
}

/// What has become of each instance, or would.
struct MigrationOutcome: Sendable {
    struct Row: Sendable {
        let instance: Identifier
        let moves: Bool
        let reasons: [Reason]
        let steps: [Migration.StepMove]
        let passed: [String]
        /// Not there, or not for whoever asks: nothing is done to it.
        var isHidden = false
    }

    struct Reason: Sendable, Hashable {
        let code: String
        let sentence: String
    }

    let wish: MigrationWish
    var rows: [Row] = []
    var next: Identifier?

    func json(next cursor: String?) -> JSON {
        let moving = rows.count(where: \.moves)
        return [
            "from": .string(wish.from), "to": .string(wish.to), "dry_run": .bool(wish.isDryRun),
            "moves": .number(JSON.Number(moving)), "stays": .number(JSON.Number(rows.count - moving)),
            "items": .array(rows.map(\.json)), "next": cursor.map(JSON.string) ?? .null,
        ]
    }
}

extension MigrationOutcome.Row {
    init(_ plan: Migration.Plan) {
        instance = plan.instance
        moves = plan.moves
        reasons = plan.reasons.map { .init(code: $0.code, sentence: $0.sentence) }
        steps = plan.steps
        passed = plan.passed
    }

    /// One that could not be asked, or not now.
    init(_ instance: Identifier, code: String, _ sentence: String) {
        self.instance = instance
        moves = false
        reasons = [.init(code: code, sentence: sentence)]
        steps = []
        passed = []
    }

    static func hidden(_ instance: Identifier) -> Self {
        var row = Self(instance, code: "not-found", "There is no such instance, or not for you.")
        row.isHidden = true
        return row
    }

    var json: JSON {
        [
            "instance": .string(instance.description), "moves": .bool(moves),
            "reasons": .array(reasons.map { ["code": .string($0.code), "sentence": .string($0.sentence)] }),
            "steps": .array(
                steps.map {
                    ["step": .number(JSON.Number($0.step)), "from": .string($0.from), "to": .string($0.to)]
                }
            ),
            "passed": .array(passed.map(JSON.string)),
        ]
    }
}

extension Server {
    /// Moves instances, or only says which would move. One that cannot move stays as it is, and the others move all
    /// the same.
    func migrate(
        _ wish: MigrationWish,
        _ context: AppContext,
        _ channel: Entry.Channel,
        reason: String?
    ) async throws -> MigrationOutcome {
        let (principal, actuation) = (try context.person(), try context.actuation(channel, reason: reason))
        let (outcome, migration, from) = try await read { reading in
            let (migration, from) = try reading.migration(wish)
            return (try reading.preflight(wish, migration, from, principal), migration, from)
        }
        guard !wish.isDryRun else { return outcome }
        var moved = MigrationOutcome(wish: wish, next: outcome.next)
        for row in outcome.rows {
            moved.rows.append(row.isHidden ? row : await move(row.instance, migration, from, actuation))
        }
        return moved
    }

    private func move(
        _ id: Identifier,
        _ migration: Migration,
        _ from: Int,
        _ actuation: Actuation
    ) async -> MigrationOutcome.Row {
        do {
            let plan: Migration.Plan = try await blocking.answer { then in
                engine.migrate(id, by: migration, from: from, actuation, then: then)
            }
            return .init(plan)
        } catch is OtherVersion {
            return .init(id, code: "other-version", "It is not of the version that it was to leave.")
        } catch {
            if Trouble(error) == nil { log.error("an instance could not be moved: \(error)") }
            return .init(id, code: "not-now", (Trouble(error) ?? .unexpected).detail)
        }
    }
}

extension Reading {
    func migration(_ wish: MigrationWish) throws -> (Migration, from: Int) {
        let from = try number(wish, wish.from, at: "/from")
        let to = try number(wish, wish.to, at: "/to")
        guard from != to else { throw Trouble.invalid("/to", "Both versions are the same.") }
        do throws(Migration.UnknownSteps) {
            let (old, new) = (try? library.workflow(from), try? library.workflow(to))
            guard let old, let new else { throw Migration.UnknownSteps(paths: []) }
            return (try Migration(from: old, to: new, number: to, renamed: wish.renamed), from)
        } catch {
            let paths = error.paths.joined(separator: ", ")
            throw Trouble.invalid("/renamed", "No step has this path: \(paths). Write paths as the steps' names, a/b.")
        }
    }

    private func number(_ wish: MigrationWish, _ version: String, at pointer: String) throws(Trouble) -> Int {
        if let number = try? library.number(wish.namespace, wish.name, version) { return number }
        throw .invalid(pointer, "There is no version \(version) of \(wish.namespace)/\(wish.name).")
    }

    /// What would become of each instance that this person may move.
    func preflight(
        _ wish: MigrationWish,
        _ migration: Migration,
        _ from: Int,
        _ principal: Principal
    ) throws -> MigrationOutcome {
        var outcome = MigrationOutcome(wish: wish)
        if let only = wish.only {
            outcome.rows = try only.map { id in
                guard let instance = try store.instance(id),
                    principal.may(.migrateInstances, in: .project(instance.origin.scope))
                else { return .hidden(id) }
                guard instance.workflow == from else {
                    return .init(id, code: "other-version", "It is not of the version that it was to leave.")
                }
                return .init(migration.plan(instance, at: Moment(now: now)))
            }
            return outcome
        }
        let query = InstanceQuery(isOpen: true, workflow: from, before: wish.after, limit: MigrationWish.pageMax)
        let found = try store.instances(query)
        for summary in found where principal.may(.migrateInstances, in: .project(summary.origin.scope)) {
            guard let instance = try store.instance(summary.id) else { continue }
            outcome.rows.append(.init(migration.plan(instance, at: Moment(now: now))))
        }
        if found.count == query.limit { outcome.next = found.last?.id }
        return outcome
    }
}
