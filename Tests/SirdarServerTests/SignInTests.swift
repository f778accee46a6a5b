import HTTPTypes
import HummingbirdTesting
import JSON
import SirdarCore
import SirdarEngine
import SirdarJournal
import SirdarServer
import SirdarTestKit
import Testing

@Suite("Signing in and out")
struct SignInTests {
    private static let form: HTTPFields = [
        .contentType: "application/x-www-form-urlencoded", .fetchSite: "same-origin",
    ]

    private static func body(_ name: String, _ password: String = ServerBench.password, next: String = "") -> String {
        "name=\(name)&password=\(password.replacing(" ", with: "+"))&next=\(next)"
    }

    @Test("the right password opens a session, whose cookie is bound to this host and kept from scripts")
    func rightPassword() async throws {
        let bench = try ServerBench()
        try bench.person("olga", [.operator], queues: ["ops"], withPassword: true)
        try await bench.asking { client in
            let answer = try await client.send(.post, "/sign-in", Self.form, Self.body("Olga", next: "%2Fqueue"))
            #expect(answer.status == .seeOther && answer.headers[.location] == "/queue")
            let cookie = try #require(answer.headers[.setCookie])
            #expect(cookie.hasPrefix("__Host-sirdar="))
            for part in ["Path=/", "Secure", "HttpOnly", "SameSite=Lax"] {
                #expect(cookie.contains("; \(part)"), "\(part)")
            }
            let pair = String(cookie.prefix { $0 != ";" })
            let queue = try await client.get("/queue", [.cookie: pair])
            #expect(queue.status == .ok)
            let out = try await client.send(
                .post,
                "/sign-out",
                [.cookie: pair, .fetchSite: "same-origin", .contentType: "application/x-www-form-urlencoded"]
            )
            #expect(out.headers[.setCookie]?.contains("Max-Age=0") == true)
            #expect(out.headers[.named("Clear-Site-Data")]?.contains("cache") == true)
            // Killed on the server, and not only forgotten by the browser.
            let after = try await client.get("/queue", [.cookie: pair])
            #expect(after.status == .seeOther)
        }
        let actions = try bench.engine.store.entries(EntryQuery()).compactMap { stored in
            try JSON(parsing: stored.entry.canonical)["action"]?.asString
        }
        #expect(actions.contains("person.signedIn") && actions.contains("person.signedOut"))
    }

    @Test("a wrong password, an unknown name and a disabled person are told the same, and the name is kept")
    func wrongPassword() async throws {
        let bench = try ServerBench()
        try bench.person("olga", [.operator], withPassword: true)
        var gone = try bench.person("gone", [.operator], withPassword: true)
        gone.isDisabled = true
        try bench.write([
            RecordChange(kind: Person.kind, key: gone.id.description, name: "gone", body: gone.body, expecting: .any)
        ])
        try await bench.asking { client in
            let attempts = [
                Self.body("olga", "not the password"), Self.body("nobody"), Self.body("gone"), Self.body("%00bad name"),
            ]
            for body in attempts {
                let answer = try await client.send(.post, "/sign-in", Self.form, body)
                #expect(answer.status == .unauthorized, "\(body)")
                #expect(answer.text.contains("That name and password do not go together"), "\(body)")
                #expect(answer.headers[.setCookie] == nil, "\(body)")
            }
            let again = try await client.send(.post, "/sign-in", Self.form, Self.body("ol%3Cb%3Ega", "wrong one"))
            #expect(again.text.contains(#"value="ol&lt;b&gt;ga""#))
            #expect(!again.text.contains("wrong one"))
        }
        // The first is kept at once, beside the answer, and the four that followed when the minute is over.
        let first = try bench.refused(count: 1)
        #expect(first.map(\.detail) == [["count": 1]] && first.first?.confidential["name"] == "olga")
        bench.clock.advance(by: .minutes(1))
        let both = try bench.refused(count: 2)
        #expect(both.last?.detail == ["count": 4])
        #expect(both.last?.confidential["names"] == ["nobody", "gone", "\0bad name", "ol<b>ga"])
    }

