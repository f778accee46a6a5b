extension JSON.Number {
    /// Decimal digits read as one integer, times a power of ten.
    ///
    /// In normal form: no zero at either end of the digits; zero itself has no digits.
    struct Decimal: Hashable, Sendable {
        var isNegative: Bool
        /// Values 0 to 9, not characters.
        var digits: [UInt8]
        var exponent: Int

        init(isNegative: Bool, digits: some Sequence<UInt8>, exponent: Int) {
            var kept = Array(digits.drop { $0 == 0 })
            var exponent = exponent
            while kept.last == 0 {
                kept.removeLast()
                exponent += 1
            }
            self.isNegative = isNegative && !kept.isEmpty
            self.digits = kept
            self.exponent = kept.isEmpty ? 0 : exponent
        }
    }
}

extension JSON.Number.Decimal {
    init(_ value: Int) {
        let text = String(value.magnitude)
        self.init(isNegative: value < 0, digits: text.utf8.map { $0 - UInt8(ascii: "0") }, exponent: 0)
    }

    /// The shortest decimal that reads back as `value`, which must be finite.
    init(shortestOf value: Double) {
        // `description` promises just that; it looks like `-1.25e-07`, `5e-324` or `120.0`.
        var digits: [UInt8] = []
        var exponent = 0
        var written = 0
        var hasPoint = false
        var text = value.description.utf8[...]
        if text.first == UInt8(ascii: "-") { text.removeFirst() }
        while let byte = text.popFirst() {
            if byte == UInt8(ascii: ".") {
                hasPoint = true
            } else if byte == UInt8(ascii: "e") {
                written = Int(Substring(text)) ?? 0
                break
            } else {
                digits.append(byte - UInt8(ascii: "0"))
                if hasPoint { exponent -= 1 }
            }
        }
        self.init(isNegative: value < 0, digits: digits, exponent: exponent + written)
    }

    var negated: Self {
        var copy = self
        copy.isNegative = !isNegative && !digits.isEmpty
        return copy
    }

    /// How many places stand before the point; zero or less for `0.00…`.
    var pointPlace: Int { digits.count + exponent }

    var integer: Int? {
        guard exponent >= 0, pointPlace <= 19 else { return nil }
        var value = 0
        for place in 0..<pointPlace {
            let digit = place < digits.count ? Int(digits[place]) : 0
            let (tens, overflow) = value.multipliedReportingOverflow(by: 10)
            // Built downwards, because `Int.min` has no positive twin.
            let (next, overflowToo) = tens.subtractingReportingOverflow(digit)
            if overflow || overflowToo { return nil }
            value = next
        }
        if isNegative { return value }
        return value == .min ? nil : -value
    }

    /// The double nearest to this; the largest of its sign for what lies beyond all doubles.
    var nearestDouble: Double {
        guard !digits.isEmpty else { return 0 }
        let sign = isNegative ? -1.0 : 1.0
        if pointPlace > 310 { return sign * .greatestFiniteMagnitude }
        if pointPlace < -330 { return 0 }
        var text = digits.map { $0 + UInt8(ascii: "0") }
        text.append(UInt8(ascii: "e"))
        text.append(contentsOf: String(exponent).utf8)
        let magnitude = Double(String(decoding: text, as: UTF8.self)) ?? 0
        return sign * Swift.min(magnitude, .greatestFiniteMagnitude)
    }

    static func < (left: Self, right: Self) -> Bool {
        if left.isNegative != right.isNegative { return left.isNegative }
        return left.isNegative ? right.isSmallerInMagnitude(than: left) : left.isSmallerInMagnitude(than: right)
    }

    private func isSmallerInMagnitude(than other: Self) -> Bool {
        guard !digits.isEmpty, !other.digits.isEmpty else { return digits.count < other.digits.count }
        if pointPlace != other.pointPlace { return pointPlace < other.pointPlace }
        return digits.lexicographicallyPrecedes(other.digits)
    }
}
