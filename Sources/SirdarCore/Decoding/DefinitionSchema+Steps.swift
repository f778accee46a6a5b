import JSON

// Steps, calls and people's work.
extension SchemaWriter {
    // MARK: Steps

    var steps: JSON {
        [
            "type": "array", "minItems": 1,
            "items": [
                "type": "object", "minProperties": 1, "maxProperties": 1, "additionalProperties": Self.ref("step"),
            ],
        ]
    }

    /// A step has the keys of its kind and those that all have. Which kind it is decides what it may have, so that an
    /// editor tells of one mistake and not of every kind that the step is not.
    var step: JSON {
        var step = closed(StepKind.all.unique, values, required: []) { StepKind.meaning(of: $0) }.asObject ?? [:]
        let kinds = StepKind.allCases.map { kind -> JSON in
            let keys = kind.keys + StepKind.common
            return [
                "if": condition(of: kind), "then": ["propertyNames": ["enum": .array(keys.map(JSON.string))]],
            ]
        }
        step["allOf"] = .array(kinds + [Self.ref("callRules")])
        step["anyOf"] = .array(StepKind.names.map { ["required": [.string($0)]] })
        return .object(step)
    }

    /// `for` has a `do` of its own.
    private func condition(of kind: StepKind) -> JSON {
        let required: JSON = ["required": [.string(kind.rawValue)]]
        return kind == .do ? ["allOf": [required, ["not": ["required": ["for"]]]]] : required
    }

    private var values: [String: JSON] {
        [
            "if": Self.ref("program"), "input": Self.ref("dataIn"), "output": Self.ref("dataOut"),
            "export": Self.ref("dataOut"), "timeout": Self.ref("timeout"), "then": Self.ref("target"),
            "metadata": metadata, "call": functionName, "with": ["type": ["object", "string"]], "do": Self.ref("steps"),
            "set": ["type": ["object", "string"]], "switch": choice, "for": loop, "while": Self.ref("program"),
            "fork": object(
                Keys.fork,
                ["branches": Self.ref("steps"), "compete": ["type": "boolean"]],
                required: ["branches"]
            ),
            "try": Self.ref("steps"), "catch": caught,
            "raise": object(
                Keys.raise,
                ["error": ["anyOf": [Self.text, Self.ref("error")]]],
                required: ["error"]
            ),
            "wait": Self.ref("duration"),
            "run": object(
                Keys.run,
                ["workflow": subflow, "await": ["type": "boolean"], "return": Self.text],
                required: ["workflow"]
            ),
            "emit": emit, "listen": listen, "foreach": foreach,
        ]
    }

    private var metadata: JSON {
        closed(
            StepKind.metadata,
            [
                "title": Self.text, "compensation": Self.ref("call"), "skippable": ["type": "boolean"],
                "onExhausted": Self.words(Workflow.OnExhausted.allCases.map(\.rawValue)), "retry": Self.ref("retry"),
            ]
        ) { StepKind.meaning(of: $0) }
    }

    private var choice: JSON {
        let written = object(
            Keys.choiceCase,
            ["when": Self.ref("program"), "then": Self.ref("target")],
            required: ["then"]
        )
        return [
            "type": "array", "minItems": 1,
            "items": ["type": "object", "minProperties": 1, "maxProperties": 1, "additionalProperties": written],
        ]
    }

    private var loop: JSON {
        object(
            Keys.loop,
            ["each": Self.text, "in": ["type": ["array", "string"]], "at": Self.text],
            required: ["in"]
        )
    }

    private var caught: JSON {
        object(
            Keys.caught,
            [
                "errors": object(Keys.caughtErrors, ["with": object(Keys.problem, errorParts)], required: ["with"]),
                "as": Self.text, "when": Self.ref("program"), "exceptWhen": Self.ref("program"),
                "retry": Self.ref("retry"), "do": Self.ref("steps"), "then": Self.ref("target"),
            ]
        )
    }

