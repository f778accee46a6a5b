/// The functions of mathematics, in plain Swift: the same bits on every machine.
enum Mathematics {
    // MARK: Exponentials

    static func exp(_ value: Double) -> Double {
        guard value.isFinite else { return value == -.infinity ? 0 : value }
        if value > 710 { return .infinity }
        if value < -746 { return 0 }
        return round(exp(DoubleDouble(value)))
    }

    /// A mantissa and a power of two, because the mantissa must be rounded before a small result loses bits.
    private struct Scaled {
        var mantissa: DoubleDouble
        var exponent: Int
    }

    private static func round(_ scaled: Scaled) -> Double {
        scaled.mantissa.rounded.timesTwo(to: scaled.exponent)
    }

    private static func value(_ scaled: Scaled) -> DoubleDouble {
        scaled.mantissa.scaled(scaled.exponent)
    }

    private static func exp(_ value: DoubleDouble) -> Scaled {
        let twos = (value.high / DoubleDouble.log2.high).rounded()
        let rest = (value - DoubleDouble.log2 * DoubleDouble(twos)).scaled(-9)
        // e^x = (e^(x/512))^512, and the inner series is short.
        var sum = DoubleDouble.one + rest
        var term = rest
        for place in 2...10 {
            term = term * rest / DoubleDouble(Double(place))
            sum = sum + term
        }
        for _ in 0..<9 { sum = sum * sum }
        return Scaled(mantissa: sum, exponent: Int(twos))
    }

    static func expMinusOne(_ value: Double) -> Double {
        guard value.magnitude < 0.5 else { return exp(value) - 1 }
        guard value != 0 else { return value }
        var term = DoubleDouble(value)
        var sum = term
        for place in 2...28 {
            term = term * DoubleDouble(value) / DoubleDouble(Double(place))
            sum = sum + term
        }
        return sum.rounded
    }

    static func log(_ value: Double) -> Double {
        guard value > 0, value.isFinite else { return value == 0 ? -.infinity : value > 0 ? value : .nan }
        return logarithm(DoubleDouble(value)).rounded
    }

    /// One step of Newton on e^y = x doubles the digits of a first guess.
    private static func logarithm(_ value: DoubleDouble) -> DoubleDouble {
        let exponent = Int(value.high.exponent) + (value.high.significand > 1.414 ? 1 : 0)
        let mantissa = value.scaled(-exponent)
        // atanh series around 1: log m = 2 atanh((m - 1) / (m + 1)), |t| < 0.172.
        let ratio = (mantissa - .one) / (mantissa + .one)
        let square = ratio * ratio
        var power = ratio
        var sum = ratio
        for place in stride(from: 3, through: 45, by: 2) {
            power = power * square
            sum = sum + power / DoubleDouble(Double(place))
        }
        return sum.scaled(1) + DoubleDouble.log2 * DoubleDouble(Double(exponent))
    }

    static func log2(_ value: Double) -> Double {
        guard value > 0, value.isFinite else { return log(value) }
        return (logarithm(DoubleDouble(value)) / .log2).rounded
    }

    static func log10(_ value: Double) -> Double {
        guard value > 0, value.isFinite else { return log(value) }
        return (logarithm(DoubleDouble(value)) / .log10).rounded
    }

    static func logOnePlus(_ value: Double) -> Double {
        guard value > -1 else { return value == -1 ? -.infinity : .nan }
        guard value.isFinite, value != 0 else { return value }
        return logarithm(DoubleDouble.sum(1, value)).rounded
    }

    static func power(_ base: Double, _ exponent: Double) -> Double {
        if exponent == 0 || base == 1 { return 1 }
        if base.isNaN || exponent.isNaN { return .nan }
        let isWhole = exponent.rounded(.towardZero) == exponent
        let isOdd = isWhole && exponent.magnitude < 9_007_199_254_740_992 && Int(exponent) % 2 != 0
        if base == 0 { return exponent > 0 ? 0 : .infinity }
        if exponent.isInfinite {
            if base.magnitude == 1 { return 1 }
            return (base.magnitude > 1) == (exponent > 0) ? .infinity : 0
        }
        if base.isInfinite {
            let magnitude = exponent > 0 ? Double.infinity : 0
            return base < 0 && isOdd ? -magnitude : magnitude
        }
        guard base > 0 || isWhole else { return .nan }
        let product = logarithm(DoubleDouble(base.magnitude)) * DoubleDouble(exponent)
        let magnitude = product.high > 710 ? .infinity : product.high < -746 ? 0 : round(exp(product))
        return base < 0 && isOdd ? -magnitude : magnitude
    }

    static func cubeRoot(_ value: Double) -> Double {
        guard value.isFinite, value != 0 else { return value }
        let root = round(exp(logarithm(DoubleDouble(value.magnitude)) / DoubleDouble(3)))
        return value < 0 ? -root : root
    }

    static func hypotenuse(_ left: Double, _ right: Double) -> Double {
        if left.isInfinite || right.isInfinite { return .infinity }
        guard left != 0 || right != 0 else { return 0 }
        let exponent = Int(max(left.magnitude, right.magnitude).exponent)
        let (one, other) = (left.timesTwo(to: -exponent), right.timesTwo(to: -exponent))
        let square = DoubleDouble.product(one, one) + DoubleDouble.product(other, other)
        return square.rounded.squareRoot().timesTwo(to: exponent)
    }

    // MARK: Hyperbolic

