import Foundation
import JSON
import Logging
import SirdarCore
import SirdarEngine
import SirdarImages
import SirdarSQLite
import SirdarTestKit
import Testing

/// What is written and read of costs, in a real store.
@Suite("The ledger")
final class LedgerTests {
    private let store: any Store
    private let folder: URL
    private let identifiers = IdentifierSource(clock: ManualClock())

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "sirdar-ledger-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let log = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        store = try SQLiteStore(path: folder.appending(path: "sirdar.sqlite").path, log: log)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    private func time(_ text: String) throws -> Timestamp { try #require(Timestamp(text)) }

    private func commit(_ changes: [RecordChange]) throws {
        var commit = Commit()
        commit.records = changes
        let store = store
        try answer { then in store.submit(commit) { then($0.mapError { $0 }) } }
    }

    private func price(_ text: String, from: Timestamp = .zero) -> PriceSheet.Row {
        PriceSheet.Row(
            location: "london",
            from: from,
            currency: "USD",
            storage: Money(text),
            machine: Money("0.1"),
            transfer: Money("0.02")
        )
    }

    private func image(_ name: String, _ state: Image.State = .built) -> Image {
        Image(
            id: identifiers.next(),
            name: name,
            project: "blackfen",
            location: "london",
            type: "renderNode",
            state: state,
            requester: "requester",
            createdAt: ManualClock.start
        )
    }

    private static let gibibytes = Int64(10) << 30

    private func begin(_ image: Image, at time: Timestamp, _ prices: [PriceSheet.Row]) throws {
        let ledger = Ledger(prices: PriceSheet(prices), records: store)
        try commit(try ledger.imageBegins(image, as: .image, in: "london", bytes: Self.gibibytes, at: time))
    }

    @Test("new prices hold from the start on, and what has been charged keeps its price")
    func repricing() throws {
        let (monday, wednesday) = (try time("2026-11-16T00:00:00Z"), try time("2026-11-18T00:00:00Z"))
        let comp = image("comp")
        try begin(comp, at: monday, [price("0.05")])
        let week = try #require(Week("2026-W47"))
        let before = try CostBook(store).report(of: "blackfen", in: week, at: wednesday).total
        // The new sheet says that the price was double all along; the past is not for it to say.
        let ledger = Ledger(prices: PriceSheet([price("0.10")]), records: store)
        let changes = try ledger.repriced(at: wednesday)
        #expect(changes.count == 2)
        try commit(changes)
        #expect(try CostBook(store).report(of: "blackfen", in: week, at: wednesday).total == before)
        let whole = try CostBook(store).report(of: "blackfen", in: week, at: week.end).total
        // 10 GiB: two days at 0.05, five at 0.10, of a month of thirty days.
        #expect(whole.money(in: "USD").rounded(to: 9) == Money("0.2")?.rounded(to: 9))
        #expect(try ledger.repriced(at: week.end).isEmpty)
    }

    @Test("a price to come is in the row already, and changes nothing when its day is there")
    func priceToCome() throws {
        let (monday, wednesday) = (try time("2026-11-16T00:00:00Z"), try time("2026-11-18T00:00:00Z"))
        let sheet = [price("0.05"), price("0.10", from: wednesday)]
        try begin(image("comp"), at: monday, sheet)
        let week = try #require(Week("2026-W47"))
        let total = try CostBook(store).report(of: "blackfen", in: week, at: week.end).total
        #expect(total.money(in: "USD").rounded(to: 9) == Money("0.2"))
        #expect(try Ledger(prices: PriceSheet(sheet), records: store).repriced(at: week.end).isEmpty)
    }

    @Test("an image of an older store begins to be counted from when it was built, and once")
    func older() throws {
        var comp = image("comp")
        comp.builtAt = try time("2026-11-16T00:00:00Z")
        comp.storedBytes = Self.gibibytes
        try commit([comp.added, image("gone", .deleted).added, image("saved", .saved).added])
        let ledger = Ledger(prices: PriceSheet([price("0.05")]), records: store)
        let missing = try ledger.missing(at: ManualClock.start)
        #expect(missing.compactMap { $0.body?["label"]?.asString } == ["comp"])
        #expect(missing.first?.body?["from"] == "2026-11-16T00:00:00.000Z")
        try commit(missing)
        #expect(try ledger.missing(at: ManualClock.start).isEmpty)
    }

