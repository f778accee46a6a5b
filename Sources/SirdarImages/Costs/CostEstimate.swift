package import SirdarCore

/// What an image would cost a week, before there is one.
package struct CostEstimate: Sendable, Hashable {
    /// By what was measured; `nil` where nothing was.
    package let measuredBytes: Int64?
    /// It cannot become larger than this.
    package let upperBytes: Int64
    /// How the size was found, in words.
    package let method: String
    package let location: String
    package let currency: String
    /// A week of what was measured; `nil`: unknown.
    package let measured: Money?
    /// A week of the most that it can be; `nil`: unknown.
    package let most: Money?
    /// What sending it costs, once, where it is sent; `nil`: unknown, or not sent.
    package let transfer: Money?
    package let isSent: Bool

    /// The price of a month is spread over the hours of an average one: 730.
    package init(
        measured: Int64?,
        upper: Int64,
        method: String,
        in location: String,
        sentFrom origin: String? = nil,
        prices: PriceSheet,
        at now: Timestamp
    ) {
        let row = prices.row(in: location, at: now)
        let weekly = { (bytes: Int64) in
            row?.storage.map { $0.times(UInt64(max(0, bytes)), 168, over: LedgerRow.gibibyte, 730) }
        }
        measuredBytes = measured
        upperBytes = upper
        self.method = method
        self.location = location
        self.measured = measured.flatMap(weekly)
        most = weekly(upper)
        isSent = origin != nil
        let sending = origin.flatMap { prices.row(in: $0, at: now) }
        let hasOneCurrency = row == nil || sending == nil || row?.currency == sending?.currency
        currency = row?.currency ?? sending?.currency ?? ""
        transfer =
            hasOneCurrency
            ? sending?.transfer.map { $0.times(UInt64(max(0, measured ?? upper)), over: LedgerRow.gibibyte) } : nil
    }

    /// `about 0.29 USD a week (measured 23.4 GiB); at most 0.73 USD (whole disk, 60.0 GiB)`.
    package var words: String {
        var words: String
        let size = "\(Self.gibibytes(upperBytes)) GiB"
        if let measuredBytes {
            let measuredSize = "\(Self.gibibytes(measuredBytes)) GiB"
            if let measured, let most {
                let (about, atMost) = (Amount(measured, currency).words, Amount(most, currency).words)
                words = "about \(about) a week (measured \(measuredSize)); at most \(atMost) (whole disk, \(size))"
                if measuredBytes == upperBytes { words = "\(about) a week (\(measuredSize))" }
            } else {
                words = "unknown: \(location) has no price (measured \(measuredSize))"
            }
        } else if let most {
            words = "at most \(Amount(most, currency).words) a week (whole disk, \(size)); how much is used is unknown"
        } else {
            words = "unknown: \(location) has no price (whole disk, \(size))"
        }
        guard isSent else { return words }
        let once = transfer.map { Amount($0, currency).words } ?? "an unknown amount"
        return "\(words), and \(once) once for sending it"
    }

    /// With one digit after the point; with more for what is small.
    package static func gibibytes(_ bytes: Int64) -> String {
        let size = Money(trillionths: Int128(max(0, bytes)) * Money.scale / Int128(LedgerRow.gibibyte))
        let places = size.trillionths >= 10 * Money.scale ? 1 : size.trillionths >= Money.scale ? 2 : 3
        return size.rounded(to: places).text(placesMin: places)
    }
}
