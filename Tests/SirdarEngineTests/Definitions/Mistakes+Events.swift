extension Mistake {
    /// Events: emitted, listened for, and what starts by itself.
    static let inEvents: [Mistake] = [
        .steps(
            "listening without an end",
            #"""
              - a: { listen: { to: { one: { with: { type: x } } } } }
            """#,
            tells: [
                "3:10: error[unbounded]: this step could wait for ever: give it a `timeout`, for example "
                    + "`{ after: P7D }`"
            ]
        ),
        .steps(
            "listening to nothing",
            #"""
              - a: { listen: { to: { until: .x } }, timeout: { after: PT1H } }
            """#,
            tells: [
                "3:24: error[missing-key]: `to` says which events: `one` of a kind, `any` of several, or `all` "
                    + "of them; allowed here: one, any, all"
            ]
        ),
        .steps(
            "listening in two ways",
            #"""
              - a: { listen: { to: { one: { with: { type: x } }, any: [] } }, timeout: { after: PT1H } }
            """#,
            tells: ["3:54: error[wrong-value]: `to` has `one` and `any`: it has one of them"]
        ),
        .steps(
            "a filter of nothing",
            #"""
              - a: { listen: { to: { one: { with: {} } } }, timeout: { after: PT1H } }
            """#,
            tells: ["3:39: error[wrong-value]: `with` is empty: name at least one attribute that the events have"]
        ),
        .steps(
            "a filter with a misspelt attribute",
            #"""
              - a: { listen: { to: { one: { with: { tpye: x } } } }, timeout: { after: PT1H } }
            """#,
            tells: ["3:41: error[unknown-key]: a filter of events has no `tpye`; did you mean `type`?"]
        ),
        .steps(
            "a filter with a pattern that is none",
            #"""
              - a: { listen: { to: { one: { with: { type: 'x(' } } } }, timeout: { after: PT1H } }
            """#,
            tells: ["3:47: error[wrong-value]: the pattern does not compile"]
        ),
        .steps(
            "all of nothing",
            #"""
              - a: { listen: { to: { all: [] } }, timeout: { after: PT1H } }
            """#,
            tells: ["3:31: error[wrong-value]: `all` has at least one filter"]
        ),
        .steps(
            "an end for what ends by itself",
            #"""
              - a: { listen: { to: { one: { with: { type: x } }, until: .y } }, timeout: { after: PT1H } }
            """#,
            tells: ["3:54: error[wrong-value]: `until` ends `any`: with `one` the events themselves say when"]
        ),
        .steps(
            "a correlation without its value",
            #"""
              - a:
                  listen: { to: { one: { with: { type: x }, correlate: { b: { expect: 1 } } } } }
                  timeout: { after: PT1H }
            """#,
            tells: ["4:65: error[missing-key]: the correlation `b` needs `from`"]
        ),
        .steps(
            "events that are read in no known way",
            #"""
              - a: { listen: { to: { any: [] }, read: body }, timeout: { after: PT1H } }
            """#,
            tells: ["3:43: error[wrong-value]: `read` cannot be `body`; allowed here: data, envelope, raw"]
        ),
        .steps(
            "an item and a position of one name",
            #"""
              - a: { listen: { to: { any: [] } }, foreach: { item: x, at: x }, timeout: { after: PT1H } }
            """#,
            tells: ["3:59: error[wrong-value]: `item` and `at` have the same name, `x`"]
        ),
        .steps(
            "an event without a type",
            #"""
              - a: { emit: { event: { with: { source: /x } } } }
            """#,
            tells: ["3:33: error[missing-key]: an event needs `type`: a name such as com.example.image.built"]
        ),
        .steps(
            "an event with an attribute of a wrong kind",
            #"""
              - a: { emit: { event: { with: { type: x, time: noon, tenant: [1] } } } }
            """#,
            tells: [
                "3:50: error[wrong-value]: `time` is a time such as 2026-11-25T09:00:00Z",
                "3:64: error[wrong-value]: `tenant` must be a text, a whole number, true or false",
            ]
        ),
        .steps(
            "an event with an attribute of a wrong name",
            #"""
              - a: { emit: { event: { with: { type: x, theTenant: y } } } }
            """#,
            tells: ["3:44: error[wrong-value]: the name of an attribute is made of small letters and digits"]
        ),
        head("a schedule without a time", "schedule: {}", "2:11: error[missing-key]: `schedule` needs one of them"),
        head(
            "a schedule of two kinds",
            "schedule: { every: PT1H, cron: '0 9 * * *' }",
            "2:26: error[wrong-value]: `schedule` has `every` and `cron`: it has one of them"
        ),
        head(
            "a schedule without rest",
            "schedule: { every: PT0.5S }",
            "2:20: error[wrong-value]: `every` is at least PT1S"
        ),
        head(
            "a cron of four fields",
            "schedule: { cron: '0 9 * *' }",
            "2:19: error[wrong-value]: `cron` has 4 fields, and needs 5"
        ),
        head(
            "a cron of a day that never comes",
            "schedule: { cron: '0 9 31 4 *' }",
            "2:19: error[wrong-value]: `cron` never comes"
        ),
        head(
            "a cron in a place that is not there",
            "schedule: { cron: 'TZ=Europe/Londn 0 9 * * *' }",
            "2:19: error[unknown-name]: there is no time zone `Europe/Londn`; did you mean `Europe/London`?"
        ),
        head(
            "a way to read events without any",
            "schedule: { every: PT1H, read: data }",
            "2:26: error[wrong-value]: `read` says how events are read, and goes with `on`"
        ),
        head(
            "a schedule that looks at an instance",
            "schedule: { on: { one: { with: { type: x, data: '${ . == $input }' } } } }",
            "2:58: error[unknown-variable]: no `$input` is known here"
        ),
    ]

    /// A definition whose second line is what is wrong with it.
    private static func head(_ name: String, _ line: String, _ told: String) -> Mistake {
        let head = "document: { dsl: '1.0.3', namespace: test, name: sample, version: 1.0.0 }\n"
        return .file(name, head + line + "\ndo:\n  - a: { set: { x: 1 } }\n", tells: [told])
    }
}
