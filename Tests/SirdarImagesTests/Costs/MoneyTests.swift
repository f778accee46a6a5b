import SirdarImages
import Testing

@Suite("Money")
struct MoneyTests {
    private func money(_ text: String) throws -> Money { try #require(Money(text)) }

    @Test(
        "what was read is what is written, with six places at least",
        arguments: [
            ("0", "0.000000"), ("0.053", "0.053000"), ("-12.5", "-12.500000"), ("0.000000000001", "0.000000000001"),
            ("999999999999999", "999999999999999.000000"),
        ]
    )
    func text(_ text: String, _ written: String) throws {
        let money = try money(text)
        #expect(money.description == written)
        #expect(Money(money.description) == money)
    }

    @Test(
        "what is no decimal is refused",
        arguments: ["", "-", ".5", "5.", "1e3", "+1", "1,5", "0.0000000000001", " 1"]
    )
    func noMoney(_ text: String) { #expect(Money(text) == nil) }

    @Test("tenths are exact: a thousand times 0.053 is 53")
    func tenths() throws {
        let price = try money("0.053")
        let sum = (0..<1000).reduce(Money.zero) { sum, _ in sum + price }
        #expect(sum == (try money("53")))
    }

    @Test(
        "half a coin is rounded away from zero",
        arguments: [
            ("1.005", "1.01"), ("-1.005", "-1.01"), ("1.004999999999", "1.00"), ("0.7318", "0.73"),
            ("1234567.895", "1234567.90"),
        ]
    )
    func rounding(_ text: String, _ shown: String) throws {
        #expect(Amount(try money(text), "USD").words == "\(shown) USD")
    }

    @Test(
        "what is less than a coin shows four digits, and is never shown as nothing",
        arguments: [
            ("0.002453", "USD", "0.002453"), ("0.0000012345", "USD", "0.000001235"), ("0.004", "USD", "0.004000"),
            ("0.01", "USD", "0.01"), ("0.29", "JPY", "0.2900"), ("0.0029", "BHD", "0.003"),
            ("-0.0004", "USD", "-0.0004000"),
            ("0.000000000001", "USD", "0.000000000001"), ("0", "USD", "0"),
        ]
    )
    func small(_ text: String, _ currency: String, _ shown: String) throws {
        #expect(Amount(try money(text), currency).words == "\(shown) \(currency)")
    }

    @Test(
        "the coins of a currency are its own: yen have none, dinars a thousandth",
        arguments: [
            ("1234.5", "JPY", "1235", "1234.50"), ("1.0005", "BHD", "1.001", "1.00050"),
            ("1.5", "EUR", "1.50", "1.5000"),
        ]
    )
    func coins(_ text: String, _ currency: String, _ words: String, _ line: String) throws {
        let amount = Amount(try money(text), currency)
        #expect(amount.words == "\(words) \(currency)" && amount.line == "\(line) \(currency)")
    }

    @Test(
        "no cell of a table is a formula",
        arguments: [
            ("=1+1", "'=1+1"), ("+cmd", "'+cmd"), ("-2+3", "'-2+3"), ("@SUM(A1)", "'@SUM(A1)"), ("\tx", "'\tx"),
            ("-1.25", "-1.25"), ("plain", "plain"), ("a,b", "\"a,b\""), ("say \"hi\"", "\"say \"\"hi\"\"\""),
            ("=A,B", "\"'=A,B\""), ("two\r\nlines", "\"two\r\nlines\""),
        ]
    )
    func cells(_ text: String, _ cell: String) { #expect(CSV.cell(text) == cell) }
}
