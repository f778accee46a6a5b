extension Mistake {
    /// Steps, and what they call.
    static let inSteps: [Mistake] = [
        .file(
            "steps that are a map and no list",
            #"""
            document: { dsl: '1.0.3', namespace: test, name: sample, version: 1.0.0 }
            do:
              a: { set: { x: 1 } }
            """#,
            tells: [
                "3:3: error[wrong-type]: `do` is a list, `- name: …`, and not a map"
            ]
        ),
        .steps(
            "two names in one element",
            #"""
              - a:
                set: { x: 1 }
            """#,
            tells: [
                "4:5: error[wrong-value]: an element has one name, and this has `a` and `set`: indent what "
                    + "belongs to `a`, and begin the next one with `- `"
            ]
        ),
        .steps(
            "a step that does nothing",
            #"""
              - a: { if: '${ true }' }
            """#,
            tells: [
                "3:5: error[missing-key]: `a` does not say what it does"
            ]
        ),
        .steps(
            "a step that does two things",
            #"""
              - a: { call: note, set: { x: 1 } }
            """#,
            tells: [
                "3:22: error[wrong-value]: a step does one thing, and this has `call` and `set`"
            ]
        ),
        .steps(
            "a step with a misspelt kind",
            #"""
              - a: { cal: note }
            """#,
            tells: [
                "3:10: error[unknown-key]: a step with `call` has no `cal`; did you mean `call`"
            ]
        ),
        .steps(
            "a step of the wrong kind for its key",
            #"""
              - a: { set: { x: 1 }, with: { y: 2 } }
            """#,
            tells: [
                "3:25: error[unknown-key]: a step with `set` has no `with`"
            ]
        ),
        .steps(
            "two steps of one name",
            #"""
              - a: { set: { x: 1 } }
              - a: { set: { x: 1 } }
            """#,
            tells: [
                "4:5: error[duplicate-name]: `a` is here already, in line 3"
            ]
        ),
        .steps(
            "a step with a word of the language for a name",
            #"""
              - end: { set: { x: 1 } }
            """#,
            tells: [
                "3:5: error[wrong-value]: `end` is a word of the language, and no name for a step"
            ]
        ),
        .steps(
            "an unknown function",
            #"""
              - a: { call: createMachin }
            """#,
            tells: [
                "3:16: error[unknown-name]: there is no function `createMachin`; did you mean `createMachine`"
            ]
        ),
        .steps(
            "a function of the language that is refused",
            #"""
              - a: { call: grpc, with: { proto: x } }
            """#,
            tells: [
                "3:16: error[refused]: `call: grpc` is not part of this profile: use an action of the program"
            ]
        ),
        .steps(
            "another function of the language that is refused",
            #"""
              - a: { call: openapi, with: { operationId: x } }
            """#,
            tells: [
                "3:16: error[refused]: `call: openapi` is not part of this profile: use an action of the program"
            ]
        ),
        .steps(
            "a function of a remote catalogue",
            #"""
              - a: { call: 'log:1.0.0@default' }
            """#,
            tells: [
                "3:16: error[refused]: functions of remote catalogues are not called: use an action of the "
                    + "program"
            ]
        ),
        .steps(
            "a shell command",
            #"""
              - a: { run: { shell: { command: ls } } }
            """#,
            tells: [
                "3:17: error[refused]: `run: shell` is not part of this profile: automatic work is an action "
                    + "of the program"
            ]
        ),
        .steps(
            "an argument that is not known",
            #"""
              - a: { call: deleteMachine, with: { machin: x } }
            """#,
            tells: [
                "3:39: error[unknown-key]: the input of `deleteMachine` has no `machin`; did you mean "
                    + "`machine`"
            ]
        ),
        .steps(
            "an argument that is missing",
            #"""
              - a: { call: createMachine, with: { image: x } }
            """#,
            tells: [
                "3:37: error[arguments]: `createMachine` needs `project`; allowed here: image, project"
            ]
        ),
        .steps(
            "no arguments at all",
            #"""
              - a: { call: createMachine }
            """#,
            tells: [
                "3:5: error[arguments]: `createMachine` needs `with`, and in it `image`"
            ]
        ),
        .steps(
            "a workflow that does not exist",
            #"""
              - a: { run: { workflow: { namespace: sherpa.images, name: copy-imag, version: 1.0.0 } } }
            """#,
            tells: [
                "3:61: error[unknown-name]: there is no workflow `copy-imag` in `sherpa.images`; did you "
                    + "mean `copy-image`"
            ]
        ),
        .steps(
            "a workflow that is to return what only processes have",
            #"""
              - a: { run: { return: stdout, workflow: { namespace: sherpa.images, name: copy-image, version: 1.0.0 } } }
            """#,
            tells: [
                "3:25: error[wrong-value]: a workflow gives its output, and nothing else: leave `return` away, "
                    + "or write `none` to have nothing; allowed here: none"
            ]
        ),
        .steps(
            "a workflow that is not waited for and is to return nothing",
            #"""
              - a:
                  run:
                    await: false
                    return: none
                    workflow: { namespace: sherpa.images, name: copy-image, version: 1.0.0 }
            """#,
            tells: [
                "6:9: error[wrong-value]: a workflow that is not waited for returns nothing: leave `return` away"
            ]
        ),
        .steps(
            "a limit of time for one attempt of an action",
            #"""
              - a: { call: note, metadata: { retry: { limit: { attempt: { duration: PT5S } } } } }
            """#,
            tells: [
                "3:63: error[wrong-value]: an action is not interrupted: give the step a `timeout`, or put it "
                    + "into a `try` with this policy"
            ]
        ),
        .steps(
            "an undo of what cannot be undone",
            #"""
              - a: { set: { x: 1 }, metadata: { compensation: { call: deleteMachine, with: { machine: x } } } }
            """#,
            tells: [
                "3:37: error[wrong-value]: only a step that calls an action or runs a workflow can be undone by a call"
            ]
        ),
        .steps(
            "an empty list of steps",
            #"""
              - a: { do: [] }
            """#,
            tells: [
                "3:14: error[wrong-value]: `do` has at least one element"
            ]
        ),
        .steps(
            "an argument of the wrong kind",
            #"""
              - a: { call: verifyStorage, with: { machine: x, address: '${ .address }', port: many } }
            """#,
            tells: ["3:83: error[arguments]: `verifyStorage` does not take this: `port` must be"]
        ),
    ]
}
