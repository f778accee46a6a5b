import CLinux
import Glibc

/// A needle found in a stream of bytes.
struct TraceMatch: Sendable, Hashable {
    /// The index among the matcher's needles.
    let needle: Int
    let offset: Int64
    /// Counted from 1; 0 where lines are not read.
    let line: Int
    let text: String
}

/// Searches bytes that come piece by piece, in memory for one piece and a margin.
///
/// A match that lies across two pieces is found, once. A piece that does not follow the one before it starts afresh:
/// what lies between is a hole, which reads as zeros.
struct TraceStream {
    /// No match, with what must stand around it and what is shown of its line, reaches further than this.
    static let marginBytes = 1_024
    static let matchesMax = 1_000
    private static let lineBytesMax = 200

    private let matcher: TraceMatcher
    private let readsLines: Bool
    private var window: [UInt8] = []
    private var windowOffset: Int64 = 0
    /// Where in the window the search has to go on.
    private var searched = 0
    private var lines = 1
    private var countedTo = 0

    private(set) var matches: [TraceMatch] = []
    private(set) var isTruncated = false

    init(_ matcher: TraceMatcher, readsLines: Bool) {
        self.matcher = matcher
        self.readsLines = readsLines
    }

    mutating func feed(_ piece: UnsafeRawBufferPointer, at offset: Int64) {
        if offset != windowOffset + Int64(window.count) {
            finish()
            window.removeAll(keepingCapacity: true)
            (windowOffset, searched, countedTo) = (offset, 0, 0)
        }
        window.append(contentsOf: piece)
        search(upTo: window.count - Self.marginBytes)
        trim()
    }

    mutating func finish() {
        search(upTo: window.count)
    }

    /// Searches a piece that has nothing to do with what lies before and after it.
    mutating func feedAlone(_ piece: UnsafeRawBufferPointer, at offset: Int64) {
        finish()
        window.removeAll(keepingCapacity: true)
        window.append(contentsOf: piece)
        (windowOffset, searched, countedTo) = (offset, 0, 0)
        finish()
    }

    /// Keeps a margin of what was searched, as context for what comes next.
    private mutating func trim() {
        let surplus = searched - Self.marginBytes
        guard surplus > 0 else { return }
        window.removeFirst(surplus)
        windowOffset += Int64(surplus)
        searched -= surplus
        countedTo -= surplus
    }

    private mutating func search(upTo end: Int) {
        guard end > searched else { return }
        let range = searched..<end
        for (start, needle) in found(in: range) {
            guard matches.count < Self.matchesMax else {
                isTruncated = true
                break
            }
            if readsLines { countLines(to: start) }
            let text = readsLines ? lineText(around: start) : ""
            let match = TraceMatch(
                needle: needle,
                offset: windowOffset + Int64(start),
                line: readsLines ? lines : 0,
                text: text
            )
            let isSameLine = readsLines && matches.contains { $0.needle == needle && $0.line == match.line }
            if !isSameLine { matches.append(match) }
        }
        if readsLines { countLines(to: end) }
        searched = end
    }

    /// Where each needle starts within `range`, in order; overlapping spellings of one needle count once.
    private func found(in range: Range<Int>) -> [(start: Int, needle: Int)] {
        var hits: [(range: Range<Int>, needle: Int)] = []
        window.withUnsafeBytes { bytes in
            AddressReader(addresses: matcher.addresses, window: bytes).read { hit, needles in
                if range.contains(hit.lowerBound) { hits += needles.map { (hit, $0) } }
            }
        }
        if !matcher.words.isEmpty {
            let lowered = Self.lowered(window)
            lowered.withUnsafeBytes { bytes in
                for pattern in matcher.words {
                    Self.each(pattern, in: bytes, range) { hits.append(($0, pattern.needle)) }
                }
            }
        }
        hits.sort { ($0.range.lowerBound, -$0.range.upperBound) < ($1.range.lowerBound, -$1.range.upperBound) }
        var reach: [Int: Int] = [:]
        return hits.compactMap { hit in
            if let end = reach[hit.needle], hit.range.lowerBound < end { return nil }
            reach[hit.needle] = hit.range.upperBound
            return (hit.range.lowerBound, hit.needle)
        }
    }

    private static func each(
        _ pattern: WordPattern,
        in bytes: UnsafeRawBufferPointer,
        _ range: Range<Int>,
        _ body: (Range<Int>) -> Void
    ) {
        guard let base = bytes.baseAddress else { return }
        var at = range.lowerBound
        while at < range.upperBound,
            let hit = memmem(base + at, bytes.count - at, pattern.bytes, pattern.bytes.count)
        {
            let start = base.distance(to: UnsafeRawPointer(hit))
            guard start < range.upperBound else { return }
            if pattern.standsAlone(start, in: bytes) { body(start..<start + pattern.bytes.count) }
            at = start + 1
        }
    }

    /// ASCII letters in lower case; all other bytes as they are.
    private static func lowered(_ bytes: [UInt8]) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: bytes.count) { target, count in
            bytes.withUnsafeBufferPointer { source in
                var index = 0
                while index < source.count {
                    let byte = source[index]
                    target[index] = byte &- 65 < 26 ? byte | 0x20 : byte
                    index += 1
                }
            }
            count = bytes.count
        }
    }

    private mutating func countLines(to end: Int) {
        window.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress else { return }
            while countedTo < end, let hit = memchr(base + countedTo, 10, end - countedTo) {
                lines += 1
                countedTo = base.distance(to: UnsafeRawPointer(hit)) + 1
            }
        }
        countedTo = max(countedTo, end)
    }

    /// The line that `index` is in, cut to a readable length, without what is not printable.
    private func lineText(around index: Int) -> String {
        var start = index
        while start > 0, index - start < Self.lineBytesMax, window[start - 1] != 10 { start -= 1 }
        var end = index
        while end < window.count, end - index < Self.lineBytesMax, window[end] != 10 { end += 1 }
        let shown = window[start..<end].filter { $0 != 0 && $0 != 13 }.map { $0 < 32 || $0 == 127 ? 32 : $0 }
        return String(decoding: shown, as: UTF8.self)
    }
}
