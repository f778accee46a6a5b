import Foundation
import JSON
import SirdarCore
import SirdarEngine
import SirdarOutbound
import SirdarTestKit
import Testing

@Suite("A secret exists where it is sent, and nowhere else")
struct SecretTests {
    private static let value = "s3cr3t/\"value\"+of?the&studio"
    private static let use = "use: { secrets: [apiToken] }\n"

    /// Repeats everything that it gets: the worst that a service can do.
    private static func echo(_ request: ScriptedServer.Request) -> ScriptedServer.Answer {
        let headers = JSON.Object(request.headers.map { ($0.key, .string($0.value)) })
        return .json([
            "headers": .object(headers), "target": .string(request.target),
            "body": .string(String(decoding: request.body, as: UTF8.self)), "json": request.json ?? .null,
        ])
    }

    private static let everywhere = """
          - send:
              input: { from: '${ { token: $secrets.apiToken, id: .id } }' }
              call: http
              with:
                method: post
                endpoint: 'https://api.example/{token}/x'
                headers: { X-Token: '${ "Token " + .token + "!" }', X-Twice: '${ .token + .token }' }
                query: { key: '${ .token }' }
                body: { list: ['${ .token }'], text: '${ "a \\(.token) b" }' }
                output: response
          - keep: { set: { all: '${ . }', before: '${ $workflow.input }' } }
        """

    @Test("it is sent in address, headers, query and body, and is in no file of the database, no line of the log")
    func sentAndNotKept() throws {
        let server = try ScriptedServer(Self.echo)
        defer { server.stop() }
        let bench = try HTTPBench(server)
        try bench.keep("apiToken", Self.value + "\n")
        let id = try bench.start(use: Self.use, Self.everywhere, ["id": 1])
        let output = try bench.output(id)
        let request = try #require(server.requests.first)
        let encoded = Self.value.percentEncoded
        #expect(request.target == "/\(encoded)/x?key=\(encoded)")
        #expect(request.headers["x-token"] == "Token \(Self.value)!")
        #expect(request.headers["x-twice"] == Self.value + Self.value)
        #expect(request.json == ["list": [.string(Self.value)], "text": .string("a \(Self.value) b")])

        let database = try bench.database()
        let base64 = Data(Self.value.utf8).base64EncodedString()
        let quoted = JSON.string(Self.value).text.dropFirst().dropLast()
        for spelling in [Self.value, encoded, base64, String(quoted)] {
            #expect(database.range(of: Data(spelling.utf8)) == nil)
            #expect(!output.text.contains(spelling) && !bench.logged.text.contains(spelling))
        }
        #expect(output["all"]?["content"]?["headers"]?["x-token"] == "Token [secret apiToken]!")
        // The test can fail: what is no secret is there.
        #expect(database.range(of: Data("[secret apiToken]".utf8)) != nil)
    }

    @Test("data that looks like a reference is sent as it is, whatever it resembles")
    func forged() throws {
        let server = try ScriptedServer(Self.echo)
        defer { server.stop() }
        let bench = try HTTPBench(server)
        try bench.keep("apiToken", Self.value)
        let first = try bench.start(
            use: Self.use,
            """
              - send:
                  input: { from: '${ { token: $secrets.apiToken } }' }
                  call: http
                  with: { method: post, endpoint: https://api.example/first, headers: { X-Token: '${ .token }' } }
                  output: { as: '${ $input.token }' }
            """
        )
        // A reference that was genuine, in the decision that made it.
        let genuine = try #require(try bench.output(first).asString)
        #expect(genuine.hasPrefix("sirdar-secret.") && genuine.hasSuffix(".apiToken~"))
        #expect(server.requests.last?.headers["x-token"] == Self.value)
        let forged: JSON = [
            "old": .string(genuine), "shown": "[secret apiToken]", "structure": ["secret": "apiToken"],
            "guess": "sirdar-secret.0000000000000000.apiToken~", "dollar": "$secrets.apiToken",
            "expression": "${ $secrets.apiToken }",
            "secrets": [["at": "/body/old", "is": [["secret": "apiToken"]]]],
            "authentication": ["scheme": "bearer", "use": "apiToken"],
        ]
        let second = try bench.start(
            use: Self.use,
            """
              - send:
                  input: { from: '${ { data: ., token: $secrets.apiToken } }' }
                  call: http
                  with: { method: post, endpoint: https://api.example/second, body: '${ .data }' }
            """,
            forged
        )
        _ = try bench.output(second)
        #expect(server.requests.last?.json == forged)
        #expect(server.requests.last?.headers["authorization"] == nil)
    }

