import JSON
import SirdarCore
import SirdarTestKit
import Testing

@Suite("Tasks as they are stored")
struct TaskCodingTests {
    private static let now = ManualClock.start
    private static let id = Identifier(milliseconds: now.milliseconds, counter: 1, node: 0)
    private static let task = Samples.task(id, of: Identifier(milliseconds: now.milliseconds, counter: 2, node: 0))

    private static func stored(_ task: ManualTask) throws -> ManualTask {
        var read = try ManualTask(
            id: task.id,
            instance: task.instance,
            step: task.step,
            node: task.node,
            kind: task.kind,
            specBytes: task.specBytes
        )
        try read.restore(version: task.version, stateBytes: task.stateBytes)
        return read
    }

    @Test("every state comes back as it was")
    func roundTrip() throws {
        var completion = ManualTask.Completion(
            outcome: "done",
            values: ["address": "10.57.0.20"],
            by: "operator",
            at: Self.now,
            review: ["storage"]
        )
        completion.reviewedBy = "operator2"
        let question = try ManualTask.Question(text: "Which?", fields: ["share": ["type": "path"]])
        let states: [ManualTask.State] = [
            .unroutable, .ready, .claimed, .inProgress,
            .onHold(.init(awaiting: .time, reason: "Lunch.", until: Self.now, since: Self.now, wasBegun: true)),
            .onHold(
                .init(
                    awaiting: .requester,
                    reason: "Which?",
                    until: nil,
                    since: Self.now,
                    wasBegun: false,
                    question: question
                )
            ),
            .verifying(completion), .awaitingReview(completion), .completed(completion),
            .failed(code: "no", text: "No."), .skipped(output: ["a": 1]), .cancelled, .expired,
        ]
        for state in states {
            var task = Self.task
            task.state = state
            task.waiver = .init(by: "supervisor", at: Self.now)
            task.dueAt = Self.now
            task.escalation = 2
            task.reminders = 1
            task.hours.rework = .minutes(3)
            task.hours.returns = 2
            task.hours.countedUntil = Self.now.advanced(by: .hours(1))
            #expect(try Self.stored(task) == task, "\(state.name)")
        }
    }

    @Test("what the first format wrote is still read")
    func firstFormat() throws {
        var writer = ByteWriter()
        writer.write(1)  // format
        writer.write(4)  // completed
        writer.write("done")
        writer.write(["address": "10.57.0.20"] as JSON.Object)
        writer.write("operator")
        writer.write(Self.now)
        writer.write(7)  // fence
        writer.write(true)
        writer.write("operator")
        writer.write(Self.now)
        writer.write([:] as JSON.Object)
        writer.write(0)  // ticks
        writer.write(false)  // no check
        writer.write(2)  // overdue
        writer.write(3)  // urgent
        writer.write("ops")
        var task = Self.task
        try task.restore(version: 5, stateBytes: writer.bytes)
        #expect(task.completion?.outcome == "done" && task.completion?.review == nil)
        #expect(task.version == 5 && task.fence == 7 && task.urgency == .overdue && task.priority == .urgent)
        #expect(task.escalation == 0 && task.activeAt == task.createdAt)
    }

    @Test("what the second format wrote is still read; its hours are counted from when somebody last did something")
    func secondFormat() throws {
        var writer = ByteWriter()
        writer.write(2)  // format
        writer.write(2)  // in progress
        writer.write(7)  // fence
        writer.write(true)
        writer.write("operator")
        writer.write(Self.now)
        writer.write([:] as JSON.Object)
        writer.write(0)  // ticks
        writer.write(false)  // no check
        writer.write(0)  // in time
        writer.write(1)  // normal
        writer.write("ops")
        writer.write(false)  // no waiver
        writer.write(false)  // never due
        writer.write(false)
        writer.write(1)  // escalation
        writer.write(Self.now.advanced(by: .hours(2)))
        writer.write(0)  // reminders
        var task = Self.task
        try task.restore(version: 5, stateBytes: writer.bytes)
        #expect(task.state == .inProgress && task.escalation == 1)
        #expect(task.hours == TaskHours(from: Self.now.advanced(by: .hours(2))))
    }

    @Test("a format that is not known is refused")
    func unknownFormat() throws {
        var writer = ByteWriter()
        writer.write(ManualTask.stateFormat + 1)
        var task = Self.task
        #expect(throws: MalformedBytes.self) { try task.restore(version: 1, stateBytes: writer.bytes) }
    }
}
