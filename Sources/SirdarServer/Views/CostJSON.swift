import JSON
import SirdarCore
import SirdarImages

// Costs as programs read them: amounts are texts with all their places, and each has its currency.
extension Amount {
    var json: JSON { ["amount": .string(money.description), "currency": .string(currency), "words": .string(words)] }
}

extension CostSum {
    var json: JSON {
        [
            "amounts": .array(amounts.map(\.json)), "unknown_rows": .number(JSON.Number(unknown)),
            "words": .string(words),
        ]
    }
}

extension Span {
    var members: JSON.Object { ["from": .string(from.description), "to": .string(to.description)] }
}

extension ImageCosts {
    func json(of image: StudioImage) -> JSON {
        [
            "image": .string(image.id.description), "name": .string(image.name), "project": .string(image.project),
            "as_of": .string(asOf.description), "this_week": thisWeek.json, "weekly_rate": weekly.json,
            "is_costing": .bool(isCosting), "weeks": .array(parts.map(\.json)), "total": total.json,
            "transfers": transfers.json,
        ]
    }
}

extension ImageCosts.Part {
    var json: JSON {
        var object = span.members
        object["week"] = .string(week.description)
        object["held_hours"] = .string(held.hours)
        object["bytes"] = bytes.map { .number(JSON.Number(Int($0))) } ?? .null
        object["cost"] = sum.json
        object["transfer"] = transfer.json
        object["demonstration"] = .bool(isDemonstration)
        return .object(object)
    }
}

extension CostReport {
    var json: JSON {
        var object: JSON.Object = [
            "project": .string(project), "week": .string(week.description), "whole_week": .bool(isWholeWeek),
            "total": total.json, "week_before": before.json,
            "change": .array(total.change(since: before).map(\.json)), "demonstration": .bool(isDemonstration),
            "locations": .array(
                places.map { .object(["location": .string($0.location), "cost": $0.sum.json]) }
            ),
            "groups": .array(sections.map(\.json)),
        ]
        for (key, value) in span.members { object[key] = value }
        return .object(object)
    }
}

extension CostReport.Section {
    var json: JSON { ["group": .string(group.rawValue), "cost": sum.json, "lines": .array(lines.map(\.json))] }
}

extension CostReport.Line {
    var json: JSON {
        var object = span.members
        object["name"] = .string(row.label)
        object["image"] = row.image.map { .string($0.description) } ?? .null
        object["location"] = .string(row.location)
        object["held_hours"] = .string(held.hours)
        object["bytes"] = row.bytes.map { .number(JSON.Number(Int($0))) } ?? .null
        object["price"] = row.rates.price(at: span.from).map { .string($0.description) } ?? .null
        object["cost"] = sum.json
        object["source"] = .string(row.source.rawValue)
        return .object(object)
    }
}

extension Interval {
    /// `66.75`: hours, with two digits after the point.
    var hours: String {
        let hundredths = (milliseconds + 18_000) / 36_000
        let rest = hundredths % 100
        return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest)"
    }
}

extension CostEstimate {
    var json: JSON {
        [
            "words": .string(words), "location": .string(location), "method": .string(method),
            "currency": currency.isEmpty ? .null : .string(currency),
            "measured_bytes": measuredBytes.map { .number(JSON.Number(Int($0))) } ?? .null,
            "upper_bytes": .number(JSON.Number(Int(upperBytes))),
            "weekly": measured.map { .string($0.description) } ?? .null,
            "weekly_at_most": most.map { .string($0.description) } ?? .null,
            "transfer_once": transfer.map { .string($0.description) } ?? .null,
        ]
    }
}

extension PriceSheet.Row {
    var json: JSON {
        [
            "location": .string(location), "from": .string(from.description), "currency": .string(currency),
            "storage": Self.price(storage), "machine": Self.price(machine), "transfer": Self.price(transfer),
        ]
    }

    private static func price(_ money: Money?) -> JSON { money.map { .string($0.description) } ?? .null }
}
