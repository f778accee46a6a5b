extension Mistake {
    /// The head, and what may be used by name.
    static let inTheHead: [Mistake] = [
        .file(
            "a file that is no YAML",
            #"""
            document: { dsl: '1.0.3'
            do: [
            """#,
            tells: [
                "2:1: error[syntax]: this is no YAML: did not find expected ',' or '}' (while parsing a flow "
                    + "mapping, from line 1)"
            ]
        ),
        .file(
            "a key twice",
            #"""
            document: { dsl: '1.0.3', namespace: test, name: sample, version: 1.0.0 }
            do:
              - a:
                  set: { x: 1 }
                  then: end
                  set: { x: 2 }
            """#,
            tells: [
                "6:7: error[duplicate-key]: `set` is here twice; first in line 4"
            ]
        ),
        .file(
            "a key twice in one line",
            #"""
            document: { dsl: '1.0.3', namespace: test, name: sample, version: 1.0.0, name: other }
            do: [ { a: { set: { x: 1 } } } ]
            """#,
            tells: [
                "1:74: error[duplicate-key]: `name` is here twice; first in line 1"
            ]
        ),
        .file(
            "nothing at all",
            #"""

            """#,
            tells: [
                "1:1: error[wrong-type]: a workflow is a map, and not nothing"
            ]
        ),
        .file(
            "a list instead of a map",
            #"""
            - a
            """#,
            tells: [
                "1:1: error[wrong-type]: a workflow is a map, and not a list"
            ]
        ),
        .file(
            "no document",
            #"""
            do: [ { a: { set: { x: 1 } } } ]
            """#,
            tells: [
                "1:1: error[missing-key]: a workflow needs `document`"
            ]
        ),
        .file(
            "no steps",
            #"""
            document: { dsl: '1.0.3', namespace: test, name: sample, version: 1.0.0 }
            """#,
            tells: [
                "1:1: error[missing-key]: a workflow needs `do`"
            ]
        ),
        .file(
            "a head with everything wrong",
            #"""
            document: { dsl: 1.0, namespace: Test, name: my sample, version: '1.0', title: [] }
            do: [ { a: { set: { x: 1 } } } ]
            """#,
            tells: [
                "1:18: error[wrong-type]: `dsl` is a text, and not a number",
                "1:34: error[wrong-value]: `namespace` is small letters, digits and hyphens, parts by dots: "
                    + "`Test` is not",
                "1:46: error[wrong-value]: `name` is small letters, digits and hyphens: `my sample` is not",
                "1:66: error[wrong-value]: `version` is a semantic version, 1.0.0: `1.0` is not",
                "1:80: error[wrong-type]: `title` is a text, and not a list",
            ]
        ),
        .file(
            "a language of the future",
            #"""
            document: { dsl: '2.0.0', namespace: test, name: sample, version: 1.0.0 }
            do: [ { a: { set: { x: 1 } } } ]
            """#,
            tells: [
                "1:18: error[wrong-value]: `dsl` is 2.0.0, a version of the language that is not known"
            ]
        ),
        .file(
            "a misspelt key at the top",
            #"""
            document: { dsl: '1.0.3', namespace: test, name: sample, version: 1.0.0 }
            outptu: { as: . }
            do: [ { a: { set: { x: 1 } } } ]
            """#,
            tells: [
                "2:1: error[unknown-key]: a workflow has no `outptu`; did you mean `output`"
            ]
        ),
        .file(
            "a key of a step at the top",
            #"""
            document: { dsl: '1.0.3', namespace: test, name: sample, version: 1.0.0 }
            export: { as: . }
            do: [ { a: { set: { x: 1 } } } ]
            """#,
            tells: [
                "2:1: error[unknown-key]: a workflow has no `export`"
            ]
        ),
        .file(
            "metadata said twice",
            #"""
            document: { dsl: '1.0.3', namespace: test, name: sample, version: 1.0.0, metadata: { onExhausted: fault } }
            metadata: { onExhausted: askPerson }
            do: [ { a: { set: { x: 1 } } } ]
            """#,
            tells: [
                "1:74: error[duplicate-key]: `metadata` is said twice; also in line 2"
            ]
        ),
        .file(
            "components that come later, and one that does not",
            #"""
            document: { dsl: '1.0.3', namespace: test, name: sample, version: 1.0.0 }
            use: { extensions: [], catalogs: { x: {} } }
            do: [ { a: { set: { x: 1 } } } ]
            """#,
            tells: [
                "2:8: error[not-yet]: `use.extensions` is not in this version",
                "2:24: error[refused]: remote catalogues are not used: what a workflow does comes with the "
                    + "program",
            ]
        ),
        .file(
            "a schema that is none",
            #"""
            document: { dsl: '1.0.3', namespace: test, name: sample, version: 1.0.0 }
            input: { schema: { document: { type: objekt } } }
            do: [ { a: { set: { x: 1 } } } ]
            """#,
            tells: [
                "2:38: error[schema]"
            ]
        ),
        .file(
            "a schema to be fetched",
            #"""
            document: { dsl: '1.0.3', namespace: test, name: sample, version: 1.0.0 }
            input: { schema: { resource: { endpoint: https://example.org } } }
            do: [ { a: { set: { x: 1 } } } ]
            """#,
            tells: [
                "2:20: error[refused]: a schema is written here, under `document`, and not fetched"
            ]
        ),
        .file(
            "an unknown triage queue",
            #"""
            document: { dsl: '1.0.3', namespace: test, name: sample, version: 1.0.0 }
            metadata: { triageQueue: triaje }
            do: [ { a: { call: note } } ]
            """#,
            tells: [
                "2:26: error[unknown-name]: there is no queue `triaje`; did you mean `triage`"
            ]
        ),
        .steps(
            "every mistake at once",
            #"""
              - a: { call: creatMachine, with: { image: x } }
              - b: { call: manual, with: { title: x, queue: triaje } }
              - c: { set: { x: '${ $contxt }' }, then: nowhere }
            """#,
            tells: [
                "3:16: error[unknown-name]: there is no function `creatMachine`; did you mean `createMachine`",
                "4:49: error[unknown-name]: there is no queue `triaje`; did you mean `triage`",
                "5:24: error[unknown-variable]: no `$contxt` is known here; did you mean `$context`",
                "5:44: error[unknown-target]: there is no step `nowhere` in this sequence",
            ]
        ),
        .file(
            "a function of `use` that is misspelt",
            #"""
            document: { dsl: '1.0.3', namespace: test, name: sample, version: 1.0.0 }
            use: { functions: { remove: { call: deleteMachine, with: { machine: x } } } }
            do: [ { a: { call: remov } } ]
            """#,
            tells: [
                "3:20: error[unknown-name]: there is no function `remov`; did you mean `remove`"
            ]
        ),
        .steps(
            "a tag",
            #"""
              - a: { set: !mine { x: 1 } }
            """#,
            tells: [
                "3:15: error[syntax]: tags (`!…`) are not used here: write the value without"
            ]
        ),
        .steps(
            "a number that JSON does not know",
            #"""
              - a: { set: { x: .inf } }
            """#,
            tells: [
                "3:20: error[wrong-value]: .inf is no number that JSON knows; quote it if it is a text"
            ]
        ),
        .file(
            "anchors with keys that are lists",
            #"""
            document: { dsl: '1.0.3', namespace: test, name: &n sample, version: 1.0.0, title: *n }
            do: [ { a: { set: { x: 1 } } } ]
            output: { as: { [*n]: 1 } }
            """#,
            tells: [
                "3:1: error[syntax]: a file with anchors (`&`) and aliases (`*`) may have plain keys only"
            ]
        ),
    ]
}
