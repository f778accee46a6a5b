/// A moment in UTC, in whole milliseconds since 1 January 1970.
///
/// Integer arithmetic throughout: the conversions to and from RFC 3339 are the proleptic Gregorian calendar's
/// (days-from-civil), so that a decision needs no clock, no locale and no time-zone database.
package struct Timestamp: Hashable, Comparable, Sendable {
    package let milliseconds: Int64

    package init(milliseconds: Int64) { self.milliseconds = milliseconds }

    /// The first millisecond of 1970.
    package static let zero = Timestamp(milliseconds: 0)
    /// Later than anything that is ever due.
    package static let distantFuture = Timestamp(milliseconds: .max)

    package static func < (left: Timestamp, right: Timestamp) -> Bool { left.milliseconds < right.milliseconds }

    /// `self` moved by `interval`, held within what 64 bits can say.
    package func advanced(by interval: Interval) -> Timestamp {
        let (sum, overflow) = milliseconds.addingReportingOverflow(interval.milliseconds)
        return overflow ? .distantFuture : Timestamp(milliseconds: sum)
    }

    /// How long it is from `earlier` to `self`; negative when `self` comes first.
    package func since(_ earlier: Timestamp) -> Interval {
        Interval(milliseconds: milliseconds &- earlier.milliseconds)
    }
}

extension Timestamp: CustomStringConvertible {
    /// RFC 3339 in UTC with milliseconds: `2026-11-23T18:04:05.120Z`.
    package var description: String {
        let (days, time) = milliseconds.floorDivided(by: 86_400_000)
        let (year, month, day) = Self.civil(fromDays: days)
        var text: [UInt8] = []
        text.reserveCapacity(24)
        text.appendPadded(year, 4)
        text.append(0x2D)
        text.appendPadded(month, 2)
        text.append(0x2D)
        text.appendPadded(day, 2)
        text.append(0x54)
        text.appendPadded(time / 3_600_000, 2)
        text.append(0x3A)
        text.appendPadded(time / 60_000 % 60, 2)
        text.append(0x3A)
        text.appendPadded(time / 1000 % 60, 2)
        text.append(0x2E)
        text.appendPadded(time % 1000, 3)
        text.append(0x5A)
        return String(decoding: text, as: UTF8.self)
    }

    /// Reads RFC 3339 with `Z` or a numeric offset; the fraction is cut to milliseconds. `nil` for anything else.
    package init?(_ text: String) {
        var reader = DigitReader(text.utf8)
        guard let year = reader.number(4), reader.accept(0x2D), let month = reader.number(2), reader.accept(0x2D),
            let day = reader.number(2), reader.acceptEither(0x54, 0x74), let hour = reader.number(2), reader.accept(0x3A),
            let minute = reader.number(2), reader.accept(0x3A), let second = reader.number(2)
        else { return nil }
        let fraction = reader.fraction()
        guard let offset = reader.offsetMinutes(), reader.isAtEnd, (1...12).contains(month), hour < 24, minute < 60,
            second < 61, (1...Self.days(inMonth: month, of: year)).contains(day), let fraction
        else { return nil }
        let seconds = Self.days(fromCivil: year, month, day) * 86_400 + (hour * 60 + minute - offset) * 60 + second
        self.init(milliseconds: seconds * 1000 + fraction)
    }

    /// Days from 1 January 1970 to a date of the proleptic Gregorian calendar.
    package static func days(fromCivil year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = shifted.floorDivided(by: 400).quotient
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    /// The date that lies `days` after 1 January 1970.
    package static func civil(fromDays days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = days + 719_468
        let era = shifted.floorDivided(by: 146_097).quotient
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }

    static func days(inMonth month: Int64, of year: Int64) -> Int64 {
        let leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0
        switch month {
        case 2: return leap ? 29 : 28
        case 4, 6, 9, 11: return 30
        default: return 31
        }
    }
}

extension Int64 {
    /// Division that rounds towards minus infinity, so that times before 1970 fall on the right day.
    func floorDivided(by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}

extension [UInt8] {
    fileprivate mutating func appendPadded(_ number: Int64, _ width: Int) {
        guard number >= 0, number < 10_000 else { return append(contentsOf: String(number).utf8) }
        var unit: Int64 = width == 4 ? 1000 : width == 3 ? 100 : 10
        while unit > 0 {
            append(UInt8(0x30 + number / unit % 10))
            unit /= 10
        }
    }
}

/// Reads fixed-width digits; small enough to stay on the stack.
private struct DigitReader {
    private let bytes: [UInt8]
    private var position = 0

    init(_ text: String.UTF8View) { bytes = Array(text.prefix(40)) }

    var isAtEnd: Bool { position == bytes.count }

    mutating func number(_ width: Int) -> Int64? {
        guard position + width <= bytes.count else { return nil }
        var value: Int64 = 0
        for byte in bytes[position..<position + width] {
            guard (0x30...0x39).contains(byte) else { return nil }
            value = value * 10 + Int64(byte - 0x30)
        }
        position += width
        return value
    }

    mutating func accept(_ byte: UInt8) -> Bool {
        guard position < bytes.count, bytes[position] == byte else { return false }
        position += 1
        return true
    }

    mutating func acceptEither(_ first: UInt8, _ second: UInt8) -> Bool { accept(first) || accept(second) }

    /// Milliseconds of an optional fraction; `nil` for a point without digits.
    mutating func fraction() -> Int64? {
        guard accept(0x2E) else { return 0 }
        var value: Int64 = 0
        var count = 0
        while position < bytes.count, (0x30...0x39).contains(bytes[position]) {
            if count < 3 { value = value * 10 + Int64(bytes[position] - 0x30) }
            count += 1
            position += 1
        }
        guard count > 0 else { return nil }
        return count == 1 ? value * 100 : count == 2 ? value * 10 : value
    }

    mutating func offsetMinutes() -> Int64? {
        if acceptEither(0x5A, 0x7A) { return 0 }
        let sign: Int64 = accept(0x2B) ? 1 : accept(0x2D) ? -1 : 0
        guard sign != 0, let hours = number(2), accept(0x3A), let minutes = number(2), hours < 24, minutes < 60
        else { return nil }
        return sign * (hours * 60 + minutes)
    }
}
