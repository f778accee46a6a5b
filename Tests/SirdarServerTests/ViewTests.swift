import HTTPTypes
import HummingbirdTesting
import JSON
import SirdarCore
import SirdarEngine
import SirdarServer
import SirdarTestKit
import Testing

@Suite("Views of the queue have names, one's own or everybody's")
struct ViewTests {
    @Test("one's own are seen by nobody else; supervisors share, and everybody uses what is shared")
    func api() async throws {
        let bench = try ServerBench()
        let one = try bench.token(of: try bench.operatorPerson())
        let other = try bench.token(of: try bench.operatorPerson("operator2"))
        let sue = try bench.token(of: try bench.person("sue", [.supervisor], queues: ["ops"]))
        try await bench.asking { client in
            let urgent = #"{"name":"Urgent","filter":"priority:>=high sort:due"}"#
            let made = try await client.send(.post, "/v1/views", one, urgent)
            #expect(made.status == .created && made.json["shared"] == false && made.json["mine"] == true)
            let again = try await client.send(.post, "/v1/views", one, #"{"name":"URGENT","filter":"state:ready"}"#)
            #expect(again.status == .conflict && again.json["type"] == "urn:sirdar:problem:name-taken")
            let wrong = try await client.send(.post, "/v1/views", one, #"{"name":"x","filter":"stat:ready"}"#)
            #expect(wrong.status == .unprocessableContent && wrong.json["errors"]?[0]?["pointer"] == "/filter")
            let shared = #"{"name":"Night","filter":"queue:ops due:<8h","shared":true}"#
            #expect(try await client.send(.post, "/v1/views", one, shared).status == .forbidden)
            let night = try await client.send(.post, "/v1/views", sue, shared)
            #expect(night.status == .created)
            func names(_ token: HTTPFields) async throws -> [String] {
                try await client.get("/v1/views", token).json["items"]?.asArray?.compactMap { $0["name"]?.asString }
                    ?? []
            }
            #expect(try await names(one) == ["Night", "Urgent"])
            #expect(try await names(other) == ["Night"])
            let mine = "/v1/views/\(made.json["id"]?.asString ?? "")"
            let theirs = "/v1/views/\(night.json["id"]?.asString ?? "")"
            #expect(try await client.send(.delete, mine, other).status == .notFound)
            #expect(try await client.send(.delete, theirs, other).status == .forbidden)
            #expect(try await client.send(.delete, mine, one).status == .noContent)
            #expect(try await client.send(.delete, theirs, sue).status == .noContent)
            #expect(try await names(one).isEmpty)
        }
        #expect(try bench.actions().filter { $0.hasPrefix("view.") }.count == 4)
    }

    @Test("a filtered queue is saved and removed from its page, without scripts")
    func page() async throws {
        let bench = try ServerBench()
        let browser = try bench.session(of: try bench.operatorPerson())
        try await bench.asking { client in
            let sent = try await client.send(.post, "/views", browser.form, "name=Late&q=due%3Aoverdue&queue=ops")
            #expect(sent.status == .seeOther && sent.headers[.location] == "/queue?q=queue%3Aops%20due%3Aoverdue")
            let shown = try await client.get("/queue", browser.cookie)
            #expect(shown.text.contains(#"<a href="/queue?q=queue%3Aops%20due%3Aoverdue">Late</a>"#))
            let start = try #require(shown.text.firstRange(of: "/views/"))
            let id = shown.text[start.upperBound...].prefix(36)
            #expect(try await client.send(.post, "/views/\(id)/remove", browser.form, "").status == .seeOther)
            #expect(try await !client.get("/queue", browser.cookie).text.contains(">Late</a>"))
            let empty = try await client.send(.post, "/views", browser.form, "name=All&q=")
            #expect(empty.status == .unprocessableContent && empty.text.contains("Filter the queue first"))
        }
    }
}
