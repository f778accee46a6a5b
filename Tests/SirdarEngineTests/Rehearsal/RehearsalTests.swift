import JSON
import SirdarCore
import SirdarEngine
import Testing

@Suite("Rehearsals")
struct RehearsalTests {
    private static let good = """
        steps:
          make: { output: { name: cup } }
          look: { outcome: good, values: { height: 9 }, takes: PT1H, check: true }
        """

    @Test("a definition runs to its end on a clock of its own")
    func runs() throws {
        let account = try Theatre.run(Theatre.stage(Theatre.thing), Self.good)
        #expect(account.status == .completed && account.interruption == nil)
        #expect(account.steps == ["make", "look"])
        #expect(account.took == .hours(1))
        #expect(account.output?["outcome"] == "good" && account.output?["completedBy"] == "engineer")
        // What the page prefills, and what the runbook requires.
        #expect(account.output?["values"] == ["height": 9, "note": "none"])
        #expect(account.output?["evidence"]?[0]?["item"] == "take-out")
        #expect(account.output?["completedAt"] == "2026-01-05T10:00:00.000Z")
    }

    @Test("the same seed gives the same account, and another seed other delays")
    func isDeterministic() throws {
        let stage = try Theatre.stage(Theatre.thing)
        let busy = "{ fails: { detail: Busy., remedy: tryAgain }, times: 5 }"
        func run(seed: Int) throws -> Account {
            try Theatre.run(
                stage,
                "seed: \(seed)\nsteps:\n  make: [\(busy), { output: { name: cup } }]\n"
                    + "  look: { outcome: good, values: { height: 9 }, check: true }\n"
            )
        }
        let first = try run(seed: 7)
        #expect(first.status == .completed && first.calls.count == 6 && first.took > .zero)
        #expect(try run(seed: 7).json == first.json)
        #expect(try run(seed: 8).took != first.took)
    }

    @Test("a person who retries may give another input, and who skips, an output")
    func decides() throws {
        let definition =
            Theatre.head("play", "metadata: { triageQueue: triage }\n") + """
                do:
                  - make: { call: make, with: { thing: cup }, metadata: { skippable: true } }
                  - check: { call: check, with: { thing: '${ .name }' } }
                """
        func run(_ decision: String) throws -> [JSON] {
            let account = try Theatre.run(
                Theatre.stage(definition),
                "steps:\n  make: [{ fails: There is no such cup. }, \(decision), { output: { name: jug } }]\n"
                    + "  check: { output: {} }\n"
            )
            return account.calls.map(\.input)
        }
        let retried = try run("{ decides: { outcome: retry, input: { thing: can } } }")
        #expect(retried == [["thing": "cup"], ["thing": "can"], ["thing": "jug"]])
        let skipped = try run("{ decides: { outcome: skip, output: { name: bowl } } }")
        #expect(skipped == [["thing": "cup"], ["thing": "bowl"]])
    }

    @Test("a call over HTTP is answered like any other, and read as its definition says")
    func http() throws {
        let definition =
            Theatre.head() + """
                metadata: { onExhausted: fault }
                do:
                  - ask:
                      try: [ { get: { call: http, with: { method: get, endpoint: 'https://example.org/{id}' } } } ]
                      catch:
                        errors: { with: { status: 404 } }
                        do: [ { none: { set: { content: nothing } } } ]
                """
        func run(_ answer: String) throws -> Account {
            let account = try Theatre.run(Theatre.stage(definition), "steps: { get: \(answer) }", input: ["id": 7])
            let call = try #require(account.calls.first)
            #expect(call.input["uri"] == "https://example.org/7")
            return account
        }
        #expect(try run("{ output: { name: cup } }").output == ["name": "cup"])
        #expect(try run("{ fails: { type: communication, status: 404 } }").output == ["content": "nothing"])
        #expect(try run("{ fails: { type: communication, status: 410 } }").status == .faulted)
    }

