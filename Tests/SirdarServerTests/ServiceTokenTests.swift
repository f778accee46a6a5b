import HTTPTypes
import HummingbirdTesting
import JSON
import SirdarCore
import SirdarEngine
import Testing

@Suite("Tokens of services")
struct ServiceTokenTests {
    @Test("an administrator makes a service's token, which may what it was given and no more")
    func made() async throws {
        let bench = try ServerBench()
        let admin = try bench.token(of: try bench.person("root", [.admin]))
        try await bench.asking { client in
            let body = #"{"name":"inventory","service":true,"roles":["admin"],"projects":["*"]}"#
            let service = try await client.send(.post, "/v1/people", admin, body)
            let id = try #require(service.json["id"]?.asString)
            let wish = #"{"name":"studio database","scopes":["inventory"]}"#
            let made = try await client.send(.post, "/v1/people/\(id)/tokens", admin, wish)
            #expect(made.status == .created)
            let token = try #require(made.json["token"]?.asString)
            let bearer: HTTPFields = [.authorization: "Bearer \(token)", .contentType: "application/json"]
            let people = try await client.send(.get, "/v1/people", bearer)
            #expect(people.status == .forbidden, "the scope gives projects alone")
            let project = try await client.send(.put, "/v1/projects/ashdown", bearer, "{}")
            #expect(project.json["type"]?.asString?.hasSuffix("kept-in-file") == true, "\(project.text)")
        }
    }

    @Test("a person's token is not made by others")
    func people() async throws {
        let bench = try ServerBench()
        let admin = try bench.token(of: try bench.person("root", [.admin]))
        let olga = try bench.person("olga", [.operator])
        try await bench.asking { client in
            let made = try await client.send(.post, "/v1/people/\(olga.id)/tokens", admin, #"{"name":"x"}"#)
            #expect(made.status == .conflict)
            #expect(try await client.send(.get, "/v1/people/\(olga.id)/tokens", admin).json["items"]?.asArray == [])
        }
    }
}
