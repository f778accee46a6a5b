import SirdarCore
import SirdarEngine
import SirdarImages

struct InsightContent {
    let to: String
    let choices: [TaskListContent.Choice]
    let queueChoices: [TaskListContent.Choice]
    let query: String
    let error: String?
    let facts: [EntryRow.Fact]
    let isEmpty: Bool
    /// Which step costs most, in a sentence.
    let dearest: String?
    let legend: [Key]
    let steps: BarChart
    let weeks: ColumnChart
    let stepTable: HoursTable
    let weekTable: HoursTable
    let queueTable: HoursTable

    struct Key {
        let name: String
        let look: String?
    }

    private static let weekCounts = [1, 4, 8, 13, 26, 53]

    init(_ report: InsightReport, queues: [String], _ reading: Reading, _ trouble: Trouble?) {
        let (insight, asked) = (report.insight, report.query)
        let count = asked.weeks.count
        to = asked.last.description
        choices = Set(Self.weekCounts + [count]).sorted().map { weeks in
            .init(name: String(weeks), title: weeks == 1 ? "week" : "\(weeks) weeks", isSelected: weeks == count)
        }
        queueChoices = queues.map { .init(name: $0, title: reading.queueTitle($0), isSelected: $0 == asked.queue) }
        query = "weeks=\(count)&to=\(to)" + (asked.queue.map { "&queue=\($0.urlEscaped)" } ?? "")
        error = trouble?.detail
        facts = Self.facts(insight.total)
        isEmpty = insight.total.tasks == 0
        legend = HoursSum.looks.map { Key(name: $0.name, look: $0.look) }
        let names = StepNames(reading)
        let span = "\(asked.first) to \(asked.last)"
        dearest = insight.steps.first.flatMap { $0.sum.cost == .zero ? nil : Self.sentence($0, names) }
        steps = BarChart(
            id: "steps-chart",
            title: "Hours by step, \(span)",
            summary: Self.summary(insight.steps.map { "\(names.title($0.key)): \($0.sum.words)" }),
            insight.steps.map { $0.sum.given(label: names.title($0.key), words: names.title($0.key)) }
        )
        weeks = ColumnChart(
            id: "weeks-chart",
            title: "Hours by week, \(span)",
            summary: Self.summary(report.weeks.filter { $0.sum.tasks > 0 }.map { "\($0.week): \($0.sum.words)" }),
            report.weeks.map { week, sum in
                sum.given(label: String(week.description.dropFirst(5)), words: week.description)
            }
        )
        stepTable = HoursTable(
            title: "Hours by step",
            what: "Step",
            rows: insight.steps.map { .init(names.title($0.key), note: $0.key.workflow, $0.sum) }
        )
        weekTable = HoursTable(
            title: "Hours by week",
            what: "Week",
            rows: report.weeks.reversed().map { .init($0.week.description, $0.sum) }
        )
        queueTable = HoursTable(
            title: "Hours by queue",
            what: "Queue",
            rows: insight.queues.map { .init(reading.queueTitle($0.key), $0.sum) }
        )
    }

    private static func facts(_ total: HoursSum) -> [EntryRow.Fact] {
        [
            .init(key: "Tasks that ended", value: String(total.tasks)),
            .init(key: "In people's hands", value: "\(total.cost.hours) h"),
            .init(key: "Of this, again", value: "\(total.rework.hours) h"),
            .init(key: "Right the first time", value: HoursSum.share(total.firstTimeRight, of: total.completed)),
            .init(key: "In time", value: HoursSum.share(total.inTime, of: total.due)),
        ]
    }

    private static func sentence(_ part: Insight.Part<Insight.Step>, _ names: StepNames) -> String {
        let again = part.sum.rework == .zero ? "" : ", \(part.sum.rework.hours) of them after it was sent back"
        let tasks = part.sum.tasks == 1 ? "one task" : "\(part.sum.tasks) tasks"
        return
            "\(names.title(part.key)) costs most: \(part.sum.cost.hours) hours in people's hands\(again), for \(tasks)."
    }

    /// For who does not see the picture; the tables have the rest.
    private static func summary(_ lines: [String]) -> String {
        let shown = lines.prefix(BarChart.barsMax).joined(separator: "; ")
        return lines.isEmpty ? "Nothing." : "\(shown). The table has the same figures."
    }
}

/// The titles of steps as the versions in force call them.
struct StepNames {
    private var titles: [String: String] = [:]

    init(_ reading: Reading) {
        for (_, workflow) in reading.library.workflows {
            for node in workflow.nodes where !node.name.isEmpty {
                titles["\(workflow.document.namespace)/\(workflow.document.name) \(node.name)"] = node.title
            }
        }
    }

    func title(_ step: Insight.Step) -> String {
        let title = titles["\(step.workflow) \(step.name)"] ?? step.name
        return switch step.kind {
        case .manual: title
        case .triage: "\(title), after it gave up"
        }
    }
}

struct HoursTable {
    let title: String
    let what: String
    let rows: [Row]

    struct Row {
        let name: String
        let note: String?
        let tasks: String
        let working: String
        let rework: String
        let onHold: String
        let waiting: String
        let right: String
        let inTime: String

        init(_ name: String, note: String? = nil, _ sum: HoursSum) {
            (self.name, self.note) = (name, note)
            tasks = String(sum.tasks)
            (working, rework) = (sum.working.hours, sum.rework.hours)
            (onHold, waiting) = (sum.onHold.hours, sum.waiting.hours)
            right = HoursSum.share(sum.firstTimeRight, of: sum.completed)
            inTime = HoursSum.share(sum.inTime, of: sum.due)
        }
    }
}

extension HoursSum {
    /// How each part is drawn, in the order in which they lie.
    static let looks: [(name: String, look: String?, part: @Sendable (HoursSum) -> Interval)] = [
        ("working", nil, { $0.working }), ("rework", "rework", { $0.rework }), ("on hold", "held", { $0.onHold }),
        ("waiting", "waiting", { $0.waiting }),
    ]

    /// `working 3.25 h, waiting 12.00 h`.
    var words: String {
        let parts = Self.looks.filter { $0.part(self) != .zero }.map { "\($0.name) \($0.part(self).hours) h" }
        return parts.isEmpty ? "no time" : parts.joined(separator: ", ")
    }

    func given(label: String, words subject: String) -> ColumnChart.Given {
        ColumnChart.Given(
            label: label,
            value: tasks == 0 ? "" : Self.short(whole),
            words: "\(subject): \(words)",
            parts: Self.looks.map { (Int128($0.part(self).milliseconds), $0.look) }
        )
    }

    /// Beside a bar there is no room for more: `3.25`, `12.5`, `3934`.
    private static func short(_ interval: Interval) -> String {
        let hours = interval.hours
        return String(hours.dropLast(interval < .hours(10) ? 0 : interval < .hours(100) ? 1 : 3))
    }

    /// `90 % (18 of 20)`.
    static func share(_ part: Int, of whole: Int) -> String {
        whole == 0 ? "–" : "\(part * 100 / whole) % (\(part) of \(whole))"
    }
}
