import HTTPTypes
import HummingbirdTesting
import JSON
import SirdarCore
import SirdarEngine
import SirdarImages
import SirdarServer
import Testing

@Suite("Who may do what: deny by default")
struct AccessTests {
    @Test("every route asks who it is, but for those that are open")
    func nobody() async throws {
        let bench = try ServerBench()
        let lines = bench.server.routeLines
        try await bench.asking { client in
            for line in lines where !line.isOpen {
                let answer = try await client.execute(
                    uri: line.concrete,
                    method: try line.httpMethod,
                    headers: [.named("Sec-Fetch-Site"): "same-origin"]
                )
                let context = "\(line.method) \(line.path)"
                if line.path.hasPrefix("/v1") {
                    #expect(answer.status == .unauthorized, "\(context)")
                    #expect(answer.headers[.wwwAuthenticate] != nil, "\(context)")
                } else if line.method == "GET" {
                    #expect(answer.status == .seeOther, "\(context)")
                    #expect(answer.headers[.location]?.hasPrefix("/sign-in") == true, "\(context)")
                } else {
                    #expect(answer.status == .unauthorized, "\(context)")
                }
            }
        }
    }

    @Test("every route × every role: who lacks the permission is refused", arguments: Role.allCases)
    func matrix(_ role: Role) async throws {
        let bench = try ServerBench()
        let person = try bench.person("somebody", [role], projects: ["*"], queues: ["ops"])
        let (browser, token) = (try bench.session(of: person), try bench.token(of: person))
        let lines = bench.server.routeLines
        try await bench.asking { client in
            for line in lines {
                guard let operation = line.operation else { continue }
                let headers = line.path.hasPrefix("/v1") ? token : browser.form
                let answer = try await client.execute(uri: line.concrete, method: try line.httpMethod, headers: headers)
                let context = "\(role): \(line.method) \(line.path)"
                if Permissions.may(person, operation) {
                    #expect(answer.status != .unauthorized, "\(context)")
                    #expect(answer.status.code < 500, "\(context)")
                    #expect(answer.json["type"] != "urn:sirdar:problem:denied", "\(context)")
                } else {
                    #expect(answer.status == .forbidden, "\(context)")
                }
            }
        }
    }

    @Test("a token does no more than it was given", arguments: TokenScope.allCases)
    func scopes(_ scope: TokenScope) async throws {
        let bench = try ServerBench()
        let person = try bench.person("everything", Set(Role.allCases), projects: ["*"], queues: ["ops"])
        let token = try bench.token(of: person, [scope])
        let lines = bench.server.routeLines
        try await bench.asking { client in
            for line in lines where line.path.hasPrefix("/v1") {
                guard let operation = line.operation else { continue }
                let answer = try await client.execute(uri: line.concrete, method: try line.httpMethod, headers: token)
                let isGiven = operation.tokenScope == scope
                #expect((answer.status == .forbidden) != isGiven, "\(scope): \(line.method) \(line.path)")
            }
        }
    }

