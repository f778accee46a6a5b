import JSON

/// Builtins for numbers.
enum Numbers {
    static let natives: [String: Native] = {
        var natives: [String: Native] = [
            "infinite/0": Native(rise: .scalar) { meter, _, _ in meter.number(.infinity) },
            "nan/0": Native(rise: .scalar) { meter, _, _ in meter.number(.nan) },
            "isinfinite/0": Native(rise: .scalar) { _, input, _ throws(Failure) in
                .bool(try number(input, "isinfinite").double.isInfinite)
            },
            "isnan/0": Native(rise: .scalar) { _, input, _ throws(Failure) in
                .bool(try number(input, "isnan").double.isNaN)
            },
            "isnormal/0": Native(rise: .scalar) { _, input, _ throws(Failure) in
                .bool(try number(input, "isnormal").double.isNormal)
            },
            "frexp/0": Native(rise: .by(1)) { meter, input, _ throws(Failure) in
                let value = try number(input, "frexp").double
                guard value.isFinite, value != 0 else { return .array([meter.number(value), 0]) }
                let fraction = value.significand / 2 * (value < 0 ? -1 : 1)
                return .array([meter.number(fraction), .number(JSON.Number(Int(value.exponent) + 1))])
            },
            "modf/0": Native(rise: .by(1)) { meter, input, _ throws(Failure) in
                let value = try number(input, "modf").double
                let whole = value.rounded(.towardZero)
                return .array([meter.number(value.isInfinite ? 0 : value - whole), meter.number(whole)])
            },
            "lgamma_r/0": Native(rise: .by(1)) { meter, input, _ throws(Failure) in
                let value = try number(input, "lgamma_r").double
                let isNegative = value < 0 && value.rounded(.down).truncatingRemainder(dividingBy: 2) != 0
                return .array([meter.number(Mathematics.logGamma(value)), isNegative ? -1 : 1])
            },
        ]
        for (name, function) in exact {
            natives["\(name)/0"] = Native(rise: .scalar) { meter, input, _ throws(Failure) in
                let value = try number(input, name)
                return value.int == nil ? meter.number(function(value.double)) : input
            }
        }
        for (name, function) in one {
            natives["\(name)/0"] = Native(rise: .scalar) { meter, input, _ throws(Failure) in
                meter.number(function(try number(input, name).double))
            }
        }
        for (name, function) in two {
            natives["\(name)/2"] = Native(rise: .scalar) { meter, _, arguments throws(Failure) in
                let left = try number(arguments[0], name).double
                return meter.number(function(left, try number(arguments[1], name).double))
            }
        }
        natives["fma/3"] = Native(rise: .scalar) { meter, _, arguments throws(Failure) in
            let factors = (try number(arguments[0], "fma").double, try number(arguments[1], "fma").double)
            return meter.number(try number(arguments[2], "fma").double.addingProduct(factors.0, factors.1))
        }
        return natives
    }()

    /// What leaves integers as they are, however large.
    private static let exact: [String: @Sendable (Double) -> Double] = [
        "floor": { $0.rounded(.down) },
        "ceil": { $0.rounded(.up) },
        "round": { $0.rounded(.toNearestOrAwayFromZero) },
        "trunc": { $0.rounded(.towardZero) },
        "rint": { $0.rounded(.toNearestOrEven) },
        "nearbyint": { $0.rounded(.toNearestOrEven) },
    ]

    private static let one: [String: @Sendable (Double) -> Double] = [
        "fabs": { $0.magnitude },
        "sqrt": { $0.squareRoot() },
        "cbrt": { Mathematics.cubeRoot($0) },
        "exp": { Mathematics.exp($0) },
        "exp2": { Mathematics.power(2, $0) },
        "exp10": { Mathematics.power(10, $0) },
        "pow10": { Mathematics.power(10, $0) },
        "expm1": { Mathematics.expMinusOne($0) },
        "log": { Mathematics.log($0) },
        "log2": { Mathematics.log2($0) },
        "log10": { Mathematics.log10($0) },
        "log1p": { Mathematics.logOnePlus($0) },
        "sin": { Mathematics.sin($0) },
        "cos": { Mathematics.cos($0) },
        "tan": { Mathematics.tan($0) },
        "asin": { Mathematics.asin($0) },
        "acos": { Mathematics.acos($0) },
        "atan": { Mathematics.atan($0) },
        "sinh": { Mathematics.sinh($0) },
        "cosh": { Mathematics.cosh($0) },
        "tanh": { Mathematics.tanh($0) },
        "asinh": { Mathematics.asinh($0) },
        "acosh": { Mathematics.acosh($0) },
        "atanh": { Mathematics.atanh($0) },
        "gamma": { Mathematics.logGamma($0) },
        "lgamma": { Mathematics.logGamma($0) },
        "tgamma": { Mathematics.gamma($0) },
        "significand": { $0 == 0 || !$0.isFinite ? $0 : $0.significand * ($0 < 0 ? -1 : 1) },
        "logb": { $0 == 0 ? -.infinity : $0.isInfinite ? .infinity : $0.isNaN ? $0 : Double($0.exponent) },
    ]

    private static let two: [String: @Sendable (Double, Double) -> Double] = [
        "pow": { Mathematics.power($0, $1) },
        "atan2": { Mathematics.atan2($0, $1) },
        "fmin": { $0.isNaN ? $1 : $1.isNaN ? $0 : min($0, $1) },
        "fmax": { $0.isNaN ? $1 : $1.isNaN ? $0 : max($0, $1) },
        "fmod": { $0.truncatingRemainder(dividingBy: $1) },
        "drem": { $0.remainder(dividingBy: $1) },
        "fdim": { $0.isNaN || $1.isNaN ? .nan : max($0 - $1, 0) },
        "hypot": { Mathematics.hypotenuse($0, $1) },
        "copysign": { Double(signOf: $1, magnitudeOf: $0) },
        "ldexp": { Mathematics.scaled($0, by: $1) },
        "scalb": { Mathematics.scaled($0, by: $1) },
        "scalbln": { Mathematics.scaled($0, by: $1) },
        "nextafter": { Mathematics.next($0, towards: $1) },
        "nexttoward": { Mathematics.next($0, towards: $1) },
    ]

    private static func number(_ value: JSON, _ name: String) throws(Failure) -> JSON.Number {
        guard case .number(let number) = value else { throw .type("\(Kinds.describe(value)) number required") }
        return number
    }

    /// The number that a text spells for `tonumber`: as in JSON, but `.5`, `1.` and `+1` too.
    static func parse(_ text: String) -> JSON.Number? {
        var bytes = Array(text.utf8)
        var isNegative = false
        if let sign = bytes.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
            isNegative = sign == UInt8(ascii: "-")
            bytes.removeFirst()
        }
        guard bytes.contains(where: { (0x30...0x39).contains($0) }), let first = bytes.first,
            first == UInt8(ascii: ".") || (0x30...0x39).contains(first)
        else { return nil }
        while bytes.count > 1, bytes[0] == 0x30, (0x30...0x39).contains(bytes[1]) { bytes.removeFirst() }
        if bytes[0] == UInt8(ascii: ".") { bytes.insert(0x30, at: 0) }
        if let point = bytes.firstIndex(of: UInt8(ascii: ".")) {
            let next = point + 1
            if next == bytes.count || !(0x30...0x39).contains(bytes[next]) { bytes.remove(at: point) }
        }
        let number = JSON.Number(String(decoding: bytes, as: UTF8.self))
        return isNegative ? number?.negated : number
    }
}
