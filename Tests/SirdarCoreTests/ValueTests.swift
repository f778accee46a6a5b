import SirdarCore
import Testing

@Suite("Values: times, lengths of time, identifiers, addresses")
struct ValueTests {
    @Test(
        "a timestamp is written and read as RFC 3339",
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.999Z"),
            (1_795_458_245_120, "2026-11-23T18:24:05.120Z"), (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (4_107_542_399_999, "2100-02-28T23:59:59.999Z"),
        ] as [(Int64, String)]
    )
    func timestamps(_ milliseconds: Int64, _ text: String) {
        #expect(Timestamp(milliseconds: milliseconds).description == text)
        #expect(Timestamp(text)?.milliseconds == milliseconds)
    }

    @Test("offsets and fractions are read", arguments: ["2026-11-23T19:24:05.12+01:00", "2026-11-23t18:24:05.1209z"])
    func offsets(_ text: String) {
        #expect(Timestamp(text)?.milliseconds == 1_795_458_245_120)
    }

    @Test(
        "what is no timestamp is none",
        arguments: ["", "2026-11-23", "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-11-23T18:24:05", "now"]
    )
    func noTimestamps(_ text: String) {
        #expect(Timestamp(text) == nil)
    }

    @Test(
        "a duration is written as it is read",
        arguments: [
            ("PT4H", 14_400_000), ("P2DT30M", 174_600_000), ("PT1.5S", 1500), ("P1W", 604_800_000), ("PT0S", 0),
        ] as [(String, Int64)]
    )
    func intervals(_ text: String, _ milliseconds: Int64) {
        let interval = Interval(text)
        #expect(interval?.milliseconds == milliseconds)
        #expect(interval.flatMap { Interval($0.description) } == interval)
    }

    @Test("a length that a calendar decides is refused", arguments: ["P1M", "P1Y", "P", "PT", "4H", "PT1.5H", "P11Y"])
    func noIntervals(_ text: String) {
        #expect(Interval(text) == nil)
    }

    @Test("an identifier is a UUID version 7 that keeps its time, and says when it is mistyped")
    func identifiers() throws {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<1000 {
            let time = Int64.random(in: Identifier.origin..<Identifier.origin + (1 << 42), using: &generator)
            let id = Identifier(
                milliseconds: time,
                counter: .random(in: 0...Identifier.counterMax, using: &generator),
                node: .random(in: 0...Identifier.nodeMax, using: &generator)
            )
            let text = id.description
            #expect(Identifier(text) == id, "\(text)")
            #expect(id.time.milliseconds == time)
            let characters = Array(text)
            #expect(characters[14] == "7" && "89ab".contains(characters[19]))
            let place = [0, 9, 16, 25, 35].randomElement(using: &generator) ?? 0
            var mistyped = characters
            mistyped[place] = characters[place] == "0" ? "1" : "0"
            #expect(Identifier(String(mistyped)) == nil, "\(text) with another character at \(place)")
        }
    }

    @Test("identifiers sort as they were made, inside and outside")
    func order() {
        let ids = (0..<100).map {
            Identifier(milliseconds: ManualTime.now + Int64($0 / 10), counter: Int64($0 % 10), node: 3)
        }
        #expect(ids == ids.sorted())
        #expect(ids.map(\.description) == ids.map(\.description).sorted())
    }

    @Test(
        "an address has one normal form",
        arguments: [
            ("10.57.0.20", "10.57.0.20"), ("::ffff:10.57.0.20", "10.57.0.20"), ("2001:DB8:0:0:0:0:0:1", "2001:db8::1"),
            ("::", "::"), ("fe80::1", "fe80::1"), ("1:0:0:2:0:0:0:3", "1:0:0:2::3"),
        ]
    )
    func addresses(_ text: String, _ normal: String) {
        #expect(NetworkAddress(text)?.description == normal)
    }

    @Test(
        "another spelling than the strict one is no address",
        arguments: [
            "010.57.0.20", "0x0a.57.0.20", "10.57.20", "10.57.0.256", "[::1]", "fe80::1%eth0", "10.57.0.20:80", "",
        ]
    )
    func noAddresses(_ text: String) {
        #expect(NetworkAddress(text) == nil)
    }

    @Test("a network holds its addresses, and keeps two of them for itself")
    func networks() throws {
        let network = try #require(NetworkRange("10.57.0.0/16"))
        let contains = { (text: String) in NetworkAddress(text).map(network.contains) ?? false }
        #expect(contains("10.57.0.20") && contains("10.57.255.255") && !contains("10.58.0.1") && !contains("::1"))
        #expect(try network.reserves(#require(NetworkAddress("10.57.0.0"))))
        #expect(try network.reserves(#require(NetworkAddress("10.57.255.255"))))
        #expect(try !network.reserves(#require(NetworkAddress("10.57.0.255"))))
        #expect(
            NetworkRange("10.57.0.1/16") == nil && NetworkRange("10.57.0.0/33") == nil
                && NetworkRange("10.57.0.0") == nil
        )
    }

    private enum ManualTime { static let now: Int64 = 1_795_424_400_000 }
}
