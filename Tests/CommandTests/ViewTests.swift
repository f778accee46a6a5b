import JSON
import SirdarTestKit
import Testing

@Suite("Views, by command")
struct ViewTests {
    @Test("a view is saved, listed, used and removed by its name")
    func commands() throws {
        let view: JSON = [
            "id": "v1", "name": "Late", "filter": "due:overdue", "shared": false, "mine": true, "by": "operator",
            "at": "2026-11-23T18:00:00Z",
        ]
        let server = try ScriptedServer { request in
            if request.target.hasPrefix("/v1/tasks") { return .json(["items": [], "next": nil]) }
            if request.method == "DELETE" { return .init(status: 204) }
            return request.method == "GET" ? .json(["items": [view], "next": nil]) : .json(view, status: 201)
        }
        defer { server.stop() }
        let saved = try Tool(server).run("task view save Late --filter due:overdue")
        #expect(saved.code == 0 && saved.text == "Saved the view Late.\n", "\(saved.messages)")
        #expect(try Tool(server).run("task view").text.contains("due:overdue"))
        #expect(try Tool(server).run("task list --view late").code == 0)
        #expect(server.requests.last?.target.contains("q=due%3Aoverdue") == true)
        #expect(try Tool(server).run("task view remove Late").text == "The view Late is gone.\n")
        #expect(server.requests.last?.target == "/v1/views/v1")
        #expect(try Tool(server).run("task list --view other").code == 3)
        #expect(try Tool(server).run("task list --view Late --filter x").code == 64)
    }
}
