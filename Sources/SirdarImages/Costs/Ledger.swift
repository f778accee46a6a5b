import JSON
package import SirdarCore
package import SirdarEngine

/// Writes what costs something, with the change by which it begins or ends to: the answers are records of that commit.
///
/// Each may be asked for again: what has begun does not begin twice, and what has ended stays ended.
package struct Ledger: Sendable {
    package let prices: PriceSheet
    let records: any RecordReader

    package init(prices: PriceSheet, records: any RecordReader) {
        self.prices = prices
        self.records = records
    }

    package static func subject(ofImage id: Identifier) -> String { "image/\(id)" }
    package static func subject(ofBuilder purpose: String) -> String { "builder/\(purpose)" }

    private func open(_ subject: String) throws(StoreError) -> (row: LedgerRow, record: Record)? {
        guard let record = try records.record(LedgerRow.openKind, subject), let row = LedgerRow(record) else {
            return nil
        }
        return (row, record)
    }

    private func begin(_ row: LedgerRow, about subject: String) throws(StoreError) -> [RecordChange] {
        guard try open(subject) == nil else { return [] }
        let change = RecordChange(
            kind: LedgerRow.openKind,
            key: subject,
            scope: row.project,
            body: row.body,
            expecting: .absent
        )
        return [change]
    }

    // MARK: Images

    /// The data of an image has come to be.
    package func imageBegins(
        _ image: Image,
        as kind: LedgerRow.Kind,
        in location: String,
        bytes: Int64?,
        at time: Timestamp
    ) throws(StoreError) -> [RecordChange] {
        let row = LedgerRow(
            kind: kind,
            project: image.project,
            location: location,
            image: image.id,
            label: image.name,
            from: time,
            bytes: bytes,
            rates: prices.rates(of: .storage, in: location, from: time)
        )
        return try begin(row, about: Self.subject(ofImage: image.id))
    }

    /// The data of an image has been deleted.
    func imageEnds(_ id: Identifier, at time: Timestamp) throws(StoreError) -> [RecordChange] {
        try end(Self.subject(ofImage: id), at: time)
    }

    /// An image was given up, and what there is of its data costs on.
    func imageGivenUp(_ id: Identifier, at time: Timestamp) throws(StoreError) -> [RecordChange] {
        let subject = Self.subject(ofImage: id)
        guard let (row, record) = try open(subject), row.kind != .orphan else { return [] }
        let orphan = row.continued(as: .orphan, from: time, rates: row.rates)
        return [row.closed(at: time).added(about: subject), record.changed(to: orphan.body)]
    }

    /// Data was sent to another location, once.
    func transferred(
        _ image: Image,
        from location: String,
        bytes: Int64?,
        at time: Timestamp
    ) throws(StoreError) -> [RecordChange] {
        let row = LedgerRow(
            kind: .transfer,
            project: image.project,
            location: location,
            image: image.id,
            label: image.name,
            from: time,
            to: time,
            bytes: bytes,
            rates: prices.rates(of: .transfer, in: location, from: time)
        )
        return [row.added(about: "transfer/\(image.id)/\(image.makings)")]
    }

    // MARK: Builder machines

    func builderBegins(
        for purpose: Identifier,
        named name: String,
        project: String,
        in location: String,
        at time: Timestamp
    ) throws(StoreError) -> [RecordChange] {
        let row = LedgerRow(
            kind: .builder,
            project: project,
            location: location,
            image: purpose,
            label: name,
            from: time,
            rates: prices.rates(of: .machine, in: location, from: time)
        )
        return try begin(row, about: Self.subject(ofBuilder: purpose.description))
    }

    func builderEnds(for purpose: String, at time: Timestamp) throws(StoreError) -> [RecordChange] {
        try end(Self.subject(ofBuilder: purpose), at: time)
    }

    private func end(_ subject: String, at time: Timestamp) throws(StoreError) -> [RecordChange] {
        guard let (row, record) = try open(subject) else { return [] }
        return [row.closed(at: time).added(about: subject), record.removed]
    }

    // MARK: Prices

    /// What goes on by the prices of `prices` from `time` on, where they are others than those it began with. What has
    /// been until then keeps its price.
    package func repriced(at time: Timestamp) throws(StoreError) -> [RecordChange] {
        var changes: [RecordChange] = []
        var after: String?
        while true {
            let query = RecordQuery(kind: LedgerRow.openKind, after: after, limit: RecordQuery.limitMax)
            let page = try records.records(query)
            for record in page {
                guard let row = LedgerRow(record) else { continue }
                let rates = prices.rates(of: row.kind == .builder ? .machine : .storage, in: row.location, from: time)
                guard row.span.from < time, row.rates.onward(from: time) != rates else { continue }
                changes.append(row.closed(at: time).added(about: record.key))
                changes.append(record.changed(to: row.continued(as: row.kind, from: time, rates: rates).body))
            }
            guard page.count == RecordQuery.limitMax, let last = page.last else { return changes }
            after = last.key
        }
    }
}

extension Ledger {
    /// Begins what has data and no row: images of a store that is older than its ledger.
    package func missing(at now: Timestamp) throws(StoreError) -> [RecordChange] {
        var changes: [RecordChange] = []
        var query = RecordQuery(kind: Image.kind, limit: RecordQuery.limitMax)
        while true {
            let page = try records.records(query)
            for image in page.compactMap(Image.init) {
                switch image.state {
                case .built, .deletionRequested, .deleting:
                    changes += try imageBegins(
                        image,
                        as: .image,
                        in: image.location,
                        bytes: image.storedBytes,
                        at: image.builtAt ?? now
                    )
                case .saved, .building, .failed, .withdrawn, .deleted, .lost: break
                }
            }
            guard page.count == query.limit, let last = page.last else { return changes }
            query.after = last.key
        }
    }
}

extension Rates {
    /// As they would be written by somebody who begins at `time`.
    func onward(from time: Timestamp) -> Rates {
        let now = price(at: time).map { [Step(from: time, price: $0)] } ?? []
        let all = now + steps.filter { $0.from > time }
        return Rates(currency: all.isEmpty ? "" : currency, steps: all)
    }
}

extension ImageActions {
    /// The rows of the ledger that a step writes, for its output and so for the journal.
    static func told(_ changes: [RecordChange]) -> JSON { .array(changes.compactMap(\.body)) }
}
