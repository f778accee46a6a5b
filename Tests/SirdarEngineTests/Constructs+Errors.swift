import JSON

extension Construct {
    private static let raising = "raise: { error: { type: 'https://e.org/x', status: 503, title: Busy, detail: no } }"

    static let errors: [Construct] = [
        .init(
            "`raise` by the name of an error",
            head: "use: { errors: { busy: { type: 'https://e.org/x', status: 503, title: '${ .t }' } } }",
            """
              - a: { raise: { error: busy } }
            """,
            input: ["t": "Busy"],
            faults: 503,
            at: "/do/0/a"
        ),
        .init(
            "`catch` keeps the error under a name",
            """
              - a:
                  try: [ { b: { \(raising) } } ]
                  catch: { as: why, do: [ { c: { set: { why: '${ $why }' } } } ] }
            """,
            gives: [
                "why": [
                    "type": "https://e.org/x", "status": 503, "title": "Busy", "detail": "no",
                    "instance": "/do/0/a/try/0/b",
                ]
            ]
        ),
        .init(
            "`catch` of another error does not catch",
            """
              - a:
                  try: [ { b: { \(raising) } } ]
                  catch: { errors: { with: { status: 404 } }, do: [ { c: { set: { n: 1 } } } ] }
            """,
            faults: 503,
            at: "/do/0/a/try/0/b"
        ),
        .init(
            "`when` decides whether it is caught",
            """
              - a:
                  try: [ { b: { \(raising) } } ]
                  catch: { when: $error.status == 503, do: [ { c: { set: { n: 1 } } } ] }
            """,
            gives: ["n": 1]
        ),
        .init(
            "`exceptWhen` decides that it is not",
            """
              - a:
                  try: [ { b: { \(raising) } } ]
                  catch: { exceptWhen: $error.title == "Busy", do: [ { c: { set: { n: 1 } } } ] }
            """,
            faults: 503,
            at: "/do/0/a/try/0/b"
        ),
        .init(
            "`catch` without `do` hands the input on",
            """
              - a: { try: [ { b: { \(raising) } } ], catch: {} }
            """,
            input: ["n": 1],
            gives: ["n": 1]
        ),
        .init(
            "`catch` with a place of its own to go to",
            """
              - a:
                  try: [ { b: { if: .bad, \(raising) } } ]
                  catch: { do: [ { c: { set: { caught: true } } } ], then: rescue }
              - fine: { set: { fine: true }, then: exit }
              - rescue: { set: { rescued: '${ . }' } }
            """,
            input: ["bad": true],
            gives: ["rescued": ["caught": true]]
        ),
        .init(
            "`catch` with a place of its own is left alone when nothing is caught",
            """
              - a:
                  try: [ { b: { if: .bad, \(raising) } } ]
                  catch: { then: rescue }
              - fine: { set: { fine: true }, then: exit }
              - rescue: { set: { rescued: true } }
            """,
            gives: ["fine": true]
        ),
        .init(
            "`catch` that ends everything",
            """
              - a: { try: [ { b: { \(raising) } } ], catch: { then: end } }
              - c: { set: { n: 2 } }
            """,
            input: ["n": 1],
            gives: ["n": 1]
        ),
        .init(
            "a retry by its name, of every backoff, with jitter",
            head: """
                use:
                  retries:
                    patient:
                      delay: PT1S
                      backoff: { exponential: {} }
                      jitter: { from: PT0S, to: PT1S }
                      limit: { attempt: { count: 4 }, duration: PT1H }
                """,
            """
              - a: { call: flaky, with: { attempts: 4 }, metadata: { retry: patient } }
            """,
            gives: ["tried": 4]
        ),
        .init(
            "a retry that has used up its attempts",
            """
              - a: { call: flaky, with: { attempts: 4 },
                    metadata: { retry: { delay: PT1S, limit: { attempt: { count: 3 } } } } }
            """,
            faults: 503,
            at: "/do/0/a"
        ),
        .init(
            "a retry that has used up its time",
            """
              - a:
                  try: [ { b: { \(raising) } } ]
                  catch: { retry: { delay: PT10S, backoff: { linear: {} }, limit: { duration: PT1M } },
                           do: [ { c: { set: { n: 1 } } } ] }
            """,
            gives: ["n": 1]
        ),
        .init(
            "a retry only of what is worth it",
            """
              - a:
                  try: [ { b: { \(raising) } } ]
                  catch: { retry: { when: $error.status == 500, delay: PT1S, limit: { attempt: { count: 5 } } },
                           do: [ { c: { set: { n: 1 } } } ] }
            """,
            gives: ["n": 1]
        ),
        .init(
            "an attempt that takes too long has failed",
            """
              - a:
                  try: [ { b: { wait: PT1H } } ]
                  catch:
                    retry: { delay: PT1S, limit: { attempt: { count: 3, duration: PT1M } } }
                    do: [ { c: { set: { status: '${ $error.status }' } } } ]
            """,
            gives: ["status": 408]
        ),
        .init(
            "an attempt in time is not touched by that limit",
            """
              - a:
                  try: [ { b: { wait: PT30S } }, { c: { set: { n: 1 } } } ]
                  catch: { retry: { delay: PT1S, limit: { attempt: { count: 3, duration: PT1M } } } }
              - d: { wait: PT1H }
            """,
            gives: ["n": 1]
        ),
        .init(
            "an error in a handler is the step's",
            """
              - a:
                  try: [ { b: { \(raising) } } ]
                  catch: { do: [ { c: { raise: { error: { type: 'https://e.org/y', status: 500, title: Y } } } } ] }
            """,
            faults: 500,
            at: "/do/0/a/catch/do/0/c"
        ),
        .init(
            "a timeout is caught as any other error",
            """
              - a:
                  try: [ { b: { wait: PT1H, timeout: { after: PT1M } } } ]
                  catch: { errors: { with: { status: 408 } }, do: [ { c: { set: { late: true } } } ] }
            """,
            gives: ["late": true]
        ),
    ]

