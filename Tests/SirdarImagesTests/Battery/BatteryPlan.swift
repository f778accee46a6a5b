import SirdarCore
import SirdarEngine
import SirdarImages
import SirdarTestKit

/// What goes wrong in one run of the battery; everything else goes well.
enum Plan: Sendable, Hashable {
    case nothing
    /// The `number`th performance of an action fails before it has done anything: for good, or once.
    case fail(Int, isPermanent: Bool)
    /// It fails for good, and the person who is asked gives it up.
    case giveUp(Int)
    /// The `number`th call of the cloud meets a fault.
    case fault(Int, CloudWorld.Fault)
    /// It is refused, and the person who is asked gives the step up.
    case refuseAndGiveUp(Int)
    /// Every action is performed twice under its key, and every result is delivered twice.
    case twice
    /// The program stops after its `number`th commit, and is started again.
    case stop(Int)
    /// The person at the `number`th task decides for this outcome.
    case decide(Int, String)
    /// The request is withdrawn when the `number`th task has opened.
    case withdraw(Int)

    /// What to write after `SIRDAR_BATTERY=<case>/` to have this run alone.
    var name: String {
        switch self {
        case .nothing: "nothing"
        case .fail(let number, let isPermanent): "\(isPermanent ? "fail" : "fail-once")-\(number)"
        case .giveUp(let number): "give-up-\(number)"
        case .fault(let number, .refuse(let kind)): "\(CloudError(kind, "").code)-\(number)"
        case .fault(let number, .loseAnswer): "lose-\(number)"
        case .fault(let number, .startMachines): "start-machines-\(number)"
        case .fault(let number, .runOutOfRoom): "no-room-\(number)"
        case .fault(let number, .leaveTraces): "traces-\(number)"
        case .refuseAndGiveUp(let number): "refuse-and-give-up-\(number)"
        case .twice: "twice"
        case .stop(let number): "stop-\(number)"
        case .decide(let number, let outcome): "decide-\(number)-\(outcome)"
        case .withdraw(let number): "withdraw-\(number)"
        }
    }

    /// Whether the person who is asked about a step that gave up gives it up too.
    var givesUp: Bool {
        switch self {
        case .giveUp, .refuseAndGiveUp: true
        case .nothing, .fail, .fault, .twice, .stop, .decide, .withdraw: false
        }
    }
}

/// What is common to the actions of one run, whichever engine performs them.
final class Performances: Sendable {
    struct Result: Sendable {
        let instance: Identifier
        let key: String
        let attempt: Int
        let outcome: ActionOutcome
    }

    private struct State {
        var count = 0
        var working = 0
        var results: [Result] = []
    }

    private let plan: Plan
    private let state = Locked(State())

    init(_ plan: Plan) { self.plan = plan }

    var count: Int { state.withLock { $0.count } }
    var isIdle: Bool { state.withLock { $0.working == 0 } }

    /// The results that have not been delivered for a second time.
    func takeResults() -> [Result] {
        state.withLock { state in
            defer { state.results = [] }
            return state.results
        }
    }

    fileprivate func perform(_ action: any Action, _ call: ActionCall) -> ActionOutcome {
        let number = state.withLock { state in
            state.count += 1
            state.working += 1
            return state.count
        }
        let outcome = outcome(of: number, action, call)
        let result = Result(instance: call.instance, key: call.key, attempt: call.attempt, outcome: outcome)
        state.withLock { state in
            state.working -= 1
            if case .done = outcome { state.results.append(result) }
        }
        return outcome
    }

    private func outcome(of number: Int, _ action: any Action, _ call: ActionCall) -> ActionOutcome {
        let problem = Problem(.runtime, "The test lets this attempt fail.")
        switch plan {
        case .fail(number, isPermanent: true), .giveUp(number): return .failed(Failure(problem, remedy: .permanent))
        case .fail(number, isPermanent: false): return .failed(Failure(problem, remedy: .tryAgain))
        case .twice:
            _ = action.perform(call)
            return action.perform(call)
        case .nothing, .fail, .giveUp, .fault, .refuseAndGiveUp, .stop, .decide, .withdraw: return action.perform(call)
        }
    }
}

/// A real action, performed as the plan of the run says.
struct PlannedAction: Action {
    let action: any Action
    let performances: Performances

    var signature: ActionSignature { action.signature }
    func perform(_ call: ActionCall) -> ActionOutcome { performances.perform(action, call) }
}
