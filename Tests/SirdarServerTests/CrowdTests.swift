import Foundation
import HTTPTypes
import HummingbirdTesting
import JSON
import SirdarCore
import SirdarEngine
import SirdarJournal
import SirdarTestKit
import Testing

@Suite("A crowd that asks the same")
struct CrowdTests {
    /// As many as a test can wait for, or with `SIRDAR_CROWD=full` as many as there are to be.
    private static let tasks = ProcessInfo.processInfo.environment["SIRDAR_CROWD"] == "full" ? 1_000 : 20
    private static let times = 20

    @Test("a completion that is sent twenty times at once under one key is made once, and answered twenty times alike")
    func completions() async throws {
        let bench = try ServerBench()
        let person = try bench.operatorPerson()
        let token = try bench.token(of: person)
        let body =
            #"{"outcome":"reconfigured","values":{"storageAddress":"10.57.0.20","mountPoint":"/mnt/p"},"#
            + #""ticks":[{"item":"note-mounts","evidence":"seen"},"edit-fstab"]}"#
        for number in 1...Self.tasks {
            let task = try bench.task()
            var fields = token
            fields[.named("Idempotency-Key")] = "\"completion-\(number)\""
            let (path, keyed) = ("/v1/tasks/\(task.id)", fields)
            try await bench.asking { client in
                _ = try await client.send(.put, "\(path)/start", token)
                let answers = try await withThrowingTaskGroup(of: (Int, JSON).self) { group in
                    for _ in 0..<Self.times {
                        group.addTask {
                            // While the first is at it, the others are told to ask again.
                            for _ in 0..<10_000 {
                                let answer = try await client.send(.put, "\(path)/completion", keyed, body)
                                if answer.json["type"] != "urn:sirdar:problem:in-progress" {
                                    return (answer.status.code, answer.json)
                                }
                                await Task.yield()
                            }
                            throw NeverCame()
                        }
                    }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                #expect(answers.map(\.0) == Array(repeating: 200, count: Self.times), "\(answers[0].1)")
                #expect(answers.allSatisfy { $0.1 == answers[0].1 }, "\(task.id)")
            }
            _ = try bench.task(task.id, in: "completed")
            let entries = try bench.engine.store.entries(EntryQuery(object: task.instance))
            let actions = try entries.compactMap { stored -> String? in
                let entry = try JSON(parsing: stored.entry.canonical)
                return entry["refusal"] == nil ? entry["action"]?.asString : nil
            }
            #expect(actions.count { $0 == "task.completed" } == 1 && actions.count { $0 == "task.ended" } == 1)
        }
    }
}
