import HTTPTypes
import HummingbirdTesting
import JSON
import SirdarCore
import SirdarEngine
import SirdarServer
import SirdarTestKit
import Testing

@Suite("What happens is told as it happens, to whoever may see it")
struct StreamTests {
    /// Whose lines stay open, as those of a browser.
    private static func bench(_ change: (inout Server.Settings) -> Void = { _ in }) throws -> ServerBench {
        try ServerBench { settings in
            settings.stream = ChangeFeed.Limits()
            change(&settings)
        }
    }

    @Test("a line that stays open is woken by what is committed, and says it")
    func staysOpen() async throws {
        let bench = try Self.bench()
        let person = try bench.operatorPerson()
        let task = try bench.task()
        var line = try Listening(bench, person).line(after: nil)
        #expect(try line.next().events.isEmpty)
        var wakes = line.wakes
        for intent in [TaskIntent.claim, .start, .release(note: "Later.")] {
            _ = try bench.act(intent, on: task.id, person.worker)
            #expect(await wakes.next() == .news)
            #expect(try line.next().events.count == 1)
        }
        line.close()
    }

    @Test("what many changes leave of the memory is read from the store")
    func forgotten() throws {
        let bench = try Self.bench { $0.stream.keptMax = 2 }
        let person = try bench.operatorPerson()
        let task = try bench.task()
        let listening = try Listening(bench, person)
        var (slow, quick) = (try listening.line(after: nil), try listening.line(after: nil))
        for number in 0..<5 {
            _ = try bench.act(.comment("\(number)"), on: task.id, person.worker)
            #expect(try quick.next().events.count == 1)
        }
        #expect(try slow.next().events.count == 5)
        for line in [slow, quick] { line.close() }
    }

    @Test("nothing is lost and nothing told twice over a thousand broken lines")
    func brokenLines() throws {
        let seed = UInt64.random(in: 0 ... .max)
        var random = Seeded(seed)
        let bench = try Self.bench()
        let listening = try Listening(bench, try bench.person("watcher", [.supervisor], projects: ["*"]))
        let tasks = try (0..<5).map { _ in try bench.task() }
        let worker = try bench.operatorPerson().worker
        let start = try bench.head()
        var last = start
        var heard: [Int64] = []
        for round in 0..<1_000 {
            if round.isMultiple(of: 3), let task = tasks.randomElement(using: &random) {
                _ = try bench.act(.comment("Round \(round)."), on: task.id, worker)
            }
            var line = try listening.line(after: last)
            let events = try line.next().events
            // The line breaks somewhere: what had come by then is what the browser knows.
            let came = events.prefix(Int.random(in: 0...events.count, using: &random))
            heard += came.map(\.sequence)
            last = came.last?.sequence ?? last
            line.close()
        }
        let expected = try bench.changes(after: start)
        try listening.hear(until: expected.last, from: &last, into: &heard)
        #expect(heard == expected, "seed \(seed)")
        #expect(heard.count >= 300 && bench.server.feed.count == 0)
    }

    @Test("who may not see the queue, or not the project, is told no more than they may read")
    func isolation() throws {
        let bench = try Self.bench()
        let operatorPerson = try bench.operatorPerson()
        let listeners = try [
            operatorPerson, bench.person("elsewhere", [.operator], projects: ["blackfen"], queues: ["other"]),
            bench.person("asker", [.requester], projects: ["harrow"]),
            bench.person("stranger", [.requester], projects: ["blackfen"]),
        ].map { try Listening(bench, $0) }
        let start = try bench.head()
        let task = try bench.task()
        _ = try bench.act(.claim, on: task.id, operatorPerson.worker)
        let heard = try listeners.map { listening in
            var line = try listening.line(after: start)
            defer { line.close() }
            return try line.next().events.map(\.json)
        }
        let claim = try #require(heard[0].last)
        #expect(claim["kind"] == "task" && claim["action"] == "task.claimed" && claim["state"] == "claimed")
        #expect(claim["task"]?.asString == task.id.description && claim["queue"] == "ops")
        #expect(heard[1].isEmpty && heard[3].isEmpty)
        #expect(heard[2].count == heard[0].count)
        #expect(heard[2].allSatisfy { $0["kind"] == "instance" && $0["project"] == "harrow" && $0["task"] == nil })
        #expect(heard[2].last?["action"] == nil, "what is done to the task is not for who may not see it")
    }

    @Test("a task that moves to another queue is told of in both")
    func moved() throws {
        let bench = try Self.bench()
        let here = try bench.person("here", [.operator], projects: ["*"], queues: ["ops"])
        let there = try bench.person("there", [.operator], projects: ["blackfen"], queues: ["other"])
        let task = try bench.task()
        let start = try bench.head()
        _ = try bench.act(.claim, on: task.id, here.worker)
        _ = try bench.act(.transfer(queue: "other", reason: "Theirs."), on: task.id, here.worker)
        for (person, queue) in [(here, "ops"), (there, "other")] {
            var line = try Listening(bench, person).line(after: start)
            let last = try #require(try line.next().events.last)
            #expect(last.json["action"] == "task.transferred" && last.json["queue"]?.asString == queue)
            line.close()
        }
    }

