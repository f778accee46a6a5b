import Foundation

/// Verifies a bundle while it is read: bytes in, a verdict out. It needs no database and no server, and trusts nothing
/// but the key, and the checkpoints that were kept elsewhere.
///
/// It reads strictly: every byte is where it must be, and so every change is a fault, but two: names and free text can
/// be erased, and checkpoints before the last can be left out.
package struct BundleVerifier {
    private let key: NoteKey
    private let kept: [Int64: TreeHash]
    private var rest: [UInt8] = []
    private var line = 0
    private var part = Part.header
    private var tree = CompactRange()
    private var extent: BundleExtent?
    /// The subtrees whose hashes come next; the last is the first.
    private var places: [TreePlace] = []
    private var note = ""
    private var entry = LastEntry()
    private var reached: Reached?
    private var agreed: Int64?
    private var erased = 0

    private enum Part { case header, key, extent, before, entries, after, done }

    /// What is left to say of the entry that was read last.
    private struct LastEntry {
        /// To which the next line must fit; `nil` when there is none, or it did.
        var commitment: [UInt8]?
        var at: [UInt8] = []
    }

    /// The last checkpoint that held.
    private struct Reached {
        let size: Int64
        let count: Int
        let at: [UInt8]
    }

    private static let lineBytesMax = 32 << 20

    /// `since`: notes that were kept elsewhere, with which the bundle must agree.
    package init(key: NoteKey, since notes: [String] = []) throws(BundleFault) {
        self.key = key
        var kept: [Int64: TreeHash] = [:]
        for note in notes {
            let checkpoint: Checkpoint
            do throws(Checkpoint.Fault) { checkpoint = try Checkpoint(verifying: note, key) } catch {
                throw .since(error)
            }
            // Two roots of one size: one of them is not this journal's, whichever the bundle has.
            if let other = kept.updateValue(checkpoint.root, forKey: checkpoint.size), other != checkpoint.root {
                throw .rewritten(size: checkpoint.size)
            }
        }
        self.kept = kept
    }

    /// The next bytes of the file; lines may be cut anywhere.
    package mutating func read(_ bytes: [UInt8]) throws(BundleFault) {
        var chunk = rest
        chunk += bytes
        var used = 0
        while let end = Self.newline(in: chunk, from: used) {
            try take(chunk, used..<end)
            used = end + 1
        }
        rest = Array(chunk[used...])
        if rest.count > Self.lineBytesMax { throw .malformed(line: line + 1) }
    }

    private static func newline(in bytes: [UInt8], from start: Int) -> Int? {
        bytes.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress, start < bytes.count else { return nil }
            return memchr(base + start, 0x0A, bytes.count - start).map { UnsafeRawPointer($0) - base }
        }
    }

    /// The file is over.
    package mutating func verdict() throws(BundleFault) -> BundleVerdict {
        guard let extent else { throw line == 0 ? .notABundle : .cut(after: 0) }
        guard rest.isEmpty else { throw .malformed(line: line + 1) }
        if !note.isEmpty { try finishNote() }
        settleEntry()
        let isWhole = part == .entries && tree.size == extent.last && extent.after.isEmpty || part == .done
        guard isWhole else { throw .cut(after: min(tree.size, extent.last)) }
        guard let reached, reached.size >= extent.first else { throw .noCheckpoint }
        guard reached.size == extent.size else { throw .cut(after: min(tree.size, extent.last)) }
        if let largest = kept.keys.max() {
            if largest > max(reached.size, tree.size) { throw .rolledBack(had: largest, has: reached.size) }
            if agreed == nil { throw .sinceOutside }
        }
        return BundleVerdict(
            origin: key.name,
            first: extent.first,
            last: min(extent.last, reached.size),
            lastAt: String(decoding: reached.at, as: UTF8.self),
            checkpoints: reached.count,
            erased: erased,
            uncovered: max(0, extent.last - reached.size),
            agreesWith: agreed
        )
    }

    // MARK: Lines

    private mutating func take(_ bytes: [UInt8], _ range: Range<Int>) throws(BundleFault) {
        line += 1
        let mark = range.isEmpty ? 0 : bytes[range.lowerBound]
        if !note.isEmpty, mark != Mark.note { try finishNote() }
        let text = { String(decoding: bytes[range], as: UTF8.self) }
        switch part {
        case .header:
            guard text() == BundleWriter.header else { throw .notABundle }
            part = .key
        case .key:
            guard text() == "key \(key.text)" else { throw .otherKey }
            part = .extent
        case .extent: try takeExtent(text())
        case .before, .after:
            guard mark == (part == .before ? Mark.before : Mark.after) else { throw malformed }
            try takeSubtree(text())
        case .entries:
            switch mark {
            case Mark.entry: try takeEntry(bytes, range)
            case Mark.confidential: try takeConfidential(bytes, range)
            case Mark.note: try takeNoteLine(text())
            case Mark.after:
                guard let extent, tree.size == extent.last, !extent.after.isEmpty else { throw malformed }
                part = .after
                places = TreePlace.cover(extent.after).reversed()
                try takeSubtree(text())
            default: throw malformed
            }
        case .done:
            guard mark == Mark.note else { throw malformed }
            try takeNoteLine(text())
        }
    }

    private enum Mark {
        static let entry = UInt8(ascii: "{")
        static let confidential = UInt8(ascii: "+")
        static let note = UInt8(ascii: "|")
        static let before = UInt8(ascii: "<")
        static let after = UInt8(ascii: ">")
    }

    private var malformed: BundleFault { .malformed(line: line) }

    private mutating func takeExtent(_ text: String) throws(BundleFault) {
        let numbers = text.split(separator: " ", omittingEmptySubsequences: false)
        guard numbers.count == 4, let first = Int64(numbers[1]), let last = Int64(numbers[2]),
            let size = Int64(numbers[3]), let extent = BundleExtent(first: first, last: last, size: size),
            text == "entries \(first) \(last) \(size)"
        else { throw malformed }
        self.extent = extent
        places = TreePlace.cover(extent.before).reversed()
        part = places.isEmpty ? .entries : .before
        try compareWithKept()
    }

    private mutating func takeSubtree(_ text: String) throws(BundleFault) {
        guard let hash = TreeHash(base64: text.dropFirst()), let place = places.popLast() else { throw malformed }
        tree.append(hash, level: place.level)
        if places.isEmpty { part = part == .before ? .entries : .done }
        try compareWithKept()
    }

    private mutating func takeEntry(_ bytes: [UInt8], _ range: Range<Int>) throws(BundleFault) {
        guard let extent, tree.size < extent.last else { throw malformed }
        settleEntry()
        bytes.withUnsafeBytes { bytes in
            let line = UnsafeRawBufferPointer(rebasing: bytes[range])
            tree.append(.leaf(line))
            let inner = { (name: String) -> [UInt8]? in
                CanonicalMember.value(name, in: line).map { Array(line[$0].dropFirst().dropLast()) }
            }
            entry = LastEntry(commitment: inner("commitment"), at: inner("at") ?? [])
        }
        try compareWithKept()
    }

    /// Mark, 32 digits, a space, and the text.
    private mutating func takeConfidential(_ bytes: [UInt8], _ range: Range<Int>) throws(BundleFault) {
        guard let commitment = entry.commitment, range.count > 34, bytes[range.lowerBound + 33] == 0x20,
            let nonce = Hexadecimal.bytes(bytes[range.lowerBound + 1..<range.lowerBound + 33])
        else { throw malformed }
        let body = Array(bytes[range.lowerBound + 34..<range.upperBound])
        guard Commitment.of(body, nonce: nonce).utf8.elementsEqual(commitment) else {
            throw .otherConfidential(tree.size)
        }
        entry.commitment = nil
    }

    private mutating func settleEntry() {
        if entry.commitment != nil { erased += 1 }
        entry.commitment = nil
    }

    // MARK: Checkpoints

    private mutating func takeNoteLine(_ text: String) throws(BundleFault) {
        note += text.dropFirst() + "\n"
        if note.utf8.count > SignedNote.bytesMax { throw malformed }
    }

    private mutating func finishNote() throws(BundleFault) {
        let text = note
        note = ""
        settleEntry()
        let checkpoint: Checkpoint
        do throws(Checkpoint.Fault) { checkpoint = try Checkpoint(verifying: text, key) } catch {
            throw .checkpoint(error, after: tree.size)
        }
        guard checkpoint.size == tree.size, checkpoint.size > reached?.size ?? 0 else {
            throw .misplacedCheckpoint(size: checkpoint.size, after: tree.size)
        }
        guard checkpoint.root == tree.root else { throw .otherEntries(size: checkpoint.size) }
        reached = Reached(size: checkpoint.size, count: (reached?.count ?? 0) + 1, at: entry.at)
    }

    private mutating func compareWithKept() throws(BundleFault) {
        guard !kept.isEmpty, let root = kept[tree.size] else { return }
        guard tree.root == root else { throw .rewritten(size: tree.size) }
        agreed = tree.size
    }
}

/// Two digits a byte, lower case only: one spelling.
package enum Hexadecimal {
    package static func bytes(_ digits: some Collection<UInt8>) -> [UInt8]? {
        guard digits.count % 2 == 0 else { return nil }
        var bytes: [UInt8] = []
        var high: UInt8?
        for digit in digits {
            let value: UInt8
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = digit - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): value = digit - UInt8(ascii: "a") + 10
            default: return nil
            }
            if let first = high {
                bytes.append(first << 4 | value)
                high = nil
            } else {
                high = value
            }
        }
        return bytes
    }
}
