import Foundation
import JSON
import SirdarCore
import SirdarEngine
import SirdarOutbound
import SirdarTestKit
import Testing

@Suite("A call of http")
struct HTTPCallTests {
    private static let pet: JSON = ["id": 1, "name": "Milou"]

    @Test("sends method, query, headers and body, and gives the content by its type")
    func sends() throws {
        let server = try ScriptedServer(.json(Self.pet, status: 201))
        defer { server.stop() }
        let bench = try HTTPBench(server)
        let id = try bench.start(
            """
              - create:
                  call: http
                  with:
                    method: post
                    endpoint: https://api.example/pets/{kind}?x=1
                    query: { 'a b': '${ .word }', list: [1, 2], none: null }
                    headers: { X-Word: '${ .word }', Content-Type: application/merge-patch+json }
                    body: { name: '${ .name }' }
            """,
            ["kind": "dog/é {x}", "word": "a&b=c", "name": "Milou"]
        )
        #expect(try bench.output(id) == Self.pet)
        let request = try #require(server.requests.first)
        #expect(request.method == "POST")
        #expect(request.target == "/pets/dog%2F%C3%A9%20%7Bx%7D?x=1&a%20b=a%26b%3Dc&list=1&list=2")
        #expect(request.json == ["name": "Milou"])
        #expect(request.headers["x-word"] == "a&b=c")
        #expect(request.headers["content-type"] == "application/merge-patch+json")
        #expect(request.headers["host"]?.hasPrefix("api.example") == true)
        #expect(request.headers["idempotency-key"]?.count == 32)
    }

    @Test("gives the whole response, or its bytes, where that is asked for")
    func outputs() throws {
        let server = try ScriptedServer(.json(Self.pet))
        defer { server.stop() }
        let bench = try HTTPBench(server)
        func call(_ output: String) throws -> JSON {
            let step = "call: http, with: { method: get, endpoint: 'https://api.example/1', output: \(output) }"
            return try bench.output(try bench.start("  - get: { \(step) }\n"))
        }
        let response = try call("response")
        #expect(response["statusCode"] == 200 && response["content"] == Self.pet)
        #expect(response["headers"]?["Content-Type"] == "application/json")
        #expect(response["request"]?["method"] == "get" && response["request"]?["uri"] == "https://api.example/1")
        #expect(try call("raw") == .string(Data(Self.pet.bytes).base64EncodedString()))
    }

    private static let contents: [(String, String, JSON)] = [
        ("text/plain; charset=utf-8", "é", "é"), ("application/octet-stream", "é", "w6k="),
        ("application/problem+json", "[1]", [1]), ("text/plain", "", nil),
    ]

    @Test("reads what it gets by its type", arguments: contents)
    func reads(_ type: String, _ body: String, _ expected: JSON) throws {
        let server = try ScriptedServer(.init(headers: ["Content-Type": type], body: Array(body.utf8)))
        defer { server.stop() }
        let bench = try HTTPBench(server)
        let id = try bench.start("  - get: { call: http, with: { method: get, endpoint: 'https://api.example' } }\n")
        #expect(try bench.output(id) == expected)
    }

    @Test("sends a form, or a text, where the type of the body says so")
    func bodies() throws {
        let server = try ScriptedServer(.nothing)
        defer { server.stop() }
        let bench = try HTTPBench(server)
        for (type, body) in [("application/x-www-form-urlencoded", "{ a: 1, b: 'x y' }"), ("text/plain", "hello")] {
            let with = "method: put, endpoint: 'https://api.example', body: \(body), headers: { content-type: \(type) }"
            #expect(try bench.output(bench.start("  - put: { call: http, with: { \(with) } }\n")) == .null)
        }
        #expect(server.requests.map { String(decoding: $0.body, as: UTF8.self) } == ["a=1&b=x%20y", "hello"])
    }

