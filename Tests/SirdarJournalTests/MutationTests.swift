import JSON
import SirdarJournal
import Testing

/// What others have overlooked: systemd's sealed journal took old entries that were sealed again, immudb's client took
/// forged proofs. So the verifier is tried with everything that somebody could do to a bundle.
@Suite("No change to what an anchored checkpoint covers goes unnoticed")
struct MutationTests {
    private static let anchored: Int64 = 16
    private static let mutationsMin = 10_000

    @Test("ten thousand changes of every kind are all detected")
    func mutations() throws {
        let seed = SystemRandomNumberGenerator().seed
        var mutator = try Mutator(random: SeededRandom(seed: seed), anchored: Self.anchored)
        let kept = [try #require(mutator.journal.checkpoints[Self.anchored])]
        let original = Covered(mutator.bundle, to: Self.anchored)
        // What was kept is verified once: each mutant meets a verifier that trusts it.
        let trusting = try BundleVerifier(key: mutator.journal.signer.key, since: kept)
        #expect(try trusting.verdict(on: mutator.bundle).agreesWith == Self.anchored)
        var detected: [Mutator.Kind: Int] = [:]
        var harmless = 0
        while detected.values.reduce(0, +) < Self.mutationsMin {
            let kind = try #require(Mutator.Kind.allCases.randomElement(using: &mutator.random))
            let mutant = try mutator.mutant(kind)
            if mutant == mutator.bundle { continue }
            let verdict = try? trusting.verdict(on: mutant)
            // Nothing that the anchored checkpoint covers was changed: a change after it, an erasure, or a checkpoint
            // before it that was left out.
            if let verdict, verdict.agreesWith == Self.anchored, original.isKept(by: Covered(mutant, to: Self.anchored))
            {
                harmless += 1
                #expect(harmless < Self.mutationsMin, "seed \(seed)")
                continue
            }
            #expect(verdict == nil, "\(kind) went unnoticed; seed \(seed)")
            detected[kind, default: 0] += 1
        }
        #expect(Set(detected.keys) == Set(Mutator.Kind.allCases), "each kind was tried; seed \(seed)")
    }

    /// What a bundle says of the entries that a checkpoint covers.
    private struct Covered {
        var entries: [Substring] = []
        var confidential: [Int: Substring] = [:]

        init(_ bundle: [UInt8], to size: Int64) {
            for line in String(decoding: bundle, as: UTF8.self).split(separator: "\n") {
                if line.hasPrefix("{"), entries.count < size { entries.append(line) }
                if line.hasPrefix("+"), entries.count < size { confidential[entries.count] = line }
            }
        }

        func isKept(by other: Covered) -> Bool {
            entries == other.entries && other.confidential.allSatisfy { confidential[$0.key] == $0.value }
        }
    }
}

extension BundleVerifier {
    fileprivate func verdict(on bundle: [UInt8]) throws(BundleFault) -> BundleVerdict {
        var verifier = self
        try verifier.read(bundle)
        return try verifier.verdict()
    }
}

/// Changes a bundle as somebody would who wants it to say something else.
private struct Mutator {
    /// Where there are checkpoints before the anchored one. Few: each is a signature, for whoever forges and verifies.
    private static let older: [Int64] = [5, 11]
    private static let size: Int64 = 20

    var random: SeededRandom
    let journal: SampleJournal
    let bundle: [UInt8]
    private let lines: [String]
    private let anchored: Int64
    private let other: SampleJournal
    private let sealed: [Int64]
    /// Journals that were signed anew, by what was done to them: signing is what takes the time.
    private var forgeries: [Forgery: [UInt8]] = [:]

    private struct Forgery: Hashable {
        let kind: Kind
        let place: Int
    }

    enum Kind: CaseIterable {
        case flipBit, setByte, cutFile, removeBytes, repeatBytes
        case editEntry, deleteEntry, insertEntry, swapEntries, editConfidential, moveConfidential
        case cutTail, olderFile, otherKey, olderCheckpoint, splice, spliceSigned, otherOrigin, rewriteSigned
        case forgedBefore, renumber
    }

    init(random: SeededRandom, anchored: Int64) throws {
        self.random = random
        self.anchored = anchored
        sealed = Self.older + [anchored, Self.size]
        journal = try SampleJournal(Int(Self.size), checkpoints: sealed)
        bundle = try journal.bundle()
        lines = String(decoding: bundle, as: UTF8.self).split(separator: "\n").map(String.init)
        // Another journal under the same key: a rehearsal's.
        var other = SampleJournal(signer: journal.signer)
        for number in 1...Int(Self.size) {
            try other.add(SampleJournal.entry(number, by: "q"))
            if sealed.contains(Int64(number)) { try other.seal() }
        }
        self.other = other
    }

    mutating func mutant(_ kind: Kind) throws -> [UInt8] {
        switch kind {
        case .flipBit, .setByte, .cutFile, .removeBytes, .repeatBytes: bytes(kind)
        case .editEntry, .deleteEntry, .insertEntry, .swapEntries, .editConfidential, .moveConfidential, .renumber:
            Array(lines(kind).map { $0 + "\n" }.joined().utf8)
        case .cutTail, .olderFile, .otherKey, .olderCheckpoint, .splice, .spliceSigned, .otherOrigin, .rewriteSigned,
            .forgedBefore:
            try whole(kind)
        }
    }

    private mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }

