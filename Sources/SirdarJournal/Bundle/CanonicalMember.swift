/// Finds a member of an entry's canonical form without parsing the rest: a verifier and a search look at one or two
/// members of each of a million entries.
package enum CanonicalMember {
    /// Where the value of the top-level member `name` is, with its quotation marks; `nil` when there is none.
    ///
    /// The bytes are canonical JSON, so members are in their order, and nothing is between them but commas.
    static func value(_ name: String, in bytes: UnsafeRawBufferPointer) -> Range<Int>? {
        var name = name
        return name.withUTF8 { name in
            let name = UnsafeRawBufferPointer(name)
            var index = 0
            guard skip(0x7B, bytes, &index) else { return nil }
            while index < bytes.count, bytes[index] == quote {
                let key = text(bytes, &index)
                guard skip(0x3A, bytes, &index) else { return nil }
                let start = index
                skipValue(bytes, &index)
                if bytes[key].elementsEqual(name) { return start..<index }
                if !bytes[key].lexicographicallyPrecedes(name) { return nil }
                guard skip(0x2C, bytes, &index) else { return nil }
            }
            return nil
        }
    }

    /// A text without escapes, which is what the members have that are looked for.
    package static func text(_ name: String, in bytes: [UInt8]) -> String? {
        bytes.withUnsafeBytes { bytes in
            value(name, in: bytes).flatMap { plainText(bytes, $0) }
        }
    }

    /// A text of an object that is a top-level member: `actor`, `object`.
    package static func text(_ name: String, of object: String, in bytes: [UInt8]) -> String? {
        bytes.withUnsafeBytes { bytes in
            guard let range = value(object, in: bytes) else { return nil }
            let inner = UnsafeRawBufferPointer(rebasing: bytes[range])
            return value(name, in: inner).flatMap { plainText(inner, $0) }
        }
    }

    static func plainText(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) -> String? {
        guard range.count >= 2, bytes[range.lowerBound] == quote else { return nil }
        return String(decoding: bytes[range.lowerBound + 1..<range.upperBound - 1], as: UTF8.self)
    }

    private static let quote: UInt8 = 0x22

    private static func skip(_ byte: UInt8, _ bytes: UnsafeRawBufferPointer, _ index: inout Int) -> Bool {
        guard index < bytes.count, bytes[index] == byte else { return false }
        index += 1
        return true
    }

    /// What is between the quotation marks; `index` is behind the second.
    private static func text(_ bytes: UnsafeRawBufferPointer, _ index: inout Int) -> Range<Int> {
        let start = index + 1
        index = start
        while index < bytes.count, bytes[index] != quote { index += bytes[index] == 0x5C ? 2 : 1 }
        index = min(index, bytes.count)
        defer { index = min(index + 1, bytes.count) }
        return start..<index
    }

    private static func skipValue(_ bytes: UnsafeRawBufferPointer, _ index: inout Int) {
        var depth = 0
        while index < bytes.count {
            switch bytes[index] {
            case quote: _ = text(bytes, &index)
            case 0x7B, 0x5B:
                depth += 1
                index += 1
            case 0x7D, 0x5D:
                if depth == 0 { return }
                depth -= 1
                index += 1
            case 0x2C where depth == 0: return
            default: index += 1
            }
            if depth == 0, index < bytes.count, bytes[index] == 0x2C || bytes[index] == 0x7D { return }
        }
    }
}
