import SirdarCore
import SirdarEngine
import SirdarImages

struct CostsContent {
    let report: CostReportView?
    let projects: [TaskListContent.Choice]
    let week: String
    let isEmpty: Bool
}

struct CostReportView {
    let project: String
    let title: String
    let week: String
    let days: String
    let total: String
    let before: String
    let change: String
    let soFar: String?
    let isDemonstration: Bool
    let hasUnknown: Bool
    let sections: [Section]
    let places: [Place]
    let hasLines: Bool
    let hasPlaces: Bool
    let previous: String
    let next: String?

    struct Section {
        let title: String
        let sum: String
        let lines: [Line]
    }

    struct Line {
        let name: String
        let path: String?
        let location: String
        let held: String
        let size: String
        let price: String
        let cost: String
        let isDemonstration: Bool
    }

    struct Place {
        let location: String
        let sum: String
    }

    init(_ report: CostReport, title: String?, _ now: Timestamp) {
        project = report.project
        self.title = title ?? report.project
        week = report.week.description
        days = "\(report.week.monday) to \(report.week.sunday), UTC"
        total = report.total.words
        before = report.before.words
        let change = report.total.change(since: report.before)
        self.change = change.isEmpty ? "no change" : change.map(\.difference).joined(separator: " and ")
        soFar = report.isWholeWeek ? nil : "until \(Show.time(report.span.to)); the week before is whole"
        isDemonstration = report.isDemonstration
        hasUnknown = report.total.unknown > 0
        sections = report.sections.map { section in
            Section(title: section.group.title, sum: section.sum.words, lines: section.lines.map(Line.init))
        }
        places = report.places.map { Place(location: $0.location, sum: $0.sum.words) }
        hasLines = !sections.isEmpty
        hasPlaces = places.count > 1
        previous = report.week.previous.description
        next = report.week.end <= now ? report.week.next.description : nil
    }
}

extension CostReportView.Line {
    init(_ line: CostReport.Line) {
        let row = line.row
        name = row.label
        path = row.kind == .builder ? nil : row.image.map { "/images/\($0)/costs" }
        location = row.location
        held = line.held == .zero ? "once" : Show.length(line.held)
        size = row.bytes.map { "\(CostEstimate.gibibytes($0)) GiB" } ?? (row.kind.hasSize ? "unknown" : "–")
        price =
            row.rates.price(at: line.span.from).map { "\(Amount($0, row.rates.currency).line) \(row.kind.unit)" } ?? "–"
        cost = line.sum.line
        isDemonstration = row.source == .demonstration
    }
}

extension LedgerRow.Kind {
    fileprivate var hasSize: Bool { self != .builder && self != .correction }

    fileprivate var unit: String {
        switch self {
        case .image, .copy, .orphan: "a GiB and month"
        case .builder: "an hour"
        case .transfer: "a GiB"
        case .correction: ""
        }
    }
}

extension CostReport.Group {
    var title: String {
        switch self {
        case .images: "Images"
        case .golden: "Golden images"
        case .copies: "Copies"
        case .builders: "Builder machines"
        case .transfers: "Transfers"
        case .orphans: "Given up, and still there"
        case .corrections: "Corrections"
        }
    }
}

extension Amount {
    /// `0.12 USD more`, `0.12 USD less`, `the same`.
    fileprivate var difference: String {
        if money == .zero { return "the same" }
        return money > .zero ? "\(words) more" : "\(Amount(Money.zero - money, currency).words) less"
    }
}

/// The costs of one image.
struct ImageCostsContent {
    let id: String
    let name: String
    let badge: Badge
    let facts: [EntryRow.Fact]
    let from: String
    let to: String
    let error: String?
    let rows: [Row]
    let total: String
    let transfers: String?
    let isDemonstration: Bool
    let chart: ColumnChart
    let now: TimeView

    struct Row {
        let week: String
        let days: String
        let held: String
        let size: String
        let cost: String
        let transfer: String
        let isDemonstration: Bool
    }

    init(_ image: StudioImage, _ costs: ImageCosts, _ range: CostRange, _ now: TimeView, _ trouble: Trouble?) {
        id = image.id.description
        name = image.name
        badge = .image(image.state)
        self.now = now
        (from, to, error) = (range.first.description, range.last.description, trouble?.detail)
        facts = [
            EntryRow.Fact(key: "This week so far", value: costs.thisWeek.words),
            EntryRow.Fact(
                key: "A whole week, as it is now",
                value: costs.isCosting ? costs.weekly.words : "nothing: it has no data now"
            ),
            EntryRow.Fact(key: "Location", value: image.location),
        ]
        rows = costs.parts.map { part in
            Row(
                week: part.week.description,
                days: "\(Day(part.span.from)) to \(Day(Timestamp(milliseconds: part.span.to.milliseconds - 1)))",
                held: part.held == .zero ? "–" : Show.length(part.held),
                size: part.bytes.map { "\(CostEstimate.gibibytes($0)) GiB" } ?? "–",
                cost: part.sum.line,
                transfer: part.transfer.amounts.isEmpty && part.transfer.unknown == 0 ? "–" : part.transfer.line,
                isDemonstration: part.isDemonstration
            )
        }
        total = costs.total.words
        transfers = costs.transfers.amounts.isEmpty && costs.transfers.unknown == 0 ? nil : costs.transfers.words
        isDemonstration = costs.parts.contains(where: \.isDemonstration)
        chart = ColumnChart(costs)
    }
}

extension ColumnChart {
    /// A column for each week.
    fileprivate init(_ costs: ImageCosts) {
        let parts = Array(costs.parts.reversed())
        let currency = costs.total.amounts.first?.currency ?? ""
        self.init(
            id: "chart",
            title: "Cost by week",
            summary: parts.isEmpty
                ? "No weeks." : "\(parts.count) weeks, together \(costs.total.words). The table has each.",
            parts.map { part in
                let money = part.sum.money(in: currency)
                return Given(
                    label: String(part.week.description.dropFirst(5)),
                    value: part.sum.unknown > 0 ? "?" : Self.figure(money, currency),
                    words: "\(part.week): \(part.sum.words)\(part.isDemonstration ? ", demonstration" : "")",
                    parts: [(money.trillionths, part.isDemonstration ? "made-up" : nil)]
                )
            }
        )
    }

    /// Without its currency, which the table has.
    private static func figure(_ money: Money, _ currency: String) -> String {
        String(Amount(money, currency).words.dropLast(currency.count + 1))
    }
}