    private static func halfExponentials(_ value: Double) -> (DoubleDouble, DoubleDouble) {
        let up = Self.value(exp(DoubleDouble(value))).scaled(-1)
        return (up, DoubleDouble(0.25) / up)
    }

    static func sinh(_ value: Double) -> Double {
        guard value.isFinite, value != 0 else { return value }
        if value.magnitude < 1 { return oddSeries(value, sign: 1) }
        if value.magnitude > 709 {
            let root = exp(value.magnitude / 2)
            return root / 2 * root * (value < 0 ? -1 : 1)
        }
        let (up, down) = halfExponentials(value)
        return (up - down).rounded
    }

    static func cosh(_ value: Double) -> Double {
        guard value.isFinite else { return value.magnitude }
        if value.magnitude > 709 { return exp(value.magnitude / 2) * exp(value.magnitude / 2) / 2 }
        let (up, down) = halfExponentials(value)
        return (up + down).rounded
    }

    static func tanh(_ value: Double) -> Double {
        guard !value.isNaN, value != 0 else { return value }
        if value.magnitude > 20 { return value < 0 ? -1 : 1 }
        if value.magnitude < 1 { return sinh(value) / cosh(value) }
        let (up, down) = halfExponentials(value)
        return ((up - down) / (up + down)).rounded
    }

    static func asinh(_ value: Double) -> Double {
        guard value.isFinite, value != 0 else { return value }
        let size = value.magnitude
        if size > 1e150 { return (log(size) + DoubleDouble.log2.high) * (value < 0 ? -1 : 1) }
        let result = logOnePlus(size + size * size / (1 + (size * size + 1).squareRoot()))
        return value < 0 ? -result : result
    }

    static func acosh(_ value: Double) -> Double {
        guard value >= 1 else { return .nan }
        if value > 1e150 { return log(value) + DoubleDouble.log2.high }
        let above = value - 1
        return logOnePlus(above + (above * (value + 1)).squareRoot())
    }

    static func atanh(_ value: Double) -> Double {
        guard value.magnitude < 1 else { return value.magnitude == 1 ? value * .infinity : .nan }
        return value.magnitude < 1e-9 ? value : logOnePlus(2 * value / (1 - value)) / 2
    }

    /// x ± x³/3! + x⁵/5! ± …
    private static func oddSeries(_ value: Double, sign: Double) -> Double {
        let square = DoubleDouble.product(value, value) * DoubleDouble(sign)
        var term = DoubleDouble(value)
        var sum = term
        for place in stride(from: 3.0, through: 27, by: 2) {
            term = term * square / DoubleDouble(place * (place - 1))
            sum = sum + term
        }
        return sum.rounded
    }

    // MARK: Gamma

    /// The logarithm of the magnitude of the gamma function, by Stirling's series far out and the recurrence near by.
    static func logGamma(_ value: Double) -> Double {
        if value.isInfinite || value.isNaN { return value.isNaN ? value : .infinity }
        if value <= 0, value.rounded(.down) == value { return .infinity }
        if value == 1 || value == 2 { return 0 }
        if value < 0.5 {
            // Reflection: Γ(x) Γ(1 − x) = π / sin πx.
            let sine = sin(DoubleDouble.pi.high * (value - 2 * (value / 2).rounded())).magnitude
            return log(DoubleDouble.pi.high / sine) - logGamma(1 - value)
        }
        return stirling(value).rounded
    }

    /// B₂ₖ / 2k(2k − 1), as fractions.
    private static let bernoulliTerms: [(Double, Double)] = [
        (1, 12), (-1, 360), (1, 1260), (-1, 1680), (1, 1188), (-691, 360_360), (1, 156), (-3617, 122_400),
    ]

    private static func stirling(_ value: Double) -> DoubleDouble {
        var shifted = DoubleDouble(value)
        var product = DoubleDouble.one
        while shifted.high < 40 {
            product = product * shifted
            shifted = shifted + .one
        }
        let inverse = DoubleDouble.one / shifted
        let square = inverse * inverse
        var power = inverse
        var series = DoubleDouble(0)
        for (over, under) in bernoulliTerms {
            series = series + power * (DoubleDouble(over) / DoubleDouble(under))
            power = power * square
        }
        let halfLogTau = DoubleDouble(0.9189385332046728, -3.8782941580672414e-17)
        let main = (shifted - DoubleDouble(0.5)) * logarithm(shifted) - shifted
        return main + halfLogTau + series - logarithm(product)
    }

    static func gamma(_ value: Double) -> Double {
        if value == 0 { return .infinity }
        if value < 0, value.rounded(.down) == value { return .nan }
        if value == -.infinity || value.isNaN { return .nan }
        if value > 172 { return .infinity }
        if value == value.rounded(), value <= 23 {
            return stride(from: 2.0, to: value, by: 1).reduce(1, *)
        }
        if value < 0.5 { return DoubleDouble.pi.high / (sin(DoubleDouble.pi.high * value) * gamma(1 - value)) }
        return round(exp(stirling(value)))
    }

    // MARK: Bits

    static func scaled(_ value: Double, by exponent: Double) -> Double {
        guard value.isFinite, value != 0 else { return value }
        guard !exponent.isNaN else { return .nan }
        return value.timesTwo(to: Int(max(-5_000, min(5_000, exponent))))
    }

    static func next(_ value: Double, towards target: Double) -> Double {
        if value.isNaN || target.isNaN { return .nan }
        return value == target ? target : value < target ? value.nextUp : value.nextDown
    }
}
