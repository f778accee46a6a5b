import Foundation
import JSON
import SirdarCore
import SirdarEngine
import SirdarOutbound
import SirdarTestKit
import Testing

@Suite("The network")
struct NetworkTransportTests {
    private func failure(_ rules: OutboundRules, _ transport: any Transport) -> OutboundFailure? {
        do throws(OutboundFailure) {
            let outbound = Outbound(rules: rules, resolver: Loopback(), transport: transport)
            guard let address = try? WebAddress("https://api.example/x") else { return nil }
            _ = try outbound.send(.init(method: "GET", address: address))
            return nil
        } catch { return error }
    }

    @Test("where nobody listens is unreachable, and nothing was sent")
    func refused() {
        #expect(failure(Loopback.rules(["api.example"]), Mapped(port: 1))?.kind == .unreachable)
    }

    @Test("where nobody answers takes no longer than it may")
    func silent() throws {
        let gate = DispatchSemaphore(value: 0)
        let server = try ScriptedServer { _ in
            gate.wait()
            return .nothing
        }
        defer {
            server.stop()
            gate.signal()
        }
        var rules = Loopback.rules(["api.example"])
        rules.timeout = Interval(milliseconds: 200)
        #expect(failure(rules, Mapped(to: server))?.kind == .timedOut)
    }

    @Test("with headers beyond all measure is left")
    func headers() throws {
        let headers = Dictionary(
            uniqueKeysWithValues: (0..<90).map { ("X-\($0)", String(repeating: "a", count: 1000)) }
        )
        let server = try ScriptedServer(.init(headers: headers))
        defer { server.stop() }
        #expect(failure(Loopback.rules(["api.example"]), Mapped(to: server))?.kind == .tooLarge)
    }

    @Test("that speaks no TLS where TLS is wanted gets nothing of the request")
    func plain() throws {
        let server = try ScriptedServer(.nothing)
        defer { server.stop() }
        let port = try #require(server.url.split(separator: ":").last.flatMap { Int($0) })
        var rules = Loopback.rules(["api.example"])
        rules.hosts = [.init("api.example", ports: [port], networks: ["127.0.0.0/8"].compactMap(NetworkRange.init))]
        let outbound = Outbound(rules: rules, resolver: Loopback())
        let address = try WebAddress("https://api.example:\(port)/secret-path")
        #expect(throws: OutboundFailure.self) { try outbound.send(.init(method: "GET", address: address)) }
        #expect(!server.requests.contains { $0.target.contains("secret-path") })
    }
}

@Suite("What people and others make of a call of http")
struct HTTPSurroundingsTests {
    @Test("a call that gave up waits for a person, who may have it tried again as it is, and not with other arguments")
    func triage() throws {
        let answers = Locked<[Int]>([404, 200])
        let server = try ScriptedServer { _ in .init(status: answers.withLock { $0.removeFirst() }) }
        defer { server.stop() }
        let bench = try HTTPBench(server)
        try bench.keep("token", "a-token-value")
        let id = try bench.start(
            use: "metadata: { onExhausted: askPerson }\nuse: { secrets: [token] }\n",
            """
              - get:
                  input: { from: '${ { token: $secrets.token } }' }
                  call: http
                  with: { method: get, endpoint: 'https://api.example/', headers: { X: '${ .token }' } }
            """
        )
        let task = try bench.act(.start, bench.task(id))
        let other: JSON.Object = ["input": ["method": "GET", "uri": "https://api.example/", "output": "content"]]
        #expect(throws: (any Error).self) {
            try bench.act(.complete(outcome: "retry", values: other, ticks: [], fence: nil), task)
        }
        _ = try bench.act(.complete(outcome: "retry", values: [:], ticks: [], fence: nil), task)
        #expect(try bench.output(id) == nil)
        #expect(server.requests.map { $0.headers["x"] } == ["a-token-value", "a-token-value"])
        #expect(try bench.database().range(of: Data("a-token-value".utf8)) == nil)
    }

    @Test("a person's work may be checked by a service, whose content says whether it passed")
    func verification() throws {
        let answers = Locked<[JSON]>([["passed": false, "why": "not yet"], ["passed": true]])
        let server = try ScriptedServer { _ in .json(answers.withLock { $0.removeFirst() }) }
        defer { server.stop() }
        let bench = try HTTPBench(server)
        let id = try bench.start(
            """
              - work:
                  call: manual
                  with:
                    title: Do it
                    queue: triage
                    outcomes: [done]
                    verify: { call: http, with: { method: get, endpoint: 'https://api.example/check' } }
            """
        )
        let task = try bench.act(.start, bench.task(id))
        let completion = TaskIntent.complete(outcome: "done", values: [:], ticks: [], fence: nil)
        _ = try bench.act(completion, task)
        let back = try eventually { try bench.store.task(task.id).flatMap { $0.state == .inProgress ? $0 : nil } }
        #expect(back.lastCheck?.output["why"] == "not yet")
        _ = try bench.act(completion, back)
        #expect(try bench.ended(id).status == .completed)
    }

    @Test("an error type is caught in every spelling that it has", arguments: spellings)
    func caught(_ spelling: String) throws {
        let server = try ScriptedServer(.init(status: 404))
        defer { server.stop() }
        let bench = try HTTPBench(server)
        let id = try bench.start(
            """
              - look:
                  try:
                    - get: { call: http, with: { method: get, endpoint: 'https://api.example/' } }
                  catch:
                    errors: { with: { type: '\(spelling)communication', status: 404 } }
                    as: problem
                    do:
                      - tell: { set: { type: '${ $problem.type }', at: '${ $problem.instance }' } }
            """
        )
        #expect(
            try bench.output(id) == [
                "type": "https://open-workflow-specification.org/spec/1.0.0/errors/communication",
                "at": "/do/0/look/try/0/get",
            ]
        )
    }

    private static let spellings = [
        "https://open-workflow-specification.org/spec/1.0.0/errors/",
        "https://open-workflow-specification.org/dsl/errors/types/", "https://serverlessworkflow.io/spec/1.0.0/errors/",
        "https://serverlessworkflow.io/dsl/errors/types/",
    ]
}
