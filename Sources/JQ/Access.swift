import JSON

/// Looking into values, and changing what lies in them.
enum Access {
    static func index(_ value: JSON, _ key: JSON) throws(Failure) -> JSON {
        switch (value, key) {
        case (.object(let members), .string(let name)): return members[name] ?? .null
        case (.array(let elements), .number(let number)):
            guard let place = place(number, in: elements.count), elements.indices.contains(place) else { return .null }
            return elements[place]
        case (.array(let elements), .object(let slice)):
            return .array(Array(elements[try range(slice, elements.count)]))
        case (.string(let text), .object(let slice)):
            let scalars = Array(text.unicodeScalars)
            return .string(String(String.UnicodeScalarView(scalars[try range(slice, scalars.count)])))
        case (.array(let elements), .array(let wanted)): return indices(elements, wanted)
        case (.null, .string), (.null, .number), (.null, .object): return .null
        default:
            throw .type("Cannot index \(Kinds.name(value)) with \(Kinds.describe(key))")
        }
    }

    /// The place that a number means, negative ones from the end; `nil` for not-a-number and far outside.
    private static func place(_ number: JSON.Number, in count: Int) -> Int? {
        guard number.isFinite || !number.double.isNaN else { return nil }
        let index = number.truncated
        return index < 0 ? (index < -count ? nil : index + count) : index
    }

    /// Where the elements `wanted` begin, one after the other.
    static func indices(_ elements: [JSON], _ wanted: [JSON]) -> JSON {
        guard !wanted.isEmpty, wanted.count <= elements.count else { return .array([]) }
        var found: [JSON] = []
        for start in 0...(elements.count - wanted.count)
        where zip(elements[start...], wanted).allSatisfy({ $0 == $1 }) {
            found.append(.number(JSON.Number(start)))
        }
        return .array(found)
    }

    /// What `{"start": …, "end": …}` means in a sequence of that length: rounded outwards, clamped.
    private static func range(_ slice: JSON.Object, _ count: Int) throws(Failure) -> Range<Int> {
        func bound(_ name: String, _ otherwise: Double) throws(Failure) -> Double {
            switch slice[name] {
            case .null, nil: return otherwise
            case .number(let number):
                let value = number.double
                if value.isNaN { return otherwise }
                return min(max(value < 0 ? value + Double(count) : value, 0), Double(count))
            default: throw .type("Start and end indices of an array slice must be numbers")
            }
        }
        guard slice.keys.allSatisfy({ $0 == "start" || $0 == "end" }), !slice.isEmpty else {
            throw .type("Start and end indices of an array slice must be numbers")
        }
        let start = Int(try bound("start", 0).rounded(.down))
        let end = Int(try bound("end", Double(count)).rounded(.up))
        return start..<max(start, end)
    }

    // MARK: Paths

    static func get(_ value: JSON, _ path: [JSON]) throws(Failure) -> JSON {
        guard path.count <= Ordering.depthMax else { throw .type("Path too deep") }
        var value = value
        for key in path {
            value = try index(value, key)
        }
        return value
    }

    /// Puts a value at a path, making what is missing on the way.
    ///
    /// Each container is taken out of the one around it while it is changed, so that nothing is copied that only this
    /// value holds.
    static func set(_ root: inout JSON, _ path: [JSON], _ value: JSON, _ meter: inout Meter) throws(Failure) {
        guard path.count <= Ordering.depthMax else { throw .type("Path too deep") }
        try meter.charge(steps: path.count)
        var containers: [JSON] = []
        containers.reserveCapacity(path.count)
        for key in path {
            let inner = try take(key, outOf: &root)
            containers.append(root)
            root = inner
        }
        root = value
        for key in path.reversed() {
            guard var container = containers.popLast() else { break }
            try put(root, at: key, into: &container, &meter)
            root = container
        }
    }

    private static func take(_ key: JSON, outOf container: inout JSON) throws(Failure) -> JSON {
        let inner = try index(container, key)
        switch key {
        case .string(let name):
            guard case .object(var members) = container else { break }
            // Now `members` alone holds what it holds, and is changed where it lies.
            container = .null
            _ = members.update(name) { $0 = .null }
            container = .object(members)
        case .number(let number):
            guard case .array(var elements) = container, let place = place(number, in: elements.count),
                elements.indices.contains(place)
            else { break }
            container = .null
            elements[place] = .null
            container = .array(elements)
        default: break
        }
        return inner
    }

