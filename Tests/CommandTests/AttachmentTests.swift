import Foundation
import JSON
import SirdarTestKit
import Testing

@Suite("Files of tasks, by command")
struct AttachmentTests {
    @Test("a file is attached with its name and type, ticks an item, and is got under its own name only where none is")
    func commands() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "sirdar-attach-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: "mounts.txt").path
        try Data("10.42.0.20".utf8).write(to: URL(filePath: file))
        let stored: JSON = [
            "id": "a1", "task": "t1", "name": "mounts.txt", "type": "text/plain", "bytes": 10, "digest": "d",
            "by": "operator", "at": "2026-11-23T18:00:00Z",
        ]
        let server = try ScriptedServer { request in
            if request.target.hasSuffix("/attachments/a1") { return .init(body: Array("10.42.0.20".utf8)) }
            return request.method == "GET" ? .json(["items": [stored], "next": nil]) : .json(stored, status: 201)
        }
        defer { server.stop() }
        let attached = try Tool(server).run("task attach t1 \(file) --item note-mounts")
        #expect(attached.code == 0 && attached.text == "Attached mounts.txt, 10 bytes.\n", "\(attached.messages)")
        #expect(
            server.requests.map(\.target) == [
                "/v1/tasks/t1/attachments?name=mounts.txt", "/v1/tasks/t1/ticks/note-mounts",
            ]
        )
        #expect(server.requests.first?.headers["content-type"] == "text/plain")
        #expect(server.requests.last?.json == ["evidence": "mounts.txt"])
        let list = try Tool(server).run("task attachment t1")
        #expect(list.text.contains("mounts.txt") && list.text.contains("text/plain"))
        let out = folder.appending(path: "out.txt").path
        #expect(try Tool(server).run("task attachment get t1 mounts.txt -o \(out)").code == 0)
        #expect(FileManager.default.contents(atPath: out) == Data("10.42.0.20".utf8))
        #expect(try Tool(server).run("task attachment get t1 a1 -o -").text == "10.42.0.20")
        #expect(try Tool(server).run("task attachment get t1 other.txt").code == 3)
    }
}