    @Test("is tried again under the same key after 429 and 5xx, not sooner than it was told")
    func retries() throws {
        let server = try ScriptedServer(Self.busyTwice())
        defer { server.stop() }
        let bench = try HTTPBench(server)
        let id = try bench.start("  - get: { call: http, with: { method: get, endpoint: 'https://api.example' } }\n")
        let first = try bench.retry(id)
        #expect(first.since(bench.clock.now()) >= .seconds(120))
        bench.clock.advance(by: first.since(bench.clock.now()))
        let second = try bench.retry(id, after: first)
        bench.clock.advance(by: second.since(bench.clock.now()))
        #expect(try bench.output(id) == Self.pet)
        #expect(server.requests.count == 3)
        #expect(Set(server.requests.compactMap { $0.headers["idempotency-key"] }).count == 1)
    }

    private static func busyTwice() -> @Sendable (ScriptedServer.Request) -> ScriptedServer.Answer {
        let count = Locked(0)
        return { _ in
            let number = count.withLock { count in
                count += 1
                return count
            }
            switch number {
            case 1: return .init(status: 429, headers: ["Retry-After": "120"])
            case 2: return .init(status: 503)
            default: return .json(pet)
            }
        }
    }

    @Test(
        "fails for good with the status that it got, which `catch` sees as a communication error",
        arguments: [400, 401, 404, 409, 422, 302]
    )
    func refusals(_ status: Int) throws {
        let server = try ScriptedServer(.init(status: status, headers: ["Location": "/elsewhere"]))
        defer { server.stop() }
        let bench = try HTTPBench(server)
        let problem = try bench.problem(
            bench.start("  - get: { call: http, with: { method: get, endpoint: 'https://api.example/x?y=1' } }\n")
        )
        #expect(problem.type == Problem.Kind.communication.type && problem.status == status)
        #expect(problem.detail == "GET api.example/x was answered with \(status).")
        #expect(problem.instance == "/do/0/get")
        #expect(server.requests.count == 1)
    }

    @Test("of a host that is not allowed, or is not there, does not leave the machine, and says what to do")
    func refusedHosts() throws {
        let transport = ScriptedTransport()
        let bench = try HTTPBench(Loopback.rules(["api.example"]), transport: transport)
        for host in ["other.example", "127.0.0.1", "api.example:8443"] {
            let problem = try bench.problem(
                bench.start(
                    "  - get: { call: http, with: { method: get, endpoint: '${ .at }' } }\n",
                    [
                        "at": .string("https://\(host)/")
                    ]
                )
            )
            #expect(problem.type == Problem.Kind.authorization.type && problem.status == 403)
            #expect(problem.detail?.contains("config/outbound.yaml") == true)
        }
        #expect(transport.exchanges.isEmpty)
    }

    @Test("with an answer that is larger than it may be takes none of it")
    func tooLarge() throws {
        let server = try ScriptedServer(.init(body: Array(repeating: 0x61, count: 4097)))
        defer { server.stop() }
        var rules = Loopback.rules(["api.example"])
        rules.answerBytesMax = 4096
        let bench = try HTTPBench(rules, transport: Mapped(to: server))
        let id = try bench.start("  - get: { call: http, with: { method: get, endpoint: 'https://api.example' } }\n")
        #expect(try bench.problem(id).detail == "The answer of api.example is larger than 4 KiB.")
    }

    @Test("with arguments that cannot be sent is told what is wrong with them", arguments: wrong)
    func wrongArguments(_ with: String, _ detail: String) throws {
        let transport = ScriptedTransport()
        let bench = try HTTPBench(Loopback.rules(["api.example"]), transport: transport)
        let id = try bench.start(
            "  - get: { call: http, with: { \(with) } }\n",
            ["list": [1], "map": ["Host": "x"], "line": "a\r\nb: c", "verb": "TRACE", "at": "https://api.example"]
        )
        #expect(try bench.problem(id).detail == detail)
        #expect(transport.exchanges.isEmpty)
    }

