import HTTPTypes
import HummingbirdTesting
import JSON
import SirdarCore
import SirdarEngine
import SirdarServer
import SirdarTestKit
import Testing

@Suite("The page of people")
struct PeoplePagesTests {
    private let bench: ServerBench
    private let admin: Browser
    private let olga: Person

    init() throws {
        bench = try ServerBench { $0.origin = "https://sirdar.example" }
        admin = try bench.session(of: try bench.person("root", [.admin]))
        olga = try bench.person(
            "olga",
            [.operator],
            projects: ["harrow"],
            queues: ["ops", "closed-queue"],
            title: "Olga"
        )
    }

    /// A form of the person's page, as a browser sends it.
    private func act(
        _ client: any TestClientProtocol,
        _ operation: String,
        _ fields: String = ""
    ) async throws
        -> TestResponse
    {
        let path = "/people/\(olga.id)" + (operation.isEmpty ? "" : "/do/\(operation)")
        return try await client.send(.post, path, Self.form(admin), fields)
    }

    private static func form(_ browser: Browser) -> HTTPFields { browser.form }

    private var now: Person? { get throws { try People(bench.engine.store).person(olga.id) } }

    @Test("an administrator adds somebody, whose page opens; a wrong name is told, and what was typed stays")
    func add() async throws {
        try await bench.asking { client in
            let wrong = try await client.send(.post, "/people", admin.form, "name=O+P&title=Olga+P&role=auditor")
            #expect(wrong.status == .unprocessableContent && wrong.text.contains("Olga P"))
            #expect(wrong.text.contains(#"value="auditor" checked"#))
            let taken = try await client.send(.post, "/people", admin.form, "name=olga")
            #expect(taken.status == .conflict)
            let made = try await client.send(.post, "/people", admin.form, "name=karl&title=Karl&role=operator")
            let place = try #require(made.headers[.location])
            #expect(made.status == .seeOther && place.hasPrefix("/people/"))
            let page = try await client.get(place, admin.cookie)
            #expect(page.status == .ok && page.text.contains("Karl"))
            let list = try await client.get("/people", admin.cookie)
            #expect(list.text.contains("karl") && list.text.contains("Add somebody"))
        }
    }

    @Test("rights are changed as they were seen; what is not there any more stays chosen; a stale page is told")
    func change() async throws {
        let version = try bench.engine.store.record(Person.kind, olga.id.description)?.version ?? 0
        try await bench.asking { client in
            let page = try await client.get("/people/\(olga.id)", admin.cookie)
            #expect(page.text.contains("closed-queue (not there any more)"))
            let fields =
                "version=\(version)&title=Olga+P&role=operator&role=auditor&project=*&queue=other&skills=storage,+vfx"
            let changed = try await act(client, "", fields)
            #expect(changed.status == .seeOther)
            let stale = try await act(client, "", fields)
            #expect(stale.status == .preconditionFailed)
        }
        let person = try #require(try now)
        #expect(person.title == "Olga P" && person.roles == [.operator, .auditor] && person.projects == ["*"])
        #expect(person.queues == ["other"] && person.skills == ["storage", "vfx"])
    }

    @Test("who is disabled is out at once, and comes back; the last administrator stays")
    func disable() async throws {
        let session = try bench.session(of: olga)
        try await bench.asking { client in
            let out = try await act(client, "disable")
            #expect(out.status == .seeOther)
            let queue = try await client.get("/queue", session.cookie)
            #expect(queue.status == .seeOther)
            let page = try await client.get("/people/\(olga.id)?said=disabled", admin.cookie)
            #expect(page.text.contains("Let them sign in again") && page.text.contains("They are out, everywhere."))
            _ = try await act(client, "enable")
            let root = try #require(try People(bench.engine.store).person(named: "root"))
            let last = try await client.send(.post, "/people/\(root.id)/do/disable", admin.form)
            #expect(last.status == .conflict && last.text.contains("Make somebody else an administrator first."))
        }
        #expect(try now?.isDisabled == false)
    }

