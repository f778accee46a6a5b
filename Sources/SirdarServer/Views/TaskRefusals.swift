import SirdarCore
import SirdarEngine

extension Reading {
    /// What somebody may do with a task now, and if not, why not: the same function guards it.
    func offers(_ task: ManualTask, for worker: Worker) throws -> [TaskOffer] {
        var worker = worker
        worker.stop = try engine.stop(of: task)
        return TaskMachine.operations(
            on: task,
            for: worker,
            isTakeOverReserved: library.queue(task.queue)?.takeOver == .supervisors,
            hasGoneOn: try engine.hasGoneOn(from: task),
            at: now
        )
    }

    /// The refusal as a sentence for people: with names, and how long ago.
    func sentence(_ refusal: TaskRefusal) throws -> String {
        switch refusal {
        case .heldBy(let person, since: let since):
            return "\(try name(person)) has held this task for \(Show.length(now.since(since))). "
                + "What you typed is kept. Ask them, take it over with a reason, or take another one."
        case .notTheirs(let person, let why):
            return "\(try name(person)) cannot have it. What they would be told: \(try sentence(why))"
        case .absent(let person, let until):
            return "\(try name(person)) is away until \(Show.time(until)), and nobody stands in for them. "
                + "Choose somebody else."
        case .stopped(let stop):
            return "The \(stop.part) is stopped by \(try name(stop.by)) since \(Show.time(stop.since)): \(stop.reason) "
                + "Nothing new is begun there until a supervisor lifts it."
        case .onHold(let until?): return "The task is on hold until \(Show.time(until)). Resume it first."
        case .notClaimed, .alreadyStarted, .alreadyYours, .ended, .notInQueue, .lacksSkills, .excluded, .claimLimit,
            .noteNeeded, .onHold, .notOnHold, .beingVerified, .notVerifying, .inReview, .notInReview, .ownWork,
            .notSupervisor, .notRequester, .reservedToSupervisors, .notSkippable, .nothingToWaive, .notCompleted,
            .goneOn, .unknownQueue,
            .unknownPerson, .staleFence, .invalid:
            return refusal.sentence()
        }
    }

    /// The trouble that a refused operation is answered with.
    func trouble(_ refusal: TaskRefusal) throws -> Trouble? {
        var trouble = Trouble(refusal)
        if trouble?.errors.isEmpty == true { trouble?.detail = try sentence(refusal) }
        return trouble
    }
}
