import HTTPTypes
import HummingbirdTesting
import JSON
import SirdarCore
import SirdarEngine
import SirdarServer
import SirdarTestKit
import Testing

@Suite("What is done to tasks beside their work, by API and page")
struct TaskLifeTests {
    @Test("a task goes into other hands, rests, comes back, and each refusal says what to do")
    func hands() async throws {
        let bench = try ServerBench()
        let task = try bench.task()
        let token = try bench.token(of: try bench.operatorPerson())
        let other = try bench.operatorPerson("operator2")
        let theirs = try bench.token(of: other)
        let path = "/v1/tasks/\(task.id)"
        try await bench.asking { client in
            _ = try await client.send(.put, "\(path)/start", token)
            let held = try await client.send(.put, "\(path)/hold", token, #"{"reason":"Lunch.","until":"PT1H"}"#)
            #expect(held.json["state"] == "on_hold" && held.json["hold"]?["reason"] == "Lunch.")
            let late = try await client.send(.put, "\(path)/draft", token, #"{"values":{}}"#)
            #expect(late.status == .conflict && late.json["type"] == "urn:sirdar:problem:task-on-hold")
            _ = try await client.send(.delete, "\(path)/hold", token)
            let empty = try await client.send(.put, "\(path)/hold", token, #"{"until":"tomorrow"}"#)
            #expect(empty.status == .unprocessableContent)
            let unknown = try await client.send(.put, "\(path)/owner", token, #"{"person":"operator3"}"#)
            #expect(unknown.json["errors"]?[0]?["pointer"] == "/person")
            let given = try await client.send(.put, "\(path)/owner", token, #"{"person":"operator2","note":"Yours."}"#)
            #expect(given.json["owner"]?["name"] == "operator2" && given.json["state"] == "claimed")
            let back = try await client.send(.put, "\(path)/take-over", token, #"{"reason":"I was faster."}"#)
            #expect(back.json["owner"]?["name"] == "operator" && back.json["fence"] == 3)
            let denied = try await client.send(.put, "\(path)/priority", theirs, #"{"priority":"urgent"}"#)
            #expect(denied.status == .forbidden)
            let comments = try await client.get("\(path)/comments", theirs)
            #expect(
                comments.json["items"]?.asArray?.compactMap { $0["text"]?.asString } == ["Yours.", "I was faster."]
            )
            let bulk = try await client.send(
                .post,
                "/v1/task-operations",
                theirs,
                #"{"operation":"take-over","tasks":["\#(task.id)"],"reason":"Mine again."}"#
            )
            #expect(bulk.json["items"]?[0]?["done"] == true)
            let over = try await client.send(.post, "/v1/hand-overs", theirs, #"{"note":"Nothing done yet."}"#)
            #expect(over.json["items"]?[0]?["state"] == "ready")
        }
    }

    @Test("a completed task is opened again from its page while nothing that follows has begun, and else says why not")
    func reopened() async throws {
        let bench = try ServerBench()
        let task = try bench.task()
        let sue = try bench.person("sue", [.supervisor], projects: ["*"], queues: ["ops"])
        let (page, manager) = (try bench.session(of: sue), try bench.token(of: sue))
        let token = try bench.token(of: try bench.operatorPerson())
        let (path, suspension) = ("/v1/tasks/\(task.id)", "/v1/instances/\(task.instance)/suspension")
        let done =
            #"{"outcome":"reconfigured","values":{"storageAddress":"10.57.0.20","mountPoint":"/mnt/p"},"#
            + #""ticks":[{"item":"note-mounts","evidence":"seen"},"edit-fstab"]}"#
        try await bench.asking { client in
            _ = try await client.send(.put, "\(path)/start", token)
            _ = try await client.send(.put, suspension, manager, #"{"reason":"Let me look first."}"#)
            _ = try await client.send(.put, "\(path)/completion", token, done)
            _ = try bench.task(task.id, in: "completed")
            let shown = try await client.get("/tasks/\(task.id)", page.cookie)
            #expect(shown.text.contains("Open again…"))
            let denied = try await client.send(.put, "\(path)/reopening", token, #"{"reason":"Mine."}"#)
            #expect(denied.status == .forbidden)
            let form = "reason=The+old+mount+is+still+there."
            let sent = try await client.send(.post, "/tasks/\(task.id)/do/reopen", page.form, form)
            #expect(sent.status == .seeOther)
            let again = try await client.get(path, token).json
            #expect(again["state"] == "in_progress" && again["comments"]?[0]?["kind"] == "push-back")
            _ = try await client.send(.put, "\(path)/completion", token, done)
            _ = try bench.task(task.id, in: "completed")
            _ = try await client.send(.delete, suspension, manager, #"{"reason":"Right now."}"#)
            let late = try await client.send(.put, "\(path)/reopening", manager, #"{"reason":"Wrong."}"#)
            #expect(late.status == .conflict && late.json["type"] == "urn:sirdar:problem:gone-on")
            let gone = try await client.get("/tasks/\(task.id)", page.cookie)
            #expect(gone.text.contains("What follows it has begun.") && !gone.text.contains("do/reopen"))
        }
    }

    @Test("the requester is asked on their request's page, answers there, and nobody else can")
    func question() async throws {
        let bench = try ServerBench()
        let token = try bench.token(of: try bench.operatorPerson())
        let requester = try bench.person("asker", [.requester], projects: ["harrow"])
        let task = try bench.task(requester: requester.id)
        let theirs = try bench.token(of: requester)
        try await bench.asking { client in
            _ = try await client.send(.put, "/v1/tasks/\(task.id)/start", token)
            let asked = try await client.send(
                .put,
                "/v1/tasks/\(task.id)/question",
                token,
                #"{"text":"Which share?","fields":{"share":{"type":"path","label":"Share","required":true}}}"#
            )
            #expect(asked.json["state"] == "on_hold" && asked.json["hold"]?["awaiting"] == "requester")
            let stranger = try await client.send(.put, "/v1/tasks/\(task.id)/answer", token, #"{"text":"x"}"#)
            #expect(stranger.status == .notFound)
            let wrong = try await client.send(
                .put,
                "/v1/tasks/\(task.id)/answer",
                theirs,
                #"{"values":{"share":"exports"}}"#
            )
            #expect(wrong.json["errors"]?[0]?["pointer"] == "/values/share")
            let answered = try await client.send(
                .put,
                "/v1/tasks/\(task.id)/answer",
                theirs,
                #"{"values":{"share":"/exports/a"}}"#
            )
            #expect(answered.json["answered"] == true)
            let shown = try await client.get("/v1/tasks/\(task.id)", token)
            #expect(shown.json["state"] == "in_progress")
            #expect(shown.json["comments"]?[1]?["values"]?["share"] == "/exports/a")
        }
    }

    @Test("the page offers what the machine allows, does it by its forms, and says why the rest is not offered")
    func page() async throws {
        let bench = try ServerBench()
        let task = try bench.task()
        let browser = try bench.session(of: try bench.operatorPerson())
        try await bench.asking { client in
            _ = try await client.send(.post, "/tasks/\(task.id)/do/start", browser.form)
            let page = try await client.get("/tasks/\(task.id)", browser.cookie)
            #expect(page.text.contains("/tasks/\(task.id)/do/hold"))
            #expect(!page.text.contains("/tasks/\(task.id)/do/skip\""))
            #expect(page.text.contains("Only a supervisor can do this."))
            let held = try await client.send(
                .post,
                "/tasks/\(task.id)/do/hold",
                browser.form,
                "reason=A+disk+is+on+its+way&awaiting=vendor"
            )
            #expect(held.status == .seeOther)
            let resting = try await client.get("/tasks/\(task.id)", browser.cookie)
            #expect(resting.text.contains("A disk is on its way") && resting.text.contains("On hold for a vendor"))
            let silent = try await client.send(.post, "/tasks/\(task.id)/do/comment", browser.form)
            #expect(silent.status == .unprocessableContent)
        }
    }
}
