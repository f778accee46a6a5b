extension Mistake {
    /// What people are asked to do.
    static let inPeoplesWork: [Mistake] = [
        .steps(
            "an undo by a person",
            #"""
              - a: { call: note, metadata: { compensation: { call: manual } } }
            """#,
            tells: [
                "3:56: error[wrong-value]: `compensation` calls an action, and not a person"
            ]
        ),
        .steps(
            "a person's work without anything",
            #"""
              - a: { call: manual }
            """#,
            tells: [
                "3:5: error[missing-key]: `manual` needs `with`, and in it `title` and `queue`"
            ]
        ),
        .steps(
            "a person's work without title and queue",
            #"""
              - a: { call: manual, with: { skills: [storage] } }
            """#,
            tells: [
                "3:30: error[missing-key]: the input of `manual` needs `title`",
                "3:30: error[missing-key]: the input of `manual` needs `queue`",
            ]
        ),
        .steps(
            "an unknown queue",
            #"""
              - a: { call: manual, with: { title: x, queue: image-reconfigurations } }
            """#,
            tells: [
                "3:49: error[unknown-name]: there is no queue `image-reconfigurations`; did you mean "
                    + "`image-reconfiguration`"
            ]
        ),
        .steps(
            "an unknown skill",
            #"""
              - a: { call: manual, with: { title: x, queue: triage, skills: [strage, windows] } }
            """#,
            tells: [
                "3:66: error[unknown-name]: there is no skill `strage`; did you mean `storage`"
            ]
        ),
        .steps(
            "an unknown runbook",
            #"""
              - a: { call: manual, with: { title: x, queue: triage, runbook: reconfigure-storage } }
            """#,
            tells: [
                "3:66: error[unknown-name]: there is no runbook `reconfigure-storage`"
            ]
        ),
        .steps(
            "a runbook without its values",
            #"""
              - a:
                  call: manual
                  with: { title: x, queue: triage, runbook: reconfigure-shared-storage, about: { machine: x } }
            """#,
            tells: [
                "5:49: error[missing-key]: the runbook `reconfigure-shared-storage` is filled with "
                    + "`storageAddress`, which this task does not have: add it to `about` or `form`"
            ]
        ),
        .steps(
            "an unknown calendar",
            #"""
              - a: { call: manual, with: { title: x, queue: triage, due: { after: PT4H, calendar: suport-hours } } }
            """#,
            tells: [
                "3:87: error[unknown-name]: there is no calendar `suport-hours`; did you mean `support-hours`"
            ]
        ),
        .steps(
            "at risk after the end",
            #"""
              - a: { call: manual, with: { title: x, queue: triage, due: { after: PT4H, atRisk: PT5H } } }
            """#,
            tells: [
                "3:77: error[wrong-value]: `atRisk` is how long before the end a task is at risk: less than "
                    + "`after`"
            ]
        ),
        .steps(
            "an unknown priority",
            #"""
              - a: { call: manual, with: { title: x, queue: triage, priority: hihg } }
            """#,
            tells: [
                "3:67: error[wrong-value]: `priority` cannot be `hihg`; did you mean `high`"
            ]
        ),
        .steps(
            "a wait for ever",
            #"""
              - a: { call: manual, with: { title: x, queue: slow-lane } }
            """#,
            tells: [
                "3:5: error[unbounded]: this step could wait for ever: give it a `timeout`, since the queue "
                    + "`slow-lane` has no SLA"
            ]
        ),
        .steps(
            "a wait for ever in a queue that is not known beforehand",
            #"""
              - a: { call: manual, with: { title: x, queue: '${ .queue }' } }
            """#,
            tells: [
                "3:5: error[unbounded]: this step could wait for ever: give it a `timeout`, since its queue "
                    + "is known only when it runs"
            ]
        ),
        .steps(
            "a form with mistakes",
            #"""
              - a:
                  call: manual
                  with:
                    title: x
                    queue: triage
                    form:
                      one: { tpye: ip }
                      two: { type: number }
                      three: { type: choice }
                      four: { pattern: '(' }
                      five: { within: 10.0.0.0/99 }
                      six: { type: port, default: 70000 }
                      seven: { minimum: 5, maximum: 4, type: integer }
                      eight: { required: 'yes' }
            """#,
            tells: [
                "9:18: error[unknown-key]: the field `one` has no `tpye`; did you mean `type`",
                "10:24: error[wrong-value]: `type` cannot be `number`",
                "11:11: error[missing-key]: the field `three` is a choice, and needs `options`",
                "12:28: error[wrong-value]: Field `four`: its pattern does not compile",
                "13:27: error[wrong-value]: Field `five`: `within` is 10.0.0.0/99, which is no network",
                "14:39: error[wrong-value]: its own rules refuse this default: six must be at most 65535, "
                    + "and is 70000",
                "15:20: error[wrong-value]: `minimum` is greater than `maximum`",
                "16:30: error[wrong-type]: `required` is true or false, and not a text",
            ]
        ),
        .steps(
            "outcomes with mistakes",
            #"""
              - a: { call: manual, with: { title: x, queue: triage, outcomes: [] } }
              - b: { call: manual, with: { title: x, queue: triage, outcomes: [done, done] } }
            """#,
            tells: [
                "3:67: error[wrong-value]: `outcomes` has at least one",
                "4:74: error[duplicate-name]: the outcome `done` is here already",
            ]
        ),
        .steps(
            "somebody excluded who did nothing",
            #"""
              - a: { call: manual, with: { title: x, queue: triage, separation: { not: [requester, b] } } }
            """#,
            tells: [
                "3:88: error[unknown-name]: there is no manual step `b`; allowed here: a, requester"
            ]
        ),
        .steps(
            "a check that is none",
            #"""
              - a:
                  call: manual
                  with: { title: x, queue: triage, verify: { call: verifyStorage, with: { machine: x } } }
            """#,
            tells: [
                "5:77: error[arguments]: `verifyStorage` needs `address`; allowed here: machine, address, "
                    + "port"
            ]
        ),
        .steps(
            "a review by oneself",
            #"""
              - a: { call: manual, with: { title: x, queue: triage, review: { by: myself } } }
            """#,
            tells: [
                "3:71: error[wrong-value]: `by` cannot be `myself`; allowed here: another"
            ]
        ),
        .steps(
            "a value that is an expression where none may be",
            #"""
              - a: { call: manual, with: { title: x, queue: triage }, metadata: { skippable: 'yes' } }
            """#,
            tells: [
                "3:82: error[wrong-type]: `skippable` is true or false, and not a text"
            ]
        ),
    ]
}