    private static let wrong = [
        (
            "method: get, endpoint: 'https://api.example/{list}'",
            "`{list}` stands for a text, a number, true or false, and not more."
        ),
        (
            "method: '${ .verb }', endpoint: '${ .at }'",
            "`method` is one of \(HTTPCall.methods.joined(separator: ", "))."
        ),
        (
            "method: get, endpoint: '${ .at }', headers: '${ .map }'",
            "the header `Host` is not set by a workflow: it belongs to the connection."
        ),
        ("method: get, endpoint: '${ .at }', headers: { X: '${ .line }' }", "the header `X` is one line of text."),
        (
            "method: get, endpoint: '${ .at + \"@evil.example\" }'",
            "`endpoint` is an address that carries a user name: use `authentication`."
        ),
    ]

    @Test("leaves method, host, path and status in the journal, and nothing else of it")
    func story() throws {
        let server = try ScriptedServer(.json(["answer": "confidential"]))
        defer { server.stop() }
        let bench = try HTTPBench(server)
        let id = try bench.start(
            """
              - get:
                  call: http
                  with:
                    method: post
                    endpoint: https://api.example/path?query=quiet
                    headers: { Authorization: Bearer hush, X-Other: hush }
                    body: { word: hush }
                  output: { as: '${ null }' }
            """
        )
        _ = try bench.ended(id)
        let told = try bench.story(id)
        #expect(told.first?["input"] == ["method": "POST", "host": "api.example", "path": "/path"])
        #expect(told.last?["output"] == ["statusCode": 200])
        let text = told.map(\.text).joined() + bench.logged.text
        for word in ["hush", "quiet", "confidential"] { #expect(!text.contains(word)) }
        #expect(bench.logged.text.contains("api.example"))
    }

    @Test("undoes a step like any other action")
    func compensation() throws {
        let server = try ScriptedServer { request in request.path == "/fail" ? .init(status: 404) : .json(["id": 7]) }
        defer { server.stop() }
        let bench = try HTTPBench(server)
        let id = try bench.start(
            """
              - make:
                  call: http
                  with: { method: post, endpoint: https://api.example/things }
                  metadata:
                    compensation:
                      call: http
                      with: { method: delete, endpoint: 'https://api.example/things/{id}' }
              - fail: { call: http, with: { method: get, endpoint: https://api.example/fail } }
            """
        )
        #expect(try bench.problem(id).status == 404)
        #expect(server.requests.map { "\($0.method) \($0.target)" }.last == "DELETE /things/7")
    }

    @Test("is read when it stands in `use`, with what it is given where it is called")
    func functions() throws {
        let server = try ScriptedServer(.json(Self.pet))
        defer { server.stop() }
        let bench = try HTTPBench(server)
        let id = try bench.start(
            use: """
                use:
                  functions: { getPet: { call: http, with: { method: get, endpoint: 'https://api.example/{id}' } } }

                """,
            "  - get: { call: getPet, with: { query: { full: true } } }\n",
            ["id": 12]
        )
        #expect(try bench.output(id) == Self.pet)
        #expect(server.requests.first?.target == "/12?full=true")
    }

    @Test("waits as long as it is told, in seconds or until a date, and at most an hour")
    func retryAfter() {
        let now = Timestamp(milliseconds: 1_445_412_420_000)
        func interval(_ text: String) -> Interval? { RetryAfter.interval([.init("retry-after", text)], now: now) }
        #expect(interval("30") == .seconds(30))
        #expect(interval("Wed, 21 Oct 2015 07:28:00 GMT") == .seconds(60))
        #expect(interval("Wed, 21 Oct 2015 07:20:00 GMT") == .zero)
        #expect(interval("99999999999999999999") == .hours(1) && interval("86400") == .hours(1))
        #expect(interval("soon") == nil && interval("") == nil && interval("-1") == nil)
    }
}
