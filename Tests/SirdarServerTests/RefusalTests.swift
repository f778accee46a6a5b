import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import JSON
import SirdarCore
import SirdarEngine
import SirdarImages
import SirdarJournal
import SirdarServer
import SirdarTestKit
import Testing

@Suite("What is refused is kept, whichever way it was asked for")
struct RefusalTests {
    @Test("a queue that one is not a member of, by page and by API")
    func foreignQueue() async throws {
        let bench = try ServerBench()
        let person = try bench.operatorPerson()
        let (browser, token) = (try bench.session(of: person), try bench.token(of: person))
        try await bench.asking { client in
            let api = try await client.send(.post, "/v1/claims", token, #"{"queue":"other"}"#)
            #expect(api.status == .forbidden && api.json["type"] == "urn:sirdar:problem:not-in-queue")
            let page = try await client.send(.post, "/queue/next", browser.form, "queue=other")
            #expect(page.status == .forbidden)
        }
        let kept = try eventually { () -> [String]? in
            let kept = try bench.refusals()
            return kept.count == 2 ? kept : nil
        }
        #expect(kept == ["task.claimNext not-in-queue", "task.claimNext not-in-queue"])
    }

    @Test("a request that the domain refuses, a wrong form, a missing right, a thing that is not there")
    func requests() async throws {
        let bench = try ServerBench()
        let artist = try bench.person("artist", [.requester], projects: ["harrow"])
        let (browser, token) = (try bench.session(of: artist), try bench.token(of: artist))
        try await bench.asking { client in
            let running = #"{"kind":"create","machine":"hw-rn-01","name":"n"}"#
            let on = try await client.send(.post, "/v1/requests", token, running)
            #expect(on.status == .conflict)
            let page = try await client.send(.post, "/machines/hw-rn-01/image", browser.form, "name=n&description=")
            #expect(page.status == .conflict)
            let wrong = try await client.send(.post, "/v1/requests", token, #"{"kind":"copy"}"#)
            #expect(wrong.status == .unprocessableContent)
            let denied = try await client.send(.post, "/v1/people", token, #"{"name":"x"}"#)
            #expect(denied.status == .forbidden)
            let hidden = try await client.send(.put, "/v1/machines/bf-ws-01/power", token, #"{"power":"on"}"#)
            #expect(hidden.status == .notFound)
            // A look at what is not there changes nothing, and is no entry.
            let look = try await client.get("/v1/machines/bf-ws-01", token)
            #expect(look.status == .notFound)
        }
        let kept = try eventually { () -> [String]? in
            let kept = try bench.refusals()
            return kept.count == 5 ? kept : nil
        }
        #expect(
            kept == [
                "request.refused machine-on", "request.refused machine-on", "request.refused invalid",
                "request.refused denied", "request.refused not-found",
            ]
        )
    }

    @Test("a task's refusal is one entry and not two")
    func once() async throws {
        let bench = try ServerBench()
        let token = try bench.token(of: try bench.operatorPerson())
        let task = try bench.task()
        try await bench.asking { client in
            let early = try await client.send(.put, "/v1/tasks/\(task.id)/completion", token, #"{"outcome":"done"}"#)
            #expect(early.status == .conflict)
        }
        _ = try eventually { try bench.refusals().isEmpty ? nil : true }
        // Everything that was noted before this entry is there when it is.
        _ = try bench.person("later", [.operator])
        #expect(try bench.refusals() == ["task.complete task-not-claimed"])
    }
}

@Suite("One's own password")
struct PasswordTests {
    private static let right = #"{"current":"\#(ServerBench.password)","password":"another long secret"}"#

    @Test("who knows the present one gets another, and is signed out everywhere else")
    func changed() async throws {
        let bench = try ServerBench()
        let person = try bench.person("olga", [.operator], queues: ["ops"], withPassword: true)
        let (here, elsewhere) = (try bench.session(of: person), try bench.session(of: person))
        try await bench.asking { client in
            let body = "current=\(ServerBench.password.replacing(" ", with: "+"))&password=another+long+secret"
            let page = try await client.send(.post, "/me/password", here.form, body + "&again=another+long+secret")
            #expect(page.status == .ok && page.text.contains("Your password is changed"))
            let (mine, other) = (
                try await client.get("/me", here.cookie), try await client.get("/me", elsewhere.cookie)
            )
            #expect(mine.status == .ok && other.status == .seeOther)
            let form: HTTPFields = [.contentType: "application/x-www-form-urlencoded", .fetchSite: "same-origin"]
            let old = try await client.send(.post, "/sign-in", form, "name=olga&password=\(ServerBench.password)")
            let new = try await client.send(.post, "/sign-in", form, "name=olga&password=another+long+secret")
            #expect(old.status == .unauthorized && new.status == .seeOther)
        }
        let actions = try bench.engine.store.entries(EntryQuery()).compactMap { stored in
            try JSON(parsing: stored.entry.canonical)["action"]?.asString
        }
        #expect(actions.contains("person.passwordChanged"))
    }

    @Test("everything that is wrong is told at once, nothing is changed, and it is in the journal")
    func refused() async throws {
        let bench = try ServerBench()
        let person = try bench.person("olga", [.operator], withPassword: true)
        let (session, token) = (try bench.session(of: person), try bench.token(of: person))
        let reader = try bench.token(of: person, [.read, .work])
        try await bench.asking { client in
            let path = "/v1/people/me/password"
            let wrong = try await client.send(.put, path, token, #"{"current":"not it at all","password":"short"}"#)
            let pointers = wrong.json["errors"]?.asArray?.compactMap { $0["pointer"]?.asString }
            #expect(wrong.status == .unprocessableContent && pointers == ["/password", "/current"])
            let missing = try await client.send(.put, path, token, "{}")
            #expect(missing.json["errors"]?.asArray?.count == 2)
            let weak = try await client.send(.put, path, reader, Self.right)
            #expect(weak.status == .forbidden)
            let twice = "current=\(ServerBench.password)&password=another+long+secret&again=another"
            let page = try await client.send(.post, "/me/password", session.form, twice)
            #expect(page.status == .unprocessableContent && page.text.contains("not typed the same twice"))
            let still = try await client.get("/me", session.cookie)
            #expect(still.status == .ok)
        }
        let kept = try eventually { () -> [String]? in
            let kept = try bench.refusals()
            return kept.count == 4 ? kept : nil
        }
        #expect(kept.count { $0 == "request.refused invalid" } == 3 && kept.contains("request.refused denied"))
    }
}

@Suite("Readiness and backups")
struct HousekeepingTests {
    @Test("a server whose store refuses to write is alive and not ready, and ready again when it writes")
    func readiness() async throws {
        let bench = try ServerBench()
        try await bench.asking { client in
            let before = try await client.get("/readyz")
            #expect(before.status == .ok && before.json["ready"] == true)
            bench.syncs.failNext()
            // An answer holds for a moment.
            let held = try await client.get("/readyz")
            #expect(held.status == .ok)
            bench.clock.advance(by: .seconds(2))
            let (broken, alive) = (try await client.get("/readyz"), try await client.get("/livez"))
            #expect(broken.status == .serviceUnavailable && broken.json["type"] == "urn:sirdar:problem:not-ready")
            #expect(broken.headers[.retryAfter] == "5" && alive.status == .ok)
            bench.clock.advance(by: .seconds(2))
            let mended = try await client.get("/readyz")
            #expect(mended.status == .ok)
        }
    }

    @Test("an administrator gets a whole copy of the store, and nobody else does")
    func backup() async throws {
        let bench = try ServerBench()
        let (admin, other) = (
            try bench.token(of: try bench.person("admin", [.admin])), try bench.token(of: try bench.operatorPerson())
        )
        let task = try bench.task()
        try await bench.asking { client in
            let denied = try await client.send(.post, "/v1/backups", other)
            #expect(denied.status == .forbidden)
            let answer = try await client.send(.post, "/v1/backups", admin)
            #expect(answer.status == .ok)
            let copy = FileManager.default.temporaryDirectory.appending(path: "copy-\(UUID().uuidString).sqlite")
            defer { try? FileManager.default.removeItem(at: copy) }
            try Data(answer.body.readableBytesView).write(to: copy)
            #expect(try bench.opened(copy.path).task(task.id)?.id == task.id)
        }
    }
}
