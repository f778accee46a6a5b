extension JSON.Number {
    /// Whether `isMultiple(of:)` may be asked of it: not zero, and at most 18 digits.
    package var canDivide: Bool {
        isFinite && (1...18).contains(decimal.digits.count)
    }

    /// Whether this is a whole multiple of `divisor`, exactly: 0.3 is one of 0.1, and 1e308 of 0.5.
    ///
    /// - Precondition: `divisor.canDivide`.
    package func isMultiple(of divisor: JSON.Number) -> Bool {
        precondition(divisor.canDivide, "a divisor has 1 to 18 digits")
        guard isFinite else { return false }
        let (dividend, divisor) = (decimal, divisor.decimal)
        if dividend.digits.isEmpty { return true }
        // The digits of the dividend do not end in zero, so nothing with a larger power of ten can divide it.
        guard dividend.exponent >= divisor.exponent else { return false }
        let by = divisor.digits.reduce(UInt64(0)) { $0 * 10 + UInt64($1) }
        let rest = dividend.digits.reduce(UInt64(0)) { Self.product($0, 10, modulo: by, plus: UInt64($1)) }
        return Self.product(rest, Self.powerOfTen(dividend.exponent - divisor.exponent, modulo: by), modulo: by) == 0
    }

    private static func product(_ left: UInt64, _ right: UInt64, modulo: UInt64, plus: UInt64 = 0) -> UInt64 {
        let wide = left.multipliedFullWidth(by: right)
        let rest = modulo.dividingFullWidth((wide.high % modulo, wide.low)).remainder
        return (rest + plus % modulo) % modulo
    }

    private static func powerOfTen(_ exponent: Int, modulo: UInt64) -> UInt64 {
        var power = UInt64(10) % modulo
        var result = UInt64(1) % modulo
        var left = exponent
        while left > 0 {
            if left & 1 == 1 { result = product(result, power, modulo: modulo) }
            power = product(power, power, modulo: modulo)
            left >>= 1
        }
        return result
    }
}
