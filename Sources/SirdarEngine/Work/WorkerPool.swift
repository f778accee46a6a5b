import Foundation

/// The threads on which actions run.
///
/// An array of serial queues, because on Linux a concurrent queue adds threads only slowly while those it has are
/// blocked: 32 blocking calls of half a second take 3.5 s on one concurrent queue and 0.5 s here. It keeps no backlog:
/// what is not running stays in the store, where a crash cannot lose it.
package final class WorkerPool: Sendable {
    /// A reserved place; it is either used by `run` or given back by `release`.
    package struct Slot: Sendable {
        fileprivate let number: Int
        fileprivate let lane: Lane
    }

    private struct State {
        var free: [Int]
        var used: [Lane: Int] = [:]
    }

    private let queues: [DispatchQueue]
    private let laneLimit: Int
    private let laneLimits: [Lane: Int]
    private let state: Locked<State>

    /// - Parameters:
    ///   - slots: how many actions run at once, 1 to 256.
    ///   - laneLimit: how many of these one lane may take, where `laneLimits` says nothing else.
    package init(slots: Int, laneLimit: Int, laneLimits: [Lane: Int] = [:]) {
        precondition((1...256).contains(slots), "a pool has 1 to 256 slots")
        queues = (0..<slots).map { DispatchQueue(label: "sirdar.slot.\($0)") }
        self.laneLimit = laneLimit
        self.laneLimits = laneLimits
        state = Locked(State(free: Array((0..<slots).reversed())))
    }

    package var slots: Int { queues.count }

    /// Takes a place for a call of this lane, or `nil` when the pool or the lane is full.
    package func reserve(_ lane: Lane) -> Slot? {
        state.withLock { state in
            guard state.used[lane, default: 0] < limit(lane), let number = state.free.popLast() else { return nil }
            state.used[lane, default: 0] += 1
            return Slot(number: number, lane: lane)
        }
    }

    package func release(_ slot: Slot) {
        state.withLock { state in
            state.free.append(slot.number)
            let left = state.used[slot.lane, default: 1] - 1
            state.used[slot.lane] = left > 0 ? left : nil
        }
    }

    /// Runs `body` in the reserved place and gives it back; `onFree` runs after that.
    package func run(_ slot: Slot, _ body: @escaping @Sendable () -> Void, onFree: @escaping @Sendable () -> Void) {
        queues[slot.number].async {
            body()
            self.release(slot)
            onFree()
        }
    }

    /// How much room there is in all, and in the lanes that are in use.
    package var room: (total: Int, lanes: [Lane: Int]) {
        state.withLock { state in
            var lanes = laneLimits
            for (lane, used) in state.used { lanes[lane] = max(0, limit(lane) - used) }
            return (state.free.count, lanes)
        }
    }

    private func limit(_ lane: Lane) -> Int { laneLimits[lane] ?? laneLimit }
}
