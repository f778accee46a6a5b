import HTTPTypes
import HummingbirdTesting
import JSON
import SirdarCore
import SirdarEngine
import SirdarJournal
import SirdarTestKit
import Testing

@Suite("Insight, by API, page and CSV")
struct InsightTests {
    /// A task that waited half an hour, was worked on for an hour, sent back by its check, and done a quarter later.
    private static func bench() throws -> ServerBench {
        let bench = try ServerBench()
        let person = try bench.operatorPerson("engineer")
        let by = Actuation(actor: .init(id: person.id.description, kind: .person), channel: .cli)
        let task = try bench.task()
        let (engine, worker) = (bench.engine, person.worker)
        func act(_ intent: TaskIntent) throws {
            _ = try answer { then in engine.act(intent, on: task.id, worker: worker, by: by, then: then) } as ManualTask
        }
        let completion = TaskIntent.complete(
            outcome: "reconfigured",
            values: ["storageAddress": "10.57.0.20", "mountPoint": "/mnt/p"],
            ticks: [.init(item: "note-mounts", evidence: "seen"), .init(item: "edit-fstab", evidence: nil)],
            fence: nil
        )
        bench.clock.advance(by: .minutes(30))
        try act(.start)
        bench.clock.advance(by: .hours(1))
        bench.finds.withLock { $0 = true }
        try act(completion)
        _ = try bench.task(task.id, in: "in_progress")
        bench.clock.advance(by: .minutes(15))
        bench.finds.withLock { $0 = false }
        try act(completion)
        _ = try bench.task(task.id, in: "completed")
        return bench
    }

    @Test("what a supervisor and an auditor are told adds up, and operators see their own queues")
    func numbers() async throws {
        let bench = try Self.bench()
        let all = try bench.token(of: try bench.person("auditor", [.auditor]), [.read])
        let own = try bench.token(of: try bench.operatorPerson())
        let other = try bench.token(of: try bench.person("elsewhere", [.operator], queues: ["other"]))
        let none = try bench.token(of: try bench.person("artist", [.requester], projects: ["harrow"]))
        try await bench.asking { client in
            for token in [all, own] {
                let insight = try await client.get("/v1/insight", token).json
                let total = insight["total"]
                #expect(total?["working_hours"] == "1.00" && total?["rework_hours"] == "0.25")
                #expect(total?["waiting_hours"] == "0.50" && total?["completed"] == 1)
                #expect(total?["first_time_right"] == 0 && total?["returns"] == 1)
                #expect(insight["steps"]?[0]?["step"]?.asString?.isEmpty == false)
                #expect(insight["steps"]?[0]?["sum"] == total && insight["queues"]?[0]?["queue"] == "ops")
                #expect(insight["weeks"]?.asArray?.count == 8 && insight["weeks"]?[7]?["sum"] == total)
                let earlier = try await client.get("/v1/insight?to=2026-W47&weeks=1", token)
                #expect(earlier.json["total"]?["tasks"] == 0 && earlier.json["weeks"]?.asArray?.count == 1)
            }
            #expect(try await client.get("/v1/insight", other).json["total"]?["tasks"] == 0)
            #expect(try await client.get("/v1/insight?queue=ops", other).status == .forbidden)
            #expect(try await client.get("/v1/insight", none).status == .forbidden)
            for query in ["weeks=0", "weeks=54", "weeks=x", "to=2026-W54", "to=2026-W49", "quarter=1"] {
                let wrong = try await client.get("/v1/insight?\(query)", all)
                #expect(wrong.status == .unprocessableContent, "\(query)")
            }
        }
    }

    @Test("the page draws it, says it in words, and gives it as CSV")
    func page() async throws {
        let bench = try Self.bench()
        let browser = try bench.session(of: try bench.person("sue", [.supervisor], queues: ["ops"]))
        try await bench.asking { client in
            let page = try await client.get("/insight?weeks=4", browser.cookie)
            #expect(page.status == .ok && page.text.contains(#"aria-labelledby="steps-chart-title steps-chart-text""#))
            #expect(page.text.contains("costs most: 1.25 hours in people&#39;s hands, 0.25 of them after"))
            #expect(page.text.contains("working 1.00 h, rework 0.25 h, waiting 0.50 h"))
            #expect(page.text.contains("<dt>Right the first time</dt><dd>0 % (0 of 1)</dd>"))
            #expect(page.text.contains(#"class="rework""#) && page.text.contains(#"<th scope="row">2026-W48</th>"#))
            let csv = try await client.get("/insight/export?weeks=4", browser.cookie)
            #expect(csv.headers[.contentType] == "text/csv; charset=utf-8; header=present")
            #expect(csv.text.hasPrefix("week,workflow,step,kind,queue,tasks,") && csv.text.contains("\r\n2026-W48,"))
            #expect(csv.text.contains(",manual,ops,1,1,0,1,1,1,1.00,0.25,0.00,0.50\r\n"))
            let empty = try await client.get("/insight?to=2026-W40", browser.cookie)
            #expect(empty.text.contains("No task ended in these weeks."))
            let wrong = try await client.get("/insight?to=soon", browser.cookie)
            #expect(wrong.status == .unprocessableContent && wrong.text.contains("no week of ISO 8601"))
        }
    }
}