    @Test("whoever is disabled, has signed out or lost their token hears nothing more, at once")
    func out() throws {
        let bench = try Self.bench()
        let (disabled, gone) = (try bench.operatorPerson("disabled"), try bench.operatorPerson("gone"))
        let browser = try bench.session(of: gone)
        let principal = try #require(try bench.principal(of: browser))
        var lines = [
            try Listening(bench, disabled).line(after: nil), try Listening(bench, principal).line(after: nil),
        ]
        for index in lines.indices { #expect(try !lines[index].next().isOver) }
        #expect(try bench.task().state.isFinal == false)
        for index in lines.indices { #expect(try !lines[index].next().events.isEmpty) }
        try bench.disable(disabled)
        try bench.signOut(principal)
        _ = try bench.task()
        for index in lines.indices {
            let told = try lines[index].next()
            #expect(told.isOver && told.events.isEmpty)
            lines[index].close()
        }
    }

    @Test("a browser that comes back is told what it has missed, by the header as by the address")
    func comesBack() async throws {
        let bench = try ServerBench()
        let person = try bench.operatorPerson()
        let (browser, start) = (try bench.session(of: person), try bench.head())
        let task = try bench.task()
        try await bench.asking { client in
            let first = try await client.get("/v1/stream?after=\(start)", browser.cookie)
            #expect(first.status == .ok && first.headers[.contentType] == "text/event-stream")
            #expect(first.headers[.cacheControl] == "no-store")
            let events = ServerSentEvent.all(in: first.text)
            #expect(first.text.hasPrefix("retry: 3000\nid: \(start)\n\n"))
            #expect(events.contains { $0.json["action"] == "task.opened" && $0.name == "change" })
            var headers = browser.cookie
            headers[.named("Last-Event-ID")] = String(try #require(events.last).sequence)
            let nothing = try await client.get("/v1/stream?after=0", headers)
            #expect(ServerSentEvent.all(in: nothing.text).isEmpty, "the header is newer than the address")
            _ = try bench.act(.claim, on: task.id, person.worker)
            let more = try await client.get("/v1/stream", headers)
            #expect(ServerSentEvent.all(in: more.text).map { $0.json["action"] } == ["task.claimed"])
            let other = try await client.get("/v1/stream?after=0&queue=other", browser.cookie)
            #expect(ServerSentEvent.all(in: other.text).isEmpty)
            let wrong = try await client.get("/v1/stream?after=now", browser.cookie)
            #expect(wrong.status == .unprocessableContent)
        }
    }

    @Test("whoever is too far behind, or ahead of all there is, begins anew")
    func beginsAnew() throws {
        let bench = try Self.bench { $0.stream.behindMax = 3 }
        let listening = try Listening(bench, try bench.operatorPerson())
        _ = try bench.task()
        for after in [Int64(0), 1_000_000] {
            var line = try listening.line(after: after)
            let told = try line.next()
            #expect(told.text.contains("event: reset\nid: \(try bench.head())\ndata: {}\n\n"))
            #expect(told.events.allSatisfy { $0.name == "reset" })
            line.close()
        }
    }

    @Test("only so many may listen, and of one person only so many")
    func tooMany() throws {
        let bench = try Self.bench { settings in
            settings.stream.listenersMax = 3
            settings.stream.ofOneMax = 2
        }
        let (one, other) = (
            try Listening(bench, try bench.operatorPerson("one")), try Listening(bench, try bench.operatorPerson("two"))
        )
        let first = try one.line(after: nil)
        let second = try one.line(after: nil)
        #expect(throws: (any Error).self) { try one.line(after: nil) }
        let third = try other.line(after: nil)
        #expect(throws: (any Error).self) { try other.line(after: nil) }
        for line in [first, second, third] { line.close() }
        #expect(bench.server.feed.count == 0)
    }

    @Test("a silent line says now and then that it is there, and where it is")
    func beats() async throws {
        let bench = try Self.bench()
        var line = try Listening(bench, try bench.operatorPerson()).line(after: nil)
        _ = try line.next()
        bench.clock.advance(by: .seconds(15))
        var wakes = line.wakes
        while let wake = await wakes.next(), wake != .beat {}
        let told = try line.next(on: .beat)
        #expect(told.text.hasSuffix(": \nid: \(try bench.head())\n\n"))
        line.close()
    }

    @Test("every line ends when the server is stopped, and none begins")
    func stops() async throws {
        let bench = try Self.bench()
        let listening = try Listening(bench, try bench.operatorPerson())
        let line = try listening.line(after: nil)
        bench.server.feed.end()
        var wakes = line.wakes
        while await wakes.next() != nil {}
        #expect(throws: (any Error).self) { try listening.line(after: nil) }
    }
}
