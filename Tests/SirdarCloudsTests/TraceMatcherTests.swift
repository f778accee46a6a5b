import SirdarClouds
import SirdarImages
import Testing

@Suite("What counts as a trace")
struct TraceMatcherTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let needle: TraceNeedle
        let text: String
        let isHit: Bool
        var testDescription: String { "\(needle.text) in “\(text)”: \(isHit)" }
    }

    private static func cases(_ needle: TraceNeedle, hits: [String], misses: [String]) -> [Case] {
        hits.map { Case(needle: needle, text: $0, isHit: true) }
            + misses.map { Case(needle: needle, text: $0, isHit: false) }
    }

    static let addresses =
        cases(
            .address("10.42.0.2"),
            hits: [
                "10.42.0.2", "server 10.42.0.2.", "10.42.0.2:/export", "(10.42.0.2)", "ip10.42.0.2a", "a=10.42.0.2,b",
                "010.042.000.002", "::ffff:10.42.0.2", "[::FFFF:0A2A:0002]:80", "0:0:0:0:0:ffff:a2a:2",
                "2.0.42.10.in-addr.arpa", "http://10.42.0.2/x",
            ],
            misses: [
                "10.42.0.20", "110.42.0.2", "10.42.0.2.5", "1.10.42.0.2", "10.42.0", "10,42,0,2", "2.0.42.10",
                "::ffff:a2a:20", "10.42.0.256", "",
            ]
        )
        + cases(
            .address("fd00:42::20"),
            hits: [
                "fd00:42::20", "FD00:0042:0:0:0:0:0:20", "fd00:0042:0000:0000:0000:0000:0000:0020",
                "[fd00:42::20]:2049",
                "nfs fd00:42::20: hard", "fd00:42::0020%eth0",
            ],
            misses: ["fd00:42::200", "fd00:42::2", "afd00:42::20", "fd00:42:20", "00:42:20:11:22:33"]
        )
        + cases(
            .network("10.42.0.0/16"),
            hits: ["10.42.7.9", "route 10.42.0.0/16", "::ffff:10.42.255.1"],
            misses: ["10.43.0.1", "110.42.0.1", "10.42"]
        )

    static let words =
        cases(
            .host("filer.blackfen.example"),
            hits: ["filer.blackfen.example", "FILER.Blackfen.Example:/export", "//filer.blackfen.example/x"],
            misses: [
                "filer2.blackfen.example", "xfiler.blackfen.example", "filer-blackfen.example",
                "old-filer.blackfen.example",
            ]
        )
        + cases(
            .host("filer"),
            hits: ["filer", "filer.example.org", "nfs://filer/x"],
            misses: ["filer2", "my-filer", "filer_old", "profiler"]
        )
        + cases(
            .path("/export/blackfen"),
            hits: ["x:/export/blackfen", "/export/blackfen/shots", "\\export\\blackfen", "\"/Export/Blackfen\""],
            misses: ["/export/blackfen2", "/mnt/export/blackfen", "/export/blackfen-old", "/export/black"]
        )
        + cases(
            .path("\\\\filer\\projects"),
            hits: [
                "\\\\filer\\projects\\sh010", "//filer/projects", "smb://FILER/projects", "\\\\\\\\filer\\\\projects",
            ],
            misses: ["\\\\filer\\projects2", "\\\\afiler\\projects", "filer projects"]
        )
        + cases(
            .word("blackfen"),
            hits: ["blackfen", "/mnt/blackfen", "BLACKFEN_ws", "blackfen-ws-01"],
            misses: ["blackfens", "xblackfen", "black fen", "blackfen2"]
        )

    @Test("an address counts in every spelling and only as a whole", arguments: addresses)
    func address(_ example: Case) throws {
        #expect(try TraceMatcher([example.needle]).needles(in: example.text).isEmpty == !example.isHit)
    }

    @Test("a name or path counts in any case, with any slashes, and only between word boundaries", arguments: words)
    func word(_ example: Case) throws {
        #expect(try TraceMatcher([example.needle]).needles(in: example.text).isEmpty == !example.isHit)
    }

    @Test(
        "what is no address, no network, or too short is refused",
        arguments: [
            TraceNeedle.address("10.42.0"), .address("filer"), .network("10.42.0.0"), .network("10.42.0.0/40"),
            .word("ab"),
        ]
    )
    func refused(_ needle: TraceNeedle) throws {
        #expect(throws: CloudError.self) { try TraceMatcher([needle]) }
    }
}
