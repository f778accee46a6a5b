import HTTPTypes
import HummingbirdTesting
import JSON
import SirdarCore
import SirdarEngine
import SirdarTestKit
import Testing

@Suite("Absences, by API and page")
struct AbsenceTests {
    @Test("one's own is set and ended; another's by a supervisor; what cannot be is told at its field")
    func byProgram() async throws {
        let bench = try ServerBench()
        let ann = try bench.operatorPerson("ann")
        _ = try bench.operatorPerson("ben")
        try bench.person("far", [.operator], queues: ["other"])
        let token = try bench.token(of: ann)
        let sue = try bench.token(of: try bench.person("sue", [.supervisor], projects: ["*"], queues: ["ops"]))
        let mine = "/v1/people/me/absence"
        try await bench.asking { client in
            let set = try await client.send(.put, mine, token, #"{"until":"P3D","substitute":"ben"}"#)
            #expect(set.status == .ok && set.json["away"] == true && set.json["substitute"]?["name"] == "ben")
            let list = try await client.get("/v1/absences", sue)
            #expect(list.json["items"]?[0]?["person"]?["name"] == "ann")
            for (body, pointer) in [
                (#"{"until":"soon"}"#, "/until"), ("{}", "/until"), (#"{"until":"P999D"}"#, "/until"),
                (#"{"until":"P1D","substitute":"far"}"#, "/substitute"),
                (#"{"until":"P1D","substitute":"nobody"}"#, "/substitute"),
            ] {
                let wrong = try await client.send(.put, mine, token, body)
                #expect(
                    wrong.status == .unprocessableContent && wrong.json["errors"]?[0]?["pointer"] == .string(pointer),
                    "\(body)"
                )
            }
            let other = try await client.send(.put, "/v1/people/ben/absence", token, #"{"until":"P1D"}"#)
            #expect(other.status == .forbidden)
            let supervised = try await client.send(.put, "/v1/people/ben/absence", sue, #"{"until":"P1D"}"#)
            #expect(supervised.status == .ok)
            let ended = try await client.send(.delete, mine, token)
            #expect(ended.status == .noContent)
            let twice = try await client.send(.delete, mine, token)
            #expect(twice.status == .conflict)
        }
    }

    @Test("the page offers whoever can stand in, keeps what was typed, and says who else is away")
    func page() async throws {
        let bench = try ServerBench()
        let (ann, _) = (try bench.operatorPerson("ann"), try bench.operatorPerson("ben"))
        try bench.person("far", [.operator], queues: ["other"])
        let browser = try bench.session(of: ann)
        let form = "_token=\(browser.secret.derived(for: "sirdar/form"))"
        try await bench.asking { client in
            let page = try await client.get("/me/absence", browser.cookie).text
            #expect(page.contains("<option value=\"ben\"") && !page.contains("<option value=\"far\""))
            let wrong = try await client.send(.post, "/me/absence", browser.form, form + "&until=soon&substitute=ben")
            #expect(wrong.status == .unprocessableContent && wrong.text.contains("value=\"soon\""))
            #expect(wrong.text.contains("<option value=\"ben\" selected"))
            let set = try await client.send(.post, "/me/absence", browser.form, form + "&until=P3D&substitute=ben")
            #expect(set.status == .seeOther)
            #expect(try await client.get("/me/absence", browser.cookie).text.contains("ben stands in for you"))
            _ = try await client.send(.post, "/me/absence/end", browser.form, form)
            #expect(try await client.get("/me/absence", browser.cookie).text.contains("stands in for you") == false)
        }
    }
}
