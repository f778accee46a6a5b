import Foundation
import JSON
import SirdarCore
import SirdarEngine
import SirdarJournal
import SirdarTestKit
import Testing

@Suite("What a store erases is in none of its files")
struct ErasureTests {
    /// Every byte that the store has on the disk.
    private static func bytes(_ bench: Bench) throws -> Data {
        let folder = URL(filePath: bench.path).deletingLastPathComponent()
        return try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .reduce(into: Data()) { $0 += try Data(contentsOf: $1) }
    }

    /// A text that is found again, of a length from a word to several pages.
    private static func text(_ number: Int, _ random: inout some RandomNumberGenerator) -> String {
        let length = [8, 40, 300, 3_000, 9_000].randomElement(using: &random) ?? 8
        return "mark-\(number)-" + String(repeating: "x", count: length) + "-\(number)-end"
    }

    private static func entry(_ bench: Bench, _ text: String) -> SealedEntry {
        Entry(
            at: bench.clock.now(),
            actor: .system("test"),
            channel: .setup,
            action: "test.wrote",
            object: .init(kind: "test", id: bench.identifiers.next()),
            confidential: ["text": .string(text)]
        ).sealed(nonce: (0..<16).map { _ in UInt8.random(in: 0...255) })
    }

    @Test(
        "the text of entries, whatever its length, while what the tree covers stays as it was",
        arguments: StoreUnderTest.allCases,
        [1, 2, 3] as [UInt64]
    )
    func entries(_ store: StoreUnderTest, _ seed: UInt64) throws {
        let bench = try store.open()
        var random = Sequenced(state: seed)
        var texts: [String] = []
        for round in 0..<20 {
            var commit = Commit()
            for number in 0..<50 {
                texts.append(Self.text(round * 50 + number, &random))
                commit.entries.append(Self.entry(bench, texts[texts.count - 1]))
            }
            try bench.commit(commit)
        }
        let before = try Self.all(bench)
        let erased = Set((1...Int64(texts.count)).filter { _ in Bool.random(using: &random) })
        var commit = Commit()
        commit.erasures = erased.shuffled(using: &random)
        try bench.commit(commit)
        try bench.store.scrub()
        let (after, bytes) = (try Self.all(bench), try Self.bytes(bench))
        #expect(after.map(\.entry.canonical) == before.map(\.entry.canonical))
        for (stored, text) in zip(after, texts) {
            let isErased = erased.contains(stored.sequence)
            #expect((stored.entry.confidential == nil) == isErased && (stored.entry.nonce == nil) == isErased)
            let number = text.split(separator: "-")[1]
            // Its beginning, and, where a page's end cut it, its end.
            for mark in ["mark-\(number)-x", "x-\(number)-end"] {
                #expect((bytes.range(of: Data(mark.utf8)) == nil) == isErased, "seed \(seed): \(mark)")
            }
        }
    }

    private static func all(_ bench: Bench) throws -> [StoredEntry] {
        var found: [StoredEntry] = []
        while true {
            let page = try bench.store.entries(EntryQuery(after: found.last?.sequence ?? 0, limit: 1_000))
            found += page
            if page.count < 1_000 { return found }
        }
    }

    @Test(
        "records that were removed or written anew, with their names, through all the moving about in the file",
        arguments: StoreUnderTest.allCases,
        [4, 5, 6] as [UInt64]
    )
    func records(_ store: StoreUnderTest, _ seed: UInt64) throws {
        let bench = try store.open()
        var random = Sequenced(state: seed)
        var kept: [Int: String] = [:]
        var gone: [String] = []
        for step in 0..<1_000 {
            var commit = Commit()
            if let number = kept.keys.sorted().randomElement(using: &random), Int.random(in: 0..<3, using: &random) == 0
            {
                gone.append("name-\(number)-z")
                kept[number] = nil
                commit.records = [RecordChange(kind: "person", key: "key-\(number)", body: nil, expecting: .any)]
            } else {
                let body = Self.text(step, &random)
                kept[step] = body
                commit.records = [
                    RecordChange(
                        kind: "person",
                        key: "key-\(step)",
                        name: "name-\(step)-z",
                        body: ["title": .string("name-\(step)-z"), "text": .string(body)],
                        expecting: .absent
                    )
                ]
            }
            try bench.commit(commit)
        }
        try bench.store.scrub()
        let bytes = try Self.bytes(bench)
        let left = gone.filter { bytes.range(of: Data($0.utf8)) != nil }
        #expect(left == [], "seed \(seed)")
        #expect(kept.keys.allSatisfy { bytes.range(of: Data("name-\($0)-z".utf8)) != nil })
    }

    @Test(
        "before it is scrubbed it is still in the log, so that the test above can fail",
        arguments: StoreUnderTest.allCases
    )
    func unscrubbed(_ store: StoreUnderTest) throws {
        let bench = try store.open()
        var commit = Commit()
        commit.entries = [Self.entry(bench, "mark-1-x")]
        try bench.commit(commit)
        commit = Commit()
        commit.erasures = [1]
        try bench.commit(commit)
        #expect(try Self.bytes(bench).range(of: Data("mark-1-x".utf8)) != nil)
        try bench.store.scrub()
        #expect(try Self.bytes(bench).range(of: Data("mark-1-x".utf8)) == nil)
    }

    @Test(
        "entries whose text is still there are found, by what they mention and their age",
        arguments: StoreUnderTest.allCases
    )
    func query(_ store: StoreUnderTest) throws {
        let bench = try store.open()
        for text in ["olga was here", "nobody", "olga"] {
            var commit = Commit()
            commit.entries = [Self.entry(bench, text)]
            try bench.commit(commit)
            bench.clock.advance(by: .days(1))
        }
        func found(_ text: EntryQuery.Text) throws -> [Int64] {
            var query = EntryQuery()
            query.text = text
            return try bench.store.entries(query).map(\.sequence)
        }
        #expect(try found(.init()) == [1, 2, 3])
        #expect(try found(.init(mentioning: ["olga"])) == [1, 3])
        #expect(try found(.init(mentioning: [#""olga""#, "nobody"])) == [2, 3])
        #expect(try found(.init(before: ManualClock.start.advanced(by: .days(1)))) == [1])
        var commit = Commit()
        commit.erasures = [1]
        try bench.commit(commit)
        #expect(try found(.init(mentioning: ["olga"])) == [3])
    }
}

/// The same numbers for the same seed (SplitMix64).
private struct Sequenced: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }
}
