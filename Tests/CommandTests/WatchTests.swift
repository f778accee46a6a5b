import JSON
import SirdarEngine
import SirdarTestKit
import Testing

/// Instances, shown once and watched until their end.
@Suite("Instances")
struct WatchTests {
    private static func instance(_ status: String, _ steps: [(String, String)]) -> JSON {
        let told: [JSON] = steps.enumerated().map { index, step in
            [
                "step": .number(JSON.Number(index + 1)), "name": .string(step.0), "kind": "automatic",
                "state": .string(step.1), "started_at": "2026-11-23T18:04:05.120Z", "ended_at": nil, "actors": [],
            ]
        }
        return [
            "id": "0193", "status": .string(status),
            "workflow": ["name": "copy-image", "version": "1.0.0", "title": "Copy"],
            "project": "harrow", "requester": ["id": "p", "name": "requester"], "waits_for": [], "steps": .array(told),
        ]
    }

    /// One after the other; the last for ever. With `tells`, it also tells what happens.
    private static func server(_ instances: [JSON], tells: Bool = true) throws -> ScriptedServer {
        let place = Locked(0)
        return try ScriptedServer { request in
            if request.path == "/v1/stream" {
                guard tells else { return .problem(404, "There is no such page.") }
                let text = "retry: 3000\nid: 7\n\nid: 8\nevent: change\ndata: {}\n\n"
                return .init(headers: ["Content-Type": "text/event-stream"], body: Array(text.utf8))
            }
            let index = place.withLock { place in
                place += 1
                return min(place, instances.count) - 1
            }
            return .json(instances[index])
        }
    }

    private static let story = [
        instance("running", [("validate", "running")]),
        instance("running", [("validate", "completed"), ("copy", "running")]),
        instance("completed", [("validate", "completed"), ("copy", "completed")]),
    ]

    @Test("watching prints a line for each change, until the instance has ended")
    func changes() throws {
        let server = try Self.server(Self.story)
        defer { server.stop() }
        let outcome = try Tool(server).run("instance show 0193 --watch")
        #expect(outcome.code == 0)
        #expect(
            outcome.text == """
                2026-11-23 18:04  validate  running
                instance running
                2026-11-23 18:04  validate  completed
                2026-11-23 18:04  copy  running
                2026-11-23 18:04  copy  completed
                instance completed

                """
        )
    }

    @Test("watching goes on from what it heard last, and looks by itself where the server tells nothing")
    func listens() throws {
        for tells in [true, false] {
            let server = try Self.server(Self.story, tells: tells)
            defer { server.stop() }
            #expect(try Tool(server).run("instance show 0193 --watch").code == 0)
            let asked = server.requests.map(\.target).filter { $0.hasPrefix("/v1/stream") }
            let (first, next) = ("/v1/stream?instance=0193", "/v1/stream?instance=0193&after=")
            #expect(asked == (tells ? [first, next + "8", next + "8"] : [first, first, first]))
        }
    }

    @Test("watching prints one document for programs: the last")
    func document() throws {
        let server = try Self.server(Self.story)
        defer { server.stop() }
        #expect(try Tool(server).run("instance show 0193 --watch --json").json == Self.story.last)
    }

    @Test("an instance that ends badly ends the watching with 1")
    func faulted() throws {
        let server = try Self.server([Self.instance("faulted", [("validate", "faulted")])])
        defer { server.stop() }
        let outcome = try Tool(server).run("instance show 0193 --watch")
        #expect(outcome.code == 1)
        #expect(outcome.messages == "sirdar: The instance has ended, and is faulted.\n")
    }

    @Test("an instance is shown with what it waits for and its steps")
    func show() throws {
        guard case .object(var instance) = Self.instance("waiting", [("reconfigure", "waiting")]) else { return }
        instance["waits_for"] = [
            [
                "sentence": "waits in the queue storage", "since": "2026-11-23T18:04:05.120Z", "task": "0195",
                "instance": nil,
            ]
        ]
        let server = try ScriptedServer(.json(.object(instance)))
        defer { server.stop() }
        #expect(
            try Tool(server).run("instance show 0193").text == """
                Copy
                  instance  0193
                  workflow  copy-image 1.0.0
                  status    waiting
                  project   harrow
                  by        requester

                Waits for
                  waits in the queue storage, since 2026-11-23 18:04 (task 0195)

                STEP  NAME         KIND       STATE    STARTED
                   1  reconfigure  automatic  waiting  2026-11-23 18:04

                """
        )
    }
}