    @Test("the account does not depend on what else runs: a hundred times the same")
    func isRepeatable() throws {
        let stage = try Theatre.stage(Theatre.thing)
        let first = try Theatre.run(stage, Self.good).json
        for _ in 0..<100 { #expect(try Theatre.run(stage, Self.good).json == first) }
    }

    @Test("a check sends the work back to the same person, with the next answer")
    func comesBack() throws {
        let account = try Theatre.run(
            Theatre.stage(Theatre.thing),
            """
            steps:
              make: { output: { name: cup } }
              look:
                - { outcome: good, values: { height: 9 }, check: false, by: ann }
                - { outcome: good, values: { height: 8 }, check: { passed: true } }
            """
        )
        #expect(account.output?["completedBy"] == "ann" && account.output?["values"]?["height"] == 8)
        #expect(account.tasks.map(\.returns) == [1])
    }

    @Test("a task that nobody does expires, overdue long before where its queue has an SLA")
    func expires() throws {
        let urgent = Theatre.thing.replacing("queue: desk", with: "queue: triage")
            .replacing("skills: [care]", with: "skills: []")
        let account = try Theatre.run(
            Theatre.stage(urgent),
            "steps:\n  make: { output: { name: cup } }\n  look: { never: true }\nactions:\n  remove: { output: {} }\n"
        )
        #expect(account.status == .faulted && account.problem?.status == 408 && account.took == .days(1))
        #expect(account.tasks.map(\.task.state) == [.expired] && account.tasks[0].task.urgency == .overdue)
        #expect(account.undone == ["make"])
    }

    @Test("a step that gives up is decided on by a person: again, skipped, given up")
    func gaveUp() throws {
        let stage = try Theatre.stage(Theatre.thing)
        func run(_ make: String) throws -> Account {
            try Theatre.run(
                stage,
                "steps:\n  make: \(make)\n  look: { outcome: bad }\nactions:\n  remove: { output: {} }\n"
            )
        }
        let again = try run("[{ fails: Broken. }, { decides: retry, takes: PT1H }, { output: { name: cup } }]")
        #expect(again.status == .completed && again.took == .hours(1) && again.calls.map(\.attempt) == [1, 1])
        let skipped = try run("{ fails: Broken., decides: skip }")
        #expect(skipped.status == .completed && skipped.lines.contains { $0.phase == .skipped })
        let given = try run("{ fails: Broken., decides: { outcome: giveUp, reason: No clay. } }")
        #expect(given.status == .faulted && given.problem?.detail == "Broken. Given up: No clay.")
        #expect(given.undone == ["make"] && given.tasks.map(\.task.kind) == [.triage])
    }

    @Test("arguments that break an action's schema fail the step, as they would in the engine")
    func arguments() throws {
        let account = try Theatre.run(
            Theatre.stage(Theatre.thing.replacing("with: { thing: cup }\n", with: "with: { thing: '${ 7 }' }\n")),
            "steps:\n  make: { decides: giveUp }\nactions:\n  remove: { output: {} }\n"
        )
        #expect(account.calls.filter { !$0.undoes }.isEmpty)
        #expect(account.problem?.detail?.contains("make was called with wrong arguments. /thing") == true)
    }

    @Test("another workflow is rehearsed too, unless an answer stands in for it")
    func children() throws {
        let outer =
            Theatre.head("play") + """
                do:
                  - inside:
                      run: { workflow: { namespace: test, name: inner, version: 1.0.0, input: { thing: cup } } }
                """
        let inner =
            Theatre.head("inner") + """
                do:
                  - make: { call: make, with: { thing: '${ .thing }' } }
                """
        let stage = try Theatre.stage(outer, inner)
        let whole = try Theatre.run(stage, "steps:\n  inside/make: { output: { name: cup } }\n")
        #expect(whole.output == ["name": "cup"] && whole.steps == ["inside", "inside/make"])
        let standIn = try Theatre.run(stage, "steps:\n  inside: { output: 7, takes: PT5M }\n")
        #expect(standIn.output == 7 && standIn.steps == ["inside"] && standIn.took == .minutes(5))
        let failing = try Theatre.run(stage, "steps:\n  inside: { fails: It is closed. }\n")
        #expect(failing.problem?.detail == "It is closed.")
    }

    @Test("a cancellation comes at a step, in a state, or after a time")
    func cancelled() throws {
        let stage = try Theatre.stage(Theatre.thing)
        func run(_ cancel: String) throws -> Account {
            try Theatre.run(stage, Self.good + "\nactions:\n  remove: { output: {} }\ncancel: \(cancel)\n")
        }
        let early = try run("{ at: make }")
        #expect(early.status == .cancelled && early.steps == ["make"] && early.undone == ["make"])
        let late = try run("{ at: make, is: completed }")
        #expect(late.status == .cancelled && late.steps == ["make", "look"])
        let timed = try run("{ after: PT30M, reason: Enough. }")
        #expect(timed.took == .minutes(30) && timed.json["cancelled"] == "Enough.")
        #expect(try run("{ after: PT2H }").status == .completed)
    }
}
