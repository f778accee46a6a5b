import JSON

/// Builtins for arrays.
enum Sequences {
    static let natives: [String: Native] = [
        "add/0": Native(rise: .by(0), run: add),
        "sort/0": Native(rise: .by(0), run: sort),
        "_sort_by/1": Native(rise: .by(0), run: sortBy),
        "_group_by/1": Native(rise: .by(1), run: groupBy),
        "_unique_by/1": Native(rise: .by(0), run: uniqueBy),
        "unique/0": Native(rise: .by(0)) { (meter: inout Meter, input: JSON, _: [JSON]) throws(Failure) -> JSON in
            _ = try elements(input, orFail: "sorted")
            return try uniqueBy(&meter, input, [input])
        },
        "min/0": Native(rise: .by(0)) { (meter: inout Meter, input: JSON, _: [JSON]) throws(Failure) -> JSON in
            try extreme(&meter, input, input, isMax: false)
        },
        "max/0": Native(rise: .by(0)) { (meter: inout Meter, input: JSON, _: [JSON]) throws(Failure) -> JSON in
            try extreme(&meter, input, input, isMax: true)
        },
        "_min_by/1": Native(rise: .by(0)) { (meter: inout Meter, input: JSON, keys: [JSON]) throws(Failure) -> JSON in
            try extreme(&meter, input, keys[0], isMax: false)
        },
        "_max_by/1": Native(rise: .by(0)) { (meter: inout Meter, input: JSON, keys: [JSON]) throws(Failure) -> JSON in
            try extreme(&meter, input, keys[0], isMax: true)
        },
        "reverse/0": Native(rise: .by(0), run: reverse),
        "flatten/0": Native(rise: .by(0)) { (meter: inout Meter, input: JSON, _: [JSON]) throws(Failure) -> JSON in
            try flatten(&meter, input, levels: .infinity)
        },
        "flatten/1": Native(rise: .by(0)) { (meter: inout Meter, input: JSON, levels: [JSON]) throws(Failure) -> JSON in
            guard case .number(let levels) = levels[0] else { throw .type("flatten depth must not be negative") }
            guard levels.double >= 0 else { throw .type("flatten depth must not be negative") }
            return try flatten(&meter, input, levels: levels.double)
        },
        "bsearch/1": Native(rise: .scalar, run: search),
        "join/1": Native(rise: .scalar, run: join),
    ]

    private static func elements(_ input: JSON, orFail what: String) throws(Failure) -> [JSON] {
        guard case .array(let elements) = input else {
            throw .type("\(Kinds.describe(input)) cannot be \(what), as it is not an array")
        }
        return elements
    }

    private static func elements(_ input: JSON, sortedBy keys: JSON) throws(Failure) -> [JSON] {
        guard case .array(let elements) = input else {
            let both = "\(Kinds.describe(input)) and \(Kinds.describe(keys))"
            throw .type("\(both) cannot be sorted, as they are not both arrays")
        }
        return elements
    }

    private static func add(_ meter: inout Meter, _ input: JSON, _: [JSON]) throws(Failure) -> JSON {
        let terms: [JSON]
        switch input {
        case .array(let elements): terms = elements
        case .object(let members): terms = members.values
        default: throw .type("Cannot iterate over \(Kinds.describe(input))")
        }
        // Texts and lists grow in one piece, so that a long sum costs its length and not its square.
        if let text = try addedTexts(terms, &meter) { return text }
        if let list = try addedLists(terms, &meter) { return list }
        var sum = JSON.null
        for term in terms {
            try meter.charge(steps: 1)
            sum = try Operators.add(sum, term, &meter)
        }
        return sum
    }

    private static func addedTexts(_ terms: [JSON], _ meter: inout Meter) throws(Failure) -> JSON? {
        guard terms.count > 2 else { return nil }
        var sum = ""
        for term in terms {
            guard case .string(let text) = term else { return nil }
            sum += text
        }
        try meter.charge(steps: terms.count)
        return try meter.string(sum)
    }

    private static func addedLists(_ terms: [JSON], _ meter: inout Meter) throws(Failure) -> JSON? {
        guard terms.count > 2 else { return nil }
        var sum: [JSON] = []
        for term in terms {
            guard case .array(let elements) = term else { return nil }
            sum += elements
        }
        try meter.charge(elements: terms.count + sum.count)
        return .array(sum)
    }

    // MARK: Order

    private static func sort(_ meter: inout Meter, _ input: JSON, _: [JSON]) throws(Failure) -> JSON {
        let elements = try elements(input, orFail: "sorted")
        return .array(try Ordering.sortedPlaces(elements, &meter).map { elements[$0] })
    }

    private static func sortBy(_ meter: inout Meter, _ input: JSON, _ keys: [JSON]) throws(Failure) -> JSON {
        let elements = try elements(input, sortedBy: keys[0])
        return .array(try Ordering.sortedPlaces(keys[0].asArray ?? [], &meter).map { elements[$0] })
    }

