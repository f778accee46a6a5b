/// A number of about 32 digits: the unevaluated sum of two doubles.
///
/// The functions of mathematics are worked out in it and rounded once at the end. So they are right to the last bit
/// nearly always, and the same on every machine, which the C library does not promise.
struct DoubleDouble {
    var high: Double
    var low: Double

    init(_ high: Double, _ low: Double = 0) {
        self.high = high
        self.low = low
    }

    var rounded: Double { high + low }

    /// Exact, whatever the sizes.
    static func sum(_ left: Double, _ right: Double) -> DoubleDouble {
        let sum = left + right
        let virtual = sum - left
        return DoubleDouble(sum, (left - (sum - virtual)) + (right - virtual))
    }

    /// Exact too.
    static func product(_ left: Double, _ right: Double) -> DoubleDouble {
        let product = left * right
        return DoubleDouble(product, (-product).addingProduct(left, right))
    }

    private static func normalized(_ high: Double, _ low: Double) -> DoubleDouble {
        let sum = high + low
        return DoubleDouble(sum, low - (sum - high))
    }

    static func + (left: DoubleDouble, right: DoubleDouble) -> DoubleDouble {
        let high = sum(left.high, right.high)
        let low = sum(left.low, right.low)
        let first = normalized(high.high, high.low + low.high)
        return normalized(first.high, first.low + low.low)
    }

    static func - (left: DoubleDouble, right: DoubleDouble) -> DoubleDouble {
        left + (-right)
    }

    static prefix func - (value: DoubleDouble) -> DoubleDouble {
        DoubleDouble(-value.high, -value.low)
    }

    static func * (left: DoubleDouble, right: DoubleDouble) -> DoubleDouble {
        let exact = product(left.high, right.high)
        return normalized(exact.high, exact.low + (left.high * right.low + left.low * right.high))
    }

    static func / (left: DoubleDouble, right: DoubleDouble) -> DoubleDouble {
        let first = left.high / right.high
        let rest = left - right * DoubleDouble(first)
        let second = rest.high / right.high
        let last = (rest - right * DoubleDouble(second)).high / right.high
        return normalized(first, second) + DoubleDouble(last)
    }

    /// Times a power of two, which is exact.
    func scaled(_ exponent: Int) -> DoubleDouble {
        DoubleDouble(high.timesTwo(to: exponent), low.timesTwo(to: exponent))
    }

    static let one = DoubleDouble(1)
    static let log2 = DoubleDouble(0.6931471805599453, 2.3190468138462996e-17)
    static let log10 = DoubleDouble(2.302585092994046, -2.1707562233822494e-16)
    static let pi = DoubleDouble(3.141592653589793, 1.2246467991473532e-16)
    static let halfPi = DoubleDouble(1.5707963267948966, 6.123233995736766e-17)
}

extension Double {
    /// Times a power of two, also where the power alone is no double.
    func timesTwo(to exponent: Int) -> Double {
        var value = self
        var left = Swift.max(-4_200, Swift.min(4_200, exponent))
        while left != 0 {
            let step = Swift.max(-1_000, Swift.min(1_000, left))
            value *= Double(sign: .plus, exponent: step, significand: 1)
            left -= step
        }
        return value
    }
}
