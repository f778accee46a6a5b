import HTTPTypes
import HummingbirdTesting
import JSON
import SirdarCore
import SirdarEngine
import SirdarImages
import SirdarJournal
import SirdarServer
import SirdarTestKit
import Testing

/// Every route that is about something somebody else has, asked for by every role. The table of permissions says what
/// must come of it; nothing here knows what a handler does.
@Suite("Whose it is: every route × role × one's own and another's")
struct MatrixTests {
    /// What a route is about, by the collection that its path begins with.
    enum Subject: String {
        case tasks, machines, images, requests, instances, projects, profiles, tokens, sessions, views
        /// Of the installation: no object of somebody's.
        case workflows, entries, people, assets, reset, stops

        init?(_ line: RouteLine) {
            let parts = line.path.split(separator: "/").filter { $0 != "v1" && $0 != "me" }
            guard parts.count > 1, parts.dropFirst().contains(where: { $0.hasPrefix(":") }) else { return nil }
            self.init(rawValue: String(parts[0]))
        }
    }

    @Test("of every route with a parameter it is known whose that is")
    func known() throws {
        for line in try ServerBench().server.routeLines where line.path.contains(":") {
            #expect(Subject(line) != nil, "say in MatrixTests.Subject whose this is: \(line.path)")
        }
    }

    @Test("what is another's is refused, and left as it is", arguments: Role.allCases)
    func foreign(_ role: Role) async throws {
        let bench = try ServerBench()
        let objects = try Objects(bench)
        let outsider = try bench.person("outsider", [role], projects: ["blackfen"], queues: ["other"])
        let (browser, token) = (try bench.session(of: outsider), try bench.token(of: outsider))
        let before = try objects.state()
        var asked = 0
        for line in bench.server.routeLines {
            guard let subject = Subject(line), let scope = objects.scope(subject) else { continue }
            // What the table allows changes things, and is asked for elsewhere.
            if let scope = scope.place, let operation = line.operation, Permissions.may(outsider, operation, in: scope)
            {
                continue
            }
            asked += 1
            let answer = try await objects.ask(line, subject, token, browser)
            #expect([403, 404].contains(answer.status.code), "\(role): \(line.method) \(line.path): \(answer.status)")
        }
        #expect(asked > 30)
        #expect(try objects.state() == before)
    }

    @Test("what is one's own is not refused for whose it is", arguments: Role.allCases)
    func own(_ role: Role) async throws {
        let bench = try ServerBench()
        let objects = try Objects(bench)
        let insider = try bench.person("one", [role], projects: ["harrow"], queues: ["ops"])
        let (browser, token) = (try bench.session(of: insider), try bench.token(of: insider))
        for line in bench.server.routeLines where line.method == "GET" {
            guard let subject = Subject(line), let place = objects.scope(subject)?.place, let operation = line.operation
            else { continue }
            let answer = try await objects.ask(line, subject, token, browser)
            let isAllowed = Permissions.may(insider, operation, in: place)
            let isRefused = [401, 403, 404].contains(answer.status.code)
            #expect(isRefused != isAllowed, "\(role): \(line.method) \(line.path): \(answer.status)")
        }
    }

    @Test("what a body names is looked at like what an address names", arguments: Role.allCases)
    func bodies(_ role: Role) async throws {
        let bench = try ServerBench()
        let objects = try Objects(bench)
        let outsider = try bench.person("outsider", [role, .author], projects: ["blackfen"], queues: ["other"])
        let token = try bench.token(of: outsider)
        let before = try objects.state()
        let wishes = [
            #"{"kind":"create","machine":"hw-ws-01","name":"x"}"#,
            #"{"kind":"copy","image":"\#(PaperStudio.comp)","name":"x","location":"oregon"}"#,
            #"{"kind":"adapt","image":"\#(PaperStudio.comp)","name":"x","project":"blackfen"}"#,
            #"{"kind":"adapt","image":"\#(PaperStudio.blackfen)","name":"x","project":"harrow"}"#,
            #"{"kind":"delete","image":"\#(PaperStudio.comp)"}"#,
            #"{"kind":"machines","profile":"\#(PaperProfiles.profile)","prefix":"x"}"#,
        ]
        try await bench.asking { client in
            for wish in wishes {
                let answer = try await client.send(.post, "/v1/requests", token, wish)
                #expect([403, 404, 422].contains(answer.status.code), "\(role): \(wish)")
            }
            if role != .supervisor {
                let bulk = #"{"operation":"claim","tasks":["\#(objects.task.id)"]}"#
                let claims = try await client.send(.post, "/v1/task-operations", token, bulk)
                #expect(claims.json["items"]?[0]?["done"] != true, "\(role)")
                let next = try await client.send(.post, "/v1/claims", token, #"{"queue":"ops"}"#)
                #expect(next.status == .forbidden, "\(role)")
            }
            let move = #"{"from":"1.0.0","to":"1.1.0","reason":"x","instances":["\#(objects.task.instance)"]}"#
            let path = "/v1/workflows/sirdar/adapt-image/migrations"
            let moved = try await client.send(.post, path, token, move)
            #expect(moved.status == .ok && moved.json["moves"] == 0, "\(role)")
            #expect(moved.json["items"]?[0]?["reasons"]?[0]?["code"] == "not-found", "\(role)")
        }
        #expect(try objects.state() == before)
    }
}

/// One of each that the project harrow, the queue ops and one person have.
private struct Objects: Sendable {
    let bench: ServerBench
    let task: ManualTask
    let request: StudioRequest
    let token: APIToken
    let session: Session
    let attachment: Identifier
    let view: SavedView
    let description: Description

