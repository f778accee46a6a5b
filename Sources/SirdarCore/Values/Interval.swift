/// A length of time in whole milliseconds.
package struct Interval: Hashable, Comparable, Sendable {
    package let milliseconds: Int64

    package init(milliseconds: Int64) { self.milliseconds = milliseconds }

    package static let zero = Interval(milliseconds: 0)
    package static func seconds(_ count: Int64) -> Interval { Interval(milliseconds: count * 1000) }
    package static func minutes(_ count: Int64) -> Interval { .seconds(count * 60) }
    package static func hours(_ count: Int64) -> Interval { .minutes(count * 60) }
    package static func days(_ count: Int64) -> Interval { .hours(count * 24) }

    package static func < (left: Interval, right: Interval) -> Bool { left.milliseconds < right.milliseconds }

    /// At most the longest that can be counted.
    package static func + (left: Interval, right: Interval) -> Interval {
        let (sum, overflow) = left.milliseconds.addingReportingOverflow(right.milliseconds)
        return Interval(milliseconds: overflow ? .max : sum)
    }

    package static func += (left: inout Interval, right: Interval) { left = left + right }

    package static func * (interval: Interval, factor: Int64) -> Interval {
        let (product, overflow) = interval.milliseconds.multipliedReportingOverflow(by: factor)
        return Interval(milliseconds: overflow ? .max : product)
    }

    /// The longest interval that a definition may name: ten years.
    package static let longest = Interval.days(3653)
}

extension Interval: CustomStringConvertible {
    /// ISO 8601: `PT4H`, `P2DT30M`, `PT1.5S`.
    package var description: String {
        guard milliseconds != 0 else { return "PT0S" }
        var rest = milliseconds.magnitude
        var text = milliseconds < 0 ? "-P" : "P"
        func take(_ unit: UInt64) -> UInt64 {
            defer { rest %= unit }
            return rest / unit
        }
        let days = take(86_400_000)
        if days > 0 { text += "\(days)D" }
        guard rest > 0 else { return text }
        text += "T"
        let hours = take(3_600_000)
        let minutes = take(60_000)
        let seconds = take(1000)
        if hours > 0 { text += "\(hours)H" }
        if minutes > 0 { text += "\(minutes)M" }
        guard seconds > 0 || rest > 0 else { return text }
        guard rest > 0 else { return text + "\(seconds)S" }
        var fraction = String(rest + 1000).dropFirst()
        while fraction.last == "0" { fraction.removeLast() }
        return text + "\(seconds).\(fraction)S"
    }

    /// Reads the part of ISO 8601 whose length does not depend on a calendar: weeks, days, hours, minutes, seconds.
    ///
    /// `P1M` and `P1Y` are refused because a month has no fixed length. Fractions are allowed in seconds only.
    package init?(_ text: String) {
        var rest = Substring(text)
        guard rest.first == "P" else { return nil }
        rest.removeFirst()
        var total: Int64 = 0
        var inTime = false
        var parts = 0
        while let first = rest.first {
            if first == "T", !inTime {
                inTime = true
                rest.removeFirst()
                continue
            }
            let number = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
            rest = rest.dropFirst(number.count)
            guard let unit = rest.popFirst(), let amount = Self.amount(number, unit: unit, inTime: inTime) else {
                return nil
            }
            let (sum, overflow) = total.addingReportingOverflow(amount)
            guard !overflow else { return nil }
            total = sum
            parts += 1
        }
        guard parts > 0, total <= Self.longest.milliseconds, text.last != "T" else { return nil }
        self.init(milliseconds: total)
    }

    private static func amount(_ number: Substring, unit: Character, inTime: Bool) -> Int64? {
        if unit == "S", inTime, number.contains(".") {
            let parts = number.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, let whole = Int64(parts[0]), !parts[1].isEmpty,
                let fraction = Int64(parts[1].prefix(3) + String(repeating: "0", count: max(0, 3 - parts[1].count)))
            else { return nil }
            return whole * 1000 + fraction
        }
        let factor: Int64
        switch (unit, inTime) {
        case ("W", false): factor = 604_800_000
        case ("D", false): factor = 86_400_000
        case ("H", true): factor = 3_600_000
        case ("M", true): factor = 60_000
        case ("S", true): factor = 1000
        case (_, _): return nil
        }
        guard let count = Int64(number) else { return nil }
        let (product, overflow) = count.multipliedReportingOverflow(by: factor)
        return overflow ? nil : product
    }
}
