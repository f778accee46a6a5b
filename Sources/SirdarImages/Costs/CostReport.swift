package import SirdarCore

/// The costs of a project in a week.
package struct CostReport: Sendable {
    /// What stands together in it, in this order.
    package enum Group: String, Sendable, Hashable, CaseIterable {
        case images, golden, copies, builders, transfers, orphans, corrections
    }

    package struct Line: Sendable {
        package let row: LedgerRow
        /// Of the week.
        package let span: Span
        package let held: Interval
        package let sum: CostSum
    }

    package struct Section: Sendable {
        package let group: Group
        package let lines: [Line]
        /// Made from what is not rounded.
        package let sum: CostSum
    }

    package struct Place: Sendable {
        package let location: String
        package let sum: CostSum
    }

    package let project: String
    package let week: Week
    package let span: Span
    package let sections: [Section]
    package let places: [Place]
    package let total: CostSum
    /// The whole week before.
    package let before: CostSum
    package let isDemonstration: Bool

    package var isWholeWeek: Bool { span.to == week.end }

    init(project: String, week: Week, span: Span, rows: [LedgerRow], before: CostSum, golden: Set<Identifier>) {
        (self.project, self.week, self.span, self.before) = (project, week, span, before)
        let lines = rows.sorted { ($0.label, $0.span.from) < ($1.label, $1.span.from) }.map { row in
            Line(row: row, span: row.span.intersection(span), held: row.held(in: span), sum: CostSum([row], in: span))
        }
        sections = Group.allCases.compactMap { group in
            let here = lines.filter { $0.group(golden) == group }
            guard !here.isEmpty else { return nil }
            return Section(group: group, lines: here, sum: CostSum(here.map(\.row), in: span))
        }
        places = Set(rows.map(\.location)).sorted().map { place in
            Place(location: place, sum: CostSum(rows.filter { $0.location == place }, in: span))
        }
        total = CostSum(rows, in: span)
        isDemonstration = rows.contains { $0.source == .demonstration }
    }
}

extension CostReport.Line {
    fileprivate func group(_ golden: Set<Identifier>) -> CostReport.Group {
        switch row.kind {
        case .image: row.image.map(golden.contains) == true ? .golden : .images
        case .copy: .copies
        case .builder: .builders
        case .transfer: .transfers
        case .orphan: .orphans
        case .correction: .corrections
        }
    }
}

extension CostReport {
    /// A table for spreadsheets (RFC 4180): a line for each row of the ledger, with all places of its amounts.
    package var csv: String {
        let head = [
            "project", "week", "group", "name", "image", "location", "from", "to", "hours", "bytes", "price",
            "currency",
            "cost", "source",
        ]
        let lines = sections.flatMap { section in section.lines.map { cells($0, section.group) } }
        return ([head] + lines).map { $0.map(CSV.cell).joined(separator: ",") + "\r\n" }.joined()
    }

    private func cells(_ line: Line, _ group: Group) -> [String] {
        let row = line.row
        let hours = Money(trillionths: Int128(line.held.milliseconds) * Money.scale / 3_600_000)
        return [
            project, week.description, group.rawValue, row.label, row.image?.description ?? "", row.location,
            line.span.from.description, line.span.to.description, hours.rounded(to: 4).text(placesMin: 0),
            row.bytes.map(String.init) ?? "", row.rates.price(at: line.span.from)?.description ?? "",
            row.rates.currency, row.cost(in: span)?.description ?? "unknown", row.source.rawValue,
        ]
    }
}

/// Writes cells of comma-separated values.
package enum CSV {
    /// A cell that no spreadsheet takes for a formula: what begins like one gets an apostrophe, unless it is a number.
    package static func cell(_ text: String) -> String {
        var text = text
        if let first = text.first, "=+-@\t\r\n".contains(first), Money(text) == nil { text = "'\(text)" }
        let isPlain = !text.contains { $0 == "," || $0 == "\"" || $0.isNewline }
        return isPlain ? text : "\"\(text.replacing("\"", with: "\"\""))\""
    }
}
