import HTTPTypes
import HummingbirdTesting
import JSON
import SirdarCore
import SirdarEngine
import SirdarTestKit
import Testing

@Suite("Supervisors stop the line, by API and page, and every page says so")
struct StopTests {
    private static let because = #"{"reason":"The storage is being moved."}"#

    @Test("a queue is stopped and lifted; each answer says who, since when and why")
    func byProgram() async throws {
        let bench = try ServerBench()
        let task = try bench.task()
        let token = try bench.token(of: try bench.person("supervisor", [.supervisor], projects: ["*"], queues: ["ops"]))
        try await bench.asking { client in
            let set = try await client.send(.put, "/v1/stops/queue/ops", token, Self.because)
            #expect(set.json["by"]?["name"] == "supervisor" && set.json["kind"] == "queue")
            let again = try await client.send(.put, "/v1/stops/queue/ops", token, Self.because)
            #expect(again.status == .conflict && again.json["detail"]?.asString?.contains("by supervisor") == true)
            let claim = try await client.send(.put, "/v1/tasks/\(task.id)/claim", token)
            #expect(claim.status == .conflict && claim.json["type"] == "urn:sirdar:problem:stopped")
            let list = try await client.get("/v1/stops", token)
            #expect(list.json["items"]?.asArray?.count == 1 && list.json["known"]?["queue"] == ["ops", "other"])
            let why = try await client.get("/v1/instances/\(task.instance)/explanation", token)
            #expect(
                why.json["waits"]?[0]?["sentence"]?.asString?.contains("queue ops is stopped by supervisor") == true
            )
            #expect(why.json["waits"]?[0]?["try"]?[0]?.asString?.contains("sirdar stop lift queue ops") == true)
            let silent = try await client.send(.delete, "/v1/stops/queue/ops", token)
            #expect(silent.json["errors"]?[0]?["pointer"] == "/reason")
            let lifted = try await client.send(.delete, "/v1/stops/queue/ops", token, Self.because)
            #expect(lifted.status == .noContent)
            let none = try await client.send(.delete, "/v1/stops/queue/ops", token, Self.because)
            #expect(none.status == .conflict)
            let wrong = try await client.send(.put, "/v1/stops/queue/opps", token, Self.because)
            #expect(wrong.status == .unprocessableContent && wrong.json["detail"]?.asString?.contains("ops") == true)
            let kind = try await client.send(.put, "/v1/stops/thing/ops", token, Self.because)
            #expect(kind.status == .notFound)
        }
    }

    @Test("who only works on tasks stops nothing, and reads on every page what is stopped")
    func banner() async throws {
        let bench = try ServerBench()
        let supervisor = try bench.person("supervisor", [.supervisor], projects: ["*"], queues: ["ops"])
        let browser = try bench.session(of: supervisor)
        let form = "_token=\(browser.secret.derived(for: "sirdar/form"))&part=queue%2Fops&reason="
        let worker = try bench.token(of: try bench.operatorPerson())
        try await bench.asking { client in
            let denied = try await client.send(.put, "/v1/stops/queue/ops", worker, Self.because)
            #expect(denied.status == .forbidden)
            let page = try await client.get("/stops", browser.cookie).text
            #expect(page.contains("Nothing is stopped.") && page.contains("<option value=\"workflow/"))
            let sent = try await client.send(.post, "/stops", browser.form, form + "%3Cb%3Emoved")
            #expect(sent.status == .seeOther)
            for path in ["/queue", "/images", "/me", "/keys"] {
                let page = try await client.get(path, browser.cookie).text
                #expect(page.contains("Stopped: queue ops") && page.contains("&lt;b&gt;moved"), "\(path)")
            }
            let again = try await client.send(.post, "/stops", browser.form, form + "Twice.")
            #expect(again.status == .conflict && again.text.contains("is stopped already, by supervisor"))
            let silent = try await client.send(.post, "/stops/lift", browser.form, form)
            #expect(silent.status == .unprocessableContent)
            let lifted = try await client.send(.post, "/stops/lift", browser.form, form + "Done.")
            #expect(lifted.status == .seeOther)
            #expect(try await client.get("/queue", browser.cookie).text.contains("Stopped:") == false)
        }
    }
}
