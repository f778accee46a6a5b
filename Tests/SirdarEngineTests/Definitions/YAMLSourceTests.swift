import Foundation
import JSON
import SirdarCore
import SirdarEngine
import Testing

@Suite("YAML with places")
struct YAMLSourceTests {
    private func json(_ text: String) throws -> JSON { try YAMLSource.read(text).get().json }

    private func refusal(_ text: String) -> String? {
        guard case .failure(let diagnostic) = YAMLSource.read(text) else { return nil }
        return diagnostic.text(in: "x")
    }

    @Test(
        "plain scalars are read by YAML 1.2's core rules",
        arguments: [
            ("no", "no"), ("yes", "yes"), ("on", "on"), ("True", true), ("false", false), ("~", nil), ("null", nil),
            ("0o17", 15), ("0x1F", 31), ("0777", 777), ("-12", -12), ("+5", 5), ("1.50", 1.5), (".5", 0.5),
            ("1e3", 1000), ("2026-01-01", "2026-01-01"), ("1.0.0", "1.0.0"), ("12:30", "12:30"), ("1_000", "1_000"),
            ("'1'", "1"), ("\"true\"", "true"), ("!!str 5", "5"), ("1.", 1), (".", "."), ("0x", "0x"),
            ("9007199254740993", 9_007_199_254_740_993),
        ] as [(String, JSON)]
    )
    func scalars(_ text: String, _ expected: JSON) throws {
        #expect(try json("value: \(text)\n")["value"] == expected)
    }

    @Test("every node and key has its line and column")
    func places() throws {
        let root = try YAMLSource.read("a:\n  - b: 1\n    ü: [x, 'y']\n").get()
        let element = try #require(root["a"]?.list?.first)
        #expect(element.members?.map(\.keyPlace) == [Place(line: 2, column: 5), Place(line: 3, column: 5)])
        #expect(element["b"]?.place == Place(line: 2, column: 8))
        #expect(element["ü"]?.list?.map(\.place) == [Place(line: 3, column: 9), Place(line: 3, column: 12)])
    }

    @Test("a place inside a scalar is found through quotes, escapes, folds and indentation")
    func placesInside() throws {
        let cases: [(yaml: String, line: Int, column: Int)] = [
            ("k: a b # c\n", 1, 6),
            ("k: 'it''s b'\n", 1, 11),
            ("k: \"\\u00e9 \\n b\"\n", 1, 15),
            ("k: |\n  first\n\n    a b\n", 4, 7),
            ("k: >-\n  first\n  second b\n", 3, 10),
            ("k: a\n  folded\n\n  b\n", 4, 3),
            ("k: 'a\n\n  folded b'\n", 3, 10),
            ("k: \"a\\\n  b\"\n", 2, 3),
            ("k: &anchor !!str b\n", 1, 18),
            ("- k: |2\n     x\n    b\n", 3, 5),
            ("k: |\r\n  x\r\n  b\r\n", 3, 3),
        ]
        for (yaml, line, column) in cases {
            let root = try YAMLSource.read(yaml).get()
            let node = try #require(root["k"] ?? root.list?.first?["k"])
            let scalars = try #require(node.text).unicodeScalars
            let offset = try #require(scalars.lastIndex(of: "b"))
            let place = node.place(ofScalar: scalars.distance(from: scalars.startIndex, to: offset))
            #expect(place == Place(line: line, column: column), "\(yaml.debugDescription)")
        }
    }

    @Test("an alias is what it stands for")
    func aliases() throws {
        #expect(try json("a: &x { b: 1 }\nc: *x\n") == ["a": ["b": 1], "c": ["b": 1]])
    }

    @Test("a bomb of aliases is refused, wherever they stand")
    func bomb() {
        var levels = "l0: &l0 [x, x, x, x, x, x, x, x, x]\n"
        for level in 1...30 {
            let aliases = Array(repeating: "*l\(level - 1)", count: 9).joined(separator: ", ")
            levels += "l\(level): &l\(level) [\(aliases)]\n"
        }
        #expect(refusal(levels)?.contains("error[too-large]") == true)
        for key in ["? *l30\n: 1\n", "{ *l30 : 1 }\n", "{ [*l30]: 1 }\n", "*l30 : 1\n", "{ [*l30]\n : 1 }\n"] {
            #expect(refusal(levels + "key: &k\n  " + key) != nil, "\(key)")
        }
    }

    @Test("what is too long, too deep or too much is refused")
    func limits() {
        #expect(refusal(String(repeating: "a", count: YAMLSource.bytesMax + 1))?.contains("too-large") == true)
        #expect(
            refusal(String(repeating: "[", count: 100) + String(repeating: "]", count: 100))?.contains("deeper") == true
        )
        #expect(refusal(String(repeating: "[", count: 1 << 20)) != nil)
        #expect(refusal(String(repeating: "- ", count: 1 << 19)) != nil)
        #expect(refusal(String(repeating: "{a: ", count: 1 << 18)) != nil)
        #expect(
            refusal("[" + String(repeating: "1,", count: YAMLSource.nodesMax) + "1]")?.contains("more than") == true
        )
    }

    @Test("bytes that are not UTF-8 are refused")
    func encoding() {
        guard case .failure(let diagnostic) = YAMLSource.read([0x61, 0x3A, 0x20, 0xFF] as [UInt8]) else {
            Issue.record("not refused")
            return
        }
        #expect(diagnostic.text(in: "x") == "x:1:1: error[syntax]: the file is not UTF-8")
    }

    @Test("mistakes of form are told at their place")
    func syntax() {
        #expect(refusal("a: [1, 2\nb: 3\n")?.hasPrefix("x:2:") == true)
        #expect(refusal("a: b: c\n")?.hasPrefix("x:1:5: error[syntax]") == true)
        #expect(refusal("a: 1\n---\nb: 2\n")?.contains("another document") == true)
        #expect(refusal("a: *missing\n")?.hasPrefix("x:1:4:") == true)
        #expect(
            refusal("a: 1\nb:\n  c: 1\n  d: 2\n  c: 3\n")
                == "x:5:3: error[duplicate-key]: `c` is here twice; first in line 3"
        )
        #expect(refusal("a: \u{0}\n") != nil)
    }
}
