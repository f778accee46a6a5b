import JSON
import SirdarCore

/// Whether a person may do something with a task now, and if not, why not.
struct TaskOffer: Sendable, Hashable {
    let operation: Operation
    let refusal: TaskRefusal?

    var isAllowed: Bool { refusal == nil }

    enum Operation: String, Sendable, Hashable, CaseIterable { case claim, start, draft, complete, release, fail }

    /// Every operation, tried on the machine that also guards it: the buttons cannot promise what it refuses.
    static func all(_ task: ManualTask, _ worker: Worker, at now: Timestamp) -> [TaskOffer] {
        Operation.allCases.map { TaskOffer(operation: $0, refusal: refusal(of: $0, task, worker, now)) }
    }

    private static func refusal(
        of operation: Operation,
        _ task: ManualTask,
        _ worker: Worker,
        _ now: Timestamp
    ) -> TaskRefusal? {
        let event: TaskEvent =
            switch operation {
            case .claim: .claimed(by: worker)
            case .start: .started(by: worker)
            // Whether somebody may complete it is whether they may work on it; what they enter is judged later.
            case .draft, .complete: .drafted(by: worker, values: [:])
            case .release: .released(by: worker, note: "-")
            case .fail: .failed(by: worker, code: "cannot", text: "-")
            }
        do throws(TaskRefusal) {
            _ = try TaskMachine.apply(event, to: task, at: now)
            return nil
        } catch {
            return error
        }
    }
}

extension Reading {
    /// The refusal as a sentence for people: with names, and how long ago.
    func sentence(_ refusal: TaskRefusal) throws -> String {
        guard case .heldBy(let person, since: let since) = refusal else { return refusal.sentence() }
        let ago = Show.length(now.since(since))
        return
            "\(try name(person)) has held this task for \(ago). What you typed is kept. Ask them, or take another one."
    }

    /// The trouble that a refused operation is answered with.
    func trouble(_ refusal: TaskRefusal) throws -> Trouble? {
        var trouble = Trouble(refusal)
        if case .heldBy = refusal { trouble?.detail = try sentence(refusal) }
        return trouble
    }
}
