import HTTPTypes
import HummingbirdTesting
import JSON
import SirdarCore
import SirdarEngine
import SirdarServer
import SirdarTestKit
import Testing

@Suite("Choosing a password by an administrator's link")
struct ResetTests {
    private static let form: HTTPFields = [
        .contentType: "application/x-www-form-urlencoded", .fetchSite: "same-origin",
    ]
    private static let chosen = "password=another+long+secret&again=another+long+secret"

    private struct Bench {
        let bench: ServerBench
        let olga: Person
        let admin: HTTPFields

        init() throws {
            bench = try ServerBench { $0.origin = "https://sirdar.example" }
            olga = try bench.person("olga", [.operator], queues: ["ops"], withPassword: true)
            admin = try bench.token(of: try bench.person("admin", [.admin]))
        }

        func link(_ client: any TestClientProtocol) async throws -> String {
            let made = try await client.send(.post, "/v1/people/\(olga.id)/reset-links", admin)
            let link = try #require(made.json["link"]?.asString)
            #expect(made.status == .created && link.hasPrefix("https://sirdar.example/reset/"))
            return String(link.dropFirst("https://sirdar.example".count))
        }
    }

    @Test("it works once: the password is changed, every session ends, and the journal says who did what")
    func once() async throws {
        let at = try Bench()
        let session = try at.bench.session(of: at.olga)
        try await at.bench.asking { client in
            let path = try await at.link(client)
            let page = try await client.get(path)
            #expect(page.status == .ok && page.text.contains("olga"))
            let done = try await client.send(.post, path, Self.form, Self.chosen)
            #expect(done.status == .seeOther && done.headers[.location] == "/sign-in")
            let (again, shown) = (
                try await client.send(.post, path, Self.form, Self.chosen), try await client.get(path)
            )
            #expect(again.status == .notFound && shown.status == .notFound)
            let before = try await client.get("/queue", session.cookie)
            #expect(before.status == .seeOther)
            let old = try await client.send(.post, "/sign-in", Self.form, "name=olga&password=\(ServerBench.password)")
            let new = try await client.send(.post, "/sign-in", Self.form, "name=olga&password=another+long+secret")
            #expect(old.status == .unauthorized && new.status == .seeOther)
        }
        let actions = try at.bench.actions()
        #expect(actions.contains("person.resetLinkMade") && actions.contains("person.passwordReset"))
        // Nothing of the secret is kept.
        #expect(try at.bench.engine.store.records(RecordQuery(kind: "reset")).isEmpty)
    }

    @Test("it ends after a day, by a newer one, and when the person is disabled")
    func gone() async throws {
        let at = try Bench()
        try await at.bench.asking { client in
            let first = try await at.link(client)
            let second = try await at.link(client)
            let (older, newer) = (try await client.get(first), try await client.get(second))
            #expect(older.status == .notFound && newer.status == .ok)
            at.bench.clock.advance(by: .hours(25))
            let late = try await client.get(second)
            #expect(late.status == .notFound)
            let third = try await at.link(client)
            let person = try await client.get("/v1/people/\(at.olga.id)", at.admin)
            var fields = at.admin
            fields[.ifMatch] = person.headers[.eTag]
            _ = try await client.send(.patch, "/v1/people/\(at.olga.id)", fields, #"{"disabled":true}"#)
            let out = try await client.get(third)
            #expect(out.status == .notFound)
        }
    }

    @Test("a password that may not be one is refused, and the link stays; only administrators make one")
    func refused() async throws {
        let at = try Bench()
        let other = try at.bench.token(of: try at.bench.person("other", [.supervisor], projects: ["*"]))
        try await at.bench.asking { client in
            let path = try await at.link(client)
            for wrong in ["password=short&again=short", "password=password123&again=password123", Self.chosen + "x"] {
                let answer = try await client.send(.post, path, Self.form, wrong)
                #expect(answer.status == .unprocessableContent, "\(wrong)")
            }
            let still = try await client.get(path)
            #expect(still.status == .ok)
            let denied = try await client.send(.post, "/v1/people/\(at.olga.id)/reset-links", other)
            #expect(denied.status == .forbidden)
            let guessed = try await client.get("/reset/\(Secret().text)")
            #expect(guessed.status == .notFound)
        }
    }
}
