/// The keys that a map of a definition may have, in their order, each with what it means.
///
/// The decoder holds maps to them, and the editor's schema is made of them: there is no second list.
struct KeyTable: ExpressibleByDictionaryLiteral, Sendable {
    let names: [String]
    private let meanings: [String: String]

    init(dictionaryLiteral elements: (String, String)...) {
        names = elements.map(\.0)
        meanings = Dictionary(elements, uniquingKeysWith: { first, _ in first })
    }

    /// For people who write definitions; empty where nothing need be said.
    subscript(name: String) -> String { meanings[name] ?? "" }
}

enum Keys {
    // MARK: The head

    static let workflow: KeyTable = [
        "document": "What the workflow is called, and in which version of the language it is written.",
        "input": "What an instance is started with: first checked, then transformed.",
        "use": "What the steps below use by name.",
        "do": "The steps, one after the other.",
        "timeout": "How long an instance may take in all.",
        "output": "What the instance gives when it has ended.",
        "metadata": "What Sirdar adds to the language.",
        "schedule": "When instances start by themselves.",
        "evaluate": "How expressions are evaluated.",
    ]
    static let document: KeyTable = [
        "dsl": "The version of the language.",
        "namespace": "Small letters, digits and hyphens, parts by dots.",
        "name": "Small letters, digits and hyphens.",
        "version": "A semantic version, 1.0.0. A version that is deployed never changes.",
        "title": "What people read.",
        "summary": "What the workflow is for.",
        "tags": "Names and values for finding it.",
        "metadata": "What Sirdar adds to the language.",
    ]
    static let workflowMetadata: KeyTable = [
        "triageQueue": "The queue in which a step that has given up waits for a person.",
        "onExhausted": "What a step does that has given up: askPerson, or fault as the specification has it.",
    ]
    static let evaluate: KeyTable = ["language": "jq.", "mode": "strict: expressions stand in ${ }."]
    static let components: KeyTable = [
        "functions": "Calls with some of their arguments given.",
        "errors": "Errors to raise.",
        "retries": "When to try again.",
        "timeouts": "How long things may take.",
        "secrets": "Names of secrets.",
        "authentications": "How to sign in elsewhere.",
        "catalogs": "Not used here: what a workflow does comes with the program.",
        "extensions": "What goes before and after steps.",
    ]

    // MARK: Data and time

    static let dataIn: KeyTable = [
        "schema": "What the input must look like, before it is transformed.",
        "from": "An expression that makes the input of what came in.",
    ]
    static let dataOut: KeyTable = [
        "as": "An expression that makes the value. For `export` it is the new $context.",
        "schema": "What the value must look like, after it was transformed.",
    ]
    static let schema: KeyTable = [
        "document": "A JSON Schema, draft 2020-12.",
        "format": "json.",
        "resource": "Not used here: a schema is written under `document`.",
    ]
    static let timeout: KeyTable = ["after": "PT30M, or { minutes: 30 }."]
    static let retry: KeyTable = [
        "delay": "How long to wait before the next attempt.",
        "backoff": "How the delay grows: constant, linear or exponential.",
        "limit": "When to give up.",
        "jitter": "How much longer to wait by chance.",
        "when": "Only when this is true; the error is in $error.",
        "exceptWhen": "Not when this is true.",
    ]
    static let jitter: KeyTable = ["from": "At least so much.", "to": "At most so much."]
    static let retryLimit: KeyTable = ["attempt": "By the number of attempts.", "duration": "By the time in all."]
    static let attemptLimit: KeyTable = [
        "count": "Attempts in all, the first included.",
        "duration": "How long one attempt may take.",
    ]

    // MARK: Steps

    static let choiceCase: KeyTable = [
        "when": "An expression; without it, the case is the default.",
        "then": "Where to go: a step of this sequence, continue, exit or end.",
    ]
    static let loop: KeyTable = [
        "each": "The variable that holds the item, without `$`.",
        "in": "The items: a list, or an expression that gives one.",
        "at": "The variable that holds the position, without `$`.",
    ]
    static let fork: KeyTable = [
        "branches": "Steps that go side by side.",
        "compete": "Whether the first to end wins, and the others are cancelled.",
    ]
    static let raise: KeyTable = ["error": "An error, or the name of one of `use`."]
    static let problem: KeyTable = [
        "type": "A URI that names the kind of error.",
        "status": "100 to 599, as HTTP has them.",
        "title": "What is wrong, in a few words.",
        "detail": "What is wrong this time.",
        "instance": "Which step it was.",
    ]
    static let caught: KeyTable = [
        "errors": "Which errors are caught; all when it is not said.",
        "as": "The variable that holds the error, without `$`; `error` when it is not said.",
        "when": "Only when this is true.",
        "exceptWhen": "Not when this is true.",
        "retry": "Try the steps again, so and so often.",
        "do": "What to do instead.",
        "then": "Where to go afterwards.",
    ]
    static let caughtErrors: KeyTable = ["with": "The properties that an error must have."]
    static let run: KeyTable = [
        "workflow": "Another workflow, as an instance of its own.",
        "await": "Whether it is waited for.",
        "return": "none: the step gives nothing.",
    ]
    static let subflow: KeyTable = [
        "namespace": "The other workflow's namespace.",
        "name": "The other workflow's name.",
        "version": "Exactly this version.",
        "input": "What it is started with.",
    ]

    // MARK: Calls and people

    static let call: KeyTable = [
        "call": "The name of a function.",
        "with": "Its arguments.",
        "retry": "When to try again.",
    ]
    static let component: KeyTable = ["call": "The name of a function.", "with": "Arguments that are given here."]
    static let due: KeyTable = [
        "after": "How long after it opened the task is due.",
        "atRisk": "How long before that it counts as at risk.",
        "calendar": "The working calendar on which this is counted.",
    ]
    static let separation: KeyTable = [
        "not": "Who must not do it: requester, or the names of manual steps whose actors are excluded."
    ]
    static let review: KeyTable = [
        "by": "another: a second person.",
        "skills": "What the reviewer must know.",
        "when": "Only when this is true; the entered values are in $form.",
    ]
}
