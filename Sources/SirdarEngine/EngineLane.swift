import Foundation
import SirdarCore

/// A thread that decides. Every instance belongs to one lane, and has one turn at a time there: while a decision of it
/// is on its way to the disk, what else happens to it waits, and the lane goes on with others.
final class EngineLane: Sendable {
    private let queue: DispatchQueue
    private let cacheMax: Int
    private let state = Locked(State())

    private struct State {
        /// Instances whose turn it is, and who waits behind it.
        var waiting: [Identifier: [@Sendable (Turn) -> Void]] = [:]
        var instances: [Identifier: Instance] = [:]
        /// In the order of their coming, for eviction.
        var order: [Identifier] = []
        var oldest = 0
    }

    init(number: Int, cacheMax: Int) {
        queue = DispatchQueue(label: "sirdar.lane.\(number)")
        self.cacheMax = cacheMax
    }

    /// An instance's turn. It ends with `leave`, which must be called exactly once.
    struct Turn: Sendable {
        fileprivate let lane: EngineLane
        let id: Identifier

        /// Goes on with the turn on the lane's thread.
        func resume(_ body: @escaping @Sendable () -> Void) { lane.queue.async(execute: body) }

        func leave() { lane.leave(id) }

        func cached(_ id: Identifier) -> Instance? { lane.state.withLock { $0.instances[id] } }

        /// Remembers the instance as it was committed; one that has ended is forgotten.
        func remember(_ instance: Instance) { lane.remember(instance) }

        func forget(_ id: Identifier) { lane.state.withLock { $0.instances[id] = nil } }
    }

    /// Runs `body` on the lane's thread when it is this instance's turn.
    func enter(_ id: Identifier, _ body: @escaping @Sendable (Turn) -> Void) {
        let isFree = state.withLock { state in
            guard state.waiting[id] == nil else {
                state.waiting[id]?.append(body)
                return false
            }
            state.waiting[id] = []
            return true
        }
        if isFree { queue.async { body(Turn(lane: self, id: id)) } }
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

    private func remember(_ instance: Instance) {
        state.withLock { state in
            guard !instance.status.isFinal else {
                state.instances[instance.id] = nil
                return
            }
            if state.instances.updateValue(instance, forKey: instance.id) == nil { state.order.append(instance.id) }
            while state.instances.count > cacheMax, state.oldest < state.order.count {
                state.instances[state.order[state.oldest]] = nil
                state.oldest += 1
            }
            if state.oldest > cacheMax || state.order.count - state.oldest > 4 * cacheMax {
                // Identifiers of ended instances are left behind in the order: sweep them out now and then.
                state.order = state.order[state.oldest...].filter { state.instances[$0] != nil }
                state.oldest = 0
            }
        }
    }
}
