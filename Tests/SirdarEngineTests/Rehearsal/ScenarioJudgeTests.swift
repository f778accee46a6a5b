import JSON
import SirdarCore
import SirdarEngine
import Testing

/// A scenario fails where it should, and says what is different.
@Suite("Scenarios")
struct ScenarioJudgeTests {
    private static let given = """
        workflow: play
        given:
          input: { size: { height: 9, width: 4 }, keep: true }
          steps:
            make: { output: { name: cup } }
            look: { outcome: good, values: { height: 9 }, takes: PT1H, check: true }
          actions:
            remove: { output: {} }
        scenarios:
          - title: it
            given: { input: { size: { height: 7 } } }
            when: { steps: { look: { outcome: bad, takes: PT2H } } }
            then:

        """

    private func file(_ then: String) throws -> RehearsalFiles.ScenarioFile {
        RehearsalFiles.scenarioFile(
            .init(path: "s.yaml", text: Self.given + "      " + then + "\n"),
            try Theatre.stage(Theatre.thing)
        )
    }

    private func result(_ then: String) throws -> Scenario.Result {
        let file = try file(then)
        let scenario = try #require(file.scenarios.first, "\(file.diagnostics)")
        return scenario.run(on: file.stage)
    }

    @Test("what a scenario says goes before what the file says, and `when` before `given`")
    func layers() throws {
        let scenario = try #require(try file("status: completed").scenarios.first)
        #expect(scenario.input == ["size": ["height": 7, "width": 4], "keep": true])
        let result = try result("status: completed")
        #expect(result.passed && result.account.output?["outcome"] == "bad" && result.account.took == .hours(2))
    }

    @Test(
        "what is as it should be passes",
        arguments: [
            "status: completed", "steps: [make, look]", "ran: [look]", "notRan: []", "undone: []", "took: PT2H",
            "tasks: [look]", "tasks: [{ queue: desk, form: [height, note], outcome: bad }]",
            "calls: { make: { thing: cup } }", "calls: { make: { thing: '${ startswith(\"c\") }' } }",
            "output: '${ .outcome == \"bad\" and $input.keep }'",
        ]
    )
    func passes(_ then: String) throws { #expect(try result(then).differences == []) }

    @Test(
        "what is not is told",
        arguments: [
            ("status: faulted", "it is completed, and not faulted"),
            ("steps: [look]", "+ make"), ("steps: [make, look, make]", "- make"),
            ("ran: [look, make]", "`make` ran, but not in this order; these ran: make, look"),
            ("notRan: [make]", "`make` ran"), ("undone: [make]", "- make"),
            ("took: PT1H", "it took PT2H, and not PT1H"),
            ("tasks: []", "1 were opened, and not 0: look"), ("tasks: [{ queue: triage }]", "and not \"triage\""),
            ("calls: { make: { thing: pot } }", "make.thing is \"cup\", and not \"pot\""),
            ("calls: { look: {} }", "`look` called nothing"), ("problem: {}", "problem is not there"),
            ("output: { outcome: bad }", "should not be there"),
            ("output: ${ .outcome == \"good\" }", "of which this is not true:  .outcome == \"good\""),
            ("output: ${ .outcome + 1 }", "on which this fails"),
        ]
    )
    func fails(_ then: String, _ sentence: String) throws {
        let result = try result(then)
        #expect(result.differences.count == 1 && !result.passed)
        let lines = result.differences.first?.lines ?? []
        #expect(lines.contains { $0.contains(sentence) }, "\(result.lines)")
    }

    @Test("a scenario that cannot go on fails, with what to write")
    func interrupted() throws {
        let stage = try Theatre.stage(Theatre.thing)
        let text = "workflow: play\nscenarios:\n  - { title: it, then: { status: completed } }\n"
        let scenario = try #require(RehearsalFiles.scenarioFile(.init(path: "s", text: text), stage).scenarios.first)
        let result = scenario.run(on: stage)
        #expect(!result.passed && result.lines.contains { $0.contains("make: { output: { … } }") })
    }

    @Test(
        "mistakes in scenarios are told at their place",
        arguments: [
            ("statis: completed", "s.yaml:14:7: error[unknown-key]: `then` has no `statis`; did you mean `status`?"),
            ("status: done", "s.yaml:14:15: error[unknown-name]: there is no end of an instance `done`"),
            ("steps: [mak]", "s.yaml:14:15: error[unknown-name]: there is no step `mak`; did you mean `make`?"),
            ("tasks: [{ que: desk }]", "s.yaml:14:17: error[unknown-key]: a task has no `que`"),
            ("output: ${ .a + }", "s.yaml:14:"),
        ]
    )
    func mistakes(_ then: String, _ line: String) throws {
        let told = try file(then).diagnostics.map { $0.text(in: "s.yaml") }
        #expect(told.count == 1 && told.first?.hasPrefix(line) == true, "\(told)")
    }

    @Test("a workflow that is not there, and a title that is there twice, are told")
    func names() throws {
        let stage = try Theatre.stage(Theatre.thing)
        func told(_ text: String) -> [String] {
            RehearsalFiles.scenarioFile(.init(path: "s", text: text), stage).diagnostics.map { $0.text(in: "s") }
        }
        #expect(told("workflow: pley\nscenarios: []\n").first?.contains("did you mean `play`?") == true)
        #expect(told(Theatre.thing).first?.contains("this is a definition") == true && told(Theatre.thing).count == 1)
        let one = "  - { title: a, then: { status: completed } }\n"
        #expect(told("workflow: play\nscenarios:\n\(one)\(one)").first?.contains("here already, in line 3") == true)
    }
}