    @Test("a token that may only read makes no other token, and ends nothing")
    func readOnly() async throws {
        let bench = try ServerBench()
        let person = try bench.operatorPerson()
        let (reading, managing) = (try bench.token(of: person, [.read]), try bench.token(of: person, [.read, .manage]))
        let label = String(try bench.session(of: person).secret.digest.prefix(12))
        try await bench.asking { client in
            let refused = try await client.send(.post, "/v1/tokens", reading, #"{"name":"more"}"#)
            #expect(refused.status == .forbidden)
            let ended = try await client.send(.delete, "/v1/sessions/\(label)", reading)
            #expect(ended.status == .forbidden)
            let over = try await client.send(.post, "/v1/tokens", managing, #"{"name":"more","scopes":["work"]}"#)
            #expect(over.status == .unprocessableContent)
            let made = try await client.send(.post, "/v1/tokens", managing, #"{"name":"more"}"#)
            #expect(made.status == .created && made.json["token"]?.asString?.hasPrefix("srd_") == true)
        }
    }

    @Test("what belongs to another project is, to a requester, not there")
    func foreignObjects() async throws {
        let bench = try ServerBench()
        let artist = try bench.person("artist", [.requester], projects: ["harrow"])
        let token = try bench.token(of: artist)
        let (own, foreign) = (try bench.task(), try bench.task(project: "blackfen"))
        let wish = #"{"kind":"copy","image":"\#(PaperStudio.blackfen)","name":"mine","location":"oregon"}"#
        try await bench.asking { client in
            let images = try await client.get("/v1/images", token)
            #expect(images.json["items"]?.asArray?.compactMap { $0["project"]?.asString } == ["harrow", "harrow"])
            let paths = [
                "/v1/images/\(PaperStudio.blackfen)", "/v1/machines/bf-ws-01", "/v1/instances/\(foreign.instance)",
                "/v1/images?project=blackfen",
            ]
            for path in paths {
                let answer = try await client.get(path, token)
                #expect(answer.status == .notFound, "\(path)")
            }
            let power = try await client.send(.put, "/v1/machines/bf-ws-01/power", token, #"{"power":"on"}"#)
            #expect(power.status == .notFound)
            let request = try await client.send(.post, "/v1/requests", token, wish)
            #expect(request.status == .notFound)
            let adapt = #"{"kind":"adapt","image":"\#(PaperStudio.comp)","name":"mine","project":"blackfen"}"#
            let adaptation = try await client.send(.post, "/v1/requests", token, adapt)
            #expect(adaptation.status == .unprocessableContent)
            let instances = try await client.get("/v1/instances", token)
            #expect(instances.json["items"]?.asArray?.compactMap { $0["id"]?.asString } == [own.instance.description])
            // A requester has no queue at all, and no journal.
            let (task, journal) = (
                try await client.get("/v1/tasks/\(own.id)", token), try await client.get("/v1/entries", token)
            )
            #expect(task.status == .forbidden && journal.status == .forbidden)
        }
    }

    @Test("an operator sees and takes the tasks of their own queues only, and is told which queue it is")
    func foreignQueue() async throws {
        let bench = try ServerBench()
        let other = try bench.person("other", [.operator], projects: ["*"], queues: ["other"])
        let token = try bench.token(of: other)
        _ = try bench.operatorPerson()
        let task = try bench.task()
        try await bench.asking { client in
            let list = try await client.get("/v1/tasks", token)
            #expect(list.json["items"] == [])
            for (method, path) in [
                (HTTPRequest.Method.get, ""), (.put, "/claim"), (.put, "/start"), (.delete, "/claim"),
            ] {
                let answer = try await client.send(method, "/v1/tasks/\(task.id)\(path)", token)
                #expect(answer.status == .forbidden || answer.status == .conflict, "\(method) \(path)")
            }
            let refused = try await client.send(.put, "/v1/tasks/\(task.id)/claim", token)
            #expect(refused.json["type"] == "urn:sirdar:problem:not-in-queue")
            #expect(refused.json["detail"]?.asString?.contains("ops") == true)
        }
        #expect(try bench.engine.store.task(task.id)?.state == .ready)
    }

    @Test("who asked for it does not do it: separation of duties, said before the click")
    func separation() async throws {
        let bench = try ServerBench()
        let person = try bench.operatorPerson()
        let task = try bench.task(requester: person.id)
        let (browser, token) = (try bench.session(of: person), try bench.token(of: person))
        try await bench.asking { client in
            let seen = try await client.get("/v1/tasks/\(task.id)", token)
            let claim = seen.json["operations"]?.asArray?.first { $0["operation"] == "claim" }
            #expect(claim?["allowed"] == false)
            #expect(claim?["reason"]?.asString?.contains("separation of duties") == true)
            let refused = try await client.send(.put, "/v1/tasks/\(task.id)/claim", token)
            #expect(refused.status == .forbidden)
            #expect(refused.json["type"] == "urn:sirdar:problem:separation-of-duties")
            let page = try await client.get("/tasks/\(task.id)", browser.cookie)
            #expect(page.text.contains("separation of duties"))
            #expect(!page.text.contains("Claim and start"))
        }
    }

    @Test("who is disabled is out with the next request, by session and by token")
    func disabled() async throws {
        let bench = try ServerBench()
        let (person, admin) = (try bench.operatorPerson(), try bench.person("admin", [.admin]))
        let (browser, token) = (try bench.session(of: person), try bench.token(of: person))
        let manager = try bench.token(of: admin)
        try await bench.asking { client in
            let before = try await client.get("/v1/people/me", token)
            #expect(before.status == .ok)
            let seen = try await client.get("/v1/people/\(person.id)", manager)
            var fields = manager
            fields[.ifMatch] = seen.headers[.eTag]
            let change = try await client.send(.patch, "/v1/people/\(person.id)", fields, #"{"disabled":true}"#)
            #expect(change.status == .ok)
            let (api, page) = (
                try await client.get("/v1/people/me", token), try await client.get("/queue", browser.cookie)
            )
            #expect(api.status == .unauthorized)
            #expect(page.status == .seeOther)
        }
    }
}

extension RouteLine {
    var httpMethod: HTTPRequest.Method { get throws { try #require(HTTPRequest.Method(method)) } }
}
