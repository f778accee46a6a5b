import HTTPTypes
import HummingbirdTesting
import JSON
import SirdarCore
import SirdarEngine
import SirdarImages
import SirdarServer
import Testing

@Suite("Images, machines and requests")
struct ImageTests {
    @Test("an image cannot be asked for of a machine that is on, and the page says why before the click")
    func machineIsOn() async throws {
        let bench = try ServerBench()
        let artist = try bench.person("artist", [.requester], projects: ["harrow"])
        let browser = try bench.session(of: artist)
        try await bench.asking { client in
            let machines = try await client.get("/machines", browser.cookie)
            #expect(
                machines.text.contains(#"<span class="button off" aria-disabled="true">Request image creation</span>"#)
            )
            #expect(machines.text.contains("The machine is on. Turn it off first."))
            #expect(machines.text.contains(#"href="/machines/hw-ws-01/image""#))
            #expect(!machines.text.contains(#"href="/machines/hw-rn-01/image""#))
            #expect(!machines.text.contains("bf-ws-01"))
            let asked = try await client.send(.post, "/machines/hw-rn-01/image", browser.form, "name=rn&description=x")
            #expect(asked.status == .conflict && asked.text.contains(#"value="rn""#))
            let off = try await client.send(.post, "/machines/hw-rn-01/power", browser.form, "power=off")
            #expect(off.status == .seeOther)
            let again = try await client.send(.post, "/machines/hw-rn-01/image", browser.form, "name=rn&description=x")
            #expect(again.status == .seeOther && again.headers[.location]?.hasPrefix("/requests/") == true)
            let images = try await client.get("/images", browser.cookie)
            #expect(
                images.text.contains(
                    #"<span class="badge blue"><span class="icon" aria-hidden="true">✓</span>Saved</span>"#
                )
            )
        }
    }

    @Test("states are ticks in the documentation's colours, and golden images carry their badge")
    func ticks() async throws {
        let bench = try ServerBench()
        let browser = try bench.session(of: try bench.person("artist", [.requester], projects: ["harrow"]))
        try await bench.asking { client in
            let text = try await client.get("/images", browser.cookie).text
            #expect(
                text.contains(#"<span class="badge green"><span class="icon" aria-hidden="true">✓</span>Built</span>"#)
            )
            #expect(
                text.contains(
                    #"<span class="badge yellow"><span class="icon" aria-hidden="true">✓</span>Building</span>"#
                )
            )
            #expect(text.contains("golden") && text.contains("0.29 USD"))
        }
    }

    @Test("images are found by state, name and golden, page by page, and only one's own")
    func finding() async throws {
        let bench = try ServerBench()
        let artist = try bench.person("artist", [.requester], projects: ["harrow"])
        let (browser, token) = (try bench.session(of: artist), try bench.token(of: artist))
        @Sendable func names(_ response: TestResponse) -> [String] {
            response.json["items"]?.asArray?.compactMap { $0["name"]?.asString } ?? []
        }
        try await bench.asking { client in
            for (query, found) in [
                ("", ["rn-houdini-20.5", "comp-ws-2026-11"]), ("?state=built", ["comp-ws-2026-11"]),
                ("?q=HOUDINI", ["rn-houdini-20.5"]), ("?q=nuke", ["comp-ws-2026-11"]), ("?q=secret", []),
                ("?golden=true", ["comp-ws-2026-11"]), ("?golden=true&state=building", []),
            ] {
                #expect(names(try await client.get("/v1/images\(query)", token)) == found, "\(query)")
            }
            let first = try await client.get("/v1/images?limit=1", token)
            let cursor = try #require(first.json["next"]?.asString)
            let second = try await client.get("/v1/images?limit=1&cursor=\(cursor)", token)
            #expect(names(first) + names(second) == ["rn-houdini-20.5", "comp-ws-2026-11"])
            for path in ["/v1/images?state=blue", "/images?state=blue"] {
                let fields = path.hasPrefix("/v1") ? token : browser.cookie
                #expect(try await client.get(path, fields).status == .unprocessableContent)
            }
            let foreign = try await client.get("/images?project=blackfen", browser.cookie)
            #expect(foreign.status == .notFound)
            let page = try await client.get("/images?q=houdini", browser.cookie)
            #expect(page.text.contains("rn-houdini-20.5") && !page.text.contains("comp-ws-2026-11"))
            let nothing = try await client.get("/images?q=secret", browser.cookie)
            #expect(nothing.text.contains("No image is like that.") && !nothing.text.contains("bf-secret"))
        }
    }

    @Test("every kind of request has its dialog, and a name that is taken is told beside the field")
    func dialogs() async throws {
        let bench = try ServerBench()
        let browser = try bench.session(of: try bench.person("artist", [.requester], projects: ["*"]))
        let image = "/images/\(PaperStudio.comp)"
        try await bench.asking { client in
            let create = try await client.get("/machines/hw-ws-01/image", browser.cookie)
            #expect(
                create.text.contains("Estimate")
                    && create.text.contains("about 0.30 USD a week (measured 25.0 GiB); at most 0.73 USD")
            )
            let taken = try await client.send(
                .post,
                "/machines/hw-ws-01/image",
                browser.form,
                "name=comp-ws-2026-11&description=again"
            )
            #expect(taken.status == .conflict && taken.text.contains(#"id="e-name""#) && taken.text.contains(">again<"))
            let copy = try await client.get("\(image)/copy", browser.cookie)
            #expect(copy.text.contains(#"<option value="dublin">"#) && !copy.text.contains(#"<option value="oregon">"#))
            let adapt = try await client.get("\(image)/adapt", browser.cookie)
            #expect(adapt.text.contains(#"<option value="blackfen">"#))
            for (kind, body) in [
                ("copy", "name=c&location=dublin"), ("adapt", "name=a&project=blackfen"), ("delete", "reason=old"),
            ] {
                let asked = try await client.send(.post, "\(image)/\(kind)", browser.form, body)
                #expect(asked.status == .seeOther, "\(kind)")
            }
            let nameless = try await client.send(.post, "\(image)/copy", browser.form, "name=+&location=dublin")
            #expect(nameless.status == .unprocessableContent)
            let list = try await client.get("/requests", browser.cookie)
            for word in ["Copy to location", "Use in another project", "Delete image"] {
                #expect(list.text.contains(word))
            }
        }
    }

    @Test("programs ask, read and withdraw; for somebody else only where that was given")
    func programs() async throws {
        let bench = try ServerBench()
        let artist = try bench.person("artist", [.requester], projects: ["harrow"])
        let service = try bench.person("sherpa", [.requester], projects: ["*"])
        let (own, acting) = (try bench.token(of: artist), try bench.token(of: service))
        let plain = try bench.token(of: service, [.read, .request])
        let wish = #"{"kind":"create","machine":"hw-ws-01","name":"n","on_behalf_of":"\#(artist.id)"}"#
        let foreign = #"{"kind":"create","machine":"bf-ws-01","name":"m","on_behalf_of":"\#(artist.id)"}"#
        try await bench.asking { client in
            let (denied, made) = (
                try await client.send(.post, "/v1/requests", plain, wish),
                try await client.send(.post, "/v1/requests", acting, wish)
            )
            #expect(denied.status == .forbidden)
            #expect(made.status == .created && made.json["requester"]?["name"] == "artist")
            // In another's name one may no more than that person.
            let over = try await client.send(.post, "/v1/requests", acting, foreign)
            #expect(over.status == .notFound)
            let path = try #require(made.headers[.location])
            let (seen, list) = (try await client.get(path, own), try await client.get("/v1/requests", own))
            #expect(seen.json["image"]?["state"] == "saved" && list.json["items"]?.asArray?.count == 1)
            let gone = try await client.send(.delete, path, own)
            #expect(gone.json["state"] == "withdrawn")
            let wrong = try await client.send(.post, "/v1/requests", own, #"{"kind":"copy","colour":"red"}"#)
            let pointers = Set(wrong.json["errors"]?.asArray?.compactMap { $0["pointer"]?.asString } ?? [])
            #expect(wrong.status == .unprocessableContent)
            #expect(pointers == ["/image", "/name", "/location", "/colour"])
        }
    }

    @Test("files of a machine are read and written by who works on it, and by nobody else")
    func files() async throws {
        let bench = try ServerBench()
        let (worker, artist) = (
            try bench.operatorPerson(), try bench.person("artist", [.requester], projects: ["harrow"])
        )
        let (token, other) = (try bench.token(of: worker), try bench.token(of: artist))
        let path = "/v1/machines/hw-ws-01/files"
        try await bench.asking { client in
            let list = try await client.get("\(path)?path=/etc", token)
            #expect(list.json["items"]?[0]?["path"] == "/etc/fstab")
            let content = try await client.get("\(path)/content?path=/etc/fstab", token)
            #expect(
                content.text.hasPrefix("10.42.0.20:") && content.headers[.contentType] == "application/octet-stream"
            )
            let written = try await client.send(.put, "\(path)/content?path=/etc/fstab", token, "new\n")
            #expect(written.json["bytes"] == 4)
            let missing = try await client.get("\(path)/content?path=/etc/none", token)
            #expect(missing.status == .notFound)
            let refused = try await client.get("\(path)/content?path=/etc/fstab", other)
            #expect(refused.status == .forbidden)
        }
    }
}
