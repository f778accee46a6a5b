import HTTPTypes
import HummingbirdTesting
import JSON
import SirdarCore
import SirdarEngine
import SirdarImages
import SirdarServer
import Testing

@Suite("Golden images by page and API")
struct GoldenTests {
    private static let path = "/v1/images/\(PaperStudio.comp)"

    @Test("another project sees a golden image only while it is shared with it, and less of it than its own")
    func isolation() async throws {
        let bench = try ServerBench()
        let other = try bench.person("other", [.requester], projects: ["blackfen"])
        let (browser, token) = (try bench.session(of: other), try bench.token(of: other))
        let sharings: [(Sharing, Bool)] = [(.projects([]), false), (.projects(["blackfen"]), true), (.all, true)]
        for (sharing, isSeen) in sharings {
            bench.studio.share(sharing)
            try await bench.asking { client in
                let image = try await client.get(Self.path, token)
                #expect((image.status == .ok) == isSeen && image.status != .forbidden)
                let page = try await client.get("/images/\(PaperStudio.comp)", browser.cookie)
                #expect((page.status == .ok) == isSeen)
                let list = try await client.get("/v1/shared-images", token)
                #expect(list.json["items"]?.asArray?.count == (isSeen ? 1 : 0))
                #expect(try await client.get("/images", browser.cookie).text.contains("comp-ws-2026-11") == isSeen)
                // Its own project's list alone has it, and what is done with it or told of it is theirs.
                #expect(try await client.get("/v1/images", token).text.contains("bf-secret"))
                #expect(try await !client.get("/v1/images", token).text.contains("comp-ws"))
                #expect(try await client.get("\(Self.path)/costs", token).status == .notFound)
                let copy = #"{"kind":"copy","image":"\#(PaperStudio.comp)","name":"x","location":"dublin"}"#
                #expect(try await client.send(.post, "/v1/requests", token, copy).status == .notFound)
                guard isSeen else { return }
                #expect(image.json["shared_with"]?.isNull == true && image.json["source"] == "")
                #expect(image.json["cost_this_week"]?.isNull == true && image.json["golden"] == true)
                #expect(!page.text.contains("Shared with") && !page.text.contains("Its costs"))
                #expect(!page.text.contains("Request copy to location") && !page.text.contains("0.29 USD"))
            }
        }
    }

    @Test("supervisors mark and unmark by page and by program; nobody else does")
    func rights() async throws {
        let bench = try ServerBench()
        let supervisor = try bench.person("boss", [.supervisor], projects: ["harrow"])
        let (browser, token) = (try bench.session(of: supervisor), try bench.token(of: supervisor))
        let artist = try bench.person("artist", [.requester, .operator], projects: ["harrow"])
        let (other, otherToken) = (try bench.session(of: artist), try bench.token(of: artist))
        let page = "/images/\(PaperStudio.comp)"
        let wish = #"{"kind":"golden","image":"\#(PaperStudio.comp)","shared_with":["blackfen"]}"#
        try await bench.asking { client in
            #expect(try await client.get("\(page)/golden", other.cookie).status == .forbidden)
            #expect(try await client.send(.post, "/v1/requests", otherToken, wish).status == .forbidden)
            #expect(try await client.send(.delete, "\(Self.path)/golden", otherToken).status == .forbidden)
            #expect(try await !client.get(page, other.cookie).text.contains("Golden no more"))
            let form = try await client.get("\(page)/golden", browser.cookie)
            #expect(form.status == .ok && form.text.contains(#"name="sharing" value="all" checked"#))
            #expect(form.text.contains(#"name="project" value="blackfen""#))
            let asked = try await client.send(.post, "\(page)/golden", browser.form, "sharing=some&project=blackfen")
            #expect(asked.status == .seeOther)
            let made = try await client.send(.post, "/v1/requests", token, wish)
            #expect(made.status == .created && made.json["kind"] == "golden")
            for wrong in ["7", "[7]", #""some""#] {
                let body = #"{"kind":"golden","image":"\#(PaperStudio.comp)","shared_with":\#(wrong)}"#
                let answer = try await client.send(.post, "/v1/requests", token, body)
                #expect(answer.json["errors"]?[0]?["pointer"] == "/shared_with", "\(wrong)")
            }
            #expect(try await client.get(page, browser.cookie).text.contains("Golden no more"))
            let ended = try await client.send(.delete, "\(Self.path)/golden", token, #"{"reason":"Old."}"#)
            #expect(ended.status == .ok && ended.json["golden"] == false)
        }
    }
}
