import JSON
import SirdarTestKit
import Testing

@Suite("Notifications, by command")
struct NoticeTests {
    private static let mine: JSON = [
        "reaches": "me@studio.example", "waiting": 0,
        "kinds": [["kind": "overdue", "muted": true], ["kind": "assigned", "muted": false]],
    ]

    @Test("muting keeps what was muted before, and unmuting takes one away")
    func muting() throws {
        let server = try ScriptedServer { _ in .json(Self.mine) }
        defer { server.stop() }
        let outcome = try Tool(server).run("notification set --mute assigned --unmute overdue --address none")
        #expect(outcome.code == 0 && outcome.text.contains("me@studio.example"), "\(outcome.messages)")
        let sent = try #require(server.requests.last)
        #expect(sent.method == "PUT" && sent.target == "/v1/people/me/notifications")
        #expect(sent.json == ["address": "", "muted": ["assigned"]])
        #expect(try Tool(server).run("notification set").code == 64)
    }

    @Test("what is on its way and what was given up is listed")
    func list() throws {
        let server = try ScriptedServer(
            .json([
                "channels": [["channel": "mail", "trouble": "Nothing answers."]], "waiting": [],
                "undelivered": [
                    [
                        "channel": "mail", "person": "ann", "notices": 3, "problem": "550 no such user",
                        "given_up_at": "2026-11-23T18:00:00Z",
                    ]
                ],
            ])
        )
        defer { server.stop() }
        let outcome = try Tool(server).run("notification list")
        #expect(outcome.text.contains("mail: Nothing answers.") && outcome.text.contains("550 no such user"))
        #expect(try Tool(server).run("notification trial").code == 0)
    }
}
