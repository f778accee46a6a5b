/// A task's rules say no; the sentence says who, since when, and what to do.
package enum TaskRefusal: Error, Sendable, Hashable {
    case heldBy(String, since: Timestamp)
    case notClaimed
    case alreadyStarted
    case alreadyYours
    case ended(String, outcome: String?)
    case notInQueue(String)
    case lacksSkills([String])
    case excluded(why: String)
    case claimLimit(String, Int)
    /// Its queue or its workflow is stopped: nothing new begins there.
    case stopped(Stop)
    case noteNeeded
    case onHold(until: Timestamp?)
    case notOnHold
    case beingVerified
    case notVerifying
    case inReview
    case notInReview
    /// Who did it, or asked for it, cannot be the one who confirms it.
    case ownWork
    case notSupervisor
    case notRequester
    case reservedToSupervisors(String)
    case notSkippable
    case nothingToWaive
    /// Only what was completed is opened again.
    case notCompleted
    /// The steps after it have begun, or the instance is over.
    case goneOn
    case unknownQueue(String)
    case unknownPerson(String)
    /// They are away, and nobody stands in for them.
    case absent(String, until: Timestamp)
    /// The person to whom it was to be given may not have it.
    indirect case notTheirs(String, TaskRefusal)
    case staleFence(awaited: Int64)
    case invalid([FieldError])

    /// The code that programs look at.
    package var code: String {
        switch self {
        case .heldBy: "task-held"
        case .notClaimed: "task-not-claimed"
        case .alreadyStarted: "task-already-started"
        case .alreadyYours: "task-already-yours"
        case .ended: "task-ended"
        case .notInQueue: "not-in-queue"
        case .lacksSkills: "lacks-skills"
        case .excluded: "separation-of-duties"
        case .claimLimit: "claim-limit"
        case .stopped: "stopped"
        case .noteNeeded: "note-needed"
        case .onHold: "task-on-hold"
        case .notOnHold: "task-not-on-hold"
        case .beingVerified: "being-verified"
        case .notVerifying: "not-verifying"
        case .inReview: "in-review"
        case .notInReview: "not-in-review"
        case .ownWork: "own-work"
        case .notSupervisor: "not-supervisor"
        case .notRequester: "not-requester"
        case .reservedToSupervisors: "reserved-to-supervisors"
        case .notSkippable: "not-skippable"
        case .nothingToWaive: "nothing-to-waive"
        case .notCompleted: "not-completed"
        case .goneOn: "gone-on"
        case .unknownQueue: "unknown-queue"
        case .unknownPerson: "unknown-person"
        case .absent: "absent"
        case .notTheirs: "not-theirs"
        case .staleFence: "stale-fence"
        case .invalid: "invalid"
        }
    }

    /// What to tell the person who was refused; `name` turns a person's identifier into a name.
    package func sentence(name: (String) -> String = { $0 }) -> String {
        switch self {
        case .heldBy(let person, let since):
            "\(name(person)) holds this task since \(since). Ask them, or take another one."
        case .notClaimed: "Nobody holds this task. Claim it first."
        case .alreadyStarted: "It has already been started."
        case .alreadyYours: "You hold this task already."
        case .ended(let state, let outcome):
            "This task has ended: \(state)\(outcome.map { ", \($0)" } ?? ""). Nothing more can be done to it."
        case .notInQueue(let queue): "You are not a member of the queue \(queue). A supervisor can add you."
        case .lacksSkills(let skills):
            "This task needs a skill that you do not have: \(skills.joined(separator: ", "))."
        case .excluded(let why): why
        case .claimLimit(let queue, let limit):
            "You hold \(limit) tasks of \(queue), as many as one may. Complete or release one first."
        case .stopped(let stop):
            "The \(stop.part) is stopped by \(name(stop.by)) since \(stop.since): \(stop.reason) Nothing new is begun "
                + "there until a supervisor lifts it."
        case .noteNeeded: "Say why, in a sentence: the next person reads it."
        case .onHold(let until):
            "The task is on hold\(until.map { " until \($0)" } ?? ""). Resume it first."
        case .notOnHold: "The task is not on hold."
        case .beingVerified: "Its automatic check is running. Wait for its answer."
        case .notVerifying: "No check of this task is running."
        case .inReview: "It waits for somebody else to confirm it."
        case .notInReview: "There is nothing to confirm: the task does not wait for a review."
        case .ownWork: "Somebody else must confirm it: not who did it, and not who asked for it (four eyes)."
        case .notSupervisor: "Only a supervisor can do this."
        case .notRequester: "Only who asked for it can answer."
        case .reservedToSupervisors(let queue): "In the queue \(queue) only a supervisor takes tasks over. Ask one."
        case .notSkippable: "The workflow does not allow this step to be skipped."
        case .nothingToWaive: "There is no failed check to waive."
        case .notCompleted: "It has not been completed."
        case .goneOn:
            "What follows it has begun. A supervisor can take the instance back, on its page, to this step or to the "
                + "fork that it lies in: what began since is undone then."
        case .unknownQueue(let queue): "There is no queue \(queue)."
        case .unknownPerson(let person): "There is nobody called \(person), or they cannot work on tasks."
        case .absent(let person, let until):
            "\(name(person)) is away until \(until), and nobody stands in for them. Choose somebody else."
        case .notTheirs(let person, let refusal):
            "\(name(person)) cannot have it. What they would be told: \(refusal.sentence(name: name))"
        case .staleFence:
            "The task has had another owner since this page was loaded. Load it again; what you typed is kept."
        case .invalid(let errors): errors.map(\.detail).joined(separator: " ")
        }
    }
}
