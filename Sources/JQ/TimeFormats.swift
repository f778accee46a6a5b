extension Moment {
    /// The text by a format of C's `strftime`, in its own language; what is unknown stays as it is.
    func text(_ format: String) -> String {
        var text = ""
        var scalars = format.unicodeScalars.makeIterator()
        while let scalar = scalars.next() {
            guard scalar == "%" else {
                text.unicodeScalars.append(scalar)
                continue
            }
            guard let letter = scalars.next() else {
                text += "%"
                break
            }
            text += field(letter) ?? "%\(letter)"
        }
        return text
    }

    private func padded(_ value: Int, _ width: Int = 2, _ pad: String = "0") -> String {
        let digits = String(value.magnitude)
        let filled = String(repeating: pad, count: max(0, width - digits.utf8.count)) + digits
        return value < 0 ? "-" + filled : filled
    }

    private func field(_ letter: Unicode.Scalar) -> String? {
        let hour12 = (hour + 11) % 12 + 1
        switch letter {
        case "Y": return String(year)
        case "C": return padded(year.flooredQuotient(by: 100))
        case "y": return padded(year.flooredRemainder(by: 100))
        case "m": return padded(month + 1)
        case "d": return padded(max(day, 1))
        case "e": return padded(max(day, 1), 2, " ")
        case "H": return padded(hour)
        case "I": return padded(hour12)
        case "k": return padded(hour, 2, " ")
        case "l": return padded(hour12, 2, " ")
        case "M": return padded(minute)
        case "S": return padded(Int(second))
        case "j": return padded(dayOfYear + 1, 3)
        case "p": return hour < 12 ? "AM" : "PM"
        case "P": return hour < 12 ? "am" : "pm"
        case "A": return Self.weekdays[weekday]
        case "a": return String(Self.weekdays[weekday].prefix(3))
        case "B": return Self.months[month]
        case "b", "h": return String(Self.months[month].prefix(3))
        case "u": return String(weekday == 0 ? 7 : weekday)
        case "w": return String(weekday)
        case "s": return String(Int(seconds.rounded(.down)))
        case "Z": return "UTC"
        case "z": return "+0000"
        case "n": return "\n"
        case "t": return "\t"
        case "%": return "%"
        default: return composed(letter)
        }
    }

    private func composed(_ letter: Unicode.Scalar) -> String? {
        switch letter {
        case "D", "x": text("%m/%d/%y")
        case "F": text("%Y-%m-%d")
        case "T", "X": text("%H:%M:%S")
        case "R": text("%H:%M")
        case "r": text("%I:%M:%S %p")
        case "c": text("%a %b %e %H:%M:%S %Y")
        case "U": padded((dayOfYear + 7 - weekday) / 7)
        case "W": padded((dayOfYear + 7 - (weekday + 6) % 7) / 7)
        case "G": String(isoWeek.year)
        case "g": padded(isoWeek.year.flooredRemainder(by: 100))
        case "V": padded(isoWeek.week)
        default: nil
        }
    }

    /// ISO 8601: a week belongs to the year of its Thursday.
    private var isoWeek: (year: Int, week: Int) {
        let thursday = Self.civil(dayNumber - (weekday + 6) % 7 + 3).year
        let firstDay = Self.days(thursday, 0, 1)
        return (thursday, (dayNumber - (weekday + 6) % 7 + 3 - firstDay) / 7 + 1)
    }
}

/// Reads a moment from text by a format of C's `strptime`.
struct MomentReader {
    private var text: Substring.UnicodeScalarView
    private var moment = Moment()
    private var isAfternoon: Bool?
    private var dayOfYear: Int?
    private var epoch: Int?

    init(_ text: String) {
        self.text = Substring(text).unicodeScalars
    }

    /// `nil` when the text does not fit, or goes on after the format ends.
    mutating func read(_ format: String) -> Moment? {
        guard fits(format), text.isEmpty else { return nil }
        if let isAfternoon { moment.hour = moment.hour % 12 + (isAfternoon ? 12 : 0) }
        if let dayOfYear {
            (moment.year, moment.month, moment.day) = Moment.civil(Moment.days(moment.year, 0, 1) + dayOfYear)
        }
        if let epoch { return try? Moment(seconds: Double(epoch), "strptime/1") }
        return moment
    }

