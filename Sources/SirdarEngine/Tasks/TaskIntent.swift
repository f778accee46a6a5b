package import JSON
package import SirdarCore

/// What a person wants to do with a task.
package enum TaskIntent: Sendable, Hashable {
    // Owning.
    case claim
    case start
    case release(note: String)
    /// `to`: the name or identifier of a person.
    case assign(to: String, note: String)
    case takeOver(reason: String)
    case transfer(queue: String, reason: String)

    // Working.
    case draft(JSON.Object)
    case tick(item: String, evidence: String?)
    case untick(item: String)
    case comment(String)
    case attach(Attachment)
    case complete(outcome: String, values: JSON.Object, ticks: [Submission.TickedItem], fence: Int64?)
    case fail(code: String, text: String)
    case confirm(note: String)
    case pushBack(comment: String)

    // Waiting.
    case hold(awaiting: ManualTask.Hold.Awaiting, reason: String, until: Timestamp?)
    case ask(ManualTask.Question)
    case answer(text: String, values: JSON.Object)
    case resume

    // Supervising.
    case escalate(comment: String, priority: TaskSpec.Priority?)
    case prioritise(TaskSpec.Priority)
    case skip(output: JSON, reason: String)
    case waiveCheck(reason: String)
    case reopen(reason: String)

    /// The operation's name, as the API and the journal know it.
    package var name: String {
        switch self {
        case .claim: "task.claim"
        case .start: "task.start"
        case .release: "task.release"
        case .assign: "task.assign"
        case .takeOver: "task.takeOver"
        case .transfer: "task.transfer"
        case .draft: "task.draft"
        case .tick: "task.tick"
        case .untick: "task.untick"
        case .comment: "task.comment"
        case .attach: "task.attach"
        case .complete: "task.complete"
        case .fail: "task.fail"
        case .confirm: "task.confirm"
        case .pushBack: "task.pushBack"
        case .hold: "task.hold"
        case .ask: "task.ask"
        case .answer: "task.answer"
        case .resume: "task.resume"
        case .escalate: "task.escalate"
        case .prioritise: "task.prioritise"
        case .skip: "task.skip"
        case .waiveCheck: "task.waiveCheck"
        case .reopen: "task.reopen"
        }
    }

    /// What the journal keeps where it can be erased: people's own words.
    var words: JSON.Object {
        switch self {
        case .release(let note), .confirm(let note), .assign(to: _, let note):
            note.isEmpty ? [:] : ["note": .string(note)]
        case .takeOver(let reason), .transfer(queue: _, let reason), .skip(output: _, let reason),
            .waiveCheck(let reason), .reopen(let reason), .hold(awaiting: _, let reason, until: _):
            ["reason": .string(reason)]
        case .comment(let text), .fail(code: _, let text): ["text": .string(text)]
        case .pushBack(let comment), .escalate(let comment, priority: _): ["comment": .string(comment)]
        case .ask(let question): ["question": .string(question.text)]
        case .answer(let text, let values): ["answer": .string(text), "values": .object(values)]
        case .claim, .start, .draft, .tick, .untick, .attach, .complete, .resume, .prioritise: [:]
        }
    }
}