    @Test("a report groups, sums what is not rounded, and compares with the week before")
    func report() throws {
        let golden = image("golden")
        try begin(golden, at: try time("2026-11-19T00:00:00Z"), [price("0.05")])
        try begin(image("comp"), at: try time("2026-11-23T00:00:00Z"), [price("0.05")])
        let week = try #require(Week("2026-W48"))
        let now = try time("2026-11-25T00:00:00Z")
        let report = try CostBook(store).report(of: "blackfen", in: week, at: now, golden: [golden.id])
        #expect(report.sections.map(\.group) == [.images, .golden])
        #expect(!report.isWholeWeek && report.span.to == now)
        // 10 GiB × 0.05 × 48 h of 720 h, twice; and four days of the week before.
        #expect(report.total.money(in: "USD").rounded(to: 6).description == "0.066667")
        #expect(report.before.money(in: "USD").rounded(to: 6).description == "0.066667")
        #expect(report.total.change(since: report.before).map(\.words) == ["0 USD"])
        #expect(report.places.map(\.location) == ["london"])
        let lines = report.csv.split(separator: "\r\n")
        #expect(lines.count == 3)
        #expect(lines[1].hasPrefix("blackfen,2026-W48,images,comp,"))
        #expect(lines[1].hasSuffix(",48,\(Self.gibibytes),0.050000,USD,0.033333333333,measured"))
        let other = try CostBook(store).report(of: "harrow", in: week, at: now)
        #expect(other.sections.isEmpty && other.total.words == "0")
    }

    @Test("an unknown price makes a sum say that it is not whole")
    func unknownInASum() throws {
        let monday = try time("2026-11-16T00:00:00Z")
        try begin(image("priced"), at: monday, [price("0.05")])
        try begin(image("free"), at: monday, [])
        let week = try #require(Week("2026-W47"))
        let report = try CostBook(store).report(of: "blackfen", in: week, at: week.end)
        #expect(report.total.words == "at least 0.12 USD" && report.total.unknown == 1)
        #expect(report.csv.contains(",unknown,measured"))
    }

    @Test("an image's weeks are those of the range, the present one until now, and its rate is of a whole one")
    func imageCosts() throws {
        let comp = image("comp")
        try begin(comp, at: try time("2026-11-18T00:00:00Z"), [price("0.05")])
        let now = try time("2026-11-25T12:00:00Z")
        let range = Span(from: try time("2026-11-09T00:00:00Z"), to: try time("2026-11-30T00:00:00Z"))
        let costs = try CostBook(store).costs(of: comp.id, project: "blackfen", in: range, at: now)
        #expect(costs.parts.map(\.week.description) == ["2026-W48", "2026-W47", "2026-W46"])
        #expect(costs.parts.map(\.held) == [.hours(60), .hours(120), .zero])
        #expect(costs.parts.map(\.sum.words) == ["0.04 USD", "0.08 USD", "0"])
        #expect(costs.thisWeek.words == "0.04 USD" && costs.weekly.words == "0.12 USD")
        #expect(costs.total.words == "0.13 USD")
    }

    @Test("a row is read back as it was written", arguments: LedgerRow.Kind.allCases)
    func roundTrip(_ kind: LedgerRow.Kind) throws {
        var row = LedgerRow(
            kind: kind,
            project: "blackfen",
            location: "london",
            image: identifiers.next(),
            label: "comp",
            from: ManualClock.start,
            to: kind == .image ? nil : ManualClock.start.advanced(by: .hours(1)),
            bytes: 42,
            rates: PriceSheet([price("0.05")]).rates(of: .storage, in: "london", from: ManualClock.start)
        )
        (row.amount, row.source) = (Money("-1.25"), .demonstration)
        try commit([row.added(about: "test")])
        #expect(try store.records(RecordQuery(kind: LedgerRow.closedKind)).compactMap(LedgerRow.init) == [row])
    }
}
