import JSON
package import SirdarCore
package import SirdarEngine
import SirdarJournal

/// Puts right what was charged wrongly, by an amount of either sign: a row of its own, and an entry of the journal.
package struct CostCorrection: Sendable, Hashable {
    package let project: String
    package let location: String
    package let image: Identifier?
    package let amount: Amount
    /// The day on which it counts.
    package let day: Day
    package let reason: String

    /// At most this, of either sign.
    package static let amountMax = Money(trillionths: 1_000_000_000 * Money.scale)

    package init(
        project: String,
        location: String,
        image: Identifier?,
        amount: Amount,
        day: Day,
        reason: String
    ) {
        self.project = project
        self.location = location
        self.image = image
        self.amount = amount
        self.day = day
        self.reason = reason
    }

    package func record(
        with engine: Engine,
        by actuation: Actuation,
        then: @escaping @Sendable (Result<Void, any Error>) -> Void
    ) {
        let id = engine.identifiers.next()
        var row = LedgerRow(
            kind: .correction,
            project: project,
            location: location,
            image: image,
            label: reason,
            from: day.start,
            to: day.start,
            rates: Rates(currency: amount.currency, steps: [])
        )
        (row.amount, row.source) = (amount.money, .billed)
        let entry = Entry(
            at: engine.clock.now(),
            actor: actuation.actor,
            channel: actuation.channel,
            action: "cost.corrected",
            object: .init(kind: image == nil ? "project" : "image", id: image ?? id, part: project),
            detail: .object([
                "project": .string(project), "amount": .string(amount.money.description),
                "currency": .string(amount.currency), "day": .string(day.description), "reason": .string(reason),
            ]),
            requestID: actuation.requestID
        )
        engine.write([row.added(about: "correction/\(id)")], entry: entry, then: then)
    }
}
