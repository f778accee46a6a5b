import Foundation
import JSON
import SirdarCore
import SirdarJournal
import SirdarTestKit
import Testing

@Suite("The journal on the command line")
struct JournalTests {
    /// A journal of one entry, as it is exported.
    private struct Exported {
        let folder: TemporaryFolder
        let signer = NoteSigner(name: "sirdar.test/journal")
        let bundle: [UInt8]
        let checkpoint: String
        let file: String

        init() throws {
            folder = try TemporaryFolder()
            let at = Timestamp(milliseconds: 1_795_424_400_000)
            let entry = Entry(
                at: at,
                actor: .system("test"),
                channel: .setup,
                action: "test.noted",
                object: .init(kind: "test", id: Identifier(milliseconds: at.milliseconds, counter: 0, node: 0))
            ).sealed(nonce: [UInt8](repeating: 7, count: 16))
            let root = TreeHash.leaf(entry.canonical)
            checkpoint = try Checkpoint(origin: signer.key.name, size: 1, root: root).signed(by: signer)
            let extent = try #require(BundleExtent(first: 1, last: 1, size: 1))
            var bytes = Array(BundleWriter.head(signer.key, extent, before: []).utf8)
            BundleWriter.write(entry, to: &bytes)
            bundle = bytes + Array(BundleWriter.checkpoint(checkpoint).utf8)
            file = folder.path("journal.sirdar")
            try Data(bundle).write(to: URL(fileURLWithPath: file))
        }
    }

    @Test("a bundle verifies with the key alone, given as text or as a file, and agrees with what was kept elsewhere")
    func verifies() throws {
        let exported = try Exported()
        let tool = Tool()
        let plain = try tool.run(["journal", "verify", exported.file, "--key", exported.signer.key.text])
        #expect(plain.code == 0, "\(plain.messages)")
        let vouched = "Vouched for: entries 1 to 1 of sirdar.test/journal, up to 2026-11-23T"
        #expect(plain.lines.first?.hasPrefix(vouched) == true, "\(plain.text)")
        let key = try exported.folder.write("key", exported.signer.key.text + "\n")
        let kept = try exported.folder.write("kept", exported.checkpoint)
        let whole = try tool.run(["journal", "verify", exported.file, "--key", key, "--since", kept])
        #expect(whole.code == 0 && whole.text.contains("agrees with the checkpoint of 1 entries that was kept"))
    }

    @Test("a changed bundle, another key, another journal and what is no bundle end with 1 and a sentence")
    func refuses() throws {
        let (exported, other) = (try Exported(), try Exported())
        let key = exported.signer.key.text
        let text = String(decoding: exported.bundle, as: UTF8.self)
        let changed = try exported.folder.write("changed", text.replacing("test.noted", with: "test.quiet"))
        let cut = try exported.folder.write("cut", String(text.dropLast(20)))
        let foreign = try exported.folder.write("foreign", other.checkpoint)
        let lines = [
            ["journal", "verify", changed, "--key", key], ["journal", "verify", cut, "--key", key],
            ["journal", "verify", exported.file, "--key", other.signer.key.text],
            ["journal", "verify", exported.file, "--key", key, "--since", foreign],
            ["journal", "verify", exported.folder.path("nothing"), "--key", key],
        ]
        for line in lines {
            let outcome = try Tool().run(line)
            #expect(outcome.code == 1 && outcome.output.isEmpty, "\(line): \(outcome.text)")
            #expect(outcome.messages.hasPrefix("sirdar: ") && outcome.messages.contains(" "), "\(outcome.messages)")
        }
    }

    @Test("a key that is none, and a file that holds no checkpoint, are mistakes of the command line")
    func mistakes() throws {
        let exported = try Exported()
        let empty = try exported.folder.write("empty", "nothing\n")
        let since = ["journal", "verify", exported.file, "--key", exported.signer.key.text, "--since", empty]
        for line in [["journal", "verify", exported.file, "--key", "nonsense"], since] {
            let outcome = try Tool().run(line)
            #expect(outcome.code == 64, "\(line): \(outcome.messages)")
        }
    }

