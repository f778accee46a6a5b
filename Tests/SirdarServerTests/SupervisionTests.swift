import HTTPTypes
import HummingbirdTesting
import JSON
import SirdarCore
import SirdarEngine
import SirdarServer
import SirdarTestKit
import Testing

@Suite("Supervisors hold and mend instances, by API and page")
struct SupervisionTests {
    private static let because = #"{"reason":"Because."}"#

    private func supervisor(_ bench: ServerBench) throws -> Person {
        try bench.person("supervisor", [.supervisor], projects: ["*"], queues: ["ops"])
    }

    @Test("an instance is suspended, edited, taken back and resumed; each answer says what can be done next")
    func mending() async throws {
        let bench = try ServerBench()
        let path = "/v1/instances/\(try bench.task().instance)"
        let token = try bench.token(of: try supervisor(bench))
        try await bench.asking { client in
            let running = try await client.get(path, token)
            #expect(running.json["supervision"]?["may"] == ["suspend"])
            let early = try await client.send(.put, "\(path)/context", token, #"{"context":{"a":1},"reason":"x"}"#)
            #expect(early.status == .conflict && early.json["type"] == "urn:sirdar:problem:not-stopped")
            let silent = try await client.send(.put, "\(path)/suspension", token)
            #expect(silent.json["errors"]?[0]?["pointer"] == "/reason")
            let held = try await client.send(.put, "\(path)/suspension", token, Self.because)
            #expect(held.json["status"] == "suspended" && held.json["supervision"]?["may"] == ["resume", "context"])
            let edited = try await client.send(.put, "\(path)/context", token, #"{"context":{"a":1},"reason":"x"}"#)
            #expect(edited.json["supervision"]?["context"] == ["a": 1])
            let mark = try #require(held.json["supervision"]?["rewind_to"]?.asArray?.first?["step"]?.asInt)
            let back = try await client.send(.put, "\(path)/rewind", token, #"{"step":\#(mark),"reason":"Again."}"#)
            #expect(back.status == .ok && back.json["steps"]?.asArray?.last?["state"] == "pending")
            let resumed = try await client.send(.delete, "\(path)/suspension", token, Self.because)
            #expect(resumed.json["status"] != "suspended")
            let again = try await client.send(.delete, "\(path)/suspension", token, Self.because)
            #expect(again.status == .conflict)
        }
        let refusals = try eventually { () -> [String]? in
            let refusals = try bench.refusals()
            return refusals.contains("instance.resumed not-suspended") ? refusals : nil
        }
        #expect(refusals.filter { $0.hasSuffix("not-stopped") } == ["instance.edited not-stopped"], "once each")
    }

    @Test("a step is given up; what its workflow does not allow to be skipped is not, and no other step is found")
    func steps() async throws {
        let bench = try ServerBench()
        let task = try bench.task()
        let path = "/v1/instances/\(task.instance)"
        let token = try bench.token(of: try supervisor(bench))
        try await bench.asking { client in
            _ = try await client.send(.put, "\(path)/suspension", token, Self.because)
            let steps = "\(path)/steps/\(task.step)"
            let skipped = try await client.send(.put, "\(steps)/skip", token, #"{"output":{},"reason":"x"}"#)
            #expect(skipped.json["type"] == "urn:sirdar:problem:not-skippable")
            let retried = try await client.send(.put, "\(steps)/retry", token, Self.because)
            #expect(retried.status == .conflict)
            let changed = try await client.send(.put, "\(steps)/input", token, #"{"input":{},"reason":"x"}"#)
            #expect(changed.json["type"] == "urn:sirdar:problem:not-editable")
            let none = try await client.send(.put, "\(path)/steps/99/give-up", token, Self.because)
            #expect(none.json["type"] == "urn:sirdar:problem:no-such-step")
            let word = try await client.send(.put, "\(path)/steps/first/give-up", token, Self.because)
            #expect(word.status == .notFound)
            let given = try await client.send(.put, "\(steps)/give-up", token, Self.because)
            #expect(given.status == .ok)
            _ = try await client.send(.delete, "\(path)/suspension", token, Self.because)
        }
        #expect(try eventually { try bench.engine.store.task(task.id).flatMap { $0.state.isFinal ? true : nil } })
    }

    @Test("who only works on tasks, or supervises another project, changes nothing, and that is in the journal")
    func denied() async throws {
        let bench = try ServerBench()
        let path = "/v1/instances/\(try bench.task().instance)"
        let worker = try bench.token(of: try bench.operatorPerson())
        let stranger = try bench.token(of: try bench.person("stranger", [.supervisor], projects: ["blackfen"]))
        try await bench.asking { client in
            #expect(try await client.get(path, worker).json["supervision"] == nil)
            let refused = try await client.send(.put, "\(path)/suspension", worker, Self.because)
            #expect(refused.status == .forbidden)
            let hidden = try await client.send(.put, "\(path)/suspension", stranger, Self.because)
            #expect(hidden.status == .notFound)
            #expect(try await client.get(path, worker).json["status"] == "waiting")
        }
        _ = try eventually { try bench.refusals().contains("request.refused denied") ? true : nil }
    }

    @Test("the page offers what can be done, does it, and tells what was wrong with what was entered")
    func page() async throws {
        let bench = try ServerBench()
        let id = try bench.task().instance
        let browser = try bench.session(of: try supervisor(bench))
        let token = browser.secret.derived(for: "sirdar/form")
        let other = try bench.session(of: try bench.operatorPerson())
        try await bench.asking { client in
            let path = "/instances/\(id)"
            #expect(try await client.get(path, other.cookie).text.contains("Supervise") == false)
            let before = try await client.get(path, browser.cookie)
            #expect(before.text.contains("Suspend: let no new step begin"))
            let sent = try await client.send(
                .post,
                "\(path)/supervise/suspend",
                browser.form,
                "_token=\(token)&reason=Wait."
            )
            #expect(sent.status == .seeOther && sent.headers[.location] == path)
            let held = try await client.get(path, browser.cookie)
            #expect(held.text.contains("Suspended since") && held.text.contains("Go back to"))
            let wrong = try await client.send(
                .post,
                "\(path)/supervise/context",
                browser.form,
                "_token=\(token)&reason=x&context=%7Bno"
            )
            #expect(wrong.status == .unprocessableContent && wrong.text.contains("is not JSON"))
            let unknown = try await client.send(
                .post,
                "\(path)/supervise/explode",
                browser.form,
                "_token=\(token)&reason=x"
            )
            #expect(unknown.status == .notFound)
        }
    }
}
