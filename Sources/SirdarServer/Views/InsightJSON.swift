import JSON
import SirdarCore
import SirdarImages

extension InsightReport {
    var json: JSON {
        [
            "from": .string(query.first.description), "to": .string(query.last.description),
            "queue": query.queue.map(JSON.string) ?? .null, "as_of": .string(asOf.description),
            "total": insight.total.json,
            "steps": .array(
                insight.steps.map { part in
                    [
                        "workflow": .string(part.key.workflow), "step": .string(part.key.name),
                        "kind": .string(part.key.kind.name), "sum": part.sum.json,
                    ]
                }
            ),
            "queues": .array(insight.queues.map { ["queue": .string($0.key), "sum": $0.sum.json] }),
            "weeks": .array(weeks.map { ["week": .string($0.week.description), "sum": $0.sum.json] }),
        ]
    }

    /// A table for spreadsheets (RFC 4180): a line for each step in each queue and week.
    var csv: String {
        let head = [
            "week", "workflow", "step", "kind", "queue", "tasks", "completed", "first_time_right", "due", "in_time",
            "returns", "working_hours", "rework_hours", "on_hold_hours", "waiting_hours",
        ]
        let lines = insight.lines.map { line in
            [
                Week(containing: line.week).description, line.subject.workflow, line.subject.step,
                line.subject.kind.name, line.subject.queue,
            ] + line.sum.counts.map { String($0.value) } + line.sum.hours.map(\.value.hours)
        }
        return ([head] + lines).map { $0.map(CSV.cell).joined(separator: ",") + "\r\n" }.joined()
    }
}

extension HoursSum {
    fileprivate var counts: KeyValuePairs<String, Int> {
        [
            "tasks": tasks, "completed": completed, "first_time_right": firstTimeRight, "due": due, "in_time": inTime,
            "returns": returns,
        ]
    }

    fileprivate var hours: KeyValuePairs<String, Interval> {
        ["working_hours": working, "rework_hours": rework, "on_hold_hours": onHold, "waiting_hours": waiting]
    }

    fileprivate var json: JSON {
        var object = JSON.Object()
        for (name, count) in counts { object[name] = .number(JSON.Number(count)) }
        for (name, interval) in hours { object[name] = .string(interval.hours) }
        return .object(object)
    }
}
