import HTTPTypes
import HummingbirdTesting
import JSON
import SirdarCore
import SirdarEngine
import SirdarJournal
import SirdarTestKit
import Testing

@Suite("Everybody says what they are told, by API and page")
struct NoticeTests {
    private static let path = "/v1/people/me/notifications"

    @Test("kinds are muted and an address is set; what cannot be is told, and the journal has no address in it")
    func settings() async throws {
        let bench = try ServerBench(notifies: true)
        let token = try bench.token(of: try bench.operatorPerson())
        try await bench.asking { client in
            let before = try await client.get(Self.path, token)
            #expect(before.json["reaches"] == "operator@studio.example" && before.json["address"]?.isNull == true)
            let set = try await client.send(
                .put,
                Self.path,
                token,
                #"{"address":"me@studio.example","muted":["reminded","at-risk"]}"#
            )
            #expect(set.json["reaches"] == "me@studio.example")
            let muted = set.json["kinds"]?.asArray?.filter { $0["muted"] == true }.compactMap { $0["kind"]?.asString }
            #expect(muted == ["reminded", "at-risk"])
            for wrong in [
                #"{"address":"me@elsewhere.example"}"#, #"{"address":"me"}"#, #"{"muted":["late"]}"#, #"{"mute":[]}"#,
            ] {
                #expect(
                    try await client.send(.put, Self.path, token, wrong).status == .unprocessableContent,
                    "\(wrong)"
                )
            }
            let none = try await client.send(.put, Self.path, token, #"{"address":""}"#)
            #expect(none.json["reaches"] == "operator@studio.example")
        }
        let entries = try bench.engine.store.entries(EntryQuery()).map { try JSON(parsing: $0.entry.canonical) }
        let told = entries.filter { $0["action"] == "notices.set" }
        #expect(told.count == 2 && told.allSatisfy { !$0.text.contains("studio.example") })
    }

    @Test("a trial is asked for, what waits is shown, and only to who looks after the installation")
    func trial() async throws {
        let bench = try ServerBench(notifies: true)
        let token = try bench.token(of: try bench.operatorPerson())
        let admin = try bench.token(of: try bench.person("admin", [.admin]))
        try await bench.asking { client in
            let trial = try await client.send(.post, "\(Self.path)/trial", token)
            let denied = try await client.get("/v1/notifications", token)
            #expect(trial.status == .accepted && denied.status == .forbidden)
        }
        _ = try eventually { bench.notifier?.troubles.first?.trouble == "Nothing answers." ? true : nil }
        try await bench.asking { client in
            let outgoing = try await client.get("/v1/notifications", admin)
            #expect(outgoing.json["channels"]?[0]?["trouble"] == "Nothing answers.")
            #expect(outgoing.json["waiting"]?[0]?["person"] == "operator")
            let mine = try await client.get(Self.path, token)
            #expect(mine.json["problem"] == "Nothing answers." && mine.json["waiting"] == 1)
        }
    }

    @Test("one click mutes what the link names, for whom it names, without signing in; any other link does nothing")
    func mute() async throws {
        let bench = try ServerBench(notifies: true)
        let person = try bench.operatorPerson()
        let token = try #require(bench.notifier?.seal.token(person.id.description, [.overdue, .atRisk]))
        let mine = try bench.token(of: person)
        try await bench.asking { client in
            let page = try await client.get("/mute?token=\(token)")
            #expect(page.status == .ok && page.text.contains("Overdue") && page.text.contains("<button"))
            let still = try await client.get(Self.path, mine)
            #expect(still.json["kinds"]?.asArray?.allSatisfy { $0["muted"] == false } == true, "looking mutes nothing")
            #expect(try await client.send(.post, "/v1/mute?token=\(token)x", [:]).status == .notFound)
            let clicked = try await client.send(.post, "/v1/mute?token=\(token)", [:])
            #expect(clicked.status == .ok)
            let after = try await client.get(Self.path, mine)
            let muted = after.json["kinds"]?.asArray?.filter { $0["muted"] == true }.compactMap { $0["kind"]?.asString }
            #expect(muted == ["at-risk", "overdue"])
            let same = try await client.send(
                .post,
                "/mute",
                [.named("Sec-Fetch-Site"): "same-origin", .contentType: "application/x-www-form-urlencoded"],
                "token=\(token)"
            )
            #expect(same.status == .ok && same.text.contains("Muted."))
        }
    }

    @Test("the page keeps what was chosen, and says what was wrong with what was typed")
    func page() async throws {
        let bench = try ServerBench(notifies: true)
        let browser = try bench.session(of: try bench.operatorPerson())
        let form = "_token=\(browser.secret.derived(for: "sirdar/form"))"
        try await bench.asking { client in
            let page = try await client.get("/me/notifications", browser.cookie).text
            #expect(page.contains("operator@studio.example") && page.contains("value=\"overdue\" checked"))
            let kept = try await client.send(
                .post,
                "/me/notifications",
                browser.form,
                form + "&address=me%40studio.example&tell=overdue"
            )
            #expect(kept.text.contains("Kept.") && kept.text.contains("value=\"me@studio.example\""))
            #expect(kept.text.contains("value=\"assigned\">") && kept.text.contains("value=\"overdue\" checked"))
            let wrong = try await client.send(.post, "/me/notifications", browser.form, form + "&address=nobody")
            #expect(wrong.status == .unprocessableContent && wrong.text.contains("value=\"nobody\""))
            let trial = try await client.send(.post, "/me/notifications/trial", browser.form, form)
            #expect(trial.text.contains("A trial is on its way."))
        }
        let silent = try ServerBench()
        let other = try silent.session(of: try silent.operatorPerson())
        try await silent.asking { client in
            let page = try await client.get("/me/notifications", other.cookie).text
            #expect(page.contains("This installation sends no mail."))
        }
    }
}