    @Test("whoever floods the door leaves one entry a minute for each kind, with how many there were")
    func flood() async throws {
        let bench = try ServerBench()
        try await bench.asking { client in
            for _ in 0..<60 {
                let token = try await client.get("/v1/tasks", [.authorization: "Bearer srd_wrong"])
                #expect(token.status == .unauthorized)
                let page = try await client.send(.post, "/sign-in", Self.form, Self.body("olga", "not the password"))
                #expect(page.status == .unauthorized || page.status == .tooManyRequests)
            }
        }
        let first = try bench.refused(count: 3)
        #expect(Set(first.map(\.refusal)) == ["token-refused", "sign-in-refused", "too-many-attempts"])
        #expect(first.allSatisfy { $0.detail == ["count": 1] && $0.confidential["address"] == "local" })
        #expect(first.allSatisfy { ($0.object == "token") == ($0.refusal == "token-refused") })
        bench.clock.advance(by: .minutes(1))
        let all = try bench.refused(count: 6)
        let counts = Dictionary(grouping: all, by: \.refusal).mapValues { entries in
            entries.compactMap { $0.detail["count"]?.asInt }.reduce(0, +)
        }
        #expect(counts["token-refused"] == 60)
        #expect((counts["sign-in-refused"] ?? 0) + (counts["too-many-attempts"] ?? 0) == 60)
        // A quiet minute leaves none, and the source is new again after it.
        bench.clock.advance(by: .minutes(2))
        try await bench.asking { client in
            _ = try await client.get("/v1/tasks", [.authorization: "Basic b2xnYTpvbGdh"])
        }
        let last = try bench.refused(count: 7)
        #expect(last.last?.refusal == "token-refused" && last.last?.detail == ["count": 1])
    }

    @Test("what is still counted when the server ends is kept")
    func finish() async throws {
        let bench = try ServerBench()
        try await bench.asking { client in
            for _ in 0..<3 { _ = try await client.get("/v1/tasks", [.authorization: "Bearer srd_wrong"]) }
        }
        #expect(try bench.refused(count: 1).count == 1)
        bench.server.finish()
        let all = try bench.refused(count: 2)
        #expect(all.map(\.detail) == [["count": 1], ["count": 2]])
    }

    @Test("a cookie that was planted before signing in does not count afterwards")
    func fixation() async throws {
        let bench = try ServerBench()
        try bench.person("olga", [.operator], queues: ["ops"], withPassword: true)
        let planted = Secret()
        var headers = Self.form
        headers[.cookie] = "__Host-sirdar=\(planted.text)"
        let form = headers
        try await bench.asking { client in
            let answer = try await client.send(.post, "/sign-in", form, Self.body("olga"))
            #expect(answer.headers[.setCookie]?.contains(planted.text) == false)
            let queue = try await client.get("/queue", [.cookie: "__Host-sirdar=\(planted.text)"])
            #expect(queue.status == .seeOther)
        }
    }

    @Test("signing in again ends the session that one had in this browser")
    func replacing() async throws {
        let bench = try ServerBench()
        let olga = try bench.person("olga", [.operator], queues: ["ops"], withPassword: true)
        let old = try bench.session(of: olga)
        let form = old.form
        try await bench.asking { client in
            let answer = try await client.send(.post, "/sign-in", form, Self.body("olga"))
            #expect(answer.status == .seeOther)
            let before = try await client.get("/queue", old.cookie)
            #expect(before.status == .seeOther)
        }
    }

    @Test("after five failures one waits, twice as long each time, and the answer says how long")
    func throttle() async throws {
        let bench = try ServerBench()
        try bench.person("olga", [.operator], withPassword: true)
        try await bench.asking { client in
            for _ in 0..<5 {
                let answer = try await client.send(.post, "/sign-in", Self.form, Self.body("olga", "wrong password"))
                #expect(answer.status == .unauthorized)
            }
            // Also the right one is not looked at.
            let early = try await client.send(.post, "/sign-in", Self.form, Self.body("olga"))
            #expect(early.status == .tooManyRequests && early.headers[.retryAfter] == "1")
            bench.clock.advance(by: .seconds(1))
            let sixth = try await client.send(.post, "/sign-in", Self.form, Self.body("olga", "wrong password"))
            #expect(sixth.status == .unauthorized)
            let again = try await client.send(.post, "/sign-in", Self.form, Self.body("olga"))
            #expect(again.status == .tooManyRequests && again.headers[.retryAfter] == "2")
            bench.clock.advance(by: .seconds(2))
            let right = try await client.send(.post, "/sign-in", Self.form, Self.body("olga"))
            #expect(right.status == .seeOther)
        }
    }

