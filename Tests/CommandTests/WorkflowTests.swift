import Foundation
import JSON
import Testing

/// `sirdar workflow run` and `sirdar workflow test`, as an author uses them: without a server.
@Suite("Authors' commands")
struct WorkflowTests {
    private static let definition = """
        document: { dsl: '1.0.3', namespace: test, name: greet, version: 1.0.0 }
        do:
          - check: { call: checkMachine, with: { machine: '${ .machine }' }, metadata: { onExhausted: fault } }
          - say: { set: { power: '${ .power }' } }
        """
    private static let input = "machine: { location: london, id: bf-node-03 }\n"

    /// A folder with a definition, and a tool that works in it.
    private let folder: TemporaryFolder
    private var tool = Tool()

    init() throws {
        folder = try TemporaryFolder()
        try FileManager.default.createDirectory(
            atPath: folder.path("Workflows/scenarios"),
            withIntermediateDirectories: true
        )
        try folder.write("Workflows/greet.yaml", Self.definition)
        try folder.write("input.yaml", Self.input)
        try folder.write("answers.yaml", "steps: { check: { output: { power: 'off' }, takes: PT2S } }\n")
        tool.folder = folder.path
    }

    @Test("the output goes to standard output, the steps with their times to standard error")
    func run() throws {
        let outcome = try tool.run("workflow run Workflows/greet.yaml --input input.yaml --answers answers.yaml")
        #expect(outcome.code == 0 && outcome.json == ["power": "off"])
        #expect(
            outcome.messages == "+00:00:00  check  running\n+00:00:02  check  completed\n+00:00:02  say    completed\n"
        )
        let quiet = try tool.run("workflow run Workflows/greet.yaml --input input.yaml --answers answers.yaml -q")
        #expect(quiet.messages.isEmpty && quiet.output == outcome.output)
    }

    @Test("`-` is standard input, and JSON is as good as YAML")
    func standardInput() throws {
        var tool = tool
        tool.input = Array(#"{"machine":{"location":"london","id":"bf-node-03"}}"#.utf8)
        let line = "workflow run Workflows/greet.yaml --input - --answers answers.yaml --json"
        let document = try #require(try tool.run(line).json)
        #expect(document["status"] == "completed" && document["output"] == ["power": "off"])
        #expect(document["took"] == "PT2S" && document["steps"]?.asArray?.count == 3)
    }

    @Test("a fault prints the problem and ends with 1")
    func fault() throws {
        try folder.write("answers.yaml", "steps: { check: { fails: It is gone. } }\n")
        let outcome = try tool.run("workflow run Workflows/greet.yaml --input input.yaml --answers answers.yaml -q")
        #expect(outcome.code == 1 && outcome.output.isEmpty)
        #expect(outcome.messages.contains("It faulted: Runtime error. It is gone."))
        #expect(outcome.messages.contains(#""instance":"/do/0/check""#))
    }

    @Test("an answer that is missing ends with 1, and says what to write")
    func missing() throws {
        let outcome = try tool.run("workflow run Workflows/greet.yaml --input input.yaml")
        #expect(outcome.code == 1)
        #expect(outcome.messages.contains("`check` calls `checkMachine` with"))
        #expect(outcome.messages.hasSuffix("steps:\n  check: { output: { … } }\n"))
    }

    @Test("mistakes in any of the files are told with their place")
    func mistakes() throws {
        try folder.write("answers.yaml", "steps: { chek: { output: 1 } }\n")
        let answers = try tool.run("workflow run Workflows/greet.yaml --answers answers.yaml")
        #expect(answers.code == 1)
        #expect(answers.messages.hasPrefix("answers.yaml:1:10: error[unknown-name]: there is no step `chek`"))
        try folder.write("Workflows/greet.yaml", Self.definition.replacing("call:", with: "cal:"))
        let definition = try tool.run("workflow run Workflows/greet.yaml")
        #expect(definition.messages.contains("Workflows/greet.yaml:3:14: error[unknown-key]"))
        let nowhere = try tool.run("workflow run nowhere.yaml")
        #expect(nowhere.code == 1 && nowhere.messages.contains("nowhere.yaml:1:1: error[unreadable]"))
    }

    private static let scenarios = """
        workflow: greet
        given:
          input: { machine: { location: london, id: bf-node-03 } }
          steps: { check: { output: { power: 'off' } } }
        scenarios:
          - { title: it is off, then: { status: completed, output: { power: 'off' } } }
          - { title: it is on, then: { output: { power: 'on' }, steps: [check, check] } }
        """

    @Test("scenarios are told with their result and what is different, and a failure ends with 1")
    func test() throws {
        try folder.write("Workflows/scenarios/greet.yaml", Self.scenarios)
        let outcome = try tool.run("workflow test")
        #expect(outcome.code == 1 && outcome.messages.isEmpty)
        #expect(
            outcome.text == """
                ./Workflows/scenarios/greet.yaml
                  passed  it is off
                  FAILED  it is on
                          output:
                            output.power is "off", and not "on"
                          steps:
                              check
                            - check
                2 scenarios: 1 passed, 1 failed

                """
        )
        let filtered = try tool.run(["workflow", "test", "--filter", "is off", "Workflows/scenarios/greet.yaml"])
        #expect(filtered.code == 0 && filtered.lines.last == "1 scenario: 1 passed, 0 failed")
        let json = try #require(try tool.run("workflow test --json").json)
        #expect(json["passed"] == 1 && json["failed"] == 1)
        #expect(json["files"]?[0]?["scenarios"]?[1]?["differences"]?[0]?["about"] == "output")
    }

    @Test("a file of scenarios with a mistake is told, and ends with 1; so does finding none")
    func mistakenScenarios() throws {
        let nothing = try tool.run("workflow test")
        #expect(nothing.code == 1 && nothing.messages.contains("there are no scenarios here"))
        try folder.write(
            "Workflows/scenarios/greet.yaml",
            Self.scenarios.replacing("title: it is on", with: "titel: it")
        )
        let outcome = try tool.run("workflow test")
        #expect(outcome.code == 1)
        #expect(outcome.lines.first?.contains("greet.yaml:7:7: error[unknown-key]: a scenario has no `titel`") == true)
        #expect(outcome.lines.last == "0 scenarios: 0 passed, 0 failed, 1 file with mistakes")
    }
}