    private var subflow: JSON {
        object(
            Keys.subflow,
            [
                "namespace": Self.words(Set(vocabulary.workflows.map(\.namespace))),
                "name": Self.words(Set(vocabulary.workflows.map(\.name))),
                "version": Self.words(Set(vocabulary.workflows.map(\.version))),
            ],
            required: ["namespace", "name", "version"]
        )
    }

    // MARK: Calls

    /// The catalogue's functions with what each does, or the name of one that `use` defines.
    var functionName: JSON {
        let known = vocabulary.functions.values.sorted { $0.name < $1.name }.map { function -> JSON in
            ["const": .string(function.name), "description": .string(function.summary)]
        }
        let manual: JSON = ["const": "manual", "description": "Opens a task for a person, and waits for its outcome."]
        return [
            "anyOf": .array(
                [manual] + known + [["type": "string", "description": "The name of a function of `use`."]]
            )
        ]
    }

    var call: JSON {
        var call =
            object(
                Keys.call,
                ["call": functionName, "with": ["type": ["object", "string"]], "retry": Self.ref("retry")],
                required: ["call"]
            ).asObject ?? [:]
        call["allOf"] = [Self.ref("callRules")]
        return .object(call)
    }

    /// What `with` holds follows from who is called.
    var callRules: JSON {
        let functions = vocabulary.functions.values.filter { $0.name != HTTPCall.action }.sorted { $0.name < $1.name }
        return [
            "allOf": .array(
                [
                    rule("manual", Self.ref("manual"), needsArguments: true),
                    rule(HTTPCall.action, Self.ref("http"), needsArguments: true),
                ]
                    + functions.map { function in
                        rule(
                            function.name,
                            Self.lenient(function.input),
                            needsArguments: !function.required.isEmpty
                        )
                    }
            )
        ]
    }

    private func rule(_ name: String, _ with: JSON, needsArguments: Bool) -> JSON {
        var then: JSON.Object = ["properties": ["with": with]]
        if needsArguments { then["required"] = ["with"] }
        return [
            "if": ["properties": ["call": ["const": .string(name)]], "required": ["call"]], "then": .object(then),
        ]
    }

    /// A function's schema, where an expression may stand for every value.
    static func lenient(_ schema: JSON) -> JSON {
        guard let members = schema.asObject else { return schema }
        // What refers to its own document means nothing in another one.
        guard members["$ref"] == nil else { return [:] }
        var open = JSON.Object()
        for (key, value) in members {
            switch key {
            case "properties", "patternProperties":
                open[key] = .object(JSON.Object((value.asObject ?? [:]).map { ($0.key, lenient($0.value)) }))
            case "items", "additionalProperties": open[key] = lenient(value)
            case "$schema", "$id", "$defs", "definitions": break
            default: open[key] = value
            }
        }
        return orExpression(.object(open))
    }

    // MARK: People

    var manual: JSON {
        let skills = Self.words(vocabulary.skills)
        return closed(
            DefinitionReader.manualKeys,
            [
                "title": Self.text, "queue": Self.orExpression(Self.words(vocabulary.queues.keys)),
                "skills": Self.orExpression(["type": "array", "items": Self.orExpression(skills)]),
                "priority": Self.orExpression(Self.words(TaskSpec.Priority.allCases.map(\.name))),
                "runbook": Self.orExpression(Self.words(vocabulary.runbooks.keys)),
                "due": Self.orExpression(
                    object(
                        Keys.due,
                        [
                            "after": Self.ref("duration"), "atRisk": Self.ref("duration"),
                            "calendar": Self.orExpression(Self.words(vocabulary.calendars)),
                        ],
                        required: ["after"]
                    )
                ),
                "form": Self.orExpression(["type": "object", "additionalProperties": Self.ref("field")]),
                "outcomes": Self.orExpression(["type": ["array", "string"], "minItems": 1]),
                "separation": Self.orExpression(object(Keys.separation, [:], required: ["not"])),
                "skippable": Self.orExpression(["type": "boolean"]), "about": [:],
                "verify": Self.ref("call"),
                "review": object(
                    Keys.review,
                    [
                        "by": Self.words(DefinitionReader.Reviewer.allCases.map(\.rawValue)),
                        "skills": ["type": ["array", "string"]], "when": Self.ref("program"),
                    ]
                ),
            ],
            required: ["title", "queue"]
        ) { Self.manualMeanings[$0] ?? "" }
    }

