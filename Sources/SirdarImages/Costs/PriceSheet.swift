import JSON
package import SirdarCore

/// What storing, moving and running costs, by location and from when. What is not in it is unknown, and never free.
package struct PriceSheet: Sendable, Hashable {
    /// The prices of a location from a moment on, until the next of that location.
    package struct Row: Sendable, Hashable {
        package let location: String
        package let from: Timestamp
        package let currency: String
        /// A month of one GiB of stored image data.
        package let storage: Money?
        /// An hour of a builder machine.
        package let machine: Money?
        /// One GiB that leaves for another location.
        package let transfer: Money?

        package init(
            location: String,
            from: Timestamp,
            currency: String,
            storage: Money? = nil,
            machine: Money? = nil,
            transfer: Money? = nil
        ) {
            self.location = location
            self.from = from
            self.currency = currency
            self.storage = storage
            self.machine = machine
            self.transfer = transfer
        }

        package func price(of what: What) -> Money? {
            switch what {
            case .storage: storage
            case .machine: machine
            case .transfer: transfer
            }
        }
    }

    package enum What: Sendable, Hashable, CaseIterable { case storage, machine, transfer }

    /// By location, then by time.
    package let rows: [Row]

    package init(_ rows: [Row] = []) {
        self.rows = rows.sorted { ($0.location, $0.from) < ($1.location, $1.from) }
    }

    package func row(in location: String, at time: Timestamp) -> Row? {
        rows.last { $0.location == location && $0.from <= time }
    }

    /// What something in a location costs from `time` on, with the changes of price that are known already.
    package func rates(of what: What, in location: String, from time: Timestamp) -> Rates {
        let later = rows.filter { $0.location == location && $0.from > time }
        let now = row(in: location, at: time)
        let all = [now].compactMap(\.self) + later
        let steps = all.compactMap { row in
            row.price(of: what).map { Rates.Step(from: max(row.from, time), price: $0) }
        }
        return steps.isEmpty ? .unknown : Rates(currency: all.first?.currency ?? "", steps: steps)
    }
}

/// A price and how it changes: frozen into what is charged by it.
package struct Rates: Sendable, Hashable {
    package let currency: String
    /// Each holds until the next. Before the first, the price is unknown.
    package let steps: [Step]

    package struct Step: Sendable, Hashable {
        package let from: Timestamp
        package let price: Money

        package init(from: Timestamp, price: Money) {
            self.from = from
            self.price = price
        }
    }

    package init(currency: String, steps: [Step]) {
        self.currency = currency
        self.steps = steps
    }

    package static let unknown = Rates(currency: "", steps: [])

    package func price(at time: Timestamp) -> Money? { steps.last { $0.from <= time }?.price }

    /// Cut where the price changes.
    func parts(of span: Span) -> [Span] {
        var parts: [Span] = []
        var start = span.from
        for step in steps where step.from > span.from && step.from < span.to {
            parts.append(Span(from: start, to: step.from))
            start = step.from
        }
        if start < span.to { parts.append(Span(from: start, to: span.to)) }
        return parts
    }

    var json: JSON {
        .array(steps.map { ["from": .string($0.from.description), "price": .string($0.price.description)] })
    }

    init(currency: String, json: JSON) {
        let steps = (json.asArray ?? []).compactMap { step -> Step? in
            guard let from = step["from"]?.asString.flatMap(Timestamp.init),
                let price = step["price"]?.asString.flatMap(Money.init)
            else { return nil }
            return Step(from: from, price: price)
        }
        self.init(currency: currency, steps: steps)
    }
}
