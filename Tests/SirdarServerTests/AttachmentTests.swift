import HTTPTypes
import HummingbirdTesting
import JSON
import NIOCore
import SirdarCore
import SirdarEngine
import SirdarServer
import SirdarTestKit
import Testing

@Suite("Files are attached, listed and downloaded, by API and page")
struct AttachmentTests {
    private static func bench() throws -> ServerBench {
        try ServerBench { settings in
            settings.attachmentBytesMax = 2 << 20
            settings.attachmentTypes = ["text/plain", "image/png"]
        }
    }

    private static func typed(_ token: HTTPFields, _ type: String) -> HTTPFields {
        var fields = token
        fields[.contentType] = type
        return fields
    }

    @Test("a file goes in and comes out as it was, never to be shown, and the same again changes nothing")
    func api() async throws {
        let bench = try Self.bench()
        let task = try bench.task()
        let token = try bench.token(of: try bench.operatorPerson())
        let auditor = try bench.token(of: try bench.person("auditor", [.auditor]), [.read])
        let path = "/v1/tasks/\(task.id)/attachments"
        try await bench.asking { client in
            let text = Self.typed(token, "text/plain; charset=utf-8")
            let early = try await client.send(.post, "\(path)?name=mounts.txt", text, "10.42.0.20:/projects")
            #expect(early.status == .conflict && early.json["type"] == "urn:sirdar:problem:task-not-claimed")
            _ = try await client.send(.put, "/v1/tasks/\(task.id)/start", token)
            let made = try await client.send(.post, "\(path)?name=mounts%20%22old%22.txt", text, "10.42.0.20:/projects")
            #expect(made.status == .created && made.json["bytes"] == 20 && made.json["by"] == "operator")
            let id = made.json["id"]?.asString ?? ""
            let again = try await client.send(
                .post,
                "\(path)?name=mounts%20%22old%22.txt",
                text,
                "10.42.0.20:/projects"
            )
            #expect(again.json["id"] == made.json["id"])
            let other = try await client.send(.post, "\(path)?name=mounts%20%22old%22.txt", text, "other")
            #expect(other.status == .conflict && other.json["type"] == "urn:sirdar:problem:name-taken")
            #expect(try await client.get(path, auditor).json["items"]?.asArray?.count == 1)
            let got = try await client.get("\(path)/\(id)", auditor)
            #expect(got.text == "10.42.0.20:/projects" && got.headers[.contentType] == "application/octet-stream")
            let disposition = got.headers[.contentDisposition] ?? ""
            #expect(disposition.hasPrefix("attachment; filename=\"mounts _old_.txt\""))
            #expect(disposition.hasSuffix("filename*=UTF-8''mounts%20%22old%22.txt"))
            #expect(got.headers[.named("Content-Security-Policy")] == "sandbox; default-src 'none'")
            #expect(got.headers[.named("X-Content-Type-Options")] == "nosniff")
            let shown = try await client.get("/v1/tasks/\(task.id)", token)
            #expect(shown.json["attachments"]?[0]?["id"] == made.json["id"])
        }
        #expect(try bench.actions().count { $0 == "task.attached" } == 1)
    }

    @Test("what is too large, of another type, empty or called like a path is refused, and nothing of it is kept")
    func refused() async throws {
        let bench = try Self.bench()
        let task = try bench.task()
        let token = try bench.token(of: try bench.operatorPerson())
        let path = "/v1/tasks/\(task.id)/attachments"
        try await bench.asking { client in
            _ = try await client.send(.put, "/v1/tasks/\(task.id)/start", token)
            let text = Self.typed(token, "text/plain")
            let page = Self.typed(token, "text/html")
            #expect(try await client.send(.post, "\(path)?name=a.html", page, "<p>").status == .unsupportedMediaType)
            #expect(try await client.send(.post, "\(path)?name=a.txt", text, "").status == .unprocessableContent)
            #expect(try await client.send(.post, path, text, "x").status == .unprocessableContent)
            for name in ["..%2Fa.txt", "%2Fetc%2Fpasswd", ".a", "a%00b", "a%E2%80%AEb"] {
                let answer = try await client.send(.post, "\(path)?name=\(name)", text, "x")
                #expect(answer.status == .unprocessableContent, "\(name)")
            }
            let large = String(repeating: "x", count: (2 << 20) + 1)
            #expect(try await client.send(.post, "\(path)?name=a.txt", text, large).status == .contentTooLarge)
            #expect(try await client.get("\(path)/\(task.id)", token).status == .notFound)
            #expect(try await client.get(path, token).json["items"] == [])
        }
        #expect(try bench.keptFiles().isEmpty)
    }

    @Test("a form with a file attaches it and ticks the item that it proves, without scripts")
    func page() async throws {
        let bench = try Self.bench()
        let task = try bench.task()
        let person = try bench.operatorPerson()
        let (browser, token) = (try bench.session(of: person), try bench.token(of: person))
        var fields = browser.form
        fields[.contentType] = "multipart/form-data; boundary=----sirdar"
        let form = fields
        func body(_ name: String, _ content: String, item: String = "") -> String {
            "------sirdar\r\nContent-Disposition: form-data; name=\"item\"\r\n\r\n\(item)\r\n"
                + "------sirdar\r\nContent-Disposition: form-data; name=\"file\"; filename=\"\(name)\"\r\n"
                + "Content-Type: text/plain\r\n\r\n\(content)\r\n------sirdar--\r\n"
        }
        let content = "/dev/sda1 on /\r\n--not the end\r\n"
        let (first, none, broken) = (
            body("find%22mnt.txt", content, item: "look-around"), body("", ""), "------sirdar\r\nnothing"
        )
        try await bench.asking { client in
            _ = try await client.send(.put, "/v1/tasks/\(task.id)/start", token)
            let path = "/tasks/\(task.id)/attachments"
            let sent = try await client.send(.post, path, form, first)
            #expect(sent.status == .seeOther && sent.headers[.location] == "/tasks/\(task.id)#files")
            let whole = try await client.get("/v1/tasks/\(task.id)", token).json
            let file = whole["attachments"]?[0]
            #expect(file?["name"] == "find\"mnt.txt")
            let tick = whole["checklist"]?.asArray?.first { $0["id"] == "look-around" }?["tick"]
            #expect(tick?["evidence"] == "find\"mnt.txt")
            let shown = try await client.get("/tasks/\(task.id)", browser.cookie)
            #expect(shown.text.contains("find&quot;mnt.txt</a>") && shown.text.contains("multipart/form-data"))
            let got = try await client.get("\(path)/\(file?["id"]?.asString ?? "")", browser.cookie)
            #expect(got.text == content)
            let empty = try await client.send(.post, path, form, none)
            #expect(empty.status == .unprocessableContent && empty.text.contains("Choose a file first."))
            #expect(try await client.send(.post, path, form, broken).status == .badRequest)
            #expect(try await client.send(.post, path, browser.form, "file=x").status == .unsupportedMediaType)
        }
    }
}
