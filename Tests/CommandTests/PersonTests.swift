import Foundation
import JSON
import SirdarTestKit
import Testing

@Suite("People, for administrators")
struct PersonTests {
    private static let olga: JSON = [
        "id": "0193", "name": "olga", "title": "Olga", "roles": ["operator"], "disabled": false,
    ]

    /// Answers the list, the person with a tag, and whatever is done to them.
    private static func server() throws -> ScriptedServer {
        try ScriptedServer { request in
            switch (request.method, request.target) {
            case ("GET", "/v1/people?limit=200"): return .json(["items": [olga], "next": nil])
            case ("GET", _):
                return .init(headers: ["ETag": "\"seen\"", "Content-Type": "application/json"], body: olga.bytes)
            case ("POST", "/v1/people/0193/reset-links"):
                return .json(["link": "/reset/secret", "expires_at": "2026-11-24T09:00:00Z"], status: 201)
            default: return .json(olga)
            }
        }
    }

    @Test(
        "a person is changed as they were seen, by name",
        arguments: [
            ("person change Olga --role auditor --queue ops", ["roles": ["auditor"], "queues": ["ops"]]),
            ("person disable olga", ["disabled": true]), ("person enable olga", ["disabled": false]),
        ] as [(String, JSON)]
    )
    func change(_ line: String, _ body: JSON) throws {
        let server = try Self.server()
        defer { server.stop() }
        let outcome = try Tool(server).run(line)
        #expect(outcome.code == 0, "\(outcome.messages)")
        let change = try #require(server.requests.last)
        #expect(change.method == "PATCH" && change.target == "/v1/people/0193" && change.json == body)
        #expect(change.headers["if-match"] == "\"seen\"")
    }

    @Test("a link is printed alone, whole, and asked for under a key")
    func link() throws {
        let server = try Self.server()
        defer { server.stop() }
        let outcome = try Tool(server).run("person reset-link olga")
        #expect(outcome.code == 0 && outcome.text.hasPrefix("http://") && outcome.text.hasSuffix("/reset/secret\n"))
        #expect(server.requests.last?.headers["idempotency-key"]?.count == 38)
    }

    @Test("somebody who is not there, and a change of nothing, are told before anything is sent")
    func wrong() throws {
        let server = try Self.server()
        defer { server.stop() }
        let (nobody, nothing) = (
            try Tool(server).run("person disable karl"), try Tool(server).run("person change olga")
        )
        #expect(nobody.code == 3 && nobody.messages.contains("karl"))
        #expect(nothing.code == 64)
        #expect(server.requests.allSatisfy { $0.method == "GET" })
    }
}
