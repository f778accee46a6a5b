import JSON
import SirdarTestKit
import Testing

@Suite("Absences, by command")
struct AbsenceTests {
    private static let absence: JSON = [
        "person": ["id": "1", "name": "ann"], "from": "2026-11-23T18:00:00Z", "until": "2026-11-26T18:00:00Z",
        "substitute": ["id": "2", "name": "ben"], "away": true,
    ]

    @Test("one's own and another's absence are set, listed and ended")
    func commands() throws {
        let server = try ScriptedServer { request in
            request.method == "GET" ? .json(["items": [Self.absence], "next": nil]) : .json(Self.absence)
        }
        defer { server.stop() }
        let set = try Tool(server).run("absence set --until P3D --substitute ben")
        #expect(set.code == 0 && set.text.contains("ben stands in"), "\(set.messages)")
        #expect(try Tool(server).run("absence").text.contains("ann"))
        #expect(try Tool(server).run("absence end --person ann").text == "The absence is ended.\n")
        #expect(server.requests.map(\.method) == ["PUT", "GET", "DELETE"])
        #expect(server.requests.map(\.path) == ["/v1/people/me/absence", "/v1/absences", "/v1/people/ann/absence"])
        #expect(server.requests.first?.json == ["until": "P3D", "substitute": "ben"])
    }
}
