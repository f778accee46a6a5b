extension Mistake {
    /// Where steps lead, expressions, loops and errors.
    static let inTheFlow: [Mistake] = [
        .steps(
            "a `then` to nowhere",
            #"""
              - first: { set: { x: 1 }, then: secnd }
              - second: { set: { x: 1 } }
            """#,
            tells: [
                "3:35: error[unknown-target]: there is no step `secnd` in this sequence; did you mean "
                    + "`second`"
            ]
        ),
        .steps(
            "a `then` into another sequence",
            #"""
              - first: { set: { x: 1 }, then: inner }
              - second: { do: [ { inner: { set: { x: 1 } } } ] }
            """#,
            tells: [
                "3:35: error[unknown-target]: `inner` is a step of another sequence, and `then` leads only "
                    + "to a step of its own"
            ]
        ),
        .steps(
            "a step that cannot be reached",
            #"""
              - first: { set: { x: 1 }, then: third }
              - second: { set: { x: 1 } }
              - third: { set: { x: 1 } }
            """#,
            tells: [
                "4:5: error[unreachable]: no step leads to `second`: the one before it goes elsewhere"
            ]
        ),
        .steps(
            "a branch that leads to its neighbour",
            #"""
              - a: { fork: { branches: [ { b: { set: { x: 1 }, then: c } }, { c: { set: { x: 1 } } } ] } }
            """#,
            tells: [
                "3:58: error[unknown-target]: a branch of a `fork` leads to no other step, and so not to `c`"
            ]
        ),
        .steps(
            "a switch without a default",
            #"""
              - a: { switch: [ { b: { when: .x, then: exit } } ] }
            """#,
            tells: [
                "3:10: warning[no-default]: this `switch` has no default: when no case fits, it goes on as "
                    + "if it were not there"
            ]
        ),
        .steps(
            "a switch with two defaults",
            #"""
              - a: { switch: [ { b: { then: exit } }, { c: { then: end } } ] }
            """#,
            tells: [
                "3:45: error[wrong-value]: a `switch` has one case without `when`, and line 3 has it already"
            ]
        ),
        .steps(
            "a case without a target",
            #"""
              - a: { switch: [ { b: { when: .x } }, { c: { then: end } } ] }
            """#,
            tells: [
                "3:22: error[missing-key]: the case `b` needs `then`"
            ]
        ),
        .steps(
            "an expression that does not compile",
            #"""
              - a: { set: { x: '${ (.a }' } }
            """#,
            tells: [
                "3:28: error[expression]: the expression does not compile"
            ]
        ),
        .steps(
            "an expression that does not compile, in a folded text",
            #"""
              - a:
                  if: >
                    .first and
                    .second ) and
                    .third
                  set: { x: 1 }
            """#,
            tells: [
                "6:17: error[expression]: the expression does not compile"
            ]
        ),
        .steps(
            "an expression that does not compile, behind an escape",
            #"""
              - a: { set: { x: "${ \"\u00e9\" )}" } }
            """#,
            tells: [
                "3:35: error[expression]: the expression does not compile"
            ]
        ),
        .steps(
            "an expression in the midst of a text",
            #"""
              - a: { set: { x: 'Hello ${ .name }!' } }
            """#,
            tells: [
                "3:27: warning[partial-expression]: `${ … }` inside a text is not evaluated: let the whole "
                    + #"be one expression, ${ "… \( … ) …" }"#
            ]
        ),
        .steps(
            "an unknown variable",
            #"""
              - a: { set: { x: '${ $contxt.y }' } }
            """#,
            tells: [
                "3:24: error[unknown-variable]: no `$contxt` is known here; did you mean `$context`"
            ]
        ),
        .steps(
            "a variable where there is none",
            #"""
              - a: { set: { x: '${ $output.y }' } }
            """#,
            tells: [
                "3:24: error[unknown-variable]: no `$output` is known here"
            ]
        ),
        .steps(
            "a form's values before there are any",
            #"""
              - a: { call: note, with: { x: '${ $form.y }' } }
            """#,
            tells: [
                "3:37: error[unknown-variable]: no `$form` is known here"
            ]
        ),
        .steps(
            "a loop's variable outside of it",
            #"""
              - a: { for: { each: pet, in: .pets }, do: [ { b: { set: { x: '${ $pet }' } } } ] }
              - c: { set: { x: '${ $pet }' } }
            """#,
            tells: [
                "4:24: error[unknown-variable]: no `$pet` is known here"
            ]
        ),
        .steps(
            "a loop without a list",
            #"""
              - a: { for: { each: pet }, do: [ { b: { set: { x: 1 } } } ] }
            """#,
            tells: [
                "3:15: error[missing-key]: `for` needs `in`"
            ]
        ),
        .steps(
            "a while without a cap",
            #"""
              - a: { for: { each: pet }, while: .more, do: [ { b: { set: { x: 1 } } } ] }
            """#,
            tells: [
                "3:30: error[unbounded]: a `while` needs a cap: say how often at most, for example `in: ${ "
                    + "[range(100)] }`"
            ]
        ),
        .steps(
            "a variable that the language has",
            #"""
              - a: { for: { each: input, in: .x }, do: [ { b: { set: { x: 1 } } } ] }
            """#,
            tells: [
                "3:23: error[wrong-value]: `$input` is a variable of the language: choose another name"
            ]
        ),
        .steps(
            "a duration that is none",
            #"""
              - a: { wait: 5 minutes }
            """#,
            tells: [
                "3:16: error[wrong-value]: `wait` is not a duration: write PT30M, or { minutes: 30 }"
            ]
        ),
        .steps(
            "a duration with a misspelt unit",
            #"""
              - a: { wait: { minuts: 5 } }
            """#,
            tells: [
                "3:18: error[unknown-key]: a duration has no `minuts`; did you mean `minutes`"
            ]
        ),
        .steps(
            "an unknown timeout",
            #"""
              - a: { call: note, timeout: short }
            """#,
            tells: [
                "3:31: error[unknown-name]: there is no timeout `short` in `use`"
            ]
        ),
        .steps(
            "a retry policy with mistakes",
            #"""
              - a:
                  try: [ { b: { call: note } } ]
                  catch: { retry: { delay: soon, backof: { linear: {} }, limit: { attempt: { count: 0 } } } }
            """#,
            tells: [
                "5:32: error[wrong-value]: `delay` is not a duration: write PT30M, or { minutes: 30 }",
                "5:38: error[unknown-key]: a retry policy has no `backof`; did you mean `backoff`",
                "5:89: error[wrong-value]: `count` is 0, and must be 1 to 1000",
            ]
        ),
        .steps(
            "an unknown retry policy",
            #"""
              - a: { try: [ { b: { call: note } } ], catch: { retry: often } }
            """#,
            tells: [
                "3:58: error[unknown-name]: there is no retry policy `often` in `use`"
            ]
        ),
        .steps(
            "a `try` without `catch`",
            #"""
              - a: { try: [ { b: { call: note } } ] }
            """#,
            tells: [
                "3:5: error[missing-key]: a step with `try` needs `catch`"
            ]
        ),
        .steps(
            "an unknown error",
            #"""
              - a: { raise: { error: notFound } }
            """#,
            tells: [
                "3:26: error[unknown-name]: there is no error `notFound` in `use`"
            ]
        ),
        .steps(
            "an error without a status",
            #"""
              - a: { raise: { error: { type: 'https://example.org/errors/x' } } }
            """#,
            tells: [
                "3:26: error[missing-key]: an error needs `status`"
            ]
        ),
        .steps(
            "a standard error that is misspelt",
            #"""
              - a:
                  try: [ { b: { call: note } } ]
                  catch:
                    errors: { with: { type: 'https://open-workflow-specification.org/spec/1.0.0/errors/timout' } }
            """#,
            tells: [
                "6:33: error[wrong-value]: "
                    + "`https://open-workflow-specification.org/spec/1.0.0/errors/timout` is no standard error; "
                    + "did you mean `https://open-workflow-specification.org/spec/1.0.0/errors/timeout`"
            ]
        ),
        .steps(
            "a version that does not exist",
            #"""
              - a: { run: { workflow: { namespace: sherpa.images, name: copy-image, version: 2.0.0 } } }
            """#,
            tells: [
                "3:82: error[unknown-name]: there is no version `2.0.0` in `copy-image`; did you mean `1.0.0`"
            ]
        ),
        .steps(
            "a top-level `then` inside a loop's body",
            #"""
              - a: { for: { in: .x }, do: [ { b: { set: { x: 1 }, then: a } } ] }
            """#,
            tells: [
                "3:61: error[unknown-target]: `a` is a step of another sequence, and `then` leads only to a "
                    + "step of its own"
            ]
        ),
        .steps(
            "a text where a number belongs",
            #"""
              - a: { raise: { error: { type: 'https://example.org/x', status: many } } }
            """#,
            tells: [
                "3:67: error[wrong-type]: `status` is a whole number, and not a text"
            ]
        ),
        .steps(
            "an empty expression",
            #"""
              - a: { set: { x: '${ }' } }
            """#,
            tells: ["3:20: error[expression]: the expression is empty: write `.` for the whole input"]
        ),
        .steps(
            "an expression that asks for the time",
            #"""
              - a: { set: { x: '${ now }' } }
            """#,
            tells: ["3:24: error[expression]: the expression does not compile: 'now' is refused"]
        ),
    ]
}
