import JSON

/// Arithmetic and comparison of values.
///
/// Integers are exact as far as `Int` goes (jq makes doubles of them); past that, and for fractions, numbers are
/// doubles.
enum Operators {
    static func combine(
        _ operation: BinaryOperator,
        _ left: JSON,
        _ right: JSON,
        _ meter: inout Meter
    ) throws(Failure) -> JSON {
        switch operation {
        case .add: try add(left, right, &meter)
        case .subtract: try subtract(left, right, &meter)
        case .multiply: try multiply(left, right, &meter)
        case .divide: try divide(left, right, &meter)
        case .remainder: try remainder(left, right, &meter)
        case .equal: .bool(try Ordering.areEqual(left, right, &meter))
        case .notEqual: .bool(try !Ordering.areEqual(left, right, &meter))
        case .less: .bool(try Ordering.compare(left, right, &meter) < 0)
        case .lessOrEqual: .bool(try Ordering.compare(left, right, &meter) <= 0)
        case .greater: .bool(try Ordering.compare(left, right, &meter) > 0)
        case .greaterOrEqual: .bool(try Ordering.compare(left, right, &meter) >= 0)
        }
    }

    private static func refuse(_ left: JSON, _ right: JSON, _ what: String) -> Failure {
        .type("\(Kinds.describe(left)) and \(Kinds.describe(right)) cannot be \(what)")
    }

    static func add(_ left: JSON, _ right: JSON, _ meter: inout Meter) throws(Failure) -> JSON {
        switch (left, right) {
        case (.null, _): return right
        case (_, .null): return left
        case (.number(let left), .number(let right)):
            if let left = left.int, let right = right.int {
                let (sum, overflow) = left.addingReportingOverflow(right)
                if !overflow { return .number(JSON.Number(sum)) }
            }
            return meter.number(left.double + right.double)
        case (.string(let left), .string(let right)):
            return try meter.string(left + right)
        case (.array(let left), .array(let right)):
            try meter.charge(elements: left.count + right.count)
            return .array(left + right)
        case (.object(var merged), .object(let right)):
            try meter.charge(elements: merged.count + right.count)
            for member in right { merged[member.key] = member.value }
            return .object(merged)
        default: throw refuse(left, right, "added")
        }
    }

    private static func subtract(_ left: JSON, _ right: JSON, _ meter: inout Meter) throws(Failure) -> JSON {
        switch (left, right) {
        case (.number(let left), .number(let right)):
            if let left = left.int, let right = right.int {
                let (difference, overflow) = left.subtractingReportingOverflow(right)
                if !overflow { return .number(JSON.Number(difference)) }
            }
            return meter.number(left.double - right.double)
        case (.array(let left), .array(let right)):
            try meter.charge(elements: left.count + right.count)
            let removed = Set(right)
            return .array(left.filter { !removed.contains($0) })
        default: throw refuse(left, right, "subtracted")
        }
    }

    private static func multiply(_ left: JSON, _ right: JSON, _ meter: inout Meter) throws(Failure) -> JSON {
        switch (left, right) {
        case (.number(let left), .number(let right)):
            if let left = left.int, let right = right.int {
                let (product, overflow) = left.multipliedReportingOverflow(by: right)
                if !overflow { return .number(JSON.Number(product)) }
            }
            return meter.number(left.double * right.double)
        case (.string(let text), .number(let count)), (.number(let count), .string(let text)):
            return try repeated(text, count.double, &meter)
        case (.object(let left), .object(let right)):
            return .object(try merge(left, right, 0, &meter))
        default: throw refuse(left, right, "multiplied")
        }
    }

    private static func repeated(_ text: String, _ count: Double, _ meter: inout Meter) throws(Failure) -> JSON {
        guard count >= 0 else { return .null }
        let bytes = Double(text.utf8.count)
        // jq's own limit: what its strings can hold.
        guard bytes * count <= Double(Int32.max) else { throw .type("Repeat string result too long") }
        let times = bytes == 0 ? 0 : Int(count)
        try meter.charge(text: text.utf8.count * times)
        return .string(String(repeating: text, count: times))
    }

    /// Members of both are merged in turn when they are objects.
    private static func merge(
        _ left: JSON.Object,
        _ right: JSON.Object,
        _ depth: Int,
        _ meter: inout Meter
    ) throws(Failure) -> JSON.Object {
        guard depth <= Ordering.depthMax else { throw .type("Object merge too deep") }
        try meter.charge(elements: left.count + right.count)
        var merged = left
        for member in right {
            if case .object(let inner) = member.value, case .object(let outer) = left[member.key] {
                merged[member.key] = .object(try merge(outer, inner, depth + 1, &meter))
            } else {
                merged[member.key] = member.value
            }
        }
        return merged
    }

    private static func divide(_ left: JSON, _ right: JSON, _ meter: inout Meter) throws(Failure) -> JSON {
        switch (left, right) {
        case (.number(let dividend), .number(let divisor)):
            guard divisor != 0 else { throw refuse(left, right, "divided because the divisor is zero") }
            if let dividend = dividend.int, let divisor = divisor.int {
                let (quotient, overflow) = dividend.dividedReportingOverflow(by: divisor)
                if !overflow, quotient * divisor == dividend { return .number(JSON.Number(quotient)) }
            }
            return meter.number(dividend.double / divisor.double)
        case (.string(let text), .string(let separator)):
            return try Strings.split(text, separator, &meter)
        default: throw refuse(left, right, "divided")
        }
    }

    private static func remainder(_ left: JSON, _ right: JSON, _ meter: inout Meter) throws(Failure) -> JSON {
        guard case .number(let dividend) = left, case .number(let divisor) = right else {
            throw refuse(left, right, "divided (remainder)")
        }
        guard !dividend.double.isNaN, !divisor.double.isNaN else { return meter.number(.nan) }
        let by = divisor.truncated
        guard by != 0 else { throw refuse(left, right, "divided (remainder) because the divisor is zero") }
        let whole = dividend.truncated
        // The sign is the dividend's; worked out on magnitudes, which never overflow.
        let rest = Int(whole.magnitude % by.magnitude)
        return .number(JSON.Number(whole < 0 ? -rest : rest))
    }
}

extension JSON.Number {
    /// The integer towards zero, or the largest of its sign; zero for not-a-number.
    var truncated: Int {
        if let int { return int }
        let value = double
        if value.isNaN { return 0 }
        if value >= 9.3e18 { return .max }
        if value <= -9.3e18 { return .min }
        return Int(exactly: value.rounded(.towardZero)) ?? (value < 0 ? .min : .max)
    }
}
