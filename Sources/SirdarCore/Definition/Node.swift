package import JQ
import JSON

/// One step of a definition: the specification's "task".
package struct Node: Sendable {
    package let index: Int
    /// The node that it is nested in; `nil` for the root.
    package let parent: Int?
    package let name: String
    /// Where it stands in the definition, as a JSON Pointer: `/do/2/reconfigureStorage`.
    package let pointer: String
    /// What people read instead of the name.
    package let title: String
    /// The step is skipped when this is not true.
    package let condition: JQ.Program?
    package let input: Workflow.DataIn
    package let output: Workflow.DataOut
    package let export: Workflow.DataOut
    package let timeout: Workflow.Timeout?
    package let then: Flow
    package let kind: Kind
    /// What undoes the step once it has begun.
    package let compensation: Call?
    package let onExhausted: Workflow.OnExhausted?
    /// Whether a person may skip the step when it has given up.
    package let skippable: Bool

    package init(
        index: Int,
        parent: Int?,
        name: String,
        pointer: String,
        title: String? = nil,
        condition: JQ.Program? = nil,
        input: Workflow.DataIn = .none,
        output: Workflow.DataOut = .none,
        export: Workflow.DataOut = .none,
        timeout: Workflow.Timeout? = nil,
        then: Flow = .next,
        kind: Kind,
        compensation: Call? = nil,
        onExhausted: Workflow.OnExhausted? = nil,
        skippable: Bool = false
    ) {
        self.index = index
        self.parent = parent
        self.name = name
        self.pointer = pointer
        self.title = title ?? name
        self.condition = condition
        self.input = input
        self.output = output
        self.export = export
        self.timeout = timeout
        self.then = then
        self.kind = kind
        self.compensation = compensation
        self.onExhausted = onExhausted
        self.skippable = skippable
    }
}

/// Where to go when a step has ended.
package enum Flow: Hashable, Sendable {
    /// The next step of the same sequence.
    case next
    /// A named step of the same sequence, by its node.
    case go(Int)
    /// Out of the sequence, which ends well.
    case exit
    /// Out of everything: the workflow ends well.
    case end
}

extension Node {
    /// What a step does.
    package indirect enum Kind: Sendable {
        /// Its children one after the other (`do`, and the root).
        case sequence([Int])
        /// Gives a value (`set`).
        case set(Template)
        /// Chooses where to go (`switch`).
        case choice([Case])
        /// Repeats its body for each item (`for`).
        case loop(Loop)
        /// Its children side by side (`fork`); `compete`: the first to end wins, the others are cancelled.
        case parallel([Int], compete: Bool)
        /// Its body, with what to do about errors (`try`).
        case attempt(Attempt)
        /// Fails on purpose (`raise`).
        case raise(RaisedProblem)
        /// Lets time pass (`wait`).
        case wait(Template)
        /// An action of the catalogue, on the worker pool.
        case call(Call)
        /// A person's work (`call: manual`).
        case manual(ManualWork)
        /// Another workflow, as an instance of its own (`run: workflow`).
        case workflow(Subflow)
        /// Tells the world an event (`emit`).
        case emit(Emission)
        /// Waits for events (`listen`).
        case listen(Listener)
    }

    package struct Case: Sendable {
        package let name: String
        /// `nil`: the default.
        package let when: JQ.Program?
        package let then: Flow

        package init(name: String, when: JQ.Program?, then: Flow) {
            self.name = name
            self.when = when
            self.then = then
        }
    }

    package struct Loop: Sendable {
        /// The variables that hold the item and its position.
        package let item: String
        package let position: String
        package let items: Template
        package let condition: JQ.Program?
        /// The body, a sequence.
        package let body: Int

        package init(item: String, position: String, items: Template, condition: JQ.Program?, body: Int) {
            self.item = item
            self.position = position
            self.items = items
            self.condition = condition
            self.body = body
        }
    }

    package struct Attempt: Sendable {
        /// The body, a sequence.
        package let body: Int
        package let filter: ProblemFilter
        /// The variable that holds the problem.
        package let variable: String
        package let when: JQ.Program?
        package let exceptWhen: JQ.Program?
        package let retry: RetryPolicy?
        /// What to do instead, a sequence; `nil`: nothing, the attempt ends well with no output of its own.
        package let handler: Int?
        /// Where to go when a problem was caught; the step's own `then` when `nil`.
        package let caughtThen: Flow?

        package init(
            body: Int,
            filter: ProblemFilter = ProblemFilter(),
            variable: String = "error",
            when: JQ.Program? = nil,
            exceptWhen: JQ.Program? = nil,
            retry: RetryPolicy? = nil,
            handler: Int? = nil,
            caughtThen: Flow? = nil
        ) {
            self.body = body
            self.filter = filter
            self.variable = variable
            self.when = when
            self.exceptWhen = exceptWhen
            self.retry = retry
            self.handler = handler
            self.caughtThen = caughtThen
        }
    }

    /// The properties that a problem must have to be caught; what is `nil` does not matter.
    package struct ProblemFilter: Sendable, Hashable {
        package var type: String?
        package var status: Int?
        package var instance: String?
        package var title: String?
        package var detail: String?

        package init(
            type: String? = nil,
            status: Int? = nil,
            instance: String? = nil,
            title: String? = nil,
            detail: String? = nil
        ) {
            self.type = type
            self.status = status
            self.instance = instance
            self.title = title
            self.detail = detail
        }

        package func matches(_ problem: Problem) -> Bool {
            isType(problem.type) && (status == nil || status == problem.status)
                && (instance == nil || instance == problem.instance) && (title == nil || title == problem.title)
                && (detail == nil || detail == problem.detail)
        }

        private func isType(_ other: String) -> Bool {
            guard let type else { return true }
            return type == other || Problem.standardType(type) == Problem.standardType(other)
        }
    }

    package struct RaisedProblem: Sendable {
        package let type: Template
        package let status: Template
        package let title: Template
        package let detail: Template?

        package init(type: Template, status: Template, title: Template, detail: Template?) {
            self.type = type
            self.status = status
            self.title = title
            self.detail = detail
        }
    }

    /// A call of an action.
    package struct Call: Sendable, Hashable {
        package let action: String
        package let with: Template
        /// How often and how soon to try again; the action's own when `nil`.
        package let retry: RetryPolicy?
        /// What of the response is the output; `nil` for everything but `call: http`.
        package let http: HTTPCall.Output?

        package init(action: String, with: Template, retry: RetryPolicy? = nil, http: HTTPCall.Output? = nil) {
            self.action = action
            self.with = with
            self.retry = retry
            self.http = http
        }
    }

    package struct Subflow: Sendable, Hashable {
        package let namespace: String
        package let name: String
        package let version: String
        package let input: Template
        /// Whether its end is waited for; otherwise it goes its own way.
        package let isAwaited: Bool
        /// Whether its output is the step's; otherwise the step has none.
        package let returns: Bool

        package init(
            namespace: String,
            name: String,
            version: String,
            input: Template,
            isAwaited: Bool = true,
            returns: Bool = true
        ) {
            self.namespace = namespace
            self.name = name
            self.version = version
            self.input = input
            self.isAwaited = isAwaited
            self.returns = returns
        }
    }
}
