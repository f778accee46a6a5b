import Foundation
import JSON
import SirdarCore
import SirdarEngine
import SirdarTestKit
import Testing

@Suite("The bytes of attachments are kept once, whole or not at all")
struct AttachmentTests {
    private final class Ground {
        let bench: EngineBench
        let folder: String
        let files: AttachmentFiles
        let task: ManualTask

        init() throws {
            bench = try EngineBench()
            folder = bench.folder.appending(path: "attachments").path
            files = try AttachmentFiles(folder: folder)
            task = try bench.task(of: bench.start(bench.deploy(Samples.workflow())))
            try bench.act(.start, task.id)
        }

        func attach(_ name: String, _ received: AttachmentFiles.Incoming) throws {
            let file = Attachment(name: name, type: "text/plain", bytes: received.bytes, digest: received.digest)
            try bench.act(.attach(file), task.id)
        }

        /// Every file below the folder, by its path in it.
        func names() throws -> [String] {
            let all = try FileManager.default.subpathsOfDirectory(atPath: folder)
            return all.filter { path in
                var isFolder: ObjCBool = false
                return FileManager.default.fileExists(atPath: "\(folder)/\(path)", isDirectory: &isFolder)
                    && !isFolder.boolValue
            }.sorted()
        }
    }

    @Test("equal bytes are one file, which is read whole, and found out when it was changed")
    func once() throws {
        let ground = try Ground()
        let bytes = Array("10.42.0.20:/projects".utf8)
        for name in ["before.txt", "again.txt"] {
            let received = try ground.files.receive(bytes)
            try ground.attach(name, received)
            // It is told of: it can be read, wherever it lies.
            #expect(try ground.files.read(received.digest) == bytes)
            try ground.files.keep(received)
        }
        let stored = try StoredAttachment.all(of: ground.task.id, ground.bench.store)
        #expect(
            stored.map(\.file.name) == ["before.txt", "again.txt"] && stored.map(\.by) == ["operator", "operator"]
        )
        let digest = try #require(stored.first?.file.digest)
        #expect(try ground.names() == ["\(digest.hex.prefix(2))/\(digest.hex)"])
        #expect(try ground.files.read(digest) == bytes)
        try Data("other".utf8).write(to: URL(filePath: "\(ground.folder)/\(digest.hex.prefix(2))/\(digest.hex)"))
        #expect(throws: AttachmentFiles.Trouble.damaged(digest)) { try ground.files.read(digest) }
        let entry = try #require(try ground.bench.story(ground.task.instance).last { $0["action"] == "task.attached" })
        #expect(entry["detail"]?["name"] == "again.txt" && entry["detail"]?["digest"] == .string(digest.hex))
        #expect(entry["detail"]?["bytes"] == .number(.init(bytes.count)) && entry["actor"]?["id"] == "operator")
    }

    @Test("after the end of the program what was told of is put in its place, and the rest is removed")
    func ended() throws {
        let ground = try Ground()
        let told = try ground.files.receive(Array("told of".utf8))
        let untold = try ground.files.receive(Array("of no use".utf8))
        try ground.attach("told.txt", told)
        try ground.bench.restart()
        let files = try AttachmentFiles(folder: ground.folder)
        #expect(try files.tidy(ground.bench.store) == 1)
        #expect(try ground.names() == ["\(told.digest.hex.prefix(2))/\(told.digest.hex)"])
        #expect(try files.read(told.digest) == Array("told of".utf8))
        #expect(throws: AttachmentFiles.Trouble.damaged(untold.digest)) { try files.read(untold.digest) }
        #expect(try files.tidy(ground.bench.store) == 0)
    }

    @Test("a name is taken once in a task, and evidence of that kind is one of the task's files")
    func evidence() throws {
        let ground = try Ground()
        let received = try ground.files.receive([1, 2, 3])
        try ground.attach("a.bin", received)
        #expect(throws: StoreError.self) { try ground.attach("a.bin", received) }
        #expect(throws: TaskRefusal.self) { try ground.attach("../a.bin", received) }
        var submission = Submission(outcome: "done", values: ["address": "10.57.0.20"])
        submission.checklist = Checklist(items: [
            .init(id: "photo", text: "Take a picture.", isRequired: true, evidence: Checklist.fileEvidence)
        ])
        submission.files = ["a.bin"]
        func complete(_ evidence: String?) throws(TaskRefusal) -> ManualTask.State {
            var given = submission
            given.ticks = [.init(item: "photo", evidence: evidence)]
            let task: ManualTask
            do { task = try #require(try ground.bench.store.task(ground.task.id)) } catch { return .cancelled }
            let event = TaskEvent.completed(by: Samples.worker(), given)
            return try TaskMachine.apply(event, to: task, at: ground.bench.clock.now()).task.state
        }
        for wrong in [nil, "", "b.bin"] as [String?] {
            #expect(throws: TaskRefusal.self, "\(wrong ?? "nothing")") { try complete(wrong) }
        }
        #expect(try complete("a.bin").name == "completed")
    }
}