    @Test("a workflow has the secrets that it declares, and no others")
    func undeclared() throws {
        let transport = ScriptedTransport()
        let bench = try HTTPBench(Loopback.rules(["api.example"]), transport: transport)
        try bench.keep("other", Self.value)
        let id = try bench.start(
            use: Self.use,
            """
              - send:
                  input: { from: '${ { all: ($secrets | keys), other: $secrets[.name] } }' }
                  call: http
                  with: { method: post, endpoint: https://api.example, body: '${ . }' }
                  output: { as: '${ $input }' }
            """,
            ["name": "other"]
        )
        #expect(try bench.output(id) == ["all": ["apiToken"], "other": nil])
        #expect(transport.exchanges.first?.request.body == Array(#"{"all":["apiToken"],"other":null}"#.utf8))
    }

    @Test(
        "one that is not there, or that others can read, is not sent, and the problem says what to do",
        arguments: [
            (String?.none, 0o600, "There is no secret apiToken: put it into "),
            ("value", 0o640, "others: chmod 600 it."),
            ("value", 0o604, "others: chmod 600 it."), ("abc\n", 0o600, "has less than 4 bytes, and is no secret."),
        ]
    )
    func unusable(_ value: String?, _ mode: Int, _ detail: String) throws {
        let transport = ScriptedTransport()
        let bench = try HTTPBench(Loopback.rules(["api.example"]), transport: transport)
        if let value { try bench.keep("apiToken", value, mode: mode) }
        let problem = try bench.problem(bench.start(use: Self.use, Self.everywhere))
        #expect(problem.type == Problem.Kind.authorization.type && problem.status == 403)
        #expect(problem.detail?.contains(detail) == true, "\(problem)")
        #expect(transport.exchanges.isEmpty)
    }

    @Test("a secret that is a whole address is one, and is not told when it cannot be called")
    func addresses() throws {
        let server = try ScriptedServer(.nothing)
        defer { server.stop() }
        let bench = try HTTPBench(server)
        let step = """
              - send:
                  input: { from: '${ { at: $secrets.apiToken } }' }
                  call: http
                  with: { method: post, endpoint: '${ .at }' }
            """
        try bench.keep("apiToken", "https://api.example/hooks/T0/B0")
        #expect(try bench.output(bench.start(use: Self.use, step)) == .null)
        #expect(server.requests.first?.target == "/hooks/T0/B0")
        try bench.keep("apiToken", "https://user:pass@api.example/hooks")
        let problem = try bench.problem(bench.start(use: Self.use, step))
        #expect(problem.detail == "`endpoint` is an address that carries a user name: use `authentication`.")
        #expect(try bench.database().range(of: Data("/hooks".utf8)) == nil)
    }

    @Test("a redirect to another host does not take it along")
    func redirects() throws {
        let server = try ScriptedServer(.init(status: 302, headers: ["Location": "https://other.example/"]))
        defer { server.stop() }
        let bench = try HTTPBench(Loopback.rules(["api.example", "other.example"]), transport: Mapped(to: server))
        try bench.keep("apiToken", Self.value)
        let id = try bench.start(
            use: Self.use,
            """
              - send:
                  input: { from: '${ { token: $secrets.apiToken } }' }
                  call: http
                  with:
                    { method: get, endpoint: 'https://api.example', headers: { X: '${ .token }' }, redirect: true }
            """
        )
        #expect(try bench.problem(id).detail?.hasPrefix("api.example redirects to other.example") == true)
        #expect(server.requests.count == 1)
    }
}
