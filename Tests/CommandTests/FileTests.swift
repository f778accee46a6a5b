import Foundation
import JSON
import SirdarTestKit
import Testing

/// Files of machines: bytes in, bytes out.
@Suite("Files of machines")
struct FileTests {
    private static let digest = String(repeating: "ab", count: 32)

    private static func serving(_ bytes: [UInt8]) throws -> ScriptedServer {
        try ScriptedServer(.init(headers: ["X-Content-Digest": digest], body: bytes))
    }

    @Test("a file comes out byte by byte, and its digest is said beside it")
    func get() throws {
        let bytes: [UInt8] = [0, 1, 0x1B, 0xFF, 0x0A]
        let server = try Self.serving(bytes)
        defer { server.stop() }
        let outcome = try Tool(server).run("machine file get m /etc/x")
        #expect(outcome.output == bytes)
        #expect(outcome.messages == "sirdar: /etc/x of m: 5 bytes, digest \(Self.digest)\n")
        #expect(try Tool(server).run("machine file get m /etc/x -q").messages.isEmpty)
    }

    @Test("a file can go into a file")
    func getIntoFile() throws {
        let server = try Self.serving(Array("text".utf8))
        defer { server.stop() }
        let folder = try TemporaryFolder()
        let outcome = try Tool(server).run(["machine", "file", "get", "m", "/etc/x", "--output", folder.path("x")])
        #expect(outcome.code == 0 && outcome.output.isEmpty)
        #expect(try String(contentsOfFile: folder.path("x"), encoding: .utf8) == "text")
        let wrong = try Tool(server).run(["machine", "file", "get", "m", "/etc/x", "-o", "/nowhere/x"])
        #expect(wrong.code == 1)
    }

    @Test("what is no text is not written onto a terminal, and what is cannot steer it")
    func terminal() throws {
        let binary = try Self.serving([0, 1, 2])
        let text = try Self.serving(Array("a\u{1B}[2Jb\n".utf8))
        defer {
            binary.stop()
            text.stop()
        }
        let refused = try Tool(binary).runOnTerminal(["machine", "file", "get", "m", "/x"])
        #expect(refused.code == 1 && refused.messages.contains("--output FILE"))
        #expect(try !Tool(text).runOnTerminal(["machine", "file", "get", "m", "/x"]).text.contains("\u{1B}"))
    }

    @Test("a file is put from standard input, or from a file, and only over what is expected")
    func put() throws {
        let server = try ScriptedServer(.json(["path": "/etc/x", "bytes": 3, "digest": .string(Self.digest)]))
        defer { server.stop() }
        var tool = Tool(server)
        tool.input = [1, 0, 2]
        let outcome = try tool.run("machine file put m /etc/x --expecting \(Self.digest.uppercased())")
        #expect(outcome.text == "Wrote 3 bytes to /etc/x of m.\n")
        let file = try TemporaryFolder().write("y", "text")
        #expect(try tool.run(["machine", "file", "put", "m", "/etc/x", "--input", file]).code == 1)
        let folder = try TemporaryFolder()
        let kept = try folder.write("y", "text")
        #expect(try tool.run(["machine", "file", "put", "m", "/etc/x", "--input", kept]).code == 0)
        let sent = server.requests
        #expect(sent.map(\.body) == [[1, 0, 2], Array("text".utf8)])
        #expect(sent.map { $0.headers["if-match"] } == ["\"\(Self.digest)\"", nil])
        #expect(sent.allSatisfy { $0.method == "PUT" && $0.target == "/v1/machines/m/files/content?path=%2Fetc%2Fx" })
        #expect(sent.allSatisfy { $0.headers["content-type"] == "application/octet-stream" })
    }

    @Test("output that cannot be written is a failure")
    func fullDisk() throws {
        let server = try ScriptedServer(.json(["name": "n"]))
        defer { server.stop() }
        let outcome = try Tool(server).runInto("/dev/full", ["me", "--json"])
        #expect(outcome.code == 1)
        #expect(outcome.messages.contains("No space left on device"))
    }
}
