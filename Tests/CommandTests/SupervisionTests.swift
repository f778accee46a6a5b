import JSON
import SirdarTestKit
import Testing

/// Holding and mending instances, and versions of workflows.
@Suite("Supervision and versions")
struct SupervisionTests {
    private static let instance: JSON = [
        "id": "0194", "status": "suspended", "workflow": ["name": "adapt-image", "version": "1.0.0", "title": "Adapt"],
        "steps": [["step": 3, "name": "work", "kind": "manual", "state": "pending"]],
    ]

    @Test(
        "each command sends what it says, with the reason",
        arguments: [
            ("suspend 0194", "PUT", "suspension", #"{"reason":"Wait."}"#),
            ("resume 0194", "DELETE", "suspension", #"{"reason":"Wait."}"#),
            ("retry 0194 3", "PUT", "steps/3/retry", #"{"reason":"Wait."}"#),
            (#"retry 0194 3 --input {"a":1}"#, "PUT", "steps/3/retry", #"{"input":{"a":1},"reason":"Wait."}"#),
            ("skip 0194 3 --output-value 7", "PUT", "steps/3/skip", #"{"output":7,"reason":"Wait."}"#),
            ("give-up 0194 3", "PUT", "steps/3/give-up", #"{"reason":"Wait."}"#),
            (#"edit 0194 --context {"a":1}"#, "PUT", "context", #"{"context":{"a":1},"reason":"Wait."}"#),
            ("edit 0194 --step 3 --input [1]", "PUT", "steps/3/input", #"{"input":[1],"reason":"Wait."}"#),
            ("rewind 0194 --to 2", "PUT", "rewind", #"{"step":2,"reason":"Wait."}"#),
        ]
    )
    func instances(_ line: String, _ method: String, _ part: String, _ body: String) throws {
        let server = try ScriptedServer { _ in .json(Self.instance) }
        defer { server.stop() }
        let outcome = try Tool(server).run("instance \(line) --reason Wait.")
        #expect(outcome.code == 0, "\(outcome.messages)")
        #expect(outcome.text.contains("work"))
        let sent = try #require(server.requests.first)
        #expect(sent.method == method && sent.target == "/v1/instances/0194/\(part)")
        #expect(sent.json == (try JSON(parsing: body)))
    }

    @Test(
        "what cannot be meant is told before anything is sent",
        arguments: [
            "instance suspend 0194", "instance edit 0194 --reason x", "instance edit 0194 --step 3 --reason x",
            "instance edit 0194 --context {} --step 3 --input 1 --reason x",
            "instance retry 0194 3 --input {a --reason x",
            "workflow show adapt-image", "workflow activate a/b --reason x",
            "workflow activate a/b 1.0.0 --newest --reason x",
            "workflow migrate a/b --from 1.0.0 --to 1.1.0", "workflow migrate a/b --from 1 --to 2 --dry-run --rename x",
        ]
    )
    func usage(_ line: String) throws {
        let server = try ScriptedServer { _ in .json(Self.instance) }
        defer { server.stop() }
        let outcome = try Tool(server).run(line)
        #expect(outcome.code == 64 && server.requests.isEmpty, "\(outcome.messages)")
    }

    @Test(
        "a version is deployed with its runbooks; a dry run shows the difference; a version that is taken ends with 4"
    )
    func deploy() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("waits.yaml", "document: {}\n")
        let runbook = try folder.write("shared-storage.md", "# Storage\n")
        let server = try ScriptedServer { request in
            let isDry = request.json?["dry_run"]?.asBool == true
            return .json([
                "namespace": "test", "name": "waits", "version": "1.1.0", "active": "1.1.0", "warnings": [],
                "standing": .string(isDry ? "taken" : "new"), "number": 7,
                "difference": [
                    "from": "1.0.0", "to": "1.1.0", "steps": ["added": ["tell"], "removed": []], "runbooks": [],
                    "lines": ["  do:", "+   - tell: {}"],
                ],
            ])
        }
        defer { server.stop() }
        let outcome = try Tool(server).run(["workflow", "deploy", file, "--runbook", runbook, "--reason", "Better."])
        #expect(outcome.code == 0, "\(outcome.messages)")
        #expect(outcome.text.contains("steps added: tell") && outcome.text.contains("+   - tell: {}"))
        #expect(outcome.text.hasSuffix("test/waits 1.1.0 is deployed. New instances get it.\n"))
        let sent = try #require(server.requests.first?.json)
        #expect(sent["file"] == "waits.yaml" && sent["source"] == "document: {}\n" && sent["reason"] == "Better.")
        #expect(sent["runbooks"] == ["shared-storage": "# Storage\n"] && sent["dry_run"] == false)
        let dry = try Tool(server).run(["workflow", "deploy", file, "--dry-run"])
        #expect(dry.code == 4 && dry.text.contains("is deployed with another content"))
    }

    @Test("a migration goes on page by page, and ends with 4 when an instance stays")
    func migrate() throws {
        let server = try ScriptedServer { request in
            let isSecond = request.json?["cursor"] == "more"
            return .json([
                "from": "1.0.0", "to": "1.1.0", "moves": isSecond ? 0 : 1, "stays": isSecond ? 1 : 0,
                "next": isSecond ? nil : "more",
                "items": [
                    isSecond
                        ? ["instance": "0195", "moves": false, "reasons": [["code": "x", "sentence": "It cannot."]]]
                        : [
                            "instance": "0194", "moves": true, "reasons": [], "passed": ["tell"],
                            "steps": [["step": 3, "from": "a", "to": "b"]],
                        ]
                ],
            ])
        }
        defer { server.stop() }
        let line = "workflow migrate test/waits --from 1.0.0 --to 1.1.0 --reason x --rename a=b --instance 0194"
        let outcome = try Tool(server).run(line)
        #expect(outcome.code == 4, "\(outcome.messages)")
        #expect(outcome.text.contains("at a → b; will not run any more: tell") && outcome.text.contains("It cannot."))
        #expect(outcome.messages.contains("1 moved, 1 stayed."))
        #expect(server.requests.map(\.target) == Array(repeating: "/v1/workflows/test/waits/migrations", count: 2))
        #expect(server.requests.first?.json?["renamed"] == ["a": "b"])
    }

    @Test("versions are listed, shown, compared and activated")
    func versions() throws {
        let workflow: JSON = [
            "namespace": "test", "name": "waits", "title": "Waits", "chosen": true,
            "versions": [
                [
                    "version": "1.1.0", "active": true, "hash": "abcdefabcdefabcdef",
                    "deployed_at": "2026-11-23T18:00:00Z", "instances": ["waiting": 2],
                ]
            ],
        ]
        let server = try ScriptedServer { request in
            switch request.path {
            case "/v1/workflows":
                .json([
                    "items": [["namespace": "test", "name": "waits", "version": "1.1.0", "active": true, "open": 2]]
                ])
            case "/v1/workflows/test/waits/1.1.0": .json(["source": "document: {}\n"])
            case "/v1/workflows/test/waits/1.1.0/diff":
                .json(["from": "1.0.0", "to": "1.1.0", "steps": ["added": [], "removed": ["old"]], "lines": ["- x"]])
            default: .json(workflow)
            }
        }
        defer { server.stop() }
        let tool = Tool(server)
        #expect(try tool.run("workflow list").text.contains("test/waits"))
        #expect(try tool.run("workflow show test/waits").text.contains("2 waiting"))
        #expect(try tool.run("workflow show test/waits --source 1.1.0").text == "document: {}\n")
        let difference = try tool.run("workflow diff test/waits 1.1.0 --from 1.0.0")
        #expect(difference.text == "1.0.0 → 1.1.0\nsteps removed: old\n- x\n")
        #expect(try tool.run("workflow activate test/waits 1.1.0 --reason x").text.contains("chosen"))
        #expect(try tool.run("workflow activate test/waits --newest --reason x").code == 0)
        let bodies = server.requests.filter { $0.method == "PUT" }.map(\.json)
        #expect(bodies == [["reason": "x", "version": "1.1.0"], ["reason": "x"]])
    }
}
