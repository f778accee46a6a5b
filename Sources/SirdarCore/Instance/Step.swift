package import JSON

/// A step in progress: a node of the definition, at work. Steps nest as their nodes do.
package struct Step: Sendable, Hashable {
    /// Its identity within the instance; a loop's body gets new numbers in each round.
    package let number: Int
    package let node: Int
    package let startedAt: Timestamp
    /// `$input`: what entered, checked and transformed.
    package let input: JSON
    package var state: State

    package init(number: Int, node: Int, startedAt: Timestamp, input: JSON, state: State) {
        self.number = number
        self.node = node
        self.startedAt = startedAt
        self.input = input
        self.state = state
    }

    package indirect enum State: Sendable, Hashable {
        /// It has begun within the decision in hand; never stored.
        case entering
        /// It is next, and begins when the suspended instance is resumed; its `input` is what entered it, unchecked.
        case pending
        /// Only the root's: its last step has ended while the instance was suspended; it ends when it is resumed.
        case concluding(Conclusion)

        // Composite steps hold their children.
        /// One child is in progress; those before it have ended.
        case sequence(Step)
        /// The body is in progress for the item at `position`.
        case loop(items: [JSON], position: Int, body: Step)
        /// Some branches are in progress, some have ended.
        case parallel([Branch])
        /// The body is in progress, after `retries` failed rounds; the first began at `since`.
        case attempt(body: Step, retries: Int, since: Timestamp)
        /// A failed body is to begin again at a time.
        case attemptLater(at: Timestamp, retries: Int, since: Timestamp)
        /// The handler of a caught problem is in progress.
        case handling(body: Step, problem: Problem)

        // Leaves wait for something outside.
        /// An action is due or being performed. Can go to retrying, polling, needsPerson, or end.
        case calling(Calling)
        /// A person has a task. Can end by the task's end, a timeout or a cancel.
        case manual
        /// Time passes.
        case waiting(until: Timestamp)
        /// Another instance runs on its behalf.
        case child
        /// A call has given up and a person decides. Can go to calling, or end.
        case needsPerson(Problem, attempts: Int)
        /// Events are awaited; with `foreach`, what is done with the last of them may be in progress as well.
        case listening(Listening)
    }

    /// A step that listens: what it has heard, and what was done with it.
    package struct Listening: Sendable, Hashable {
        package var hearing: Hearing
        /// What was made of each event, in their order; the next one is that after the last of these.
        package var outputs: [JSON]
        /// What is being done with the next event.
        package var body: Step?

        package init(hearing: Hearing, outputs: [JSON] = [], body: Step? = nil) {
            self.hearing = hearing
            self.outputs = outputs
            self.body = body
        }
    }

    /// How the steps of a suspended instance have ended.
    package enum Conclusion: Sendable, Hashable {
        case output(JSON)
        case problem(Problem)
    }

    /// A call of an action: which attempt, and what it waits for.
    package struct Calling: Sendable, Hashable {
        /// 1 is the first. A result that names another attempt is late or repeated, and is refused.
        package var attempt: Int
        /// When the first attempt of this round began: a person's `retry` begins a new round.
        package var since: Timestamp
        package var phase: Phase

        package enum Phase: Sendable, Hashable {
            case running
            /// The last attempt failed; the next is due at a time.
            case retrying(at: Timestamp)
            /// Long work goes on outside; it is looked at again at a time.
            case polling(at: Timestamp)
        }

        package init(attempt: Int, since: Timestamp, phase: Phase = .running) {
            self.attempt = attempt
            self.since = since
            self.phase = phase
        }
    }

    package enum Branch: Sendable, Hashable {
        case active(Step)
        /// `before`: the branch as it was before a person's completion ended it, and nothing else came of that; so that
        /// the completion can be taken back.
        case ended(JSON, before: Step?)

        var leaves: [Step] {
            switch self {
            case .active(let step): step.leaves
            case .ended: []
            }
        }
    }
}

extension Step {
    /// The steps in this one, itself included, that wait for something outside the machine.
    package var leaves: [Step] {
        switch state {
        case .sequence(let child): child.leaves
        case .loop(items: _, position: _, body: let body): body.leaves
        case .parallel(let branches): branches.flatMap(\.leaves)
        case .attempt(body: let body, retries: _, since: _): body.leaves
        case .handling(body: let body, problem: _): body.leaves
        case .listening(let listening): (listening.hearing.isOver ? [] : [self]) + (listening.body?.leaves ?? [])
        case .entering, .pending, .concluding, .attemptLater, .calling, .manual, .waiting, .child, .needsPerson: [self]
        }
    }

    /// The word for what the step is doing.
    package var phase: StepPhase {
        switch state {
        case .entering, .sequence, .loop, .parallel, .attempt, .handling: .running
        case .pending, .concluding: .pending
        case .attemptLater(at: let at, retries: _, since: _): .retrying(at: at)
        case .calling(let calling):
            switch calling.phase {
            case .running: .running
            case .retrying(let at): .retrying(at: at)
            case .polling: .running
            }
        case .manual, .waiting, .child, .listening: .waiting
        case .needsPerson: .needsPerson
        }
    }
}

/// The states of a step, as people read them.
package enum StepPhase: Sendable, Hashable {
    /// It is next, and begins when the suspended instance is resumed.
    case pending
    /// Automatic work goes on.
    case running
    /// A person, an event, another instance or time is awaited.
    case waiting
    /// An attempt failed; the next is due at a time.
    case retrying(at: Timestamp)
    /// It has given up, and a person decides.
    case needsPerson
    case completed
    case skipped
    case faulted
    case cancelled

    package var name: String {
        switch self {
        case .pending: "pending"
        case .running: "running"
        case .waiting: "waiting"
        case .retrying: "retrying"
        case .needsPerson: "needs_person"
        case .completed: "completed"
        case .skipped: "skipped"
        case .faulted: "faulted"
        case .cancelled: "cancelled"
        }
    }

    package var isFinal: Bool {
        switch self {
        case .pending, .running, .waiting, .retrying, .needsPerson: false
        case .completed, .skipped, .faulted, .cancelled: true
        }
    }
}
