package import JSON
package import SirdarCore

/// What stands in for the world in a rehearsal: how actions answer, what people do, what comes from outside.
///
/// An answer is looked for under the step's path (`copyToLocation/copy` for a step of a workflow that the step
/// `copyToLocation` runs), then under its JSON Pointer, then under its name; a call, at last, under its action.
package struct Answers: Sendable {
    /// What steps answer, be they automatic, a person's, or another workflow.
    package var steps: [String: Series]
    /// What the calls answer that undo steps, by the steps' names.
    package var undo: [String: Series]
    /// What actions answer, whoever calls them, where nothing is said of the step.
    package var actions: [String: Series]
    /// What happens in the world meanwhile.
    package var events: [Happening]
    package var cancel: Cancellation?
    /// The person who asked, whom tasks may exclude; `nil`: `requester`.
    package var requester: String?
    /// When the rehearsal begins, on its own clock; `nil`: on a Monday.
    package var startsAt: Timestamp?
    /// Decides every jitter; `nil`: 1.
    package var seed: UInt64?

    package init(
        steps: [String: Series] = [:],
        undo: [String: Series] = [:],
        actions: [String: Series] = [:],
        events: [Happening] = [],
        cancel: Cancellation? = nil,
        requester: String? = nil,
        startsAt: Timestamp? = nil,
        seed: UInt64? = nil
    ) {
        self.steps = steps
        self.undo = undo
        self.actions = actions
        self.events = events
        self.cancel = cancel
        self.requester = requester
        self.startsAt = startsAt
        self.seed = seed
    }

    static let requesterName = "requester"
    /// 5 January 2026, 09:00 UTC.
    static let monday = Timestamp(milliseconds: 1_767_603_600_000)
    /// Who does manual work when no answer says who: the first of them whom the task does not exclude.
    static let engineers = ["engineer", "second-engineer", "third-engineer"]
}

extension Answers {
    /// The answers under one name.
    package struct Series: Sendable {
        package let answers: [Answer]
        /// Its one answer is given as often as it is asked for; otherwise each comes in its turn.
        package let repeats: Bool

        package init(_ answers: [Answer]) {
            self.answers = answers
            repeats = false
        }

        package init(always answer: Answer) {
            answers = [answer]
            repeats = true
        }
    }

    /// An event that comes some time after the start.
    package struct Happening: Sendable, Hashable {
        package let after: Interval
        package let event: CloudEvent
    }

    /// Somebody cancels the instance.
    package struct Cancellation: Sendable, Hashable {
        package var moment: Moment
        package var reason: String

        package enum Moment: Sendable, Hashable {
            /// As soon as a step is in a state; without a state, as soon as it has begun.
            case step(String, phase: String?)
            /// When so much time has passed.
            case after(Interval)
        }

        package init(_ moment: Moment, reason: String = "It is not needed any more.") {
            self.moment = moment
            self.reason = reason
        }
    }
}

/// One answer: what comes of one attempt, one task or one decision.
package struct Answer: Sendable {
    package var kind: Kind
    /// How long it takes until it comes.
    package var takes: Interval
    /// How often it is given, in a series, before the next has its turn.
    package var times: Int
    /// What the automatic check of a manual step says of this completion.
    package var check: Check?
    /// What a person decides should the step give up after this failure.
    package var decides: Decision?
    /// Who does it; `nil`: the first engineer who may.
    package var person: String?

    package enum Kind: Sendable {
        /// The action, or the other workflow, gives this.
        case output(JSON)
        /// It fails; a person says that it cannot be done.
        case failure(Failure)
        /// Long work goes on: it is looked at again after this long, and then gives its next answer.
        case pending(Interval)
        /// A person completes the work. `ticks` of `nil` are all those that the runbook requires.
        case work(outcome: String, values: JSON.Object, ticks: [Submission.TickedItem]?)
        /// What a person decides about a step that has given up.
        case decision(Decision)
        /// Nothing ever comes.
        case never
    }

    package enum Check: Sendable {
        case output(JSON)
        case failure(Failure)
    }

    package struct Decision: Sendable, Hashable {
        /// `retry`, `skip` or `giveUp`.
        package var outcome: String
        package var reason: String
        /// Of a retry: what the step is given instead.
        package var input: JSON?
        /// Of a skip: what the step gives instead.
        package var output: JSON?

        package init(_ outcome: String, reason: String = "", input: JSON? = nil, output: JSON? = nil) {
            self.outcome = outcome
            self.reason = reason
            self.input = input
            self.output = output
        }

        /// The values of the task's form.
        var values: JSON.Object {
            var values: JSON.Object = reason.isEmpty ? [:] : ["reason": .string(reason)]
            // The form reads a text as JSON.
            if let input { values["input"] = .string(input.text) }
            if let output { values["output"] = .string(output.text) }
            return values
        }
    }

    package init(
        _ kind: Kind,
        takes: Interval = .zero,
        times: Int = 1,
        check: Check? = nil,
        decides: Decision? = nil,
        person: String? = nil
    ) {
        self.kind = kind
        self.takes = takes
        self.times = times
        self.check = check
        self.decides = decides
        self.person = person
    }

    package static func gives(_ output: JSON) -> Answer { Answer(.output(output)) }

    package static func fails(_ detail: String, _ remedy: Failure.Remedy = .permanent) -> Answer {
        Answer(.failure(Failure(Problem(.runtime, detail), remedy: remedy)))
    }

    /// What the answer is, for messages.
    package var word: String {
        switch kind {
        case .output: "an output"
        case .failure: "a failure"
        case .pending: "`pending`"
        case .work(let outcome, _, _): "the outcome `\(outcome)`"
        case .decision(let decision): "the decision `\(decision.outcome)`"
        case .never: "`never`"
        }
    }
}

extension Answers {
    /// These answers where they say something, and the others where they do not.
    package func over(_ others: Answers) -> Answers {
        var merged = self
        merged.steps.merge(others.steps) { own, _ in own }
        merged.undo.merge(others.undo) { own, _ in own }
        merged.actions.merge(others.actions) { own, _ in own }
        merged.cancel = cancel ?? others.cancel
        merged.requester = requester ?? others.requester
        merged.startsAt = startsAt ?? others.startsAt
        merged.seed = seed ?? others.seed
        return merged
    }
}

/// What a rehearsal asks of its answers.
package struct Question: Sendable {
    /// What is asked for.
    package enum Role: Sendable, Hashable, CaseIterable {
        /// An attempt of a call of an action: by a step, or to undo one.
        case call
        /// The automatic check of a person's work.
        case check
        /// A person's work.
        case task
        /// What a person decides about a step that has given up.
        case decision
        /// Another workflow's end; without an answer that workflow is rehearsed too.
        case workflow
    }

    package let role: Role
    /// It is about undoing the step, and not about the step.
    package let undoes: Bool
    /// The step's name, after those of the steps that run the workflows around it.
    package let path: String
    package let pointer: String
    package let name: String
    /// The action that is called.
    package let action: String?
    package let input: JSON
    package let attempt: Int
}