    /// Places of equal keys together, in the order of the keys.
    private static func groups(_ keys: [JSON], _ meter: inout Meter) throws(Failure) -> [[Int]] {
        var groups: [[Int]] = []
        for place in try Ordering.sortedPlaces(keys, &meter) {
            if let first = groups.last?.first, try Ordering.compare(keys[first], keys[place], &meter) == 0 {
                groups[groups.count - 1].append(place)
            } else {
                groups.append([place])
            }
        }
        return groups
    }

    private static func groupBy(_ meter: inout Meter, _ input: JSON, _ keys: [JSON]) throws(Failure) -> JSON {
        let elements = try elements(input, sortedBy: keys[0])
        return .array(try groups(keys[0].asArray ?? [], &meter).map { .array($0.map { elements[$0] }) })
    }

    private static func uniqueBy(_ meter: inout Meter, _ input: JSON, _ keys: [JSON]) throws(Failure) -> JSON {
        let elements = try elements(input, sortedBy: keys[0])
        return .array(try groups(keys[0].asArray ?? [], &meter).compactMap { $0.first.map { elements[$0] } })
    }

    /// Of equal ones the first minimum and the last maximum, as jq has it.
    private static func extreme(
        _ meter: inout Meter,
        _ input: JSON,
        _ keys: JSON,
        isMax: Bool
    ) throws(Failure) -> JSON {
        guard case .array(let elements) = input, case .array(let keys) = keys else {
            throw .type("\(Kinds.describe(input)) and \(Kinds.describe(keys)) cannot be iterated over")
        }
        guard var best = elements.indices.first else { return .null }
        for place in elements.indices.dropFirst() {
            let order = try Ordering.compare(keys[place], keys[best], &meter)
            if isMax ? order >= 0 : order < 0 { best = place }
        }
        return elements[best]
    }

    // MARK: Shape

    private static func reverse(_ meter: inout Meter, _ input: JSON, _: [JSON]) throws(Failure) -> JSON {
        switch input {
        case .null: return .array([])
        case .string(let text):
            return try meter.string(String(String.UnicodeScalarView(text.unicodeScalars.reversed())))
        case .array(let elements):
            try meter.charge(elements: elements.count)
            return .array(elements.reversed())
        case .object(let members) where members.isEmpty: return .array([])
        case .number(0): return .array([])
        case .bool: throw .type("\(Kinds.describe(input)) has no length")
        case .number(let number):
            // jq counts down from a number's size, and finds that it has no elements.
            let last = JSON.Number(number.double.magnitude - 1)
            throw .type("Cannot index number with number (\(last))")
        case .object(let members): throw .type("Cannot index object with number (\(members.count - 1))")
        }
    }

    private static func flatten(_ meter: inout Meter, _ input: JSON, levels: Double) throws(Failure) -> JSON {
        var flat: [JSON] = []
        // Waiting arrays lie in a list of ours: values may be deeper than the stack of calls.
        var waiting: [(elements: [JSON], place: Int)] = []
        switch input {
        case .array(let elements): waiting = [(elements, 0)]
        case .object(let members): waiting = [(members.values, 0)]
        default: throw .type("Cannot iterate over \(Kinds.describe(input))")
        }
        while let (elements, place) = waiting.popLast() {
            guard place < elements.count else { continue }
            try meter.charge(steps: 1)
            waiting.append((elements, place + 1))
            if case .array(let inner) = elements[place], Double(waiting.count) <= levels {
                waiting.append((inner, 0))
            } else {
                flat.append(elements[place])
            }
        }
        try meter.charge(elements: flat.count)
        return .array(flat)
    }

    /// The place of a value in a sorted array, or where it would go, as `-1 - place`.
    private static func search(_ meter: inout Meter, _ input: JSON, _ arguments: [JSON]) throws(Failure) -> JSON {
        guard case .array(let elements) = input else {
            throw .type("\(Kinds.describe(input)) cannot be searched from")
        }
        var (low, high) = (0, elements.count)
        while low < high {
            let middle = (low + high) / 2
            let order = try Ordering.compare(elements[middle], arguments[0], &meter)
            if order == 0 { return .number(JSON.Number(middle)) }
            if order < 0 { low = middle + 1 } else { high = middle }
        }
        return .number(JSON.Number(-1 - low))
    }

    private static func join(_ meter: inout Meter, _ input: JSON, _ arguments: [JSON]) throws(Failure) -> JSON {
        let separator = arguments[0]
        let parts: [JSON]
        switch input {
        case .array(let elements): parts = elements
        case .object(let members): parts = members.values
        default: throw .type("Cannot iterate over \(Kinds.describe(input))")
        }
        var text = ""
        for (place, part) in parts.enumerated() {
            if place > 0 {
                switch separator {
                case .string(let between): text += between
                case .null: break
                default: _ = try Operators.add(.string(text), separator, &meter)
                }
            }
            switch part {
            case .null: break
            case .bool, .number: text += part.text
            case .string(let piece): text += piece
            case .array, .object: _ = try Operators.add(.string(text), part, &meter)
            }
            try meter.charge(text: text.utf8.count / 16)
        }
        return try meter.string(text)
    }
}
