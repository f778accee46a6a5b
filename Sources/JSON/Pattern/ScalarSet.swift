/// A set of Unicode scalars: what one place of a pattern accepts.
struct ScalarSet: Sendable {
    private var ranges: [ClosedRange<UInt32>] = []
    private var properties: [(property: ScalarProperty, isNegated: Bool)] = []
    private var subsets: [ScalarSet] = []
    private var intersections: [ScalarSet] = []
    private var isNegated = false
    private var ignoresCase = false
    /// The answers for ASCII, worked out once by `sealed`.
    private var ascii: (low: UInt64, high: UInt64) = (0, 0)
    private var isSealed = false

    init() {}

    init(_ ranges: ClosedRange<UInt32>...) {
        self.ranges = ranges
    }

    init(_ scalar: Unicode.Scalar) {
        ranges = [scalar.value...scalar.value]
    }

    init(_ property: ScalarProperty, isNegated: Bool = false) {
        properties = [(property, isNegated)]
    }

    mutating func insert(_ range: ClosedRange<UInt32>) {
        ranges.append(range)
    }

    mutating func insert(_ set: ScalarSet) {
        subsets.append(set)
    }

    mutating func intersect(_ set: ScalarSet) {
        intersections.append(set)
    }

    func negated(_ negate: Bool = true) -> ScalarSet {
        guard negate else { return self }
        var copy = self
        copy.isNegated.toggle()
        return copy
    }

    /// The only scalar of this set, when that is plain.
    var onlyScalar: UInt32? {
        guard ranges.count == 1, let range = ranges.first, range.count == 1, properties.isEmpty, subsets.isEmpty,
            intersections.isEmpty, !isNegated, !ignoresCase
        else { return nil }
        return range.lowerBound
    }

    /// The set as it is used for matching.
    func sealed(ignoringCase: Bool) -> ScalarSet {
        var copy = self
        copy.ignoresCase = ignoringCase
        for value in 0..<UInt32(64) {
            if copy.search(value) { copy.ascii.low |= 1 << value }
            if copy.search(value + 64) { copy.ascii.high |= 1 << value }
        }
        copy.isSealed = true
        return copy
    }

    func contains(_ value: UInt32) -> Bool {
        guard isSealed else { return search(value) }
        if value < 64 { return ascii.low >> value & 1 == 1 }
        if value < 128 { return ascii.high >> (value - 64) & 1 == 1 }
        return search(value)
    }

    private func search(_ value: UInt32) -> Bool {
        var isMember = has(value)
        if ignoresCase, !isMember {
            isMember = has(CaseFolding.lower(value)) || has(CaseFolding.upper(value))
        }
        return isMember != isNegated
    }

    private func has(_ value: UInt32) -> Bool {
        let isListed =
            ranges.contains { $0.contains(value) }
            || properties.contains { $0.property.holds(for: value) != $0.isNegated }
            || subsets.contains { $0.contains(value) }
        return isListed && intersections.allSatisfy { $0.contains(value) }
    }

    static let any = ScalarSet(0...0x10FFFF)
    static let lineFeed = ScalarSet("\n")
    /// ECMAScript's LineTerminator.
    static let lineTerminators = ScalarSet(0x0A...0x0A, 0x0D...0x0D, 0x2028...0x2029)
    static let asciiDigits = ScalarSet(0x30...0x39)
    static let asciiWord = ScalarSet(0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A)
    /// ECMAScript's WhiteSpace and LineTerminator.
    static let ecmaSpace = ScalarSet(
        0x09...0x0D,
        0x20...0x20,
        0xA0...0xA0,
        0x1680...0x1680,
        0x2000...0x200A,
        0x2028...0x2029,
        0x202F...0x202F,
        0x205F...0x205F,
        0x3000...0x3000,
        0xFEFF...0xFEFF
    )
}

/// Upper and lower case of single scalars, by Unicode's simple mappings.
enum CaseFolding {
    static func lower(_ value: UInt32) -> UInt32 {
        if value < 128 { return value &- 0x41 < 26 ? value + 32 : value }
        return Unicode.Scalar(value).map { single($0.properties.lowercaseMapping, else: value) } ?? value
    }

    static func upper(_ value: UInt32) -> UInt32 {
        if value < 128 { return value &- 0x61 < 26 ? value - 32 : value }
        return Unicode.Scalar(value).map { single($0.properties.uppercaseMapping, else: value) } ?? value
    }

    private static func single(_ mapping: String, else value: UInt32) -> UInt32 {
        let scalars = mapping.unicodeScalars
        guard let first = scalars.first, scalars.count == 1 else { return value }
        return first.value
    }
}
