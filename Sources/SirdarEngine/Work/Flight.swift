import SirdarCore

/// A decision that is on its way to the disk, and the step that it makes due, which is performed meanwhile: its action
/// only looks, so nothing has happened if the commit fails.
///
/// Two threads meet here: the store's, which tells what became of the commit, and the slot's, which has the step's
/// result. When the result is first, it is decided in the same turn, on top of what is on its way, and the turn ends
/// with the second commit. When the commit is first, the turn ends with it, and the result comes by the ordinary
/// road.
final class Flight: Sendable {
    typealias Landing = @Sendable (Result<Void, StoreError>) -> Void

    let step: DueStep
    /// The instance as the commit makes it.
    let instance: Instance
    let turn: EngineLane.Turn
    let place: WorkerPool.Place
    /// How many steps in a row were performed ahead.
    let depth: Int
    let handle = Commit.Handle()
    private let state = Locked(State())

    /// How long a row may grow: whoever wants to cancel the instance waits for its turn all the while.
    static let depthMax = 8

    private struct State {
        var phase = Phase.away
        /// The commit, once it has landed before what was decided on top of it.
        var landed: (result: Result<Void, StoreError>, free: Landing)?
        /// What is to be done when the commit has landed, for what was decided on top of it.
        var second: Landing?
    }

    private enum Phase {
        case away
        /// Something was decided on top of it.
        case joined
        case durable
        case lost
    }

    init(_ step: DueStep, of instance: Instance, _ turn: EngineLane.Turn, _ place: WorkerPool.Place, depth: Int) {
        self.step = step
        self.instance = instance
        self.turn = turn
        self.place = place
        self.depth = depth
    }

    enum Arrival {
        /// The turn is still this decision's: the result is decided on top of it.
        case joins
        /// The commit is durable, and the turn over.
        case isLate
        /// The commit has failed, and the step was never due.
        case isVoid
    }

    /// The step's result is here.
    func join() -> Arrival {
        state.withLock { state in
            switch state.phase {
            case .away:
                state.phase = .joined
                return .joins
            case .durable: return .isLate
            case .lost: return .isVoid
            case .joined: preconditionFailure("a step has one result")
            }
        }
    }

    /// The commit has landed. `free`: what is to be done when nothing is under way any more that was decided on top.
    func landed(_ result: Result<Void, StoreError>, _ free: @escaping Landing) {
        let second = state.withLock { state -> Landing?? in
            guard state.phase == .joined else {
                if case .success = result { state.phase = .durable } else { state.phase = .lost }
                return .none
            }
            if state.second == nil { state.landed = (result, free) }
            return .some(state.second)
        }
        switch second {
        case .none: free(result)
        case .some(.none): break
        case .some(let second?):
            second(result)
            free(result)
        }
    }

    /// What was decided on top of the commit has landed, or was never submitted. `then` learns what became of the
    /// commit below it.
    func followed(_ then: @escaping Landing) {
        let first = state.withLock { state in
            if state.landed == nil { state.second = then }
            return state.landed
        }
        guard let first else { return }
        then(first.result)
        first.free(first.result)
    }
}