    private static let number = "{ document: { type: object, properties: { n: { type: integer } }, required: [n] } }"

    static let data: [Construct] = [
        .init(
            "the workflow's input is checked",
            head: "input: { schema: \(number) }",
            """
              - a: { set: { x: 1 } }
            """,
            input: ["n": "one"],
            faults: 400,
            at: "/do"
        ),
        .init(
            "the workflow's input is transformed for its steps; `$workflow.input` is as it was given",
            head: "input: { from: '{ m: .n }' }",
            """
              - a: { set: { step: '${ .m }', raw: '${ $workflow.input.n }' } }
            """,
            input: ["n": 5],
            gives: ["step": 5, "raw": 5]
        ),
        .init(
            "a step's input is checked",
            """
              - a: { input: { schema: \(number) }, set: { x: 1 } }
            """,
            input: ["n": "one"],
            faults: 400,
            at: "/do/0/a"
        ),
        .init(
            "a step's input is transformed",
            """
              - a: { input: { from: .inner }, set: { x: '${ .y }', same: '${ $input.y }' } }
            """,
            input: ["inner": ["y": 7]],
            gives: ["x": 7, "same": 7]
        ),
        .init(
            "a step's output is transformed, then checked",
            """
              - a: { set: { x: 1 }, output: { as: '{ n: "one" }', schema: \(number) } }
            """,
            faults: 400,
            at: "/do/0/a"
        ),
        .init(
            "what a step exports is the context",
            """
              - a: { set: { x: 1 }, output: { as: '{ y: .x }' }, export: { as: '{ kept: $output.y }' } }
              - b: { set: { z: 2 } }
              - c: { set: { kept: '${ $context.kept }', z: '${ .z }' } }
            """,
            gives: ["kept": 1, "z": 2]
        ),
        .init(
            "what a step exports is checked",
            """
              - a: { set: { x: 1 }, export: { as: '{ n: "one" }', schema: \(number) } }
            """,
            faults: 400,
            at: "/do/0/a"
        ),
        .init(
            "the workflow's output is transformed, then checked",
            head: "output: { as: '{ n: .x }', schema: \(number) }",
            """
              - a: { set: { x: 1 } }
            """,
            gives: ["n": 1]
        ),
        .init(
            "the workflow's output is checked",
            head: "output: { schema: \(number) }",
            """
              - a: { set: { x: 1 } }
            """,
            faults: 400,
            at: "/do"
        ),
        .init(
            "data that looks like an expression is data",
            """
              - a: { set: { x: '${ .text }' } }
            """,
            input: ["text": "${ 1 + 1 }"],
            gives: ["x": "${ 1 + 1 }"]
        ),
    ]
}
