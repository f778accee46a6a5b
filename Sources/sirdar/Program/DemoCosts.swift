import SirdarClouds
import SirdarCore
import SirdarEngine
import SirdarImages

/// Eight past weeks of the demonstration's costs, so that there is something to compare with. Each row says that it
/// was made up, and each page shows it.
struct DemoCosts {
    let prices: PriceSheet
    let now: Timestamp

    private static let weeks: Int64 = 8
    private static let mebibyte: Int64 = 1 << 20
    static let subject = "demonstration"

    /// The rows of the golden image before it was made here, and of what there might have been besides.
    func rows(golden: Image) -> [LedgerRow] {
        let (home, sent) = (golden.location, "bf-render-node-2026-09-frankfurt")
        var before = data(.image, golden.name, home, day(Self.weeks, 1), golden.builtAt ?? now, golden.storedBytes ?? 0)
        before.image = golden.id
        let data = [
            before, data(.image, "bf-comp-workstation-2026-08", home, day(7, 2), day(1, 3), 612 * Self.mebibyte),
            data(.image, "bf-render-node-2026-09", home, day(5, 0), day(2, 4), 288 * Self.mebibyte),
            data(.copy, sent, "frankfurt", day(4, 1), day(1, 5), 288 * Self.mebibyte),
            data(.orphan, "bf-comp-workstation-test", home, day(2, 1), day(1, 1), 97 * Self.mebibyte),
        ]
        let transfer = row(.transfer, .transfer, sent, home, day(4, 1), day(4, 1), 288 * Self.mebibyte)
        let builders = [Int64(6), 3, 1].map { week in
            let from = day(week, 2).advanced(by: .hours(9))
            let name = "blackfen-builder-2026-w\(Week(containing: from).number)"
            return row(.builder, .machine, name, home, from, from.advanced(by: .minutes(215)), nil)
        }
        return data + [transfer] + builders
    }

    /// The first moment of a day so many weeks before this one's Monday, and so many days after that.
    private func day(_ weeks: Int64, _ days: Int64) -> Timestamp {
        Week(containing: now).monday.advanced(by: days - 7 * weeks).start
    }

    private func data(
        _ kind: LedgerRow.Kind,
        _ label: String,
        _ location: String,
        _ from: Timestamp,
        _ to: Timestamp,
        _ bytes: Int64
    ) -> LedgerRow {
        row(kind, .storage, label, location, from, to, bytes)
    }

    private func row(
        _ kind: LedgerRow.Kind,
        _ price: PriceSheet.What,
        _ label: String,
        _ location: String,
        _ from: Timestamp,
        _ to: Timestamp,
        _ bytes: Int64?
    ) -> LedgerRow {
        var row = LedgerRow(
            kind: kind,
            project: DemoProject.blackfen.code,
            location: location,
            label: label,
            from: from,
            to: to,
            bytes: bytes,
            rates: prices.rates(of: price, in: location, from: from)
        )
        row.source = .demonstration
        return row
    }
}
