package import SirdarImages

/// Needles made ready for searching bytes. Pure: it knows nothing of disks.
///
/// Addresses are not compared as text: everything in the bytes that reads as an address is parsed and compared by
/// value, so that no spelling escapes and 10.42.0.2 is never found in 10.42.0.20. Names and paths are searched in
/// lower case, in UTF-8 and in UTF-16LE, and count only between word boundaries.
package struct TraceMatcher: Sendable {
    package static let needlesMax = 200

    package let needles: [TraceNeedle]
    let words: [WordPattern]
    let addresses: AddressSet

    /// Refuses a needle that is no address, no network, or too short to mean anything.
    package init(_ needles: [TraceNeedle]) throws(CloudError) {
        guard needles.count <= Self.needlesMax else {
            throw CloudError(.invalid, "At most \(Self.needlesMax) things can be searched for at once.")
        }
        self.needles = needles
        var words: [WordPattern] = []
        var addresses = AddressSet()
        for (index, needle) in needles.enumerated() {
            switch needle {
            case .address(let text): try addresses.insert(address: text, needle: index)
            case .network(let text): try addresses.insert(network: text, needle: index)
            case .host, .path, .word: words += try WordPattern.all(for: needle, index)
            }
        }
        self.words = words
        self.addresses = addresses
    }

    /// The needles found in a short text, such as a file's name, each once, in their order.
    package func needles(in text: String) -> [TraceNeedle] {
        var stream = TraceStream(self, readsLines: false)
        Array(text.utf8).withUnsafeBytes { stream.feed($0, at: 0) }
        stream.finish()
        let found = Set(stream.matches.map(\.needle))
        return needles.indices.filter(found.contains).map { needles[$0] }
    }
}

/// One spelling of a name or a path, in one encoding.
struct WordPattern: Sendable {
    private static let lettersMin = 3

    let needle: Int
    /// In lower case.
    let bytes: [UInt8]
    /// Bytes a character: 1 in UTF-8, 2 in UTF-16LE.
    let width: Int
    /// Hyphens and underscores belong to the word, as in a host's name.
    let joinsHyphens: Bool

    static func all(for needle: TraceNeedle, _ index: Int) throws(CloudError) -> [WordPattern] {
        let text = needle.text.lowercased()
        guard text.utf8.count >= lettersMin, text.utf8.count <= 256 else {
            throw CloudError(.invalid, "“\(needle.text)” is too short or too long to search for: 3 to 256 characters.")
        }
        return spellings(of: needle, text).flatMap { spelling in
            let joins = if case .word = needle { false } else { true }
            let narrow = Array(spelling.utf8)
            let wide = spelling.utf16.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] }
            return [
                WordPattern(needle: index, bytes: narrow, width: 1, joinsHyphens: joins),
                WordPattern(needle: index, bytes: wide, width: 2, joinsHyphens: joins),
            ]
        }
    }

    /// A path with slashes, with backslashes, and with backslashes doubled, as programs write them into settings. A
    /// share is looked for without what stands before its host, so that `smb://filer/projects` is found as well.
    private static func spellings(of needle: TraceNeedle, _ text: String) -> [String] {
        guard case .path = needle else { return [text] }
        let parts = text.split { $0 == "/" || $0 == "\\" }
        let isShare = text.hasPrefix("\\\\") || text.hasPrefix("//")
        return ["/", "\\", "\\\\"].map { separator in
            (isShare ? "" : separator) + parts.joined(separator: separator)
        }
    }

    /// Whether what stands before and after the bytes ends the word.
    func standsAlone(_ start: Int, in window: UnsafeRawBufferPointer) -> Bool {
        !continues(at: start - width, in: window) && !continues(at: start + bytes.count, in: window)
    }

    private func continues(at index: Int, in window: UnsafeRawBufferPointer) -> Bool {
        guard index >= 0, index + width <= window.count else { return false }
        if width == 2, window[index + 1] != 0 { return false }
        switch window[index] {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            return true
        case UInt8(ascii: "-"), UInt8(ascii: "_"):
            return joinsHyphens
        default:
            return false
        }
    }
}
