package import JSON
package import SirdarCore
package import SirdarEngine

/// What is paid for: a thing, from when to when, with the size and the price that it had when it began to cost.
///
/// A row that has been closed is never changed. What was wrong with it is put right by a correction, a row of its own.
package struct LedgerRow: Sendable, Hashable {
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        /// The data of an image that was made of a machine.
        case image
        /// The data of an image that was copied, the in-between copy of an adaptation included.
        case copy
        /// A machine that is there to be adapted.
        case builder
        /// Data that was sent to another location, once.
        case transfer
        /// The data of an image that was given up, and is still there.
        case orphan
        /// Puts another row right, by an amount of either sign.
        case correction
    }

    /// How its size, or its amount, is known.
    package enum Source: String, Sendable, Hashable, CaseIterable {
        /// Measured on the data itself.
        case measured
        /// Taken from a bill, or agreed on.
        case billed
        /// Made up, for the demonstration.
        case demonstration
    }

    package private(set) var kind: Kind
    package let project: String
    package let location: String
    /// The image that it is about.
    package var image: Identifier?
    /// What people call it, when it began.
    package var label: String
    package private(set) var span: Span
    /// Still there: the end of its span is not known.
    package private(set) var isOpen: Bool
    /// What is stored or was sent; `nil`: unknown, or no data.
    package var bytes: Int64?
    package var rates: Rates
    /// What a correction amounts to.
    package var amount: Money?
    package var source = Source.measured

    package init(
        kind: Kind,
        project: String,
        location: String,
        image: Identifier? = nil,
        label: String,
        from: Timestamp,
        to: Timestamp? = nil,
        bytes: Int64? = nil,
        rates: Rates
    ) {
        self.kind = kind
        self.project = project
        self.location = location
        self.image = image
        self.label = label
        span = Span(from: from, to: to ?? .distantFuture)
        isOpen = to == nil
        self.bytes = bytes
        self.rates = rates
    }

    /// The same, ended.
    package func closed(at time: Timestamp) -> LedgerRow {
        var row = self
        (row.span, row.isOpen) = (Span(from: span.from, to: max(span.from, time)), false)
        return row
    }

    /// What goes on from `time`, as another kind or by other rates.
    func continued(as kind: Kind, from time: Timestamp, rates: Rates) -> LedgerRow {
        var row = self
        (row.kind, row.rates, row.amount) = (kind, rates, nil)
        (row.span, row.isOpen) = (Span(from: max(span.from, time), to: .distantFuture), true)
        return row
    }
}

extension LedgerRow {
    /// Rows that go on; their key says what they are about.
    package static let openKind = "cost.open"
    /// Rows that have ended, in the order of their end.
    package static let closedKind = "cost"

    package init?(_ record: Record) {
        let body = record.body
        guard let kind = body["kind"]?.asString.flatMap(Kind.init(rawValue:)),
            let from = body["from"]?.asString.flatMap(Timestamp.init), let currency = body["currency"]?.asString
        else { return nil }
        self.init(
            kind: kind,
            project: record.scope,
            location: body["location"]?.asString ?? "",
            image: body["image"]?.asString.flatMap(Identifier.init),
            label: body["label"]?.asString ?? "",
            from: from,
            to: body["to"]?.asString.flatMap(Timestamp.init),
            bytes: body["bytes"]?.asInt.map(Int64.init),
            rates: Rates(currency: currency, json: body["rates"] ?? [])
        )
        amount = body["amount"]?.asString.flatMap(Money.init)
        source = body["source"]?.asString.flatMap(Source.init(rawValue:)) ?? .measured
    }

    package var body: JSON {
        var object: JSON.Object = [
            "kind": .string(kind.rawValue), "location": .string(location), "label": .string(label),
            "from": .string(span.from.description), "currency": .string(rates.currency), "rates": rates.json,
            "source": .string(source.rawValue),
        ]
        if !isOpen { object["to"] = .string(span.to.description) }
        object["image"] = image.map { .string($0.description) }
        object["bytes"] = bytes.map { .number(JSON.Number(Int($0))) }
        object["amount"] = amount.map { .string($0.description) }
        return .object(object)
    }

    /// The row as one that has ended, under a key by which it is found again: written twice it is there once.
    package func added(about subject: String) -> RecordChange {
        RecordChange(
            kind: Self.closedKind,
            key: "\(span.to) \(subject) \(span.from)",
            scope: project,
            body: body,
            expecting: .any
        )
    }
}

extension LedgerRow {
    static let gibibyte: UInt64 = 1 << 30

    /// What of it falls into `span`; `nil` where a price or a size is unknown.
    package func cost(in span: Span) -> Money? {
        switch kind {
        case .correction: return span.contains(self.span.from) ? amount : .zero
        case .transfer:
            guard span.contains(self.span.from) else { return .zero }
            guard let bytes, let price = rates.price(at: self.span.from) else { return nil }
            return price.times(UInt64(max(0, bytes)), over: Self.gibibyte)
        case .image, .copy, .orphan, .builder:
            var sum = Money.zero
            for month in self.span.intersection(span).months {
                for part in rates.parts(of: month) {
                    guard let price = rates.price(at: part.from), let cost = cost(of: part, by: price) else {
                        return nil
                    }
                    sum += cost
                }
            }
            return sum
        }
    }

    /// Of a part in one month, with one price.
    private func cost(of part: Span, by price: Money) -> Money? {
        let held = UInt64(part.length.milliseconds)
        if kind == .builder { return price.times(held, over: 3_600_000) }
        guard let bytes else { return nil }
        return price.times(UInt64(max(0, bytes)), held, over: Self.gibibyte, Month(containing: part.from).milliseconds)
    }

    /// How long it cost something in `span`.
    package func held(in span: Span) -> Interval {
        kind == .correction || kind == .transfer ? .zero : self.span.intersection(span).length
    }

    /// Whether any of it falls into `span`.
    package func touches(_ span: Span) -> Bool {
        self.span.isEmpty ? span.contains(self.span.from) : !self.span.intersection(span).isEmpty
    }
}
