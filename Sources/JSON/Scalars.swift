/// Strings as JSON sees them: sequences of Unicode scalars, never of user-perceived characters.
extension String {
    /// Whether both are the same scalars; `==` asks for canonical equivalence, which is another question.
    package func hasSameScalars(as other: String) -> Bool {
        guard utf8.count == other.utf8.count else { return false }
        let fast = withUnsafeBytes(other) { left, right in
            for index in 0..<left.count where left[index] != right[index] { return false }
            return true
        }
        return fast ?? utf8.elementsEqual(other.utf8)
    }

    /// Whether this comes before `other` in the order of scalar values, which is the order of UTF-8 bytes too.
    package func precedesByScalars(_ other: String) -> Bool {
        let fast = withUnsafeBytes(other) { left, right in
            for index in 0..<Swift.min(left.count, right.count) where left[index] != right[index] {
                return left[index] < right[index]
            }
            return left.count < right.count
        }
        return fast ?? utf8.lexicographicallyPrecedes(other.utf8)
    }

    /// Whether this comes before `other` in the order of UTF-16 units, as RFC 8785 sorts names.
    ///
    /// That is the order of the UTF-8 bytes, but for scalars beyond the 16th bit against those from U+E000 on.
    func precedesByUTF16(_ other: String) -> Bool {
        let fast = withUnsafeBytes(other) { left, right -> Bool? in
            for index in 0..<Swift.min(left.count, right.count) where left[index] != right[index] {
                return Swift.min(left[index], right[index]) < 0xEE ? left[index] < right[index] : nil
            }
            return left.count < right.count
        }
        return (fast ?? nil) ?? utf16.lexicographicallyPrecedes(other.utf16)
    }

    func hashScalars(into hasher: inout Hasher) {
        let done: Void? = utf8.withContiguousStorageIfAvailable { bytes in
            hasher.combine(bytes.count)
            hasher.combine(bytes: UnsafeRawBufferPointer(bytes))
        }
        if done == nil { hasher.combine(Array(utf8)) }
    }

    private func withUnsafeBytes<Answer>(
        _ other: String,
        _ body: (UnsafeBufferPointer<UInt8>, UnsafeBufferPointer<UInt8>) -> Answer
    ) -> Answer? {
        let answer = utf8.withContiguousStorageIfAvailable { left in
            other.utf8.withContiguousStorageIfAvailable { right in body(left, right) }
        }
        return answer ?? nil
    }
}

/// A string as the key of a dictionary, told from others by its scalars.
struct ScalarKey: Hashable {
    let text: String

    static func == (left: ScalarKey, right: ScalarKey) -> Bool {
        left.text.hasSameScalars(as: right.text)
    }

    func hash(into hasher: inout Hasher) {
        text.hashScalars(into: &hasher)
    }
}
