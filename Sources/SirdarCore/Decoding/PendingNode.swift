import JQ

/// A step that has been read, and does not know yet where it leads: the steps after it may come later in the text.
struct PendingNode {
    let index: Int
    let parent: Int?
    let name: String
    let pointer: String
    let place: Place
    var title: String?
    var condition: JQ.Program?
    var input = Workflow.DataIn.none
    var output = Workflow.DataOut.none
    var export = Workflow.DataOut.none
    var timeout: Workflow.Timeout?
    var then = Target.unsaid
    /// What the step does; `nil` when that could not be read, which has then been told.
    var kind: Kind?
    var compensation: Node.Call?
    var onExhausted: Workflow.OnExhausted?
    var skippable = false
    /// Somebody was told of a mistake that leaves open where the step leads.
    var isBroken = false

    enum Kind {
        case ready(Node.Kind)
        case choice([PendingCase])
        /// A `try` whose `catch` leads somewhere of its own.
        case attempt(Node.Attempt, caughtThen: Target)
    }

    struct PendingCase {
        let name: String
        let when: JQ.Program?
        let then: Target
    }

    /// Where a step leads, as it is written.
    enum Target {
        case unsaid
        case next
        case exit
        case end
        case step(String, Place)
    }
}

extension PendingNode {
    /// The step with everything known; `flow` says where a target lies.
    func node(_ flow: (Target) -> Flow) -> Node? {
        guard !isBroken, let kind else { return nil }
        let ready: Node.Kind
        switch kind {
        case .ready(let kind): ready = kind
        case .choice(let cases):
            // The default is tried last, wherever it is written.
            let ordered = cases.filter { $0.when != nil } + cases.filter { $0.when == nil }
            ready = .choice(ordered.map { Node.Case(name: $0.name, when: $0.when, then: flow($0.then)) })
        case .attempt(let attempt, let then): ready = .attempt(attempt.leading(to: flow(then)))
        }
        return Node(
            index: index,
            parent: parent,
            name: name,
            pointer: pointer,
            title: title,
            condition: condition,
            input: input,
            output: output,
            export: export,
            timeout: timeout,
            then: flow(then),
            kind: ready,
            compensation: compensation,
            onExhausted: onExhausted,
            skippable: skippable
        )
    }

    /// Every target that is written, whether or not the step can take it.
    var allTargets: [Target] {
        switch kind {
        case .choice(let cases): cases.map(\.then) + [then]
        case .attempt(_, let caughtThen): [then, caughtThen]
        case .ready, nil: [then]
        }
    }

    /// Every target that the step may go to.
    var targets: [Target] {
        switch kind {
        case .choice(let cases):
            cases.map(\.then) + (cases.contains { $0.when == nil } && condition == nil ? [] : [then])
        case .ready(.raise) where condition == nil: []
        case .attempt(_, let caughtThen): [then, caughtThen]
        case .ready, nil: [then]
        }
    }
}

extension Node.Attempt {
    /// The same, going elsewhere once a problem was caught.
    fileprivate func leading(to flow: Flow) -> Node.Attempt {
        .init(
            body: body,
            filter: filter,
            variable: variable,
            when: when,
            exceptWhen: exceptWhen,
            retry: retry,
            handler: handler,
            caughtThen: flow
        )
    }
}
