import JSON
import Testing

@Suite("Numbers")
struct NumberTests {
    private func number(_ text: String) throws -> JSON.Number {
        try #require(JSON.Number(text), "\(text)")
    }

    @Test(
        "a number is written in its one canonical form",
        arguments: [
            ("0", "0"), ("-0", "0"), ("-0.0", "0"), ("0e5", "0"), ("1.0", "1"), ("10e-1", "1"), ("1.10", "1.1"),
            ("1e2", "100"), ("1E400", "1E+400"), ("-25e-402", "-2.5E-401"),
            ("9223372036854775807", "9223372036854775807"), ("-9223372036854775808", "-9223372036854775808"),
            ("9223372036854775808", "9223372036854775808"),
            ("123456789012345678901234567890", "123456789012345678901234567890"),
            ("0.12345678901234567890123456789", "0.12345678901234567890123456789"),
            ("0.1", "0.1"), ("1e-6", "0.000001"), ("1e-7", "1e-7"), ("123e-20", "1.23e-18"),
            ("1e20", "100000000000000000000"), ("1e21", "1e+21"), ("1.5e300", "1.5e+300"),
            ("4.9406564584124654e-324", "4.9406564584124654E-324"), ("5e-324", "5e-324"),
            ("13911860366432393", "13911860366432393"), ("0.30000000000000004", "0.30000000000000004"),
        ]
    )
    func canonicalText(text: String, canonical: String) throws {
        #expect(try number(text).description == canonical)
        #expect(try number(canonical) == number(text))
    }

    @Test("spellings of one value are equal and hash alike")
    func spellings() throws {
        let spellings = try ["1", "1.0", "1e0", "0.1e1", "10E-1", "0.0000000000000000000000001e25"].map(number)
        #expect(Set(spellings).count == 1)
        #expect(JSON.Number(1.0) == JSON.Number(1))
        #expect(JSON.Number(0.1) == (try number("0.10")))
        let large = try ["1e19", "10000000000000000000", "1.0e19", "10000000000000000000.00"].map(number)
        #expect(Set(large + [JSON.Number(1e19)]).count == 1)
    }

    @Test("integers are exact as far as Int goes, and only exact integers are Int")
    func integers() throws {
        #expect(try number("9007199254740993").int == 9_007_199_254_740_993)
        #expect(try number("9223372036854775807").int == .max)
        #expect(try number("-9223372036854775808").int == .min)
        #expect(try number("9223372036854775808").int == nil)
        #expect(try number("-9223372036854775809").int == nil)
        #expect(try number("1.5").int == nil)
        #expect(try number("1.0000000000000000000000001").int == nil)
        #expect(JSON.Number(4_611_686_018_427_387_904.0).int == 4_611_686_018_427_388_000)
    }

    @Test("a double comes back as itself", arguments: [0.1, -2.5e-8, 1e300, .pi, .leastNonzeroMagnitude, 1e22, -0.75])
    func doubles(value: Double) throws {
        #expect(JSON.Number(value).double == value)
        #expect(try number(JSON.Number(value).description).double == value)
        #expect(try number(JSON.Number(value).description) == JSON.Number(value))
    }

    @Test("what lies beyond all doubles is kept, and its double is the largest")
    func beyondDoubles() throws {
        #expect(try number("1e400").double == .greatestFiniteMagnitude)
        #expect(try number("-1e400").double == -.greatestFiniteMagnitude)
        #expect(try number("1e-400").double == 0)
        #expect(try number("1e-400") != 0)
    }

    @Test("the order is that of the exact values")
    func order() throws {
        let ascending = try [
            "-1e400", "-1e300", "-9223372036854775809", "-9223372036854775808", "-2.5", "-1", "-1e-400", "0", "1e-400",
            "5e-324", "0.1", "0.10000000000000000000001", "1", "1.5", "9007199254740992", "9007199254740992.5",
            "9007199254740993", "9223372036854775807", "9223372036854775807.5", "9223372036854775808", "1e19",
            "123456789012345678901234567890", "123456789012345678901234567891", "1e300", "1e400", "1e401",
        ].map(number)
        for (lower, left) in ascending.enumerated() {
            for (upper, right) in ascending.enumerated() {
                #expect((left < right) == (lower < upper), "\(left) < \(right)")
                #expect((left == right) == (lower == upper), "\(left) == \(right)")
            }
        }
    }

    @Test("the sign changes exactly")
    func negation() throws {
        #expect(try number("-9223372036854775808").negated == number("9223372036854775808"))
        #expect(try number("9223372036854775808").negated.int == .min)
        #expect(try number("0.12345678901234567890123456789").negated.description == "-0.12345678901234567890123456789")
        #expect(JSON.Number(0).negated.description == "0")
    }

    @Test("text that is no number of JSON is none here", arguments: ["", " 1", "1 ", "+1", "0x1", "1_0", "nan", ".5"])
    func notNumbers(text: String) {
        #expect(JSON.Number(text) == nil)
    }

    @Test("a computation's infinities and not-a-number never make a document malformed")
    func nonFinite() {
        #expect(JSON.Number(unchecked: .nan).description == "null")
        #expect(JSON.Number(unchecked: .infinity).description == "1.7976931348623157e+308")
        #expect(JSON.Number(unchecked: -.infinity).description == "-1.7976931348623157e+308")
    }
}
