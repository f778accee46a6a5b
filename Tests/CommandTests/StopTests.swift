import JSON
import SirdarTestKit
import Testing

@Suite("Stops, by command")
struct StopTests {
    @Test("a stop is set, listed and lifted; a workflow's name is one part of the address")
    func commands() throws {
        let stop: JSON = [
            "kind": "workflow", "name": "images/adapt", "reason": "Wait.", "by": ["id": "1", "name": "supervisor"],
            "since": "2026-11-23T18:00:00Z",
        ]
        let server = try ScriptedServer { request in
            request.method == "GET" ? .json(["items": [stop], "next": nil, "known": [:]]) : .json(stop)
        }
        defer { server.stop() }
        let set = try Tool(server).run("stop set workflow images/adapt --reason Wait.")
        #expect(set.code == 0 && set.text == "Stopped: workflow images/adapt.\n", "\(set.messages)")
        #expect(set.messages.contains("Next: sirdar stop lift workflow images/adapt"))
        let list = try Tool(server).run("stop")
        #expect(list.text.contains("images/adapt") && list.text.contains("supervisor"))
        let lifted = try Tool(server).run("stop lift workflow images/adapt --reason Done.")
        #expect(lifted.text == "Lifted: workflow images/adapt.\n")
        #expect(server.requests.map(\.method) == ["PUT", "GET", "DELETE"])
        #expect(server.requests.first?.target == "/v1/stops/workflow/images%2Fadapt")
        #expect(server.requests.last?.json == ["reason": "Done."])
    }

    @Test(
        "what cannot be meant is told before anything is sent",
        arguments: ["stop set queue ops", "stop set thing x --reason y"]
    )
    func usage(_ line: String) throws {
        let server = try ScriptedServer { _ in .json([:]) }
        defer { server.stop() }
        #expect(try Tool(server).run(line).code == 64 && server.requests.isEmpty)
    }
}
