import JSON
import SirdarCore
import SirdarJournal

/// SplitMix64: the same numbers for the same seed, on every machine.
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}

/// A journal in memory, with checkpoints at the sizes that a test names.
struct SampleJournal {
    let signer: NoteSigner
    private(set) var entries: [SealedEntry] = []
    private(set) var tiles: [Tile.Place: Tile] = [:]
    private(set) var checkpoints: [Int64: String] = [:]

    init(signer: NoteSigner = NoteSigner(name: "sirdar.test/journal")) { self.signer = signer }

    init(_ count: Int, checkpoints sizes: [Int64], signer: NoteSigner = NoteSigner(name: "sirdar.test/journal")) throws
    {
        self.init(signer: signer)
        for number in 1...count {
            try add(Self.entry(number))
            if sizes.contains(Int64(number)) { try seal() }
        }
    }

    var size: Int64 { Int64(entries.count) }

    mutating func add(_ entry: SealedEntry) throws {
        var growth = try TreeGrowth(size: size) { tiles[$0] ?? Tile(place: $0, hashes: []) }
        growth.append(.leaf(entry.canonical))
        for tile in growth.tiles { tiles[tile.place] = tile }
        entries.append(entry)
    }

    mutating func seal() throws {
        let root = try tree { try $0.root(of: size) }
        checkpoints[size] = try Checkpoint(origin: signer.key.name, size: size, root: root).signed(by: signer)
    }

    func tree<Answer>(_ body: (inout TileTree) throws -> Answer) rethrows -> Answer {
        let tiles = tiles
        var tree = TileTree { tiles[$0] ?? Tile(place: $0, hashes: []) }
        return try body(&tree)
    }

    /// As `sirdar journal export` writes it, up to the checkpoint of `size`, or the newest.
    func bundle(_ first: Int64 = 1, _ last: Int64? = nil, size: Int64? = nil) throws -> [UInt8] {
        let last = last ?? self.size
        guard let size = size ?? checkpoints.keys.max(),
            let extent = BundleExtent(first: first, last: last, size: size)
        else { preconditionFailure("the sample has entries and a checkpoint") }
        var bytes = try Array(BundleWriter.head(signer.key, extent, before: tree { try $0.cover(extent.before) }).utf8)
        for sequence in first...last {
            BundleWriter.write(entries[Int(sequence) - 1], to: &bytes)
            if sequence < size, let note = checkpoints[sequence] { bytes += Array(BundleWriter.checkpoint(note).utf8) }
            if sequence == size { bytes += Array(BundleWriter.checkpoint(checkpoints[size] ?? "").utf8) }
        }
        guard size > last else { return bytes }
        bytes += try Array(BundleWriter.after(tree { try $0.cover(extent.after) }).utf8)
        return bytes + Array(BundleWriter.checkpoint(checkpoints[size] ?? "").utf8)
    }

    func verify(_ bundle: [UInt8], since: [String] = [], key: NoteKey? = nil) throws(BundleFault) -> BundleVerdict {
        var verifier = try BundleVerifier(key: key ?? signer.key, since: since)
        try verifier.read(bundle)
        return try verifier.verdict()
    }

    static func entry(_ number: Int, by person: String = "p") -> SealedEntry {
        let at = Timestamp(milliseconds: 1_795_424_400_000 + Int64(number) * 1000)
        var entry = Entry(
            at: at,
            actor: .init(id: person, kind: .person, session: "s"),
            channel: .api,
            action: "task.claimed",
            object: .init(kind: "task", id: Identifier(milliseconds: at.milliseconds, counter: 0, node: 0)),
            fence: Int64(number),
            detail: ["number": .number(JSON.Number(number)), "text": "a \"quoted\", {braced} ü\n"]
        )
        if number % 3 == 0 { entry.confidential = ["name": "Ada \(number)", "reason": "commitment \"x\""] }
        return entry.sealed(nonce: (0..<16).map { UInt8(truncatingIfNeeded: number &* 31 &+ $0) })
    }
}
