extension JSON {
    /// A number of JSON, exact.
    ///
    /// What a document says is what is kept: integers of any size, and decimals with all their digits, so that
    /// reading and writing a document never changes a number. A number made from a double stands for the shortest
    /// decimal that reads back as that double, which is also its text.
    ///
    /// Each value has one representation only (`1`, `1.0` and `10e-1` are the same), so equality and hash are
    /// structural.
    package struct Number: Sendable {
        enum Storage: Sendable {
            /// Every integer that `Int` can hold.
            case int(Int)
            /// Every other value that is the shortest decimal of a double.
            case double(Double)
            /// The rest: more digits than a double has, or a larger exponent.
            case decimal(Decimal)
        }

        let storage: Storage

        init(storage: Storage) {
            self.storage = storage
        }
    }
}

extension JSON.Number {
    package init(_ value: Int) {
        storage = .int(value)
    }

    /// - Precondition: `value` is finite; JSON has no other numbers.
    package init(_ value: Double) {
        precondition(value.isFinite, "a number of JSON is finite")
        self.init(unchecked: value)
    }

    /// A number that may be infinite or not a number, for a computation that goes on with such values inside.
    ///
    /// Whoever makes one must see to it that it leaves the computation as something else. Written as text, not-a-number
    /// is `null` and the infinities are the largest doubles, so that no document is ever malformed.
    package init(unchecked value: Double) {
        guard let integer = Self.integer(denotedBy: value) else {
            storage = .double(value)
            return
        }
        storage = .int(integer)
    }

    /// The integer that this number is; `nil` for a fraction or what `Int` cannot hold.
    package var int: Int? {
        if case .int(let value) = storage { value } else { nil }
    }

    /// The double nearest to this number; the largest of its sign for what lies beyond all doubles.
    package var double: Double {
        switch storage {
        case .int(let value): Double(value)
        case .double(let value): value
        case .decimal(let value): value.nearestDouble
        }
    }

    package var isNegative: Bool {
        switch storage {
        case .int(let value): value < 0
        case .double(let value): value < 0
        case .decimal(let value): value.isNegative
        }
    }

    package var isInteger: Bool {
        switch storage {
        case .int: true
        // All doubles this large are whole, and so are their shortest decimals.
        case .double(let value): value.isFinite && value.rounded(.towardZero) == value
        case .decimal(let value): value.exponent >= 0
        }
    }

    /// The same number with the other sign, exactly.
    package var negated: JSON.Number {
        switch storage {
        case .int(.min): JSON.Number(normalizing: decimal.negated)
        case .int(let value): JSON.Number(-value)
        case .double(let value): JSON.Number(unchecked: -value)
        case .decimal(let value): JSON.Number(normalizing: value.negated)
        }
    }

    /// Between these every integer is a double of its own.
    private static let exactMax = 9_007_199_254_740_992.0

    private static func integer(denotedBy value: Double) -> Int? {
        guard value.magnitude > exactMax else {
            return value.rounded(.towardZero) == value ? Int(value) : nil
        }
        guard value.magnitude < 9.3e18 else { return nil }
        return Decimal(shortestOf: value).integer
    }

    /// This number as digits and an exponent; must not be asked of what is not finite.
    var decimal: Decimal {
        switch storage {
        case .int(let value): Decimal(value)
        case .double(let value): Decimal(shortestOf: value)
        case .decimal(let value): value
        }
    }

    init(normalizing decimal: Decimal) {
        if let integer = decimal.integer {
            storage = .int(integer)
            return
        }
        let double = decimal.nearestDouble
        storage =
            double.isFinite && double != 0 && Decimal(shortestOf: double) == decimal
            ? .double(double) : .decimal(decimal)
    }
}

extension JSON.Number: Hashable, Comparable {
    package static func == (left: JSON.Number, right: JSON.Number) -> Bool {
        switch (left.storage, right.storage) {
        case (.int(let left), .int(let right)): left == right
        case (.double(let left), .double(let right)): left == right || (left.isNaN && right.isNaN)
        case (.decimal(let left), .decimal(let right)): left == right
        case (.int, _), (.double, _), (.decimal, _): false
        }
    }

    package func hash(into hasher: inout Hasher) {
        switch storage {
        case .int(let value): hasher.combine(value)
        case .double(let value): hasher.combine(value)
        case .decimal(let value): hasher.combine(value)
        }
    }

    /// The order of the values, exactly; not-a-number comes before all of them.
    package static func < (left: JSON.Number, right: JSON.Number) -> Bool {
        switch (left.storage, right.storage) {
        case (.int(let left), .int(let right)):
            return left < right
        case (.double(let left), .double(let right)):
            return left < right || (left.isNaN && !right.isNaN)
        // A double that is no `Int` is a fraction below 2^53 or lies beyond every `Int`: rounding changes no order.
        case (.int(let left), .double(let right)):
            return Double(left) < right
        case (.double(let left), .int(let right)):
            return left < Double(right) || left.isNaN
        case (.decimal(let left), _):
            guard right.isFinite else { return right.double == .infinity }
            return left < right.decimal
        case (_, .decimal(let right)):
            guard left.isFinite else { return left.double != .infinity }
            return left.decimal < right
        }
    }

    package var isFinite: Bool {
        if case .double(let value) = storage { value.isFinite } else { true }
    }
}

extension JSON.Number: ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral {
    package init(integerLiteral value: Int) {
        self.init(value)
    }

    package init(floatLiteral value: Double) {
        self.init(value)
    }
}