    private mutating func fits(_ format: String) -> Bool {
        var letters = format.unicodeScalars.makeIterator()
        while let letter = letters.next() {
            if letter == "%" {
                guard let next = letters.next(), field(next) else { return false }
            } else if letter.properties.isWhitespace {
                skipSpace()
            } else {
                guard text.popFirst() == letter else { return false }
            }
        }
        return true
    }

    private mutating func skipSpace() {
        while let next = text.first, next.properties.isWhitespace { text.removeFirst() }
    }

    private mutating func number(_ width: Int, _ range: ClosedRange<Int>) -> Int? {
        skipSpace()
        var value: Int?
        for _ in 0..<width {
            guard let digit = text.first?.value, digit &- 0x30 < 10 else { break }
            value = (value ?? 0) * 10 + Int(digit - 0x30)
            text.removeFirst()
        }
        return value.flatMap { range.contains($0) ? $0 : nil }
    }

    private mutating func name(_ names: [String]) -> Int? {
        for (place, name) in names.enumerated() {
            for candidate in [name, String(name.prefix(3))] {
                let head = String(text.prefix(candidate.unicodeScalars.count))
                if head.lowercased() == candidate.lowercased() {
                    text.removeFirst(candidate.unicodeScalars.count)
                    return place
                }
            }
        }
        return nil
    }

    private mutating func set(_ field: WritableKeyPath<Moment, Int>, _ value: Int?, less: Int = 0) -> Bool {
        guard let value else { return false }
        moment[keyPath: field] = value - less
        return true
    }

    private mutating func field(_ letter: Unicode.Scalar) -> Bool {
        switch letter {
        case "Y": return set(\.year, number(4, 0...9_999))
        case "m": return set(\.month, number(2, 1...12), less: 1)
        case "d", "e": return set(\.day, number(2, 1...31))
        case "H", "k": return set(\.hour, number(2, 0...23))
        case "I", "l": return set(\.hour, number(2, 1...12))
        case "M": return set(\.minute, number(2, 0...59))
        case "S":
            guard let second = number(2, 0...61) else { return false }
            moment.second = Double(second)
            return true
        case "y":
            guard let short = number(2, 0...99) else { return false }
            moment.year = short < 69 ? 2000 + short : 1900 + short
            return true
        case "j":
            dayOfYear = number(3, 1...366).map { $0 - 1 }
            return dayOfYear != nil
        case "B", "b", "h": return set(\.month, name(Moment.months))
        case "A", "a": return name(Moment.weekdays) != nil
        case "p", "P": return half()
        case "s":
            epoch = number(15, 0...(.max))
            return epoch != nil
        case "u", "w": return number(1, 0...7) != nil
        case "z": return zone()
        case "Z":
            while let next = text.first, next.properties.isAlphabetic { text.removeFirst() }
            return true
        case "n", "t":
            skipSpace()
            return true
        case "%": return text.popFirst() == "%"
        case "T": return fits("%H:%M:%S")
        case "R": return fits("%H:%M")
        case "D": return fits("%m/%d/%y")
        case "F": return fits("%Y-%m-%d")
        case "c": return fits("%a %b %e %H:%M:%S %Y")
        default: return false
        }
    }

    private mutating func half() -> Bool {
        guard let half = name(["AM ", "PM "].map { String($0.prefix(2)) }) else { return false }
        isAfternoon = half == 1
        return true
    }

    /// An offset is read and not applied, as in C.
    private mutating func zone() -> Bool {
        if text.first == "Z" {
            text.removeFirst()
            return true
        }
        guard let sign = text.popFirst(), sign == "+" || sign == "-", number(2, 0...23) != nil else { return false }
        if text.first == ":" { text.removeFirst() }
        return number(2, 0...59) != nil
    }
}
