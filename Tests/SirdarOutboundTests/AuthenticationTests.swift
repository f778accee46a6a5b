import Foundation
import JSON
import SirdarCore
import SirdarEngine
import SirdarOutbound
import SirdarTestKit
import Testing

@Suite("A call says who it is")
struct AuthenticationTests {
    private static func step(_ authentication: String) -> String {
        "  - get: { call: http, with: { method: get, endpoint: { uri: 'https://api.example/x', "
            + "authentication: \(authentication) } } }\n"
    }

    private static func basic(_ pair: String) -> String { "Basic \(Data(pair.utf8).base64EncodedString())" }

    @Test(
        "by basic and bearer, from data, from a secret, or by the name that it has in `use`",
        arguments: [
            ("{ basic: { username: '${ .user }', password: '${ .word }' } }", basic("ann:from data")),
            ("{ basic: { use: login } }", basic("ann:hidden")), ("{ use: myLogin }", basic("ann:hidden")),
            ("{ bearer: { token: '${ .token }' } }", "Bearer a.b.c"), ("{ bearer: { use: token } }", "Bearer abc.def"),
        ]
    )
    func plain(_ authentication: String, _ header: String) throws {
        let server = try ScriptedServer(.nothing)
        defer { server.stop() }
        let bench = try HTTPBench(server)
        try bench.keep("login", #"{ "username": "ann", "password": "hidden" }"#)
        try bench.keep("token", "abc.def\n")
        let id = try bench.start(
            use: "use: { secrets: [login, token], authentications: { myLogin: { basic: { use: login } } } }\n",
            Self.step(authentication),
            ["user": "ann", "word": "from data", "token": "a.b.c"]
        )
        _ = try bench.output(id)
        #expect(server.requests.first?.headers["authorization"] == header)
        let database = try bench.database()
        for hidden in ["hidden", "abc.def", String(header.dropFirst("Basic ".count))] where hidden != "a.b.c" {
            #expect(database.range(of: Data(hidden.utf8)) == nil)
        }
    }

    @Test("by OAuth 2, with a token that is asked for once and kept in memory until it expires or is refused")
    func oauth() throws {
        let authority = Authority()
        let server = try ScriptedServer(authority.answer)
        defer { server.stop() }
        let bench = try HTTPBench(Loopback.rules(["api.example", "id.example"]), transport: Mapped(to: server))
        try bench.keep("clientSecret", "client-secret-value")
        let step = """
              - get:
                  input: { from: '${ { secret: $secrets.clientSecret } }' }
                  call: http
                  with:
                    method: get
                    endpoint:
                      uri: https://api.example/x
                      authentication:
                        oauth2:
                          authority: https://id.example/realms/studio
                          grant: client_credentials
                          client: { id: sirdar, secret: '${ .secret }' }
                          scopes: [read, write]
            """
        let use = "use: { secrets: [clientSecret] }\n"
        for _ in 0..<2 { #expect(try bench.output(bench.start(use: use, step)) == "token-number-1") }
        let asked = try #require(server.requests.first)
        #expect(asked.target == "/realms/studio/oauth2/token")
        #expect(
            String(decoding: asked.body, as: UTF8.self)
                == "grant_type=client_credentials&scope=read%20write&client_id=sirdar&client_secret=client-secret-value"
        )
        #expect(server.requests.map(\.path).filter { $0.hasSuffix("token") }.count == 1)
        // Withdrawn: once more with a new one.
        authority.withdraw()
        #expect(try bench.output(bench.start(use: use, step)) == "token-number-2")
        bench.clock.advance(by: .seconds(301))
        #expect(try bench.output(bench.start(use: use, step)) == "token-number-3")
        let database = try bench.database()
        #expect(database.range(of: Data("client-secret-value".utf8)) == nil)
        // The service repeats the token, and it is in no file all the same.
        #expect(database.range(of: Data("secret-token-".utf8)) == nil)
    }

    @Test("by OpenID Connect, whose authority says where tokens are to be had")
    func oidc() throws {
        let authority = Authority()
        let server = try ScriptedServer(authority.answer)
        defer { server.stop() }
        let bench = try HTTPBench(Loopback.rules(["api.example", "id.example"]), transport: Mapped(to: server))
        try bench.keep(
            "oidc",
            #"{ "authority": "https://id.example/realms/studio", "client": { "id": "a", "secret": "hidden-one" } }"#
        )
        let id = try bench.start(use: "use: { secrets: [oidc] }\n", Self.step("{ oidc: { use: oidc } }"))
        #expect(try bench.output(id) == "token-number-1")
        #expect(
            server.requests.map(\.target) == [
                "/realms/studio/.well-known/openid-configuration", "/realms/studio/tokens", "/x",
            ]
        )
    }

    @Test("and an authority that gives no token is told of without a word of what it said")
    func refusedToken() throws {
        let server = try ScriptedServer(.json(["error": "invalid_client", "hint": "client-secret-value"], status: 400))
        defer { server.stop() }
        let bench = try HTTPBench(Loopback.rules(["api.example", "id.example"]), transport: Mapped(to: server))
        try bench.keep(
            "oauth",
            #"{ "authority": "https://id.example", "client": { "id": "a", "secret": "client-secret-value" } }"#
        )
        let id = try bench.start(use: "use: { secrets: [oauth] }\n", Self.step("{ oauth2: { use: oauth } }"))
        let problem = try bench.problem(id)
        #expect(problem.type == Problem.Kind.authentication.type && problem.status == 401)
        #expect(problem.detail == "id.example gave no token: it answered with 400.")
    }

    /// Gives tokens, and a service that knows the latest of them.
    private final class Authority: Sendable {
        private let state = Locked((given: 0, withdrawn: 0))

        func withdraw() { state.withLock { $0.withdrawn = $0.given } }

        @Sendable func answer(_ request: ScriptedServer.Request) -> ScriptedServer.Answer {
            if request.path.hasSuffix("openid-configuration") {
                return .json(["token_endpoint": "https://id.example/realms/studio/tokens"])
            }
            let (given, withdrawn) = state.withLock { state in
                if request.method == "POST" { state.given += 1 }
                return state
            }
            if request.method == "POST" {
                return .json([
                    "access_token": .string("secret-token-\(given)"), "token_type": "Bearer", "expires_in": 300,
                ])
            }
            guard given > withdrawn, request.headers["authorization"] == "Bearer secret-token-\(given)" else {
                return .init(status: 401)
            }
            return .init(
                headers: ["Content-Type": "text/plain", "X-You": "secret-token-\(given)"],
                body: Array("token-number-\(given)".utf8)
            )
        }
    }
}
