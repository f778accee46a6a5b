import JSON

extension Construct {
    static let flow: [Construct] = [
        .init(
            "a sequence gives what its last step gives",
            """
              - a: { set: { n: 1 } }
              - b: { set: { n: '${ .n + 1 }' } }
            """,
            gives: ["n": 2]
        ),
        .init(
            "`do` holds steps",
            """
              - a: { do: [ { b: { set: { n: 1 } } }, { c: { set: { n: '${ .n + 1 }' } } } ] }
            """,
            gives: ["n": 2]
        ),
        .init(
            "`if` passes a step over, and hands its input on",
            """
              - a: { set: { n: 1 } }
              - b: { if: '${ .n > 1 }', set: { n: 5 } }
            """,
            gives: ["n": 1]
        ),
        .init(
            "`switch` takes the first case that holds",
            """
              - a: { switch: [ { big: { when: .n > 5, then: big } }, { small: { then: small } } ] }
              - big: { set: { is: big }, then: exit }
              - small: { set: { is: small } }
            """,
            input: ["n": 9],
            gives: ["is": "big"]
        ),
        .init(
            "`switch` takes its default",
            """
              - a: { switch: [ { other: { then: small } }, { big: { when: .n > 5, then: big } } ] }
              - big: { set: { is: big }, then: exit }
              - small: { set: { is: small } }
            """,
            input: ["n": 1],
            gives: ["is": "small"]
        ),
        .init(
            "`then` leads back and on",
            """
              - a: { set: { n: '${ .n + 1 }' } }
              - b: { switch: [ { again: { when: .n < 3, then: a } }, { on: { then: c } } ] }
              - c: { set: { done: '${ .n }' }, then: continue }
            """,
            input: ["n": 0],
            gives: ["done": 3]
        ),
        .init(
            "`exit` leaves the sequence that it stands in, and no other",
            """
              - a: { do: [ { b: { switch: [ { out: { when: .n == 1, then: exit } },
                    { on: { then: c } } ] } }, { c: { set: { n: 2 } } } ] }
              - d: { set: { n: '${ .n + 10 }' } }
            """,
            input: ["n": 1],
            gives: ["n": 11]
        ),
        .init(
            "`exit` at the top ends the workflow",
            """
              - a: { switch: [ { on: { when: .n > 1, then: b } }, { out: { then: exit } } ] }
              - b: { set: { n: 2 } }
            """,
            input: ["n": 1],
            gives: ["n": 1]
        ),
        .init(
            "`end` ends the workflow from within everything",
            """
              - a:
                  for: { in: '${ [1, 2] }' }
                  do:
                    - b:
                        try:
                          - c: { do: [ { d: { set: { n: '${ $item }' }, then: end } } ] }
                        catch: { do: [ { e: { set: { n: 9 } } } ] }
              - f: { set: { n: 10 } }
            """,
            gives: ["n": 1]
        ),
        .init(
            "`end` in a branch ends the others",
            """
              - a:
                  fork:
                    branches:
                      - slow: { wait: PT1H }
                      - quick: { set: { n: 1 }, then: end }
              - b: { set: { n: 2 } }
            """,
            gives: ["n": 1]
        ),
        .init(
            "`exit` in a handler leaves the handler",
            """
              - a:
                  try: [ { b: { raise: { error: { type: 'https://e.org/x', status: 500, title: X } } } } ]
                  catch:
                    do:
                      - c: { switch: [ { out: { when: .n == 1, then: exit } }, { on: { then: d } } ] }
                      - d: { set: { n: 2 } }
              - e: { set: { n: '${ .n + 10 }' } }
            """,
            input: ["n": 1],
            gives: ["n": 11]
        ),
        .init(
            "`wait` lets time pass, and hands its input on",
            """
              - a: { set: { n: 1 } }
              - b: { wait: { hours: 5 } }
            """,
            gives: ["n": 1]
        ),
        .init(
            "a timeout by its name, of a step",
            head: "use: { timeouts: { short: { after: PT1M } } }",
            """
              - a: { wait: PT1H, timeout: short }
            """,
            faults: 408,
            at: "/do/0/a"
        ),
        .init(
            "a timeout of the workflow",
            head: "timeout: { after: { minutes: '${ .n }' } }",
            """
              - a: { wait: PT1H }
            """,
            input: ["n": 5],
            faults: 408,
            at: "/"
        ),
        .init(
            "a function of `use` with some of its arguments given",
            head: "use: { functions: { mine: { call: note, with: { x: 1 } } } }",
            """
              - a: { call: mine, with: { y: 2 } }
            """,
            gives: ["did": ["x": 1, "y": 2]]
        ),
    ]

    static let repetition: [Construct] = [
        .init(
            "`for` goes through a list, each round with what the last one gave",
            """
              - a: { for: { each: x, in: .list, at: i },
                    do: [ { b: { set: { list: [], sum: '${ (.sum // 0) + $x * $i }' } } } ] }
            """,
            input: ["list": [5, 6, 7]],
            gives: ["list": [], "sum": 20]
        ),
        .init(
            "`for` through a list of the definition",
            """
              - a: { for: { in: [ { n: 1 }, { n: 2 } ] }, do: [ { b: { set: { n: '${ (.n // 0) + $item.n }' } } } ] }
            """,
            gives: ["n": 3]
        ),
        .init(
            "`for` through nothing hands its input on",
            """
              - a: { for: { in: '${ [] }' }, do: [ { b: { set: { n: 1 } } } ] }
            """,
            input: ["n": 0],
            gives: ["n": 0]
        ),
        .init(
            "`while` ends a loop before its list does",
            """
              - a: { for: { in: '${ [range(100)] }' }, while: '${ (.n // 0) < 4 }',
                    do: [ { b: { set: { n: '${ (.n // 0) + 1 }' } } } ] }
            """,
            gives: ["n": 4]
        ),
        .init(
            "`exit` in a loop ends the round",
            """
              - a:
                  for: { in: '${ [1, 2] }' }
                  do:
                    - b: { switch: [ { odd: { when: $item == 1, then: exit } }, { even: { then: c } } ] }
                    - c: { set: { n: '${ $item }' } }
            """,
            gives: ["n": 2]
        ),
        .init(
            "what `for` goes through must be a list",
            """
              - a: { for: { in: .n }, do: [ { b: { set: { n: 1 } } } ] }
            """,
            input: ["n": 1],
            faults: 400,
            at: "/do/0/a"
        ),
        .init(
            "`fork` gives what its branches give, in their order",
            """
              - a:
                  fork:
                    branches:
                      - slow: { do: [ { w: { wait: PT1M } }, { s: { set: { n: 1 } } } ] }
                      - quick: { set: { n: 2 } }
            """,
            gives: [["n": 1], ["n": 2]]
        ),
        .init(
            "`fork` that competes gives what the first one gives",
            """
              - a:
                  fork:
                    compete: true
                    branches:
                      - slow: { do: [ { w: { wait: PT2M } }, { s: { set: { n: 1 } } } ] }
                      - quick: { do: [ { w: { wait: PT1M } }, { s: { set: { n: 2 } } } ] }
            """,
            gives: ["n": 2]
        ),
        .init(
            "`fork` faults with its first branch that does",
            """
              - a:
                  fork:
                    branches:
                      - slow: { wait: PT1H }
                      - bad: { raise: { error: { type: 'https://e.org/x', status: 418, title: X } } }
            """,
            faults: 418,
            at: "/do/0/a/fork/branches/1/bad"
        ),
    ]
}
