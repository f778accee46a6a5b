import Foundation

/// A word that is not written here, and what to write instead.
struct WordRule: CustomStringConvertible {
    enum Match {
        /// In Swift code, outside comments and strings, as it stands.
        case code
        /// In every text, as it stands.
        case text
        /// In every text, whatever the case, also as a part of a name: `oldThing` and `old_thing` hold "thing".
        case words
    }

    let word: String
    let match: Match
    let instead: String
    /// Other forms of the word, which are found as well.
    var also: [String] = []
    /// The folders and files that the rule looks at: prefixes of paths.
    var scope: [String] = [""]
    /// Where the word belongs: prefixes of paths.
    var homes: [String] = []
    /// The word is meant when it stands in this longer phrase.
    var unless: String?

    var description: String { word }

    func findings(in text: ScannedText) -> [Finding] {
        guard scope.contains(where: text.path.hasPrefix), !homes.contains(where: text.path.hasPrefix) else { return [] }
        return text.lines(with: self).map { line in
            Finding(path: text.path, line: line, text: "\"\(word)\" is not written here; instead: \(instead)")
        }
    }
}

/// A place that keeps a banned word, and why. It names the rule, so that nothing else is let through.
struct WordException {
    let word: String
    let path: String
    let reason: String
}

/// A text in the three forms in which rules look at it.
struct ScannedText {
    let path: String
    private let bytes: [UInt8]
    private let swift: SwiftSource?
    private let words: WordStream

    init(path: String, bytes: [UInt8]) {
        self.path = path
        self.bytes = bytes
        swift = path.hasSuffix(".swift") ? SwiftSource(path: path, bytes: bytes) : nil
        words = WordStream(bytes)
    }

    init(path: String, text: String) {
        self.init(path: path, bytes: Array(text.utf8))
    }

    func lines(with rule: WordRule) -> [Int] {
        ([rule.word] + rule.also).flatMap { word in
            switch rule.match {
            case .code: Self.lines(of: word, in: swift?.code ?? [])
            case .text: Self.lines(of: word, in: bytes)
            case .words: words.lines(of: word, unless: rule.unless)
            }
        }
    }

    /// `word` is found only where it is not a part of a longer word at the ends that are letters or digits.
    private static func lines(of word: String, in bytes: [UInt8]) -> [Int] {
        let needle = Array(word.utf8)
        return ByteSearch.positions(of: needle, in: bytes).filter { start in
            let end = start + needle.count
            let joinsBefore = start > 0 && bytes[start - 1].isOfIdentifier && needle[0].isOfIdentifier
            let joinsAfter = end < bytes.count && bytes[end].isOfIdentifier && needle[needle.count - 1].isOfIdentifier
            return !joinsBefore && !joinsAfter
        }
        .map { start in 1 + bytes[..<start].count { $0 == UInt8(ascii: "\n") } }
    }
}

/// The words of a text in lower case, one space apart, names taken apart at their capitals.
private struct WordStream {
    private var stream: [UInt8] = [UInt8(ascii: " ")]
    /// For each line the place in the stream at which it begins.
    private var starts: [Int] = [0]

    init(_ bytes: [UInt8]) {
        stream.reserveCapacity(bytes.count * 5 / 4)
        for (index, byte) in bytes.enumerated() {
            let previous = index > 0 ? bytes[index - 1] : 0
            let next = index + 1 < bytes.count ? bytes[index + 1] : 0
            if byte.isCapital, previous.isSmall || (previous.isCapital && next.isSmall) { space() }
            if byte.isSmall || byte >= 0x80 {
                stream.append(byte)
            } else if byte.isCapital {
                stream.append(byte | 0x20)
            } else {
                space()
            }
            if byte == UInt8(ascii: "\n") { starts.append(stream.count - 1) }
        }
        space()
    }

    func lines(of phrase: String, unless longer: String?) -> [Int] {
        let meant = longer.map { ByteSearch.positions(of: Array(" \($0) ".utf8), in: stream) } ?? []
        let length = longer?.utf8.count ?? 0
        return ByteSearch.positions(of: Array(" \(phrase) ".utf8), in: stream).filter { place in
            !meant.contains { $0 <= place && place <= $0 + length }
        }
        .map { place in max(1, starts.count { $0 <= place }) }
    }

    private mutating func space() {
        if stream.last != UInt8(ascii: " ") { stream.append(UInt8(ascii: " ")) }
    }
}

/// Finds bytes in bytes by the C library: every text is searched for each of many words.
private enum ByteSearch {
    static func positions(of needle: [UInt8], in bytes: [UInt8]) -> [Int] {
        // What C would take for the end of the text is not a part of any word.
        let text = bytes.map { $0 == 0 ? CChar(UInt8(ascii: " ")) : CChar(bitPattern: $0) } + [0]
        let word = needle.map(CChar.init(bitPattern:)) + [0]
        var found: [Int] = []
        text.withUnsafeBufferPointer { text in
            guard let start = text.baseAddress else { return }
            var place = start
            while let hit = strstr(place, word) {
                found.append(UnsafePointer(hit) - start)
                place = UnsafePointer(hit) + 1
            }
        }
        return found
    }
}

extension UInt8 {
    fileprivate var isCapital: Bool { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self) }
    fileprivate var isSmall: Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self) }
}
