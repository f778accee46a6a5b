import JSON
import SirdarTestKit
import Testing

/// Lists: followed page by page, shown as tables.
@Suite("Lists")
struct ListTests {
    /// `count` projects in pages of the size that is asked for.
    private static func pages(of count: Int) throws -> ScriptedServer {
        try ScriptedServer { request in
            let query = request.target.split(separator: "?").last.map(String.init) ?? ""
            let pairs = query.split(separator: "&").map { $0.split(separator: "=").map(String.init) }
            func value(_ name: String) -> Int { pairs.first { $0.first == name }.flatMap { Int($0[1]) } ?? 0 }
            let (first, last) = (value("cursor"), min(count, value("cursor") + value("limit")))
            let items: [JSON] = (first..<last).map { ["id": .string("r\($0)"), "kind": "copy", "state": "saved"] }
            return .json(["items": .array(items), "next": last < count ? .string(String(last)) : nil])
        }
    }

    @Test("cursors are followed up to the limit, and one document has it all")
    func cursors() throws {
        let server = try Self.pages(of: 450)
        defer { server.stop() }
        let whole = try #require(try Tool(server).run("request list --limit 1000 --json").json)
        #expect(whole["items"]?.asArray?.count == 450)
        #expect(whole["next"] == JSON.null)
        let part = try #require(try Tool(server).run("request list --limit 250 --json").json)
        #expect(part["items"]?.asArray?.count == 250)
        #expect(part["next"] == "250")
    }

    @Test("it is said when there is more than is shown")
    func more() throws {
        let server = try Self.pages(of: 60)
        defer { server.stop() }
        let outcome = try Tool(server).run("request list")
        #expect(outcome.lines.count == 51)
        #expect(outcome.messages.contains("See more with --limit 200"))
        #expect(try Tool(server).run("request list --quiet").messages.isEmpty)
    }

    @Test("a cursor that leads to itself is not followed for ever")
    func loop() throws {
        let server = try ScriptedServer(.json(["items": [["id": "r"]], "next": "again"]))
        defer { server.stop() }
        #expect(try Tool(server).run("request list --limit 10000").code == 0)
        #expect(server.requests.count == 2)
    }

    @Test("an empty list is a sentence for people and an empty document for programs")
    func nothing() throws {
        let server = try ScriptedServer(.json(["items": [], "next": nil]))
        defer { server.stop() }
        let outcome = try Tool(server).run("task list --mine")
        #expect(outcome.output.isEmpty && outcome.code == 0)
        #expect(outcome.messages == "sirdar: You hold no tasks. Next: sirdar task next\n")
    }

    @Test("a table has aligned columns, and none for what is nowhere said")
    func table() throws {
        let server = try ScriptedServer(
            .json([
                "items": [
                    [
                        "name": "image-reconfiguration", "title": "Reconfiguration", "ready": 3, "held": 12,
                        "member": true,
                    ],
                    ["name": "triage", "title": "Triage", "ready": 0, "held": 0, "member": false],
                ]
            ])
        )
        defer { server.stop() }
        #expect(
            try Tool(server).run("queue list").text == """
                QUEUE                  TITLE            READY  HELD  YOU
                image-reconfiguration  Reconfiguration      3    12  member
                triage                 Triage               0     0

                """
        )
    }

    @Test("what others wrote cannot steer the terminal")
    func controlCharacters() throws {
        let evil = "a\u{1B}[2Jb\u{7}\nc\u{202E}d"
        let server = try ScriptedServer(.json(["items": [["code": "p", "title": .string(evil), "location": "l"]]]))
        defer { server.stop() }
        let outcome = try Tool(server).run("project list")
        #expect(outcome.lines.count == 2)
        #expect(outcome.text.contains("a\u{FFFD}[2Jb\u{FFFD} c\u{FFFD}d"))
        #expect(try Tool(server).run("project list --json").text.contains("\\u001b"))
    }

    @Test("colours are for terminals that want them")
    func colours() throws {
        let server = try ScriptedServer(
            .json(["items": [["id": "i", "name": "n", "state": "built", "golden": true, "type": "renderNode"]]])
        )
        defer { server.stop() }
        var tool = Tool(server)
        #expect(try tool.run("image list").text.contains("built"))
        #expect(try !tool.run("image list").text.contains("\u{1B}"))
        #expect(try tool.runOnTerminal(["image", "list"]).text.contains("\u{1B}[32mbuilt\u{1B}[0m"))
        #expect(try !tool.runOnTerminal(["image", "list", "--no-color"]).text.contains("\u{1B}"))
        tool.environment["NO_COLOR"] = "1"
        #expect(try !tool.runOnTerminal(["image", "list"]).text.contains("\u{1B}"))
        tool.environment["NO_COLOR"] = nil
        tool.environment["TERM"] = "dumb"
        #expect(try !tool.runOnTerminal(["image", "list"]).text.contains("\u{1B}"))
    }

    @Test("a table fits the terminal, and is whole in a pipe")
    func width() throws {
        let title = String(repeating: "long ", count: 40)
        let server = try ScriptedServer(.json(["items": [["code": "p", "title": .string(title), "location": "l"]]]))
        defer { server.stop() }
        let shown = try Tool(server).runOnTerminal(["project", "list", "--no-color"]).text
        #expect(shown.split(whereSeparator: \.isNewline).allSatisfy { $0.count <= 80 })
        #expect(shown.contains("…"))
        #expect(try Tool(server).run("project list").text.contains(title.dropLast()))
    }
}