    @Test("a link is shown once; sessions are ended, one or all; tokens are revoked")
    func doors() async throws {
        let sessions = try (0..<3).map { _ in try bench.session(of: olga) }
        let token = try bench.token(of: olga)
        let id = try #require(try People(bench.engine.store).tokens(of: olga.id).first?.id)
        try await bench.asking { client in
            let made = try await act(client, "reset-link")
            #expect(made.status == .ok && made.text.contains("https://sirdar.example/reset/"))
            let page = try await client.get("/people/\(olga.id)", admin.cookie)
            #expect(!page.text.contains("/reset/") || !page.text.contains("https://sirdar.example/reset/"))
            let one = try await act(client, "end-sessions", "session=\(sessions[0].secret.digest.prefix(12))")
            #expect(one.status == .seeOther)
            let (ended, left) = (
                try await client.get("/queue", sessions[0].cookie), try await client.get("/queue", sessions[1].cookie)
            )
            #expect(ended.status == .seeOther && left.status == .ok)
            let all = try await act(client, "end-sessions")
            #expect(all.status == .seeOther)
            let none = try await client.get("/queue", sessions[2].cookie)
            #expect(none.status == .seeOther)
            let revoked = try await act(client, "revoke-token", "token-id=\(id)")
            #expect(revoked.status == .seeOther)
            let useless = try await client.get("/v1/people/me", token)
            #expect(useless.status == .unauthorized)
        }
        let actions = try bench.actions()
        for action in ["person.resetLinkMade", "person.sessionsEnded", "token.revoked"] {
            #expect(actions.contains(action), "\(action)")
        }
    }

    @Test("erasing asks for a reason and for the name, typed")
    func erase() async throws {
        try await bench.asking { client in
            for fields in ["reason=x", "reason=x&confirm=Olga", "confirm=olga", "reason=olga+left&confirm=olga"] {
                let refused = try await act(client, "erase", fields)
                #expect(refused.status == .unprocessableContent, "\(fields)")
            }
            #expect(try now?.isErased == false)
            let done = try await act(client, "erase", "reason=Asked+for+it&confirm=olga")
            #expect(done.status == .seeOther)
            let page = try await client.get("/people/\(olga.id)", admin.cookie)
            #expect(page.status == .ok && !page.text.contains("Erase who they are") && !page.text.contains("Olga"))
        }
        #expect(try now?.isErased == true)
    }

    @Test("who only sees people sees no forms, and nothing of where they sign in")
    func readers() async throws {
        let auditor = try bench.session(of: try bench.person("auditor", [.auditor]))
        _ = try bench.session(of: olga)
        try await bench.asking { client in
            let page = try await client.get("/people/\(olga.id)", auditor.cookie)
            #expect(page.status == .ok && !page.text.contains("/do/") && !page.text.contains("Where they are"))
            let list = try await client.get("/people", auditor.cookie)
            #expect(list.status == .ok && !list.text.contains("Add somebody"))
            let refused = try await client.send(.post, "/people/\(olga.id)/do/disable", auditor.form)
            #expect(refused.status == .forbidden)
            let sessions = try await client.get("/v1/people/\(olga.id)/sessions", try bench.token(of: olga))
            #expect(sessions.status == .forbidden)
        }
    }

    @Test("programs list and end the sessions and tokens of others, too")
    func api() async throws {
        let root = try bench.token(of: try #require(try People(bench.engine.store).person(named: "root")))
        _ = try bench.session(of: olga)
        _ = try bench.token(of: olga)
        try await bench.asking { client in
            let path = "/v1/people/\(olga.id)"
            let sessions = try await client.get("\(path)/sessions", root)
            #expect(sessions.json["items"]?.asArray?.count == 1)
            let tokens = try await client.get("\(path)/tokens", root)
            let token = try #require(tokens.json["items"]?[0]?["id"]?.asString)
            let ended = try await client.send(.delete, "\(path)/sessions", root)
            #expect(ended.json == ["ended": 1])
            let revoked = try await client.send(.delete, "\(path)/tokens/\(token)", root)
            #expect(revoked.status == .noContent)
            let again = try await client.send(.delete, "\(path)/tokens/\(token)", root)
            #expect(again.status == .notFound)
        }
    }
}
