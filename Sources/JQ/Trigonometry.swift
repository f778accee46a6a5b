extension Mathematics {
    /// An angle less than a quarter turn's half, and how many quarter turns were taken off.
    private static func reduced(_ angle: Double) -> (rest: DoubleDouble, quarters: Int) {
        // A larger angle has fewer digits behind the point than a turn needs; take off turns that are exact multiples.
        let rest = angle.magnitude < 1e9 ? DoubleDouble(angle) : offTurns(angle)
        let quarters = (rest.high / DoubleDouble.halfPi.high).rounded()
        // A third part of pi/2, so that what is left keeps its digits near zero.
        let third = DoubleDouble(-1.4973849048591833e-33 * quarters)
        let left = rest - DoubleDouble.product(DoubleDouble.halfPi.high, quarters)
        let lower = DoubleDouble.product(DoubleDouble.halfPi.low, quarters)
        return (left - lower - third, Int(quarters))
    }

    /// A large angle less whole turns, by remainders of ever smaller multiples of a turn.
    ///
    /// From about 1e15 on digits are lost, and in the end all; an angle that large means nothing.
    private static func offTurns(_ angle: Double) -> DoubleDouble {
        var rest = DoubleDouble(angle)
        let turn = DoubleDouble.pi.scaled(1)
        while rest.high.magnitude > 1e9 {
            let scale = Int(rest.high.exponent) - 30
            let turns = (rest.high.timesTwo(to: -scale) / turn.high).rounded()
            rest = rest - (turn * DoubleDouble(turns)).scaled(scale)
        }
        return rest
    }

    /// Sine and cosine of a small angle, by their series.
    private static func series(_ angle: DoubleDouble) -> (sine: DoubleDouble, cosine: DoubleDouble) {
        let square = angle * angle
        var (sine, cosine) = (angle, DoubleDouble.one)
        var (sineTerm, cosineTerm) = (angle, DoubleDouble.one)
        for place in stride(from: 2.0, through: 28, by: 2) {
            cosineTerm = -(cosineTerm * square) / DoubleDouble(place * (place - 1))
            sineTerm = -(sineTerm * square) / DoubleDouble(place * (place + 1))
            cosine = cosine + cosineTerm
            sine = sine + sineTerm
        }
        return (sine, cosine)
    }

    private static func turned(_ angle: Double) -> (sine: DoubleDouble, cosine: DoubleDouble) {
        let (rest, quarters) = reduced(angle)
        let (sine, cosine) = series(rest)
        return switch quarters & 3 {
        case 0: (sine, cosine)
        case 1: (cosine, -sine)
        case 2: (-sine, -cosine)
        default: (-cosine, sine)
        }
    }

    static func sin(_ angle: Double) -> Double {
        guard angle.isFinite, angle != 0 else { return angle.isInfinite ? .nan : angle }
        return turned(angle).sine.rounded
    }

    static func cos(_ angle: Double) -> Double {
        angle.isFinite ? turned(angle).cosine.rounded : .nan
    }

    static func tan(_ angle: Double) -> Double {
        guard angle.isFinite, angle != 0 else { return angle.isInfinite ? .nan : angle }
        let (sine, cosine) = turned(angle)
        return (sine / cosine).rounded
    }

    // MARK: Inverses

    static func atan(_ value: Double) -> Double {
        guard !value.isNaN, value != 0 else { return value }
        if value.isInfinite { return value < 0 ? -DoubleDouble.halfPi.high : DoubleDouble.halfPi.high }
        return arcTangent(DoubleDouble(value)).rounded
    }

    /// One step of Newton on the angle: from a guess of 16 digits to 32.
    private static func arcTangent(_ value: DoubleDouble) -> DoubleDouble {
        if value.high < 0 { return -arcTangent(-value) }
        if value.high > 1 { return DoubleDouble.halfPi - arcTangent(.one / value) }
        // Half the angle three times, t → t / (1 + √(1 + t²)), then the series.
        var tangent = value
        for _ in 0..<3 { tangent = tangent / (.one + root(.one + tangent * tangent)) }
        let square = tangent * tangent
        var power = tangent
        var sum = tangent
        for place in stride(from: 3.0, through: 41, by: 2) {
            power = -(power * square)
            sum = sum + power / DoubleDouble(place)
        }
        return sum.scaled(3)
    }

    private static func root(_ value: DoubleDouble) -> DoubleDouble {
        guard value.high > 0 else { return DoubleDouble(0) }
        let guess = DoubleDouble(value.high.squareRoot())
        return (guess + value / guess).scaled(-1)
    }

    static func asin(_ value: Double) -> Double {
        guard value.magnitude <= 1, value != 0 else { return value == 0 ? value : .nan }
        if value.magnitude == 1 { return value * DoubleDouble.halfPi.high }
        let cosine = root((.one - DoubleDouble(value)) * (.one + DoubleDouble(value)))
        return arcTangent(DoubleDouble(value) / cosine).rounded
    }

    static func acos(_ value: Double) -> Double {
        guard value.magnitude <= 1 else { return .nan }
        if value == 1 { return 0 }
        if value == -1 { return DoubleDouble.pi.high }
        let half = root((.one - DoubleDouble(value)) / (.one + DoubleDouble(value)))
        return arcTangent(half).scaled(1).rounded
    }

    static func atan2(_ y: Double, _ x: Double) -> Double {
        if x.isNaN || y.isNaN { return .nan }
        if y == 0 { return x < 0 || (x == 0 && x.sign == .minus) ? DoubleDouble.pi.high : 0 }
        if x == 0 || (y.isInfinite && !x.isInfinite) {
            return y < 0 ? -DoubleDouble.halfPi.high : DoubleDouble.halfPi.high
        }
        if x.isInfinite {
            let angle = y.isInfinite ? DoubleDouble.halfPi.high / 2 : 0
            let turned = x < 0 ? DoubleDouble.pi.high - angle : angle
            return y < 0 ? -turned : turned
        }
        let angle = arcTangent(DoubleDouble(y.magnitude) / DoubleDouble(x.magnitude))
        let turned = x < 0 ? DoubleDouble.pi - angle : angle
        return y < 0 ? -turned.rounded : turned.rounded
    }
}
