extension JSON.Number: CustomStringConvertible {
    /// The canonical text: the number form of RFC 8785 (that is, of ECMAScript) for what a double can carry.
    ///
    /// What a double cannot carry is written with all its digits: plain where that is at most 20 zeros longer, else
    /// as `1.5E+1000`.
    package var description: String {
        if case .int(let value) = storage { return String(value) }
        var bytes: [UInt8] = []
        write(into: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    package func write(into bytes: inout [UInt8]) {
        switch storage {
        case .int(let value):
            Self.write(value, into: &bytes)
        case .double(let value) where value.isFinite:
            Self.write(Decimal(shortestOf: value), plainZerosMax: .max, exponentMark: "e", into: &bytes)
        case .double(let value) where value.isNaN:
            bytes.append(contentsOf: "null".utf8)
        case .double(let value):
            let largest = value < 0 ? -Double.greatestFiniteMagnitude : .greatestFiniteMagnitude
            JSON.Number(largest).write(into: &bytes)
        case .decimal(let value):
            Self.write(value, plainZerosMax: 20, exponentMark: "E", into: &bytes)
        }
    }

    private static func write(_ value: Int, into bytes: inout [UInt8]) {
        if value < 0 { bytes.append(UInt8(ascii: "-")) }
        var magnitude = value.magnitude
        let start = bytes.count
        repeat {
            let (rest, digit) = magnitude.quotientAndRemainder(dividingBy: 10)
            bytes.append(UInt8(ascii: "0") + UInt8(digit))
            magnitude = rest
        } while magnitude != 0
        if bytes.count - start > 1 { bytes[start...].reverse() }
    }

    /// ECMAScript's `Number::toString`: plain from 1e-6 up to 21 places before the point, else scientific.
    private static func write(
        _ decimal: Decimal,
        plainZerosMax: Int,
        exponentMark: Unicode.Scalar,
        into bytes: inout [UInt8]
    ) {
        let digits = decimal.digits
        let place = decimal.pointPlace
        if decimal.isNegative { bytes.append(UInt8(ascii: "-")) }
        let isPlain = plainZerosMax == .max ? place <= 21 : decimal.exponent <= plainZerosMax
        if place > -6, isPlain {
            writePlain(digits, place: place, into: &bytes)
            return
        }
        bytes.append(zero + digits[0])
        if digits.count > 1 {
            bytes.append(UInt8(ascii: "."))
            for digit in digits.dropFirst() { bytes.append(zero + digit) }
        }
        bytes.append(UInt8(ascii: exponentMark))
        bytes.append(UInt8(ascii: place > 0 ? "+" : "-"))
        write(abs(place - 1), into: &bytes)
    }

    private static func writePlain(_ digits: [UInt8], place: Int, into bytes: inout [UInt8]) {
        if place <= 0 {
            bytes.append(contentsOf: [zero, UInt8(ascii: ".")])
            for _ in place..<0 { bytes.append(zero) }
            for digit in digits { bytes.append(zero + digit) }
            return
        }
        for (index, digit) in digits.enumerated() {
            if index == place { bytes.append(UInt8(ascii: ".")) }
            bytes.append(zero + digit)
        }
        if place > digits.count { bytes.append(contentsOf: repeatElement(zero, count: place - digits.count)) }
    }

    private static let zero = UInt8(ascii: "0")
}

extension JSON.Number {
    /// The largest power of ten that a number's text may name; a value that no computation could use is a mistake.
    static let exponentMax = 1_000_000_000_000

    /// The number that `text` spells as JSON would; `nil` for anything else, spaces included.
    package init?(_ text: String) {
        guard let value = try? JSON(parsing: text), case .number(let number) = value,
            let first = text.utf8.first, let last = text.utf8.last, first > 0x20, last > 0x20
        else { return nil }
        self = number
    }

    /// The value of a text that the parser has already found well formed: `-12.50e3` and the like.
    ///
    /// `nil` when the exponent is beyond `exponentMax`.
    init?(scanned text: Slice<UnsafeBufferPointer<UInt8>>) {
        var isNegative = false
        var mantissa: UInt64 = 0
        var digitCount = 0
        var exponent = 0
        var index = text.startIndex
        if text[index] == UInt8(ascii: "-") {
            isNegative = true
            index += 1
        }
        let digitsStart = index
        var fraction = false
        while index < text.endIndex {
            let byte = text[index]
            if byte == UInt8(ascii: ".") {
                fraction = true
            } else if byte | 0x20 == UInt8(ascii: "e") {
                break
            } else {
                if digitCount < 18 { mantissa = mantissa * 10 + UInt64(byte - Self.zero) }
                // Leading zeros are no digits of the value.
                if mantissa != 0 || digitCount > 0 { digitCount += 1 }
                if fraction { exponent -= 1 }
            }
            index += 1
        }
        let digits = text[digitsStart..<index]
        if index < text.endIndex {
            guard let written = Self.exponent(text[(index + 1)...]) else { return nil }
            exponent += written
        }
        if digitCount <= 18, exponent == 0 {
            self.init(isNegative ? -Int(mantissa) : Int(mantissa))
            return
        }
        // Both operands are exact, so one operation rounds once; and fifteen digits survive any double.
        if digitCount <= 15, exponent < 0, exponent >= -22, mantissa != 0 {
            let magnitude = Double(mantissa) / Self.powersOfTen[-exponent]
            self.init(unchecked: isNegative ? -magnitude : magnitude)
            return
        }
        let values = digits.lazy.filter { $0 != UInt8(ascii: ".") }.map { $0 - Self.zero }
        self.init(normalizing: Decimal(isNegative: isNegative, digits: values, exponent: exponent))
    }

    private static func exponent(_ text: Slice<UnsafeBufferPointer<UInt8>>) -> Int? {
        var value = 0
        var isNegative = false
        for byte in text {
            if byte == UInt8(ascii: "-") {
                isNegative = true
            } else if byte != UInt8(ascii: "+") {
                value = value * 10 + Int(byte - zero)
                if value > exponentMax { return nil }
            }
        }
        return isNegative ? -value : value
    }

    private static let powersOfTen: [Double] = [
        1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20, 1e21, 1e22,
    ]
}
