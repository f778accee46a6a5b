import SirdarCore
import SirdarImages
import Testing

/// The examples that were computed by hand with another's decimals; each figure is exact in six places.
@Suite("Worked examples of costs")
struct WorkedExamples {
    private static let london = [
        PriceSheet.Row(
            location: "eu-west-2",
            from: .zero,
            currency: "USD",
            storage: Money("0.053"),
            machine: Money("0.10"),
            transfer: Money("0.02")
        )
    ]

    private func time(_ text: String) throws -> Timestamp { try #require(Timestamp(text)) }

    /// 23.4 GiB and the like, to the nearest byte.
    private func bytes(_ tenths: Int64) -> Int64 { (tenths * (1 << 30) + 5) / 10 }

    private func row(
        _ tenths: Int64,
        from: String,
        to: String? = nil,
        in location: String = "eu-west-2",
        _ prices: [PriceSheet.Row] = WorkedExamples.london
    ) throws -> LedgerRow {
        let from = try time(from)
        return LedgerRow(
            kind: .image,
            project: "blackfen",
            location: location,
            label: "comp",
            from: from,
            to: try to.map(time),
            bytes: bytes(tenths),
            rates: PriceSheet(prices).rates(of: .storage, in: location, from: from)
        )
    }

    private func cost(_ row: LedgerRow, _ week: String) throws -> Money {
        let span = Span(try #require(Week(week)))
        return try #require(row.cost(in: span))
    }

    private func six(_ money: Money) -> String { money.rounded(to: 6).description }

    @Test("A: an estimate spreads the month over 730 hours")
    func estimate() throws {
        let estimate = CostEstimate(
            measured: bytes(234),
            upper: bytes(600),
            method: "measured",
            in: "eu-west-2",
            prices: PriceSheet(Self.london),
            at: try time("2026-11-25T00:00:00Z")
        )
        #expect(estimate.most?.rounded(to: 4).description == "0.731800")
        #expect(estimate.measured?.rounded(to: 4).description == "0.285400")
        #expect(
            estimate.words == "about 0.29 USD a week (measured 23.4 GiB); at most 0.73 USD (whole disk, 60.0 GiB)"
        )
    }

    @Test("B: a whole week of November")
    func wholeWeek() throws {
        #expect(six(try cost(row(234, from: "2026-10-01T00:00:00Z"), "2026-W47")) == "0.289380")
    }

    @Test("C: a week in two months, each hour by its own month's length")
    func twoMonths() throws {
        let row = try row(234, from: "2026-10-01T00:00:00Z")
        #expect(six(try cost(row, "2026-W49")) == "0.281379")
        let month = try time("2026-12-01T00:00:00Z")
        let week = Span(try #require(Week("2026-W49")))
        let (first, second) = (Span(from: week.from, to: month), Span(from: month, to: week.to))
        #expect(six(try #require(row.cost(in: first))) == "0.041340")
        #expect(six(try #require(row.cost(in: second))) == "0.240039")
        #expect(try #require(row.cost(in: first)) + #require(row.cost(in: second)) == #require(row.cost(in: week)))
    }

    @Test("D: a part of a week, from when the data came to be until it was deleted")
    func partOfAWeek() throws {
        let row = try row(234, from: "2026-11-18T14:30:00Z", to: "2026-11-21T09:15:00Z")
        #expect(six(try cost(row, "2026-W47")) == "0.114977")
        #expect(row.held(in: Span(try #require(Week("2026-W47")))) == .minutes(66 * 60 + 45))
        #expect(try cost(row, "2026-W46") == .zero)
        #expect(try cost(row, "2026-W48") == .zero)
    }

    @Test("E: the same image costs more in a week of February than in one of December")
    func months() throws {
        let row = try row(234, from: "2026-01-01T00:00:00Z")
        #expect(six(try cost(row, "2026-W07")) == "0.310050")
        #expect(six(try cost(row, "2026-W51")) == "0.280045")
    }

    @Test("F: a copy costs its transfer once, and then both places each week")
    func copy() throws {
        let prices = PriceSheet(
            Self.london + [.init(location: "us-west-2", from: .zero, currency: "USD", storage: Money("0.05"))]
        )
        let sent = try time("2026-11-15T10:00:00Z")
        let transfer = LedgerRow(
            kind: .transfer,
            project: "blackfen",
            location: "eu-west-2",
            label: "comp",
            from: sent,
            to: sent,
            bytes: bytes(234),
            rates: prices.rates(of: .transfer, in: "eu-west-2", from: sent)
        )
        #expect(six(try cost(transfer, "2026-W46")) == "0.468000")
        #expect(try cost(transfer, "2026-W47") == .zero)
        let here = try row(234, from: "2026-10-01T00:00:00Z")
        let there = try row(234, from: "2026-11-15T10:00:00Z", in: "us-west-2", prices.rows)
        #expect(six(try cost(there, "2026-W47")) == "0.273000")
        #expect(six(try cost(here, "2026-W47") + cost(there, "2026-W47")) == "0.562380")
        let estimate = CostEstimate(
            measured: bytes(234),
            upper: bytes(234),
            method: "its bytes",
            in: "us-west-2",
            sentFrom: "eu-west-2",
            prices: prices,
            at: sent
        )
        #expect(estimate.transfer.map(six) == "0.468000")
        #expect(estimate.words == "0.27 USD a week (23.4 GiB), and 0.47 USD once for sending it")
    }

    @Test("G: a total is made from what is not rounded")
    func total() throws {
        let row = try row(206, from: "2026-10-01T00:00:00Z")
        let one = try cost(row, "2026-W47")
        let sum = one + one + one + one
        #expect(six(one) == "0.254753")
        #expect(six(sum) == "1.019013")
        #expect(Amount(sum, "USD").words == "1.02 USD")
        #expect(Amount(one, "USD").line == "0.2548 USD")
    }

    @Test("H: a price that changes in the middle of a week makes two parts, and what was before keeps its price")
    func priceChange() throws {
        let change = try time("2026-11-18T00:00:00Z")
        let later = PriceSheet.Row(location: "eu-west-2", from: change, currency: "USD", storage: Money("0.106"))
        let row = try row(234, from: "2026-10-01T00:00:00Z", Self.london + [later])
        // Two days of seven at the old price, five at twice that.
        #expect(six(try cost(row, "2026-W47")) == "0.496080")
        #expect(six(try cost(row, "2026-W46")) == "0.289380")
        #expect(six(try cost(row, "2026-W48")) == "0.578760")
    }

    @Test("the 53rd week of 2026 lies in two years, and is one week")
    func week53() throws {
        let row = try row(234, from: "2026-10-01T00:00:00Z")
        #expect(six(try cost(row, "2026-W53")) == "0.280045")
        let days = try ["2026-12-31", "2027-01-01"].map { try #require(Day($0)) }
        let sum = try days.map { Span(from: $0.start, to: $0.next.start) }.map { try #require(row.cost(in: $0)) }
            .reduce(.zero, +)
        #expect(six(sum) == "0.080013")
    }

    @Test("without a price, or without a size, a cost is unknown, and never nothing")
    func unknown() throws {
        let row = try row(234, from: "2026-10-01T00:00:00Z", in: "nowhere")
        #expect(row.cost(in: Span(try #require(Week("2026-W47")))) == nil)
        var sizeless = try self.row(234, from: "2026-10-01T00:00:00Z")
        sizeless.bytes = nil
        #expect(sizeless.cost(in: Span(try #require(Week("2026-W47")))) == nil)
        let estimate = CostEstimate(
            measured: bytes(234),
            upper: bytes(600),
            method: "measured",
            in: "nowhere",
            prices: PriceSheet(Self.london),
            at: .zero
        )
        #expect(estimate.words == "unknown: nowhere has no price (measured 23.4 GiB)")
    }

    @Test("a price that is known only from the middle of a week leaves that week unknown")
    func partlyUnknown() throws {
        let from = try time("2026-11-18T00:00:00Z")
        let later = PriceSheet.Row(location: "eu-west-2", from: from, currency: "USD", storage: Money("0.053"))
        let row = try row(234, from: "2026-11-01T00:00:00Z", [later])
        #expect(row.cost(in: Span(try #require(Week("2026-W47")))) == nil)
        #expect(six(try cost(row, "2026-W48")) == "0.289380")
    }

    @Test("the parts of any span sum up to the whole", arguments: 0..<40)
    func additive(seed: UInt64) throws {
        var random = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        func next(_ limit: Int64) -> Int64 {
            random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int64(random >> 33) % limit
        }
        let start = try time("2026-01-01T00:00:00Z")
        let row = try row(1 + next(5_000), from: "2026-02-03T04:05:06Z", to: "2026-11-21T09:15:00Z")
        let cuts = [0, next(366), next(366), next(366), 366].sorted().map { start.advanced(by: .days($0)) }
        let whole = try #require(row.cost(in: Span(from: start, to: start.advanced(by: .days(366)))))
        let parts = try zip(cuts, cuts.dropFirst()).map { try #require(row.cost(in: Span(from: $0, to: $1))) }
        let gap = parts.reduce(.zero, +) - whole
        // Each part is rounded once in each month, at the twelfth place.
        #expect(gap.trillionths.magnitude <= 32, "seed \(seed)")
    }
}