    init(_ bench: ServerBench) throws {
        self.bench = bench
        try bench.deployAnother()
        try bench.write(PaperProfiles.records)
        let owner = try bench.person("insider", [.requester, .operator], projects: ["harrow"], queues: ["ops"])
        task = try bench.task()
        attachment = try bench.attachment("10.42.0.20:/projects", of: task.id)
        let by = Actuation(actor: .init(id: owner.id.description, kind: .person, session: nil), channel: .setup)
        let (studio, wish) = (bench.studio, Wish(.delete(image: PaperStudio.comp, reason: "")))
        request = try answer { then in studio.submit(wish, by: by, then: then) }
        _ = (try bench.session(of: owner), try bench.token(of: owner))
        view = SavedView(
            id: bench.engine.identifiers.next(),
            name: "Mine",
            filter: "owner:me",
            by: owner.id.description,
            isShared: false,
            at: bench.clock.now()
        )
        try bench.write([view.added])
        let people = People(bench.engine.store)
        token = try #require(try people.tokens(of: owner.id).first)
        session = try #require(try people.sessions(of: owner.id).first)
        description = Description(json: bench.server.openAPI)
    }

    struct Scope {
        /// `nil`: nobody's but the owner's, whatever their roles.
        let place: Permissions.Scope?
    }

    func scope(_ subject: MatrixTests.Subject) -> Scope? {
        switch subject {
        case .tasks: Scope(place: .queue("ops"))
        case .machines, .images, .requests, .instances, .projects, .profiles: Scope(place: .project("harrow"))
        case .tokens, .sessions, .views: Scope(place: nil)
        case .workflows, .entries, .people, .assets, .reset, .stops: nil
        }
    }

    private func id(_ subject: MatrixTests.Subject) -> String {
        switch subject {
        case .tasks: task.id.description
        case .images: PaperStudio.comp.description
        case .requests: request.id.description
        case .instances: task.instance.description
        case .profiles: PaperProfiles.profile.description
        case .tokens: token.id.description
        case .sessions: session.label
        case .views: view.id.description
        case .machines, .projects, .workflows, .entries, .people, .assets, .reset, .stops: ""
        }
    }

    /// Asks for it with a body that nothing is wrong with, so that nothing but whose it is can be in the way.
    func ask(
        _ line: RouteLine,
        _ subject: MatrixTests.Subject,
        _ token: HTTPFields,
        _ browser: Browser
    ) async throws -> TestResponse {
        var path = line.path.split(separator: "/").map { part in
            switch part {
            case ":id": "/\(id(subject))"
            case ":name": "/hw-ws-01"
            case ":code": "/harrow"
            case ":kind": "/copy"
            case ":item": "/note-mounts"
            case ":step": "/1"
            case ":attachment": "/\(attachment)"
            case ":operation": subject == .tasks ? "/claim" : "/suspend"
            default: "/\(part)"
            }
        }.joined()
        let isForProgram = line.path.hasPrefix("/v1")
        let operation = isForProgram ? description.operation(try line.httpMethod, path) : nil
        if path.contains("/files/content") { path += "?path=%2Fetc%2Ffstab" }
        if path.hasSuffix("/image-choices") { path += "?type=workstation" }
        let body = operation?.body.map { Sample.of(resolved($0)).text } ?? (isForProgram ? "" : Self.form)
        let (uri, headers, method) = (path, isForProgram ? token : browser.form, try line.httpMethod)
        let box = Locked<TestResponse?>(nil)
        try await bench.asking { client in
            let answer = try await client.send(method, uri, headers, body)
            box.withLock { $0 = answer }
        }
        return try #require(box.withLock { $0 })
    }

    /// Whatever a form of a page needs.
    private static let form =
        "power=on&reason=x&name=another&location=oregon&project=blackfen&text=x&note=x&outcome=reconfigured&task=x"

    private func resolved(_ schema: JSON) -> JSON {
        guard let name = schema["$ref"]?.asString?.split(separator: "/").last else { return schema }
        return description.json["components"]?["schemas"]?[String(name)] ?? schema
    }

    /// All that could have been changed.
    func state() throws -> [String] {
        let store = bench.engine.store
        let (task, instance) = (try store.task(task.id), try store.instance(task.instance))
        let (studio, people) = (bench.studio, People(store))
        return [
            "\(task?.version ?? 0)", "\(instance?.version ?? 0)",
            "\(try studio.machine(named: "hw-ws-01")?.power ?? "")",
            "\(try studio.requests(of: nil, before: nil, limit: 100).map { "\($0.id) \($0.state)" })",
            "\(try studio.images(of: "harrow", before: nil, limit: 100).map(\.state))",
            "\(try people.person(named: "insider").map { try people.tokens(of: $0.id).count } ?? 0)",
            "\(try people.person(named: "insider").map { try people.sessions(of: $0.id).count } ?? 0)",
            "\(try Comment.all(of: self.task.id, store).count)",
            "\(try ProfileBook(store).profiles(of: "harrow"))",
        ]
    }
}
