import JSON

/// Builtins for dates and times, all in UTC: the clock and the zone of the machine are not for an expression.
enum Times {
    static let natives: [String: Native] = [
        "gmtime/0": Native(rise: .by(1)) { meter, input, _ throws(Failure) in
            guard case .number(let seconds) = input else { throw .type("gmtime() requires a number") }
            return try Moment(seconds: seconds.double, "gmtime").broken(&meter)
        },
        "mktime/0": Native(rise: .scalar) { meter, input, _ throws(Failure) in
            guard case .array = input else { throw .type("mktime requires array of 6 numbers") }
            return meter.number(try Moment(broken: input, "mktime").seconds.rounded(.down))
        },
        "strftime/1": Native(rise: .scalar) { meter, input, arguments throws(Failure) in
            let moment: Moment
            switch input {
            case .number(let seconds): moment = try Moment(seconds: seconds.double, "strftime/1")
            case .array: moment = try Moment(broken: input, "strftime/1")
            default: throw .type("strftime/1 requires parsed datetime inputs")
            }
            guard case .string(let format) = arguments[0] else { throw .type("strftime/1 requires a string format") }
            return try meter.string(moment.text(format))
        },
        "strptime/1": Native(rise: .by(1)) { meter, input, arguments throws(Failure) in
            guard case .string(let text) = input else {
                throw .type("strptime/1 requires string inputs and arguments")
            }
            guard case .string(let format) = arguments[0] else {
                throw .type("strptime/1 requires string inputs and arguments")
            }
            var reader = MomentReader(text)
            guard let moment = reader.read(format) else {
                throw .type("date \"\(text)\" does not match format \"\(format)\"")
            }
            return try moment.broken(&meter)
        },
    ]
}

/// A moment of the Gregorian calendar, in UTC.
struct Moment {
    var year = 1900
    /// From 0.
    var month = 0
    /// From 1; 0 as long as nobody has said.
    var day = 0
    var hour = 0
    var minute = 0
    var second = 0.0

    static let weekdays = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]
    static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]

    init() {}

    init(seconds: Double, _ name: String) throws(Failure) {
        // About a hundred million years either way; beyond that a calendar says nothing.
        guard seconds.isFinite, seconds.magnitude < 3e15 else { throw .type("\(name): invalid time") }
        let whole = Int(seconds.rounded(.down))
        let days = whole.flooredQuotient(by: 86_400)
        let rest = whole - days * 86_400
        (year, month, day) = Self.civil(days)
        hour = rest / 3_600
        minute = rest / 60 % 60
        second = Double(rest % 60) + (seconds - seconds.rounded(.down))
    }

    /// From `[year, month, day, hours, minutes, seconds, …]`; what is missing is what C has there: 1900, or zero.
    init(broken value: JSON, _ name: String) throws(Failure) {
        var fields: [Double] = []
        for field in value.asArray ?? [] {
            guard case .number(let number) = field, number.double.magnitude < 1e12 else {
                throw .type("\(name) requires parsed datetime inputs")
            }
            fields.append(number.double)
        }
        func field(_ place: Int, _ otherwise: Double = 0) -> Double { place < fields.count ? fields[place] : otherwise }
        let (months, days) = (Int(field(1)), Int(field(2)))
        let monthStart = Self.days(
            Int(field(0, 1_900)) + months.flooredQuotient(by: 12),
            months.flooredRemainder(by: 12),
            1
        )
        let time = Double(Int(field(3))) * 3_600 + Double(Int(field(4))) * 60 + field(5)
        try self.init(seconds: Double(monthStart + days - 1) * 86_400 + time, name)
    }

    var dayNumber: Int { Self.days(year, month, max(day, 1)) }
    var seconds: Double { Double(dayNumber * 86_400 + hour * 3_600 + minute * 60) + second }
    var weekday: Int { (dayNumber + 4).flooredRemainder(by: 7) }
    var dayOfYear: Int { dayNumber - Self.days(year, 0, 1) }

    func broken(_ meter: inout Meter) throws(Failure) -> JSON {
        let fields = [year, month, max(day, 1), hour, minute].map { JSON.number(JSON.Number($0)) }
        let last = [weekday, dayOfYear].map { JSON.number(JSON.Number($0)) }
        try meter.charge(elements: 8)
        return .array(fields + [meter.number(second)] + last)
    }

    /// Days since 1970 of a date; eras of 400 years are all alike, and years that begin in March end with the leap day.
    static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let shifted = month < 2 ? year - 1 : year
        let era = shifted.flooredQuotient(by: 400)
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * ((month + 10) % 12) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    static func civil(_ days: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = days + 719_468
        let era = shifted.flooredQuotient(by: 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let march = (5 * dayOfYear + 2) / 153
        let month = (march + 2) % 12
        return (yearOfEra + era * 400 + (month < 2 ? 1 : 0), month, dayOfYear - (153 * march + 2) / 5 + 1)
    }
}

extension Int {
    func flooredQuotient(by divisor: Int) -> Int {
        let (quotient, rest) = quotientAndRemainder(dividingBy: divisor)
        return rest < 0 ? quotient - 1 : quotient
    }

    func flooredRemainder(by divisor: Int) -> Int {
        self - flooredQuotient(by: divisor) * divisor
    }
}