    private static let manualMeanings = [
        "title": "What the task is called in the queue.",
        "queue": "Where it waits to be claimed.",
        "skills": "What whoever does it must know.",
        "priority": "normal when it is not said.",
        "runbook": "How it is done: a file of Runbooks.",
        "due": "By when; the queue's own when it is not said.",
        "form": "What the person enters.",
        "outcomes": "How it can end; the first is the usual one. `switch` on .outcome.",
        "separation": "Who must not do it.",
        "skippable": "Whether a supervisor may skip it.",
        "about": "What the task is about: shown to the person, and filled into the runbook.",
        "verify": "The check after completion. When it fails, the task goes back to the same person.",
        "review": "Four eyes: another person confirms it.",
    ]

    var field: JSON {
        let number = Self.orExpression(["type": "integer"])
        return closed(
            Form.fieldKeys,
            [
                "type": Self.orExpression(Self.words(Form.Kind.allCases.map(\.rawValue))), "label": Self.text,
                "help": Self.text, "required": Self.orExpression(["type": "boolean"]), "pattern": Self.text,
                "within": Self.text, "minimum": number, "maximum": number, "maxLength": number,
                "options": Self.orExpression(["type": ["array", "string"]]),
            ]
        ) { Self.fieldMeanings[$0] ?? "" }
    }

    private static let fieldMeanings = [
        "type": "string when it is not said.", "label": "What stands before the field.",
        "help": "What stands below it.", "required": "Whether it must be filled in.",
        "default": "What stands in it at first.", "pattern": "A regular expression that the whole text matches.",
        "within": "The network that an address lies in.", "not": "What it must not be, whatever its spelling.",
        "options": "What can be chosen.", "minimum": "The least number.", "maximum": "The greatest number.",
        "maxLength": "The longest text, in letters.",
    ]
}

extension StepKind {
    /// What a key of a step means, for people who write definitions.
    static func meaning(of key: String) -> String { meanings[key] ?? "" }

    private static let meanings = [
        "if": "The step is skipped when this is not true.", "input": "What enters the step.",
        "output": "What the step gives to the next.", "export": "What the step leaves in $context.",
        "timeout": "How long the step may take.",
        "then": "Where to go next: a step of this sequence, continue, exit or end.",
        "metadata": "What Sirdar adds to the language.", "call": "An action of the program, or manual: a person.",
        "with": "The arguments.", "do": "Steps, one after the other.", "set": "Gives a value.",
        "switch": "Chooses where to go.", "for": "Repeats its steps for each item.",
        "while": "Goes on only as long as this is true.", "fork": "Steps side by side.",
        "try": "Steps whose errors are caught.", "catch": "What to do about errors.",
        "raise": "Fails on purpose.", "wait": "Lets time pass.", "run": "Another workflow.",
        "listen": "Waits for events.", "foreach": "What to do with each event.", "emit": "Publishes an event.",
        "title": "What people read instead of the name.",
        "compensation": "What undoes the step once it has begun.",
        "skippable": "Whether a person may skip the step when it has given up.",
        "onExhausted": "What the step does when it has given up: askPerson or fault.",
        "retry": "When to try again; the action's own when it is not said.",
    ]
}

extension [String] {
    /// Each once, at its first place.
    fileprivate var unique: [String] {
        var seen: Set<String> = []
        return filter { seen.insert($0).inserted }
    }
}
