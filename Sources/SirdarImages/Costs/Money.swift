/// An amount of money, exact to a trillionth of its currency's unit.
///
/// Integers throughout, so that a sum does not depend on the order of its parts. Only a product with a fraction is
/// rounded, once, at the last place; amounts are rounded to what coins there are only where people read them.
package struct Money: Hashable, Sendable, Comparable {
    package let trillionths: Int128

    package init(trillionths: Int128) { self.trillionths = trillionths }

    package static let zero = Money(trillionths: 0)
    static let scale: Int128 = 1_000_000_000_000
    static let places = 12
    /// No price is above it, so that no product is too large for its type.
    package static let priceMax = Money(trillionths: 1_000_000 * scale)

    package static func < (left: Money, right: Money) -> Bool { left.trillionths < right.trillionths }
    package static func + (left: Money, right: Money) -> Money {
        Money(trillionths: left.trillionths + right.trillionths)
    }
    package static func - (left: Money, right: Money) -> Money {
        Money(trillionths: left.trillionths - right.trillionths)
    }
    package static func += (left: inout Money, right: Money) { left = left + right }

    /// The product with a fraction of two factors each, half a trillionth rounded away from zero.
    ///
    /// - Precondition: the amount is a price, at most `priceMax`, and the divisors are not zero.
    func times(_ factor: UInt64, _ other: UInt64 = 1, over divisor: UInt64, _ second: UInt64 = 1) -> Money {
        let whole = UInt128(divisor) * UInt128(second)
        let product = trillionths.magnitude.multipliedFullWidth(by: UInt128(factor) * UInt128(other))
        precondition(product.high < whole, "a price is limited, so that what follows from it is an amount")
        let (quotient, remainder) = whole.dividingFullWidth(product)
        let magnitude = Int128(quotient + (remainder >= whole - remainder ? 1 : 0))
        return Money(trillionths: trillionths < 0 ? -magnitude : magnitude)
    }

    /// Rounded to this many places, half away from zero.
    package func rounded(to places: Int) -> Money {
        var unit: UInt128 = 1
        for _ in places..<Self.places { unit *= 10 }
        let (quotient, remainder) = trillionths.magnitude.quotientAndRemainder(dividingBy: unit)
        let magnitude = Int128((quotient + (remainder >= unit - remainder ? 1 : 0)) * unit)
        return Money(trillionths: trillionths < 0 ? -magnitude : magnitude)
    }
}

extension Money: CustomStringConvertible {
    /// For programs: all of its places, and at least six.
    package var description: String { text(placesMin: 6) }

    /// Written with all places that are not zero, and with `placesMin` at least.
    func text(placesMin: Int) -> String {
        let (whole, fraction) = trillionths.magnitude.quotientAndRemainder(dividingBy: UInt128(Self.scale))
        var places = String(fraction)
        places = String(repeating: "0", count: Self.places - places.count) + places
        while places.count > placesMin, places.last == "0" { places.removeLast() }
        return "\(trillionths < 0 ? "-" : "")\(whole)\(places.isEmpty ? "" : ".")\(places)"
    }

    /// Reads a decimal: digits, and after a point at most twelve more. `nil` for anything else.
    package init?(_ text: String) {
        var rest = text.utf8[...]
        let isNegative = rest.first == UInt8(ascii: "-")
        if isNegative { rest.removeFirst() }
        let parts = rest.split(separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = parts.first, !whole.isEmpty, whole.count <= 15 else { return nil }
        let fraction = parts.count == 2 ? Array(parts[1]) : []
        guard fraction.count <= Self.places, parts.count == 1 || !fraction.isEmpty else { return nil }
        var magnitude: Int128 = 0
        for digit in Array(whole) + Array(fraction) {
            guard (0x30...0x39).contains(digit) else { return nil }
            magnitude = magnitude * 10 + Int128(digit - 0x30)
        }
        for _ in fraction.count..<Self.places { magnitude *= 10 }
        trillionths = isNegative ? -magnitude : magnitude
    }
}

/// Money of a currency. Amounts of two currencies are never added.
package struct Amount: Hashable, Sendable {
    package let money: Money
    /// ISO 4217.
    package let currency: String

    package init(_ money: Money, _ currency: String) {
        self.money = money
        self.currency = currency
    }

    /// `0.29 USD`: in the currency's coins. What is less than one coin shows four digits instead, and is never zero.
    package var words: String { "\(digits(Currency.places(currency))) \(currency)" }

    /// As `words`, with two places more: for the lines of a report, whose total is made from what is not rounded.
    package var line: String { "\(digits(Currency.places(currency) + 2)) \(currency)" }

    private func digits(_ places: Int) -> String {
        guard money != .zero else { return "0" }
        var places = places
        var coin = Money(trillionths: 1)
        for _ in Currency.places(currency)..<Money.places { coin = Money(trillionths: coin.trillionths * 10) }
        if money.trillionths.magnitude < coin.trillionths.magnitude {
            var unit = coin
            places = Currency.places(currency)
            while money.trillionths.magnitude < unit.trillionths.magnitude, places < Money.places {
                unit = Money(trillionths: unit.trillionths / 10)
                places += 1
            }
            places = min(places + 3, Money.places)
        }
        return money.rounded(to: places).text(placesMin: places)
    }
}

/// What is known of currencies: how many places their coins have.
package enum Currency {
    private static let whole: Set<String> = [
        "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF",
        "XPF",
    ]
    private static let thousandths: Set<String> = ["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"]

    package static func places(_ code: String) -> Int { whole.contains(code) ? 0 : thousandths.contains(code) ? 3 : 2 }

    /// Whether it has the form of an ISO 4217 code.
    static func isCode(_ text: String) -> Bool {
        text.utf8.count == 3 && text.utf8.allSatisfy { (0x41...0x5A).contains($0) }
    }
}
