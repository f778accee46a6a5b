/// The identity of anything that Sirdar keeps: an instance, a task, a request, an image.
///
/// Inside it is a positive 63-bit integer that grows with time, so that tables and indexes keyed by it stay small
/// and are filled at their end. Outside it is a UUID version 7 (RFC 9562). The two are one and the same: of the
/// UUID's bits, 48 are the milliseconds since 1970, 12 count within the millisecond, 9 name the node, and the other
/// 53 are a checksum of these, so that a mistyped identifier is told from an unknown one.
package struct Identifier: Hashable, Comparable, Sendable {
    /// Milliseconds since 2020 (42 bits), counter (12 bits), node (9 bits), from the top.
    package let value: Int64

    /// 1 January 2020, in milliseconds since 1970: the 42 bits last until the year 2159.
    package static let origin: Int64 = 1_577_836_800_000
    package static let counterMax: Int64 = 0xFFF
    package static let nodeMax: Int64 = 0x1FF

    /// An identifier read back from where it was stored.
    package init(value: Int64) {
        precondition(value > 0, "an identifier is positive")
        self.value = value
    }

    /// Takes the parts; each must be in its range, and the time not before 2020.
    package init(milliseconds: Int64, counter: Int64, node: Int64) {
        let time = milliseconds - Self.origin
        precondition((0..<(1 << 42)).contains(time), "an identifier's time lies between 2020 and 2159")
        precondition((0...Self.counterMax).contains(counter) && (0...Self.nodeMax).contains(node))
        value = time << 21 | counter << 9 | node
    }

    /// When it was made.
    package var time: Timestamp { Timestamp(milliseconds: value >> 21 + Self.origin) }

    package static func < (left: Identifier, right: Identifier) -> Bool { left.value < right.value }

    /// The last 12 hexadecimal digits of the text: what the names of things outside end in.
    package var suffix: String { String(description.suffix(12)) }
}

extension Identifier: CustomStringConvertible, LosslessStringConvertible {
    package var description: String {
        let (high, low) = words
        return String(unsafeUninitializedCapacity: 36) { text in
            var place = 0
            for index in 0..<32 {
                if index == 8 || index == 12 || index == 16 || index == 20 {
                    text[place] = UInt8(ascii: "-")
                    place += 1
                }
                let word = index < 16 ? high : low
                let digit = UInt8(truncatingIfNeeded: word >> UInt64(60 - (index % 16) * 4) & 0xF)
                text[place] = digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
                place += 1
            }
            return place
        }
    }

    /// Reads the text form, in either case of letters. `nil` when it is not a UUID or its checksum is wrong.
    package init?(_ text: String) {
        var words: (UInt64, UInt64) = (0, 0)
        var count = 0
        guard text.utf8.count == 36 else { return nil }
        for (index, byte) in text.utf8.enumerated() {
            if index == 8 || index == 13 || index == 18 || index == 23 {
                guard byte == 0x2D else { return nil }
                continue
            }
            guard let digit = Character(UnicodeScalar(byte)).hexDigitValue else { return nil }
            if count < 16 { words.0 = words.0 << 4 | UInt64(digit) } else { words.1 = words.1 << 4 | UInt64(digit) }
            count += 1
        }
        let time = Int64(words.0 >> 16) - Self.origin
        guard (0..<(1 << 42)).contains(time) else { return nil }
        let candidate = time << 21 | Int64(words.0 & 0xFFF) << 9 | Int64(words.1 >> 53 & 0x1FF)
        guard candidate > 0, Identifier(value: candidate).words == words else { return nil }
        value = candidate
    }

    private var words: (UInt64, UInt64) {
        let time = UInt64(value >> 21 + Self.origin)
        let high = time << 16 | 0x7000 | UInt64(value >> 9 & 0xFFF)
        let low = 0x8000_0000_0000_0000 | UInt64(value & 0x1FF) << 53 | Mixer.mix(UInt64(value)) >> 11
        return (high, low)
    }
}

/// The finaliser of SplitMix64: spreads 64 bits over 64 bits. A checksum and a source of jitter, never a secret.
package enum Mixer {
    package static func mix(_ word: UInt64) -> UInt64 {
        var mixed = word &+ 0x9E37_79B9_7F4A_7C15
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
