import Foundation
import SirdarCore

/// A thread that decides. Every instance belongs to one lane, and has one turn at a time there: while a decision of it
/// is on its way to the disk, what else happens to it waits, and the lane goes on with others.
///
/// While most slots are idle, one of them lends its thread for a turn: what the decision makes due is then performed on
/// it, and the lane's thread sleeps on.
final class EngineLane: Sendable {
    private let queue: DispatchQueue
    private let lend: Lend
    private let state: Locked<State>

    private struct State {
        /// Instances whose turn it is, and who waits behind it.
        var waiting: [Identifier: [@Sendable (Turn) -> Void]] = [:]
        var instances: Recent<Identifier, Instance>
        /// Tasks that somebody is working on.
        var tasks: Recent<Identifier, ManualTask>
    }

    /// Tasks carry their whole description: fewer of them are kept.
    private static let tasksShare = 4

    /// Runs something short on an idle slot's thread; `false` when it does not.
    typealias Lend = @Sendable (_ body: @escaping @Sendable () -> Void) -> Bool

    init(number: Int, cacheMax: Int, lend: @escaping Lend) {
        self.lend = lend
        queue = DispatchQueue(label: "sirdar.lane.\(number)")
        let tasksMax = max(1, cacheMax / Self.tasksShare)
        state = Locked(State(instances: Recent(max: cacheMax), tasks: Recent(max: tasksMax)))
    }

    /// An instance's turn. It ends with `leave`, which must be called exactly once. Nothing but the turn changes the
    /// instance or its tasks, so what is remembered of them within it is what the store has.
    struct Turn: Sendable {
        fileprivate let lane: EngineLane
        let id: Identifier

        /// Goes on with the turn on the lane's thread.
        func resume(_ body: @escaping @Sendable () -> Void) { lane.queue.async(execute: body) }

        func leave() { lane.leave(id) }

        func cached(_ id: Identifier) -> Instance? { lane.state.withLock { $0.instances[id] } }

        func cachedTask(_ id: Identifier) -> ManualTask? { lane.state.withLock { $0.tasks[id] } }

        /// Remembers the instance as it was committed; one that has ended is forgotten.
        func remember(_ instance: Instance) {
            lane.state.withLock { state in
                if instance.status.isFinal {
                    state.instances.forget(instance.id)
                } else {
                    state.instances.keep(instance, for: instance.id)
                }
            }
        }

        /// Remembers a task as it was committed, while it is in somebody's hands.
        func remember(_ task: ManualTask) {
            lane.state.withLock { state in
                if task.stage == .held {
                    state.tasks.keep(task, for: task.id)
                } else {
                    state.tasks.forget(task.id)
                }
            }
        }

        func forget(_ id: Identifier) { lane.state.withLock { $0.instances.forget(id) } }

        func forgetTask(_ id: Identifier) { lane.state.withLock { $0.tasks.forget(id) } }
    }

    /// Runs `body` when it is this instance's turn: on the lane's thread or an idle slot's, or at once, on the
    /// caller's, when nobody is before it and the caller may be kept.
    func enter(_ id: Identifier, here: Bool = false, _ body: @escaping @Sendable (Turn) -> Void) {
        let isFree = state.withLock { state in
            guard state.waiting[id] == nil else {
                state.waiting[id]?.append(body)
                return false
            }
            state.waiting[id] = []
            return true
        }
        guard isFree else { return }
        let turn = Turn(lane: self, id: id)
        if here { return body(turn) }
        if !lend({ body(turn) }) { queue.async { body(turn) } }
    }

    private func leave(_ id: Identifier) {
        let next = state.withLock { state -> (@Sendable (Turn) -> Void)? in
            guard let waiting = state.waiting[id], !waiting.isEmpty else {
                state.waiting[id] = nil
                return nil
            }
            return state.waiting[id]?.removeFirst()
        }
        if let next { queue.async { next(Turn(lane: self, id: id)) } }
    }
}
