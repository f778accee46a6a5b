/// The values that were used last, up to a number: what comes on top of it drives out what came first.
struct Recent<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private let countMax: Int
    private var values: [Key: Value] = [:]
    /// In the order of their coming, for eviction; keys that were removed are left behind until the next sweep.
    private var order: [Key] = []
    private var oldest = 0

    init(max countMax: Int) { self.countMax = countMax }

    subscript(key: Key) -> Value? { values[key] }

    mutating func keep(_ value: Value, for key: Key) {
        if values.updateValue(value, forKey: key) == nil { order.append(key) }
        while values.count > countMax, oldest < order.count {
            values[order[oldest]] = nil
            oldest += 1
        }
        if oldest > countMax || order.count - oldest > 4 * countMax {
            order = order[oldest...].filter { values[$0] != nil }
            oldest = 0
        }
    }

    mutating func forget(_ key: Key) { values[key] = nil }
}
