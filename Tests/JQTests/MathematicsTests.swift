import Foundation
import JQ
import JSON
import Testing

@Suite("Mathematics")
struct MathematicsTests {
    private static let values: [Double] = {
        var random = SeededRandom(seed: 11)
        let spread = (0..<200).map { _ in Double.random(in: -20..<20, using: &random) }
        let small = (0..<50).map { _ in Double.random(in: -1..<1, using: &random) }
        let large = (0..<50).map { _ in Double.random(in: -1e6..<1e6, using: &random) }
        return spread + small + large + [0, 1, -1, 0.5, 2, 1e-10, 1e10, 1e15, 700, -700, 3.141592653589793]
    }()

    /// How many representable doubles lie between two.
    private func distance(_ left: Double, _ right: Double) -> Double {
        if left == right || (left.isNaN && right.isNaN) { return 0 }
        guard left.isFinite, right.isFinite else { return .infinity }
        return (left - right).magnitude / max(left.magnitude.ulp, right.magnitude.ulp)
    }

    private func check(_ name: String, within ulps: Double = 1, _ reference: (Double) -> Double) throws {
        let program = try Program("map(\(name) | if isnan then \"nan\" elif isinfinite then tojson else . end)")
        let inputs = Self.values.map { JSON.number(JSON.Number($0)) }
        let outputs = try #require(try program.evaluate(.array(inputs), budget: Budget(steps: 10_000_000)).asArray)
        for (value, output) in zip(Self.values, outputs) {
            let wanted = reference(value)
            if wanted.isNaN {
                #expect(output == "nan", "\(name)(\(value))")
            } else if wanted.isInfinite {
                #expect(output.asString != nil, "\(name)(\(value))")
            } else {
                let found = try #require(output.asDouble, "\(name)(\(value))")
                #expect(distance(found, wanted) <= ulps, "\(name)(\(value)) is \(found), not \(wanted)")
            }
        }
    }

    @Test("functions agree with those of the C library to the last place")
    func oneArgument() throws {
        try check("exp", Foundation.exp)
        try check("exp2", Foundation.exp2)
        try check("exp10") { Foundation.pow(10, $0) }
        try check("expm1", within: 2, Foundation.expm1)
        try check("log", Foundation.log)
        try check("log2", Foundation.log2)
        try check("log10", within: 2, Foundation.log10)
        try check("log1p", Foundation.log1p)
        try check("sin", Foundation.sin)
        try check("cos", Foundation.cos)
        try check("tan", Foundation.tan)
        try check("asin", Foundation.asin)
        try check("acos", Foundation.acos)
        try check("atan", Foundation.atan)
        try check("sinh", within: 2, Foundation.sinh)
        try check("cosh", within: 2, Foundation.cosh)
        try check("tanh", within: 3, Foundation.tanh)
        try check("asinh", within: 3, Foundation.asinh)
        try check("acosh", within: 3, Foundation.acosh)
        try check("atanh", within: 3, Foundation.atanh)
        try check("cbrt", within: 2, Foundation.cbrt)
    }

    @Test("gamma functions agree to the fifteenth digit or so")
    func gamma() throws {
        for value in [0.5, 1.5, 3, 4.7, 10, 33.3, 100.25, 170, -0.5, -1.5, -3.3] {
            let gammas = try Program("[tgamma, lgamma]").evaluate(.number(JSON.Number(value)))
            let wanted = Foundation.tgamma(value)
            let found = try #require(gammas[0]?.asDouble)
            #expect((found - wanted).magnitude <= wanted.magnitude * 1e-14, "tgamma(\(value)) is \(found)")
            let logarithm = try #require(gammas[1]?.asDouble)
            #expect((logarithm - Foundation.log(wanted.magnitude)).magnitude <= 1e-13 * max(1, logarithm.magnitude))
        }
    }

    @Test("powers and angles of two arguments agree")
    func twoArguments() throws {
        let angles = try Program("atan2(.[0]; .[1])")
        let powers = try Program("pow(.[0] | fabs; .[1])")
        for left in Self.values.prefix(60) {
            for right in Self.values.suffix(20) {
                let input: JSON = [.number(JSON.Number(left)), .number(JSON.Number(right))]
                let angle = try angles.evaluate(input).asDouble ?? .nan
                #expect(distance(angle, Foundation.atan2(left, right)) <= 1, "atan2(\(left), \(right))")
                let power = try powers.evaluate(input).asDouble ?? .nan
                // What is larger than every double leaves a program as the largest.
                let wanted = min(Foundation.pow(left.magnitude, right), .greatestFiniteMagnitude)
                #expect(distance(power, wanted) <= 1, "pow(\(left), \(right))")
            }
        }
    }
}
