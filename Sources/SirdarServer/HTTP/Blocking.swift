import Dispatch
import SirdarEngine

/// The one bridge from `async` to what blocks: reads of the store, and giving work to the engine.
///
/// A number of lanes, each a thread at a time, and a bounded queue before them; over that the answer is 503. So a slow
/// disk costs answers, and never the threads that all of Swift's concurrency shares.
package final class Blocking: Sendable {
    private let lanes: [DispatchQueue]
    private let queueMax: Int
    private let state: Locked<State>

    private struct State: Sendable {
        var free: [Int]
        var waiting: [@Sendable () -> Void] = []
        var next = 0

        mutating func take() -> (@Sendable () -> Void)? {
            guard next < waiting.count else { return nil }
            defer {
                next += 1
                if next == waiting.count { (waiting, next) = ([], 0) }
            }
            return waiting[next]
        }

        var count: Int { waiting.count - next }
    }

    package init(name: String, lanes: Int, queueMax: Int) {
        self.lanes = (0..<lanes).map { DispatchQueue(label: "sirdar.\(name).\($0)") }
        self.queueMax = queueMax
        state = Locked(State(free: Array(0..<lanes)))
    }

    /// Runs `body` on a lane and gives its answer.
    ///
    /// - Throws: what `body` throws, or `Trouble.overloaded` when the queue is full.
    package func run<Answer: Sendable>(_ body: @escaping @Sendable () throws -> Answer) async throws -> Answer {
        try await withCheckedThrowingContinuation { continuation in
            let isTaken = submit { continuation.resume(with: Result { try body() }) }
            if !isTaken { continuation.resume(throwing: Trouble.overloaded) }
        }
    }

    /// Runs `body`, which answers later, from a thread of its own choice, exactly once.
    package func answer<Answer: Sendable>(
        _ body: @escaping @Sendable (_ then: @escaping @Sendable (Result<Answer, any Error>) -> Void) -> Void
    ) async throws -> Answer {
        try await withCheckedThrowingContinuation { continuation in
            let isTaken = submit { body { continuation.resume(with: $0) } }
            if !isTaken { continuation.resume(throwing: Trouble.overloaded) }
        }
    }

    private func submit(_ work: @escaping @Sendable () -> Void) -> Bool {
        enum Place { case lane(Int), queued, none }
        let place: Place = state.withLock { state in
            if let lane = state.free.popLast() { return .lane(lane) }
            guard state.count < queueMax else { return .none }
            state.waiting.append(work)
            return .queued
        }
        switch place {
        case .lane(let lane): start(work, on: lane)
        case .queued: break
        case .none: return false
        }
        return true
    }

    private func start(_ work: @escaping @Sendable () -> Void, on lane: Int) {
        lanes[lane].async {
            var next: (@Sendable () -> Void)? = work
            while let work = next {
                work()
                next = self.state.withLock { state in
                    let waiting = state.take()
                    if waiting == nil { state.free.append(lane) }
                    return waiting
                }
            }
        }
    }
}
