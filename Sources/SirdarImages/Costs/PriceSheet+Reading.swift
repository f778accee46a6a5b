import JSON
import SirdarCore
import SirdarEngine

extension PriceSheet {
    private static let keys = ["location", "from", "currency", "storage", "machine", "transfer"]
    package static let currencyDefault = "USD"

    /// Reads `config/prices.yaml`: what is wrong is told, and left out.
    static func read(_ root: Located, locations: [String], _ findings: Findings) -> PriceSheet {
        guard let file = Fields(root, "the file of prices", keys: ["prices"], findings),
            let list = file.required("prices")
        else { return PriceSheet() }
        guard let nodes = list.list else {
            findings.mismatch(list, "`prices`", wants: "a list, one for each location and change of price")
            return PriceSheet()
        }
        var rows: [Row] = []
        for node in nodes {
            guard let fields = Fields(node, "a price", keys: keys, findings),
                let row = read(fields, locations: locations, findings)
            else { continue }
            let place = fields["from"]?.place ?? fields.place
            if rows.contains(where: { $0.location == row.location && $0.from == row.from }) {
                findings.error(.duplicateName, at: place, "\(row.location) has a price from that time on already")
            } else if let other = rows.first(where: { $0.location == row.location }), other.currency != row.currency {
                findings.error(
                    .wrongValue,
                    at: fields["currency"]?.place ?? fields.place,
                    "\(row.location) is priced in \(other.currency) above: a location has one currency"
                )
            } else {
                rows.append(row)
            }
        }
        return PriceSheet(rows)
    }

    private static func read(_ fields: Fields, locations: [String], _ findings: Findings) -> Row? {
        guard let location = fields.requiredText("location") else { return nil }
        if !locations.contains(location) {
            findings.unknown("location", location, at: fields["location"]?.place ?? fields.place, known: locations)
        }
        let currency = fields.text("currency") ?? currencyDefault
        if !Currency.isCode(currency) {
            findings.error(
                .wrongValue,
                at: fields["currency"]?.place ?? fields.place,
                "`currency` is no code of ISO 4217: write USD, EUR or GBP"
            )
        }
        return Row(
            location: location,
            from: time(fields) ?? .zero,
            currency: currency,
            storage: price("storage", fields),
            machine: price("machine", fields),
            transfer: price("transfer", fields)
        )
    }

    /// A date, at whose beginning in UTC the price begins to hold.
    private static func time(_ fields: Fields) -> Timestamp? {
        guard let text = fields.text("from") else { return nil }
        if let time = Day(text)?.start ?? Timestamp(text) { return time }
        fields.findings.error(
            .wrongValue,
            at: fields["from"]?.place ?? fields.place,
            "`from` is no date: write 2026-12-01, whose first moment in UTC is meant"
        )
        return nil
    }

    private static func price(_ key: String, _ fields: Fields) -> Money? {
        guard let node = fields[key] else { return nil }
        if case .null = node.value { return nil }
        if let price = Money(node.text ?? node.json.text), price >= .zero, price <= .priceMax { return price }
        fields.findings.error(
            .wrongValue,
            at: node.place,
            "`\(key)` is no price: write 0.053, with at most 12 digits after the point, at most 1000000"
        )
        return nil
    }
}
