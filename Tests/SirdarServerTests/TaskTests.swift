import HTTPTypes
import HummingbirdTesting
import JSON
import SirdarCore
import SirdarEngine
import SirdarServer
import SirdarTestKit
import Testing

@Suite("Tasks, for programs")
struct TaskAPITests {
    @Test("from the queue to done: claim the next, draft, tick, complete, read the story")
    func wholeWay() async throws {
        let bench = try ServerBench()
        let task = try bench.task()
        let token = try bench.token(of: try bench.operatorPerson())
        try await bench.asking { client in
            let queues = try await client.get("/v1/queues", token)
            #expect(queues.json["items"]?[0]?["ready"] == 1)
            let claimed = try await client.send(.post, "/v1/claims", token, #"{"queue":"ops"}"#)
            #expect(claimed.json["id"]?.asString == task.id.description)
            #expect(claimed.json["state"] == "in_progress" && claimed.json["fence"] == 1)
            #expect(claimed.json["owner"]?["name"] == "operator" && claimed.json["machine"] == "hw-builder-07")
            #expect(claimed.json["checklist"]?.asArray?.count == 3)
            let path = "/v1/tasks/\(task.id)"
            let draft = try await client.send(.put, "\(path)/draft", token, #"{"values":{"note":"half"}}"#)
            #expect(draft.json["form"]?[2]?["value"] == "half")
            let tick = try await client.send(.put, "\(path)/ticks/note-mounts", token, #"{"evidence":"seen"}"#)
            #expect(tick.json["checklist"]?[0]?["ticked"] == true)
            let completion = """
                {"outcome":"reconfigured","values":{"storageAddress":"10.57.0.20","mountPoint":"/mnt/p"},
                 "ticks":["edit-fstab"],"fence":1}
                """
            let done = try await client.send(.put, "\(path)/completion", token, completion)
            #expect(done.status == .ok)
            _ = try bench.task(task.id, in: "completed")
            let story = try await client.get("/v1/instances/\(task.instance)", token)
            let steps = story.json["steps"]?.asArray ?? []
            #expect(steps.first { $0["name"] == "storage" }?["actors"]?[0]?["name"] == "operator")
            let entries = try await client.get("/v1/entries?object=\(task.instance)&order=oldest", token)
            let actions = entries.json["items"]?.asArray?.compactMap { $0["action"]?.asString } ?? []
            #expect(actions.contains("task.ticked") && actions.contains("task.completed"))
        }
    }

    @Test("wrong values are refused all at once, each with its place")
    func invalid() async throws {
        let bench = try ServerBench()
        let task = try bench.task()
        let token = try bench.token(of: try bench.operatorPerson())
        try await bench.asking { client in
            _ = try await client.send(.put, "/v1/tasks/\(task.id)/start", token)
            let answer = try await client.send(
                .put,
                "/v1/tasks/\(task.id)/completion",
                token,
                #"{"outcome":"reconfigured","values":{"storageAddress":"10.42.0.20"}}"#
            )
            #expect(answer.status == .unprocessableContent)
            let pointers = Set(answer.json["errors"]?.asArray?.compactMap { $0["pointer"]?.asString } ?? [])
            #expect(
                pointers == ["/values/storageAddress", "/values/mountPoint", "/ticks/note-mounts", "/ticks/edit-fstab"]
            )
        }
    }

    @Test("who comes second is told who holds it, by name, and since when")
    func held() async throws {
        let bench = try ServerBench()
        let task = try bench.task()
        let (first, second) = (try bench.operatorPerson("olga"), try bench.operatorPerson("pete"))
        let (one, two) = (try bench.token(of: first), try bench.token(of: second))
        try await bench.asking { client in
            let claim = try await client.send(.put, "/v1/tasks/\(task.id)/claim", one)
            #expect(claim.status == .ok)
            bench.clock.advance(by: .seconds(12))
            let late = try await client.send(.put, "/v1/tasks/\(task.id)/claim", two)
            #expect(late.status == .conflict && late.json["type"] == "urn:sirdar:problem:task-held")
            #expect(late.json["detail"]?.asString?.hasPrefix("olga has held this task for 12 s.") == true)
            let stale = try await client.send(
                .put,
                "/v1/tasks/\(task.id)/completion",
                one,
                #"{"outcome":"cannotReconfigure","fence":7}"#
            )
            #expect(stale.status == .conflict && stale.json["type"] == "urn:sirdar:problem:stale-fence")
            let release = try await client.send(.delete, "/v1/tasks/\(task.id)/claim", one)
            #expect(release.json["state"] == "ready")
            let none = try await client.send(.post, "/v1/claims", two, #"{"queue":"ops"}"#)
            #expect(none.json["owner"]?["name"] == "pete")
            let nothing = try await client.send(.post, "/v1/claims", one, "")
            #expect(nothing.status == .noContent)
        }
    }

    @Test("lists are paged by cursors that nobody else can make")
    func pages() async throws {
        let bench = try ServerBench()
        for _ in 0..<5 { try bench.task() }
        let token = try bench.token(of: try bench.operatorPerson())
        try await bench.asking { client in
            var seen: [String] = []
            var path: String? = "/v1/tasks?limit=2"
            while let next = path {
                let page = try await client.get(next, token)
                seen += page.json["items"]?.asArray?.compactMap { $0["id"]?.asString } ?? []
                path = page.json["next"]?.asString.map { "/v1/tasks?limit=2&cursor=\($0)" }
            }
            #expect(seen.count == 5 && Set(seen).count == 5)
            for query in ["cursor=MTIz.aaaa", "limit=0", "limit=1000", "state=strange"] {
                let wrong = try await client.get("/v1/tasks?\(query)", token)
                #expect(wrong.status == .unprocessableContent, "\(query)")
            }
        }
    }
}

@Suite("Tasks, on pages")
struct TaskPageTests {
    private static let values = "value.storageAddress=10.57.0.20&value.mountPoint=%2Fmnt%2Fp"

    @Test("the whole way by forms alone: claim next, save, complete")
    func wholeWay() async throws {
        let bench = try ServerBench()
        let task = try bench.task()
        let browser = try bench.session(of: try bench.operatorPerson())
        try await bench.asking { client in
            let next = try await client.send(.post, "/queue/next", browser.form, "queue=")
            #expect(next.status == .seeOther && next.headers[.location] == "/tasks/\(task.id)#work")
            let draft = try await client.send(
                .post,
                "/tasks/\(task.id)/draft",
                browser.form,
                "value.note=half&tick.note-mounts=on&evidence.note-mounts=seen&fence=1"
            )
            #expect(draft.status == .seeOther)
            let page = try await client.get("/tasks/\(task.id)", browser.cookie)
            #expect(page.text.contains(">half</textarea>") && page.text.contains(">seen</textarea>"))
            // Saving the same again writes nothing.
            let version = try bench.engine.store.task(task.id)?.version
            _ = try await client.send(
                .post,
                "/tasks/\(task.id)/draft",
                browser.form,
                "value.note=half&value.storageAddress=&tick.note-mounts=on&evidence.note-mounts=seen"
            )
            #expect(try bench.engine.store.task(task.id)?.version == version)
            let done = try await client.send(
                .post,
                "/tasks/\(task.id)/complete",
                browser.form,
                "outcome=reconfigured&fence=1&\(Self.values)&tick.edit-fstab=on"
            )
            #expect(done.status == .seeOther)
            _ = try bench.task(task.id, in: "completed")
            let empty = try await client.send(.post, "/queue/next", browser.form, "queue=ops")
            #expect(empty.headers[.location] == "/queue?note=empty&queue=ops")
        }
    }

    @Test("a refused completion shows the same page, with what was typed and each error beside its field")
    func typedIsKept() async throws {
        let bench = try ServerBench()
        let task = try bench.task()
        let browser = try bench.session(of: try bench.operatorPerson())
        try await bench.asking { client in
            _ = try await client.send(.post, "/tasks/\(task.id)/do/start", browser.form)
            let answer = try await client.send(
                .post,
                "/tasks/\(task.id)/complete",
                browser.form,
                "outcome=reconfigured&fence=1&value.storageAddress=10.42.0.20"
                    + "&value.note=%3Cscript%3Ealert(1)%3C%2Fscript%3E"
                    + "&tick.edit-fstab=on"
            )
            #expect(answer.status == .unprocessableContent)
            let text = answer.text
            #expect(text.contains(#"value="10.42.0.20""#))
            #expect(text.contains("&lt;script&gt;alert(1)&lt;/script&gt;") && !text.contains("<script>alert"))
            #expect(text.contains("is not in the project&#39;s network") || text.contains("not in the project"))
            #expect(text.contains(#"aria-invalid="true""#) && text.contains(##"href="#f-storageAddress""##))
            #expect(
                text.contains(
                    #"name="tick.edit-fstab" value="on" aria-label="Replace the address in /etc/fstab." checked"#
                )
            )
        }
    }

    @Test("a check that finds something gives the task back with where it stands")
    func failedCheck() async throws {
        let bench = try ServerBench()
        let task = try bench.task()
        bench.finds.withLock { $0 = true }
        let browser = try bench.session(of: try bench.operatorPerson())
        try await bench.asking { client in
            _ = try await client.send(.post, "/tasks/\(task.id)/do/start", browser.form)
            _ = try await client.send(
                .post,
                "/tasks/\(task.id)/complete",
                browser.form,
                "outcome=reconfigured&\(Self.values)&tick.edit-fstab=on&tick.note-mounts=on&evidence.note-mounts=x"
            )
            _ = try bench.task(task.id, in: "in_progress")
            let page = try await client.get("/tasks/\(task.id)", browser.cookie)
            #expect(page.text.contains("The old address is still there."))
            #expect(page.text.contains("<code>/etc/fstab</code>") && page.text.contains("<td class=\"number\">3</td>"))
        }
    }

    @Test("a task that somebody else took meanwhile keeps what one typed, and says who has it")
    func takenMeanwhile() async throws {
        let bench = try ServerBench()
        let task = try bench.task()
        let (mine, other) = (try bench.session(of: try bench.operatorPerson()), try bench.operatorPerson("pete"))
        let token = try bench.token(of: other)
        try await bench.asking { client in
            _ = try await client.send(.put, "/v1/tasks/\(task.id)/start", token)
            let late = try await client.send(
                .post,
                "/tasks/\(task.id)/complete",
                mine.form,
                "outcome=reconfigured&\(Self.values)"
            )
            #expect(late.status == .conflict)
            #expect(late.text.contains("pete has held this task") && late.text.contains(#"value="10.57.0.20""#))
        }
    }

    @Test("hostile names are text, wherever they stand")
    func hostileNames() async throws {
        let bench = try ServerBench()
        let hostile = "<img src=x onerror=alert(1)>\"'"
        let person = try bench.person(
            "hostile",
            Set(Role.allCases),
            projects: ["*"],
            queues: ["ops"],
            title: hostile
        )
        let browser = try bench.session(of: person)
        let form = "name=%3Cimg+src%3Dx+onerror%3Dalert(1)%3E&description=%22%3E%3Cscript%3E"
        try await bench.asking { client in
            _ = try await client.send(.post, "/machines/hw-ws-01/image", browser.form, form)
            for path in [
                "/images", "/requests", "/queue?text=%3Cimg%20src%3Dx", "/journal?object=%3Cimg%20src%3Dx", "/me",
            ] {
                let page = try await client.get(path, browser.cookie)
                #expect(!page.text.contains("<img") && !page.text.contains("\"><script>"), "\(path)")
                #expect(page.text.contains("&lt;img"), "\(path)")
            }
        }
    }
}
