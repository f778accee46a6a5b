import Dispatch
import SirdarEngine

/// Some serial queues, each busy with at most one piece of work, and the work that waits for one.
///
/// What waits here is written down as pending in the pool, so nothing is lost when the process ends.
final class WorkLanes: Sendable {
    private struct State: Sendable {
        var free: [Int]
        var waiting: [@Sendable () -> Void] = []
    }

    private let lanes: [DispatchQueue]
    private let state: Locked<State>

    init(count: Int, label: String) {
        lanes = (0..<count).map { DispatchQueue(label: "\(label).\($0)") }
        state = Locked(State(free: Array(0..<count)))
    }

    func submit(_ work: @escaping @Sendable () -> Void) {
        let lane = state.withLock { state -> Int? in
            guard let lane = state.free.popLast() else {
                state.waiting.append(work)
                return nil
            }
            return lane
        }
        if let lane { run(work, on: lane) }
    }

    private func run(_ work: @escaping @Sendable () -> Void, on lane: Int) {
        lanes[lane].async {
            work()
            let next = self.state.withLock { state -> (@Sendable () -> Void)? in
                if state.waiting.isEmpty {
                    state.free.append(lane)
                    return nil
                }
                return state.waiting.removeFirst()
            }
            if let next { self.run(next, on: lane) }
        }
    }
}
