import Foundation
import SirdarCore
import Testing

/// `docs/state-machines.md` is what the machines themselves say. Each event is put to each state and the answers are
/// written down; `SIRDAR_UPDATE_GOLDEN=1 swift test --filter StateMachinesTests` writes it anew. That the answers are
/// right is not for this to say: the tables in `TaskMachineTests` and the stories of the engine's tests were written by
/// hand.
@Suite("The document of state machines")
struct StateMachinesTests {
    private static let path = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "docs/state-machines.md")

    private static let head = """
        # State machines

        Written by the machines: each event was put to each state, and this is what they answered. Do not edit it; after
        a change of a machine, `SIRDAR_UPDATE_GOLDEN=1 swift test --filter StateMachinesTests` writes it anew, and the
        difference is part of the change.

        In the tables **bold** is the state that follows, *italic* the name of a refusal, after which everything is as
        it was. In the pictures a state without a way out is final.

        """

    @Test("the document says what the machines answer")
    func isCurrent() throws {
        let charts = [
            try InstanceCharts.instances(), try InstanceCharts.steps(), try TaskChart.chart(),
            try ImageChart().chart(),
        ]
        let text = ([Self.head] + charts.map(\.markdown)).joined(separator: "\n")
        if ProcessInfo.processInfo.environment["SIRDAR_UPDATE_GOLDEN"] == "1" {
            try Data(text.utf8).write(to: Self.path)
        }
        #expect(try String(contentsOf: Self.path, encoding: .utf8) == text, "docs/state-machines.md is out of date")
    }

    @Test("every kind of event is put to the machines, and every state that leads somewhere is there")
    func isWhole() throws {
        let instances = try InstanceCharts.instances()
        #expect(Set(instances.states) == Set(Instance.Status.allCases.map(\.name)))
        let kinds = Set(InstanceCharts.events.map { $0.1(1).name })
        #expect(
            kinds == [
                "instance.started", "step.succeeded", "step.failed", "step.pending", "timer.fired", "task.ended",
                "child.ended", "instance.cancelRequested", "instance.suspended", "instance.resumed", "step.decided",
                "instance.edited", "instance.rewound", "instance.reopened",
            ]
        )
        #expect(
            TaskChart.kinds == [
                "task.claimed", "task.started", "task.released", "task.assigned", "task.takenOver",
                "task.transferred", "task.routed", "task.lapsed", "task.drafted", "task.ticked", "task.unticked",
                "task.commented", "task.completed", "task.failed", "task.checked", "task.confirmed",
                "task.pushedBack", "task.held", "task.asked", "task.answered", "task.resumed", "task.escalated",
                "task.prioritised", "task.skipped", "task.checkWaived", "task.closed", "task.aged", "task.reminded",
                "task.returned", "task.reopened", "task.attached",
            ]
        )
    }

    @Test("no answer is missing, and a final state refuses everything, but that a completion is taken back")
    func finalStates() throws {
        for chart in [try InstanceCharts.instances(), try InstanceCharts.steps(), try TaskChart.chart()] {
            for row in chart.rows {
                #expect(row.answers.count == chart.states.count, "\(chart.title): \(row.event)")
                for state in ["completed", "faulted", "failed", "cancelled", "expired"] {
                    guard let answer = row.answers[state] else { continue }
                    if row.event == TaskChart.reopening, state == "completed" { continue }
                    guard case .refused = answer else {
                        Issue.record("\(chart.title): \(row.event) moves what is \(state)")
                        continue
                    }
                }
            }
        }
    }
}
