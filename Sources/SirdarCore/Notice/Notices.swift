/// What to tell whom: pure, one function for tasks and one for instances.
package enum Notices {
    /// What is told when a task has changed. Nobody is told what they did themselves.
    package static func of(
        _ event: TaskEvent,
        before: ManualTask,
        after: ManualTask,
        at now: Timestamp
    ) -> [Notice] {
        var notices = told(event, before, after, now)
        if after.urgency > before.urgency, !after.state.isFinal { notices += aged(after, now) }
        if after.state == .unroutable, before.state != .unroutable { notices += opened(after, at: now) }
        return notices
    }

    /// What is told when a task was opened.
    package static func opened(_ task: ManualTask, at now: Timestamp) -> [Notice] {
        task.state == .unroutable ? [task.notice(.unroutable, to: .supervisors, now)] : []
    }

    private static func told(
        _ event: TaskEvent,
        _ before: ManualTask,
        _ after: ManualTask,
        _ now: Timestamp
    ) -> [Notice] {
        switch event {
        case .assigned(let worker, let other, note: _):
            guard worker.person != other.person else { return [] }
            return [after.notice(.assigned, to: .person(other.person), now)]
                + lost(before, by: worker, now)
        case .takenOver(let worker, reason: _, isReserved: _): return lost(before, by: worker, now)
        case .pushedBack, .reopened:
            return after.owner.map { [after.notice(.pushedBack, to: .person($0.person), now)] } ?? []
        case .reminded: return after.owner.map { [after.notice(.reminded, to: .person($0.person), now)] } ?? []
        case .escalated: return [after.notice(.escalated, to: .supervisors, now)]
        case .asked:
            let about = after.origin.request.map(Notice.About.request) ?? .task(after.id)
            let requester = Notice.Audience.person(after.origin.requester)
            return [
                Notice(
                    .answerNeeded,
                    to: requester,
                    about: about,
                    title: after.spec.title,
                    place: after.origin.scope,
                    at: now
                )
            ]
        case .claimed, .started, .released, .transferred, .routed, .lapsed, .returned, .drafted, .ticked, .unticked,
            .commented,
            .completed, .failed, .checked, .confirmed, .held, .answered, .resumed, .prioritised, .skipped,
            .checkWaived, .attached, .closed, .aged:
            return []
        }
    }

    /// Somebody else has what was theirs.
    private static func lost(_ before: ManualTask, by worker: Worker, _ now: Timestamp) -> [Notice] {
        guard let owner = before.owner, owner.person != worker.person else { return [] }
        return [before.notice(.takenOver, to: .person(owner.person), now)]
    }

    /// Whoever holds it, or else whoever may take it; supervisors too once it is late.
    private static func aged(_ task: ManualTask, _ now: Timestamp) -> [Notice] {
        let nearest: Notice.Audience =
            task.owner.map { .person($0.person) } ?? .workers(queue: task.queue, skills: task.spec.skills)
        switch task.urgency {
        case .inTime: return []
        case .atRisk: return [task.notice(.atRisk, to: nearest, now)]
        case .overdue: return [task.notice(.overdue, to: nearest, now), task.notice(.overdue, to: .supervisors, now)]
        }
    }

    /// What the requester is told at the end of what they asked for; whoever took it back knows it.
    ///
    /// `title` and `word`: what the domain calls the thing, and what has become of it.
    package static func ended(
        _ instance: Instance,
        title: String,
        word: String?,
        at now: Timestamp
    ) -> [Notice] {
        guard case .ended(let ending) = instance.progress, instance.parent == nil, let request = instance.origin.request
        else { return [] }
        let kind: Notice.Kind
        switch ending {
        case .output: kind = .done
        case .problem: kind = .failed
        case .cancelled: return []
        }
        return [
            Notice(
                kind,
                to: .person(instance.origin.requester),
                about: .request(request),
                title: title,
                place: instance.origin.scope,
                word: kind == .done ? word : nil,
                at: now
            )
        ]
    }
}

extension ManualTask {
    fileprivate func notice(_ kind: Notice.Kind, to audience: Notice.Audience, _ now: Timestamp) -> Notice {
        Notice(kind, to: audience, about: .task(id), title: spec.title, place: queue, at: now)
    }
}

extension Notice.Kind {
    /// Two or three words, for lists and for what is muted.
    package var title: String {
        switch self {
        case .assigned: "Assigned to you"
        case .takenOver: "Taken from you"
        case .pushedBack: "Sent back to you"
        case .reminded: "Still working on it?"
        case .atRisk: "At risk"
        case .overdue: "Overdue"
        case .unroutable: "Nobody can do it"
        case .escalated: "Escalated"
        case .answerNeeded: "We need you"
        case .done: "Done"
        case .failed: "Failed"
        case .trial: "A trial"
        }
    }

    /// What it means and what to do, in a sentence.
    package var sentence: String {
        switch self {
        case .assigned: "This task was given to you."
        case .takenOver: "Somebody else has this task now. What you typed went along."
        case .pushedBack: "Your work was sent back to you, with a comment."
        case .reminded: "Nothing was heard of this task for a while. Go on, put it on hold, or release it."
        case .atRisk: "This task is soon overdue."
        case .overdue: "This task is overdue."
        case .unroutable: "Nobody who is there may do this task. Transfer it, or add somebody to its queue."
        case .escalated: "This task was brought to the supervisors' attention."
        case .answerNeeded: "Work on your request waits for an answer of yours."
        case .done: "What you asked for is done."
        case .failed: "What you asked for has failed. What was begun has been undone."
        case .trial: "Notifications reach you here."
        }
    }
}
