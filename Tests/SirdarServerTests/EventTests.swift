import HTTPTypes
import HummingbirdTesting
import JSON
import SirdarCore
import SirdarEngine
import SirdarServer
import SirdarTestKit
import Testing

@Suite("Events by API")
struct EventTests {
    private static let built =
        #"{"specversion":"1.0","id":"7","source":"urn:builder","type":"image.built","data":{"image":"golden"}}"#

    private static func sending(_ token: HTTPFields, _ more: [String: String]) -> HTTPFields {
        var fields = token
        for (name, value) in more { fields[.named(name)] = value }
        return fields
    }

    @Test("a system sends an event, once or twice, in either mode, and it is seen with what came of it")
    func sent() async throws {
        let bench = try ServerBench()
        let system = try bench.person("builder", [.operator])
        let token = try bench.token(of: system, [.events])
        let seeing = try bench.token(of: try bench.operatorPerson())
        try await bench.asking { client in
            let typed = Self.sending(token, ["Content-Type": "application/cloudevents+json; charset=utf-8"])
            let first = try await client.send(.post, "/v1/events", typed, Self.built)
            #expect(first.status == .accepted)
            #expect(first.json == ["id": "7", "source": "urn:builder", "repeated": false, "reached": 0])
            let again = try await client.send(.post, "/v1/events", typed, Self.built)
            #expect(again.status == .accepted && again.json["repeated"] == true)
            let binary = Self.sending(
                token,
                [
                    "Content-Type": "application/json", "ce-specversion": "1.0", "ce-id": "8",
                    "ce-source": "urn:builder", "ce-type": "image.built", "ce-subject": "br%C3%BBl%C3%A9",
                ]
            )
            #expect(try await client.send(.post, "/v1/events", binary, #"{"image":"other"}"#).status == .accepted)
            let list = try await client.get("/v1/events?type=image.built&limit=1", seeing)
            #expect(list.json["items"]?.asArray?.count == 1)
            #expect(list.json["items"]?[0]?["event"]?["subject"] == "brûlé")
            #expect(list.json["items"]?[0]?["event"]?["data"] == ["image": "other"])
            let cursor = try #require(list.json["next"]?.asString)
            let rest = try await client.get("/v1/events?type=image.built&cursor=\(cursor)", seeing)
            #expect(rest.json["items"]?[0]?["event"]?["id"] == "7" && rest.json["items"]?[0]?["reached"] == 0)
        }
        #expect(try bench.refusals() == ["event.received repeated"])
    }

    @Test("what is no event is refused, with the attribute that is wrong, and nothing is kept")
    func refused() async throws {
        let bench = try ServerBench()
        let token = try bench.token(of: try bench.operatorPerson())
        let events = Self.sending(token, ["Content-Type": "application/cloudevents+json"])
        try await bench.asking { client in
            let broken = try await client.send(.post, "/v1/events", events, "{")
            #expect(broken.status == .badRequest)
            let untyped = try await client.send(
                .post,
                "/v1/events",
                events,
                #"{"specversion":"1.0","id":"7","source":"urn:builder"}"#
            )
            #expect(untyped.status == .unprocessableContent && untyped.json["errors"]?[0]?["pointer"] == "/type")
            let picture = Self.sending(token, ["Content-Type": "image/png"])
            #expect(try await client.send(.post, "/v1/events", picture, "x").status.code == 415)
            let large = #"{"data":""# + String(repeating: "x", count: 256 << 10) + #""}"#
            #expect(try await client.send(.post, "/v1/events", events, large).status.code == 413)
        }
        #expect(try bench.engine.store.events(EventQuery()).isEmpty)
    }

    @Test("events are sent by those who may, and a system's token can do nothing else")
    func roles() async throws {
        let bench = try ServerBench()
        let requester = try bench.token(of: try bench.person("asker", [.requester], projects: ["harrow"]))
        let auditor = try bench.token(of: try bench.person("auditor", [.auditor]))
        let system = try bench.token(of: try bench.operatorPerson(), [.events])
        try await bench.asking { client in
            for token in [requester, auditor] {
                let sending = try await client.send(.post, "/v1/events", token, Self.built).status
                #expect(sending == .forbidden)
            }
            let anonymous = try await client.send(.post, "/v1/events", [:], Self.built).status
            #expect(anonymous == .unauthorized)
            let seen = try await client.get("/v1/events", auditor).status
            #expect(seen == .ok)
            let unseen = try await client.get("/v1/events", requester).status
            #expect(unseen == .forbidden)
            for path in ["/v1/events", "/v1/tasks", "/v1/entries"] {
                let answer = try await client.get(path, system).status
                #expect(answer == .forbidden, "\(path)")
            }
        }
        #expect(try bench.engine.store.events(EventQuery()).isEmpty)
    }
}
