import HTTPTypes
import HummingbirdTesting
import JSON
import SirdarCore
import SirdarEngine
import SirdarImages
import SirdarServer
import SirdarTestKit
import Testing

@Suite("What is asked twice with one key is done once")
struct RepeatTests {
    private static let wish = #"{"kind":"copy","image":"\#(PaperStudio.comp)","name":"again","location":"dublin"}"#

    private static func keyed(_ fields: HTTPFields, _ key: String) -> HTTPFields {
        var fields = fields
        fields[.named("Idempotency-Key")] = key
        return fields
    }

    @Test("the second answer is the first one's, quoted or bare, and nothing is done for it")
    func twice() async throws {
        let bench = try ServerBench()
        let token = try bench.token(of: try bench.operatorPerson())
        let (quoted, bare) = (Self.keyed(token, #""8e03978e-40d5""#), Self.keyed(token, "8e03978e-40d5"))
        try await bench.asking { client in
            let first = try await client.send(.post, "/v1/requests", quoted, Self.wish)
            let second = try await client.send(.post, "/v1/requests", bare, Self.wish)
            #expect(first.status == .created && second.status == .created && first.json == second.json)
            #expect(first.headers[.location] == second.headers[.location])
            #expect(first.headers[.named("Idempotent-Replayed")] == nil)
            #expect(second.headers[.named("Idempotent-Replayed")] == "true")
            let other = try await client.send(.post, "/v1/requests", Self.keyed(token, "another"), Self.wish)
            #expect(other.status == .created && other.json != first.json)
        }
        #expect(try bench.studio.requests(of: nil, before: nil, limit: 10).count == 2)
    }

    @Test("the same key with another body is refused, and so is a key that is none")
    func otherBody() async throws {
        let bench = try ServerBench()
        let token = try bench.token(of: try bench.operatorPerson())
        let keyed = Self.keyed(token, "one")
        try await bench.asking { client in
            _ = try await client.send(.post, "/v1/requests", keyed, Self.wish)
            let other = try await client.send(.post, "/v1/requests", keyed, Self.wish.replacing("again", with: "else"))
            #expect(other.status == .unprocessableContent)
            #expect(other.json["type"] == "urn:sirdar:problem:key-of-another")
            for wrong in ["", "\"", "with space", String(repeating: "k", count: 256)] {
                let answer = try await client.send(.post, "/v1/requests", Self.keyed(token, wrong), Self.wish)
                #expect(answer.status == .badRequest, "\(wrong)")
            }
        }
        #expect(try bench.studio.requests(of: nil, before: nil, limit: 10).count == 1)
    }

    @Test("nobody is answered with what another person's key was answered")
    func ofOthers() async throws {
        let bench = try ServerBench()
        let (one, other) = (try bench.operatorPerson(), try bench.operatorPerson("operator2"))
        let (mine, theirs) = (try bench.token(of: one), try bench.token(of: other))
        try await bench.asking { client in
            let first = try await client.send(.post, "/v1/requests", Self.keyed(mine, "key"), Self.wish)
            let second = try await client.send(.post, "/v1/requests", Self.keyed(theirs, "key"), Self.wish)
            #expect(second.status == .created && first.json["id"] != second.json["id"])
        }
    }

    @Test("who was refused mends it and asks again with the same key")
    func refused() async throws {
        let bench = try ServerBench()
        let token = Self.keyed(try bench.token(of: try bench.operatorPerson()), "key")
        let wrong = #"{"kind":"copy","image":"\#(PaperStudio.comp)"}"#
        try await bench.asking { client in
            let refused = try await client.send(.post, "/v1/requests", token, wrong)
            #expect(refused.status == .unprocessableContent)
            let mended = try await client.send(.post, "/v1/requests", token, Self.wish)
            #expect(mended.status == .created)
        }
    }

    @Test("a token is not made twice, and not shown twice; nothing of it is kept")
    func secret() async throws {
        let bench = try ServerBench()
        let fields = Self.keyed(try bench.token(of: try bench.operatorPerson()), "key")
        try await bench.asking { client in
            let made = try await client.send(.post, "/v1/tokens", fields, #"{"name":"nightly"}"#)
            let secret = try #require(made.json["token"]?.asString?.split(separator: "_").last)
            let again = try await client.send(.post, "/v1/tokens", fields, #"{"name":"nightly"}"#)
            #expect(again.status == .conflict && again.json["type"] == "urn:sirdar:problem:done-before")
            let kept = try bench.engine.store.records(RecordQuery(kind: "answer"))
            #expect(kept.count == 1 && kept.allSatisfy { !$0.body.text.contains(secret) })
        }
    }

    @Test("what a server began and did not end is not done again by the next one")
    func interrupted() async throws {
        let bench = try ServerBench()
        let fields = Self.keyed(try bench.token(of: try bench.operatorPerson()), "key")
        try await bench.asking { client in
            _ = try await client.send(.post, "/v1/requests", fields, Self.wish)
            let record = try #require(try bench.engine.store.records(RecordQuery(kind: "answer")).first)
            // As it was before the answer was written.
            var begun = record.body.asObject ?? [:]
            begun["status"] = nil
            try bench.write([record.changed(to: .object(begun))])
            let again = try await client.send(.post, "/v1/requests", fields, Self.wish)
            #expect(again.status == .conflict && again.json["type"] == "urn:sirdar:problem:interrupted")
        }
        #expect(try bench.studio.requests(of: nil, before: nil, limit: 10).count == 1)
    }

    @Test("after a day a key is forgotten, and so is what was answered")
    func day() async throws {
        let bench = try ServerBench()
        let token = try bench.token(of: try bench.operatorPerson())
        try await bench.asking { client in
            let first = try await client.send(.post, "/v1/requests", Self.keyed(token, "key"), Self.wish)
            bench.clock.advance(by: .hours(25))
            let second = try await client.send(.post, "/v1/requests", Self.keyed(token, "key"), Self.wish)
            #expect(second.status == .created && first.json["id"] != second.json["id"])
            bench.clock.advance(by: .hours(25))
            _ = try await client.send(.post, "/v1/requests", Self.keyed(token, "other"), Self.wish)
        }
        _ = try eventually { () -> Bool? in
            try bench.engine.store.records(RecordQuery(kind: "answer")).count == 1 ? true : nil
        }
    }
}

@Suite("Nobody's change is lost to who did not see it")
struct MatchTests {
    private static func matching(_ fields: HTTPFields, _ tag: String?) -> HTTPFields {
        var fields = fields
        fields[.ifMatch] = tag
        return fields
    }

    @Test("a person is changed only as they were seen: 428 without a tag, 412 with an old one")
    func people() async throws {
        let bench = try ServerBench()
        let (admin, somebody) = (try bench.person("admin", [.admin]), try bench.person("olga", [.operator]))
        let token = try bench.token(of: admin)
        let path = "/v1/people/\(somebody.id)"
        try await bench.asking { client in
            let seen = try await client.get(path, token)
            let tag = try #require(seen.headers[.eTag])
            let blind = try await client.send(.patch, path, token, #"{"title":"Olga"}"#)
            #expect(blind.status.code == 428)
            let first = try await client.send(.patch, path, Self.matching(token, tag), #"{"title":"Olga"}"#)
            #expect(first.status == .ok && first.headers[.eTag] != tag)
            let late = try await client.send(.patch, path, Self.matching(token, tag), #"{"roles":["admin"]}"#)
            #expect(late.status == .preconditionFailed)
            #expect(late.json["type"] == "urn:sirdar:problem:stale")
            let now = try await client.get(path, token)
            #expect(now.headers[.eTag] == first.headers[.eTag] && now.json["roles"] == ["operator"])
        }
    }

    @Test("a task is acted on only as it was seen, where somebody says what they saw")
    func tasks() async throws {
        let bench = try ServerBench()
        let (one, other) = (try bench.operatorPerson(), try bench.operatorPerson("operator2"))
        let (mine, theirs) = (try bench.token(of: one), try bench.token(of: other))
        let task = try bench.task()
        let path = "/v1/tasks/\(task.id)"
        try await bench.asking { client in
            let seen = try await client.get(path, mine)
            let tag = try #require(seen.headers[.eTag])
            _ = try await client.send(.post, "\(path)/comments", theirs, #"{"text":"Wait."}"#)
            let late = try await client.send(.put, "\(path)/claim", Self.matching(mine, tag))
            #expect(late.status == .preconditionFailed)
            let again = try await client.get(path, mine)
            let claimed = try await client.send(.put, "\(path)/claim", Self.matching(mine, again.headers[.eTag]))
            #expect(claimed.status == .ok && claimed.json["state"] == "claimed")
        }
    }
}

@Suite("How fast one may ask")
struct RateTests {
    @Test("so many at once, then so many a second; others notice nothing")
    func bucket() async throws {
        let bench = try ServerBench { $0.requestsPerSecond = 2 }
        let (one, other) = (try bench.operatorPerson(), try bench.operatorPerson("operator2"))
        let (mine, theirs) = (try bench.token(of: one), try bench.token(of: other))
        try await bench.asking { client in
            for _ in 0..<(2 * RateLimit.burstSeconds) {
                let answer = try await client.get("/v1/people/me", mine)
                #expect(answer.status == .ok)
            }
            let fast = try await client.get("/v1/people/me", mine)
            #expect(fast.status == .tooManyRequests && fast.headers[.retryAfter] == "1")
            let calm = try await client.get("/v1/people/me", theirs)
            #expect(calm.status == .ok)
            bench.clock.advance(by: .seconds(1))
            let (first, second, third) = (
                try await client.get("/v1/people/me", mine), try await client.get("/v1/people/me", mine),
                try await client.get("/v1/people/me", mine)
            )
            #expect(first.status == .ok && second.status == .ok && third.status == .tooManyRequests)
        }
    }

    @Test("of whom nobody is known, the address counts, as a trusted proxy says it and nobody else")
    func proxies() async throws {
        let networks = [NetworkRange("10.0.0.0/8")].compactMap(\.self)
        for (trusted, isTold) in [
            (networks, false), ([NetworkRange("127.0.0.0/8")].compactMap(\.self) + networks, true),
        ] {
            let bench = try ServerBench { settings in
                settings.requestsPerSecond = 1
                settings.trustedProxies = trusted
            }
            // Live: only there a request has an address.
            try await bench.server.application(host: "127.0.0.1", port: 0).test(.live) { client in
                let asked = { (from: String) in
                    try await client.get("/version", [.named("X-Forwarded-For"): from]).status
                }
                for number in 0..<RateLimit.burstSeconds {
                    let status = try await asked("6.6.6.\(number), 192.0.2.1, 10.0.0.7")
                    #expect(status == .ok)
                }
                let (same, another) = (try await asked("192.0.2.1"), try await asked("192.0.2.1, 192.0.2.2"))
                #expect(same == .tooManyRequests)
                #expect((another == .ok) == isTold)
            }
        }
    }
}