    private static let indexMax = 536_870_911

    private static func put(
        _ value: JSON,
        at key: JSON,
        into container: inout JSON,
        _ meter: inout Meter
    ) throws(Failure) {
        if case .string(let name) = key, case .object(var members) = container {
            container = .null
            members[name] = value
            container = .object(members)
            return
        }
        if case .number(let number) = key, case .array(var elements) = container {
            container = .null
            try put(value, at: number, into: &elements, &meter)
            container = .array(elements)
            return
        }
        switch (container, key) {
        case (.null, .string(let name)):
            container = .object([name: value])
        case (.null, .number(let number)):
            var elements: [JSON] = []
            try put(value, at: number, into: &elements, &meter)
            container = .array(elements)
        case (.array, .object(let slice)), (.null, .object(let slice)):
            var elements = container.asArray ?? []
            guard case .array(let replacement) = value else {
                throw .type("A slice of an array can only be assigned another array")
            }
            let range = try range(slice, elements.count)
            try meter.charge(elements: elements.count + replacement.count)
            elements.replaceSubrange(range, with: replacement)
            container = .array(elements)
        case (.string, .object): throw .type("Cannot update string slices")
        default:
            throw .type("Cannot update field at \(Kinds.name(key)) index of \(Kinds.name(container))")
        }
    }

    private static func put(
        _ value: JSON,
        at number: JSON.Number,
        into elements: inout [JSON],
        _ meter: inout Meter
    ) throws(Failure) {
        guard number.isFinite || !number.double.isNaN else { throw .type("Cannot set array element at NaN index") }
        guard let place = place(number, in: elements.count) else { throw .type("Out of bounds negative array index") }
        guard place <= indexMax else { throw .type("Array index too large") }
        if place >= elements.count {
            try meter.charge(elements: place + 1 - elements.count)
            elements.append(contentsOf: repeatElement(.null, count: place + 1 - elements.count))
        }
        elements[place] = value
    }

    // MARK: Deleting

    /// Deletes all these paths, as if at once.
    static func delete(_ value: JSON, _ paths: [JSON], _ meter: inout Meter) throws(Failure) -> JSON {
        var value = value
        let order = try Ordering.sortedPlaces(paths, &meter)
        // From the last to the first, so that what goes does not move what is still to go; those of one parent
        // together.
        var place = order.count - 1
        while place >= 0 {
            guard case .array(let path) = paths[order[place]] else { throw .type("Path must be specified as an array") }
            guard path.count <= Ordering.depthMax else { throw .type("Path too deep") }
            guard let last = path.last else { return .null }
            var keys = [last]
            place -= 1
            while place >= 0, case .array(let other) = paths[order[place]], other.count == path.count,
                other.dropLast().elementsEqual(path.dropLast()), let key = other.last
            {
                keys.append(key)
                place -= 1
            }
            let parent = Array(path.dropLast())
            let container = try get(value, parent)
            if case .null = container { continue }
            try set(&value, parent, try delete(keys, from: container, &meter), &meter)
        }
        return value
    }

    private static func delete(_ keys: [JSON], from container: JSON, _ meter: inout Meter) throws(Failure) -> JSON {
        switch container {
        case .array(let elements):
            var isDeleted = Array(repeating: false, count: elements.count)
            for key in keys {
                switch key {
                case .number(let number):
                    if let place = place(number, in: elements.count), elements.indices.contains(place) {
                        isDeleted[place] = true
                    }
                case .object(let slice):
                    for place in try range(slice, elements.count) { isDeleted[place] = true }
                default:
                    throw .type("Cannot delete \(Kinds.name(key)) element of array")
                }
            }
            try meter.charge(elements: elements.count)
            return .array(zip(elements, isDeleted).filter { !$0.1 }.map(\.0))
        case .object(var members):
            for key in keys {
                guard case .string(let name) = key else {
                    throw .type("Cannot delete \(Kinds.name(key)) field of object")
                }
                members.removeValue(forKey: name)
            }
            try meter.charge(elements: members.count)
            return .object(members)
        default:
            throw .type("Cannot delete fields from \(Kinds.name(container))")
        }
    }
}
