package import JSON

/// The editor's JSON Schema of definitions: made of the decoder's own tables and of what definitions may name.
///
/// It is written in the part of draft 7 that draft 2020-12 reads alike, since the language servers of editors read
/// that. It is for completing and underlining; what a schema cannot say (where `then` leads, whether an expression
/// compiles, whether a wait has a bound) `DefinitionDecoder` says.
package enum DefinitionSchema {
    package static func document(_ vocabulary: Vocabulary) -> JSON {
        let writer = SchemaWriter(vocabulary: vocabulary)
        var root = writer.object(Keys.workflow, writer.head, required: ["document", "do"]).asObject ?? [:]
        root["$schema"] = "http://json-schema.org/draft-07/schema#"
        root["title"] = "A workflow of Sirdar"
        root["definitions"] = .object(writer.definitions)
        return .object(root)
    }
}

/// Makes the parts of the schema.
struct SchemaWriter {
    let vocabulary: Vocabulary

    var definitions: JSON.Object {
        var definitions: JSON.Object = [
            "expression": Self.expression, "program": ["type": ["string", "boolean"]], "duration": duration,
            "target": target, "steps": steps, "step": step, "callRules": callRules, "retry": retry, "timeout": timeout,
            "dataIn": object(Keys.dataIn, ["schema": Self.ref("schema")]),
            "dataOut": object(Keys.dataOut, ["schema": Self.ref("schema")]),
            "schema": object(
                Keys.schema,
                ["document": ["type": ["object", "boolean"]], "format": ["enum": ["json"]]]
            ),
            "error": error, "call": call, "manual": manual, "field": field,
        ]
        for (name, schema) in worldDefinitions { definitions[name] = schema }
        return definitions
    }

    // MARK: Pieces

    static func ref(_ name: String) -> JSON { ["$ref": .string("#/definitions/\(name)")] }

    static let expression: JSON = [
        "type": "string", "pattern": "^\\s*\\$\\{", "description": "An expression: ${ … }, in jq.",
    ]
    static let text: JSON = ["type": "string"]

    /// The value itself, or an expression that gives it.
    static func orExpression(_ schema: JSON) -> JSON { ["anyOf": [schema, ref("expression")]] }

    static func words(_ words: some Sequence<String>) -> JSON {
        let words = words.sorted()
        return words.isEmpty ? text : ["enum": .array(words.map(JSON.string))]
    }

    /// A map with the keys of a table and no others; what a key holds where that can be said.
    func object(_ table: KeyTable, _ values: [String: JSON], required: [String] = []) -> JSON {
        closed(table.names, values, required: required) { table[$0] }
    }

    func closed(
        _ names: [String],
        _ values: [String: JSON],
        required: [String] = [],
        meaning: (String) -> String
    ) -> JSON {
        var properties = JSON.Object()
        for name in names {
            let (value, meaning) = (values[name] ?? [:], meaning(name))
            guard !meaning.isEmpty else {
                properties[name] = value
                continue
            }
            // Beside `$ref`, draft 7 reads nothing.
            properties[name] =
                value.asObject?.isEmpty == true
                ? ["description": .string(meaning)] : ["description": .string(meaning), "allOf": [value]]
        }
        var object: JSON.Object = [
            "type": "object", "properties": .object(properties), "additionalProperties": false,
        ]
        if !required.isEmpty { object["required"] = .array(required.map(JSON.string)) }
        return .object(object)
    }

    /// A map of names that the author chooses.
    private func named(_ value: JSON) -> JSON { ["type": "object", "additionalProperties": value] }

    // MARK: The head

    var head: [String: JSON] {
        let onExhausted = Self.words(Workflow.OnExhausted.allCases.map(\.rawValue))
        let metadata = object(
            Keys.workflowMetadata,
            ["triageQueue": Self.words(vocabulary.queues.keys), "onExhausted": onExhausted]
        )
        let language = ["enum": .array(DefinitionReader.languageVersions.map(JSON.string))] as JSON
        return [
            "document": object(
                Keys.document,
                [
                    "dsl": language, "namespace": Self.text, "name": Self.text, "version": Self.text,
                    "title": Self.text, "summary": Self.text, "tags": ["type": "object"], "metadata": metadata,
                ],
                required: ["dsl", "namespace", "name", "version"]
            ),
            "input": Self.ref("dataIn"), "output": Self.ref("dataOut"), "timeout": Self.ref("timeout"),
            "metadata": metadata, "do": Self.ref("steps"), "schedule": schedule,
            "evaluate": object(Keys.evaluate, ["language": ["enum": ["jq"]], "mode": Self.text]),
            "use": object(
                Keys.components,
                [
                    "functions": named(
                        object(
                            Keys.component,
                            ["call": functionName, "with": ["type": ["object", "string"]]],
                            required: ["call"]
                        )
                    ),
                    "errors": named(Self.ref("error")), "retries": named(Self.ref("retry")),
                    "timeouts": named(Self.ref("timeout")),
                    "secrets": ["type": "array", "items": Self.text],
                    "authentications": named(authentication(named: false)),
                ]
            ),
        ]
    }

    // MARK: Time and errors

    private var duration: JSON {
        let count = Self.orExpression(["type": "integer", "minimum": 0])
        let parts = closed(
            Findings.durationKeys,
            Dictionary(Findings.durationKeys.map { ($0, count) }, uniquingKeysWith: { first, _ in first })
        ) { _ in "" }
        return ["anyOf": [["type": "string", "pattern": "^\\s*(P|\\$\\{)"], parts]]
    }

    private var timeout: JSON {
        let written = object(Keys.timeout, ["after": Self.ref("duration")], required: ["after"])
        return ["anyOf": [["type": "string", "description": "The name of a timeout of `use`."], written]]
    }

    private var retry: JSON {
        let backoffs = RetryPolicy.Backoff.allCases.map(\.rawValue)
        let shape: JSON = ["type": ["object", "null"], "maxProperties": 0]
        let backoff = closed(
            backoffs,
            Dictionary(backoffs.map { ($0, shape) }, uniquingKeysWith: { first, _ in first })
        ) { _ in "" }
        let limit = object(
            Keys.retryLimit,
            [
                "attempt": object(Keys.attemptLimit, ["count": ["type": "integer", "minimum": 1, "maximum": 1000]]),
                "duration": Self.ref("duration"),
            ]
        )
        let written = object(
            Keys.retry,
            [
                "delay": Self.ref("duration"), "backoff": backoff, "limit": limit,
                "jitter": object(
                    Keys.jitter,
                    ["from": Self.ref("duration"), "to": Self.ref("duration")],
                    required: ["from", "to"]
                ),
                "when": Self.ref("program"), "exceptWhen": Self.ref("program"),
            ]
        )
        return ["anyOf": [["type": "string", "description": "The name of a retry policy of `use`."], written]]
    }

    var errorParts: [String: JSON] {
        [
            "type": Self.text, "title": Self.text, "detail": Self.text, "instance": Self.text,
            "status": Self.orExpression(["type": "integer", "minimum": 100, "maximum": 599]),
        ]
    }

    private var error: JSON { object(Keys.problem, errorParts, required: ["type", "status"]) }

    var target: JSON {
        [
            "anyOf": [
                ["enum": ["continue", "exit", "end"]],
                ["type": "string", "description": "The name of a step of this sequence."],
            ]
        ]
    }
}
