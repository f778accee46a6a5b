import Foundation
import JSON
import SirdarCore
import SirdarEngine
import SirdarTestKit
import Testing

@Suite("What is done costs few syncs of the disk")
struct CommitCountTests {
    @Test("completing a task and performing the step after it costs two commits, and the answer comes after the first")
    func completion() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "sirdar-commits-\(UUID().uuidString)")
        let watch = SyncWatch(folder: folder.path)
        let bench = try EngineBench(in: folder)
        let workflow = try bench.deploy(Samples.workflow())
        // The first one pays for a log that is new.
        for round in 0..<2 {
            let id = try bench.start(workflow)
            let task = try bench.task(of: id)
            try bench.act(.start, task.id)
            let before = watch.count
            _ = try bench.complete(task)
            #expect(watch.count > before)
            _ = try bench.ended(id)
            if round > 0 { #expect(watch.count - before == 2) }
        }
    }
}