    @Test("of a thousand guesses in a quarter of an hour, few are looked at")
    func guessing() throws {
        let (throttle, clock) = (Throttle(), ManualClock())
        let looked = (0..<1_000).filter { _ in
            clock.advance(by: Interval(milliseconds: 900))
            do { try throttle.begin(account: "olga", address: "10.0.0.1", at: clock.now()) } catch { return false }
            return true
        }
        #expect((5...25).contains(looked.count))
    }

    @Test("one address that tries many names is slowed down as well")
    func manyNames() throws {
        let (throttle, clock) = (Throttle(), ManualClock())
        let looked = (0..<100).filter { number in
            do { try throttle.begin(account: "name\(number)", address: "10.0.0.1", at: clock.now()) } catch {
                return false
            }
            return true
        }
        #expect(looked.count == Throttle.freeAttempts)
        #expect(throws: Never.self) { try throttle.begin(account: "olga", address: "10.0.0.2", at: clock.now()) }
    }

    @Test(
        "nobody is sent to another site after signing in",
        arguments: [
            "https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", "/a b",
        ]
    )
    func next(_ next: String) async throws {
        let bench = try ServerBench()
        try bench.person("olga", [.operator], queues: ["ops"], withPassword: true)
        let escaped = next.utf8.map { "%" + String(Int($0) + 0x100, radix: 16).dropFirst() }.joined()
        try await bench.asking { client in
            let answer = try await client.send(.post, "/sign-in", Self.form, Self.body("olga", next: escaped))
            #expect(answer.headers[.location] == "/")
        }
    }

    @Test("a session ends by itself: after a while without use, and in any case at its end")
    func limits() async throws {
        let bench = try ServerBench { $0.sessions = SessionLimits(idle: .hours(1), absolute: .hours(3)) }
        let olga = try bench.operatorPerson()
        let (idle, used) = (try bench.session(of: olga), try bench.session(of: olga))
        try await bench.asking { client in
            for _ in 0..<3 {
                bench.clock.advance(by: .minutes(50))
                let answer = try await client.get("/queue", used.cookie)
                #expect(answer.status == .ok)
                // Its last use is written beside the answer.
                _ = try eventually {
                    try bench.engine.store.record(Session.kind, used.secret.digest).flatMap { record in
                        Session(record)?.seenAt == bench.clock.now() ? true : nil
                    }
                }
            }
            let lapsed = try await client.get("/queue", idle.cookie)
            #expect(lapsed.status == .seeOther)
            bench.clock.advance(by: .minutes(40))
            let over = try await client.get("/queue", used.cookie)
            #expect(over.status == .seeOther)
        }
    }

    @Test("one sees one's own sessions and tokens, and ends them; a new token is shown once")
    func own() async throws {
        let bench = try ServerBench()
        let olga = try bench.operatorPerson()
        let (here, there) = (try bench.session(of: olga), try bench.session(of: olga))
        try await bench.asking { client in
            let made = try await client.send(.post, "/me/tokens", here.form, "name=nightly&days=30&scope=read")
            let text = try #require(made.text.components(of: "<code data-copy>").first).prefix { $0 != "<" }
            #expect(text.hasPrefix("srd_"))
            let full = try #require(made.text.firstRange(of: "<code data-copy>")).upperBound
            let token = String(made.text[full...].prefix { $0 != "<" })
            let use = try await client.get("/v1/people/me", [.authorization: "Bearer \(token)"])
            #expect(use.json["name"] == "operator")
            let page = try await client.get("/me", here.cookie)
            #expect(!page.text.contains(token) && page.text.contains("nightly"))
            let label = String(there.secret.digest.prefix(12))
            let end = try await client.send(.post, "/me/sessions/\(label)/end", here.form)
            #expect(end.status == .seeOther)
            let ended = try await client.get("/queue", there.cookie)
            #expect(ended.status == .seeOther)
        }
    }

    @Test(
        "passwords that are too short, too long or too common are refused",
        arguments: [
            ("short", false), ("password123", false), ("12345678", false), ("aaaaaaaaaaaa", false),
            (String(repeating: "x1", count: 70), false), ("correct horse battery", true),
            ("ein langes Geheimnis", true),
        ]
    )
    func passwords(_ password: String, _ isGood: Bool) {
        #expect((Passwords.fault(password) == nil) == isGood)
    }
}
