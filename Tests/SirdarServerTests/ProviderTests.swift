import Foundation
import HTTPTypes
import HummingbirdTesting
import JSON
import SirdarCore
import SirdarEngine
import SirdarJournal
import SirdarServer
import SirdarTestKit
import Testing

@Suite("Signing in by an identity provider")
struct ProviderTests {
    /// Says of a code who it is; what it is asked is kept.
    private final class Provider: IdentityProvider {
        let title = "Studio account"
        let issuer = "https://login.studio.example"
        let addsPeople: Bool
        let trouble = Locked<IdentityTrouble?>(nil)

        init(addsPeople: Bool = false) { self.addsPeople = addsPeople }

        func address(for attempt: SignInAttempt, at now: Timestamp) throws(IdentityTrouble) -> String {
            if let trouble = trouble.withLock({ $0 }) { throw trouble }
            return "\(issuer)/authorize?state=\(attempt.state)"
        }

        func identity(code: String, of attempt: SignInAttempt, at now: Timestamp) throws(IdentityTrouble) -> Identity {
            if let trouble = trouble.withLock({ $0 }) { throw trouble }
            return Identity(issuer: issuer, subject: code, name: "Olga", title: "Olga P.")
        }
    }

    /// A browser that has left for the provider: its cookie, and what must come back.
    private struct Attempt {
        let cookie: String
        let state: String

        init(_ client: any TestClientProtocol, next: String = "%2Fqueue") async throws {
            let left = try await client.get("/sign-in/provider?next=\(next)")
            #expect(left.status == .seeOther)
            let location = try #require(left.headers[.location])
            #expect(location.hasPrefix("https://login.studio.example/authorize?state="))
            state = String(location.split(separator: "=")[1])
            let set = try #require(left.headers[.setCookie])
            #expect(set.hasPrefix("__Host-sirdar-sign-in="))
            for part in ["Path=/", "Max-Age=600", "Secure", "HttpOnly", "SameSite=Lax"] {
                #expect(set.contains("; \(part)"), "\(part)")
            }
            cookie = String(set.prefix { $0 != ";" })
        }

        func back(_ client: any TestClientProtocol, _ query: String) async throws -> TestResponse {
            try await client.get("/sign-in/callback?\(query)", [.cookie: cookie])
        }
    }

    private static func session(of answer: TestResponse) -> HTTPFields? {
        answer.headers[values: .setCookie].first { $0.hasPrefix("__Host-sirdar=") }
            .map { [.cookie: String($0.prefix { $0 != ";" })] }
    }

