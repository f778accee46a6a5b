import Foundation
import JSON
import SirdarTestKit
import Testing

@Suite("Projects, by command")
struct ProjectTests {
    private static let project: JSON = [
        "code": "ashdown", "title": "Ashdown", "location": "london", "network": "10.60.0.0/16",
        "storage": ["address": "10.60.0.20"], "manager": ["address": "10.60.0.30", "port": 8080],
    ]

    private static func file(_ text: String) throws -> String {
        let path = FileManager.default.temporaryDirectory.appending(path: "sirdar-project-\(UUID().uuidString).yaml")
        try Data(text.utf8).write(to: path)
        return path.path
    }

    @Test("a file is sent to the project's address, as JSON, and what changes is told")
    func imported() throws {
        let change: JSON = ["pointer": "/storage/address", "before": "10.60.0.20", "after": "10.60.0.21"]
        let server = try ScriptedServer { _ in
            .json(["project": Self.project, "dry_run": true, "created": false, "changes": [change]])
        }
        defer { server.stop() }
        let file = try Self.file("code: ashdown\nlocation: london\nstorage: { address: 10.60.0.21 }\n")
        defer { try? FileManager.default.removeItem(atPath: file) }
        let told = try Tool(server).run("project import \(file) --dry-run")
        #expect(told.code == 0, "\(told.messages)")
        #expect(told.text == "ashdown would be changed:\n  /storage/address  10.60.0.20 → 10.60.0.21\n")
        #expect(server.requests.map(\.method) == ["PUT"])
        #expect(server.requests.first?.target == "/v1/projects/ashdown?dry_run=true")
        #expect(server.requests.first?.json?["storage"]?["address"] == "10.60.0.21")
    }

    @Test("a file that cannot be read keeps the others from being sent")
    func unreadable() throws {
        let server = try ScriptedServer { _ in .json([:]) }
        defer { server.stop() }
        let (good, bad) = (try Self.file("code: ashdown\n"), try Self.file("code: [\n"))
        defer { for file in [good, bad] { try? FileManager.default.removeItem(atPath: file) } }
        let told = try Tool(server).run("project import \(good) \(bad)")
        #expect(told.code == 1 && told.messages.contains("\(bad):"), "\(told.messages)")
        #expect(server.requests.isEmpty)
    }

    @Test("what the server finds wrong is told of the file, and of no option")
    func refused() throws {
        let server = try ScriptedServer { _ in
            .problem(422, "The project cannot be taken.", errors: [("/location", "there is no location `atlantis`")])
        }
        defer { server.stop() }
        let file = try Self.file("code: ashdown\n")
        defer { try? FileManager.default.removeItem(atPath: file) }
        let told = try Tool(server).run("project import \(file)")
        #expect(told.code != 0)
        #expect(told.messages.contains("\(file): /location: there is no location"), "\(told.messages)")
    }

    @Test("a project is shown with its addresses")
    func shown() throws {
        let server = try ScriptedServer { _ in .json(Self.project) }
        defer { server.stop() }
        let shown = try Tool(server).run("project show ashdown")
        #expect(shown.code == 0 && shown.text.contains("10.60.0.0/16") && shown.text.contains("address 10.60.0.30"))
    }
}
