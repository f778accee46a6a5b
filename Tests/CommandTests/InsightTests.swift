import JSON
import SirdarTestKit
import Testing

@Suite("Insight, by command")
struct InsightTests {
    private static let sum: JSON = [
        "tasks": 4, "completed": 4, "first_time_right": 3, "due": 2, "in_time": 1, "returns": 1,
        "working_hours": "9.50", "rework_hours": "0.25", "on_hold_hours": "8.00", "waiting_hours": "2.00",
    ]

    @Test("where the hours went is shown by step, queue or week, or printed as it is for spreadsheets")
    func commands() throws {
        let insight: JSON = [
            "from": "2026-W41", "to": "2026-W48", "queue": nil, "as_of": "2026-11-25T09:00:00Z", "total": Self.sum,
            "steps": [["workflow": "images/adapt", "step": "storage", "kind": "triage", "sum": Self.sum]],
            "queues": [["queue": "ops", "sum": Self.sum]], "weeks": [["week": "2026-W48", "sum": Self.sum]],
        ]
        let server = try ScriptedServer { request in
            request.target.contains("export") ? .init(body: Array("week,workflow\r\n".utf8)) : .json(insight)
        }
        defer { server.stop() }
        let steps = try Tool(server).run("insight --weeks 4 --queue ops")
        #expect(steps.code == 0 && steps.text.contains("2026-W41 to 2026-W48"), "\(steps.messages)")
        #expect(steps.text.contains("storage (gave up)") && steps.text.contains("9.50 h"))
        #expect(steps.text.contains("75 %") && steps.text.contains("50 %"))
        #expect(try Tool(server).run("insight --by week").text.contains("2026-W48  "))
        #expect(try Tool(server).run("insight --csv").text == "week,workflow\r\n")
        let targets = server.requests.map(\.target)
        #expect(targets.first == "/v1/insight?weeks=4&queue=ops" && targets.last == "/v1/insight/export?weeks=8")
        #expect(try Tool(server).run("insight --by month").code == 64)
    }
}
