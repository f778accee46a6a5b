import HTTPTypes
import HummingbirdTesting
import JSON
import SirdarCore
import SirdarEngine
import SirdarImages
import SirdarServer
import Testing

@Suite("What surrounds every answer")
struct SkeletonTests {
    @Test("the process says that it lives, is ready, and which version it is")
    func process() async throws {
        let bench = try ServerBench { $0.version = "1.2.3" }
        try await bench.asking { client in
            let (live, ready) = (try await client.get("/livez"), try await client.get("/readyz"))
            let version = try await client.get("/version")
            #expect(live.status == .ok)
            #expect(ready.json["ready"] == true)
            #expect(version.json["version"] == "1.2.3")
        }
    }

    @Test("every answer has the headers that tell browsers to trust nothing but ourselves")
    func securityHeaders() async throws {
        let bench = try ServerBench()
        let lines = bench.server.routeLines
        try await bench.asking { client in
            for line in lines {
                let method = try #require(HTTPRequest.Method(line.method))
                let answer = try await client.send(method, line.concrete, [:])
                let context = "\(line.method) \(line.path)"
                #expect(
                    answer.headers[.contentSecurityPolicy]
                        == "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
                        + "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
                        + "object-src 'none'",
                    "\(context)"
                )
                #expect(answer.headers[.named("X-Content-Type-Options")] == "nosniff", "\(context)")
                #expect(answer.headers[.named("Referrer-Policy")] == "no-referrer", "\(context)")
                #expect(answer.headers[.named("Cross-Origin-Opener-Policy")] == "same-origin", "\(context)")
                #expect(answer.headers[.named("X-Request-Id")]?.isEmpty == false, "\(context)")
                #expect(answer.headers[.strictTransportSecurity] == nil, "\(context)")
                let isAsset = line.path.hasPrefix("/assets")
                #expect(isAsset || answer.headers[.cacheControl] == "no-store", "\(context)")
            }
        }
    }

    @Test("over TLS, browsers are told to insist on it")
    func transportSecurity() async throws {
        let bench = try ServerBench { $0.isOverTLS = true }
        try await bench.asking { client in
            let answer = try await client.get("/livez")
            #expect(answer.headers[.strictTransportSecurity]?.contains("max-age=31536000") == true)
        }
    }

    @Test("what is wrong is told to programs in one form, with the request's number")
    func problems() async throws {
        let bench = try ServerBench()
        let token = try bench.token(of: try bench.operatorPerson())
        try await bench.asking { client in
            let missing = try await client.get("/v1/tasks/nonsense", token)
            #expect(missing.status == .notFound)
            #expect(missing.headers[.contentType] == "application/problem+json")
            #expect(missing.json["type"] == "urn:sirdar:problem:not-found")
            #expect(missing.json["request_id"]?.asString == missing.headers[.named("X-Request-Id")])
            let nowhere = try await client.get("/v1/nowhere", token)
            #expect(nowhere.status == .notFound)
            #expect(nowhere.json["status"] == 404)
            let unknown = try await client.send(.put, "/v1/machines/hw-ws-01/power", token, #"{"power":"up","x":1}"#)
            #expect(unknown.status == .unprocessableContent)
            #expect(unknown.json["errors"]?.asArray?.compactMap { $0["pointer"]?.asString } == ["/power", "/x"])
            let broken = try await client.send(.post, "/v1/claims", token, "{")
            #expect(broken.status == .badRequest)
        }
    }

    @Test("a request that is too large, or has a strange method, is refused before it is read")
    func limits() async throws {
        let bench = try ServerBench()
        let token = try bench.token(of: try bench.operatorPerson())
        try await bench.asking { client in
            let large = try await client.send(.post, "/v1/claims", token, String(repeating: " ", count: 1_100_000))
            #expect(large.status == .contentTooLarge)
            let long = try await client.get("/v1/tasks?text=" + String(repeating: "a", count: 3_000), token)
            #expect(long.status.code == 414)
            let trace = try await client.send(.trace, "/v1/tasks", token)
            #expect(trace.status == .methodNotAllowed)
        }
    }

    @Test("no page has a script or a style of its own, and none asks another site for anything")
    func nothingInline() async throws {
        let bench = try ServerBench()
        let person = try bench.person(
            "everything",
            Set(Role.allCases),
            projects: ["*"],
            queues: ["ops"],
            title: "Every \"One\""
        )
        let browser = try bench.session(of: person)
        let task = try bench.task()
        let paths = [
            "/queue", "/tasks/\(task.id)", "/images", "/images/\(PaperStudio.comp)", "/images/\(PaperStudio.comp)/copy",
            "/machines", "/machines/hw-ws-01/image", "/requests", "/instances/\(task.instance)", "/journal",
            "/workflows", "/keys", "/interface", "/me", "/nowhere", "/sign-in",
        ]
        try await bench.asking { client in
            for path in paths {
                let page = try await client.get(path, path == "/sign-in" ? [:] : browser.cookie)
                let text = page.text
                #expect(page.status == (path == "/nowhere" ? .notFound : .ok), "\(path)")
                #expect(text.components(of: "<script").allSatisfy { $0.hasPrefix(" src=\"/assets/") }, "\(path)")
                #expect(!text.contains("<style") && !text.contains(" style=") && !text.contains(" onclick"), "\(path)")
                #expect(!text.contains("http://") && !text.contains("https://"), "\(path)")
                #expect(text.components(of: "<main").count == 1 && text.components(of: "<h1").count == 1, "\(path)")
            }
        }
    }

    @Test("the style sheet and the script stay small")
    func assets() async throws {
        let bench = try ServerBench()
        try await bench.asking { client in
            let (style, script) = (try await client.get("/assets/app.css"), try await client.get("/assets/app.js"))
            let other = try await client.get("/assets/layout.mustache")
            #expect(style.status == .ok && style.text.utf8.count <= 15 << 10)
            #expect(script.status == .ok && script.text.utf8.count <= 10 << 10)
            #expect(other.status == .notFound)
        }
    }
}

extension RouteLine {
    /// The path with something in the place of its parameters.
    var concrete: String {
        path.split(separator: "/").map { part in
            switch part {
            case ":id": PaperStudio.id(7).description
            case ":name": "hw-ws-01"
            case ":kind": "copy"
            case ":item": "note-mounts"
            case ":file": "app.css"
            case ":step": "1"
            case ":secret": String(repeating: "a", count: 43)
            default: String(part)
            }
        }.reduce("") { "\($0)/\($1)" }
    }
}

extension String {
    /// What follows each occurrence of `mark`.
    func components(of mark: String) -> [Substring] {
        var found: [Substring] = []
        var rest = self[...]
        while let range = rest.firstRange(of: mark) {
            rest = rest[range.upperBound...]
            found.append(rest.prefix(40))
        }
        return found
    }
}