    @Test("whom the provider knows by a subject that is linked comes in, and is out when disabled")
    func known() async throws {
        let bench = try ServerBench(provider: Provider())
        let olga = try bench.person("petrova", [.operator], queues: ["ops"])
        let admin = try bench.token(of: try bench.person("admin", [.admin]))
        try await bench.asking { client in
            let page = try await client.get("/sign-in?next=%2Fqueue")
            #expect(page.text.contains("Sign in with Studio account") && page.text.contains("/sign-in/provider?next="))
            let path = "/v1/people/\(olga.id)/identities"
            let link = try await client.send(.post, path, admin, #"{"subject":"248"}"#)
            #expect(link.status == .created && link.json["issuer"] == "https://login.studio.example")
            let nobodys = #"{"issuer":"","subject":"2"}"#
            let refused = try await client.send(.post, path, admin, nobodys)
            #expect(refused.status == .unprocessableContent)
            let attempt = try await Attempt(client)
            let back = try await attempt.back(client, "code=248&state=\(attempt.state)")
            #expect(back.status == .seeOther && back.headers[.location] == "/queue")
            #expect(back.headers[values: .setCookie].contains { $0.hasPrefix("__Host-sirdar-sign-in=; ") })
            let session = try #require(Self.session(of: back))
            let queue = try await client.get("/queue", session)
            #expect(queue.status == .ok)
            let seen = try await client.get("/v1/people/\(olga.id)", admin)
            var change = admin
            change[.ifMatch] = seen.headers[.eTag]
            let out = try await client.send(.patch, "/v1/people/\(olga.id)", change, #"{"disabled":true}"#)
            #expect(out.status == .ok)
            let after = try await client.get("/queue", session)
            #expect(after.status == .seeOther)
            let again = try await attempt.back(client, "code=248&state=\(attempt.state)")
            #expect(again.status == .forbidden && again.text.contains("disabled") && Self.session(of: again) == nil)
        }
        let signedIn = try bench.engine.store.entries(EntryQuery(limit: 1000)).compactMap { stored -> JSON? in
            let entry = try JSON(parsing: stored.entry.canonical)
            return entry["action"] == "person.signedIn" ? entry["detail"] : nil
        }
        #expect(signedIn == [["issuer": "https://login.studio.example"]])
        #expect(try bench.refused(count: 1).map(\.refusal) == ["person-unknown"])
    }

    @Test("whom nobody has linked is refused, also under a known name, and told what to give an administrator")
    func unknown() async throws {
        let bench = try ServerBench(provider: Provider())
        try bench.person("olga", [.admin], withPassword: true)
        try await bench.asking { client in
            let attempt = try await Attempt(client)
            let back = try await attempt.back(client, "code=%3Cb%3E9&state=\(attempt.state)")
            #expect(back.status == .forbidden && Self.session(of: back) == nil)
            #expect(back.text.contains("you are “&lt;b&gt;9” at https://login.studio.example"))
        }
        let refused = try bench.refused(count: 1)
        #expect(refused.first?.detail == ["count": 1, "reason": "unknown"])
        #expect(refused.first?.confidential["name"] == "Olga")
    }

    @Test("where that is set, somebody new is added with no role, once, and under a name that nobody has")
    func added() async throws {
        let bench = try ServerBench(provider: Provider(addsPeople: true))
        try bench.person("olga", [.admin])
        try await bench.asking { client in
            for _ in 0..<2 {
                let attempt = try await Attempt(client, next: "%2Fme")
                let back = try await attempt.back(client, "code=31&state=\(attempt.state)")
                let session = try #require(Self.session(of: back))
                let me = try await client.get("/me", session)
                #expect(me.status == .ok)
                let queue = try await client.get("/queue", session)
                #expect(queue.status == .forbidden)
            }
        }
        let everybody = try People(bench.engine.store).everybody()
        let new = everybody.filter { $0.name != "olga" }
        #expect(new.count == 1 && new.first?.roles == [] && new.first?.name.hasPrefix("olga-") == true)
        #expect(try bench.actions().count { $0 == "person.added" } == 1)
    }

    @Test("who comes back in another browser, with another attempt's state, or with an error, stays outside")
    func attempts() async throws {
        let bench = try ServerBench(provider: Provider(addsPeople: true))
        try await bench.asking { client in
            let (one, other) = (try await Attempt(client), try await Attempt(client))
            for query in [
                "code=1&state=\(other.state)", "code=1", "code=1&state=", "state=\(one.state)",
                "code=&state=\(one.state)", "error=access_denied&state=\(one.state)",
                "code=1&state=\(one.state)&iss=https%3A%2F%2Flogin.evil.example",
                "code=\(String(repeating: "c", count: 1900))&state=\(other.state)",
            ] {
                let back = try await one.back(client, query)
                #expect(back.status == .unauthorized && Self.session(of: back) == nil, "\(query)")
                #expect(back.text.contains("Try again"), "\(query)")
            }
            let bare = try await client.get("/sign-in/callback?code=1&state=\(one.state)")
            #expect(bare.status == .unauthorized && Self.session(of: bare) == nil)
            // The issuer that answers may say that it is the one.
            let issuer = "https%3A%2F%2Flogin.studio.example"
            let good = try await one.back(client, "code=1&state=\(one.state)&iss=\(issuer)")
            #expect(good.status == .seeOther && Self.session(of: good) != nil)
        }
        #expect(try bench.refused(count: 1).first?.refusal == "identity-refused")
    }

    @Test(
        "what is not believed, or not to be had: a sentence for the person, and the reason for the journal"
    )
    func troubles() async throws {
        let provider = Provider()
        let bench = try ServerBench(provider: provider)
        try await bench.asking { client in
            let attempt = try await Attempt(client)
            provider.trouble.withLock { $0 = .refused("signature", "A token is not believed.") }
            let refused = try await attempt.back(client, "code=1&state=\(attempt.state)")
            #expect(refused.status == .unauthorized && !refused.text.contains("believed"))
            provider.trouble.withLock { $0 = .unavailable("10.0.0.7 does not answer.") }
            let away = try await client.get("/sign-in/provider")
            #expect(away.status == .serviceUnavailable && !away.text.contains("10.0.0.7"))
        }
        #expect(try bench.refused(count: 1).first?.detail == ["count": 1, "reason": "signature"])
    }

    @Test("an identity is one person's; a program has none; and who loses it is out")
    func links() async throws {
        let bench = try ServerBench(provider: Provider())
        let (olga, karl) = (try bench.operatorPerson("olga"), try bench.operatorPerson("karl"))
        let admin = try bench.token(of: try bench.person("admin", [.admin]))
        let session = try bench.session(of: olga)
        try await bench.asking { client in
            let path = "/v1/people/\(olga.id)/identities"
            let made = try await client.send(.post, path, admin, #"{"subject":"248"}"#)
            let label = try #require(made.json["id"]?.asString)
            let taken = try await client.send(
                .post,
                "/v1/people/\(karl.id)/identities",
                admin,
                #"{"subject":"248"}"#
            )
            #expect(taken.status == .conflict && taken.json["type"]?.asString?.hasSuffix("identity-taken") == true)
            let list = try await client.get(path, admin)
            #expect(list.json["items"]?.asArray?.count == 1 && list.json["items"]?[0]?["subject"] == "248")
            let denied = try await client.send(.post, path, try bench.token(of: olga), #"{"subject":"9"}"#)
            #expect(denied.status == .forbidden)
            let gone = try await client.send(.delete, "\(path)/\(label)", admin)
            #expect(gone.status == .noContent)
            let after = try await client.get("/queue", session.cookie)
            #expect(after.status == .seeOther)
            let again = try await client.send(.delete, "\(path)/\(label)", admin)
            #expect(again.status == .notFound)
        }
        let actions = try bench.actions()
        #expect(actions.contains("person.identityLinked") && actions.contains("person.identityUnlinked"))
    }

    @Test("without a provider there is no such way, and the page does not speak of it")
    func none() async throws {
        let bench = try ServerBench()
        try await bench.asking { client in
            let page = try await client.get("/sign-in")
            #expect(!page.text.contains("/sign-in/provider"))
            for path in ["/sign-in/provider", "/sign-in/callback?code=1&state=1"] {
                let answer = try await client.get(path)
                #expect(answer.status == .notFound)
            }
        }
    }
}
