import JSON
import Testing

@Suite("Writing JSON")
struct WriterTests {
    private let value: JSON = ["b": [1, "two\n\u{1}\"\\é😀", []], "a": [:], "c": ["d": nil]]

    @Test("the compact text keeps the order and escapes no more than it must")
    func compact() {
        #expect(value.text == #"{"b":[1,"two\n\u0001\"\\é😀",[]],"a":{},"c":{"d":null}}"#)
        #expect(value.bytes == Array(value.text.utf8))
        #expect("\(value)" == value.text)
    }

    @Test("the pretty text has two spaces a level")
    func pretty() {
        let value: JSON = ["a": [1, ["b": true]], "empty": [[], [:]]]
        #expect(
            value.pretty == """
                {
                  "a": [
                    1,
                    {
                      "b": true
                    }
                  ],
                  "empty": [
                    [],
                    {}
                  ]
                }
                """
        )
    }

    @Test("the canonical form is that of the example in RFC 8785")
    func canonicalExample() throws {
        let value = try JSON(
            parsing: #"""
                {
                  "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
                  "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
                  "literals": [null, true, false]
                }
                """#
        )
        let expected =
            #"{"literals":[null,true,false],"numbers":[333333333.33333329,1e+30,4.5,0.002,1e-27],"#
            + #""string":"€$\u000f\nA'B\"\\\\\"/"}"#
        #expect(String(decoding: value.canonical, as: UTF8.self) == expected)
    }

    @Test("canonical names are sorted by UTF-16 units, as RFC 8785 shows")
    func canonicalOrder() throws {
        let value = try JSON(
            parsing: #"""
                {"\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\ud83d\ude00": 5, "\u0080": 6, "\u00f6": 7}
                """#
        )
        let canonical = try JSON(parsing: value.canonical)
        #expect(canonical.asObject?.values == [2, 4, 6, 7, 1, 5, 3])
    }

    @Test("what is written reads back as the same value, in all forms", arguments: 1...20 as ClosedRange<UInt64>)
    func roundTrip(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        for _ in 0..<50 {
            let value = JSON.random(depth: 4, using: &random)
            #expect(try JSON(parsing: value.text) == value, "seed \(seed)")
            #expect(try JSON(parsing: value.text).text == value.text, "seed \(seed)")
            #expect(try JSON(parsing: value.pretty) == value, "seed \(seed)")
            #expect(try JSON(parsing: value.canonical) == value, "seed \(seed)")
            #expect(try JSON(parsing: value.canonical).canonical == value.canonical, "seed \(seed)")
        }
    }
}

extension JSON {
    /// A value of any kind, with the numbers and strings that break writers.
    static func random(depth: Int, using random: inout SeededRandom) -> JSON {
        switch Int.random(in: 0..<(depth > 0 ? 8 : 6), using: &random) {
        case 0: return .null
        case 1: return .bool(Bool.random(using: &random))
        case 2: return .number(Number(Int(truncatingIfNeeded: random.next())))
        case 3:
            let double = Double(bitPattern: random.next())
            return .number(Number(double.isFinite ? double : 0.5))
        case 4: return .number(Number("\(random.next())\(random.next()).\(random.next())e-7") ?? 0)
        case 5:
            let scalars = (0..<Int.random(in: 0..<9, using: &random)).map { _ in
                Unicode.Scalar(UInt32.random(in: 0..<0x2_0000, using: &random)) ?? "\n"
            }
            return .string(String(String.UnicodeScalarView(scalars)))
        case 6: return .array((0..<3).map { _ in .random(depth: depth - 1, using: &random) })
        default:
            let members = (0..<Int.random(in: 0..<20, using: &random)).map { index in
                (key: "\(index)\"\u{7}", value: JSON.random(depth: depth - 2, using: &random))
            }
            return .object(Object(members))
        }
    }
}
