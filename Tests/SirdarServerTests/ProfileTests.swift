import HTTPTypes
import HummingbirdTesting
import JSON
import SirdarCore
import SirdarEngine
import SirdarImages
import SirdarServer
import SirdarTestKit
import Testing

@Suite("Build profiles by page and API")
struct ProfileTests {
    private func bench() throws -> ServerBench {
        let bench = try ServerBench()
        try bench.write(PaperProfiles.records)
        return bench
    }

    @Test("the dropdown holds exactly the images that can be chosen, and says of the others why not")
    func dropdown() async throws {
        let bench = try bench()
        let artist = try bench.person("artist", [.requester], projects: ["harrow"])
        let (browser, token) = (try bench.session(of: artist), try bench.token(of: artist))
        try await bench.asking { client in
            let page = try await client.get("/profiles/new?project=harrow&type=workstation", browser.cookie)
            #expect(page.status == .ok)
            #expect(page.text.contains(#"<option value="\#(PaperProfiles.built)">comp-ws</option>"#))
            #expect(page.text.contains(">golden-ws, golden, of blackfen</option>"))
            for other in [
                PaperProfiles.building, PaperProfiles.node, PaperProfiles.elsewhere, PaperProfiles.foreign,
                PaperProfiles.kept, PaperProfiles.between,
            ] { #expect(!page.text.contains(#"<option value="\#(other)""#)) }
            #expect(page.text.contains("It is Building. It can be chosen when it is Built."))
            #expect(page.text.contains("It is of a render node, and the profile is for a workstation."))
            #expect(page.text.contains("It is in dublin, and the project in oregon. Request a copy to oregon."))
            for secret in ["bf-secret-ws", "golden-for-others", "in-between", "gone-ws"] {
                #expect(!page.text.contains(secret), "\(secret)")
            }
            let choices = try await client.get("/v1/projects/harrow/image-choices?type=workstation", token)
            let items = try #require(choices.json["items"]?.asArray)
            let eligible = items.filter { $0["eligible"] == true }.compactMap { $0["image"]?["name"]?.asString }
            #expect(eligible == ["golden-ws", "comp-ws"])
            #expect(items.count == 5)
            #expect(items.allSatisfy { ($0["eligible"] == true) == ($0["refusal"]?.isNull == true) })
        }
    }

    @Test("an empty dropdown says which images there are and what is wrong with each, and nothing can be sent")
    func emptyDropdown() async throws {
        let bench = try bench()
        let browser = try bench.session(of: try bench.person("artist", [.requester], projects: ["harrow", "blackfen"]))
        try await bench.asking { client in
            let page = try await client.get("/profiles/new?project=blackfen&type=workstation", browser.cookie)
            #expect(page.text.contains("None of the images that there are can be chosen for a workstation in dublin."))
            #expect(page.text.contains("<details class=\"sub\" open>") && page.text.contains("bf-secret-ws"))
            #expect(page.text.contains(#"<button class="primary" disabled>"#) && !page.text.contains(#"id="image""#))
        }
        let nothing = try ServerBench()
        let visitor = try nothing.session(of: try nothing.person("artist", [.requester], projects: ["harrow"]))
        try await nothing.asking { client in
            let page = try await client.get("/profiles/new", visitor.cookie)
            #expect(page.text.contains("The project has no images yet, and no golden image is shared with it."))
        }
    }

    @Test("a profile is made, changed by who saw it as it is, and retired; each is in the journal")
    func life() async throws {
        let bench = try bench()
        let token = try bench.token(of: try bench.person("artist", [.requester], projects: ["harrow"]))
        let wish = """
            {"project":"harrow","name":"Nodes","type":"renderNode","image":"\(PaperProfiles.node)","description":"x"}
            """
        try await bench.asking { client in
            let made = try await client.send(.post, "/v1/profiles", token, wish)
            #expect(made.status == .created && made.json["refusal"]?.isNull == true)
            let path = try #require(made.headers[.location])
            let again = try await client.send(.post, "/v1/profiles", token, wish)
            #expect(again.status == .unprocessableContent && again.json["errors"]?[0]?["pointer"] == "/name")
            let seen = try await client.get(path, token)
            let tag = try #require(seen.headers[.eTag])
            let blind = try await client.send(.patch, path, token, #"{"name":"Other"}"#)
            #expect(blind.status == .preconditionRequired)
            var matching = token
            matching[.ifMatch] = tag
            let changed = try await client.send(.patch, path, matching, #"{"name":"Other"}"#)
            #expect(changed.status == .ok && changed.json["name"] == "Other" && changed.json["description"] == "x")
            let stale = try await client.send(.patch, path, matching, #"{"name":"Third"}"#)
            #expect(stale.status == .preconditionFailed)
            let retired = try await client.send(.delete, path, token, #"{"reason":"Nobody uses it."}"#)
            #expect(retired.status == .ok && retired.json["retired"] == true)
            let twice = try await client.send(.delete, path, token)
            #expect(twice.status == .conflict)
            // The name is free, and the list holds it only for who asks.
            #expect(try await client.send(.post, "/v1/profiles", token, wish).status == .created)
            let names = { (answer: TestResponse) in answer.json["items"]?.asArray?.compactMap { $0["name"]?.asString } }
            #expect(names(try await client.get("/v1/profiles", token)) == ["Comp workstation", "Nodes"])
            let all = try await client.get("/v1/profiles?retired=true", token)
            #expect(names(all) == ["Comp workstation", "Nodes", "Other"])
        }
        #expect(
            try bench.actions().filter { $0.hasPrefix("profile.") }
                == ["profile.added", "profile.changed", "profile.retired", "profile.added"]
        )
    }

    @Test(
        "an image that cannot be chosen is refused with what is wrong; one of others as if it were not there",
        arguments: [
            (PaperProfiles.building, "It is Building"), (PaperProfiles.node, "It is of a render node"),
            (PaperProfiles.elsewhere, "It is in dublin"), (PaperProfiles.foreign, "harrow has no image"),
            (PaperProfiles.kept, "harrow has no image"), (PaperProfiles.between, "harrow has no image"),
            (PaperStudio.id(99), "harrow has no image"),
        ]
    )
    func refusals(_ image: Identifier, _ sentence: String) async throws {
        let bench = try bench()
        let token = try bench.token(of: try bench.person("artist", [.requester], projects: ["harrow"]))
        try await bench.asking { client in
            let wish = #"{"project":"harrow","name":"New","type":"workstation","image":"\#(image)"}"#
            let answer = try await client.send(.post, "/v1/profiles", token, wish)
            #expect(answer.status == .unprocessableContent && answer.json["errors"]?[0]?["pointer"] == "/image")
            #expect(answer.json["detail"]?.asString?.contains(sentence) == true)
            #expect(!answer.text.contains("secret"))
        }
    }

    @Test("who only looks sees profiles and changes none; another project's is not there")
    func rights() async throws {
        let bench = try bench()
        let auditor = try bench.token(of: try bench.person("auditor", [.auditor], projects: ["*"]))
        let other = try bench.token(of: try bench.person("other", [.requester], projects: ["blackfen"]))
        let wish = #"{"project":"harrow","name":"N","type":"workstation","image":"\#(PaperProfiles.built)"}"#
        let path = "/v1/profiles/\(PaperProfiles.profile)"
        try await bench.asking { client in
            #expect(try await client.get(path, auditor).status == .ok)
            #expect(try await client.send(.post, "/v1/profiles", auditor, wish).status == .forbidden)
            #expect(try await client.send(.delete, path, auditor).status == .forbidden)
            #expect(try await client.get(path, other).status == .notFound)
            #expect(try await client.get("/v1/profiles", other).json["items"]?.asArray?.isEmpty == true)
            let foreign = try await client.send(.post, "/v1/profiles", other, wish)
            #expect(foreign.status == .unprocessableContent && !foreign.text.contains("comp-ws"))
        }
    }

    @Test("machines are asked for by page and by program; what is wrong is told beside its field, and kept as typed")
    func machines() async throws {
        let bench = try bench()
        let artist = try bench.person("artist", [.requester], projects: ["harrow"])
        let other = try bench.token(of: try bench.person("other", [.requester], projects: ["blackfen"]))
        let auditor = try bench.token(of: try bench.person("auditor", [.auditor], projects: ["*"]))
        let (browser, token) = (try bench.session(of: artist), try bench.token(of: artist))
        let path = "/profiles/\(PaperProfiles.profile)/machines"
        let wish = #"{"kind":"machines","profile":"\#(PaperProfiles.profile)","prefix":"comp","count":12}"#
        try await bench.asking { client in
            let form = try await client.get(path, browser.cookie)
            #expect(form.status == .ok && form.text.contains("From Comp workstation: each a workstation of Harrow"))
            let taken = try await client.send(.post, path, browser.form, "prefix=hw-ws&count=2&first=1")
            #expect(taken.status == .unprocessableContent && taken.text.contains("hw-ws-01 is there already."))
            #expect(taken.text.contains(#"id="e-first""#) && taken.text.contains(#"value="hw-ws""#))
            let asked = try await client.send(.post, path, browser.form, "prefix=comp&count=2&first=1")
            #expect(asked.status == .seeOther && asked.headers[.location]?.hasPrefix("/requests/") == true)
            let made = try await client.send(.post, "/v1/requests", token, wish)
            #expect(made.status == .created && made.json["kind"] == "machines" && made.json["project"] == "harrow")
            let none = try await client.send(.post, "/v1/requests", token, #"{"kind":"machines","prefix":"comp"}"#)
            #expect(none.status == .unprocessableContent && none.json["errors"]?[0]?["pointer"] == "/profile")
            #expect(try await client.send(.post, "/v1/requests", other, wish).status == .notFound)
            #expect(try await client.send(.post, "/v1/requests", auditor, wish).status == .forbidden)
        }
    }

    @Test("the form keeps what was typed when somebody was first, and the image that a profile has may stay")
    func changeByPage() async throws {
        let bench = try bench()
        let browser = try bench.session(of: try bench.person("artist", [.requester], projects: ["harrow"]))
        let path = "/profiles/\(PaperProfiles.profile)"
        @Sendable func seen(_ page: TestResponse) throws -> String {
            let rest = try #require(page.text.split(separator: #"name="seen" value=""#).dropFirst().first)
            return String(rest.prefix { $0 != "\"" }).replacing("&quot;", with: "\"")
        }
        try await bench.asking { client in
            let form = try await client.get("\(path)/edit", browser.cookie)
            let tag = try seen(form)
            let image = "image=\(PaperProfiles.built)"
            let body = "name=Renamed&description=&\(image)&seen=\(tag.urlEncoded)"
            let changed = try await client.send(.post, "\(path)/edit", browser.form, body)
            #expect(changed.status == .seeOther)
            let stale = try await client.send(.post, "\(path)/edit", browser.form, body)
            #expect(stale.status == .preconditionFailed && stale.text.contains("Somebody else changed this"))
            #expect(stale.text.contains(#"value="Renamed""#))
        }
        // Its image is going, and the profile says so.
        let record = try #require(try bench.engine.store.record(Image.kind, PaperProfiles.built.description))
        var image = try #require(Image(record))
        image.state = .deletionRequested
        try bench.write([image.changed(from: record)])
        try await bench.asking { client in
            let page = try await client.get(path, browser.cookie)
            #expect(page.text.contains("The image comp-ws cannot be used: its deletion has been requested."))
            let form = try await client.get("\(path)/edit", browser.cookie)
            #expect(form.text.contains(#"<option value="\#(PaperProfiles.built)" selected>"#))
            let body = "name=Again&description=&image=\(PaperProfiles.built)&seen=\(try seen(form).urlEncoded)"
            #expect(try await client.send(.post, "\(path)/edit", browser.form, body).status == .seeOther)
            let detail = try await client.get(path, browser.cookie)
            let retire = "reason=old&seen=\(try seen(detail).urlEncoded)"
            #expect(try await client.send(.post, "\(path)/retire", browser.form, retire).status == .seeOther)
            let list = try await client.get("/profiles", browser.cookie)
            #expect(!list.text.contains("Again"))
            #expect(try await client.get("/profiles?retired=true", browser.cookie).text.contains("Again"))
        }
    }
}

extension String {
    fileprivate var urlEncoded: String {
        utf8.map { byte in
            let scalar = Unicode.Scalar(byte)
            let isPlain = scalar.properties.isAlphabetic || (0x30...0x39).contains(byte)
            return isPlain ? String(scalar) : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
        }.joined()
    }
}
