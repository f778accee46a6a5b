import JSON

/// jq's order of all values: null, false, true, numbers, strings, arrays, objects.
enum Ordering {
    /// How deep jq compares, merges and follows paths.
    static let depthMax = 10_000

    /// Negative, zero or positive. Not-a-number comes before all numbers, itself included.
    static func compare(_ left: JSON, _ right: JSON, _ meter: inout Meter) throws(Failure) -> Int {
        try compare(left, right, 0, "Comparison too deep", &meter)
    }

    static func areEqual(_ left: JSON, _ right: JSON, _ meter: inout Meter) throws(Failure) -> Bool {
        try compare(left, right, 0, "Equality check too deep", &meter) == 0
    }

    static func areInOrder(_ left: JSON, _ right: JSON, _ meter: inout Meter) throws(Failure) -> Bool {
        try compare(left, right, &meter) < 0
    }

    private static func compare(
        _ left: JSON,
        _ right: JSON,
        _ depth: Int,
        _ tooDeep: String,
        _ meter: inout Meter
    ) throws(Failure) -> Int {
        guard depth <= depthMax else { throw .type(tooDeep) }
        try meter.charge(steps: 1)
        switch (left, right) {
        case (.number(let left), .number(let right)):
            if case .some = left.int, left == right { return 0 }
            if !left.isFinite, left.double.isNaN { return -1 }
            if !right.isFinite, right.double.isNaN { return 1 }
            return left == right ? 0 : left < right ? -1 : 1
        case (.string(let left), .string(let right)):
            return left.hasSameScalars(as: right) ? 0 : left.precedesByScalars(right) ? -1 : 1
        case (.array(let left), .array(let right)):
            for (one, other) in zip(left, right) {
                let order = try compare(one, other, depth + 1, tooDeep, &meter)
                if order != 0 { return order }
            }
            return left.count - right.count
        case (.object(let left), .object(let right)):
            return try compare(left, right, depth, tooDeep, &meter)
        default:
            return rank(left) - rank(right)
        }
    }

    /// By the sorted names first, then by the values in that order.
    private static func compare(
        _ left: JSON.Object,
        _ right: JSON.Object,
        _ depth: Int,
        _ tooDeep: String,
        _ meter: inout Meter
    ) throws(Failure) -> Int {
        let (left, right) = (left.sortedByKey, right.sortedByKey)
        for (one, other) in zip(left, right) where !one.key.hasSameScalars(as: other.key) {
            return one.key.precedesByScalars(other.key) ? -1 : 1
        }
        guard left.count == right.count else { return left.count - right.count }
        for (one, other) in zip(left, right) {
            let order = try compare(one.value, other.value, depth + 1, tooDeep, &meter)
            if order != 0 { return order }
        }
        return 0
    }

    private static func rank(_ value: JSON) -> Int {
        switch value {
        case .null: 0
        case .bool(false): 1
        case .bool(true): 2
        case .number: 3
        case .string: 4
        case .array: 5
        case .object: 6
        }
    }

    /// Sorts by keys, stably: equal keys keep their order. Returns places in the order of their keys.
    static func sortedPlaces(_ keys: [JSON], _ meter: inout Meter) throws(Failure) -> [Int] {
        var from = Array(keys.indices)
        var into = from
        var width = 1
        while width < keys.count {
            var start = 0
            while start < keys.count {
                let middle = min(start + width, keys.count)
                let end = min(start + 2 * width, keys.count)
                var (left, right) = (start, middle)
                for place in start..<end {
                    let takesRight: Bool
                    if left >= middle {
                        takesRight = true
                    } else if right >= end {
                        takesRight = false
                    } else {
                        takesRight = try compare(keys[from[right]], keys[from[left]], &meter) < 0
                    }
                    into[place] = takesRight ? from[right] : from[left]
                    if takesRight { right += 1 } else { left += 1 }
                }
                start = end
            }
            swap(&from, &into)
            width *= 2
        }
        return from
    }
}
