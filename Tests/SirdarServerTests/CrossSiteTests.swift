import HTTPTypes
import HummingbirdTesting
import SirdarEngine
import SirdarServer
import Testing

@Suite("What another site makes a browser send")
struct CrossSiteTests {
    /// Every combination that is not from one of our own pages.
    static let forged: [[String: String]] = [
        [:],
        ["Sec-Fetch-Site": "cross-site"],
        ["Sec-Fetch-Site": "same-site"],
        ["Sec-Fetch-Site": "none"],
        ["Sec-Fetch-Site": "none", "Origin": "https://evil.example"],
        ["Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"],
        ["Origin": "https://evil.example"],
        ["Origin": "null"],
        ["Origin": "http://localhost.evil.example"],
        ["X-Form-Token": "guessed"],
    ]

    @Test("is refused on every route that changes something, by every combination of headers", arguments: forged)
    func refused(_ headers: [String: String]) async throws {
        let bench = try ServerBench()
        let person = try bench.person("everything", Set(Role.allCases), projects: ["*"], queues: ["ops"])
        var fields = try bench.session(of: person).cookie
        fields[.contentType] = "application/x-www-form-urlencoded"
        for (name, value) in headers { fields[.named(name)] = value }
        let (forged, lines) = (fields, bench.server.routeLines)
        try await bench.asking { client in
            for line in lines where line.method != "GET" {
                let answer = try await client.send(try line.httpMethod, line.concrete, forged)
                #expect(answer.status == .forbidden, "\(line.method) \(line.path)")
                #expect(answer.text.contains("own pages"), "\(line.method) \(line.path)")
            }
        }
    }

    @Test("is let through from our own pages: by Sec-Fetch-Site, by Origin, or by the session's token")
    func allowed() async throws {
        let bench = try ServerBench()
        let person = try bench.operatorPerson()
        let browser = try bench.session(of: person)
        let token = browser.secret.derived(for: "sirdar/form")
        let form = HTTPFields([.init(name: .contentType, value: "application/x-www-form-urlencoded")])
        let ways: [([String: String], String)] = [
            (["Sec-Fetch-Site": "same-origin"], ""),
            (["Sec-Fetch-Site": "none", "Origin": "http://localhost"], ""),
            (["Origin": "http://localhost"], ""), (["Origin": "https://localhost"], ""),
            (["X-Form-Token": token], ""), ([:], "&_token=\(token)"),
        ]
        try await bench.asking { client in
            for (headers, body) in ways {
                var fields = form
                fields[.cookie] = browser.cookie[.cookie]
                for (name, value) in headers { fields[.named(name)] = value }
                let answer = try await client.send(.post, "/queue/next", fields, "queue=ops\(body)")
                #expect(answer.status == .seeOther, "\(headers) \(body)")
            }
        }
    }

    @Test("another person's token is no token")
    func foreignToken() async throws {
        let bench = try ServerBench()
        let (one, other) = (try bench.operatorPerson(), try bench.operatorPerson("operator2"))
        let (mine, theirs) = (try bench.session(of: one), try bench.session(of: other))
        var fields = mine.cookie
        fields[.contentType] = "application/x-www-form-urlencoded"
        let form = fields
        try await bench.asking { client in
            let body = "_token=\(theirs.secret.derived(for: "sirdar/form"))"
            let answer = try await client.send(.post, "/queue/next", form, body)
            #expect(answer.status == .forbidden)
        }
    }

    @Test("a bearer token needs none of it, and a cookie beside a wrong one does not help")
    func bearer() async throws {
        let bench = try ServerBench()
        let person = try bench.operatorPerson()
        let token = try bench.token(of: person)
        var both = try bench.session(of: person).cookie
        both[.authorization] = "Bearer srd_1_\(String(repeating: "a", count: 43))"
        let wrong = both
        try await bench.asking { client in
            let claims = try await client.send(.post, "/v1/claims", token, "{}")
            #expect(claims.status == .noContent)
            let refused = try await client.send(.post, "/v1/claims", wrong, "{}")
            #expect(refused.status == .unauthorized)
        }
    }
}
