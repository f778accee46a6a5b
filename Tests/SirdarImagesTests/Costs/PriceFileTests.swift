import Foundation
import SirdarCore
import SirdarEngine
import SirdarImages
import Testing

@Suite("The file of prices")
struct PriceFileTests {
    private func load(_ prices: String?) throws -> StudioConfiguration {
        let folder = FileManager.default.temporaryDirectory.appending(path: "sirdar-prices-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let places = "locations:\n  - { id: london }\n  - { id: oregon }\n"
        try Data(places.utf8).write(to: folder.appending(path: "locations.yaml"))
        if let prices { try Data(prices.utf8).write(to: folder.appending(path: "prices.yaml")) }
        return StudioConfiguration.load(folder: folder.path)
    }

    private func told(_ prices: String) throws -> [String] {
        try load(prices).files.filter { $0.file.hasSuffix("prices.yaml") }.flatMap(\.diagnostics)
            .map { "\($0.place): \($0.message)" }
    }

    @Test("prices are exact, in force from their day on, and what is left out is unknown")
    func prices() throws {
        let sheet = try load(
            """
            prices:
              - { location: london, storage: 0.053, transfer: 0.02 }
              - { location: london, from: 2026-12-01, storage: '0.0540', machine: 1 }
              - { location: oregon, currency: EUR, storage: 5e-2 }
            """
        ).prices
        let november = try #require(Timestamp("2026-11-30T23:59:59Z"))
        let december = try #require(Timestamp("2026-12-01T00:00:00Z"))
        #expect(sheet.row(in: "london", at: november)?.storage == Money("0.053"))
        #expect(sheet.row(in: "london", at: november)?.machine == nil)
        #expect(sheet.row(in: "london", at: december)?.storage == Money("0.054"))
        #expect(sheet.row(in: "oregon", at: december)?.storage == Money("0.05"))
        #expect(sheet.row(in: "oregon", at: december)?.currency == "EUR")
        #expect(sheet.row(in: "frankfurt", at: december) == nil)
    }

    @Test("without the file nothing has a price")
    func noFile() throws {
        let configuration = try load(nil)
        #expect(configuration.prices.rows.isEmpty)
        #expect(!configuration.files.contains { $0.file.hasSuffix("prices.yaml") })
    }

    @Test(
        "each mistake is told at its place, with what to write",
        arguments: [
            ("prices:\n  - { location: paris, storage: 1 }\n", "2:17", "paris"),
            ("prices:\n  - { location: london, storage: -1 }\n", "2:34", "`storage` is no price"),
            ("prices:\n  - { location: london, storage: a lot }\n", "2:34", "`storage` is no price"),
            ("prices:\n  - { location: london, storage: 0.0000000000001 }\n", "2:34", "`storage` is no price"),
            ("prices:\n  - { location: london, storage: 1000001 }\n", "2:34", "`storage` is no price"),
            ("prices:\n  - { location: london, from: soon }\n", "2:31", "`from` is no date"),
            ("prices:\n  - { location: london, currency: dollars }\n", "2:35", "`currency` is no code"),
            ("prices:\n  - { location: london, stroage: 1 }\n", "2:25", "no `stroage`"),
            ("prices:\n  - { storage: 1 }\n", "2:5", "needs `location`"),
            ("prices: 5\n", "1:9", "a list"),
            (
                "prices:\n  - { location: london, storage: 1 }\n  - { location: london, storage: 2 }\n", "3:5",
                "a price from that time on already"
            ),
            (
                "prices:\n  - { location: london }\n  - { location: london, from: 2026-12-01, currency: EUR }\n",
                "3:53",
                "has one currency"
            ),
        ]
    )
    func mistakes(_ text: String, _ place: String, _ words: String) throws {
        let told = try told(text)
        #expect(told.count == 1)
        #expect(told.first?.hasPrefix("\(place): ") == true, "\(told)")
        #expect(told.first?.contains(words) == true, "\(told)")
    }
}