    private mutating func bytes(_ kind: Kind) -> [UInt8] {
        var bytes = bundle
        let place = number(0...bytes.count - 1)
        let end = min(bytes.count, place + number(1...200))
        switch kind {
        case .flipBit: bytes[place] ^= 1 << UInt8(number(0...7))
        case .setByte: bytes[place] = UInt8(number(0...255))
        case .cutFile: bytes.removeLast(bytes.count - place)
        case .removeBytes: bytes.removeSubrange(place..<end)
        default: bytes.insert(contentsOf: bytes[place..<end], at: place)
        }
        return bytes
    }

    /// The lines of entries that the anchored checkpoint covers.
    private var entries: [Int] { Array(lines.indices.filter { lines[$0].hasPrefix("{") }.prefix(Int(anchored))) }
    private var confidential: [Int] { lines.indices.filter { lines[$0].hasPrefix("+") } }

    private mutating func lines(_ kind: Kind) -> [String] {
        var lines = lines
        let entry = entries[number(0...entries.count - 1)]
        switch kind {
        case .editEntry:
            let pairs = [
                ("\"p\"", "\"q\""), ("claimed", "released"), ("api", "cli"), ("number", "numbers"), ("}}", "}}}"),
            ]
            let pair = pairs[number(0...pairs.count - 1)]
            lines[entry] = lines[entry].replacing(pair.0, with: pair.1, maxReplacements: 1)
        case .deleteEntry:
            lines.remove(at: entry)
            if random.next() % 2 == 0 { lines[2] = "entries 1 19 19" }
        case .insertEntry:
            lines.insert(lines[entries[number(0...entries.count - 1)]], at: entry)
            if random.next() % 2 == 0 { lines[2] = "entries 1 21 21" }
        case .swapEntries: lines.swapAt(entry, entries[number(0...entries.count - 1)])
        case .editConfidential:
            let line = confidential[number(0...confidential.count - 1)]
            lines[line] = lines[line].replacing(random.next() % 2 == 0 ? "Ada" : "+", with: "+0")
        case .moveConfidential:
            let (from, to) = (confidential[number(0...confidential.count - 1)], entries[number(0...entries.count - 1)])
            lines.insert(lines[from], at: to + 1)
        default:
            let (first, last, size) = (number(1...3), number(15...21), number(15...21))
            lines[2] = "entries \(first) \(last) \(size)"
        }
        return lines
    }

    private mutating func whole(_ kind: Kind) throws -> [UInt8] {
        let size = Self.older[number(0...Self.older.count - 1)]
        switch kind {
        case .cutTail: return try journal.bundle(1, Int64(number(Int(size)...Int(anchored) - 1)), size: size)
        case .olderFile: return try journal.bundle(1, size, size: size)
        case .otherKey:
            let count = number(6...17)
            return try forgery(kind, count) { mutator in
                var forged = SampleJournal(signer: NoteSigner(name: mutator.journal.signer.key.name))
                for entry in mutator.journal.entries.prefix(count) { try forged.add(entry) }
                try forged.seal()
                return try forged.bundle()
            }
        case .olderCheckpoint:
            let notes = journal.checkpoints.mapValues(BundleWriter.checkpoint)
            guard let old = notes[size], let new = notes[random.next() % 2 == 0 ? anchored : 20] else { return bundle }
            return Array(String(decoding: bundle, as: UTF8.self).replacing(new, with: old).utf8)
        case .splice:
            let place = number(1...Int(anchored))
            let text = String(decoding: try other.bundle(), as: UTF8.self).split(separator: "\n").map(String.init)
            return Array((text.prefix(place + 3) + lines.dropFirst(place + 3)).map { $0 + "\n" }.joined().utf8)
        case .spliceSigned:
            let count = number(1...15)
            return try forgery(kind, count) { mutator in
                try mutator.signed(mutator.other.entries.prefix(count), then: mutator.journal.entries)
            }
        case .otherOrigin:
            let origin = journal.signer.key.name
            let text = String(decoding: bundle, as: UTF8.self)
            let pair = random.next() % 2 == 0 ? ("|\(origin)", "|\(origin)2") : ("key \(origin)", "key \(origin)2")
            return Array(text.replacing(pair.0, with: pair.1).utf8)
        case .forgedBefore:
            // The first entries become hashes of the forger's choice.
            let first = number(2...14)
            let text = String(decoding: try journal.bundle(Int64(first)), as: UTF8.self).split(separator: "\n")
            let forged = text.map { $0.hasPrefix("<") ? "<" + TreeHash.leaf([UInt8(first)]).base64 : String($0) }
            return Array(forged.map { $0 + "\n" }.joined().utf8)
        default:
            // With the stolen key: an entry is changed, and everything after it is signed again.
            let place = number(0...Int(anchored) - 1)
            return try forgery(kind, place) { mutator in
                let entries = mutator.journal.entries
                return try mutator.signed(
                    entries.prefix(place) + [SampleJournal.entry(place + 1, by: "q")],
                    then: entries
                )
            }
        }
    }

    private mutating func forgery(
        _ kind: Kind,
        _ place: Int,
        _ forge: (Mutator) throws -> [UInt8]
    ) throws -> [UInt8] {
        if let made = forgeries[Forgery(kind: kind, place: place)] { return made }
        let made = try forge(self)
        forgeries[Forgery(kind: kind, place: place)] = made
        return made
    }

    private func signed(_ begin: some Collection<SealedEntry>, then rest: [SealedEntry]) throws -> [UInt8] {
        var forged = SampleJournal(signer: journal.signer)
        for entry in Array(begin) + rest.dropFirst(begin.count) {
            try forged.add(entry)
            if sealed.contains(forged.size) { try forged.seal() }
        }
        return try forged.bundle()
    }
}

extension SystemRandomNumberGenerator {
    /// Another one for each run; a test that fails says it.
    var seed: UInt64 {
        var generator = self
        return generator.next()
    }
}