    @Test("the key is made where it is set to be, for its owner's eyes; one that others can read signs nothing")
    func key() throws {
        let folder = try TemporaryFolder()
        let (password, key) = (try folder.write("password", "a long enough secret\n"), folder.path("signing.key"))
        var tool = Tool()
        tool.folder =
            URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().path
        tool.environment["SIRDAR_DATA"] = folder.path("data")
        tool.environment["SIRDAR_JOURNAL_KEY"] = key
        let made = try tool.run("init --password-file \(password)")
        #expect(made.code == 0, "\(made.messages)")
        let signer = try NoteSigner(text: try String(contentsOfFile: key, encoding: .utf8))
        #expect(made.text.contains(signer.key.text) && !made.text.contains(signer.text))
        let mode = try FileManager.default.attributesOfItem(atPath: key)[.posixPermissions] as? NSNumber
        #expect(mode?.intValue == 0o600)
        #expect(!FileManager.default.fileExists(atPath: folder.path("data/journal.key")))
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: key)
        let refused = try tool.run("serve --listen 127.0.0.1:0")
        #expect(refused.code == 78 && refused.messages.contains("chmod 600"), "\(refused.messages)")
    }

    @Test("an export is written whole into a new file, and a file that is there is not touched")
    func exports() throws {
        let exported = try Exported()
        let server = try ScriptedServer(ScriptedServer.Answer(body: exported.bundle))
        defer { server.stop() }
        let file = exported.folder.path("out")
        let outcome = try Tool(server).run(["journal", "export", "--from", "1", "--to", "9", "-o", file])
        #expect(outcome.code == 0, "\(outcome.messages)")
        #expect(server.requests.map(\.target) == ["/v1/journal/export?from=1&to=9"])
        #expect(FileManager.default.contents(atPath: file).map(Array.init) == exported.bundle)
        let again = try Tool(server).run(["journal", "export", "-o", file])
        #expect(again.code == 1 && again.messages.contains("never overwrites") && server.requests.count == 1)
    }

    @Test("an export that is refused leaves no file")
    func exportRefused() throws {
        let folder = try TemporaryFolder()
        let server = try ScriptedServer(.problem(403, "You may not."))
        defer { server.stop() }
        let outcome = try Tool(server).run(["journal", "export", "-o", folder.path("out")])
        #expect(outcome.code == 5 && outcome.messages.contains("You may not."))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    }

    @Test("a proof is printed as it came, and as a member of a document")
    func proves() throws {
        let proof = "c2sp.org/tlog-proof@v1\nindex 6\n\nsirdar.test/journal\n7\n"
        let server = try ScriptedServer(ScriptedServer.Answer(body: Array(proof.utf8)))
        defer { server.stop() }
        #expect(try Tool(server).run("journal prove 7").text == proof)
        #expect(try Tool(server).run("journal prove 7 --json").json == ["sequence": 7, "proof": .string(proof)])
    }

    @Test("an entry is shown with its values")
    func shows() throws {
        let server = try ScriptedServer(
            .json([
                "sequence": 7, "at": "2026-11-23T09:00:00.000Z", "actor": ["id": "1", "kind": "person", "name": "Ada"],
                "channel": "api", "action": "task.claimed", "object": ["kind": "task", "id": "0193"],
                "detail": ["before": "ready", "after": "claimed"], "refusal": "not-yours",
            ])
        )
        defer { server.stop() }
        let outcome = try Tool(server).run("journal show 7")
        #expect(outcome.lines.first == "7 task.claimed")
        for part in ["who      Ada", "object   task 0193", "refused  not-yours", "before  ready", "after   claimed"] {
            #expect(outcome.text.contains(part), "\(part) in \(outcome.text)")
        }
    }
}

@Suite("Doctor and explain")
struct ExaminationTests {
    @Test("the doctor shows what was found, and ends with 1 when something is wrong")
    func doctor() throws {
        let finding = { (name: String, verdict: String) -> JSON in
            ["name": .string(name), "verdict": .string(verdict), "detail": "As found."]
        }
        let wrong = try ScriptedServer(
            .json(["sound": false, "findings": [finding("disk", "sound"), finding("journal", "wrong")]])
        )
        defer { wrong.stop() }
        let outcome = try Tool(wrong).run("doctor")
        #expect(outcome.code == 1 && outcome.messages == "sirdar: Not as it should be: journal.\n")
        #expect(outcome.lines.dropFirst() == ["✓  disk      As found.", "✗  journal   As found."])
        let sound = try ScriptedServer(.json(["sound": true, "findings": [finding("anchors", "notice")]]))
        defer { sound.stop() }
        let notice = try Tool(sound).run("doctor")
        #expect(notice.code == 0 && notice.messages.isEmpty && notice.text.contains("!  anchors"))
    }

    @Test("a request's id explains its instance, and an id of nothing is not found")
    func explains() throws {
        let server = try ScriptedServer { request in
            switch request.path {
            case "/v1/requests/r": .json(["id": "r", "instance": "i"])
            case "/v1/instances/i/explanation":
                .json([
                    "instance": "i", "status": "running", "sentence": "It waits: for an engineer.",
                    "waits": [
                        [
                            "step": "Storage", "sentence": "for an engineer", "since": "2026-11-23T09:00:00.000Z",
                            "last_problem": nil, "try": ["Claim it: sirdar task claim 7", "Who may: ada."],
                        ]
                    ],
                ])
            default: .problem(404, "There is no such instance.")
            }
        }
        defer { server.stop() }
        let outcome = try Tool(server).run("explain r")
        #expect(outcome.code == 0 && outcome.lines.first == "It waits: for an engineer.")
        let tries = "  try    Claim it: sirdar task claim 7\n         Who may: ada."
        #expect(outcome.text.contains(tries), "\(outcome.text)")
        let missing = try Tool(server).run("explain x")
        #expect(missing.code == 3 && missing.messages == "sirdar: There is no such instance.\n")
    }
}
