package import SirdarCore
package import SirdarEngine

/// Reads the ledger: what something cost, has cost so far, or costs a week.
package struct CostBook: Sendable {
    private let records: any RecordReader

    package init(_ records: any RecordReader) { self.records = records }

    /// The rows of a project of which something falls into `span`.
    package func rows(of project: String, in span: Span) throws(StoreError) -> [LedgerRow] {
        // A closed row's key begins with its end: what ended before is not even read.
        let open = try all(LedgerRow.openKind, of: project, after: nil)
        let closed = try all(LedgerRow.closedKind, of: project, after: span.from.description)
        return (closed + open).filter { $0.touches(span) }
    }

    private func all(_ kind: String, of project: String, after: String?) throws(StoreError) -> [LedgerRow] {
        var rows: [LedgerRow] = []
        var query = RecordQuery(kind: kind, scope: project, after: after, limit: RecordQuery.limitMax)
        while true {
            let page = try records.records(query)
            rows += page.compactMap(LedgerRow.init)
            guard page.count == query.limit, let last = page.last else { return rows }
            query.after = last.key
        }
    }

    // MARK: Images

    /// What the images of a project cost in the week of `now`, until then.
    package func thisWeek(of project: String, at now: Timestamp) throws(StoreError) -> [Identifier: CostSum] {
        let week = Span(from: Week(containing: now).start, to: now)
        var sums: [Identifier: CostSum] = [:]
        for row in try rows(of: project, in: week) where row.isAboutData {
            if let image = row.image { sums[image, default: CostSum()].add(row, in: week) }
        }
        return sums
    }

    /// What an image of a project cost in each week that `span` touches, and costs now.
    package func costs(
        of image: Identifier,
        project: String,
        in span: Span,
        at now: Timestamp
    ) throws(StoreError) -> ImageCosts {
        let past = Span(from: span.from, to: min(span.to, now))
        let week = Span(from: Week(containing: now).start, to: now)
        let whole = Span(from: min(past.from, week.from), to: max(past.to, week.to))
        let rows = try rows(of: project, in: whole).filter { $0.image == image }
        return ImageCosts(rows, in: past, week: week)
    }

    // MARK: Projects

    /// What a project cost in a week, compared to the week before; of the present week, until now.
    package func report(
        of project: String,
        in week: Week,
        at now: Timestamp,
        golden: Set<Identifier> = []
    ) throws(StoreError) -> CostReport {
        let span = Span(from: week.start, to: min(week.end, max(now, week.start)))
        let before = Span(week.previous)
        return CostReport(
            project: project,
            week: week,
            span: span,
            rows: try rows(of: project, in: span),
            before: CostSum(try rows(of: project, in: before), in: before),
            golden: golden
        )
    }
}

extension LedgerRow {
    /// The data of an image, whatever became of it.
    var isAboutData: Bool { kind == .image || kind == .copy || kind == .orphan }
}

/// Sums, one for each currency, and whether something is missing in them.
package struct CostSum: Hashable, Sendable {
    private var sums: [String: Money] = [:]
    /// How many rows have an unknown price or size.
    package private(set) var unknown = 0

    package init() {}

    init(_ rows: [LedgerRow], in span: Span) {
        for row in rows { add(row, in: span) }
    }

    mutating func add(_ row: LedgerRow, in span: Span) {
        guard let cost = row.cost(in: span) else { return unknown += 1 }
        sums[row.rates.currency, default: .zero] += cost
    }

    mutating func add(_ other: CostSum) {
        for (currency, money) in other.sums { sums[currency, default: .zero] += money }
        unknown += other.unknown
    }

    package var amounts: [Amount] {
        sums.filter { !$0.key.isEmpty }.map { Amount($0.value, $0.key) }.sorted { $0.currency < $1.currency }
    }

    package func money(in currency: String) -> Money { sums[currency] ?? .zero }

    /// What there is more of than in `other`, by currency. What differs by rounding alone is the same.
    package func change(since other: CostSum) -> [Amount] {
        Set(sums.keys).union(other.sums.keys).filter { !$0.isEmpty }.sorted().map { currency in
            let change = money(in: currency) - other.money(in: currency)
            return Amount(change.trillionths.magnitude < 1000 ? .zero : change, currency)
        }
    }

    /// `0.29 USD`; `unknown`, or `at least 0.29 USD`, where a price or a size is.
    package var words: String { words { $0.words } }
    package var line: String { words { $0.line } }

    private func words(_ show: (Amount) -> String) -> String {
        let known = amounts.map(show).joined(separator: " + ")
        if unknown > 0 { return known.isEmpty ? "unknown" : "at least \(known)" }
        return known.isEmpty ? "0" : known
    }
}

/// What an image cost.
package struct ImageCosts: Sendable {
    /// A week, or the part of it that was asked for.
    package struct Part: Sendable {
        package let week: Week
        package let span: Span
        package let held: Interval
        package let bytes: Int64?
        package let sum: CostSum
        /// What it cost to send it, once, which is in no other figure.
        package let transfer: CostSum
        package let isDemonstration: Bool
    }

    package let parts: [Part]
    package let total: CostSum
    package let transfers: CostSum
    /// The present week until now.
    package let thisWeek: CostSum
    package let asOf: Timestamp
    /// What a whole week of the present one costs, if it stays as it is; empty when it costs nothing now.
    package let weekly: CostSum
    package let isCosting: Bool

    init(_ rows: [LedgerRow], in span: Span, week: Span) {
        let data = rows.filter { $0.isAboutData || $0.kind == .correction }
        let sent = rows.filter { $0.kind == .transfer }
        parts = span.weeks.reversed().map { week in
            let part = Span(week).intersection(span)
            let here = data.filter { $0.touches(part) }
            return Part(
                week: week,
                span: part,
                held: here.map { $0.held(in: part) }.reduce(.zero) {
                    Interval(milliseconds: $0.milliseconds + $1.milliseconds)
                },
                bytes: here.last { $0.bytes != nil }?.bytes,
                sum: CostSum(here, in: part),
                transfer: CostSum(sent.filter { $0.touches(part) }, in: part),
                isDemonstration: here.contains { $0.source == .demonstration }
            )
        }
        total = CostSum(data.filter { $0.touches(span) }, in: span)
        transfers = CostSum(sent.filter { $0.touches(span) }, in: span)
        thisWeek = CostSum(data.filter { $0.touches(week) }, in: week)
        asOf = week.to
        let open = data.filter(\.isOpen)
        isCosting = !open.isEmpty
        let whole = Span(Week(containing: week.from))
        weekly = CostSum(open.map { $0.all(of: whole) }, in: whole)
    }
}

extension LedgerRow {
    /// As if it had been there in the whole of `span`, by what it costs now.
    fileprivate func all(of span: Span) -> LedgerRow {
        let price = rates.steps.last { $0.from < span.to } ?? rates.steps.first
        let steady = Rates(
            currency: rates.currency,
            steps: price.map { [.init(from: span.from, price: $0.price)] } ?? []
        )
        return LedgerRow(
            kind: kind,
            project: project,
            location: location,
            label: label,
            from: span.from,
            bytes: bytes,
            rates: steady
        )
    }
}
